// SPDX-License-Identifier: GPL-2.0
/*
 * Sets as blocks that people can read: "these protocols, these ports, from these
 * addresses, to those".
 *
 * A set is taken apart field by field. The values of a field are cut where what
 * follows changes; all values after which the same follows are one list, however
 * many ranges it has, and what follows is taken apart in the same way. So blocks have no
 * packet in common, no two that differ in the last fields only could be one, and the same set
 * always gives the same blocks.
 *
 * Example: tcp to port 80 or 443 from anybody, udp to port 53 from 10/8. After
 * protocol 6 follows one thing, after 17 another, after the rest nothing: two
 * lists. Behind 6, after 80 and 443 the same follows: one list {80, 443}.
 */
#include "space.h"
#include "space_bits.h"

#define CHUNK_RANGES	4096

/* Ranges of many lists. */
struct space_chunk {
	struct space_chunk *next;
	u32 used;
	u32 cap;
	struct space_range range[];
};

/* Values of a field after which the same follows, side by side. */
struct piece {
	struct space_range range;
	u32 child;
	u32 order;
};

struct pieces {
	struct piece *at;
	u32 count;
	u32 cap;
};

/* A set that is being taken apart; @row has what is known so far. */
struct walk {
	struct spaces *spaces;
	struct space_rows *rows;
	u32 most;
	u32 cap;
	u8 family;
	struct space_row row;
};

static int no_memory(struct walk *walk)
{
	walk->spaces->bdd.failure = BDD_NO_MEMORY;
	return -ENOMEM;
}

static int add_piece(struct walk *walk, struct pieces *pieces,
		     const struct space_range *range, u32 child)
{
	struct bdd *bdd = &walk->spaces->bdd;
	struct piece *at = pieces->at;

	if (++bdd->steps > bdd->most_steps) {
		bdd->failure = BDD_NO_STEPS;
		return -E2BIG;
	}
	if (pieces->count && at[pieces->count - 1].child == child) {
		at[pieces->count - 1].range.last = range->last;
		return 0;
	}
	if (pieces->count == pieces->cap) {
		pieces->cap = 2 * pieces->cap + 16;
		at = realloc(at, pieces->cap * sizeof(*at));
		if (!at)
			return no_memory(walk);
		pieces->at = at;
	}
	at[pieces->count++] = (struct piece){ *range, child, 0 };
	return 0;
}

/* All values that begin with the first bits of one, and what follows after each. */
static int cut(struct walk *walk, struct pieces *pieces, u32 set,
	       enum space_field field, struct bailey_addr first, u32 depth)
{
	const struct bdd *bdd = &walk->spaces->bdd;
	u32 base = space_bits[field].base, width = space_width(field, walk->family);
	struct space_range range = { first, first };
	u32 zero = set, one = set;
	int ret;

	if (bdd_var(bdd, set) >= base + width) {
		for (; depth < width; depth++)
			range.last = space_with_bit(range.last, depth);
		return add_piece(walk, pieces, &range, set);
	}
	if (bdd_var(bdd, set) == base + depth) {
		zero = bdd_branch(bdd, set, false);
		one = bdd_branch(bdd, set, true);
	}
	ret = cut(walk, pieces, zero, field, first, depth + 1);
	if (ret)
		return ret;
	return cut(walk, pieces, one, field, space_with_bit(first, depth), depth + 1);
}

