// SPDX-License-Identifier: GPL-2.0
/*
 * bailey lint: what in a policy is probably not meant.
 */
#include "lint/lint.h"

static const char usage[] =
	"Usage: bailey lint [ --fail-on { error | warning | note | never } ]\n"
	"                   [ --sarif[=OUTFILE] ] [ FILE ... ]\n"
	"\n"
	"Looks for what is probably not meant: responses that an ACL forgets, entries\n"
	"that do not matter, rules that match nothing, what is open to everybody, what\n"
	"nothing uses. In FILEs, or in the policy in force. Each finding has an example,\n"
	"which 'bailey explain' takes, and a line that mends it. A comment silences one:\n"
	"\n"
	"	# lint: ignore BL010 because REASON\n"
	"\n"
	"at the end of the line, or before it. Documentation/lint.md has all codes.\n"
	"--sarif: SARIF 2.1.0 to standard output, or to OUTFILE beside the usual output.\n"
	"Exit status: 0 nothing as bad as --fail-on (warning, if not given), 1 something,\n"
	"2 what could not be read.\n";

#define TROUBLE		2

/**
 * struct request - the command line
 * @fail_on: of this severity findings make the exit status 1
 * @sarif: SARIF goes to standard output
 * @sarif_file: and to this file, or NULL
 */
struct request {
	enum lint_severity fail_on;
	bool sarif;
	const char *sarif_file;
};

static int severity_option(struct request *request, const char *word)
{
	for (request->fail_on = 0; request->fail_on <= LINT_NEVER; request->fail_on++)
		if (tool_is(word, lint_severity_name(request->fail_on)))
			return TOOL_OK;
	return tool_usage(usage, "--fail-on takes error, warning, note or never, not '%s'", word);
}

/* Returns how many words the options are, or -1. */
static int options(struct request *request, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const char *word = argv[i] + (argv[i][1] == '-' ? 2 : 1);

		if (!strcmp(argv[i], "--"))
			return i + 1;
		if (!strcmp(word, "sarif")) {
			request->sarif = true;
		} else if (!strncmp(word, "sarif=", 6) && word[6]) {
			request->sarif_file = word + 6;
		} else if (!strncmp(word, "fail-on=", 8)) {
			if (severity_option(request, word + 8))
				return -1;
		} else if (!strcmp(word, "fail-on") && i + 1 < argc) {
			if (severity_option(request, argv[++i]))
				return -1;
		} else {
			tool_usage(usage, "'%s' is unknown, or a word is missing behind it",
				   argv[i]);
			return -1;
		}
	}
	return i;
}

/* A policy that could be read; the text is the examination's from then on. */
static int examine(struct lint *lint)
{
	static void (* const checks[])(struct lint *lint) = {
		lint_check_response, lint_check_shadow, lint_check_group_rules,
		lint_check_nothing, lint_check_open, lint_check_unused,
		lint_check_untracked,
	};
	u32 i;

	if (lint->source.name)
		lint->places = lint_places_read(&lint->source);
	lint->elsewhere = lint_elsewhere(lint->policy);
	if ((lint->source.name && !lint->places) || tool_ask_open(&lint->ask, lint->policy) ||
	    !lint_use_read(lint))
		return tool_fail("out of memory");
	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		lint->steps = 0;
		checks[i](lint);
	}
	if (lint->source.name)
		lint_silences_apply(lint);
	lint_findings_settle(lint);
	return lint->failed ? tool_fail("out of memory") : TOOL_OK;
}

/* What is read here is freed by lint_close(). */
static int open_file(struct lint *lint, const char *path, struct bailey_out *text)
{
	struct bailey_diag diag = {};
	int status = tool_file_read(path, text);

	lint->source.name = tool_file_name(path);
	if (status == TOOL_OK) {
		lint->source.text = text->buf;
		lint->source.len = text->len;
		if (tool_policy_build(&lint->policy, &lint->source, &diag)) {
			tool_answer_show(&diag, &lint->source);
			status = TOOL_REFUSED;
		}
	}
	bailey_diag_destroy(&diag);
	return status;
}

