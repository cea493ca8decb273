// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of rules: their order, what versions of them share, what a change costs
 * and what it leaves as it was.
 */
#include <stdlib.h>
#include "rules.h"
#include "unit.h"

#define MODEL	2000

static struct bailey_rule *make(u32 number, u8 families)
{
	struct bailey_match m;

	bailey_match_init(&m);
	m.families = families;
	return bailey_rule_create(&m, number, BAILEY_ALLOW);
}

static int add(struct bailey_rules *rules, u32 number, u8 families)
{
	struct bailey_rule *rule = make(number, families);

	return rule ? bailey_rules_add(rules, rule) : -ENOMEM;
}

static struct bailey_rule *seek(const struct bailey_rules *rules, u32 number)
{
	struct bailey_rules_iter iter;

	return bailey_rules_seek(rules, number, &iter);
}

static u64 random_state = 1;

static u32 random_below(u32 limit)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % limit;
}

/* Nodes of a tree that are not in another one; their sizes and order as well. */
static u32 check_node(const struct bailey_rules_node *node, bool root, u32 *count,
		      u32 *nodes)
{
	u32 own = 1, below = 0, i;

	*nodes += 1;
	CHECK(node->n <= BAILEY_RULES_FAN);
	CHECK(node->n || root);
	for (i = 0; i < node->n; i++) {
		const struct bailey_rules_node *child = node->at[i];

		if (!node->level)
			continue;
		CHECK_EQ(child->level, node->level - 1);
		own += check_node(child, false, &below, nodes);
	}
	if (!node->level)
		below = node->n;
	CHECK_EQ(node->count, below);
	*count += below;
	return own;
}

static u32 check_tree(const struct bailey_rules *rules)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule, *last = NULL;
	u32 count = 0, nodes = 0, walked = 0;

	if (rules->root)
		check_node(rules->root, true, &count, &nodes);
	CHECK_EQ(count, rules->count);
	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		CHECK(!last || bailey_rule_cmp(last, rule) < 0);
		if (walked % 97 == 0)
			CHECK(bailey_rules_at(rules, walked) == rule);
		last = rule;
		walked++;
	}
	CHECK_EQ(walked, rules->count);
	return nodes;
}

static bool shares(const struct bailey_rules_node *node,
		   const struct bailey_rules_node *with)
{
	u32 i;

	if (node == with)
		return true;
	for (i = 0; node->level > with->level && i < node->n; i++)
		if (shares(node->at[i], with))
			return true;
	return false;
}

/* Nodes below @node that the list with @root does not have. */
static u32 unshared(const struct bailey_rules_node *node,
		    const struct bailey_rules_node *root)
{
	u32 n = 1, i;

	if (root && shares(root, node))
		return 0;
	for (i = 0; node->level && i < node->n; i++)
		n += unshared(node->at[i], root);
	return n;
}

static void fill(struct bailey_rules *rules, u32 count)
{
	u32 i;

	for (i = 1; i <= count; i++)
		CHECK_EQ(add(rules, i * 10, BAILEY_FAMILY_BOTH), 0);
}

static void any_order_is_put_in_order(void)
{
	struct bailey_rules rules = { 0 };
	u32 i;

	for (i = 500; i > 0; i--)
		CHECK_EQ(add(&rules, i * 10, BAILEY_FAMILY_BOTH), 0);
	check_tree(&rules);
	for (i = 0; i < 500; i++)
		CHECK_EQ(bailey_rules_at(&rules, i)->number, (i + 1) * 10);
	CHECK_EQ(seek(&rules, 0)->number, 10);
	CHECK_EQ(seek(&rules, 10)->number, 10);
	CHECK_EQ(seek(&rules, 11)->number, 20);
	CHECK_EQ(seek(&rules, 5000)->number, 5000);
	CHECK(!seek(&rules, 5001));
	CHECK_EQ(bailey_rules_remove(&rules, seek(&rules, 5000)), 0);
	CHECK_EQ(bailey_rules_remove(&rules, seek(&rules, 10)), 0);
	CHECK_EQ(rules.count, 498);
	CHECK_EQ(bailey_rules_at(&rules, 0)->number, 20);
	CHECK_EQ(bailey_rules_at(&rules, 497)->number, 4990);
	bailey_rules_destroy(&rules);
	CHECK(!rules.root && !rules.count);
}

