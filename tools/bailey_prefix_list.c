// SPDX-License-Identifier: GPL-2.0
/*
 * bailey prefix-list: prefixes of both families under a name.
 */
#include "tool.h"

#define PREFIXES_PER_LINE	8

static const char usage[] =
	"Usage: bailey prefix-list [ show [ NAME ] ]\n"
	"       bailey prefix-list { add | replace | delete } NAME [ CIDR ... ]\n"
	"\n"
	"'replace' sets the whole contents; 'delete' without CIDR deletes the list.\n";

static void prefix_print(const struct bailey_prefix *prefix, struct bailey_out *out)
{
	bailey_out_addr(out, prefix->family, &prefix->addr);
	bailey_out_printf(out, "/%u", prefix->bits);
}

static void print(const struct tool_view *view, const struct bailey_object *object,
		  struct bailey_out *out)
{
	const struct bailey_prefix_list *list =
		container_of(object, const struct bailey_prefix_list, object);
	u32 i;

	(void)view;
	for (i = 0; i < list->set.count; i++) {
		if (i % PREFIXES_PER_LINE == 0)
			bailey_out_printf(out, "%sprefix-list %s", i ? "\n" : "",
					  object->name);
		bailey_out_bytes(out, " ", 1);
		prefix_print(&list->set.at[i], out);
	}
	if (!list->set.count)
		bailey_out_printf(out, "prefix-list %s", object->name);
	bailey_out_bytes(out, "\n", 1);
}

static json_t *json(const struct tool_view *view, const struct bailey_object *object)
{
	const struct bailey_prefix_list *list =
		container_of(object, const struct bailey_prefix_list, object);
	json_t *prefixes = json_array();
	struct bailey_out out = {};
	u32 i;

	(void)view;
	for (i = 0; i < list->set.count; i++) {
		bailey_out_reset(&out);
		prefix_print(&list->set.at[i], &out);
		json_array_append_new(prefixes, json_stringn(out.buf, out.len));
	}
	bailey_out_destroy(&out);
	return json_pack("{s:s, s:o}", "name", object->name, "prefixes", prefixes);
}

const struct tool_object tool_prefix_list = {
	.kind = BAILEY_PREFIX_LIST,
	.usage = usage,
	.print = print,
	.json = json,
};

/**
 * tool_prefix_list_main() - bailey prefix-list
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_prefix_list_main(int argc, char **argv)
{
	return tool_object_main(&tool_prefix_list, argc, argv);
}
