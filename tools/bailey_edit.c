// SPDX-License-Identifier: GPL-2.0
/*
 * bailey edit: the policy in force, or a file, in the user's editor.
 *
 * The editor works on a private copy. What it leaves is read as the module would
 * read it; what is refused is shown, and the user edits again or gives up. A
 * policy in force is then compared with what was read before: if others have
 * changed it meanwhile, their changes can be put into the copy as lines. Two
 * editors of one file, or of one network namespace's policy, keep each other out.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "edit.h"
#include "policy_diff.h"

static const char usage[] =
	"Usage: bailey edit [ --confirm SECONDS ] [ --revoke { keep | cut } ]\n"
	"       bailey edit FILE\n"
	"\n"
	"The policy in force, or FILE, in $VISUAL, $EDITOR or sensible-editor. What is\n"
	"wrong is shown, and you may edit again. The policy in force is loaded as one\n"
	"transaction, and what it changes is shown; the options are those of 'bailey\n"
	"policy load'. An editor that fails changes nothing.\n";

/* Each namespace has one file here, whoever asks: a lock on it is one on its policy. */
#define NAMESPACE	"/proc/self/ns/net"

/* The user shall edit again. */
#define AGAIN		(-1)

/**
 * struct edit - what is edited
 * @path: the file, or NULL for the policy in force
 * @name: what messages call it
 * @load: how the policy in force is loaded
 * @lock: keeps other editors out, -1 where there is no file yet
 * @policy: the policy in force when it was read
 * @read: its text or the file's then
 * @copy: what the editor works on
 */
struct edit {
	const char *path;
	const char *name;
	struct tool_load load;
	int lock;
	struct bailey_policy *policy;
	struct bailey_out read;
	struct edit_copy copy;
};

static bool equal(const struct bailey_out *a, const struct bailey_out *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->buf, b->buf, a->len));
}

static void say(const char *text)
{
	fflush(stdout);
	fprintf(stderr, "bailey: %s\n", text);
}

/* Asks until one of the letters is typed; 'x' at the end of input. */
static char ask(const char *question, const char *letters)
{
	char answer[64];

	for (;;) {
		fflush(stdout);
		fprintf(stderr, "%s ", question);
		if (edit_signals_came() || !fgets(answer, sizeof(answer), stdin)) {
			fputc('\n', stderr);
			return 'x';
		}
		if (answer[0] && answer[1] == '\n' && strchr(letters, answer[0]))
			return answer[0];
	}
}

static int ask_again(void)
{
	if (ask("What now? e: edit again, x: leave without a change", "ex") == 'e')
		return AGAIN;
	return tool_fail("nothing was changed");
}

static int lock_take(struct edit *edit)
{
	const char *what = edit->path ? edit->path : NAMESPACE;

	edit->lock = open(what, O_RDONLY | O_CLOEXEC);
	if (edit->lock < 0 && errno == ENOENT && edit->path)
		return TOOL_OK;
	if (edit->lock < 0)
		return tool_fail("%s: %s", what, strerror(errno));
	if (!flock(edit->lock, LOCK_EX | LOCK_NB))
		return TOOL_OK;
	if (errno == EWOULDBLOCK)
		return tool_fail("%s is being edited by somebody else", edit->name);
	return tool_fail("%s: %s", what, strerror(errno));
}

/* The text as it is now; of a file that is not there an empty line. */
static int read_now(const struct edit *edit, struct bailey_out *text)
{
	if (!edit->path)
		return tool_proc_get("policy", text);
	if (access(edit->path, F_OK) && errno == ENOENT) {
		bailey_out_bytes(text, "\n", 1);
		return TOOL_OK;
	}
	return tool_file_read(edit->path, text);
}

