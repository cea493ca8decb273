// SPDX-License-Identifier: GPL-2.0
/*
 * bailey policy diff: what a file would change, or in what two files differ.
 */
#include "policy_diff.h"

static const char usage[] =
	"Usage: bailey policy diff [ --meaning ] FILE [ FILE2 ]\n"
	"\n"
	"FILE against the policy in force: what 'bailey policy load FILE' would change.\n"
	"Two files against each other: in what FILE2 differs from FILE; needs neither\n"
	"module nor root. Order, spelling and comments do not count.\n"
	"--meaning: which connections the change opens and closes, as 'bailey reach\n"
	"--diff' does, instead of lines.\n"
	"Exit status: 0 they say the same, 1 they do not, 2 trouble.\n";

/* What diff exits with when it could not compare. */
#define TROUBLE		2

static int compare(struct bailey_policy *old, const char *old_name,
		   struct bailey_policy *new, const char *new_name, bool meaning)
{
	bool same;
	int status = meaning ? tool_reach_diff(old, new, &same) :
			       tool_diff_show(old, old_name, new, new_name, &same);

	if (status != TOOL_OK)
		return TROUBLE;
	return same ? TOOL_OK : TOOL_REFUSED;
}

/**
 * tool_policy_diff_main() - bailey policy diff
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_policy_diff_main(int argc, char **argv)
{
	struct bailey_policy *old = NULL, *new = NULL;
	const char *old_name = "policy in force";
	bool meaning = false;
	int status;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (argc && (!strcmp(argv[0], "--meaning") || !strcmp(argv[0], "-meaning"))) {
		meaning = true;
		argc--;
		argv++;
	}
	if (argc != 1 && argc != 2)
		return tool_usage(usage, argc ? "diff takes one file or two" :
				  "which file? ('-' is standard input)");
	if (argc == 2) {
		old_name = tool_file_name(argv[0]);
		status = tool_policy_file(&old, NULL, argv[0]);
	} else {
		status = tool_policy_live(&old);
	}
	if (status == TOOL_OK)
		status = tool_policy_file(&new, argc == 1 ? old : NULL, argv[argc - 1]);
	status = status == TOOL_OK ?
		compare(old, old_name, new, tool_file_name(argv[argc - 1]), meaning) : TROUBLE;
	bailey_policy_put(old);
	bailey_policy_put(new);
	return status;
}
