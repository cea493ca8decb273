// SPDX-License-Identifier: GPL-2.0
/*
 * bailey version: the tool's and the module's.
 */
#include "tool.h"

static const char usage[] = "Usage: bailey version\n";

/**
 * tool_version_main() - bailey version
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status; a module that is not loaded is no failure.
 */
int tool_version_main(int argc, char **argv)
{
	char module[64];
	bool loaded;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	loaded = tool_proc_version(module, sizeof(module));
	if (tool_options.json)
		return tool_json_print(json_pack("{s:s, s:s?}", "tool", BAILEY_VERSION,
						 "module", loaded ? module : NULL));
	printf("bailey %s\nmodule %s\n", BAILEY_VERSION,
	       loaded ? module : "not loaded");
	return TOOL_OK;
}
