/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of bit strings as binary decision diagrams: see bdd.c.
 */
#ifndef BAILEY_TOOLS_BDD_H
#define BAILEY_TOOLS_BDD_H

#include "engine/base.h"

/* The set of all strings, and of none. */
#define BDD_ALL		0U
#define BDD_NONE	1U

/* No set: a limit was met, here or before. */
#define BDD_FAILED	(~0U)

/**
 * enum bdd_failure - why no more sets can be made
 * @BDD_FINE: they can
 * @BDD_NO_NODES: the limit of nodes was met
 * @BDD_NO_STEPS: the limit of steps was met
 * @BDD_NO_MEMORY: memory ran out
 */
enum bdd_failure {
	BDD_FINE,
	BDD_NO_NODES,
	BDD_NO_STEPS,
	BDD_NO_MEMORY,
};

struct bdd_node;
struct bdd_cached;

/**
 * struct bdd - a store of sets
 * @node: nodes by number; number 0 is the leaf
 * @bucket: first node of each hash chain, 0 for none
 * @cached: answers of bdd_and() that were found before
 * @used: nodes below this have been given out
 * @cap: room in @node, and in @bucket and @cached, a power of two
 * @limit: so many nodes there may be
 * @free: first of the nodes that bdd_collect() got back, 0 for none
 * @live: nodes in use
 * @steps: steps taken
 * @most_steps: so many there may be
 * @failure: &enum bdd_failure
 */
struct bdd {
	struct bdd_node *node;
	u32 *bucket;
	struct bdd_cached *cached;
	u32 used;
	u32 cap;
	u32 limit;
	u32 free;
	u32 live;
	u64 steps;
	u64 most_steps;
	enum bdd_failure failure;
};

bool bdd_init(struct bdd *bdd, u32 limit, u64 most_steps);
void bdd_exit(struct bdd *bdd);
u32 bdd_make(struct bdd *bdd, u16 var, u32 zero, u32 one);
u32 bdd_and(struct bdd *bdd, u32 a, u32 b);
u16 bdd_var(const struct bdd *bdd, u32 set);
u32 bdd_branch(const struct bdd *bdd, u32 set, bool one);
void bdd_collect(struct bdd *bdd, const u32 *root, u32 count);

/**
 * bdd_not() - the complement
 * @set: a set
 *
 * Return: all strings that are not in it.
 */
static inline u32 bdd_not(u32 set)
{
	return set == BDD_FAILED ? set : set ^ 1;
}

#endif /* BAILEY_TOOLS_BDD_H */
