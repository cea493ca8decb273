// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier's tree: rules that no hash tells apart.
 *
 * A box of all packets is cut in two, and each half again, until few rules reach
 * into one: a rule that reaches into both halves is in both. So that no rule set
 * makes this explode, a cut must pay, and copies are counted; what can't be cut
 * stays one list. Runs in the writer, on memory of its own.
 */
#include "classifier_tree.h"

#define DIMS		BAILEY_TREE_DIMS
#define LEAF		6		/* rules that need no cutting */
#define DEPTH		28		/* cuts one above the other */
#define SAMPLE		256		/* rules that are looked at to judge a cut */
#define TRIES		5		/* cuts judged in each dimension */
#define ARENA		6		/* rules in lists that wait, by rule */

/* A part of all packets, or of what a rule matches: by dimension, first and last. */
struct box {
	u64 first[DIMS];
	u64 last[DIMS];
};

/**
 * struct job - a list of rules that waits for its node
 * @box: the packets it is for
 * @from: where it begins
 * @count: how many rules
 * @node: its node
 * @depth: how many cuts above
 * @budget: how many rules all its leaves may have
 */
struct job {
	struct box box;
	u32 from;
	u32 count;
	u32 node;
	u32 depth;
	u32 budget;
};

/**
 * struct growing - a tree in the making
 * @tree: what there is of it
 * @rule: the rules, the first to match first
 * @node_room: how many nodes there may be
 * @list: lists of places in @rule, one behind the other; the last waits the least
 * @used: how much of @list
 * @room: how much there is
 * @job: who waits; the last is next
 * @jobs: how many
 */
struct growing {
	struct bailey_tree *tree;
	const struct bailey_tree_rule *rule;
	u32 node_room;
	u32 *list;
	u32 used;
	u32 room;
	struct job job[DEPTH + 2];
	u32 jobs;
};

static bool reaches(const struct bailey_tree_rule *rule, u32 dim, u64 first, u64 last)
{
	return rule->first[dim] <= last && rule->last[dim] >= first;
}

/* What a cut below @cut costs: the larger half, and something for each copy. */
static u32 judge(const struct growing *growing, const struct job *job, u32 dim, u64 cut)
{
	u32 step = 1 + job->count / SAMPLE;
	u32 i, low = 0, high = 0, all = 0;

	for (i = 0; i < job->count; i += step) {
		const struct bailey_tree_rule *rule = &growing->rule[growing->list[job->from + i]];

		low += rule->first[dim] < cut;
		high += rule->last[dim] >= cut;
		all++;
	}
	if (low == all && high == all)
		return U32_MAX;
	return (low > high ? low : high) + (low + high - all) / 2;
}

struct cut {
	u32 dim;
	u64 at;
	u32 cost;
};

/* Try some borders of rules in one dimension. */
static void try_dim(const struct growing *growing, const struct job *job, u32 dim,
		    struct cut *best)
{
	u32 i;

	for (i = 0; i < TRIES; i++) {
		u32 nth = (u32)bailey_divide((u64)job->count * (2 * i + 1), 2 * TRIES);
		u32 place = growing->list[job->from + nth];
		const struct bailey_tree_rule *rule = &growing->rule[place];
		u64 at[2] = { rule->first[dim], rule->last[dim] + 1 };
		u32 k, cost;

		for (k = 0; k < 2; k++) {
			if (at[k] <= job->box.first[dim] || at[k] > job->box.last[dim])
				continue;
			cost = judge(growing, job, dim, at[k]);
			if (cost < best->cost) {
				best->cost = cost;
				best->dim = dim;
				best->at = at[k];
			}
		}
	}
}

static void close_leaf(struct growing *growing, const struct job *job)
{
	struct bailey_tree *tree = growing->tree;
	struct bailey_tree_node *node = &tree->node[job->node];

	node->dim = BAILEY_TREE_LEAF;
	node->next = tree->leaves;
	node->cut = job->count;
	memcpy(tree->leaf + tree->leaves, growing->list + job->from, job->count * sizeof(u32));
	tree->leaves += job->count;
}

/* The rules of a list that reach into @to's box. */
static void inherit(struct growing *growing, const u32 *list, u32 count, u32 dim, struct job *to)
{
	u32 i;

	to->count = 0;
	for (i = 0; i < count; i++) {
		const struct bailey_tree_rule *rule = &growing->rule[list[i]];

		if (reaches(rule, dim, to->box.first[dim], to->box.last[dim]))
			growing->list[to->from + to->count++] = list[i];
	}
}

