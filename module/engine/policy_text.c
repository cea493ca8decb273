// SPDX-License-Identifier: GPL-2.0
/*
 * Policies written out, in the language that language.c reads.
 *
 * Canonical: one order, one spelling, so that two policies that say the same
 * look the same, and reading back what was printed gives the same policy.
 */
#include "policy_text.h"
#include "match_text.h"

#define PREFIXES_PER_LINE	8

static const char *object_name(const struct bailey_policy *policy,
			       enum bailey_kind kind, u32 slot)
{
	struct bailey_object *object = bailey_policy_object(policy, kind, slot);

	return object ? object->name : "?";
}

static void peer_print(const struct bailey_policy *policy, const char *word,
		       const struct bailey_peer *peer, struct bailey_out *out)
{
	bailey_out_printf(out, " %s ", word);
	switch (peer->kind) {
	case BAILEY_PEER_ANY:
		bailey_out_printf(out, "any");
		break;
	case BAILEY_PEER_CIDR:
		bailey_out_addr(out, peer->family, &peer->addr);
		bailey_out_printf(out, "/%u", peer->bits);
		break;
	case BAILEY_PEER_PREFIX_LIST:
		bailey_out_printf(out, "prefix-list %s",
				  object_name(policy, BAILEY_PREFIX_LIST, peer->slot));
		break;
	case BAILEY_PEER_GROUP:
		bailey_out_printf(out, "group %s",
				  object_name(policy, BAILEY_GROUP, peer->slot));
		break;
	}
}

static void ports_print(u16 first, u16 last, struct bailey_out *out)
{
	if (first == last)
		bailey_out_printf(out, " port %u", first);
	else
		bailey_out_printf(out, " port %u-%u", first, last);
}

/**
 * bailey_match_print() - append a match as the language has it
 * @policy: where names are looked up
 * @match: the match
 * @out: where to
 */
void bailey_match_print(const struct bailey_policy *policy,
			const struct bailey_match *match, struct bailey_out *out)
{
	bailey_proto_print(match->proto, out);
	if (match->from.kind != BAILEY_PEER_ANY || match->sport_given)
		peer_print(policy, "from", &match->from, out);
	if (match->sport_given)
		ports_print(match->sport_first, match->sport_last, out);
	if (match->to.kind != BAILEY_PEER_ANY || match->dport_given)
		peer_print(policy, "to", &match->to, out);
	if (match->dport_given)
		ports_print(match->dport_first, match->dport_last, out);
	if (match->type != BAILEY_TYPE_ANY)
		bailey_out_printf(out, " type %d", match->type);
	if (match->code != BAILEY_TYPE_ANY)
		bailey_out_printf(out, " code %d", match->code);
}

/**
 * bailey_rule_print() - append what a rule says: "100 allow tcp …"
 * @policy: where names are looked up
 * @rule: the rule; a group's has no number
 * @out: where to
 */
void bailey_rule_print(const struct bailey_policy *policy,
		       const struct bailey_rule *rule, struct bailey_out *out)
{
	struct bailey_match match;

	if (rule->number)
		bailey_out_printf(out, "%u ", rule->number);
	bailey_out_printf(out, "%s ", bailey_action_name(rule->action));
	bailey_rule_match(rule, &match);
	bailey_match_print(policy, &match, out);
}

static int peer_name_cmp(const struct bailey_policy *policy,
			 const struct bailey_peer *a, const struct bailey_peer *b)
{
	enum bailey_kind kind = a->kind == BAILEY_PEER_GROUP ? BAILEY_GROUP :
							       BAILEY_PREFIX_LIST;

	if (a->kind != b->kind || a->slot == b->slot ||
	    (a->kind != BAILEY_PEER_GROUP && a->kind != BAILEY_PEER_PREFIX_LIST))
		return 0;
	return strcmp(object_name(policy, kind, a->slot),
		      object_name(policy, kind, b->slot));
}

/*
 * Rules are kept in an order in which slots stand for names. Slots depend on
 * history, names do not: of two rules that differ in slots alone, the names say.
 */
static int rule_print_cmp(const void *a, const void *b, const void *priv)
{
	struct bailey_match x, y, p, q;
	int order;

	/* sort_r() does not pause */
	bailey_yield();
	bailey_rule_match(*(struct bailey_rule * const *)a, &x);
	bailey_rule_match(*(struct bailey_rule * const *)b, &y);
	p = x;
	q = y;
	p.from.slot = 0;
	p.to.slot = 0;
	q.from.slot = 0;
	q.to.slot = 0;
	order = bailey_match_cmp(&p, &q);
	if (!order)
		order = peer_name_cmp(priv, &x.from, &y.from);
	return order ? order : peer_name_cmp(priv, &x.to, &y.to);
}

