// SPDX-License-Identifier: GPL-2.0
/*
 * bailey group: the inner door, allow rules without an order.
 */
#include "tool.h"

static const char usage[] =
	"Usage: bailey group [ show [ NAME ] ]\n"
	"       bailey group { add | replace | delete } NAME\n"
	"       bailey group { add | replace | delete } NAME { in | out } allow MATCH\n"
	"\n"
	"MATCH := [ PROTO ] [ from PEER [ port PORTS ] ] [ to PEER [ port PORTS ] ]\n"
	"         [ type TYPE [ code CODE ] ]\n"
	"PEER  := { any | CIDR | prefix-list NAME | group NAME }\n"
	"PORTS := { N | N-M }\n"
	"\n"
	"A packet passes when any rule of any group of the endpoint allows it. The\n"
	"response to a request that passed needs no rule.\n";

static void print(const struct tool_view *view, const struct bailey_object *object,
		  struct bailey_out *out)
{
	const struct bailey_group *group =
		container_of(object, const struct bailey_group, object);

	if (!group->rules[BAILEY_IN].count && !group->rules[BAILEY_OUT].count)
		bailey_out_printf(out, "group %s\n", object->name);
	tool_rules_print(view, object, &group->rules[BAILEY_IN], BAILEY_IN, out);
	tool_rules_print(view, object, &group->rules[BAILEY_OUT], BAILEY_OUT, out);
}

static json_t *json(const struct tool_view *view, const struct bailey_object *object)
{
	const struct bailey_group *group =
		container_of(object, const struct bailey_group, object);

	return json_pack("{s:s, s:o, s:o}", "name", object->name,
			 "in", tool_json_rules(view, object,
					       &group->rules[BAILEY_IN], BAILEY_IN),
			 "out", tool_json_rules(view, object,
						&group->rules[BAILEY_OUT],
						BAILEY_OUT));
}

const struct tool_object tool_group = {
	.kind = BAILEY_GROUP,
	.usage = usage,
	.print = print,
	.json = json,
};

/**
 * tool_group_main() - bailey group
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_group_main(int argc, char **argv)
{
	return tool_object_main(&tool_group, argc, argv);
}
