// SPDX-License-Identifier: GPL-2.0
/*
 * Making an index: rules of one family into buckets of records.
 *
 * All of it is linear in the rules, and all memory is asked for before it is
 * filled. Runs in the writer; nothing of it is seen by packets until it is done.
 */
#include "classifier_grid.h"

#define FIELDS		BAILEY_INDEX_FIELDS
#define LEVELS		BAILEY_INDEX_LEVELS
#define FEW		8		/* rules that are compared one by one */
#define DENSE		4096		/* places in a sieve that may be mostly empty */
#define REST		(~(u32)0)	/* in no bucket */

/**
 * struct making - what is needed only while an index is made
 * @table_of: by rank: the table of a rule
 * @bucket_of: by rank: its bucket, or REST
 * @fill: by bucket: rules in it
 * @services: protocols and ports
 */
struct making {
	u8 *table_of;
	u32 *bucket_of;
	u32 *fill;
	struct bailey_services services;
};

static void *take(struct bailey_index *index, size_t size)
{
	struct bailey_piece *piece = &index->piece[index->pieces];

	piece->p = bailey_large_zalloc(size);
	piece->size = size;
	index->bytes += size;
	index->pieces += !!piece->p;
	return piece->p;
}

static const struct bailey_peer *peer_of(const struct bailey_match *match, u32 side)
{
	return side == BAILEY_INDEX_SRC ? &match->from : &match->to;
}

static u64 value_hash(const struct bailey_index *index, u32 field, u32 level,
		      const struct bailey_match *match)
{
	struct bailey_addr net;

	if (field == BAILEY_INDEX_SPORT)
		return bailey_index_hash_word(match->sport_first, field);
	if (field == BAILEY_INDEX_DPORT)
		return bailey_index_hash_word(bailey_record_dport_first(match), field);
	if (field == BAILEY_INDEX_PROTO)
		return bailey_index_hash_word(match->proto, field);
	net = bailey_index_mask(&peer_of(match, field)->addr, index->grid.bits[field][level]);
	return bailey_index_hash_addr(&net, field);
}

/* The hash of what a rule's table looks at. */
static u64 rule_hash(const struct bailey_index *index, u32 table, const struct bailey_rule *rule)
{
	u64 sum = index->table[table].salt;
	struct bailey_match match;
	u32 field, level;

	bailey_rule_match(rule, &match);
	for (field = 0; field < FIELDS; field++) {
		level = bailey_index_level(&index->table[table], field);
		if (level)
			sum += value_hash(index, field, level, &match);
	}
	return bailey_index_hash_end(sum);
}

static bool looks_at_nothing(const struct bailey_index_table *table)
{
	return !table->level[BAILEY_INDEX_SRC] && !table->level[BAILEY_INDEX_DST] &&
	       !(table->above & (BAILEY_ABOVE_SPORT | BAILEY_ABOVE_DPORT));
}

/* Which bucket each rule goes to, as long as there is room in it. */
static void assign(struct bailey_index *index, struct making *making)
{
	u32 i;

	for (i = 0; i < index->count; i++) {
		u64 hash = rule_hash(index, making->table_of[i], index->rule[i]);
		u32 bucket = bailey_index_bucket(hash, index->buckets);

		bailey_yield_often(i);
		making->bucket_of[i] = REST;
		if (making->fill[bucket] >= BAILEY_INDEX_BUCKET ||
		    looks_at_nothing(&index->table[making->table_of[i]]))
			continue;
		making->fill[bucket]++;
		making->bucket_of[i] = bucket;
		index->block[bucket / BAILEY_INDEX_BLOCK].mark[bucket % BAILEY_INDEX_BLOCK] |=
			bailey_index_mark(hash);
		index->hashed++;
	}
}

/* Records in the order of buckets, and in each of them of ranks. */
static int place(struct bailey_index *index, struct making *making)
{
	u32 i, at = 0;

	index->records = take(index, ((size_t)index->hashed + 1) * sizeof(*index->records));
	if (!index->records)
		return -ENOMEM;
	for (i = 0; i < index->buckets; i++) {
		struct bailey_index_block *block = &index->block[i / BAILEY_INDEX_BLOCK];
		u32 in_block = i % BAILEY_INDEX_BLOCK;
		u32 count = making->fill[i];

		if (!in_block)
			block->first = at;
		block->counts |= (u64)count << 4 * in_block;
		making->fill[i] = at;
		at += count;
	}
	for (i = 0; i < index->count; i++) {
		u32 bucket = making->bucket_of[i];

		bailey_yield_often(i);
		if (bucket != REST)
			bailey_record_fill(&index->records[making->fill[bucket]++],
					   &making->services, index->rule[i], i);
	}
	return 0;
}

static void fill_side(struct bailey_tree_rule *to, u32 dim, const struct bailey_peer *peer)
{
	static const struct bailey_addr all = { ~0ULL, ~0ULL };
	struct bailey_addr mask = { 0, 0 };

	if (peer->kind == BAILEY_PEER_CIDR) {
		mask = bailey_index_mask(&all, peer->bits);
		to->first[dim] = peer->addr.hi;
		to->first[dim + 1] = peer->addr.lo;
	}
	to->last[dim] = to->first[dim] | ~mask.hi;
	to->last[dim + 1] = to->first[dim + 1] | ~mask.lo;
}