static int by_child(const void *x, const void *y)
{
	const struct piece *a = x, *b = y;

	if (a->child != b->child)
		return a->child < b->child ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int by_order(const void *x, const void *y)
{
	const struct piece *a = x, *b = y;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return bailey_addr_cmp(&a->range.first, &b->range.first);
}

/* The same number for all pieces of a list: lists in the order of their first piece. */
static void order_pieces(struct pieces *pieces)
{
	u32 i, n = 0;

	for (i = 0; i < pieces->count; i++)
		if (pieces->at[i].child != SPACE_NONE) {
			pieces->at[n] = pieces->at[i];
			pieces->at[n].order = n;
			n++;
		}
	pieces->count = n;
	if (!n)
		return;
	qsort(pieces->at, n, sizeof(*pieces->at), by_child);
	for (i = 1; i < n; i++)
		if (pieces->at[i].child == pieces->at[i - 1].child)
			pieces->at[i].order = pieces->at[i - 1].order;
	qsort(pieces->at, n, sizeof(*pieces->at), by_order);
}

static struct space_range *take_ranges(struct walk *walk, u32 count)
{
	struct space_chunk *chunk = walk->rows->chunk;
	u32 cap = max_t(u32, count, CHUNK_RANGES);

	if (!chunk || chunk->cap - chunk->used < count) {
		chunk = malloc(sizeof(*chunk) + cap * sizeof(*chunk->range));
		if (!chunk) {
			no_memory(walk);
			return NULL;
		}
		chunk->next = walk->rows->chunk;
		chunk->used = 0;
		chunk->cap = cap;
		walk->rows->chunk = chunk;
	}
	chunk->used += count;
	return &chunk->range[chunk->used - count];
}

static bool is_all(struct walk *walk, enum space_field field,
		   const struct space_range *range, u32 count)
{
	struct bailey_addr last = { 0, 0 };
	u32 i;

	for (i = 0; i < space_width(field, walk->family); i++)
		last = space_with_bit(last, i);
	return count == 1 && !range->first.hi && !range->first.lo &&
	       bailey_addr_equal(&range->last, &last);
}

static int add_row(struct walk *walk)
{
	struct space_rows *rows = walk->rows;
	struct space_row *row = rows->row;

	if (rows->count == walk->most)
		return -E2BIG;
	if (rows->count == walk->cap) {
		walk->cap = 2 * walk->cap + 16;
		row = realloc(row, walk->cap * sizeof(*row));
		if (!row)
			return no_memory(walk);
		rows->row = row;
	}
	row[rows->count++] = walk->row;
	return 0;
}

static int take_apart(struct walk *walk, u32 set, enum space_field field);

/* One list of a field, then what follows. */
static int one_list(struct walk *walk, const struct space_range *range, u32 count,
		    u32 child, enum space_field field)
{
	walk->row.field[field] = (struct space_list){
		range, count, is_all(walk, field, range, count),
	};
	return count ? take_apart(walk, child, field + 1) : 0;
}

/*
 * Types of ICMP and ports stand in the same place: protocols after which something
 * is said of these are two lists, ICMP and the others.
 */
static int proto_lists(struct walk *walk, struct space_range *range, u32 count,
		       u32 child)
{
	u8 icmp = walk->family == BAILEY_IPV4 ? BAILEY_PROTO_ICMP : BAILEY_PROTO_ICMPV6;
	struct space_range *other;
	u32 i, n = 0;
	int ret;

	if (bdd_var(&walk->spaces->bdd, child) >= space_bits[SPACE_SRC].base)
		return one_list(walk, range, count, child, SPACE_PROTO);
	/* Protocols with ports and ICMP do not touch: no range has both. */
	other = take_ranges(walk, count);
	if (!other)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (range[i].first.hi >> 56 == icmp)
			walk->row.icmp = true;
		else
			other[n++] = range[i];
	}
	if (walk->row.icmp) {
		range->first.hi = (u64)icmp << 56;
		range->last = range->first;
		ret = one_list(walk, range, 1, child, SPACE_PROTO);
		walk->row.icmp = false;
		if (ret)
			return ret;
	}
	return one_list(walk, other, n, child, SPACE_PROTO);
}