static void lint_close(struct lint *lint, struct bailey_out *text)
{
	tool_ask_close(&lint->ask);
	lint_use_free(lint);
	spaces_destroy(lint->spaces);
	lint_places_free(lint->places);
	lint_findings_free(lint);
	bailey_policy_put(lint->policy);
	bailey_out_destroy(text);
}

/* How many findings that are not silenced there are of each severity. */
static void count(const struct lint *lint, size_t lints, u32 *found, u32 *silenced)
{
	size_t k, i;

	for (k = 0; k < lints; k++) {
		for (i = 0; i < lint[k].count; i++) {
			const struct lint_finding *finding = &lint[k].finding[i];

			if (finding->reason)
				++*silenced;
			else
				found[lint_about[finding->code].severity]++;
		}
	}
}

static json_t *all_json(const struct lint *lint, size_t lints, const u32 *found, u32 silenced)
{
	json_t *findings = json_array();
	size_t k;

	for (k = 0; k < lints; k++) {
		json_t *some = lint_json(&lint[k]);

		json_array_extend(findings, some);
		json_decref(some);
	}
	return json_pack("{s:o, s:{s:i, s:i, s:i, s:i}}", "findings", findings, "summary",
			 "errors", (int)found[LINT_ERROR], "warnings",
			 (int)found[LINT_WARNING], "notes", (int)found[LINT_NOTE],
			 "silenced", (int)silenced);
}

static int save_sarif(const struct lint *lint, size_t lints, const char *path)
{
	json_t *sarif = lint_sarif(lint, lints);
	char *text = sarif ? json_dumps(sarif, JSON_INDENT(2)) : NULL;
	int status = text ? tool_file_save(path, text, strlen(text)) :
			    tool_fail("out of memory");

	free(text);
	json_decref(sarif);
	return status;
}

static int tell(const struct request *request, const struct lint *lint, size_t lints)
{
	u32 found[LINT_NEVER] = {}, silenced = 0;
	int status = TOOL_OK;
	size_t k, i;

	count(lint, lints, found, &silenced);
	if (request->sarif_file)
		status = save_sarif(lint, lints, request->sarif_file);
	if (status == TOOL_OK && request->sarif)
		status = tool_json_print(lint_sarif(lint, lints));
	else if (status == TOOL_OK && tool_options.json)
		status = tool_json_print(all_json(lint, lints, found, silenced));
	for (k = 0; k < lints && !request->sarif && !tool_options.json; k++)
		lint_show(&lint[k]);
	if (!request->sarif && !tool_options.json)
		printf("%u errors, %u warnings, %u notes; %u silenced\n", found[LINT_ERROR],
		       found[LINT_WARNING], found[LINT_NOTE], silenced);
	if (status != TOOL_OK)
		return TROUBLE;
	for (i = request->fail_on; i < LINT_NEVER; i++)
		if (found[i])
			return TOOL_REFUSED;
	return TOOL_OK;
}

static int run(const struct request *request, int argc, char **argv)
{
	size_t lints = argc ? argc : 1, k;
	struct lint *lint = calloc(lints, sizeof(*lint));
	struct bailey_out *text = calloc(lints, sizeof(*text));
	int status = lint && text ? TOOL_OK : tool_fail("out of memory");
	bool trouble = status != TOOL_OK;

	for (k = 0; k < lints && status == TOOL_OK; k++) {
		int one = argc ? open_file(&lint[k], argv[k], &text[k]) :
				 tool_policy_live(&lint[k].policy);

		if (one == TOOL_OK)
			one = examine(&lint[k]);
		trouble |= one != TOOL_OK;
	}
	if (status == TOOL_OK)
		status = tell(request, lint, lints);
	for (k = 0; k < lints && lint && text; k++)
		lint_close(&lint[k], &text[k]);
	free(lint);
	free(text);
	return trouble ? TROUBLE : status;
}

/**
 * tool_lint_main() - bailey lint
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_lint_main(int argc, char **argv)
{
	struct request request = { .fail_on = LINT_WARNING };
	int words;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	words = options(&request, argc, argv);
	if (words < 0)
		return TOOL_USAGE;
	return run(&request, argc - words, argv + words);
}
