// SPDX-License-Identifier: GPL-2.0
/*
 * Choosing the classifier's tables: by how much of which fields rules are found.
 *
 * First a few prefix lengths for each side, so that rounding the rules' own
 * lengths down to these loses few bits. Then each combination of lengths, ports
 * and protocol that a rule is rounded to is a table; and as long as there are too
 * many, the two are made one whose rules lose least by it.
 */
#include "classifier_grid.h"

#define LENGTHS		130		/* 0 to 128, and a border */
#define FIELDS		BAILEY_INDEX_FIELDS
#define LEVELS		BAILEY_INDEX_LEVELS
#define ROWS		(LEVELS + 1)
#define COMBINATIONS	(LEVELS * LEVELS * 8)

/**
 * struct choice - what is known while tables are chosen
 * @count: rules by length, of one side
 * @below: how many rules have less than so many bits
 * @sum: their bits
 * @cost: by number of levels and shortest length: bits lost from there on
 * @next: the following level in that case
 * @size: rules by combination
 * @into: the combination that they are found by
 */
struct choice {
	u32 count[LENGTHS];
	u32 below[LENGTHS];
	u64 sum[LENGTHS];
	u64 cost[ROWS][LENGTHS];
	u8 next[ROWS][LENGTHS];
	u32 size[COMBINATIONS];
	u8 into[COMBINATIONS];
};

/**
 * bailey_grid_lengths() - how much of each field a rule fixes
 * @rule: the rule
 * @bits: filled in, by &enum bailey_index_field
 */
void bailey_grid_lengths(const struct bailey_rule *rule, u8 *bits)
{
	struct bailey_match match;

	bailey_rule_match(rule, &match);
	bits[BAILEY_INDEX_SRC] = match.from.kind == BAILEY_PEER_CIDR ? match.from.bits : 0;
	bits[BAILEY_INDEX_DST] = match.to.kind == BAILEY_PEER_CIDR ? match.to.bits : 0;
	bits[BAILEY_INDEX_SPORT] = match.sport_first == match.sport_last;
	bits[BAILEY_INDEX_DPORT] = match.dport_first == match.dport_last ||
		(match.type != BAILEY_TYPE_ANY && match.code != BAILEY_TYPE_ANY);
	bits[BAILEY_INDEX_PROTO] = match.proto != BAILEY_PROTO_ANY;
}

/* Bits that rules of lengths from @low to below @high lose if found by @low. */
static u64 lost(const struct choice *choice, u32 low, u32 high)
{
	return choice->sum[high] - choice->sum[low] -
	       (u64)low * (choice->below[high] - choice->below[low]);
}

static void choose_from(struct choice *choice, u32 levels, u32 low)
{
	u32 next;

	choice->cost[levels][low] = lost(choice, low, LENGTHS - 1);
	choice->next[levels][low] = LENGTHS - 1;
	for (next = low + 1; levels > 1 && next < LENGTHS - 1; next++) {
		u64 cost = lost(choice, low, next) + choice->cost[levels - 1][next];

		if (cost < choice->cost[levels][low]) {
			choice->cost[levels][low] = cost;
			choice->next[levels][low] = next;
		}
	}
}

/* The levels of one side: 0, and the lengths that lose fewest bits. */
static void choose_levels(struct choice *choice, struct bailey_index_grid *grid, u32 field)
{
	u32 bits, levels, low = 0;

	for (bits = 0; bits < LENGTHS - 1; bits++) {
		choice->below[bits + 1] = choice->below[bits] + choice->count[bits];
		choice->sum[bits + 1] = choice->sum[bits] + (u64)bits * choice->count[bits];
	}
	for (levels = 1; levels <= LEVELS; levels++)
		for (low = 0; low < LENGTHS - 1; low++)
			choose_from(choice, levels, low);
	low = 0;
	grid->levels[field] = 0;
	for (levels = LEVELS; low < LENGTHS - 1; levels--) {
		grid->bits[field][grid->levels[field]++] = low;
		low = choice->next[levels][low];
	}
}

static void count_lengths(const struct bailey_index *index, struct choice *choice, u32 field)
{
	u8 bits[FIELDS];
	u32 i;

	memset(choice->count, 0, sizeof(choice->count));
	for (i = 0; i < index->count; i++) {
		bailey_yield_often(i);
		bailey_grid_lengths(index->rule[i], bits);
		choice->count[bits[field]]++;
	}
}

static u8 level_of(const struct bailey_index_grid *grid, u32 field, u8 bits)
{
	u8 level = grid->levels[field] - 1;

	while (grid->bits[field][level] > bits)
		level--;
	return level;
}

static u8 combination_of(const struct bailey_index_grid *grid, const u8 *bits)
{
	u32 src = level_of(grid, BAILEY_INDEX_SRC, bits[BAILEY_INDEX_SRC]);
	u32 dst = level_of(grid, BAILEY_INDEX_DST, bits[BAILEY_INDEX_DST]);

	return (src * LEVELS + dst) * 8 + bits[BAILEY_INDEX_SPORT] * 4 +
	       bits[BAILEY_INDEX_DPORT] * 2 + bits[BAILEY_INDEX_PROTO];
}

static void levels_of(u32 combination, u8 *level)
{
	level[BAILEY_INDEX_PROTO] = combination & 1;
	level[BAILEY_INDEX_DPORT] = combination >> 1 & 1;
	level[BAILEY_INDEX_SPORT] = combination >> 2 & 1;
	level[BAILEY_INDEX_DST] = combination / 8 % LEVELS;
	level[BAILEY_INDEX_SRC] = combination / 8 / LEVELS;
}

