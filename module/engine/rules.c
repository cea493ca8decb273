// SPDX-License-Identifier: GPL-2.0
/*
 * Ordered lists of rules: ACL entries by number, then family; group rules by what
 * they match.
 *
 * A list is a B-tree of counted nodes. A copy of a list is one more reference on
 * its root; a change copies the nodes from the root to the place of the change, if
 * others have them too, and shares all the rest with the list before. So one rule
 * among 100,000 is changed by copying three nodes of 512 bytes, and two versions of
 * a list are compared without looking at what they share. Every operation costs a
 * logarithm of the number of rules, whatever the order in which lines come; rules
 * that come in order fill the nodes up.
 *
 * Nodes are split on the way down, before there is need, so that an allocation that
 * fails leaves a list as it was. On the way up from a removal a node goes together
 * with a neighbour if both are at most three quarters of one; where memory is
 * short for that it is left for another time.
 *
 * Everything here runs in the writer, but the walk and bailey_rules_at().
 */
#include "rules.h"

#define FAN		BAILEY_RULES_FAN
#define MERGED_MAX	(FAN * 3 / 4)

static_assert(sizeof(struct bailey_rules_node) <= 512);

static struct bailey_rules_node *child_at(const struct bailey_rules_node *node, u32 i)
{
	return node->at[i];
}

static struct bailey_rule *first_of(const struct bailey_rules_node *node)
{
	while (node->level)
		node = node->at[0];
	return node->at[0];
}

static struct bailey_rule *last_of(const struct bailey_rules_node *node)
{
	while (node->level)
		node = node->at[node->n - 1];
	return node->at[node->n - 1];
}

static struct bailey_rules_node *node_create(u8 level)
{
	struct bailey_rules_node *node = bailey_zalloc(sizeof(*node));

	if (!node)
		return NULL;
	bailey_ref_init(&node->refs);
	node->level = level;
	return node;
}

/* No deeper than there are levels. */
static void node_put(struct bailey_rules_node *node)
{
	u32 i;

	if (!node || !bailey_ref_put(&node->refs))
		return;
	for (i = 0; i < node->n; i++)
		if (node->level)
			node_put(node->at[i]);
		else
			bailey_rule_put(node->at[i]);
	bailey_free(node);
	bailey_yield();
}

static void entries_get(const struct bailey_rules_node *node)
{
	u32 i;

	for (i = 0; i < node->n; i++)
		if (node->level)
			bailey_ref_get(&child_at(node, i)->refs);
		else
			bailey_ref_get(&((struct bailey_rule *)node->at[i])->refs);
}

/*
 * A node that may be changed: where others have it as well, a copy, which takes
 * the reference's place. NULL when memory is short.
 */
static struct bailey_rules_node *node_own(struct bailey_rules_node *node)
{
	struct bailey_rules_node *copy;

	if (!bailey_ref_shared(&node->refs))
		return node;
	copy = node_create(node->level);
	if (!copy)
		return NULL;
	copy->count = node->count;
	copy->n = node->n;
	memcpy(copy->at, node->at, node->n * sizeof(*node->at));
	entries_get(copy);
	node_put(node);
	return copy;
}

static struct bailey_rules_node *root_own(struct bailey_rules *rules)
{
	struct bailey_rules_node *root = node_own(rules->root);

	if (root)
		rules->root = root;
	return root;
}

static struct bailey_rules_node *child_own(struct bailey_rules_node *node, u32 i)
{
	struct bailey_rules_node *child = node_own(node->at[i]);

	if (child)
		node->at[i] = child;
	return child;
}

static void entry_insert(struct bailey_rules_node *node, u32 i, void *entry)
{
	memmove(node->at + i + 1, node->at + i, (node->n - i) * sizeof(*node->at));
	node->at[i] = entry;
	node->n++;
}

static void entry_remove(struct bailey_rules_node *node, u32 i)
{
	node->n--;
	memmove(node->at + i, node->at + i + 1, (node->n - i) * sizeof(*node->at));
}

