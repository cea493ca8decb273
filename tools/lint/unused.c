// SPDX-License-Identifier: GPL-2.0
/*
 * Objects that nothing uses.
 */
#include "lint.h"
#include "engine/policy_text.h"

/* The first rule of an object; NULL if it has none. */
static struct bailey_rule *first_rule(const struct bailey_rules *rules, u32 *dir)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule = NULL;

	for (*dir = 0; *dir < 2 && !rule; ++*dir)
		rule = bailey_rules_first(&rules[*dir], &iter);
	--*dir;
	return rule;
}

/* Is an object asked about a packet? */
static bool asks(const struct lint *lint, const struct bailey_trace *trace,
		 const struct bailey_object *object, u32 slot)
{
	const struct bailey_step *step;
	u32 s;

	for (s = 0; s < trace->count; s++) {
		step = &trace->step[s];
		if (object->kind == BAILEY_ACL && !step->layer_group &&
		    bailey_policy_object(lint->policy, BAILEY_ACL, slot) ==
		    &step->who.acl->object)
			return true;
		if (object->kind == BAILEY_GROUP && step->layer_group &&
		    bailey_set_has(step->who.set, slot))
			return true;
	}
	return false;
}

/* A packet that one of its rules is about, and that it is not asked about. */
static void show_unasked(struct lint *lint, struct lint_finding *finding,
			 const struct bailey_object *object, u32 slot)
{
	const struct bailey_rules *rules = object->kind == BAILEY_ACL ?
		bailey_acl_of(object)->rules : bailey_group_of(object)->rules;
	struct lint_where way[LINT_WAYS];
	struct bailey_packet packet;
	struct lint_judged judged;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 dir;

	rule = first_rule(rules, &dir);
	if (!rule || !lint->policy->objects[BAILEY_ATTACH].named ||
	    !lint_ways(lint, bailey_attach_of(bailey_policy_nth(lint->policy, BAILEY_ATTACH, 0)),
		       dir, way, LINT_WAYS))
		return;
	bailey_rule_match(rule, &match);
	if (!lint_typical(lint, &match, &packet))
		return;
	lint_judge(lint, &packet, &way[0], false, &judged);
	if (asks(lint, &judged.trace, object, slot))
		return;
	lint_example(lint, finding, &packet, &way[0], false);
	lint_say(lint, &finding->shows, "it is not asked");
}

static void report(struct lint *lint, const struct bailey_object *object, u32 slot,
		   enum lint_code code, const char *text)
{
	char *name = lint_text_object(object);
	struct lint_finding *finding = lint_find(lint, code, name);

	if (finding) {
		lint_say(lint, &finding->text, "%s", text);
		lint_say(lint, &finding->suggestion, "delete %s", name);
		if (object->kind != BAILEY_PREFIX_LIST)
			show_unasked(lint, finding, object, slot);
	}
	free(name);
}

static void check_groups(struct lint *lint)
{
	const struct bailey_objects *groups = &lint->policy->objects[BAILEY_GROUP];
	u32 n, slot;

	for (n = 0; n < groups->named; n++) {
		slot = groups->order->slot[n];
		if (!lint->use.attached[slot] && !lint->use.named[slot])
			report(lint, bailey_policy_nth(lint->policy, BAILEY_GROUP, n), slot,
			       LINT_UNUSED_GROUP,
			       "no attach line and no endpoint has this group, and no rule names it");
	}
}

static void check_lists(struct lint *lint)
{
	const struct bailey_objects *lists = &lint->policy->objects[BAILEY_PREFIX_LIST];
	u32 n;

	for (n = 0; n < lists->named; n++)
		if (!lint->use.list_named[lists->order->slot[n]])
			report(lint, bailey_policy_nth(lint->policy, BAILEY_PREFIX_LIST, n),
			       lists->order->slot[n], LINT_UNUSED_LIST,
			       "no rule names this prefix list");
}

