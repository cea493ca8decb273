// SPDX-License-Identifier: GPL-2.0
/*
 * bailey policy: all objects at once.
 */
#include "tool.h"
#include "engine/policy_text.h"

static const char usage[] =
	"Usage: bailey policy [ show ]\n"
	"       bailey policy save [ FILE ]\n"
	"       bailey policy load [ --check ] [ --revoke { keep | cut } ]\n"
	"                          [ --confirm SECONDS ] { FILE | - }\n"
	"       bailey policy check { FILE | - } ...\n"
	"       bailey policy diff [ --meaning ] FILE [ FILE2 ]\n"
	"       bailey policy confirm\n"
	"       bailey policy flush\n"
	"\n"
	"load     replaces the whole policy by FILE, at once or not at all. A FILE with\n"
	"         its own begin and commit lines is carried out as it stands.\n"
	"--check  changes nothing and says what would happen\n"
	"--revoke cut ends connections that the new policy does not allow\n"
	"--confirm puts the old policy back unless 'bailey policy confirm' follows\n"
	"check    reads FILE as the module would; needs neither module nor root\n"
	"diff     what 'load FILE' would change of the policy in force; of two files, in\n"
	"         what they differ. Exit status: 0 nothing, 1 something, 2 trouble\n";

static json_t *policy_json(const struct tool_view *view)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
			 "prefix_lists", tool_objects_json(view, &tool_prefix_list, NULL),
			 "groups", tool_objects_json(view, &tool_group, NULL),
			 "acls", tool_objects_json(view, &tool_acl, NULL),
			 "attachments", tool_objects_json(view, &tool_attach, NULL),
			 "endpoints", tool_objects_json(view, &tool_endpoint, NULL),
			 "exempts", tool_exempts_json(view->policy),
			 "default", bailey_default_name(view->policy->default_action));
}

static void print_kind(const struct tool_view *view, const struct tool_object *object)
{
	struct bailey_out out = {};
	u32 n;

	for (n = 0; n < view->policy->objects[object->kind].named; n++) {
		bailey_out_reset(&out);
		object->print(view, bailey_policy_nth(view->policy, object->kind, n), &out);
		tool_print_text(out.buf, out.len);
	}
	bailey_out_destroy(&out);
}

static void print_policy(const struct tool_view *view)
{
	static const struct tool_object * const order[] = {
		&tool_prefix_list, &tool_group, &tool_acl, &tool_attach,
		&tool_endpoint
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		print_kind(view, order[i]);
	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (view->policy->exempts & (1 << i))
			printf("exempt %s\n", bailey_exempt_name(i));
	printf("default %s\n", bailey_default_name(view->policy->default_action));
}

static int show(int argc, char **argv)
{
	struct tool_view view;
	int status;

	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	status = tool_view_open(&view);
	if (status != TOOL_OK)
		return status;
	if (tool_options.json)
		status = tool_json_print(policy_json(&view));
	else
		print_policy(&view);
	tool_view_close(&view);
	return status;
}

static int save(int argc, char **argv)
{
	struct bailey_out text = {};
	int status;

	if (argc > 1)
		return tool_usage(usage, "'%s' is a word too many", argv[1]);
	status = tool_proc_get("policy", &text);
	if (status != TOOL_OK)
		;
	else if (!argc || !strcmp(argv[0], "-"))
		fwrite(text.buf ? text.buf : "", 1, text.len, stdout);
	else
		status = tool_file_save(argv[0], text.buf ? text.buf : "", text.len);
	bailey_out_destroy(&text);
	return status;
}

static int load(int argc, char **argv)
{
	struct tool_load load = { .flush = true };
	struct bailey_out text = {};
	struct tool_source source;
	int words = tool_load_options(&load, argc, argv, usage), status;

	if (words < 0)
		return TOOL_USAGE;
	if (argc - words != 1)
		return tool_usage(usage, argc > words ? "load takes one file" :
				  "which file? ('-' is standard input)");
	source.name = tool_file_name(argv[words]);
	status = tool_file_read(argv[words], &text);
	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		status = tool_send_file(&source, &load);
	}
	bailey_out_destroy(&text);
	return status;
}

static int check_file(const char *path, json_t *answers)
{
	const char *name = tool_file_name(path);
	struct bailey_policy *policy = NULL;
	struct bailey_diag diag = {};
	struct bailey_out text = {};
	struct tool_source source = { .name = name };
	int status = tool_file_read(path, &text);

	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		if (tool_policy_build(&policy, &source, &diag))
			status = TOOL_REFUSED;
		if (tool_options.json)
			json_array_append_new(answers, tool_answer_json(&diag, name));
		else
			tool_answer_show(&diag, &source);
		if (status == TOOL_OK && !tool_options.json)
			printf("%s: ok\n", name);
	}
	bailey_policy_put(policy);
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&text);
	return status;
}

static int check(int argc, char **argv)
{
	json_t *answers = json_array();
	int i, status = TOOL_OK;

	if (!argc) {
		json_decref(answers);
		return tool_usage(usage, "which file? ('-' is standard input)");
	}
	for (i = 0; i < argc; i++)
		if (check_file(argv[i], answers))
			status = TOOL_REFUSED;
	if (!tool_options.json)
		json_decref(answers);
	else if (tool_json_print(answers))
		status = TOOL_REFUSED;
	return status;
}

static int flush(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_send_line("flush", strlen("flush"));
}

static int confirm(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_send_word("policy", "confirm\n");
}

/**
 * tool_policy_main() - bailey policy
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_policy_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = {
		{ "show", show }, { "list", show }, { "save", save },
		{ "load", load }, { "check", check }, { "flush", flush },
		{ "confirm", confirm }, { "diff", tool_policy_diff_main }, {}
	};
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (!argc)
		return show(argc, argv);
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
