// SPDX-License-Identifier: GPL-2.0
/*
 * bailey connection watch: what becomes of connections.
 *
 * The module's file never waits, so it is asked again and again. SIGINT and SIGTERM
 * are held back while there is something to do, and looked for in between: they
 * end the command in good order, however it was started.
 */
#include <signal.h>
#include <time.h>

#include "conn_line.h"

#define CHUNK		((size_t)64 << 10)
#define INTERVAL_NS	200000000L
#define MS_PER_S	1000

/* One who watches. */
struct watching {
	const struct conn_filter *filter;
	s64 epoch;		/* of the module's clock, in the world's milliseconds */
	unsigned long number;	/* of the line at hand */
};

static s64 clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (s64)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

/* "1234567.123" in milliseconds; -1 if it is none. */
static s64 uptime_parse(const char *word)
{
	unsigned long long s;
	unsigned int ms;
	int used = 0;

	if (sscanf(word, "%15llu.%3u%n", &s, &ms, &used) != 2 || word[used])
		return -1;
	return s * MS_PER_S + ms;
}

static void time_print(s64 ms)
{
	time_t s = ms / MS_PER_S;
	char text[16] = "";
	struct tm tm;

	if (localtime_r(&s, &tm))
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s.%03lld ", text, (long long)(ms % MS_PER_S));
}

static int lost_print(const struct watching *watching, const char *count)
{
	json_int_t lost = strtoull(count ? count : "", NULL, 10);
	s64 now = watching->epoch + clock_ms(CLOCK_MONOTONIC);

	if (tool_options.json)
		return tool_json_print(json_pack("{s:f, s:s, s:I}", "time",
						 (double)now / MS_PER_S, "event", "lost",
						 "lost", lost));
	time_print(now);
	printf("%s%-11s%s %lld events\n", tool_colour(TOOL_BAD), "lost",
	       tool_colour_end(), (long long)lost);
	return TOOL_OK;
}

static int event_json(const struct watching *watching, s64 uptime, const char *event,
		      const struct conn_line *conn)
{
	s64 time = watching->epoch + uptime;
	json_t *members = conn_line_json(conn);
	json_t *json = json_pack("{s:f, s:f, s:s, s:s?}", "time", (double)time / MS_PER_S,
				 "uptime", (double)uptime / MS_PER_S, "event", event,
				 "reason", conn->reason);

	json_object_del(members, "expires");
	json_object_update(json, members);
	json_decref(members);
	return tool_json_print(json);
}

static void event_print(const struct watching *watching, s64 uptime, const char *event,
			const struct conn_line *conn)
{
	enum tool_colour colour = conn->reason ? TOOL_BAD : TOOL_GOOD;

	time_print(watching->epoch + uptime);
	printf("%s%-11s%s ", tool_colour(colour), event, tool_colour_end());
	conn_row_print(conn);
	if (conn->reason)
		printf(" %s", conn->reason);
	putchar('\n');
}

/* A line is cut into words. */
static int take_line(struct watching *watching, char *line)
{
	char *time = strsep(&line, " "), *event;
	struct conn_line conn;
	s64 uptime;

	watching->number++;
	if (!strcmp(time, "lost"))
		return lost_print(watching, line);
	uptime = uptime_parse(time);
	event = strsep(&line, " ");
	if (uptime < 0 || !line || !conn_line_parse(&conn, line))
		return tool_fail("events: line %lu is not understood", watching->number);
	if (!conn_filter_holds(watching->filter, &conn))
		return TOOL_OK;
	if (tool_options.json)
		return event_json(watching, uptime, event, &conn);
	event_print(watching, uptime, event, &conn);
	return TOOL_OK;
}

/* Whole lines of what was read; what is left of the last one moves to the front. */
static int take_lines(struct watching *watching, char *buf, size_t *len)
{
	char *at = buf, *end = buf + *len, *newline;
	int status = TOOL_OK;

	while (status == TOOL_OK && (newline = memchr(at, '\n', end - at))) {
		*newline = '\0';
		status = take_line(watching, at);
		at = newline + 1;
	}
	*len = end - at;
	memmove(buf, at, *len);
	return status;
}

/* Until there is nothing new. */
static int take_news(struct watching *watching, struct tool_proc *proc, char *buf,
		     size_t *len)
{
	int status = TOOL_OK;
	ssize_t got = 1;

	watching->epoch = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_MONOTONIC);
	while (status == TOOL_OK && got > 0) {
		if (*len == CHUNK)
			return tool_fail("events: a line without an end");
		got = tool_proc_read(proc, buf + *len, CHUNK - *len);
		if (got == -EIO)
			return tool_fail("the module or the namespace is gone");
		if (got < 0)
			return tool_proc_refused(proc, got);
		*len += got;
		status = take_lines(watching, buf, len);
	}
	return fflush(stdout) || ferror(stdout) ? TOOL_REFUSED : status;
}

/**
 * conn_watch() - print what becomes of connections, until interrupted
 * @filter: of which ones
 *
 * Return: %TOOL_OK after SIGINT or SIGTERM, or %TOOL_REFUSED with a message
 * printed.
 */
int conn_watch(const struct conn_filter *filter)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	struct watching watching = { .filter = filter };
	char *buf = malloc(CHUNK);
	struct tool_proc proc;
	int status, ended = -1;
	sigset_t signals;
	size_t len = 0;

	if (!buf)
		return tool_fail("out of memory");
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	status = tool_proc_open(&proc, "events", false);
	while (status == TOOL_OK && ended < 0) {
		status = take_news(&watching, &proc, buf, &len);
		if (status == TOOL_OK)
			ended = sigtimedwait(&signals, NULL, &interval);
	}
	tool_proc_close(&proc);
	free(buf);
	return status;
}