/* One number once per family, or once for both: ruling 2. */
static void numbers_clash_by_family(void)
{
	static const struct {
		u8 families[3];
		u32 twice;
	} rows[] = {
		{ { 1, 2, 0 }, 0 }, { { 2, 1, 0 }, 0 },
		{ { 1, 1, 0 }, 2 }, { { 3, 1, 0 }, 2 }, { { 3, 2, 0 }, 2 },
		{ { 1, 3, 0 }, 2 }, { { 2, 3, 0 }, 2 }, { { 3, 3, 0 }, 2 },
		{ { 1, 2, 3 }, 3 }, { { 2, 1, 3 }, 3 }, { { 1, 2, 1 }, 3 },
		{ { 2, 1, 2 }, 3 },
	};
	u32 i, k, others;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (others = 0; others < 140; others += 31) {
			struct bailey_rules rules = { 0 };

			unit_about("row %u, %u others", i, others);
			fill(&rules, others);
			for (k = 0; k < 3 && rows[i].families[k]; k++)
				CHECK_EQ(add(&rules, 615, rows[i].families[k]),
					 k + 1 == rows[i].twice ? -EEXIST : 0);
			check_tree(&rules);
			bailey_rules_destroy(&rules);
		}
	}
}

static void group_rules_clash_when_equal(void)
{
	struct bailey_rules rules = { 0 };
	struct bailey_rule *like = make(0, BAILEY_FAMILY_IPV6);

	REQUIRE(like);
	CHECK_EQ(add(&rules, 0, BAILEY_FAMILY_BOTH), 0);
	CHECK_EQ(add(&rules, 0, BAILEY_FAMILY_IPV4), 0);
	CHECK(!bailey_rules_find(&rules, like));
	CHECK_EQ(add(&rules, 0, BAILEY_FAMILY_IPV6), 0);
	CHECK_EQ(add(&rules, 0, BAILEY_FAMILY_IPV4), -EEXIST);
	CHECK(bailey_rules_find(&rules, like) == bailey_rules_at(&rules, 1));
	CHECK_EQ(rules.count, 3);
	bailey_rule_put(like);
	bailey_rules_destroy(&rules);
}

static void clones_share(void)
{
	struct bailey_rules rules = { 0 }, copy = { 0 };

	fill(&rules, 2);
	bailey_rules_clone(&copy, &rules);
	CHECK(bailey_rules_at(&copy, 0) == bailey_rules_at(&rules, 0));
	CHECK_EQ(bailey_rules_remove(&copy, bailey_rules_at(&copy, 0)), 0);
	CHECK_EQ(rules.count, 2);
	bailey_rules_destroy(&rules);
	CHECK_EQ(bailey_rules_at(&copy, 0)->number, 20);
	bailey_counter_add(&bailey_rules_at(&copy, 0)->counter, 100, 5);
	bailey_counter_add(&bailey_rules_at(&copy, 0)->counter, 1, 6);
	CHECK_EQ(bailey_rules_at(&copy, 0)->counter.packets, 2);
	CHECK_EQ(bailey_rules_at(&copy, 0)->counter.bytes, 101);
	CHECK_EQ(bailey_rules_at(&copy, 0)->counter.last, 6);
	bailey_rules_destroy(&copy);
}

