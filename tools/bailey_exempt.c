// SPDX-License-Identifier: GPL-2.0
/*
 * bailey exempt: what passes this machine without a rule.
 */
#include "tool.h"

static const char usage[] =
	"Usage: bailey exempt [ show ]\n"
	"       bailey exempt { add | delete } { loopback | nd | mld | dhcp | icmp-error }\n";

/**
 * tool_exempts_json() - the exemptions that stand
 * @policy: the policy
 *
 * Return: a new array of names.
 */
json_t *tool_exempts_json(const struct bailey_policy *policy)
{
	json_t *names = json_array();
	int i;

	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (policy->exempts & (1 << i))
			json_array_append_new(names, json_string(bailey_exempt_name(i)));
	return names;
}

static int show(int argc, char **argv)
{
	struct bailey_policy *policy;
	int i, status;

	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	status = tool_policy_live(&policy);
	if (status != TOOL_OK)
		return status;
	if (tool_options.json)
		status = tool_json_print(tool_exempts_json(policy));
	for (i = 0; !tool_options.json && i < BAILEY_EXEMPT_COUNT; i++)
		if (policy->exempts & (1 << i))
			printf("exempt %s\n", bailey_exempt_name(i));
	bailey_policy_put(policy);
	return status;
}

static int change(const char *verb, int argc, char **argv)
{
	struct bailey_out line = {};
	int status;

	if (!argc)
		return tool_usage(usage, "what is there to %s?", verb);
	bailey_out_printf(&line, "%s exempt", verb);
	status = tool_words(&line, argc, argv, usage);
	if (status == TOOL_OK)
		status = tool_send_line(line.buf, line.len);
	bailey_out_destroy(&line);
	return status;
}

static int add(int argc, char **argv)
{
	return change("add", argc, argv);
}

static int delete(int argc, char **argv)
{
	return change("delete", argc, argv);
}

/**
 * tool_exempt_main() - bailey exempt
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_exempt_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = {
		{ "show", show }, { "list", show }, { "add", add },
		{ "delete", delete }, {}
	};
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (!argc)
		return show(argc, argv);
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
