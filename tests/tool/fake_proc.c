// SPDX-License-Identifier: GPL-2.0
/*
 * The module's files, acted: stands in for tools/proc.c in the tool that is
 * tested, so that its tests need neither kernel nor root.
 *
 * The engine does what it does in the kernel; the policy in force is kept as text
 * in $BAILEY_FAKE/policy. Other files are read from there, and what is written to
 * them is appended to NAME.written. Writes fail with the number in
 * $BAILEY_FAKE/errno, should it be there; reads with EIO once $BAILEY_FAKE/gone is
 * there and all has been read. "check" names the connections in $BAILEY_FAKE/cut.
 */
#include <unistd.h>

#include "tool.h"
#include "engine/explain.h"
#include "engine/policy_text.h"
#include "engine/seal.h"

static struct bailey_script script;
static struct bailey_out answer;
static bool answered;
static size_t answer_at;

static bool path_of(char *path, size_t size, const char *name, const char *suffix)
{
	const char *dir = getenv("BAILEY_FAKE");

	return dir && snprintf(path, size, "%s/%s%s", dir, name, suffix) < (int)size;
}

static void slurp(const char *name, struct bailey_out *text)
{
	char path[256], buf[4096];
	FILE *file;
	size_t got;

	if (!path_of(path, sizeof(path), name, ""))
		return;
	file = fopen(path, "r");
	if (!file)
		return;
	while ((got = fread(buf, 1, sizeof(buf), file)))
		bailey_out_bytes(text, buf, got);
	fclose(file);
}

static void spill(const char *name, const char *suffix, const char *mode,
		  const char *text, size_t len)
{
	char path[256];
	FILE *file;

	if (!path_of(path, sizeof(path), name, suffix))
		return;
	file = fopen(path, mode);
	if (!file)
		return;
	fwrite(text, 1, len, file);
	fclose(file);
}

static struct bailey_policy *policy_in_force(struct bailey_diag *diag)
{
	struct bailey_out text = {};
	struct tool_source source = { .name = "fake" };
	struct bailey_policy *policy = NULL;

	slurp("policy", &text);
	source.text = text.buf;
	source.len = text.len;
	if (!text.len)
		policy = bailey_policy_create();
	else
		tool_policy_build(&policy, &source, diag);
	bailey_out_destroy(&text);
	return policy;
}

static void policy_keep(const struct bailey_policy *policy)
{
	struct bailey_out text = {};

	bailey_policy_print(policy, &text);
	spill("policy", "", "w", text.buf, text.len);
	bailey_out_destroy(&text);
}

static void fake_check(struct bailey_out *notes)
{
	bailey_out_printf(notes, "check revoke cut would end 3 of 7 connections\n");
	slurp("cut", notes);
}

static int fake_commit(void *arg, const struct bailey_commit *commit,
		       struct bailey_diag *diag)
{
	struct bailey_policy *old = policy_in_force(diag);
	struct bailey_policy *next = bailey_policy_clone(old);
	struct bailey_out asked = {};
	int ret;

	(void)arg;
	bailey_out_printf(&asked, "check %d cut %d confirm %u\n", commit->check,
			  commit->cut, commit->confirm);
	spill("begin", ".written", "a", asked.buf, asked.len);
	bailey_out_destroy(&asked);
	ret = bailey_language_apply(next, commit->text, commit->len,
				    commit->first_line, diag);
	if (!ret)
		ret = bailey_policy_seal(next, old, 1000000, diag);
	if (!ret && commit->check)
		fake_check(&diag->notes);
	else if (!ret)
		policy_keep(next);
	bailey_policy_put(next);
	bailey_policy_put(old);
	return ret;
}

static int fake_confirm(void *arg, struct bailey_diag *diag)
{
	(void)arg;
	return bailey_diag_fail(diag, -ENOENT, 1, 1, "nothing waits to be confirmed");
}

static const struct bailey_script_ops fake_ops = {
	.commit = fake_commit,
	.confirm = fake_confirm,
};

int tool_proc_open(struct tool_proc *proc, const char *name, bool write)
{
	proc->name = name;
	proc->fd = -1;
	if (!getenv("BAILEY_FAKE"))
		return tool_fail("the module is not loaded (modprobe bailey)");
	proc->fd = write ? 1 : 0;
	bailey_script_init(&script, &fake_ops, NULL, (size_t)64 << 20);
	bailey_out_destroy(&answer);
	answered = false;
	answer_at = 0;
	return TOOL_OK;
}

void tool_proc_close(struct tool_proc *proc)
{
	if (proc->fd >= 0)
		bailey_script_destroy(&script);
	bailey_out_destroy(&answer);
	proc->fd = -1;
}

static void answer_make(const char *name)
{
	struct bailey_diag diag = {};
	struct bailey_policy *policy;

	answered = true;
	if (!strcmp(name, "policy")) {
		policy = policy_in_force(&diag);
		bailey_policy_print(policy, &answer);
		bailey_policy_put(policy);
	} else {
		slurp(name, &answer);
	}
	bailey_diag_destroy(&diag);
}

static bool gone(void)
{
	char path[256];

	return path_of(path, sizeof(path), "gone", "") && !access(path, F_OK);
}

ssize_t tool_proc_read(struct tool_proc *proc, char *buf, size_t size)
{
	size_t len;

	if (!answered)
		answer_make(proc->name);
	len = min_t(size_t, size, answer.len - answer_at);
	if (len)
		memcpy(buf, answer.buf + answer_at, len);
	answer_at += len;
	return len || !gone() ? (ssize_t)len : -EIO;
}

static int forced_errno(void)
{
	struct bailey_out text = {};
	int number = 0;

	slurp("errno", &text);
	if (text.len)
		number = atoi(text.buf);
	bailey_out_destroy(&text);
	return number;
}

int tool_proc_write(struct tool_proc *proc, const char *data, size_t len)
{
	struct bailey_diag diag = {};
	int ret = -forced_errno();

	if (ret)
		return ret;
	bailey_out_reset(&answer);
	answer_at = 0;
	answered = true;
	if (!strcmp(proc->name, "policy")) {
		ret = bailey_script_feed(&script, data, len, &diag);
		bailey_diag_print(&diag, &answer);
		bailey_diag_destroy(&diag);
		return ret;
	}
	spill(proc->name, ".written", "a", data, len);
	slurp("answer", &answer);
	return 0;
}

bool tool_proc_version(char *version, size_t size)
{
	if (!getenv("BAILEY_FAKE"))
		return false;
	snprintf(version, size, "9.8.7");
	return true;
}