static void check_acls(struct lint *lint)
{
	const struct bailey_objects *acls = &lint->policy->objects[BAILEY_ACL];
	const struct bailey_object *object;
	u32 n, at;

	for (n = 0; n < acls->named; n++) {
		object = bailey_policy_nth(lint->policy, BAILEY_ACL, n);
		if (!lint_attach_of_acl(lint, bailey_acl_of(object), 0, &at))
			report(lint, object, acls->order->slot[n], LINT_UNATTACHED_ACL,
			       "no attach line has this ACL: no packet is ever asked by it");
	}
}

static bool is_empty(const struct lint *lint, u32 slot)
{
	const struct bailey_group *group =
		bailey_group_of(bailey_policy_object(lint->policy, BAILEY_GROUP, slot));

	return !group->rules[BAILEY_IN].count && !group->rules[BAILEY_OUT].count &&
	       !lint->use.named[slot];
}

static void set_print(const struct lint *lint, const struct bailey_set *set, u32 without,
		      struct bailey_out *out)
{
	u32 i, printed = 0;

	bailey_out_printf(out, " groups ");
	for (i = 0; i < set->count; i++)
		if (set->slot[i] != without)
			bailey_out_printf(out, "%s%s", printed++ ? "," : "",
					  bailey_policy_object(lint->policy, BAILEY_GROUP,
							       set->slot[i])->name);
}

/* The line of an attach line or an endpoint without one of its groups. */
static void line_without(const struct lint *lint, const struct bailey_object *object,
			 u32 without, struct bailey_out *out)
{
	const struct bailey_endpoint *endpoint;
	const struct bailey_attach *attach;
	char *name = lint_text_object(object);
	u32 i;

	bailey_out_printf(out, "replace %s", name ? name : "");
	free(name);
	if (object->kind == BAILEY_ATTACH) {
		attach = bailey_attach_of(object);
		object = bailey_policy_object(lint->policy, BAILEY_ACL, attach->acl);
		if (object)
			bailey_out_printf(out, " acl %s", object->name);
		set_print(lint, attach->set, without, out);
		return;
	}
	endpoint = bailey_endpoint_of(object);
	bailey_out_printf(out, " dev %s addr ", endpoint->dev);
	for (i = 0; i < endpoint->count; i++) {
		bailey_out_printf(out, "%s", i ? "," : "");
		bailey_out_addr(out, endpoint->at[i].family, &endpoint->at[i].addr);
	}
	set_print(lint, endpoint->set, without, out);
}

static void check_set(struct lint *lint, const struct bailey_object *object,
		      const struct bailey_set *set)
{
	struct lint_finding *finding;
	struct bailey_out out = {};
	char *name;
	u32 i;

	for (i = 0; set && set->count > 1 && i < set->count; i++)
		if (is_empty(lint, set->slot[i]))
			break;
	if (!set || set->count < 2 || i == set->count)
		return;
	name = lint_text_object(object);
	finding = lint_find(lint, LINT_GROUP_WITHOUT_RULES, name);
	free(name);
	if (!finding)
		return;
	line_without(lint, object, set->slot[i], &out);
	lint->failed |= out.failed;
	lint_say(lint, &finding->text, "group %s has no rules, and no rule names it",
		 bailey_policy_object(lint->policy, BAILEY_GROUP, set->slot[i])->name);
	lint_say(lint, &finding->suggestion, "%s", out.failed ? "" : out.buf);
	bailey_out_destroy(&out);
}

static void check_sets(struct lint *lint)
{
	static const u8 kinds[] = { BAILEY_ATTACH, BAILEY_ENDPOINT };
	struct bailey_object *object;
	u32 k, n;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (n = 0; n < lint->policy->objects[kinds[k]].named; n++) {
			object = bailey_policy_nth(lint->policy, kinds[k], n);
			check_set(lint, object, object->kind == BAILEY_ATTACH ?
				  bailey_attach_of(object)->set : bailey_endpoint_of(object)->set);
		}
	}
}

/**
 * lint_check_unused() - objects that nothing uses
 * @lint: the examination
 */
void lint_check_unused(struct lint *lint)
{
	check_groups(lint);
	check_lists(lint);
	check_acls(lint);
	check_sets(lint);
}
