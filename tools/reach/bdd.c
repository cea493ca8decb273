// SPDX-License-Identifier: GPL-2.0
/*
 * Binary decision diagrams: sets of strings of bits, each set in one form only.
 *
 * A node asks for one bit and has two branches, for zero and for one; bits are asked
 * for in the order of their numbers, and bits that do not matter are left out. A node
 * that is there already is not made again, so equal sets are the same number, and
 * what sets have in common they share. The lowest bit of a set's number says that it
 * is the complement of what its node says; the branch for one is never
 * a complement, without which a set would have two forms. So "not" costs
 * nothing, "and" is the only operation, and there is one leaf.
 *
 * Example: {01, 11} of two bits. The first bit does not matter; node 1 asks for the
 * second, with branches none and all. The set is number 2; its complement
 * {00, 10} is number 3.
 *
 * Some sets have no small diagram. So nodes and steps are counted, and behind a
 * limit there is no answer (BDD_FAILED), to this question and all that follow: whoever
 * asks looks once, at the end. bdd_collect() makes room between questions.
 *
 * Why our own: of the libraries in Debian, BuDDy keeps its state in globals and was last
 * released in 2004, CUDD is not there. What is needed is one operation with limits.
 */
#include "bdd.h"

#define LEAF		0
#define LEAF_VAR	0xffff
#define FIRST_CAP	4096	/* a power of two */

/* One node; in the list of free ones only @next counts. */
struct bdd_node {
	u32 branch[2];
	u32 next;
	u16 var;
	bool marked;
};

/* "@a and @b is @set"; @a is 0 in an empty place. */
struct bdd_cached {
	u32 a;
	u32 b;
	u32 set;
};

static u32 fail(struct bdd *bdd, enum bdd_failure failure)
{
	bdd->failure = failure;
	return BDD_FAILED;
}

static u32 hash(const struct bdd *bdd, u32 a, u32 b, u32 c)
{
	u64 x = ((u64)a << 32 | b) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 29 ^ c) * 0xbf58476d1ce4e5b9ULL;
	return (x ^ x >> 32) & (bdd->cap - 1);
}

static u32 node_hash(const struct bdd *bdd, const struct bdd_node *node)
{
	return hash(bdd, node->branch[0], node->branch[1], node->var);
}

static void chain(struct bdd *bdd, u32 number)
{
	struct bdd_node *node = &bdd->node[number];
	u32 *bucket = &bdd->bucket[node_hash(bdd, node)];

	node->next = *bucket;
	*bucket = number;
}

/**
 * bdd_exit() - free a store, and with it all of its sets
 * @bdd: the store, also one that bdd_init() could not make
 */
void bdd_exit(struct bdd *bdd)
{
	free(bdd->node);
	free(bdd->bucket);
	free(bdd->cached);
	memset(bdd, 0, sizeof(*bdd));
}

/**
 * bdd_init() - make an empty store
 * @bdd: filled in
 * @limit: so many nodes there may be, of 36 bytes
 * @most_steps: so many steps may be taken in all; ten million take about a second
 *
 * Return: false when memory is short.
 */
bool bdd_init(struct bdd *bdd, u32 limit, u64 most_steps)
{
	memset(bdd, 0, sizeof(*bdd));
	bdd->cap = FIRST_CAP;
	bdd->limit = limit;
	bdd->most_steps = most_steps;
	bdd->node = calloc(bdd->cap, sizeof(*bdd->node));
	bdd->bucket = calloc(bdd->cap, sizeof(*bdd->bucket));
	bdd->cached = calloc(bdd->cap, sizeof(*bdd->cached));
	if (!bdd->node || !bdd->bucket || !bdd->cached) {
		bdd_exit(bdd);
		return false;
	}
	bdd->node[LEAF].var = LEAF_VAR;
	bdd->used = 1;
	bdd->live = 1;
	return true;
}

static bool grow(struct bdd *bdd)
{
	u32 i, cap = 2 * bdd->cap;
	struct bdd_node *node = realloc(bdd->node, (size_t)cap * sizeof(*node));
	struct bdd_cached *cached;
	u32 *bucket;

	if (!node)
		return false;
	bdd->node = node;
	bucket = calloc(cap, sizeof(*bucket));
	cached = calloc(cap, sizeof(*cached));
	if (!bucket || !cached) {
		free(bucket);
		free(cached);
		return false;
	}
	free(bdd->bucket);
	free(bdd->cached);
	bdd->bucket = bucket;
	bdd->cached = cached;
	bdd->cap = cap;
	/* All nodes are in use, or there would be no need to grow. */
	for (i = LEAF + 1; i < bdd->used; i++)
		chain(bdd, i);
	return true;
}

/* The number of a node that is to be filled in; 0 if there can't be one more. */
static u32 take(struct bdd *bdd)
{
	u32 number = bdd->free;

	if (bdd->live >= bdd->limit) {
		fail(bdd, BDD_NO_NODES);
		return 0;
	}
	if (number) {
		bdd->free = bdd->node[number].next;
	} else {
		if (bdd->used == bdd->cap && !grow(bdd)) {
			fail(bdd, BDD_NO_MEMORY);
			return 0;
		}
		number = bdd->used++;
	}
	bdd->live++;
	return number;
}

