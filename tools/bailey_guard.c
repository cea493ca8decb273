// SPDX-License-Identifier: GPL-2.0
/*
 * bailey guard: nothing passes while no policy is there to judge it.
 *
 * The guard is a table of nftables, since it has to hold when Bailey's module is not
 * loaded; it goes in and out in one step, and drops before anybody else looks.
 */
#include "tool.h"

static const char usage[] =
	"Usage: bailey guard [ show ]\n"
	"       bailey guard on [ --forward ]\n"
	"       bailey guard off\n"
	"\n"
	"A guard drops all packets of this network namespace, whether the module is loaded\n"
	"or not: those to this machine, from it and through it, but for loopback and\n"
	"neighbour discovery; with --forward only those through it. It is a table of\n"
	"nftables, so that nft(8) must be there. show exits with 1 if there is none.\n";

/* Names it, so that the lines behind it may say that it goes. */
#define GONE	"table inet bailey_guard\ndelete table inet bailey_guard\n"

#define ND	"icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, " \
		"nd-neighbor-advert } accept\n"

#define FORWARD \
	"\tchain forward {\n" \
	"\t\ttype filter hook forward priority -350; policy drop;\n" \
	"\t\tcounter\n\t}\n"

#define HOST \
	"\tchain input {\n" \
	"\t\ttype filter hook input priority -350; policy drop;\n" \
	"\t\tiif \"lo\" accept\n\t\t" ND "\t\tcounter\n\t}\n" \
	"\tchain output {\n" \
	"\t\ttype filter hook output priority -350; policy drop;\n" \
	"\t\toif \"lo\" accept\n\t\t" ND "\t\tcounter\n\t}\n"

#define TABLE(chains)	GONE "table inet bailey_guard {\n" chains "}\n"

static int nft(const char *lines)
{
	static char * const argv[] = { "nft", "-f", "-", NULL };
	int status = tool_run_program(argv, lines, false);

	if (status == 127)
		return tool_fail("nft is not there (apt-get install nftables)");
	return status ? tool_fail("nft has refused") : TOOL_OK;
}

/**
 * tool_guard_on() - drop all packets of this namespace, in place of a guard that is on
 * @forward: only those that pass through this machine
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed; all is as it was then.
 */
int tool_guard_on(bool forward)
{
	return nft(forward ? TABLE(FORWARD) : TABLE(FORWARD HOST));
}

/**
 * tool_guard_off() - drop them no more
 *
 * Return: %TOOL_OK, also if there was no guard; or %TOOL_REFUSED with a message printed.
 */
int tool_guard_off(void)
{
	return nft(GONE);
}

static int on(int argc, char **argv)
{
	bool forward = argc && !strcmp(argv[0], "--forward");

	if (argc > forward)
		return tool_usage(usage, "'%s' is unknown", argv[forward]);
	return tool_guard_on(forward);
}

static int off(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_guard_off();
}

static int show(int argc, char **argv)
{
	static char * const list[] = { "nft", "list", "table", "inet", "bailey_guard", NULL };
	int status;

	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	status = tool_run_program(list, NULL, true);
	if (status == 127)
		return tool_fail("nft is not there (apt-get install nftables)");
	puts(status ? "off" : "on");
	return status ? TOOL_REFUSED : TOOL_OK;
}

/**
 * tool_guard_main() - bailey guard
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_guard_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = {
		{ "show", show }, { "list", show }, { "on", on }, { "off", off }, {}
	};
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (!argc)
		return show(argc, argv);
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
