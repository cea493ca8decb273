// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the module's files whole, and what their errors mean.
 */
#include "tool.h"

#define CHUNK		((size_t)64 << 10)

/**
 * tool_proc_refused() - say that the kernel has refused something
 * @proc: the file
 * @error: negative errno
 *
 * Return: %TOOL_REFUSED.
 */
int tool_proc_refused(const struct tool_proc *proc, int error)
{
	if (error == -EPERM || error == -EACCES)
		return tool_fail("%s: %s (CAP_NET_ADMIN is needed)", proc->name,
				 strerror(-error));
	return tool_fail("%s: %s", proc->name, strerror(-error));
}

/**
 * tool_proc_read_all() - read what is left of an open file
 * @proc: the file
 * @text: appended to
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_proc_read_all(struct tool_proc *proc, struct bailey_out *text)
{
	char *chunk = malloc(CHUNK);
	ssize_t got;

	if (!chunk)
		return tool_fail("out of memory");
	while ((got = tool_proc_read(proc, chunk, CHUNK)) > 0)
		bailey_out_bytes(text, chunk, got);
	free(chunk);
	if (got < 0)
		return tool_proc_refused(proc, got);
	return text->failed ? tool_fail("out of memory") : TOOL_OK;
}

/**
 * tool_proc_get() - read a file
 * @name: its name
 * @text: appended to
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_proc_get(const char *name, struct bailey_out *text)
{
	struct tool_proc proc;
	int status = tool_proc_open(&proc, name, false);

	if (status == TOOL_OK)
		status = tool_proc_read_all(&proc, text);
	tool_proc_close(&proc);
	return status;
}