/* What a rule matches at the most; its record says the rest. */
static void fill_tree_rule(struct bailey_tree_rule *to, const struct bailey_rule *rule)
{
	struct bailey_match match;

	bailey_rule_match(rule, &match);
	fill_side(to, BAILEY_TREE_SRC, &match.from);
	fill_side(to, BAILEY_TREE_DST, &match.to);
	to->last[BAILEY_TREE_SPORT] = 0x10000;
	if (match.sport_given || match.dport_given) {
		to->first[BAILEY_TREE_SPORT] = match.sport_first + 1;
		to->last[BAILEY_TREE_SPORT] = match.sport_last + 1;
	}
	to->first[BAILEY_TREE_DPORT] = bailey_record_dport_first(&match);
	to->last[BAILEY_TREE_DPORT] = bailey_record_dport_last(&match);
	to->last[BAILEY_TREE_PROTO] = 0xff;
	if (match.proto != BAILEY_PROTO_ANY) {
		to->first[BAILEY_TREE_PROTO] = match.proto;
		to->last[BAILEY_TREE_PROTO] = match.proto;
	}
}

static int keep_tree(struct bailey_index *index, struct making *making,
		     const struct bailey_tree *tree, const u32 *rank)
{
	u32 i;

	index->node = take(index, (size_t)tree->nodes * sizeof(*index->node));
	index->leaf = take(index, (size_t)tree->leaves * sizeof(*index->leaf));
	if (!index->node || !index->leaf)
		return -ENOMEM;
	memcpy(index->node, tree->node, (size_t)tree->nodes * sizeof(*index->node));
	for (i = 0; i < tree->leaves; i++) {
		u32 at = rank[tree->leaf[i]];

		bailey_yield_often(i);
		bailey_record_fill(&index->leaf[i], &making->services, index->rule[at], at);
	}
	return 0;
}

/* Rules that have no bucket become a tree. */
static int plant(struct bailey_index *index, struct making *making)
{
	u32 rest = index->count - index->hashed, i, at = 0;
	struct bailey_tree tree = { 0 };
	struct bailey_tree_rule *rule;
	int ret = -ENOMEM;
	u32 *rank;

	if (!rest)
		return 0;
	rule = bailey_zalloc((size_t)rest * sizeof(*rule));
	rank = bailey_zalloc((size_t)rest * sizeof(*rank));
	for (i = 0; rule && rank && i < index->count; i++) {
		bailey_yield_often(i);
		if (making->bucket_of && making->bucket_of[i] != REST)
			continue;
		if (!at)
			index->leaf_first = i << BAILEY_RECORD_FLAGS;
		fill_tree_rule(&rule[at], index->rule[i]);
		rank[at++] = i;
	}
	if (rule && rank)
		ret = bailey_tree_grow(&tree, rule, rest, 2 * rest + index->count / 4);
	if (!ret)
		ret = keep_tree(index, making, &tree, rank);
	bailey_tree_destroy(&tree);
	bailey_free(rule);
	bailey_free(rank);
	return ret;
}

/* Halve a sieve as long as it is mostly empty. */
static u32 fold(u32 *tables, u32 size)
{
	for (;;) {
		u32 i, used = 0;

		for (i = 0; i < size; i++)
			used += !!tables[i];
		if (used * (size > DENSE ? 2 : 4) > size || size <= 64)
			return size;
		for (i = 0; i < size; i += 2)
			tables[i / 2] = tables[i] | tables[i + 1];
		size /= 2;
	}
}

static int make_sieve(struct bailey_index *index, struct making *making, u32 field, u32 level)
{
	struct bailey_index_sieve *sieve = &index->sieve[field][level];
	u32 i, size = 64, folded, rules = 0;
	u8 shift = 58;
	u32 *tables;

	for (i = 0; i < index->count; i++)
		rules += making->bucket_of[i] != REST &&
			 bailey_index_level(&index->table[making->table_of[i]], field) == level;
	while (size < 4 * rules) {
		size *= 2;
		shift--;
	}
	tables = bailey_zalloc((size_t)size * sizeof(*tables));
	if (!tables)
		return -ENOMEM;
	for (i = 0; i < index->count; i++) {
		struct bailey_match match;

		bailey_yield_often(i);
		if (making->bucket_of[i] == REST ||
		    bailey_index_level(&index->table[making->table_of[i]], field) != level)
			continue;
		bailey_rule_match(index->rule[i], &match);
		tables[value_hash(index, field, level, &match) >> shift] |=
			1U << making->table_of[i];
	}
	folded = fold(tables, size);
	sieve->tables = take(index, (size_t)folded * sizeof(*tables));
	if (sieve->tables)
		memcpy(sieve->tables, tables, (size_t)folded * sizeof(*tables));
	bailey_free(tables);
	for (; folded < size; folded *= 2)
		shift++;
	sieve->shift = shift;
	return sieve->tables ? 0 : -ENOMEM;
}

