// SPDX-License-Identifier: GPL-2.0
/*
 * bailey export: the policy in words of others.
 */
#include "tool.h"
#include "aws/export.h"

static const char usage[] =
	"Usage: bailey export aws [ --policy FILE ]\n"
	"\n"
	"Prints the policy in force, or that of FILE, as one JSON document with the keys\n"
	"of 'aws ec2 describe-...'; 'bailey import aws' makes the same policy of it again.\n"
	"What AWS can't express is refused.\n";

static int export_aws(int argc, char **argv)
{
	struct bailey_policy *policy = NULL;
	const char *file = NULL;
	json_t *document;
	int status;

	if (argc && !strcmp(argv[0], "--policy")) {
		if (argc < 2)
			return tool_usage(usage, "which file?");
		file = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	status = file ? tool_policy_read(file, &policy) : tool_policy_live(&policy);
	if (status == TOOL_OK) {
		document = aws_export(policy);
		status = document ? tool_json_print(document) : TOOL_REFUSED;
	}
	bailey_policy_put(policy);
	return status;
}

/**
 * tool_export_main() - bailey export
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_export_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = { { "aws", export_aws }, {} };
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv) || (argc > 1 && tool_wants_help(argc - 1, argv + 1)))
		return tool_help(usage);
	if (!argc)
		return tool_usage(usage, "to where?");
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
