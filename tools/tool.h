/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tool's commands share: options, messages, files, the kernel's files,
 * answers and policies. Each command is one file, bailey_<object>.c.
 */
#ifndef BAILEY_TOOLS_TOOL_H
#define BAILEY_TOOLS_TOOL_H

#include <jansson.h>

#include "engine/language.h"
#include "engine/script.h"

/* What the tool exits with. */
#define TOOL_OK		0
#define TOOL_REFUSED	1
#define TOOL_USAGE	2

/* Colours, by what they mean. */
enum tool_colour {
	TOOL_GOOD,
	TOOL_BAD,
	TOOL_ADDR,
	TOOL_BOLD,
};

/**
 * struct tool_options - what stands before the object
 * @json: answers are JSON
 * @pretty: JSON is indented
 * @stats: counters are shown as well
 * @colour: standard output is coloured
 * @colour_errors: standard error is coloured
 */
struct tool_options {
	bool json;
	bool pretty;
	bool stats;
	bool colour;
	bool colour_errors;
};

extern struct tool_options tool_options;

/**
 * struct tool_choice - a word and what it does
 * @name: the word
 * @run: called with the words behind it; returns an exit status
 */
struct tool_choice {
	const char *name;
	int (*run)(int argc, char **argv);
};

/* tool.c */
__printf(1, 2) int tool_fail(const char *fmt, ...);
__printf(2, 3) int tool_usage(const char *usage, const char *fmt, ...);
int tool_help(const char *usage);
bool tool_is(const char *word, const char *name);
const struct tool_choice *tool_choose(const struct tool_choice *choice,
				      const char *word, const char *usage);
bool tool_wants_help(int argc, char **argv);
int tool_words(struct bailey_out *out, int argc, char **argv,
	       const char *usage);
const char *tool_colour(enum tool_colour colour);
const char *tool_colour_end(void);
bool tool_next_line(const char **text, size_t *len, const char **line,
		    size_t *line_len);
void tool_print_line(const char *line, size_t len);
void tool_print_text(const char *text, size_t len);
int tool_finish(int status);

/* file.c */
const char *tool_file_name(const char *path);
int tool_file_read(const char *path, struct bailey_out *text);
int tool_file_save(const char *path, const char *text, size_t len);
int tool_file_update(const char *path, const char *text, size_t len);

/**
 * struct tool_proc - one of the module's files, opened
 * @name: its name below /proc/net/bailey
 * @fd: descriptor, -1 when it is not open
 */
struct tool_proc {
	const char *name;
	int fd;
};

/* proc.c; tests put another file in its place */
int tool_proc_open(struct tool_proc *proc, const char *name, bool write);
void tool_proc_close(struct tool_proc *proc);
ssize_t tool_proc_read(struct tool_proc *proc, char *buf, size_t size);
int tool_proc_write(struct tool_proc *proc, const char *data, size_t len);
bool tool_proc_version(char *version, size_t size);

/* kernel.c */
int tool_proc_read_all(struct tool_proc *proc, struct bailey_out *text);
int tool_proc_get(const char *name, struct bailey_out *text);
int tool_proc_refused(const struct tool_proc *proc, int error);

/**
 * struct tool_follow - one of the module's files that say what is new
 * @name: its name below /proc/net/bailey
 * @go_on: until interrupted; else to the end of what there is now
 * @line: called for each line, which it may cut up; puts the exit status where @status
 *	  points if that is not %TOOL_OK; returns false if the line can't be understood
 * @begin: called before each look for something new, or NULL
 * @arg: for these
 */
struct tool_follow {
	const char *name;
	bool go_on;
	bool (*line)(void *arg, char *line, int *status);
	void (*begin)(void *arg);
	void *arg;
};

/* follow.c */
int tool_follow(const struct tool_follow *what);

/**
 * struct tool_source - where lines come from, for messages about them
 * @name: file name, or NULL for the command line
 * @text: the lines
 * @len: their length
 */
struct tool_source {
	const char *name;
	const char *text;
	size_t len;
};

/* answer.c */
void tool_answer_parse(struct bailey_diag *diag, const char *text, size_t len);
void tool_answer_move(struct bailey_diag *diag, u32 head, u32 first_line);
void tool_answer_show(const struct bailey_diag *diag,
		      const struct tool_source *source);
json_t *tool_answer_json(const struct bailey_diag *diag, const char *name);

/**
 * struct tool_load - how a file's transactions are carried out
 * @flush: lines outside begin replace the policy; else they change it
 * @options: what else begin asks for: @check, @cut, @confirm
 * @has_revoke: @options.cut was asked for, one way or the other
 */
struct tool_load {
	bool flush;
	struct bailey_commit options;
	bool has_revoke;
};

/* program.c */
int tool_run_program(char *const *argv, const char *input, bool quiet);

