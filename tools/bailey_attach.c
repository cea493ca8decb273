// SPDX-License-Identifier: GPL-2.0
/*
 * bailey attach: what an interface protects, and by what.
 */
#include "tool.h"
#include "engine/policy_text.h"

static const char usage[] =
	"Usage: bailey attach [ show [ [ dev ] DEV ] ]\n"
	"       bailey attach { add | replace } dev DEV protects { host | subnet }\n"
	"                     [ acl NAME ] [ groups NAME,... ]\n"
	"       bailey attach delete dev DEV protects { host | subnet }\n"
	"\n"
	"DEV := { IFNAME | STEM* }\n"
	"\n"
	"'host' is this machine behind DEV, 'subnet' is what lies beyond DEV.\n";

static const char *acl_name(const struct tool_view *view,
			    const struct bailey_attach *attach)
{
	const struct bailey_object *acl =
		bailey_policy_object(view->policy, BAILEY_ACL, attach->acl);

	return acl ? acl->name : NULL;
}

static bool named(const struct bailey_object *object, const char *name)
{
	const struct bailey_attach *attach =
		container_of(object, const struct bailey_attach, object);
	size_t len = strlen(attach->dev);

	if (strncmp(attach->dev, name, len))
		return false;
	return !strcmp(name + len, attach->stem ? "*" : "");
}

static void print(const struct tool_view *view, const struct bailey_object *object,
		  struct bailey_out *out)
{
	const struct bailey_attach *attach =
		container_of(object, const struct bailey_attach, object);

	bailey_out_printf(out, "attach dev %s%s protects %s", attach->dev,
			  attach->stem ? "*" : "", attach->host ? "host" : "subnet");
	if (acl_name(view, attach))
		bailey_out_printf(out, " acl %s", acl_name(view, attach));
	if (attach->set) {
		bailey_out_printf(out, " groups ");
		bailey_set_print(view->policy, attach->set, out);
	}
	bailey_out_bytes(out, "\n", 1);
}

static json_t *json(const struct tool_view *view, const struct bailey_object *object)
{
	const struct bailey_attach *attach =
		container_of(object, const struct bailey_attach, object);
	const char *acl = acl_name(view, attach);

	return json_pack("{s:s, s:b, s:s, s:o, s:o}", "dev", attach->dev,
			 "stem", attach->stem,
			 "protects", attach->host ? "host" : "subnet",
			 "acl", acl ? json_string(acl) : json_null(),
			 "groups", tool_json_set(view->policy, attach->set));
}

const struct tool_object tool_attach = {
	.kind = BAILEY_ATTACH,
	.usage = usage,
	.named = named,
	.print = print,
	.json = json,
};

/**
 * tool_attach_main() - bailey attach
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_attach_main(int argc, char **argv)
{
	return tool_object_main(&tool_attach, argc, argv);
}
