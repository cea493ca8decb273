// SPDX-License-Identifier: GPL-2.0
/*
 * Other programs: nft, insmod, modprobe. No shell stands between.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"

#define PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* In the child. */
static void become(char *const *argv, int input, bool quiet)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	signal(SIGPIPE, SIG_DFL);
	if (nowhere < 0 || dup2(input, STDIN_FILENO) < 0 ||
	    (quiet && dup2(nowhere, STDERR_FILENO) < 0) ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(126);
	setenv("PATH", PATH, 1);
	execvp(argv[0], argv);
	_exit(127);
}

static void write_input(int fd, const char *input)
{
	size_t len = input ? strlen(input) : 0;
	ssize_t put;

	while (len) {
		put = write(fd, input, len);
		if (put < 0 && errno == EINTR)
			continue;
		/* It says itself why it reads no more. */
		if (put <= 0)
			return;
		input += put;
		len -= put;
	}
}

/**
 * tool_run_program() - run a program and wait for it
 * @argv: its name, looked for where system programs are, and its words
 * @input: what it reads, or NULL for nothing
 * @quiet: what it says is thrown away; else it goes to standard error
 *
 * Return: its exit status, 127 if there is no such program, -1 if it could not be
 * started or was killed.
 */
int tool_run_program(char *const *argv, const char *input, bool quiet)
{
	int fds[2], status = 0;
	pid_t child, got;

	if (pipe(fds))
		return -1;
	child = fork();
	if (!child) {
		close(fds[1]);
		become(argv, fds[0], quiet);
	}
	close(fds[0]);
	if (child > 0)
		write_input(fds[1], input);
	close(fds[1]);
	if (child < 0)
		return -1;
	do
		got = waitpid(child, &status, 0);
	while (got < 0 && errno == EINTR);
	return got == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