static void rule_line_print(const struct bailey_policy *policy,
			    const struct bailey_object *object, u32 dir,
			    const struct bailey_rule *rule, struct bailey_out *out)
{
	bailey_out_printf(out, "%s %s %s ", bailey_kind_name(object->kind),
			  object->name, dir == BAILEY_IN ? "in" : "out");
	bailey_rule_print(policy, rule, out);
	bailey_out_bytes(out, "\n", 1);
	bailey_yield();
}

static bool is_empty(const struct bailey_rules *rules)
{
	return !rules[BAILEY_IN].count && !rules[BAILEY_OUT].count;
}

static void empty_print(const struct bailey_object *object, struct bailey_out *out)
{
	bailey_out_printf(out, "%s %s\n", bailey_kind_name(object->kind), object->name);
}

static void acl_print(const struct bailey_policy *policy, const struct bailey_acl *acl,
		      struct bailey_out *out)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	u32 dir;

	if (is_empty(acl->rules))
		empty_print(&acl->object, out);
	for (dir = 0; dir < 2; dir++)
		for (rule = bailey_rules_first(&acl->rules[dir], &iter); rule;
		     rule = bailey_rules_next(&iter))
			rule_line_print(policy, &acl->object, dir, rule, out);
}

static void group_print(const struct bailey_policy *policy, const struct bailey_group *group,
			struct bailey_out *out)
{
	u32 dir, i;

	if (is_empty(group->rules))
		empty_print(&group->object, out);
	for (dir = 0; dir < 2; dir++) {
		struct bailey_rule **list = bailey_rules_list(&group->rules[dir]);

		out->failed |= !list;
		if (list)
			sort_r(list, group->rules[dir].count, sizeof(*list),
			       rule_print_cmp, NULL, policy);
		for (i = 0; list && i < group->rules[dir].count; i++)
			rule_line_print(policy, &group->object, dir, list[i], out);
		bailey_free(list);
	}
}

static void prefix_list_print(const struct bailey_prefix_list *list,
			      struct bailey_out *out)
{
	u32 i;

	if (!list->set.count)
		bailey_out_printf(out, "prefix-list %s", list->object.name);
	for (i = 0; i < list->set.count; i++) {
		const struct bailey_prefix *prefix = &list->set.at[i];

		if (i % PREFIXES_PER_LINE == 0)
			bailey_out_printf(out, "%sprefix-list %s", i ? "\n" : "",
					  list->object.name);
		bailey_out_bytes(out, " ", 1);
		bailey_out_addr(out, prefix->family, &prefix->addr);
		bailey_out_printf(out, "/%u", prefix->bits);
		bailey_yield();
	}
	bailey_out_bytes(out, "\n", 1);
}

/* Of a set's groups, the next one in order of names. */
static const char *next_name(const struct bailey_policy *policy,
			     const struct bailey_set *set, const char *after)
{
	const char *best = NULL, *name;
	u32 i;

	for (i = 0; i < set->count; i++) {
		name = object_name(policy, BAILEY_GROUP, set->slot[i]);
		if (strcmp(name, after) > 0 && (!best || strcmp(name, best) < 0))
			best = name;
	}
	return best;
}

/**
 * bailey_set_print() - append the names of a set's groups: "ssh,web"
 * @policy: where names are looked up
 * @set: the set
 * @out: where to
 */
void bailey_set_print(const struct bailey_policy *policy,
		      const struct bailey_set *set, struct bailey_out *out)
{
	const char *name = "";
	u32 i;

	for (i = 0; i < set->count; i++) {
		name = next_name(policy, set, name);
		if (!name)
			return;
		bailey_out_printf(out, "%s%s", i ? "," : "", name);
	}
}

static void attach_print(const struct bailey_policy *policy,
			 const struct bailey_attach *attach, struct bailey_out *out)
{
	bailey_out_printf(out, "attach dev %s%s protects %s", attach->dev,
			  attach->stem ? "*" : "", attach->host ? "host" : "subnet");
	if (attach->acl != BAILEY_NO_SLOT)
		bailey_out_printf(out, " acl %s",
				  object_name(policy, BAILEY_ACL, attach->acl));
	if (attach->set) {
		bailey_out_printf(out, " groups ");
		bailey_set_print(policy, attach->set, out);
	}
	bailey_out_bytes(out, "\n", 1);
}

