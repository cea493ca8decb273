// SPDX-License-Identifier: GPL-2.0
/*
 * Handing lines to the kernel, transaction by transaction.
 *
 * A file is first cut into transactions by the engine's own script reader, with
 * nothing sent: what is wrong with its begin and commit lines shows before the
 * first change is made. Then each goes out on a descriptor of its own, so that
 * the kernel's line numbers begin anew with each, and are moved back to those of
 * the file.
 */
#include "tool.h"

#define CHUNK		((size_t)1 << 20)

/* A file on its way to the kernel. */
struct sending {
	const struct tool_load *load;
	bool flush;
	u32 done;
};

static bool begins(const char *line, size_t len)
{
	struct bailey_diag diag = {};
	struct bailey_lexer lex;

	bailey_lexer_init(&lex, line, min_t(size_t, len, BAILEY_LINE_MAX), 1, &diag);
	return bailey_lexer_next(&lex) && bailey_lexer_is(&lex, "begin");
}

static bool says_something(const char *line, size_t len)
{
	struct bailey_diag diag = {};
	struct bailey_lexer lex;

	bailey_lexer_init(&lex, line, min_t(size_t, len, BAILEY_LINE_MAX), 1, &diag);
	return bailey_lexer_next(&lex);
}

static bool any_line(const char *text, size_t len,
		     bool (*holds)(const char *line, size_t len))
{
	const char *line;
	size_t line_len;

	while (tool_next_line(&text, &len, &line, &line_len))
		if (holds(line, line_len))
			return true;
	return false;
}

/**
 * tool_file_begins() - has a file transactions of its own?
 * @source: the file
 *
 * Return: true if one of its lines is a begin; else "load" makes one of it all.
 */
bool tool_file_begins(const struct tool_source *source)
{
	return any_line(source->text, source->len, begins);
}

static void head_print(struct bailey_out *head, const struct bailey_commit *commit,
		       const struct sending *sending)
{
	const struct bailey_commit *options = &sending->load->options;
	u32 confirm = options->confirm ? options->confirm : commit->confirm;
	bool cut = sending->load->has_revoke ? options->cut : commit->cut;

	bailey_out_printf(head, "begin%s%s",
			  options->check || commit->check ? " check" : "",
			  cut ? " revoke cut" : "");
	if (confirm)
		bailey_out_printf(head, " confirm %u", confirm);
	bailey_out_printf(head, "\n%s", sending->flush ? "flush\n" : "");
}

static int write_chunks(struct tool_proc *proc, const char *text, size_t len)
{
	int ret = 0;

	while (len && !ret) {
		size_t chunk = min_t(size_t, len, CHUNK);

		ret = tool_proc_write(proc, text, chunk);
		text += chunk;
		len -= chunk;
	}
	return ret;
}

/* What the kernel says to what was written; what it did not even read has no answer. */
static void answer_read(struct tool_proc *proc, int ret, u32 head,
			u32 first_line, struct bailey_diag *diag)
{
	struct bailey_out text = {};
	struct bailey_diag answer = {};
	bool early = ret == -EPERM || ret == -EFBIG;

	if (!early && tool_proc_read_all(proc, &text) == TOOL_OK)
		tool_answer_parse(&answer, text.buf, text.len);
	tool_answer_move(&answer, head, first_line);
	if (!ret)
		answer.error.code = 0;
	else if (!answer.error.code)
		snprintf(answer.error.reason, sizeof(answer.error.reason),
			 "%s%s", strerror(-ret),
			 ret == -EPERM ? " (CAP_NET_ADMIN is needed)" :
			 ret == -EFBIG ? " (sysctl max_policy_bytes)" : "");
	if (ret)
		answer.error.code = ret;
	diag->error = answer.error;
	bailey_out_bytes(&diag->notes, answer.notes.buf ? answer.notes.buf : "",
			 answer.notes.len);
	bailey_out_destroy(&text);
	bailey_diag_destroy(&answer);
}

/* Comments between transactions are a transaction to the script reader. */
static bool asks_nothing(const struct bailey_commit *commit)
{
	return !commit->check && !commit->cut && !commit->confirm &&
	       !any_line(commit->text, commit->len, says_something);
}

static int send_commit(void *arg, const struct bailey_commit *commit,
		       struct bailey_diag *diag)
{
	struct sending *sending = arg;
	struct bailey_out head = {};
	struct tool_proc proc;
	int ret;

	if (asks_nothing(commit) && !sending->flush)
		return 0;
	if (tool_proc_open(&proc, "policy", true) != TOOL_OK)
		return -ENODEV;
	head_print(&head, commit, sending);
	ret = head.failed ? -ENOMEM : tool_proc_write(&proc, head.buf, head.len);
	if (!ret)
		ret = write_chunks(&proc, commit->text, commit->len);
	if (!ret)
		ret = tool_proc_write(&proc, "commit\n", 7);
	answer_read(&proc, ret, sending->flush ? 2 : 1, commit->first_line, diag);
	tool_proc_close(&proc);
	bailey_out_destroy(&head);
	sending->done += !ret;
	return ret;
}

