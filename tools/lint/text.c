// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and objects in canonical form, as findings name them.
 */
#include "lint.h"
#include "engine/match_text.h"
#include "engine/policy_text.h"

/**
 * lint_text_dir() - the word for a direction
 * @dir: %BAILEY_IN or %BAILEY_OUT
 *
 * Return: a static string.
 */
const char *lint_text_dir(u32 dir)
{
	return dir == BAILEY_IN ? "in" : "out";
}

static char *taken(struct bailey_out *out)
{
	if (!out->failed)
		return out->buf;
	bailey_out_destroy(out);
	return NULL;
}

/**
 * lint_text_rule() - a rule's line
 * @lint: the examination
 * @object: whose rule
 * @dir: its direction
 * @rule: the rule
 *
 * Return: "acl web in 100 allow tcp", or NULL when memory is short.
 */
char *lint_text_rule(const struct lint *lint, const struct bailey_object *object,
		     u32 dir, const struct bailey_rule *rule)
{
	struct bailey_out out = {};

	bailey_out_printf(&out, "%s %s %s ", bailey_kind_name(object->kind), object->name,
			  lint_text_dir(dir));
	bailey_rule_print(lint->policy, rule, &out);
	return taken(&out);
}

/**
 * lint_text_entry() - the line of an ACL's entry that there could be
 * @lint: the examination
 * @object: the ACL
 * @dir: direction
 * @number: its number
 * @action: what it says
 * @match: of which packets
 *
 * Return: "acl web in 100 allow tcp", or NULL when memory is short.
 */
char *lint_text_entry(const struct lint *lint, const struct bailey_object *object,
		      u32 dir, u32 number, enum bailey_action action,
		      const struct bailey_match *match)
{
	struct bailey_out out = {};

	bailey_out_printf(&out, "acl %s %s %u %s ", object->name, lint_text_dir(dir), number,
			  bailey_action_name(action));
	bailey_match_print(lint->policy, match, &out);
	return taken(&out);
}

/**
 * lint_text_object() - how an object is called
 * @object: the object
 *
 * Return: "acl web", "attach dev eth1 protects subnet"; NULL when memory is short.
 */
char *lint_text_object(const struct bailey_object *object)
{
	const struct bailey_attach *attach;
	struct bailey_out out = {};

	if (object->kind == BAILEY_ATTACH) {
		attach = bailey_attach_of(object);
		bailey_out_printf(&out, "attach dev %s%s protects %s", attach->dev,
				  attach->stem ? "*" : "", attach->host ? "host" : "subnet");
	} else {
		bailey_out_printf(&out, "%s %s", bailey_kind_name(object->kind),
				  object->name);
	}
	return taken(&out);
}