static void equal_rules_are_adopted(void)
{
	struct bailey_rules old = { 0 }, new = { 0 };
	struct bailey_rules_diff diff = { .most = 100 };

	add(&old, 10, BAILEY_FAMILY_BOTH);
	add(&old, 20, BAILEY_FAMILY_IPV4);
	add(&old, 30, BAILEY_FAMILY_BOTH);
	add(&new, 5, BAILEY_FAMILY_BOTH);
	add(&new, 10, BAILEY_FAMILY_BOTH);
	add(&new, 20, BAILEY_FAMILY_IPV6);
	add(&new, 30, BAILEY_FAMILY_BOTH);
	bailey_rules_at(&new, 3)->action = BAILEY_DENY;
	CHECK_EQ(bailey_rules_adopt(&new, &old, &diff), 0);
	CHECK(bailey_rules_at(&new, 1) == bailey_rules_at(&old, 0));
	CHECK_EQ(diff.removed_count, 2);
	CHECK_EQ(diff.added_count, 3);
	CHECK(diff.removed[0] == bailey_rules_at(&old, 1));
	CHECK(diff.removed[1] == bailey_rules_at(&old, 2));
	CHECK(diff.added[0] == bailey_rules_at(&new, 0));
	CHECK(diff.added[1] == bailey_rules_at(&new, 2));
	CHECK(diff.added[2] == bailey_rules_at(&new, 3));
	CHECK_EQ(diff.added[1]->families, BAILEY_FAMILY_IPV6);
	bailey_rules_diff_destroy(&diff);
	bailey_rules_destroy(&old);
	CHECK_EQ(bailey_rules_at(&new, 1)->number, 10);
	bailey_rules_destroy(&new);
}

/* A change among many copies a way from the root, whatever comes before it. */
static void a_change_copies_little(void)
{
	struct bailey_rules rules = { 0 }, copy = { 0 };
	struct bailey_rules_diff diff = { .most = 100 };
	u32 nodes, i, levels;

	fill(&rules, 100000);
	nodes = check_tree(&rules);
	levels = rules.root->level + 1;
	CHECK_EQ(levels, 3);
	CHECK(nodes <= 100000 / 61 + 30);
	for (i = 0; i < 50; i++) {
		u32 number = (random_below(100000) + 1) * 10;
		u32 own, what = i % 3;

		unit_about("change %u", i);
		bailey_rules_clone(&copy, &rules);
		if (what != 1)
			CHECK_EQ(bailey_rules_remove(&copy, seek(&copy, number)), 0);
		if (what)
			CHECK_EQ(add(&copy, number + 1, BAILEY_FAMILY_IPV4), 0);
		own = unshared(copy.root, rules.root);
		CHECK(own >= levels && own <= 2 * levels);
		CHECK_EQ(bailey_rules_adopt(&copy, &rules, &diff), 0);
		CHECK_EQ(diff.removed_count, what != 1);
		CHECK_EQ(diff.added_count, !!what);
		bailey_rules_diff_destroy(&diff);
		diff = (struct bailey_rules_diff){ .most = 100 };
		check_tree(&copy);
		bailey_rules_destroy(&copy);
	}
	bailey_rules_destroy(&rules);
}

/* A tree stays flat and full enough however rules come and go. */
static void no_order_hurts(void)
{
	static u32 number[20000];
	struct bailey_rules rules = { 0 };
	u32 i, k, swap, nodes;

	for (i = 0; i < ARRAY_SIZE(number); i++)
		number[i] = i + 1;
	for (i = ARRAY_SIZE(number) - 1; i; i--) {
		k = random_below(i + 1);
		swap = number[i];
		number[i] = number[k];
		number[k] = swap;
	}
	for (i = 0; i < ARRAY_SIZE(number); i++)
		CHECK_EQ(add(&rules, number[i], BAILEY_FAMILY_BOTH), 0);
	nodes = check_tree(&rules);
	CHECK(nodes <= ARRAY_SIZE(number) * 2 / BAILEY_RULES_FAN + 30);
	for (i = 0; i < ARRAY_SIZE(number) - 500; i++) {
		CHECK_EQ(bailey_rules_remove(&rules, seek(&rules, number[i])), 0);
		if (i % 1000)
			continue;
		unit_about("after %u removals", i);
		nodes = check_tree(&rules);
		/* Two neighbours have more than three quarters of one. */
		CHECK(nodes <= rules.count * 3 / BAILEY_RULES_FAN + 30);
	}
	for (; i < ARRAY_SIZE(number); i++)
		CHECK_EQ(bailey_rules_remove(&rules, seek(&rules, number[i])), 0);
	CHECK(!rules.root && !rules.count);
}

