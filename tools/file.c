// SPDX-License-Identifier: GPL-2.0
/*
 * Files of the user: read whole, and saved so that there is never half of one.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

/* More than any policy the module takes; keeps endless files out. */
#define FILE_MAX	((size_t)256 << 20)
#define CHUNK		((size_t)64 << 10)

static int read_all(int fd, const char *name, struct bailey_out *text)
{
	char *chunk = malloc(CHUNK);
	int status = TOOL_OK;
	ssize_t got = 1;

	if (!chunk)
		return tool_fail("out of memory");
	while (got > 0) {
		got = read(fd, chunk, CHUNK);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got < 0)
			status = tool_fail("%s: %s", name, strerror(errno));
		else
			bailey_out_bytes(text, chunk, got);
		if (text->failed || text->len > FILE_MAX) {
			status = tool_fail("%s: larger than %zu MiB", name,
					   FILE_MAX >> 20);
			break;
		}
	}
	free(chunk);
	return status;
}

/**
 * tool_file_name() - how messages call a file
 * @path: its name on the command line
 *
 * Return: @path, or "<stdin>" for "-".
 */
const char *tool_file_name(const char *path)
{
	return strcmp(path, "-") ? path : "<stdin>";
}

/**
 * tool_file_read() - read a whole file
 * @path: its name; "-" is standard input
 * @text: appended to; a newline is added when the last line has none
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_file_read(const char *path, struct bailey_out *text)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int status;

	if (fd < 0)
		return tool_fail("%s: %s", path, strerror(errno));
	status = read_all(fd, tool_file_name(path), text);
	if (!standard)
		close(fd);
	if (status == TOOL_OK && (!text->len || text->buf[text->len - 1] != '\n'))
		bailey_out_bytes(text, "\n", 1);
	return status;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		text += put;
		len -= put;
	}
	return 0;
}

/* As the file before was; who is not root can't give it to its owner back. */
static bool keep_mode(int fd, const struct stat *like)
{
	if (!like)
		return true;
	return (!fchown(fd, like->st_uid, like->st_gid) || errno == EPERM) &&
	       !fchmod(fd, like->st_mode & 07777);
}

/* A new file of mode 0600 that takes the old one's place when it is complete. */
static int save_beside(const char *path, char *beside, const char *text, size_t len,
		       const struct stat *like)
{
	int fd = mkostemp(beside, O_CLOEXEC);
	int failed;

	if (fd < 0)
		return tool_fail("%s: %s", path, strerror(errno));
	failed = write_all(fd, text, len) || !keep_mode(fd, like) || fsync(fd);
	if (close(fd) || failed || rename(beside, path)) {
		tool_fail("%s: %s", path, strerror(errno));
		unlink(beside);
		return TOOL_REFUSED;
	}
	return TOOL_OK;
}

static int save(const char *path, const char *text, size_t len, const struct stat *like)
{
	char *real = realpath(path, NULL), *beside;
	int status;

	beside = malloc(strlen(real ? real : path) + sizeof(".XXXXXX"));
	if (!beside) {
		free(real);
		return tool_fail("out of memory");
	}
	sprintf(beside, "%s.XXXXXX", real ? real : path);
	status = save_beside(real ? real : path, beside, text, len, like);
	free(beside);
	free(real);
	return status;
}

/**
 * tool_file_save() - write a file through a rename, mode 0600
 * @path: its name. What is there and is no regular file (a terminal, a pipe) is
 *	  written to as it is
 * @text: what it shall hold
 * @len: length of @text
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed; the file is then
 * what it was.
 */
int tool_file_save(const char *path, const char *text, size_t len)
{
	struct stat st;
	int status, fd;

	if (stat(path, &st) || S_ISREG(st.st_mode))
		return save(path, text, len, NULL);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	status = fd < 0 || write_all(fd, text, len);
	if ((fd >= 0 && close(fd)) || status)
		return tool_fail("%s: %s", path, strerror(errno));
	return TOOL_OK;
}

/**
 * tool_file_update() - write a file through a rename; owner and mode stay
 * @path: its name, of a regular file that is there
 * @text: what it shall hold
 * @len: length of @text
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed; the file is then
 * what it was.
 */
int tool_file_update(const char *path, const char *text, size_t len)
{
	struct stat st;

	if (stat(path, &st))
		return tool_fail("%s: %s", path, strerror(errno));
	return save(path, text, len, &st);
}