/* load_options.c */
int tool_load_options(struct tool_load *load, int argc, char **argv,
		      const char *usage);

/* transaction.c */
bool tool_file_begins(const struct tool_source *source);
int tool_send_file(const struct tool_source *source, const struct tool_load *load);
int tool_send_line(const char *line, size_t len);
int tool_send_word(const char *file, const char *line);
int tool_send_snapshot(const struct tool_source *source);

/* offline.c */
int tool_script_run(const struct bailey_script_ops *ops, void *arg,
		    const struct tool_source *source, struct bailey_diag *diag);
int tool_policy_build(struct bailey_policy **policy,
		      const struct tool_source *source, struct bailey_diag *diag);
int tool_policy_read(const char *path, struct bailey_policy **policy);
int tool_policy_change(struct bailey_policy **policy,
		       const struct bailey_policy *base,
		       const struct tool_source *source, struct bailey_diag *diag);
int tool_policy_live(struct bailey_policy **policy);
int tool_policy_file(struct bailey_policy **policy,
		     const struct bailey_policy *base, const char *path);

/* counters.c */
int tool_counters_read(json_t **counters);
bool tool_counters_line(const char *line, size_t len, json_t **rule);
json_t *tool_counters_find(json_t *counters, const struct bailey_object *object,
			   int dir, u32 index);

/**
 * struct tool_view - a policy that is being shown
 * @policy: the policy
 * @counters: counters of its rules, or NULL
 */
struct tool_view {
	const struct bailey_policy *policy;
	json_t *counters;
};

/**
 * struct tool_object - a kind of objects, as its command sees it
 * @kind: the kind
 * @usage: the command's help
 * @named: is it what "show NAME" asks for? NULL compares the names
 * @print: append its lines
 * @json: as JSON
 */
struct tool_object {
	enum bailey_kind kind;
	const char *usage;
	bool (*named)(const struct bailey_object *object, const char *name);
	void (*print)(const struct tool_view *view,
		      const struct bailey_object *object, struct bailey_out *out);
	json_t *(*json)(const struct tool_view *view,
			const struct bailey_object *object);
};

extern const struct tool_object tool_acl;
extern const struct tool_object tool_group;
extern const struct tool_object tool_prefix_list;
extern const struct tool_object tool_attach;
extern const struct tool_object tool_endpoint;

/* object.c */
int tool_object_main(const struct tool_object *object, int argc, char **argv);
int tool_view_open(struct tool_view *view);
void tool_view_close(struct tool_view *view);
json_t *tool_objects_json(const struct tool_view *view,
			  const struct tool_object *object, const char *name);

/* json.c */
int tool_json_print(json_t *json);
json_t *tool_json_string(const char *text, size_t len);
json_t *tool_json_set(const struct bailey_policy *policy,
		      const struct bailey_set *set);
json_t *tool_json_rules(const struct tool_view *view,
			const struct bailey_object *object,
			const struct bailey_rules *rules, int dir);

/* Of the document of "explain"; grows when a member changes its meaning or goes. */
#define TOOL_EXPLAIN_VERSION	1

/* explain_json.c */
json_t *tool_explain_json(const char *text, size_t len);

/* explain_show.c */
void tool_explain_show(const json_t *json);

/* rules.c */
void tool_rules_print(const struct tool_view *view,
		      const struct bailey_object *object,
		      const struct bailey_rules *rules, int dir,
		      struct bailey_out *out);

/* bailey_<object>.c */
int tool_acl_main(int argc, char **argv);
int tool_group_main(int argc, char **argv);
int tool_prefix_list_main(int argc, char **argv);
int tool_attach_main(int argc, char **argv);
int tool_endpoint_main(int argc, char **argv);
int tool_exempt_main(int argc, char **argv);
int tool_default_main(int argc, char **argv);
int tool_policy_main(int argc, char **argv);
int tool_policy_diff_main(int argc, char **argv);
int tool_edit_main(int argc, char **argv);
int tool_lint_main(int argc, char **argv);
int tool_connection_main(int argc, char **argv);
int tool_explain_main(int argc, char **argv);
int tool_flow_log_main(int argc, char **argv);
int tool_reach_main(int argc, char **argv);
int tool_reach_diff(struct bailey_policy *old, struct bailey_policy *new, bool *same);
int tool_stats_main(int argc, char **argv);
int tool_import_main(int argc, char **argv);
int tool_export_main(int argc, char **argv);
int tool_guard_main(int argc, char **argv);
int tool_guard_on(bool forward);
int tool_guard_off(void);
int tool_upgrade_main(int argc, char **argv);
int tool_version_main(int argc, char **argv);
json_t *tool_exempts_json(const struct bailey_policy *policy);

#endif /* BAILEY_TOOLS_TOOL_H */