static int field_lists(struct walk *walk, struct pieces *pieces, enum space_field field)
{
	const struct piece *at = pieces->at;
	struct space_range *range;
	u32 i, k, count;
	int ret = 0;

	for (i = 0; i < pieces->count && !ret; i += count) {
		for (count = 1; i + count < pieces->count &&
		     at[i + count].order == at[i].order; count++)
			;
		range = take_ranges(walk, count);
		if (!range)
			return -ENOMEM;
		for (k = 0; k < count; k++)
			range[k] = at[i + k].range;
		if (field == SPACE_PROTO)
			ret = proto_lists(walk, range, count, at[i].child);
		else
			ret = one_list(walk, range, count, at[i].child, field);
	}
	return ret;
}

static int take_apart(struct walk *walk, u32 set, enum space_field field)
{
	struct pieces pieces = {};
	int ret;

	if (field == SPACE_FIELDS)
		return add_row(walk);
	ret = cut(walk, &pieces, set, field, (struct bailey_addr){ 0, 0 }, 0);
	if (!ret) {
		order_pieces(&pieces);
		ret = field_lists(walk, &pieces, field);
	}
	free(pieces.at);
	return ret;
}

static bool lists_equal(const struct space_list *a, const struct space_list *b)
{
	return a->count == b->count &&
	       !memcmp(a->range, b->range, a->count * sizeof(*a->range));
}

/* Do two rows of IPv4 and IPv6 say the same, of all addresses? */
static bool same_of_both(const struct space_row *a, const struct space_row *b)
{
	u32 i;

	for (i = 0; i < SPACE_FIELDS; i++) {
		if (i == SPACE_SRC || i == SPACE_DST) {
			if (!a->field[i].all || !b->field[i].all)
				return false;
		} else if (!lists_equal(&a->field[i], &b->field[i])) {
			return false;
		}
	}
	return !a->icmp && !b->icmp;
}

/* Rows of IPv6 from a number on that IPv4 has as well become one with those. */
static void join_families(struct space_rows *rows, u32 first6)
{
	u32 i, k, n = first6;
	bool joined;

	for (i = first6; i < rows->count; i++) {
		joined = false;
		for (k = 0; k < first6 && !joined; k++) {
			joined = rows->row[k].families == BAILEY_FAMILY_IPV4 &&
				 same_of_both(&rows->row[k], &rows->row[i]);
			if (joined)
				rows->row[k].families = BAILEY_FAMILY_BOTH;
		}
		if (!joined)
			rows->row[n++] = rows->row[i];
	}
	rows->count = n;
}

static int family_rows(struct walk *walk, u32 space, u8 family)
{
	struct bdd *bdd = &walk->spaces->bdd;

	if (bdd_var(bdd, space) == 0)
		space = bdd_branch(bdd, space, family == BAILEY_IPV6);
	walk->family = family;
	walk->row.families = bailey_family_bit(family);
	return space == SPACE_NONE ? 0 : take_apart(walk, space, SPACE_PROTO);
}

/**
 * space_rows_create() - take a set apart into blocks
 * @spaces: where it is
 * @space: the set
 * @most: of more blocks nobody wants to know
 * @rows: filled in; to be freed with space_rows_destroy(), also on failure
 *
 * Return: 0; -E2BIG if there are more than @most, or at a limit of @spaces; -ENOMEM.
 */
int space_rows_create(struct spaces *spaces, u32 space, u32 most,
		      struct space_rows *rows)
{
	struct walk walk = { .spaces = spaces, .rows = rows, .most = most };
	u32 first6;
	int ret;

	memset(rows, 0, sizeof(*rows));
	if (space == SPACE_FAILED)
		return -E2BIG;
	ret = family_rows(&walk, space, BAILEY_IPV4);
	first6 = rows->count;
	if (!ret)
		ret = family_rows(&walk, space, BAILEY_IPV6);
	if (!ret)
		join_families(rows, first6);
	return ret;
}

/**
 * space_rows_destroy() - free blocks
 * @rows: the blocks
 */
void space_rows_destroy(struct space_rows *rows)
{
	struct space_chunk *chunk, *next;

	for (chunk = rows->chunk; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}
