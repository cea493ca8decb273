// SPDX-License-Identifier: GPL-2.0
/*
 * What two versions of a list of rules do not have in common.
 *
 * Two walks side by side, in the order of the rules; where both are at the same node
 * they go behind it together, so that it costs what differs. What is found is
 * what a classifier is updated by.
 *
 * Runs in the writer.
 */
#include "rules.h"

/* Room for one more in both arrays, unless there are too many anyway. */
static int diff_reserve(struct bailey_rules_diff *diff)
{
	u32 used = max_t(u32, diff->removed_count, diff->added_count);
	u32 cap = diff->cap ? 2 * diff->cap : 16;
	struct bailey_rule **removed, **added;

	if (used < diff->cap || used >= diff->most)
		return 0;
	removed = bailey_zalloc((size_t)cap * sizeof(*removed));
	added = bailey_zalloc((size_t)cap * sizeof(*added));
	if (!removed || !added) {
		bailey_free(removed);
		bailey_free(added);
		return -ENOMEM;
	}
	if (used) {
		memcpy(removed, diff->removed, diff->cap * sizeof(*removed));
		memcpy(added, diff->added, diff->cap * sizeof(*added));
	}
	bailey_rules_diff_destroy(diff);
	diff->removed = removed;
	diff->added = added;
	diff->cap = cap;
	return 0;
}

static int diff_note(struct bailey_rules_diff *diff, struct bailey_rule *removed,
		     struct bailey_rule *added)
{
	int ret = diff_reserve(diff);

	if (ret)
		return ret;
	if (removed && diff->removed_count++ < diff->cap)
		diff->removed[diff->removed_count - 1] = removed;
	if (added && diff->added_count++ < diff->cap)
		diff->added[diff->added_count - 1] = added;
	return 0;
}

/**
 * bailey_rules_diff_destroy() - free what a comparison has found
 * @diff: the difference
 */
void bailey_rules_diff_destroy(struct bailey_rules_diff *diff)
{
	bailey_free(diff->removed);
	bailey_free(diff->added);
	diff->removed = NULL;
	diff->added = NULL;
}

/* Both walks are at the same place of a node: go behind all that they share. */
static void skip_shared(struct bailey_rules_iter *x, struct bailey_rule **a,
			struct bailey_rules_iter *y, struct bailey_rule **b)
{
	u32 level = 1, levels = min_t(u32, x->levels, y->levels);

	while (level < levels && x->node[level] == y->node[level] &&
	       x->pos[level] == y->pos[level])
		level++;
	*a = bailey_rules_climb(x, level);
	*b = bailey_rules_climb(y, level);
}

/* Of two rules that say the same, take the older object. */
static bool adopt(struct bailey_rules_iter *x, struct bailey_rule *a,
		  struct bailey_rule *b)
{
	if (a->action != b->action || bailey_ref_shared(&x->node[0]->refs))
		return false;
	bailey_ref_get(&b->refs);
	x->node[0]->at[x->pos[0]] = b;
	bailey_rule_put(a);
	return true;
}

/**
 * bailey_rules_adopt() - compare with an older list, and keep what it has as well
 * @rules: being sealed
 * @old: the older list
 * @diff: filled in, with room for diff->most rules each way, which the caller has
 *	  set; to be given to bailey_rules_diff_destroy(), on an error too
 *
 * Where both say the same, @rules takes the older object, with its counters. Costs
 * what the two do not share.
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_rules_adopt(struct bailey_rules *rules, const struct bailey_rules *old,
		       struct bailey_rules_diff *diff)
{
	struct bailey_rules_iter x, y;
	struct bailey_rule *a = bailey_rules_first(rules, &x);
	struct bailey_rule *b = bailey_rules_first(old, &y);
	u32 steps = 0;
	int ret = 0;

	while ((a || b) && !ret) {
		int order = !a ? 1 : !b ? -1 : 0;

		bailey_yield_often(steps++);
		if (!order && x.node[0] == y.node[0] && x.pos[0] == y.pos[0]) {
			skip_shared(&x, &a, &y, &b);
			continue;
		}
		if (!order && a != b)
			order = bailey_rule_cmp(a, b);
		if (order || (a != b && !adopt(&x, a, b)))
			ret = diff_note(diff, order >= 0 ? b : NULL, order <= 0 ? a : NULL);
		if (order <= 0)
			a = bailey_rules_next(&x);
		if (order >= 0)
			b = bailey_rules_next(&y);
	}
	return ret;
}