/* The best cut that was found; false if none pays, or there is no room for any. */
static bool choose_cut(const struct growing *growing, const struct job *job, struct cut *cut)
{
	u32 step = 1 + job->count / SAMPLE, dim;

	if (job->count <= LEAF || job->depth >= DEPTH ||
	    growing->tree->nodes + 2 > growing->node_room ||
	    growing->used + 2 * job->count > growing->room)
		return false;
	cut->cost = (job->count + step - 1) / step;
	for (dim = 0; dim < DIMS; dim++)
		try_dim(growing, job, dim, cut);
	return cut->cost < (job->count + step - 1) / step;
}

static void wait_for_node(struct growing *growing, struct job *child, const struct job *parent,
			  u32 dim)
{
	child->node = growing->tree->nodes++;
	child->depth = parent->depth + 1;
	child->from = growing->used;
	inherit(growing, growing->list + parent->from, parent->count, dim, child);
	growing->used += child->count;
}

/* A list becomes two, which lie behind it as long as they wait; or a leaf. */
static void cut_in_two(struct growing *growing, const struct job *job)
{
	struct job *high = &growing->job[growing->jobs], *low = high + 1;
	struct bailey_tree_node *node = &growing->tree->node[job->node];
	u32 nodes = growing->tree->nodes;
	struct cut cut = { 0 };

	if (!choose_cut(growing, job, &cut)) {
		close_leaf(growing, job);
		return;
	}
	low->box = job->box;
	high->box = job->box;
	low->box.last[cut.dim] = cut.at - 1;
	high->box.first[cut.dim] = cut.at;
	wait_for_node(growing, high, job, cut.dim);
	wait_for_node(growing, low, job, cut.dim);
	if (low->count + high->count > job->budget) {
		growing->tree->nodes = nodes;
		close_leaf(growing, job);
		return;
	}
	/* what is over is shared as the rules are */
	low->budget = low->count +
		(u32)bailey_divide((u64)(job->budget - low->count - high->count) * low->count,
				   low->count + high->count + 1);
	high->budget = job->budget - low->budget;
	low->node = nodes;
	high->node = nodes + 1;
	node->dim = cut.dim;
	node->cut = cut.at;
	node->next = nodes;
	growing->jobs += 2;
}

static void grow(struct growing *growing, u32 count, u32 leaves_max)
{
	struct job *root = &growing->job[0];
	u32 i, steps = 0;

	memset(root->box.last, 0xff, sizeof(root->box.last));
	root->count = count;
	root->budget = leaves_max;
	for (i = 0; i < count; i++)
		growing->list[i] = i;
	growing->tree->nodes = 1;
	growing->jobs = 1;
	while (growing->jobs) {
		struct job job = growing->job[--growing->jobs];

		growing->used = job.from + job.count;
		cut_in_two(growing, &job);
		if (!(++steps & 63))
			bailey_yield();
	}
}

/**
 * bailey_tree_destroy() - free a tree
 * @tree: the tree
 */
void bailey_tree_destroy(struct bailey_tree *tree)
{
	bailey_free(tree->node);
	bailey_free(tree->leaf);
	memset(tree, 0, sizeof(*tree));
}

/**
 * bailey_tree_grow() - make a tree of rules
 * @tree: filled in; to be destroyed, after an error too
 * @rule: the rules, the first to match first
 * @count: how many, at least one
 * @leaves_max: how many rules all leaves may have together, at least @count
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_tree_grow(struct bailey_tree *tree, const struct bailey_tree_rule *rule,
		     u32 count, u32 leaves_max)
{
	struct growing *growing = bailey_zalloc(sizeof(*growing));
	int ret = -ENOMEM;

	memset(tree, 0, sizeof(*tree));
	if (!growing)
		return -ENOMEM;
	growing->tree = tree;
	growing->rule = rule;
	growing->node_room = leaves_max + 1;
	growing->room = ARENA * count;
	tree->node = bailey_zalloc((size_t)growing->node_room * sizeof(*tree->node));
	tree->leaf = bailey_zalloc((size_t)leaves_max * sizeof(*tree->leaf));
	growing->list = bailey_zalloc((size_t)growing->room * sizeof(u32));
	if (tree->node && tree->leaf && growing->list) {
		grow(growing, count, leaves_max);
		ret = 0;
	}
	bailey_free(growing->list);
	bailey_free(growing);
	return ret;
}