static void endpoint_print(const struct bailey_policy *policy,
			   const struct bailey_endpoint *endpoint, struct bailey_out *out)
{
	u32 i;

	bailey_out_printf(out, "endpoint %s dev %s addr ", endpoint->object.name,
			  endpoint->dev);
	for (i = 0; i < endpoint->count; i++) {
		if (i)
			bailey_out_bytes(out, ",", 1);
		bailey_out_addr(out, endpoint->at[i].family, &endpoint->at[i].addr);
	}
	bailey_out_printf(out, " groups ");
	bailey_set_print(policy, endpoint->set, out);
	bailey_out_bytes(out, "\n", 1);
}

static void object_print(const struct bailey_policy *policy,
			 const struct bailey_object *object, struct bailey_out *out)
{
	switch (object->kind) {
	case BAILEY_ACL:
		acl_print(policy, bailey_acl_of(object), out);
		break;
	case BAILEY_GROUP:
		group_print(policy, bailey_group_of(object), out);
		break;
	case BAILEY_PREFIX_LIST:
		prefix_list_print(bailey_prefix_list_of(object), out);
		break;
	case BAILEY_ATTACH:
		attach_print(policy, bailey_attach_of(object), out);
		break;
	case BAILEY_ENDPOINT:
		endpoint_print(policy, bailey_endpoint_of(object), out);
		break;
	}
}

/**
 * bailey_policy_print() - append the whole policy in canonical form
 * @policy: sealed
 * @out: where to; the text is one transaction that makes this policy of any other
 */
void bailey_policy_print(const struct bailey_policy *policy, struct bailey_out *out)
{
	static const u8 order[] = { BAILEY_PREFIX_LIST, BAILEY_GROUP, BAILEY_ACL,
				    BAILEY_ATTACH, BAILEY_ENDPOINT };
	u32 i, n;

	bailey_out_printf(out, "begin\nflush\n");
	for (i = 0; i < ARRAY_SIZE(order); i++)
		for (n = 0; n < policy->objects[order[i]].named; n++) {
			object_print(policy, bailey_policy_nth(policy, order[i], n), out);
			bailey_yield();
		}
	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		bailey_out_printf(out, "%sexempt %s\n",
				  policy->exempts & (1 << i) ? "" : "delete ",
				  bailey_exempt_name(i));
	bailey_out_printf(out, "default %s\ncommit\n",
			  bailey_default_name(policy->default_action));
}

static void rule_stats_print(const struct bailey_policy *policy,
			     const struct bailey_object *object, u32 dir,
			     const struct bailey_rule *rule, u32 now,
			     struct bailey_out *out)
{
	struct bailey_count count;

	bailey_counter_read(&rule->counter, &count);
	bailey_out_printf(out, "rule %s %s %s packets %llu bytes %llu last ",
			  bailey_kind_name(object->kind), object->name,
			  dir == BAILEY_IN ? "in" : "out",
			  (unsigned long long)count.packets,
			  (unsigned long long)count.bytes);
	if (count.packets)
		bailey_out_printf(out, "%u: ", now - count.last);
	else
		bailey_out_printf(out, "never: ");
	bailey_rule_print(policy, rule, out);
	bailey_out_bytes(out, "\n", 1);
	bailey_yield();
}

/**
 * bailey_policy_print_stats() - append a line of counters for each rule
 * @policy: sealed
 * @now: the caller's seconds, to say how long ago a rule was last hit
 * @out: where to; "rule KIND NAME DIR packets N bytes N last SECONDS: RULE"
 */
void bailey_policy_print_stats(const struct bailey_policy *policy, u32 now,
			       struct bailey_out *out)
{
	static const u8 kinds[] = { BAILEY_ACL, BAILEY_GROUP };
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	u32 k, n, dir;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (n = 0; n < policy->objects[kinds[k]].named; n++) {
			struct bailey_object *object = bailey_policy_nth(policy, kinds[k], n);
			struct bailey_rules *rules = kinds[k] == BAILEY_ACL ?
				bailey_acl_of(object)->rules : bailey_group_of(object)->rules;

			for (dir = 0; dir < 2; dir++)
				for (rule = bailey_rules_first(&rules[dir], &iter); rule;
				     rule = bailey_rules_next(&iter))
					rule_stats_print(policy, object, dir, rule,
							 now, out);
		}
	}
}
