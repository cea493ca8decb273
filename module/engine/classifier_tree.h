/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier's tree: rules that no hash tells apart.
 */
#ifndef BAILEY_ENGINE_CLASSIFIER_TREE_H
#define BAILEY_ENGINE_CLASSIFIER_TREE_H

#include "base.h"

/**
 * enum bailey_tree_dim - what can be cut
 * @BAILEY_TREE_SRC: source address, its first 64 bits; the others behind it
 * @BAILEY_TREE_DST: destination address, likewise
 * @BAILEY_TREE_SPORT: 0 for packets without ports, else source port + 1
 * @BAILEY_TREE_DPORT: destination port, or ICMP type and code
 * @BAILEY_TREE_PROTO: protocol
 * @BAILEY_TREE_DIMS: how many
 * @BAILEY_TREE_LEAF: nothing more
 */
enum bailey_tree_dim {
	BAILEY_TREE_SRC = 0,
	BAILEY_TREE_DST = 2,
	BAILEY_TREE_SPORT = 4,
	BAILEY_TREE_DPORT,
	BAILEY_TREE_PROTO,
	BAILEY_TREE_DIMS,
	BAILEY_TREE_LEAF = BAILEY_TREE_DIMS
};

/**
 * struct bailey_tree_node - a cut, or a leaf
 * @cut: lowest value of the upper half; of a leaf the number of its rules
 * @next: node of the lower half, the upper is behind it; of a leaf its first rule
 * @dim: which dimension; %BAILEY_TREE_LEAF
 */
struct bailey_tree_node {
	u64 cut;
	u32 next;
	u32 dim;
};

/**
 * struct bailey_tree_rule - what a rule matches
 * @first: by dimension, the lowest value
 * @last: by dimension, the highest
 */
struct bailey_tree_rule {
	u64 first[BAILEY_TREE_DIMS];
	u64 last[BAILEY_TREE_DIMS];
};

/**
 * struct bailey_tree - a tree that was grown
 * @node: nodes, the root first
 * @nodes: how many
 * @leaf: rules by leaf, as places in the array it was grown of
 * @leaves: how many
 */
struct bailey_tree {
	struct bailey_tree_node *node;
	u32 nodes;
	u32 *leaf;
	u32 leaves;
};

int bailey_tree_grow(struct bailey_tree *tree, const struct bailey_tree_rule *rule,
		     u32 count, u32 leaves_max);
void bailey_tree_destroy(struct bailey_tree *tree);

#endif /* BAILEY_ENGINE_CLASSIFIER_TREE_H */
