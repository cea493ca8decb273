// SPDX-License-Identifier: GPL-2.0
/*
 * The module's files. Nothing but system calls and what their errors mean: the
 * tool's tests put a file in the place of this one that acts like the module.
 */
#include <fcntl.h>
#include <unistd.h>

#include "tool.h"

#define PROC_DIR	"/proc/net/bailey"
#define VERSION_FILE	"/sys/module/bailey/version"

static int open_failed(const char *name)
{
	int error = errno;

	if (error == ENOENT && access(PROC_DIR, F_OK))
		return tool_fail("the module is not loaded (modprobe bailey)");
	if (error == EACCES || error == EPERM)
		return tool_fail("%s/%s: %s (CAP_NET_ADMIN is needed)", PROC_DIR,
				 name, strerror(error));
	return tool_fail("%s/%s: %s", PROC_DIR, name, strerror(error));
}

/**
 * tool_proc_open() - open one of the module's files
 * @proc: filled in
 * @name: its name; must outlive @proc
 * @write: for writing, too
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_proc_open(struct tool_proc *proc, const char *name, bool write)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", PROC_DIR, name);
	proc->name = name;
	proc->fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	return proc->fd < 0 ? open_failed(name) : TOOL_OK;
}

/**
 * tool_proc_close() - close it; a transaction that is open is thrown away
 * @proc: the file, open or not
 */
void tool_proc_close(struct tool_proc *proc)
{
	if (proc->fd >= 0)
		close(proc->fd);
	proc->fd = -1;
}

/**
 * tool_proc_read() - read some of it
 * @proc: the file
 * @buf: where to
 * @size: how much at most
 *
 * Return: bytes read, 0 at the end, or a negative errno.
 */
ssize_t tool_proc_read(struct tool_proc *proc, char *buf, size_t size)
{
	ssize_t got;

	do
		got = read(proc->fd, buf, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/**
 * tool_proc_write() - write all of a text
 * @proc: the file
 * @data: the text
 * @len: its length
 *
 * Return: 0 or a negative errno.
 */
int tool_proc_write(struct tool_proc *proc, const char *data, size_t len)
{
	while (len) {
		ssize_t put = write(proc->fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put ? -errno : -EIO;
		data += put;
		len -= put;
	}
	return 0;
}

/**
 * tool_proc_version() - which version of the module is loaded?
 * @version: filled in
 * @size: room in @version
 *
 * Return: false when none is.
 */
bool tool_proc_version(char *version, size_t size)
{
	FILE *file = fopen(VERSION_FILE, "re");
	bool found;

	if (!file)
		return false;
	found = fgets(version, size, file);
	fclose(file);
	if (found)
		version[strcspn(version, "\n")] = '\0';
	return found;
}
