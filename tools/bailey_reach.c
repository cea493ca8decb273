// SPDX-License-Identifier: GPL-2.0
/*
 * bailey reach: what can go from where to where, by the policy in force or a file's, and what
 * the step from one policy to another opens and closes.
 */
#include "reach/filter.h"
#include "reach/report.h"
#include "tool.h"

static const char usage[] =
	"Usage: bailey reach [ --policy FILE | --diff OLD NEW ] [ --packets ]\n"
	"                    [ --dot | --svg ] [ WANTED ]\n"
	"\n"
	"WANTED := [ PROTO ] [ from WHOM ] [ port PORTS ] [ to WHOM ] [ port PORTS ]\n"
	"          [ type N [ code N ] ]\n"
	"WHOM   := any | host | [ endpoint ] NAME | group NAME | dev IFNAME | CIDR\n"
	"\n"
	"Says which connections the policy lets come about: the request passes, and the\n"
	"response. '--packets': which packets, whatever becomes of their responses.\n"
	"'--diff': what NEW opens and closes. '--dot', '--svg': a picture.\n";

struct request {
	const char *file[2];
	u32 files;
	bool packets;
	bool dot;
	bool svg;
	bool found;	/* filled in: something was said */
	struct filter_words words;
};

static bool is_option(const char *word, const char *option)
{
	return word[0] == '-' && !strcmp(word + (word[1] == '-' ? 2 : 1), option);
}

static int take_files(struct request *request, u32 files, int argc, char **argv)
{
	u32 i;

	if (argc < (int)files + 1)
		return tool_usage(usage, files == 1 ? "which file?" : "which two files?");
	if (request->files)
		return tool_usage(usage, "--policy or --diff, and once");
	request->files = files;
	for (i = 0; i < files; i++)
		request->file[i] = argv[i + 1];
	return TOOL_OK;
}

/* Options, up to the first word that is none; returns how many words, or -1. */
static int take_options(struct request *request, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && argv[i][0] == '-'; i++) {
		u32 files = is_option(argv[i], "policy") ? 1 : is_option(argv[i], "diff") ? 2 : 0;

		if (is_option(argv[i], "packets")) {
			request->packets = true;
		} else if (is_option(argv[i], "dot")) {
			request->dot = true;
		} else if (is_option(argv[i], "svg")) {
			request->svg = true;
		} else if (!files) {
			tool_usage(usage, "option '%s' is unknown", argv[i]);
			return -1;
		}
		if (files && take_files(request, files, argc - i, argv + i))
			return -1;
		i += files;
	}
	if ((request->dot || request->svg) && request->files == 2) {
		tool_usage(usage, "a change is not drawn");
		return -1;
	}
	return i;
}

/* What went wrong, in words; nothing that was printed so far is all there is. */
static int refuse(int ret, const struct spaces *spaces)
{
	const char *why = spaces_failed(spaces);

	if (ret == -ENOENT)
		return TOOL_REFUSED;
	if (why && spaces->bdd.failure != BDD_NO_MEMORY)
		return tool_fail("refused: %s; ask for less (from, to, port)", why);
	if (ret == -E2BIG && !why)
		return tool_fail("refused: more than %u lines; ask for less (from, to, port)",
				 LINES_MAX);
	return tool_fail("out of memory");
}

static int print_answer(struct request *request, struct reach *reach,
			const struct reach_filter *filter)
{
	struct report report = { .filter = filter };
	bool diff = request->files == 2;
	json_t *answer;
	int ret;

	if (request->svg)
		return draw_svg(reach, filter);
	if (request->dot)
		return draw(reach, filter, stdout);
	if (tool_options.json)
		report.json = json_array();
	ret = reach_each_pair(reach, filter, diff ? report_diff_pair : report_pair, &report);
	request->found = report.pairs || json_array_size(report.json);
	if (!ret && !report.json && !report.pairs)
		printf(diff ? "no difference\n" : "nothing\n");
	if (report.json && ret)
		json_decref(report.json);
	if (ret)
		return ret;
	if (report.json) {
		answer = json_pack("{s:s, s:o}", "of", request->packets ? "packets" : "connections",
				   diff ? "diff" : "reach", report.json);
		tool_json_print(answer);
	}
	return report.wrong ? -ENOENT : 0;
}

static int answer(struct request *request, struct bailey_policy **policy, u32 policies)
{
	struct spaces *spaces = spaces_create(SPACES_NODES, SPACES_STEPS);
	struct reach_filter filter = {};
	struct reach reach = {};
	struct world world = {};
	const char *asked[2] = {
		filter_endpoint(&request->words, 0), filter_endpoint(&request->words, 1),
	};
	int ret, status = TOOL_OK;

	if (!spaces)
		return tool_fail("out of memory");
	ret = world_create(&world, spaces, policy, policies, asked);
	if (!ret)
		status = filter_look_up(&request->words, spaces, &world, &filter);
	if (!ret && status == TOOL_OK)
		ret = reach_init(&reach, spaces, &world, request->packets, filter.space);
	if (!ret && status == TOOL_OK) {
		if (reach_count_pairs(&reach, &filter) > REACH_PAIRS_MAX)
			status = tool_fail("refused: more than %u pairs of places; ask for less",
					   REACH_PAIRS_MAX);
		else
			ret = print_answer(request, &reach, &filter);
	}
	if (ret)
		status = refuse(ret, spaces);
	reach_exit(&reach);
	world_destroy(&world);
	spaces_destroy(spaces);
	return status;
}

/**
 * tool_reach_diff() - print what the step from one policy to another opens and closes
 * @old: the one
 * @new: the other
 * @same: filled in: nothing
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_reach_diff(struct bailey_policy *old, struct bailey_policy *new, bool *same)
{
	struct bailey_policy *policy[2] = { old, new };
	struct request request = { .files = 2 };
	int status = filter_parse(&request.words, 0, NULL, usage);

	if (status == TOOL_OK)
		status = answer(&request, policy, 2);
	*same = !request.found;
	return status;
}

/**
 * tool_reach_main() - bailey reach
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_reach_main(int argc, char **argv)
{
	struct bailey_policy *policy[2] = {};
	struct request request = {};
	int status, words;
	u32 i;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	words = take_options(&request, argc, argv);
	if (words < 0)
		return TOOL_USAGE;
	status = filter_parse(&request.words, argc - words, argv + words, usage);
	for (i = 0; i < request.files && status == TOOL_OK; i++)
		status = tool_policy_read(request.file[i], &policy[i]);
	if (status == TOOL_OK && !request.files)
		status = tool_policy_live(&policy[0]);
	if (status == TOOL_OK)
		status = answer(&request, policy, request.files == 2 ? 2 : 1);
	bailey_policy_put(policy[0]);
	bailey_policy_put(policy[1]);
	return status;
}