/* What both have: the combination in which the rules of both can be found. */
static u32 common(u32 a, u32 b)
{
	u8 x[FIELDS], y[FIELDS];
	u32 field;

	levels_of(a, x);
	levels_of(b, y);
	for (field = 0; field < FIELDS; field++)
		x[field] = min_t(u8, x[field], y[field]);
	return ((u32)x[BAILEY_INDEX_SRC] * LEVELS + x[BAILEY_INDEX_DST]) * 8 +
	       x[BAILEY_INDEX_SPORT] * 4 + x[BAILEY_INDEX_DPORT] * 2 + x[BAILEY_INDEX_PROTO];
}

/* Bits that a rule loses if it is found by @to instead of @from. */
static u32 distance(const struct bailey_index_grid *grid, u32 from, u32 to)
{
	u8 x[FIELDS], y[FIELDS];
	u32 bits = 0;
	u32 side;

	levels_of(from, x);
	levels_of(to, y);
	for (side = BAILEY_INDEX_SRC; side <= BAILEY_INDEX_DST; side++)
		bits += grid->bits[side][x[side]] - grid->bits[side][y[side]];
	bits += 10 * (x[BAILEY_INDEX_SPORT] - y[BAILEY_INDEX_SPORT]);
	bits += 10 * (x[BAILEY_INDEX_DPORT] - y[BAILEY_INDEX_DPORT]);
	return bits + 2 * (x[BAILEY_INDEX_PROTO] - y[BAILEY_INDEX_PROTO]);
}

/* Make one of the two tables whose rules lose least. False if that is too much. */
static bool merge_two(struct choice *choice, const struct bailey_index_grid *grid,
		      const u8 *used, u32 count, u64 limit)
{
	u64 best = limit;
	u32 i, k, a = 0, b = 0;

	for (i = 0; i < count; i++) {
		for (k = i + 1; k < count; k++) {
			u32 to = common(used[i], used[k]);
			u64 cost = (u64)choice->size[used[i]] * distance(grid, used[i], to) +
				   (u64)choice->size[used[k]] * distance(grid, used[k], to);

			if (cost < best) {
				best = cost;
				a = used[i];
				b = used[k];
			}
		}
	}
	if (best == limit)
		return false;
	k = common(a, b);
	i = choice->size[a] + choice->size[b];
	choice->size[a] = 0;
	choice->size[b] = 0;
	/* @k may be a third that has rules already */
	choice->size[k] += i;
	choice->into[a] = k;
	choice->into[b] = k;
	choice->into[k] = k;
	return true;
}

static u32 list_used(const struct choice *choice, u8 *used)
{
	u32 i, count = 0;

	for (i = 0; i < COMBINATIONS; i++)
		if (choice->size[i])
			used[count++] = i;
	return count;
}

static void merge_tables(struct choice *choice, const struct bailey_index_grid *grid,
			 u32 rules)
{
	u8 used[COMBINATIONS];
	u32 count;

	for (;;) {
		count = list_used(choice, used);
		bailey_yield();
		if (!merge_two(choice, grid, used, count,
			       count > BAILEY_INDEX_TABLES ? ~(u64)0 : rules / 64))
			break;
	}
}

/* Number the tables that are left in the order of their first rules. */
static void number_tables(struct bailey_index *index, struct choice *choice, u8 *table_of)
{
	u8 bits[FIELDS], number[COMBINATIONS];
	u32 i, at;

	memset(number, 0xff, sizeof(number));
	for (i = 0; i < index->count; i++) {
		struct bailey_index_table *table = &index->table[index->tables];

		bailey_yield_often(i);
		bailey_grid_lengths(index->rule[i], bits);
		at = combination_of(&index->grid, bits);
		while (choice->into[at] != at)
			at = choice->into[at];
		if (number[at] == 0xff) {
			table->level[BAILEY_INDEX_SRC] = at / 8 / LEVELS;
			table->level[BAILEY_INDEX_DST] = at / 8 % LEVELS;
			table->above = at % 8;
			table->salt = (u64)(at + 1) * BAILEY_INDEX_MIX_END;
			table->first = i << BAILEY_RECORD_FLAGS;
			number[at] = index->tables++;
		}
		table_of[i] = number[at];
	}
}

/**
 * bailey_grid_choose() - choose the tables of an index
 * @index: has its rules; its grid and tables are filled in
 * @table_of: filled in: by rank, the table of a rule
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_grid_choose(struct bailey_index *index, u8 *table_of)
{
	struct choice *choice = bailey_zalloc(sizeof(*choice));
	u8 bits[FIELDS];
	u32 i, field;

	if (!choice)
		return -ENOMEM;
	for (field = BAILEY_INDEX_SRC; field <= BAILEY_INDEX_DST; field++) {
		count_lengths(index, choice, field);
		choose_levels(choice, &index->grid, field);
	}
	for (i = 0; i < COMBINATIONS; i++)
		choice->into[i] = i;
	for (i = 0; i < index->count; i++) {
		bailey_yield_often(i);
		bailey_grid_lengths(index->rule[i], bits);
		choice->size[combination_of(&index->grid, bits)]++;
	}
	merge_tables(choice, &index->grid, index->count);
	number_tables(index, choice, table_of);
	bailey_free(choice);
	return 0;
}
