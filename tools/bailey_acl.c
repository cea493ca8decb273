// SPDX-License-Identifier: GPL-2.0
/*
 * bailey acl: the outer gate, numbered entries in two directions.
 */
#include "tool.h"

static const char usage[] =
	"Usage: bailey acl [ show [ NAME ] ]\n"
	"       bailey acl { add | replace | delete } NAME\n"
	"       bailey acl { add | replace } NAME { in | out } NUMBER ACTION MATCH\n"
	"       bailey acl delete NAME { in | out } NUMBER [ ACTION MATCH ]\n"
	"\n"
	"ACTION := { allow | deny | reject }\n"
	"MATCH := [ PROTO ] [ from PEER [ port PORTS ] ] [ to PEER [ port PORTS ] ]\n"
	"         [ type TYPE [ code CODE ] ]\n"
	"PEER  := { any | CIDR | prefix-list NAME }\n"
	"PORTS := { N | N-M }\n"
	"\n"
	"The lowest NUMBER that matches decides; what no entry matches is denied.\n"
	"Who sent what is rejected is told so, by a TCP reset or an ICMP error.\n";

static void print(const struct tool_view *view, const struct bailey_object *object,
		  struct bailey_out *out)
{
	const struct bailey_acl *acl =
		container_of(object, const struct bailey_acl, object);

	if (!acl->rules[BAILEY_IN].count && !acl->rules[BAILEY_OUT].count)
		bailey_out_printf(out, "acl %s\n", object->name);
	tool_rules_print(view, object, &acl->rules[BAILEY_IN], BAILEY_IN, out);
	bailey_out_printf(out, "acl %s in * deny\n", object->name);
	tool_rules_print(view, object, &acl->rules[BAILEY_OUT], BAILEY_OUT, out);
	bailey_out_printf(out, "acl %s out * deny\n", object->name);
}

static json_t *json(const struct tool_view *view, const struct bailey_object *object)
{
	const struct bailey_acl *acl =
		container_of(object, const struct bailey_acl, object);

	return json_pack("{s:s, s:o, s:o, s:s}", "name", object->name,
			 "in", tool_json_rules(view, object, &acl->rules[BAILEY_IN],
					       BAILEY_IN),
			 "out", tool_json_rules(view, object, &acl->rules[BAILEY_OUT],
						BAILEY_OUT),
			 "default_action", "deny");
}

const struct tool_object tool_acl = {
	.kind = BAILEY_ACL,
	.usage = usage,
	.print = print,
	.json = json,
};

/**
 * tool_acl_main() - bailey acl
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_acl_main(int argc, char **argv)
{
	return tool_object_main(&tool_acl, argc, argv);
}
