// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that all objects of a policy have: show, add, replace, delete.
 *
 * A change is a line of the policy language, and goes to the kernel as the words
 * stand on the command line. What is shown comes from the policy that the kernel
 * says it has, read by the same parser.
 */
#include "tool.h"

/* The object whose command runs: there is one in the life of the program. */
static const struct tool_object *current;

/**
 * tool_view_open() - the policy in force, with counters if they are asked for
 * @view: filled in
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_view_open(struct tool_view *view)
{
	struct bailey_policy *policy = NULL;
	int status;

	memset(view, 0, sizeof(*view));
	status = tool_policy_live(&policy);
	view->policy = policy;
	if (status == TOOL_OK && tool_options.stats)
		status = tool_counters_read(&view->counters);
	if (status != TOOL_OK)
		tool_view_close(view);
	return status;
}

/**
 * tool_view_close() - give back what a view holds
 * @view: the view
 */
void tool_view_close(struct tool_view *view)
{
	bailey_policy_put((struct bailey_policy *)view->policy);
	json_decref(view->counters);
	memset(view, 0, sizeof(*view));
}

static bool asked_for(const struct tool_object *object,
		      const struct bailey_object *at, const char *name)
{
	if (!name)
		return true;
	return object->named ? object->named(at, name) : !strcmp(at->name, name);
}

static const struct bailey_object *nth(const struct tool_view *view,
				       const struct tool_object *object, u32 n)
{
	return bailey_policy_nth(view->policy, object->kind, n);
}

/**
 * tool_objects_json() - objects of one kind
 * @view: the policy
 * @object: the kind
 * @name: which one, or NULL for all
 *
 * Return: a new array.
 */
json_t *tool_objects_json(const struct tool_view *view,
			  const struct tool_object *object, const char *name)
{
	json_t *list = json_array();
	u32 n;

	for (n = 0; n < view->policy->objects[object->kind].named; n++)
		if (asked_for(object, nth(view, object, n), name))
			json_array_append_new(list, object->json(view, nth(view, object, n)));
	return list;
}

static u32 print_objects(const struct tool_view *view, const char *name)
{
	struct bailey_out out = {};
	u32 n, shown = 0;

	for (n = 0; n < view->policy->objects[current->kind].named; n++) {
		if (!asked_for(current, nth(view, current, n), name))
			continue;
		bailey_out_reset(&out);
		current->print(view, nth(view, current, n), &out);
		tool_print_text(out.buf, out.len);
		shown++;
	}
	bailey_out_destroy(&out);
	return shown;
}

static int show_objects(const struct tool_view *view, const char *name)
{
	json_t *list;
	u32 shown;

	if (!tool_options.json) {
		shown = print_objects(view, name);
		if (shown || !name)
			return TOOL_OK;
		return tool_fail("there is no %s '%s'",
				 bailey_kind_name(current->kind), name);
	}
	list = tool_objects_json(view, current, name);
	if (!name || json_array_size(list))
		return tool_json_print(list);
	json_decref(list);
	return tool_fail("there is no %s '%s'", bailey_kind_name(current->kind), name);
}

static int show(int argc, char **argv)
{
	struct tool_view view;
	int status;

	if (current->kind == BAILEY_ATTACH && argc && tool_is(argv[0], "dev") && argc > 1) {
		argc--;
		argv++;
	}
	if (argc > 1)
		return tool_usage(current->usage, "'%s' is a word too many", argv[1]);
	status = tool_view_open(&view);
	if (status != TOOL_OK)
		return status;
	status = show_objects(&view, argc ? argv[0] : NULL);
	tool_view_close(&view);
	return status;
}

static int change(const char *verb, int argc, char **argv)
{
	struct bailey_out line = {};
	int status;

	if (!argc)
		return tool_usage(current->usage, "what is there to %s?", verb);
	bailey_out_printf(&line, "%s %s", verb, bailey_kind_name(current->kind));
	status = tool_words(&line, argc, argv, current->usage);
	if (status == TOOL_OK)
		status = tool_send_line(line.buf, line.len);
	bailey_out_destroy(&line);
	return status;
}

static int add(int argc, char **argv)
{
	return change("add", argc, argv);
}

static int replace(int argc, char **argv)
{
	return change("replace", argc, argv);
}

static int delete(int argc, char **argv)
{
	return change("delete", argc, argv);
}

/**
 * tool_object_main() - the command of one kind of objects
 * @object: the kind
 * @argc: words behind the object
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_object_main(const struct tool_object *object, int argc, char **argv)
{
	static const struct tool_choice choices[] = {
		{ "show", show }, { "list", show }, { "add", add },
		{ "replace", replace }, { "delete", delete }, {}
	};
	const struct tool_choice *choice;

	current = object;
	if (tool_wants_help(argc, argv))
		return tool_help(object->usage);
	if (!argc)
		return show(argc, argv);
	choice = tool_choose(choices, argv[0], object->usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
