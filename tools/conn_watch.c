// SPDX-License-Identifier: GPL-2.0
/*
 * bailey connection watch: what becomes of connections, until it is interrupted.
 */
#include <time.h>

#include "conn_line.h"

#define MS_PER_S	1000

/* One who watches. */
struct watching {
	const struct conn_filter *filter;
	s64 epoch;		/* of the module's clock, in the world's milliseconds */
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
static bool take_line(void *arg, char *line, int *status)
{
	struct watching *watching = arg;
	char *time = strsep(&line, " "), *event;
	struct conn_line conn;
	s64 uptime;

	if (!strcmp(time, "lost")) {
		*status = lost_print(watching, line);
		return true;
	}
	uptime = uptime_parse(time);
	event = strsep(&line, " ");
	if (uptime < 0 || !line || !conn_line_parse(&conn, line))
		return false;
	if (!conn_filter_holds(watching->filter, &conn))
		return true;
	if (tool_options.json)
		*status = event_json(watching, uptime, event, &conn);
	else
		event_print(watching, uptime, event, &conn);
	return true;
}

static void set_clock(void *arg)
{
	struct watching *watching = arg;

	watching->epoch = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_MONOTONIC);
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
	struct watching watching = { .filter = filter };
	const struct tool_follow what = {
		.name = "events",
		.go_on = true,
		.line = take_line,
		.begin = set_clock,
		.arg = &watching,
	};

	return tool_follow(&what);
}
