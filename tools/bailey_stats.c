// SPDX-License-Identifier: GPL-2.0
/*
 * bailey stats: what the module has counted.
 */
#include "tool.h"

static const char usage[] =
	"Usage: bailey stats [ show ]\n"
	"\n"
	"Counters of packets and connections, drops by reason, and for each rule\n"
	"packets, bytes and seconds since it was last hit.\n";

/* "NAME VALUE" into an object, "drop REASON VALUE" into another. */
static void counter_json(json_t *counters, json_t *drops, char *line)
{
	char *name = strsep(&line, " "), *value = strsep(&line, " "), *end;
	json_t *into = counters;
	size_t i;

	if (!strcmp(name, "drop") && value) {
		into = drops;
		name = value;
		value = line;
	}
	for (i = 0; name[i]; i++)
		if (name[i] == '-')
			name[i] = '_';
	if (!*name || !value || *value < '0' || *value > '9')
		return;
	json_object_set_new(into, name,
			    json_integer(strtoull(value, &end, 10)));
}

static int print_json(const struct bailey_out *text)
{
	json_t *counters = json_object(), *drops = json_object(), *rules = json_array();
	const char *rest = text->buf, *line;
	size_t rest_len = text->len, len;
	json_t *rule;

	while (tool_next_line(&rest, &rest_len, &line, &len)) {
		char *copy;

		if (tool_counters_line(line, len, &rule)) {
			json_array_append_new(rules, rule);
			continue;
		}
		copy = strndup(line, len);
		if (copy)
			counter_json(counters, drops, copy);
		free(copy);
	}
	return tool_json_print(json_pack("{s:o, s:o, s:o}", "counters", counters,
					 "drops", drops, "rules", rules));
}

/**
 * tool_stats_main() - bailey stats
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_stats_main(int argc, char **argv)
{
	struct bailey_out text = {};
	int status;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (argc && (tool_is(argv[0], "show") || tool_is(argv[0], "list"))) {
		argc--;
		argv++;
	}
	if (argc)
		return tool_usage(usage, "'%s' is unknown", argv[0]);
	status = tool_proc_get("stats", &text);
	if (status == TOOL_OK && tool_options.json)
		status = print_json(&text);
	else if (status == TOOL_OK)
		tool_print_text(text.buf, text.len);
	bailey_out_destroy(&text);
	return status;
}
