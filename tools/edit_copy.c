// SPDX-License-Identifier: GPL-2.0
/*
 * The private copy that an editor works on, and the editor.
 *
 * The copy stands in a directory of its own that nobody else may enter, so that
 * what editors leave beside a file (swap files, backups) is as private, and goes
 * with it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edit.h"

#define STATUS_KILLED	128
#define STATUS_NONE	127

static volatile sig_atomic_t signal_came;

static void note_signal(int number)
{
	signal_came = number;
}

/**
 * edit_signals_catch() - let no signal end the tool while there is a copy
 *
 * Calls that wait end early instead; edit_signals_came() says why.
 */
void edit_signals_catch(void)
{
	static const int caught[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note_signal };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(caught); i++)
		sigaction(caught[i], &action, NULL);
}

/**
 * edit_signals_came() - did somebody want the tool to end?
 *
 * Return: true since the first signal outside the editor; SIGINT and SIGQUIT in it
 * are the editor's.
 */
bool edit_signals_came(void)
{
	return signal_came;
}

static int write_new(const char *path, const char *text, size_t len, int flags)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool failed;

	if (!file)
		return tool_fail("%s: %s", path, strerror(errno));
	failed = fwrite(text, 1, len, file) != len;
	if (fclose(file) || failed)
		return tool_fail("%s: %s", path, strerror(errno));
	return TOOL_OK;
}

/**
 * edit_copy_create() - make a private copy of a text
 * @copy: filled in
 * @name: what the file is called, without a directory
 * @text: what it holds
 * @len: its length
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int edit_copy_create(struct edit_copy *copy, const char *name, const char *text,
		     size_t len)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || *tmp != '/')
		tmp = "/tmp";
	copy->path = NULL;
	if (asprintf(&copy->dir, "%s/bailey-edit.XXXXXX", tmp) < 0)
		return tool_fail("out of memory");
	if (!mkdtemp(copy->dir)) {
		tool_fail("%s: %s", copy->dir, strerror(errno));
		free(copy->dir);
		copy->dir = NULL;
		return TOOL_REFUSED;
	}
	if (asprintf(&copy->path, "%s/%s", copy->dir, name) < 0) {
		copy->path = NULL;
		return tool_fail("out of memory");
	}
	return write_new(copy->path, text, len, O_CREAT | O_EXCL);
}

/**
 * edit_copy_write() - put another text into it
 * @copy: the copy
 * @text: what it is to hold
 * @len: its length
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int edit_copy_write(const struct edit_copy *copy, const char *text, size_t len)
{
	return write_new(copy->path, text, len, O_CREAT | O_TRUNC);
}

/**
 * edit_copy_remove() - remove it, and what the editor left beside it
 * @copy: the copy, made or not
 */
void edit_copy_remove(struct edit_copy *copy)
{
	DIR *dir = copy->dir ? opendir(copy->dir) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (copy->dir && rmdir(copy->dir))
		tool_fail("%s: %s", copy->dir, strerror(errno));
	free(copy->path);
	free(copy->dir);
	copy->path = NULL;
	copy->dir = NULL;
}

static const char *editor(void)
{
	static const char * const names[] = { "VISUAL", "EDITOR" };
	const char *value;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return access("/usr/bin/sensible-editor", X_OK) ? "vi" : "sensible-editor";
}

/* In the child: words of the shell, such as "emacs -nw"; exec, so that signals find it. */
static void __attribute__((noreturn)) become_editor(const char *path)
{
	char *command;

	if (asprintf(&command, "exec %s \"$@\"", editor()) >= 0)
		execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
	_exit(STATUS_NONE);
}

/* Waits; passes on what is to end the tool, so that the editor ends first. */
static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return STATUS_NONE;
		if (signal_came == SIGTERM || signal_came == SIGHUP)
			kill(child, signal_came);
	}
	if (signal_came == SIGINT || signal_came == SIGQUIT)
		signal_came = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_KILLED;
}

/**
 * edit_copy_run() - run the user's editor on it, and wait for its end
 * @copy: the copy
 *
 * Return: %TOOL_OK if it ended well, or %TOOL_REFUSED with a message printed.
 */
int edit_copy_run(const struct edit_copy *copy)
{
	pid_t child;
	int status;

	fflush(stdout);
	fflush(stderr);
	child = fork();
	if (child < 0)
		return tool_fail("cannot start an editor: %s", strerror(errno));
	if (!child)
		become_editor(copy->path);
	status = wait_for(child);
	if (status == STATUS_KILLED)
		return tool_fail("the editor was killed");
	if (status)
		return tool_fail("the editor '%s' ended with status %d", editor(), status);
	return TOOL_OK;
}
