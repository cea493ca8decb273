// SPDX-License-Identifier: GPL-2.0
/*
 * The options of what loads a policy: policy load, edit.
 */
#include "tool.h"

static int revoke_option(struct tool_load *load, const char *word, const char *usage)
{
	load->has_revoke = true;
	load->options.cut = tool_is(word, "cut");
	if (load->options.cut || tool_is(word, "keep"))
		return TOOL_OK;
	return tool_usage(usage, "--revoke takes keep or cut, not '%s'", word);
}

static int confirm_option(struct tool_load *load, const char *word, const char *usage)
{
	if (bailey_text_number(word, strlen(word), BAILEY_CONFIRM_MAX,
			       &load->options.confirm) && load->options.confirm)
		return TOOL_OK;
	return tool_usage(usage, "--confirm takes seconds from 1 to %u, not '%s'",
			  BAILEY_CONFIRM_MAX, word);
}

static int value_option(struct tool_load *load, const char *option, const char *word,
			const char *usage)
{
	return !strcmp(option, "revoke") ? revoke_option(load, word, usage) :
					   confirm_option(load, word, usage);
}

/**
 * tool_load_options() - read the options of what loads a policy
 * @load: filled in
 * @argc: words
 * @argv: the words; options stand before what is no option
 * @usage: the command's help
 *
 * Return: how many words they are, or -1 with a message printed.
 */
int tool_load_options(struct tool_load *load, int argc, char **argv,
		      const char *usage)
{
	int i;

	for (i = 0; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *word = argv[i] + (argv[i][1] == '-' ? 2 : 1);

		if (!strcmp(argv[i], "--"))
			return i + 1;
		if (!strcmp(word, "check")) {
			load->options.check = true;
			continue;
		}
		if (strcmp(word, "revoke") && strcmp(word, "confirm")) {
			tool_usage(usage, "'%s' is unknown", argv[i]);
			return -1;
		}
		if (i + 1 == argc) {
			tool_usage(usage, "a word is missing behind %s", argv[i]);
			return -1;
		}
		i++;
		if (value_option(load, word, argv[i], usage))
			return -1;
	}
	return i;
}