static void node_recount(struct bailey_rules_node *node)
{
	u32 i;

	node->count = node->level ? 0 : node->n;
	for (i = 0; node->level && i < node->n; i++)
		node->count += child_at(node, i)->count;
}

/* How many entries of a node begin at or before a rule. */
static u32 entries_upto(const struct bailey_rules_node *node,
			const struct bailey_rule *rule)
{
	u32 low = 0, high = node->n;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		const struct bailey_rule *first =
			node->level ? first_of(node->at[middle]) : node->at[middle];

		if (bailey_rule_cmp(first, rule) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The child in which a rule is, or belongs. */
static u32 child_for(const struct bailey_rules_node *node,
		     const struct bailey_rule *rule)
{
	u32 i = entries_upto(node, rule);

	return i ? i - 1 : 0;
}

/* Halve a full child; at the end of the list only little is moved. */
static int child_split(struct bailey_rules_node *node, u32 i, bool append)
{
	struct bailey_rules_node *child = node->at[i];
	struct bailey_rules_node *right = node_create(child->level);
	u32 keep = append ? FAN - 1 : FAN / 2;

	if (!right)
		return -ENOMEM;
	right->n = child->n - keep;
	memcpy(right->at, child->at + keep, right->n * sizeof(*right->at));
	child->n = keep;
	node_recount(child);
	node_recount(right);
	entry_insert(node, i + 1, right);
	return 0;
}

/* A root with room: of the list's own, and not full. */
static struct bailey_rules_node *root_prepare(struct bailey_rules *rules, bool append)
{
	struct bailey_rules_node *root = rules->root, *above;

	if (!root) {
		rules->root = node_create(0);
		return rules->root;
	}
	root = root_own(rules);
	if (!root || root->n < FAN)
		return root;
	if (root->level + 1 >= BAILEY_RULES_LEVELS)
		return NULL;
	above = node_create(root->level + 1);
	if (!above)
		return NULL;
	entry_insert(above, 0, root);
	above->count = root->count;
	rules->root = above;
	return child_split(above, 0, append) ? NULL : above;
}

/*
 * Go down to the leaf for a rule; all nodes on the way become the list's own, and
 * get room for one more. @next: the first rule behind that leaf.
 */
static struct bailey_rules_node *leaf_prepare(struct bailey_rules *rules,
					      const struct bailey_rule *rule, bool append,
					      struct bailey_rules_node **path,
					      struct bailey_rule **next)
{
	struct bailey_rules_node *node = root_prepare(rules, append), *child;
	u32 i;

	for (; node && node->level; node = child) {
		path[node->level] = node;
		i = append ? node->n - 1u : child_for(node, rule);
		child = child_own(node, i);
		if (!child || (child->n == FAN && child_split(node, i, append)))
			return NULL;
		if (i + 1 < node->n && bailey_rule_cmp(first_of(node->at[i + 1]), rule) <= 0)
			i++;
		child = node->at[i];
		if (i + 1 < node->n)
			*next = first_of(node->at[i + 1]);
	}
	return node;
}

static bool is_named(const struct bailey_rule *rule)
{
	return rule->from_kind > BAILEY_PEER_CIDR || rule->to_kind > BAILEY_PEER_CIDR;
}

/**
 * bailey_rules_add() - add a rule
 * @rules: the list
 * @rule: the rule; its reference is taken over, on an error too
 *
 * Return: 0; -EEXIST when it clashes with one that is there, -ENOMEM.
 */
int bailey_rules_add(struct bailey_rules *rules, struct bailey_rule *rule)
{
	bool append = rules->count && bailey_rule_cmp(last_of(rules->root), rule) < 0;
	struct bailey_rules_node *path[BAILEY_RULES_LEVELS], *leaf;
	struct bailey_rule *next = NULL;
	u32 i;

	leaf = leaf_prepare(rules, rule, append, path, &next);
	if (!leaf) {
		bailey_rule_put(rule);
		return -ENOMEM;
	}
	i = append ? leaf->n : entries_upto(leaf, rule);
	if (i < leaf->n)
		next = leaf->at[i];
	if ((i && bailey_rule_clash(leaf->at[i - 1], rule)) ||
	    (next && bailey_rule_clash(next, rule))) {
		bailey_rule_put(rule);
		return -EEXIST;
	}
	entry_insert(leaf, i, rule);
	leaf->count++;
	for (i = 1; i <= rules->root->level; i++)
		path[i]->count++;
	rules->count++;
	rules->named += is_named(rule);
	return 0;
}

/* Move all of a node to the end of another of the same level. */
static void node_absorb(struct bailey_rules_node *to, struct bailey_rules_node *from)
{
	memcpy(to->at + to->n, from->at, from->n * sizeof(*from->at));
	to->n += from->n;
	to->count += from->count;
	if (bailey_ref_shared(&from->refs)) {
		entries_get(from);
		node_put(from);
	} else {
		bailey_free(from);
	}
}

/* A child, the list's own, has become smaller: is it worth its node? */
static void child_shrunk(struct bailey_rules_node *node, u32 i)
{
	struct bailey_rules_node *child = node->at[i], *left;

	if (!child->n) {
		node_put(child);
		entry_remove(node, i);
	} else if (i && child_at(node, i - 1)->n + child->n <= MERGED_MAX) {
		left = child_own(node, i - 1);
		if (!left)
			return;
		node_absorb(left, child);
		entry_remove(node, i);
	} else if (i + 1 < node->n && child_at(node, i + 1)->n + child->n <= MERGED_MAX) {
		node_absorb(child, node->at[i + 1]);
		entry_remove(node, i + 1);
	}
}

/* The root is the list's own: one that has a single child, or nothing, is too much. */
static void root_shrunk(struct bailey_rules *rules)
{
	struct bailey_rules_node *root = rules->root;

	while (root->level && root->n == 1) {
		rules->root = root->at[0];
		bailey_free(root);
		root = rules->root;
		if (bailey_ref_shared(&root->refs))
			return;
	}
	if (root->n)
		return;
	node_put(root);
	rules->root = NULL;
}

/**
 * bailey_rules_remove() - take a rule out
 * @rules: the list
 * @rule: one that it has; its last reference may be given back
 *
 * Return: 0, or -ENOMEM with the list as it was.
 */
int bailey_rules_remove(struct bailey_rules *rules, const struct bailey_rule *rule)
{
	struct bailey_rules_node *path[BAILEY_RULES_LEVELS], *node;
	u32 pos[BAILEY_RULES_LEVELS], i;

	node = root_own(rules);
	for (; node && node->level; node = child_own(node, i)) {
		i = child_for(node, rule);
		path[node->level] = node;
		pos[node->level] = i;
	}
	if (!node)
		return -ENOMEM;
	rules->count--;
	rules->named -= is_named(rule);
	i = child_for(node, rule);
	bailey_rule_put(node->at[i]);
	entry_remove(node, i);
	node->count--;
	for (i = 1; i <= rules->root->level; i++) {
		path[i]->count--;
		child_shrunk(path[i], pos[i]);
	}
	root_shrunk(rules);
	return 0;
}

/**
 * bailey_rules_clone() - share all rules of a list with a new one
 * @to: empty; filled in
 * @from: the list, sealed
 */
void bailey_rules_clone(struct bailey_rules *to, const struct bailey_rules *from)
{
	to->root = from->root;
	to->count = from->count;
	to->named = from->named;
	if (to->root)
		bailey_ref_get(&to->root->refs);
}

/**
 * bailey_rules_destroy() - give back all rules, and leave the list empty
 * @rules: the list
 *
 * Context: Process.
 */
void bailey_rules_destroy(struct bailey_rules *rules)
{
	node_put(rules->root);
	memset(rules, 0, sizeof(*rules));
}

/**
 * bailey_rules_find() - the rule that says the same as another but for its action
 * @rules: the list
 * @like: number and match
 *
 * Return: the rule, or NULL.
 */
struct bailey_rule *bailey_rules_find(const struct bailey_rules *rules,
				      const struct bailey_rule *like)
{
	const struct bailey_rules_node *node = rules->root;
	u32 i;

	if (!node)
		return NULL;
	while (node->level)
		node = node->at[child_for(node, like)];
	i = entries_upto(node, like);
	return i && !bailey_rule_cmp(node->at[i - 1], like) ? node->at[i - 1] : NULL;
}

/* How many entries of a node begin with a smaller number. */
static u32 entries_below(const struct bailey_rules_node *node, u32 number)
{
	u32 low = 0, high = node->n;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		const struct bailey_rule *first =
			node->level ? first_of(node->at[middle]) : node->at[middle];

		if (first->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * bailey_rules_seek() - begin a walk at an entry number
 * @rules: the list, which does not change meanwhile
 * @number: the number
 * @iter: filled in
 *
 * Return: the first rule with at least this number, or NULL.
 */
struct bailey_rule *bailey_rules_seek(const struct bailey_rules *rules, u32 number,
				      struct bailey_rules_iter *iter)
{
	struct bailey_rules_node *node = rules->root;
	u32 i;

	if (!node)
		return NULL;
	iter->levels = node->level + 1;
	for (; node->level; node = node->at[i]) {
		i = entries_below(node, number);
		i -= !!i;
		iter->node[node->level] = node;
		iter->pos[node->level] = i;
	}
	iter->node[0] = node;
	iter->pos[0] = entries_below(node, number);
	return iter->pos[0] < node->n ? node->at[iter->pos[0]] : bailey_rules_climb(iter, 1);
}

/**
 * bailey_rules_first() - begin a walk
 * @rules: the list, which does not change meanwhile
 * @iter: filled in
 *
 * Context: Any.
 * Return: the first rule, or NULL when there is none.
 */
struct bailey_rule *bailey_rules_first(const struct bailey_rules *rules,
				       struct bailey_rules_iter *iter)
{
	struct bailey_rules_node *node = rules->root;

	if (!node)
		return NULL;
	iter->levels = node->level + 1;
	for (; node->level; node = node->at[0]) {
		iter->node[node->level] = node;
		iter->pos[node->level] = 0;
	}
	iter->node[0] = node;
	iter->pos[0] = 0;
	return node->at[0];
}

/**
 * bailey_rules_climb() - go behind the end of a node
 * @iter: in or at the end of its node of the level below @level
 * @level: whose next entry is wanted
 *
 * Context: Any.
 * Return: the rule there, or NULL behind the last one.
 */
struct bailey_rule *bailey_rules_climb(struct bailey_rules_iter *iter, u32 level)
{
	struct bailey_rules_node *node;

	for (; level < iter->levels; level++)
		if (++iter->pos[level] < iter->node[level]->n)
			break;
	if (level >= iter->levels)
		return NULL;
	node = iter->node[level]->at[iter->pos[level]];
	for (;; node = node->at[0]) {
		iter->node[node->level] = node;
		iter->pos[node->level] = 0;
		if (!node->level)
			return node->at[0];
	}
}

/**
 * bailey_rules_at() - the rule at an index
 * @rules: the list
 * @index: from 0 to count - 1
 *
 * For a walk, bailey_rules_first() and bailey_rules_next() are faster.
 *
 * Context: Any.
 * Return: the rule.
 */
struct bailey_rule *bailey_rules_at(const struct bailey_rules *rules, u32 index)
{
	const struct bailey_rules_node *node = rules->root;
	u32 i;

	while (node->level) {
		for (i = 0; index >= child_at(node, i)->count; i++)
			index -= child_at(node, i)->count;
		node = node->at[i];
	}
	return node->at[index];
}

/**
 * bailey_rules_list() - all rules in one array
 * @rules: the list; it keeps its references
 *
 * Return: the array, to be freed with bailey_free(), or NULL when memory is short.
 */
struct bailey_rule **bailey_rules_list(const struct bailey_rules *rules)
{
	struct bailey_rule **list = bailey_zalloc(((size_t)rules->count + 1) * sizeof(*list));
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	u32 n = 0;

	for (rule = list ? bailey_rules_first(rules, &iter) : NULL; rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_yield_often(n);
		list[n++] = rule;
	}
	return list;
}
