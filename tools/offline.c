// SPDX-License-Identifier: GPL-2.0
/*
 * Policies inside the tool: the engine's parser on a file, or on what the kernel
 * says its policy is.
 */
#include "tool.h"
#include "engine/seal.h"

static int unfinished(const struct bailey_script *script, struct bailey_diag *diag)
{
	if (!script->open)
		return 0;
	return bailey_diag_fail(diag, -EINVAL, script->line, 1,
				"the file ends inside a transaction; there is no 'commit'");
}

/**
 * tool_script_run() - take the transactions of a file one after the other
 * @ops: who carries them out
 * @arg: handed to @ops
 * @source: the file
 * @diag: filled in
 *
 * Return: 0, or the negative errno of the first that failed; none after it is
 * begun.
 */
int tool_script_run(const struct bailey_script_ops *ops, void *arg,
		    const struct tool_source *source, struct bailey_diag *diag)
{
	struct bailey_script script;
	int ret;

	bailey_script_init(&script, ops, arg, SIZE_MAX / 4);
	ret = bailey_script_feed(&script, source->text, source->len, diag);
	if (!ret)
		ret = unfinished(&script, diag);
	bailey_script_destroy(&script);
	if (ret && !diag->error.code) {
		diag->error.code = ret;
		snprintf(diag->error.reason, sizeof(diag->error.reason), "%s",
			 strerror(-ret));
	}
	return ret;
}

static int build_commit(void *arg, const struct bailey_commit *commit,
			struct bailey_diag *diag)
{
	struct bailey_policy **policy = arg, *next;
	int ret;

	next = bailey_policy_clone(*policy);
	if (!next)
		return -ENOMEM;
	ret = bailey_language_apply(next, commit->text, commit->len,
				    commit->first_line, diag);
	if (!ret)
		ret = bailey_policy_seal(next, *policy, UINT64_MAX, diag);
	if (ret || commit->check) {
		bailey_policy_put(next);
		return ret;
	}
	bailey_policy_put(*policy);
	*policy = next;
	return 0;
}

static int build_confirm(void *arg, struct bailey_diag *diag)
{
	(void)arg;
	(void)diag;
	return 0;
}

static const struct bailey_script_ops build_ops = {
	.commit = build_commit,
	.confirm = build_confirm,
};

/* Takes over the reference to what the policy begins as. */
static int build_on(struct bailey_policy **policy, struct bailey_policy *base,
		    const struct tool_source *source, struct bailey_diag *diag)
{
	int ret = -ENOMEM;

	*policy = base;
	if (base)
		ret = tool_script_run(&build_ops, policy, source, diag);
	if (ret) {
		bailey_policy_put(*policy);
		*policy = NULL;
	}
	return ret;
}

/**
 * tool_policy_build() - the policy that a file makes of an empty one
 * @policy: filled in with a reference, NULL on failure
 * @source: the file
 * @diag: what is to be said about it
 *
 * Return: 0 or a negative errno.
 */
int tool_policy_build(struct bailey_policy **policy,
		      const struct tool_source *source, struct bailey_diag *diag)
{
	return build_on(policy, bailey_policy_create(), source, diag);
}

/**
 * tool_policy_change() - the policy that loading a file makes of another
 * @policy: filled in with a reference, NULL on failure
 * @base: what is in force; only a file with transactions of its own looks at it
 * @source: the file
 * @diag: what is to be said about it
 *
 * Return: 0 or a negative errno.
 */
int tool_policy_change(struct bailey_policy **policy,
		       const struct bailey_policy *base,
		       const struct tool_source *source, struct bailey_diag *diag)
{
	if (!base || !tool_file_begins(source))
		return tool_policy_build(policy, source, diag);
	return build_on(policy, bailey_policy_clone(base), source, diag);
}

/**
 * tool_policy_file() - the policy that loading a file makes of another
 * @policy: filled in with a reference
 * @base: what is in force, or NULL for nothing
 * @path: name of the file; "-" is standard input
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_policy_file(struct bailey_policy **policy,
		     const struct bailey_policy *base, const char *path)
{
	struct tool_source source = { .name = tool_file_name(path) };
	struct bailey_out text = {};
	struct bailey_diag diag = {};
	int status = tool_file_read(path, &text);

	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		if (tool_policy_change(policy, base, &source, &diag)) {
			tool_answer_show(&diag, &source);
			status = TOOL_REFUSED;
		}
	}
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&text);
	return status;
}

/**
 * tool_policy_read() - the policy of a file
 * @path: its name; "-" is standard input
 * @policy: filled in with a reference
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_policy_read(const char *path, struct bailey_policy **policy)
{
	return tool_policy_file(policy, NULL, path);
}

/**
 * tool_policy_live() - the policy in force
 * @policy: filled in with a reference
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_policy_live(struct bailey_policy **policy)
{
	struct bailey_out text = {};
	struct bailey_diag diag = {};
	struct tool_source source = { .name = "policy" };
	int status = tool_proc_get("policy", &text);

	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		if (tool_policy_build(policy, &source, &diag)) {
			tool_answer_show(&diag, &source);
			status = tool_fail("the module speaks another language than this tool");
		}
	}
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&text);
	return status;
}
