// SPDX-License-Identifier: GPL-2.0
/*
 * bailey: the command line. Options, the object, and away to its command.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "tool.h"

static const char usage[] =
	"Usage: bailey [ OPTIONS ] OBJECT { COMMAND | help }\n"
	"       bailey [ OPTIONS ] -b[atch] FILE\n"
	"\n"
	"OBJECT  := { acl | group | prefix-list | attach | endpoint | exempt |\n"
	"             default | policy | edit | connection | explain | reach |\n"
	"             lint | flow-log | stats | import | export | guard | upgrade |\n"
	"             version }\n"
	"OPTIONS := { -j[son] | -p[retty] | -s[tats] | -V[ersion] | -h[elp] |\n"
	"             -c[olor][={always|auto|never}] }\n"
	"\n"
	"FILE holds lines of the policy language; each of its transactions changes the\n"
	"policy in force, lines outside begin ... commit together.\n"
	"Exit status: 0 done, 1 refused, 2 wrong usage.\n";

/* What the options ask for besides what is in tool_options. */
struct request {
	const char *batch;
	bool version;
	bool help;
};

/* A descriptor 0, 1 or 2 that is closed must not become one of our files. */
static bool hold_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Where nothing is said, terminals that can are coloured: https://no-color.org */
static void color_default(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	bool can = term && *term && strcmp(term, "dumb") && !(no && *no);

	tool_options.colour = can && isatty(STDOUT_FILENO);
	tool_options.colour_errors = can && isatty(STDERR_FILENO);
}

static int color_option(const char *value)
{
	bool colour, errors;

	if (!*value || !strcmp(value, "=always")) {
		colour = true;
		errors = true;
	} else if (!strcmp(value, "=auto")) {
		colour = isatty(STDOUT_FILENO);
		errors = isatty(STDERR_FILENO);
	} else if (!strcmp(value, "=never")) {
		colour = false;
		errors = false;
	} else {
		return tool_usage(usage, "colours are always, auto or never, not '%s'",
				  value + (*value == '='));
	}
	tool_options.colour = colour;
	tool_options.colour_errors = errors;
	return TOOL_OK;
}

static int flag_option(struct request *request, const char *option)
{
	if (tool_is(option, "json"))
		tool_options.json = true;
	else if (tool_is(option, "pretty"))
		tool_options.pretty = true;
	else if (tool_is(option, "stats") || tool_is(option, "statistics"))
		tool_options.stats = true;
	else if (tool_is(option, "Version") || !strcmp(option, "version"))
		request->version = true;
	else if (tool_is(option, "help"))
		request->help = true;
	else
		return tool_usage(usage, "option '-%s' is unknown", option);
	return TOOL_OK;
}

/* One option and its value; returns how many words they were, or -1. */
static int take_option(struct request *request, int argc, char **argv)
{
	const char *option = argv[0] + (argv[0][1] == '-' ? 2 : 1);
	size_t name = strcspn(option, "=");

	if (name && !strncmp(option, "color", name))
		return color_option(option + name) ? -1 : 1;
	if (name && !strncmp(option, "colour", name))
		return color_option(option + name) ? -1 : 1;
	if (!tool_is(option, "batch"))
		return flag_option(request, option) ? -1 : 1;
	if (argc < 2) {
		tool_usage(usage, "which file?");
		return -1;
	}
	request->batch = argv[1];
	return 2;
}

static int run_batch(const char *name)
{
	struct tool_load load = {};
	struct bailey_out text = {};
	struct tool_source source = { .name = tool_file_name(name) };
	int status = tool_file_read(name, &text);

	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		status = tool_send_file(&source, &load);
	}
	bailey_out_destroy(&text);
	return status;
}

static int run_object(int argc, char **argv)
{
	static const struct tool_choice objects[] = {
		{ "acl", tool_acl_main }, { "group", tool_group_main },
		{ "prefix-list", tool_prefix_list_main },
		{ "attach", tool_attach_main }, { "endpoint", tool_endpoint_main },
		{ "exempt", tool_exempt_main }, { "default", tool_default_main },
		{ "policy", tool_policy_main }, { "edit", tool_edit_main },
		{ "connection", tool_connection_main },
		{ "explain", tool_explain_main }, { "reach", tool_reach_main },
		{ "lint", tool_lint_main }, { "flow-log", tool_flow_log_main },
		{ "stats", tool_stats_main }, { "import", tool_import_main },
		{ "export", tool_export_main }, { "guard", tool_guard_main },
		{ "upgrade", tool_upgrade_main },
		{ "version", tool_version_main }, {}
	};
	const struct tool_choice *object;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	object = tool_choose(objects, argv[0], usage);
	return object ? object->run(argc - 1, argv + 1) : TOOL_USAGE;
}

static int run(int argc, char **argv)
{
	struct request request = {};
	int words;

	while (argc && argv[0][0] == '-' && argv[0][1]) {
		words = take_option(&request, argc, argv);
		if (words < 0)
			return TOOL_USAGE;
		argc -= words;
		argv += words;
	}
	if (request.help)
		return tool_help(usage);
	if (request.version) {
		printf("bailey %s\n", BAILEY_VERSION);
		return TOOL_OK;
	}
	if (request.batch && argc)
		return tool_usage(usage, "-batch takes one file and no object");
	if (request.batch)
		return run_batch(request.batch);
	if (!argc)
		return tool_usage(usage, NULL);
	return run_object(argc, argv);
}

int main(int argc, char **argv)
{
	if (!hold_standard_fds())
		return TOOL_REFUSED;
	signal(SIGPIPE, SIG_IGN);
	color_default();
	return tool_finish(run(argc ? argc - 1 : 0, argv + 1));
}
