// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a file that says what is new.
 *
 * The module's files never wait, so one that is followed is asked again and again. SIGINT
 * and SIGTERM are held back while there is something to do, and looked for in between: they
 * end the command in good order, however it was started.
 */
#include <signal.h>
#include <time.h>

#include "tool.h"

#define CHUNK		((size_t)64 << 10)
#define INTERVAL_NS	200000000L

/* One file that is read. */
struct following {
	const struct tool_follow *what;
	struct tool_proc proc;
	unsigned long number;	/* of the line at hand */
	char *buf;
	size_t len;
};

/* Whole lines of what was read; what is left of the last one moves to the front. */
static int take_lines(struct following *f)
{
	char *at = f->buf, *end = f->buf + f->len, *newline;
	int status = TOOL_OK;

	while (status == TOOL_OK && (newline = memchr(at, '\n', end - at))) {
		*newline = '\0';
		f->number++;
		if (!f->what->line(f->what->arg, at, &status))
			status = tool_fail("%s: line %lu is not understood",
					   f->what->name, f->number);
		at = newline + 1;
	}
	f->len = end - at;
	memmove(f->buf, at, f->len);
	return status;
}

/* Until there is nothing new. */
static int take_news(struct following *f)
{
	int status = TOOL_OK;
	ssize_t got = 1;

	if (f->what->begin)
		f->what->begin(f->what->arg);
	while (status == TOOL_OK && got > 0) {
		if (f->len == CHUNK)
			return tool_fail("%s: a line without an end", f->what->name);
		got = tool_proc_read(&f->proc, f->buf + f->len, CHUNK - f->len);
		if (got == -EIO)
			return tool_fail("the module or the namespace is gone");
		if (got < 0)
			return tool_proc_refused(&f->proc, got);
		f->len += got;
		status = take_lines(f);
	}
	return fflush(stdout) || ferror(stdout) ? TOOL_REFUSED : status;
}

/**
 * tool_follow() - take the lines of a file that says what is new
 * @what: which file, and what is done with its lines
 *
 * Return: %TOOL_OK at the end of what there is, or if it goes on after SIGINT or
 * SIGTERM, or %TOOL_REFUSED with a message printed.
 */
int tool_follow(const struct tool_follow *what)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	struct following f = { .what = what, .buf = malloc(CHUNK) };
	int status, ended = what->go_on ? -1 : 0;
	sigset_t signals;

	if (!f.buf)
		return tool_fail("out of memory");
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (what->go_on)
		sigprocmask(SIG_BLOCK, &signals, NULL);
	status = tool_proc_open(&f.proc, what->name, false);
	if (status == TOOL_OK)
		status = take_news(&f);
	while (status == TOOL_OK && ended < 0) {
		ended = sigtimedwait(&signals, NULL, &interval);
		if (ended < 0)
			status = take_news(&f);
	}
	tool_proc_close(&f.proc);
	free(f.buf);
	return status;
}