/* What the module says its policy is, without the frame that makes it loadable. */
static void live_text(const struct bailey_out *policy, struct bailey_out *text)
{
	static const char * const frame[] = { "begin", "flush", "commit" };
	const char *at = policy->buf, *line;
	size_t len = policy->len, line_len;
	u32 i;

	bailey_out_printf(text, "# In force. What is missing here is gone when this is loaded.\n");
	while (tool_next_line(&at, &len, &line, &line_len)) {
		for (i = 0; i < ARRAY_SIZE(frame); i++)
			if (line_len == strlen(frame[i]) && !memcmp(line, frame[i], line_len))
				break;
		if (i == ARRAY_SIZE(frame))
			bailey_out_printf(text, "%.*s\n", (int)line_len, line);
	}
}

static int live_parse(const struct bailey_out *text, struct bailey_policy **policy)
{
	struct tool_source source = { .name = "policy", .text = text->buf, .len = text->len };
	struct bailey_diag diag = {};
	int status = TOOL_OK;

	if (tool_policy_build(policy, &source, &diag)) {
		tool_answer_show(&diag, &source);
		status = tool_fail("the module speaks another language than this tool");
	}
	bailey_diag_destroy(&diag);
	return status;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int open_live(struct edit *edit)
{
	struct bailey_out text = {};
	int status = live_parse(&edit->read, &edit->policy);

	if (status == TOOL_OK) {
		live_text(&edit->read, &text);
		status = text.failed ? tool_fail("out of memory") :
			 edit_copy_create(&edit->copy, "policy", text.buf, text.len);
	}
	bailey_out_destroy(&text);
	return status;
}

static int open_copy(struct edit *edit)
{
	int status = read_now(edit, &edit->read);

	if (status != TOOL_OK)
		return status;
	if (!edit->path)
		return open_live(edit);
	return edit_copy_create(&edit->copy, base_name(edit->path),
				edit->read.buf, edit->read.len);
}

/* Would it be taken? What is wrong is shown. */
static int check(const struct edit *edit, const struct tool_source *source,
		 struct bailey_policy **policy)
{
	struct bailey_diag diag = {};
	int ret = tool_policy_change(policy, edit->policy, source, &diag);

	if (ret)
		tool_answer_show(&diag, source);
	bailey_diag_destroy(&diag);
	return ret ? TOOL_REFUSED : TOOL_OK;
}

/* Puts what others have changed meanwhile behind the user's lines. */
static int merge(struct edit *edit, const struct bailey_out *mine,
		 struct bailey_policy *theirs, struct bailey_out *now)
{
	struct bailey_out text = {};
	bool same;
	int status;

	bailey_out_bytes(&text, mine->buf, mine->len);
	bailey_out_printf(&text, "# What others have changed meanwhile:\n");
	if (tool_diff(edit->policy, theirs, tool_diff_delta, &text, &same) || text.failed)
		status = tool_fail("out of memory");
	else
		status = edit_copy_write(&edit->copy, text.buf, text.len);
	bailey_out_destroy(&text);
	if (status != TOOL_OK)
		return status;
	bailey_policy_put(edit->policy);
	bailey_policy_get(theirs);
	edit->policy = theirs;
	bailey_out_destroy(&edit->read);
	edit->read = *now;
	memset(now, 0, sizeof(*now));
	return AGAIN;
}

/* The policy in force is not what it was when it was read. */
static int changed_meanwhile(struct edit *edit, const struct bailey_out *mine,
			     struct bailey_out *now)
{
	struct bailey_policy *theirs = NULL;
	int status = live_parse(now, &theirs);
	bool same;

	if (status == TOOL_OK) {
		say("the policy in force has been changed meanwhile:");
		status = tool_diff_show(edit->policy, "policy when you began", theirs,
					"policy in force now", &same);
	}
	if (status != TOOL_OK)
		;
	else if (ask("What now? m: take these in and edit again, x: leave without a change",
		     "mx") == 'm')
		status = merge(edit, mine, theirs, now);
	else
		status = tool_fail("nothing was changed");
	bailey_policy_put(theirs);
	return status;
}

static int load(struct edit *edit, const struct tool_source *source)
{
	if (tool_send_file(source, &edit->load) != TOOL_OK)
		return ask_again();
	if (edit->load.options.confirm && !edit->load.options.check)
		printf("the old policy comes back in %u s unless 'bailey policy confirm' follows\n",
		       edit->load.options.confirm);
	return TOOL_OK;
}

static int take_live(struct edit *edit, const struct bailey_out *mine,
		     const struct tool_source *source, const struct bailey_policy *policy)
{
	struct bailey_out now = {};
	bool same;
	int status = tool_diff_show(edit->policy, "policy in force", policy, "your policy",
				    &same);

	if (status == TOOL_OK && same) {
		say("nothing was changed");
		return TOOL_OK;
	}
	if (status == TOOL_OK)
		status = read_now(edit, &now);
	if (status == TOOL_OK)
		status = equal(&now, &edit->read) ? load(edit, source) :
			 changed_meanwhile(edit, mine, &now);
	bailey_out_destroy(&now);
	return status;
}

static int take_file(struct edit *edit, const struct bailey_out *mine)
{
	struct bailey_out now = {};
	int status = read_now(edit, &now);

	if (status == TOOL_OK && !equal(&now, &edit->read)) {
		say("the file has been changed meanwhile");
		status = ask_again();
	} else if (status == TOOL_OK) {
		status = edit->lock < 0 ? tool_file_save(edit->path, mine->buf, mine->len) :
					  tool_file_update(edit->path, mine->buf, mine->len);
	}
	bailey_out_destroy(&now);
	return status;
}

/* What the editor has left: checked, and put in force or into the file. */
static int take(struct edit *edit, const struct bailey_out *mine)
{
	struct tool_source source = { .name = edit->name, .text = mine->buf, .len = mine->len };
	struct bailey_policy *policy = NULL;
	int status;

	if (check(edit, &source, &policy) != TOOL_OK)
		status = ask_again();
	else if (edit->path)
		status = take_file(edit, mine);
	else
		status = take_live(edit, mine, &source, policy);
	bailey_policy_put(policy);
	return status;
}

static int once(struct edit *edit)
{
	struct bailey_out mine = {};
	int status = edit_copy_run(&edit->copy);

	if (status == TOOL_OK)
		status = tool_file_read(edit->copy.path, &mine);
	if (status == TOOL_OK && edit_signals_came())
		status = tool_fail("interrupted; nothing was changed");
	else if (status == TOOL_OK && equal(&edit->read, &mine))
		say("nothing was changed");
	else if (status == TOOL_OK)
		status = take(edit, &mine);
	bailey_out_destroy(&mine);
	return status;
}

static int run(struct edit *edit)
{
	int status = lock_take(edit);

	if (status == TOOL_OK) {
		edit_signals_catch();
		status = open_copy(edit);
		if (status == TOOL_OK)
			do
				status = once(edit);
			while (status == AGAIN);
		edit_copy_remove(&edit->copy);
	}
	bailey_policy_put(edit->policy);
	bailey_out_destroy(&edit->read);
	if (edit->lock >= 0)
		close(edit->lock);
	return status;
}

/**
 * tool_edit_main() - bailey edit
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_edit_main(int argc, char **argv)
{
	struct edit edit = { .name = "policy", .load = { .flush = true }, .lock = -1 };
	int words;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (tool_options.json)
		return tool_usage(usage, "edit talks to people; it has no JSON");
	words = tool_load_options(&edit.load, argc, argv, usage);
	if (words < 0)
		return TOOL_USAGE;
	if (argc - words > 1)
		return tool_usage(usage, "edit takes one file");
	if (argc > words && (edit.load.has_revoke || edit.load.options.confirm ||
			     edit.load.options.check))
		return tool_usage(usage, "options are for the policy in force, not for a file");
	if (argc > words) {
		edit.path = argv[words];
		edit.name = argv[words];
	}
	return run(&edit);
}