static int send_confirm(void *arg, struct bailey_diag *diag)
{
	struct sending *sending = arg;
	struct tool_proc proc;
	int ret;

	if (tool_proc_open(&proc, "policy", true) != TOOL_OK)
		return -ENODEV;
	ret = tool_proc_write(&proc, "confirm\n", 8);
	answer_read(&proc, ret, 1, 0, diag);
	tool_proc_close(&proc);
	sending->done += !ret;
	return ret;
}

static int look_at_commit(void *arg, const struct bailey_commit *commit,
			  struct bailey_diag *diag)
{
	(void)arg;
	(void)commit;
	(void)diag;
	return 0;
}

static int look_at_confirm(void *arg, struct bailey_diag *diag)
{
	(void)arg;
	(void)diag;
	return 0;
}

static const struct bailey_script_ops look_ops = {
	.commit = look_at_commit,
	.confirm = look_at_confirm,
};

static const struct bailey_script_ops send_ops = {
	.commit = send_commit,
	.confirm = send_confirm,
};

static int report(const struct tool_source *source, struct bailey_diag *diag,
		  int ret, u32 done)
{
	if (tool_options.json)
		tool_json_print(tool_answer_json(diag, source->name));
	else
		tool_answer_show(diag, source);
	if (ret && done)
		tool_fail("of the transactions before this one, %u took effect", done);
	return ret ? TOOL_REFUSED : TOOL_OK;
}

/**
 * tool_send_file() - carry out the lines of a file
 * @source: the lines; the last one ends with a newline
 * @load: how
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with the answers printed.
 */
int tool_send_file(const struct tool_source *source, const struct tool_load *load)
{
	struct sending sending = { .load = load };
	struct bailey_diag diag = {};
	int ret, status;

	if (load->flush && !any_line(source->text, source->len, says_something))
		return tool_fail("%s: there is no line in it (do you want 'bailey policy flush'?)",
				 source->name);
	sending.flush = load->flush && !tool_file_begins(source);
	ret = tool_script_run(&look_ops, NULL, source, &diag);
	if (!ret) {
		bailey_diag_destroy(&diag);
		ret = tool_script_run(&send_ops, &sending, source, &diag);
	}
	if (ret == -ENODEV)
		status = TOOL_REFUSED;
	else
		status = report(source, &diag, ret, sending.done);
	bailey_diag_destroy(&diag);
	return status;
}

/**
 * tool_send_line() - carry out one line from the command line
 * @line: the line
 * @len: its length
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with the answer printed.
 */
int tool_send_line(const char *line, size_t len)
{
	struct tool_load load = {};
	struct bailey_out text = {};
	struct tool_source source;
	int status;

	bailey_out_bytes(&text, line, len);
	bailey_out_bytes(&text, "\n", 1);
	if (text.failed)
		return tool_fail("out of memory");
	source = (struct tool_source){ .text = text.buf, .len = text.len };
	status = tool_send_file(&source, &load);
	bailey_out_destroy(&text);
	return status;
}

/* Lines that are no policy, to a file of their own. */
static int send_lines(const char *file, const struct tool_source *source)
{
	struct bailey_diag diag = {};
	struct tool_proc proc;
	int ret, status;

	if (tool_proc_open(&proc, file, true) != TOOL_OK)
		return TOOL_REFUSED;
	ret = write_chunks(&proc, source->text, source->len);
	answer_read(&proc, ret, 0, 1, &diag);
	tool_proc_close(&proc);
	status = report(source, &diag, ret, 0);
	bailey_diag_destroy(&diag);
	return status;
}

/**
 * tool_send_word() - write a line that is no part of a policy
 * @file: one of the module's files
 * @line: the line, with its newline
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with the answer printed.
 */
int tool_send_word(const char *file, const char *line)
{
	struct tool_source source = { .text = line, .len = strlen(line) };

	return send_lines(file, &source);
}

/**
 * tool_send_snapshot() - have connections restored
 * @source: what "connection save" wrote
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with the answer printed.
 */
int tool_send_snapshot(const struct tool_source *source)
{
	static const char end[] = "\ncommit\n";
	size_t len = sizeof(end) - 1;

	/* Half of one is none: without its end the module would wait for the rest. */
	if (source->len < len || memcmp(source->text + source->len - len, end, len))
		return tool_fail("%s: it has no end: a snapshot ends with 'commit'",
				 source->name);
	return send_lines("snapshot", source);
}
