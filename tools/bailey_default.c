// SPDX-License-Identifier: GPL-2.0
/*
 * bailey default: what becomes of interfaces with nothing attached.
 */
#include "tool.h"

static const char usage[] =
	"Usage: bailey default [ show | pass | deny | reject ]\n";

static int show(int argc, char **argv)
{
	struct bailey_policy *policy;
	const char *word;
	int status;

	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	status = tool_policy_live(&policy);
	if (status != TOOL_OK)
		return status;
	word = bailey_default_name(policy->default_action);
	if (tool_options.json)
		status = tool_json_print(json_string(word));
	else
		printf("default %s\n", word);
	bailey_policy_put(policy);
	return status;
}

static int pass(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_send_line("default pass", strlen("default pass"));
}

static int deny(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_send_line("default deny", strlen("default deny"));
}

static int reject(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_send_line("default reject", strlen("default reject"));
}

/**
 * tool_default_main() - bailey default
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_default_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = {
		{ "show", show }, { "pass", pass }, { "deny", deny },
		{ "reject", reject }, {}
	};
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (!argc)
		return show(argc, argv);
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