/* Versions of a list beside arrays that say what each must have. */
static void versions_are_independent(void)
{
	static bool has[2][MODEL + 1];
	struct bailey_rules rules[2] = { 0 };
	u32 step, number, v, n;

	for (step = 0; step < 40000; step++) {
		v = random_below(2);
		number = 1 + random_below(MODEL);
		unit_about("step %u, number %u", step, number);
		if (step % 1000 == 0) {
			bailey_rules_destroy(&rules[v]);
			bailey_rules_clone(&rules[v], &rules[!v]);
			memcpy(has[v], has[!v], sizeof(has[v]));
		}
		if (has[v][number] && step % 16000 > 8000) {
			CHECK_EQ(bailey_rules_remove(&rules[v], seek(&rules[v], number)), 0);
			has[v][number] = false;
		} else {
			CHECK_EQ(add(&rules[v], number, BAILEY_FAMILY_BOTH),
				 has[v][number] ? -EEXIST : 0);
			has[v][number] = true;
		}
		if (step % 500)
			continue;
		for (v = 0; v < 2; v++) {
			struct bailey_rules_iter iter;
			struct bailey_rule *rule = bailey_rules_first(&rules[v], &iter);

			check_tree(&rules[v]);
			for (n = 1; n <= MODEL; n++) {
				if (!has[v][n])
					continue;
				CHECK(rule && rule->number == n);
				rule = rule ? bailey_rules_next(&iter) : NULL;
			}
			CHECK(!rule);
		}
	}
	bailey_rules_destroy(&rules[0]);
	bailey_rules_destroy(&rules[1]);
}

static void edit_at_random(struct bailey_rules *rules, u32 edits)
{
	struct bailey_rule *rule;

	while (edits--) {
		u32 number = random_below(65000);

		rule = seek(rules, number);
		if (rule && random_below(2))
			CHECK_EQ(bailey_rules_remove(rules, rule), 0);
		else
			add(rules, number, BAILEY_FAMILY_BOTH);
	}
}

/* The comparison of any two versions is what a comparison of all rules says. */
static void differences_are_found(void)
{
	struct bailey_rules_diff diff;
	u32 round, i;

	for (round = 0; round < 60; round++) {
		struct bailey_rules old = { 0 }, new = { 0 };
		u32 removed = 0, added = 0;
		struct bailey_rule *rule;

		unit_about("round %u", round);
		fill(&old, random_below(6000));
		if (round % 4)
			bailey_rules_clone(&new, &old);
		else
			fill(&new, old.count);
		edit_at_random(&new, random_below(round % 2 ? 10 : 2000));
		diff = (struct bailey_rules_diff){ .most = 100000 };
		CHECK_EQ(bailey_rules_adopt(&new, &old, &diff), 0);
		for (i = 0; i < diff.removed_count; i++) {
			rule = seek(&new, diff.removed[i]->number);
			CHECK(!rule || rule->number != diff.removed[i]->number);
		}
		for (i = 0; i < old.count; i++) {
			struct bailey_rule *before = bailey_rules_at(&old, i);

			rule = seek(&new, before->number);
			if (!rule || rule->number != before->number)
				removed++;
			else
				CHECK(rule == before);
		}
		for (i = 0; i < new.count; i++) {
			struct bailey_rule *now = bailey_rules_at(&new, i);

			rule = seek(&old, now->number);
			added += !rule || rule->number != now->number;
		}
		CHECK_EQ(diff.removed_count, removed);
		CHECK_EQ(diff.added_count, added);
		bailey_rules_diff_destroy(&diff);
		bailey_rules_destroy(&old);
		check_tree(&new);
		bailey_rules_destroy(&new);
	}
}

static const struct unit_test tests[] = {
	UNIT(any_order_is_put_in_order),
	UNIT(numbers_clash_by_family),
	UNIT(group_rules_clash_when_equal),
	UNIT(clones_share),
	UNIT(equal_rules_are_adopted),
	UNIT(a_change_copies_little),
	UNIT(no_order_hurts),
	UNIT(versions_are_independent),
	UNIT(differences_are_found),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
