// SPDX-License-Identifier: GPL-2.0
/*
 * same A B...: does each B mean the same as A? ACLs and groups are compared by name, as
 * sets of packets; those that differ are printed. Exit status: 0 all mean the same, 1
 * they do not, 2 trouble.
 */
#include "reach/space.h"
#include "tool.h"

static struct spaces *spaces;

static struct bailey_policy *read_policy(const char *path)
{
	struct bailey_policy *policy = NULL;

	if (tool_policy_file(&policy, NULL, path) != TOOL_OK)
		exit(2);
	return policy;
}

/* What a group's rules allow; those that name a group apart from those that do not. */
static u32 group_union(const struct bailey_policy *policy, const struct bailey_rules *rules,
		       bool named)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 all = SPACE_NONE;

	for (rule = bailey_rules_first(rules, &iter); rule; rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		if (named || (match.from.kind != BAILEY_PEER_GROUP &&
			      match.to.kind != BAILEY_PEER_GROUP))
			all = space_or(spaces, all, space_match(spaces, policy, &match, false));
	}
	return all;
}

static struct bailey_object *named(const struct bailey_policy *policy,
				   const struct bailey_object *like)
{
	return bailey_policy_object(policy, like->kind,
				    bailey_policy_slot(policy, like->kind, like->name,
						       strlen(like->name)));
}

static bool same_acl(const struct bailey_policy *a, const struct bailey_policy *b,
		     struct bailey_object *x, struct bailey_object *y, u32 dir)
{
	return space_first_match(spaces, a, &bailey_acl_of(x)->rules[dir], false) ==
	       space_first_match(spaces, b, &bailey_acl_of(y)->rules[dir], false);
}

static bool same_group(const struct bailey_policy *a, const struct bailey_policy *b,
		       struct bailey_object *x, struct bailey_object *y, u32 dir, bool peers)
{
	return group_union(a, &bailey_group_of(x)->rules[dir], peers) ==
	       group_union(b, &bailey_group_of(y)->rules[dir], peers);
}

static bool same_kind(const struct bailey_policy *a, const struct bailey_policy *b, u32 kind)
{
	struct bailey_object *x, *y;
	bool same = true;
	u32 n, dir;

	for (n = 0; n < a->objects[kind].named; n++) {
		x = bailey_policy_nth(a, kind, n);
		y = named(b, x);
		if (!y)
			return false;
		for (dir = 0; dir < 2; dir++)
			same &= kind == BAILEY_ACL ? same_acl(a, b, x, y, dir) :
				same_group(a, b, x, y, dir, false) &&
				same_group(a, b, x, y, dir, true);
	}
	return same;
}

static bool same_policy(const struct bailey_policy *a, const struct bailey_policy *b)
{
	return same_kind(a, b, BAILEY_ACL) && same_kind(a, b, BAILEY_GROUP) &&
	       same_kind(b, a, BAILEY_ACL) && same_kind(b, a, BAILEY_GROUP);
}

int main(int argc, char **argv)
{
	struct bailey_policy *a, *b;
	bool all_same = true;
	int i;

	if (argc < 3)
		return 2;
	spaces = spaces_create(SPACES_NODES, SPACES_STEPS);
	a = read_policy(argv[1]);
	for (i = 2; i < argc; i++) {
		b = read_policy(argv[i]);
		if (!same_policy(a, b)) {
			printf("%s\n", argv[i]);
			all_same = false;
		}
		/* Sets of its prefix lists are remembered by their addresses. */
		spaces->memos = 0;
		bailey_policy_put(b);
	}
	if (spaces_failed(spaces))
		exit(2);
	spaces_destroy(spaces);
	bailey_policy_put(a);
	return !all_same;
}