static void make_masks(struct bailey_index *index)
{
	static const struct bailey_addr all = { ~0ULL, ~0ULL };
	u32 side, level;

	for (side = 0; side < 2; side++)
		for (level = 0; level < index->grid.levels[side]; level++)
			index->mask[side][level] =
				bailey_index_mask(&all, index->grid.bits[side][level]);
}

static int make_sieves(struct bailey_index *index, struct making *making)
{
	/* What a level that is not there knows. */
	static u32 nothing[2];
	const struct bailey_index_sieve none = { nothing, 63 };
	u32 field, level, t, i;

	make_masks(index);
	for (t = 0; t < index->tables; t++)
		for (field = 0; field < FIELDS; field++)
			if (!bailey_index_level(&index->table[t], field))
				index->open[field] |= 1U << t;
	for (field = 0; field < BAILEY_INDEX_PROTO; field++) {
		for (level = 1; level < LEVELS; level++)
			if (level >= index->grid.levels[field])
				index->sieve[field][level] = none;
			else if (make_sieve(index, making, field, level))
				return -ENOMEM;
		bailey_yield();
	}
	index->by_proto = take(index, 256 * sizeof(*index->by_proto));
	if (!index->by_proto)
		return -ENOMEM;
	for (i = 0; i < 256; i++)
		index->by_proto[i] = index->open[BAILEY_INDEX_PROTO];
	for (i = 0; i < index->count; i++)
		if (index->table[making->table_of[i]].above & BAILEY_ABOVE_PROTO)
			index->by_proto[index->rule[i]->proto] |= 1U << making->table_of[i];
	return 0;
}

static int make_hashed(struct bailey_index *index, struct making *making)
{
	index->grid.levels[BAILEY_INDEX_SPORT] = 2;
	index->grid.levels[BAILEY_INDEX_DPORT] = 2;
	index->grid.levels[BAILEY_INDEX_PROTO] = 2;
	index->buckets = index->count + index->count / 4 + 1;
	making->table_of = bailey_zalloc(index->count);
	making->bucket_of = bailey_zalloc((size_t)index->count * sizeof(u32));
	making->fill = bailey_zalloc((size_t)index->buckets * sizeof(u32));
	index->block = take(index, ((size_t)index->buckets / BAILEY_INDEX_BLOCK + 1) *
				   sizeof(*index->block));
	if (!making->table_of || !making->bucket_of || !making->fill || !index->block ||
	    bailey_grid_choose(index, making->table_of))
		return -ENOMEM;
	bailey_yield();
	assign(index, making);
	bailey_yield();
	if (place(index, making))
		return -ENOMEM;
	bailey_yield();
	return make_sieves(index, making);
}

/**
 * bailey_index_destroy() - free an index
 * @index: the index, or NULL
 */
void bailey_index_destroy(struct bailey_index *index)
{
	u32 i;

	if (!index)
		return;
	for (i = 0; i < index->count; i++) {
		bailey_yield_often(i);
		bailey_rule_put(index->rule[i]);
	}
	for (i = 0; i < index->pieces; i++)
		bailey_large_free(index->piece[i].p, index->piece[i].size);
	bailey_free(index);
}

static int keep_services(struct bailey_index *index, const struct bailey_services *services)
{
	size_t size = services->count * sizeof(*services->list);

	index->service = take(index, size);
	if (!index->service)
		return -ENOMEM;
	memcpy(index->service, services->list, size);
	return 0;
}

/* All of an index that has its rules. */
static int fill(struct bailey_index *index)
{
	struct making making = { 0 };
	int ret = bailey_services_init(&making.services, index->count);

	if (!ret && index->count > FEW)
		ret = make_hashed(index, &making);
	if (!ret)
		ret = plant(index, &making);
	if (!ret)
		ret = keep_services(index, &making.services);
	bailey_services_exit(&making.services);
	bailey_free(making.table_of);
	bailey_free(making.bucket_of);
	bailey_free(making.fill);
	return ret;
}

/**
 * bailey_index_create() - make the index of one family
 * @rules: in order of numbers; those of other families are passed over
 * @count: how many
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 *
 * Return: the index, which holds no references, or NULL when memory is short.
 */
struct bailey_index *bailey_index_create(struct bailey_rule * const *rules, u32 count,
					 u8 family)
{
	struct bailey_index *index = bailey_zalloc(sizeof(*index));
	u32 i, n = 0;

	if (!index)
		return NULL;
	index->bytes = sizeof(*index);
	for (i = 0; i < count; i++)
		n += !!(rules[i]->families & bailey_family_bit(family));
	index->rule = take(index, ((size_t)n + 1) * sizeof(*index->rule));
	for (i = 0; index->rule && i < count; i++)
		if (rules[i]->families & bailey_family_bit(family)) {
			bailey_ref_get(&rules[i]->refs);
			index->rule[index->count++] = rules[i];
		}
	if (index->rule && !fill(index))
		return index;
	bailey_index_destroy(index);
	return NULL;
}
