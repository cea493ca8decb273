/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ordered lists of rules, of which versions share what they have in common: see
 * rules.c.
 */
#ifndef BAILEY_ENGINE_RULES_H
#define BAILEY_ENGINE_RULES_H

#include "rule.h"

/* A node is 512 bytes. Eight levels hold more than numbers can count. */
#define BAILEY_RULES_FAN	62
#define BAILEY_RULES_LEVELS	8

/**
 * struct bailey_rules_node - a piece of a list
 * @refs: one for each node or list above it
 * @count: rules in it and below it
 * @n: entries of @at in use
 * @level: 0 for rules, 1 for nodes of these, and so on
 * @at: rules or nodes, in order; each holds a reference
 *
 * Immutable while it has more than one reference.
 */
struct bailey_rules_node {
	struct bailey_refcount refs;
	u32 count;
	u8 n;
	u8 level;
	void *at[BAILEY_RULES_FAN];
};

/**
 * struct bailey_rules - rules in order, without duplicates
 * @root: the tree of them, or NULL
 * @count: how many
 * @named: how many of them have a prefix list or a group as a peer
 * @twice: writer only: a line wanted to add a rule that clashes with one here,
 *	   and was left out
 * @twice_number: that rule's number
 * @twice_line: that line
 * @twice_column: the column of its number or match there
 */
struct bailey_rules {
	struct bailey_rules_node *root;
	u32 count;
	u32 named;
	bool twice;
	u32 twice_number;
	u32 twice_line;
	u32 twice_column;
};

/**
 * struct bailey_rules_iter - a place in a list of rules
 * @node: the nodes above it, by level
 * @pos: the entry in each of them
 * @levels: how many there are
 */
struct bailey_rules_iter {
	struct bailey_rules_node *node[BAILEY_RULES_LEVELS];
	u8 pos[BAILEY_RULES_LEVELS];
	u8 levels;
};

/**
 * struct bailey_rules_diff - in what a list differs from one before
 * @removed: rules that only the older has
 * @added: rules that only the newer has
 * @removed_count: how many
 * @added_count: how many
 * @cap: room in @removed and in @added; those beyond are counted only
 * @most: set by the caller: of more rules each way nobody wants to know
 *
 * Holds no references: good as long as both lists are.
 */
struct bailey_rules_diff {
	struct bailey_rule **removed;
	struct bailey_rule **added;
	u32 removed_count;
	u32 added_count;
	u32 cap;
	u32 most;
};

void bailey_rules_clone(struct bailey_rules *to, const struct bailey_rules *from);
void bailey_rules_destroy(struct bailey_rules *rules);
int bailey_rules_add(struct bailey_rules *rules, struct bailey_rule *rule);
int bailey_rules_remove(struct bailey_rules *rules, const struct bailey_rule *rule);
struct bailey_rule *bailey_rules_find(const struct bailey_rules *rules,
				      const struct bailey_rule *like);
struct bailey_rule *bailey_rules_seek(const struct bailey_rules *rules, u32 number,
				      struct bailey_rules_iter *iter);
struct bailey_rule *bailey_rules_at(const struct bailey_rules *rules, u32 index);
struct bailey_rule *bailey_rules_first(const struct bailey_rules *rules,
				       struct bailey_rules_iter *iter);
struct bailey_rule *bailey_rules_climb(struct bailey_rules_iter *iter, u32 level);
struct bailey_rule **bailey_rules_list(const struct bailey_rules *rules);
int bailey_rules_adopt(struct bailey_rules *rules, const struct bailey_rules *old,
		       struct bailey_rules_diff *diff);
void bailey_rules_diff_destroy(struct bailey_rules_diff *diff);

/**
 * bailey_rules_next() - go to the next rule
 * @iter: at a rule
 *
 * Return: the rule, or NULL behind the last one.
 */
static inline struct bailey_rule *bailey_rules_next(struct bailey_rules_iter *iter)
{
	if (likely(++iter->pos[0] < iter->node[0]->n))
		return iter->node[0]->at[iter->pos[0]];
	return bailey_rules_climb(iter, 1);
}

#endif /* BAILEY_ENGINE_RULES_H */