static u32 find_or_take(struct bdd *bdd, const struct bdd_node *like)
{
	const struct bdd_node *node;
	u32 i;

	for (i = bdd->bucket[node_hash(bdd, like)]; i; i = node->next) {
		node = &bdd->node[i];
		if (node->var == like->var && node->branch[0] == like->branch[0] &&
		    node->branch[1] == like->branch[1])
			return i;
	}
	i = take(bdd);
	if (!i)
		return 0;
	bdd->node[i] = *like;
	chain(bdd, i);
	return i;
}

/**
 * bdd_make() - a set by its first bit
 * @bdd: the store
 * @var: number of a bit
 * @zero: strings of which that bit is zero; looks at later bits only
 * @one: strings of which it is one, likewise
 *
 * Return: the set; BDD_FAILED at a limit, or if a branch is.
 */
u32 bdd_make(struct bdd *bdd, u16 var, u32 zero, u32 one)
{
	struct bdd_node like = { .var = var };
	u32 number, not = one & 1;

	if (zero == BDD_FAILED || one == BDD_FAILED || zero == one)
		return one == BDD_FAILED ? one : zero;
	like.branch[0] = zero ^ not;
	like.branch[1] = one ^ not;
	number = find_or_take(bdd, &like);
	return number ? number << 1 | not : BDD_FAILED;
}

/**
 * bdd_var() - the first bit that a set looks at
 * @bdd: the store
 * @set: the set
 *
 * Return: its number; for all and none one above that of every bit.
 */
u16 bdd_var(const struct bdd *bdd, u32 set)
{
	return bdd->node[set >> 1].var;
}

/**
 * bdd_branch() - a set, the first bit that it looks at being known
 * @bdd: the store
 * @set: the set, neither all nor none
 * @one: that bit
 *
 * Return: what the set is then, of later bits.
 */
u32 bdd_branch(const struct bdd *bdd, u32 set, bool one)
{
	return bdd->node[set >> 1].branch[one] ^ (set & 1);
}

static u32 branch_at(const struct bdd *bdd, u32 set, u16 var, bool one)
{
	return bdd_var(bdd, set) == var ? bdd_branch(bdd, set, one) : set;
}

/* What both have in common, where that needs no looking; BDD_FAILED else. */
static u32 and_at_once(u32 a, u32 b)
{
	if (a == b || b == BDD_ALL)
		return a;
	if (a == BDD_ALL)
		return b;
	if (a == BDD_NONE || b == BDD_NONE || a == (b ^ 1))
		return BDD_NONE;
	return BDD_FAILED;
}

static u32 and_slowly(struct bdd *bdd, u32 a, u32 b)
{
	u16 var = min_t(u16, bdd_var(bdd, a), bdd_var(bdd, b));
	u32 zero, one;

	if (++bdd->steps > bdd->most_steps)
		return fail(bdd, BDD_NO_STEPS);
	zero = bdd_and(bdd, branch_at(bdd, a, var, false), branch_at(bdd, b, var, false));
	if (zero == BDD_FAILED)
		return zero;
	one = bdd_and(bdd, branch_at(bdd, a, var, true), branch_at(bdd, b, var, true));
	return bdd_make(bdd, var, zero, one);
}

/**
 * bdd_and() - what two sets have in common
 * @bdd: the store
 * @a: a set
 * @b: a set
 *
 * Return: the set; BDD_FAILED at a limit, or if one of both is.
 */
u32 bdd_and(struct bdd *bdd, u32 a, u32 b)
{
	struct bdd_cached *cached;
	u32 set;

	if (bdd->failure || a == BDD_FAILED || b == BDD_FAILED)
		return BDD_FAILED;
	set = and_at_once(a, b);
	if (set != BDD_FAILED)
		return set;
	if (a > b)
		return bdd_and(bdd, b, a);
	cached = &bdd->cached[hash(bdd, a, b, 0)];
	if (cached->a == a && cached->b == b)
		return cached->set;
	set = and_slowly(bdd, a, b);
	if (set == BDD_FAILED)
		return set;
	/* The store may have grown meanwhile */
	cached = &bdd->cached[hash(bdd, a, b, 0)];
	*cached = (struct bdd_cached){ a, b, set };
	return set;
}

static void mark(struct bdd *bdd, u32 number)
{
	struct bdd_node *node = &bdd->node[number];

	if (number == LEAF || node->marked)
		return;
	node->marked = true;
	mark(bdd, node->branch[0] >> 1);
	mark(bdd, node->branch[1] >> 1);
}

/**
 * bdd_collect() - forget all sets but some
 * @bdd: the store
 * @root: those that are still wanted; BDD_FAILED may be among them
 * @count: how many
 *
 * The numbers of those stay; all others must not be used any more.
 */
void bdd_collect(struct bdd *bdd, const u32 *root, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (root[i] != BDD_FAILED)
			mark(bdd, root[i] >> 1);
	memset(bdd->bucket, 0, (size_t)bdd->cap * sizeof(*bdd->bucket));
	memset(bdd->cached, 0, (size_t)bdd->cap * sizeof(*bdd->cached));
	bdd->free = 0;
	bdd->live = 1;
	for (i = bdd->used - 1; i > LEAF; i--) {
		if (bdd->node[i].marked) {
			bdd->node[i].marked = false;
			bdd->live++;
			chain(bdd, i);
		} else {
			bdd->node[i].next = bdd->free;
			bdd->free = i;
		}
	}
}
