// SPDX-License-Identifier: GPL-2.0
/*
 * bailey flow-log: what became of packets, flow by flow, as AWS's flow logs say it.
 */
#include <time.h>

#include "flow_line.h"

static const char usage[] =
	"Usage: bailey flow-log [ show ] [ --follow ] [ --format FIELDS ] [ --header ]\n"
	"                       [ --set FIELD=VALUE ] ...\n"
	"\n"
	"Prints the records of windows that are over, oldest first. Switch the log on by\n"
	"'sysctl -w net.bailey.flow_log=60', or 600.\n"
	"\n"
	"--follow  goes on with what is new, until interrupted\n"
	"--format  names of fields between blanks or commas; without it those of AWS's\n"
	"          version 2, in JSON all: version account-id interface-id srcaddr dstaddr\n"
	"          srcport dstport protocol packets bytes start end action log-status |\n"
	"          vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr |\n"
	"          region az-id sublocation-type sublocation-id | pkt-src-aws-service\n"
	"          pkt-dst-aws-service flow-direction traffic-path | reject-reason |\n"
	"          interface protects endpoint acl rule groups group skipped-packets\n"
	"          skipped-bytes lost-records\n"
	"--header  prints the names of the fields first\n"
	"--set     says what a field is that nobody here knows, such as account-id\n";

/* What the command line asks for. */
struct request {
	struct flow_format format;
	const char *fields;
	bool follow;
	bool header;
};

/* An option that has a value; returns TOOL_OK or TOOL_USAGE. */
static int value_option(struct request *request, const char *option, const char *value)
{
	if (!value)
		return tool_usage(usage, "a word is missing behind '--%s'", option);
	if (!strcmp(option, "set"))
		return flow_format_set(&request->format, value, usage);
	request->fields = value;
	return flow_format_parse(&request->format, value, usage);
}

static int take_options(struct request *request, int argc, char **argv)
{
	int i, status = TOOL_OK;

	for (i = 0; i < argc && status == TOOL_OK; i++) {
		const char *word = argv[i];

		if (!strcmp(word, "--follow"))
			request->follow = true;
		else if (!strcmp(word, "--header"))
			request->header = true;
		else if (!strcmp(word, "--format") || !strcmp(word, "--set"))
			status = value_option(request, word + 2, argv[++i]);
		else
			status = tool_usage(usage, "'%s' is unknown", word);
	}
	return status;
}

/* The reader was too slow: as if it had been skipped just now, which it was. */
static void date_lost(struct flow_line *line, char *now, size_t size)
{
	snprintf(now, size, "%lld", (long long)time(NULL));
	line->start = now;
	line->end = now;
}

static bool take_line(void *arg, char *text, int *status)
{
	const struct request *request = arg;
	struct flow_line line;
	char now[24];

	if (!flow_line_parse(&line, text))
		return false;
	if (line.lost)
		date_lost(&line, now, sizeof(now));
	if (tool_options.json) {
		*status = tool_json_print(flow_line_json(&request->format, &line));
		return true;
	}
	if (line.lost)
		tool_fail("%s records were overwritten before they were read", line.lost);
	flow_line_print(&request->format, &line);
	return true;
}

/**
 * tool_flow_log_main() - bailey flow-log
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_flow_log_main(int argc, char **argv)
{
	struct request request = {};
	struct tool_follow what = { .name = "flow_log", .line = take_line, .arg = &request };
	int status;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (argc && (tool_is(argv[0], "show") || tool_is(argv[0], "list"))) {
		argc--;
		argv++;
	}
	status = take_options(&request, argc, argv);
	if (status != TOOL_OK)
		return status;
	if (!request.fields)
		flow_format_default(&request.format, tool_options.json);
	if (request.header && !tool_options.json)
		flow_header_print(&request.format);
	what.go_on = request.follow;
	return tool_follow(&what);
}
