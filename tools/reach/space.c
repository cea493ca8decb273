// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of packets on top of bdd.c: which bit of a packet is which bit of a string.
 *
 * The order of the bits is that of enum space_field, each field from its top bit, in front of
 * all the family. Addresses have 128 bits; IPv4 uses the first 32, and no set looks at
 * those behind. Protocol and destination port come first since a policy has few of
 * them and thousands of addresses, and since "these ports, from there" reads better
 * than "from there, these ports".
 */
#include "space.h"
#include "space_bits.h"

/* Where each field begins, how many bits it has. */
const struct space_bits space_bits[SPACE_FIELDS] = {
	[SPACE_PROTO] = { 1, 8 },
	[SPACE_DPORT] = { 9, 16 },
	[SPACE_SRC] = { 25, 128 },
	[SPACE_DST] = { 153, 128 },
	[SPACE_SPORT] = { 281, 16 },
	[SPACE_HOP] = { 297, 8 },
};

/**
 * space_width() - how many bits a field has
 * @field: the field
 * @family: the family
 *
 * Return: the number.
 */
u32 space_width(enum space_field field, u8 family)
{
	bool addr = field == SPACE_SRC || field == SPACE_DST;

	return addr && family == BAILEY_IPV4 ? 32 : space_bits[field].width;
}

/* Ranges on their way into a set. */
struct build {
	struct spaces *spaces;
	const struct space_range *range;
	u32 count;
	u16 base;
	u32 width;
};

/* The highest value whose first bits are those of a value. */
static struct bailey_addr block_last(struct bailey_addr first, u32 depth, u32 width)
{
	for (; depth < width; depth++)
		first = space_with_bit(first, depth);
	return first;
}

/* The first range at or behind a number that does not end below a value. */
static u32 skip_ranges(const struct build *build, u32 from, const struct bailey_addr *value)
{
	u32 to = build->count, middle;

	while (from < to) {
		middle = from + (to - from) / 2;
		if (bailey_addr_cmp(&build->range[middle].last, value) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static u32 build_block(const struct build *build, u32 from, struct bailey_addr first,
		       u32 depth)
{
	const struct bailey_addr last = block_last(first, depth, build->width);
	const struct space_range *range;

	from = skip_ranges(build, from, &first);
	range = &build->range[from];
	if (from == build->count || bailey_addr_cmp(&range->first, &last) > 0)
		return SPACE_NONE;
	if (bailey_addr_cmp(&range->first, &first) <= 0 &&
	    bailey_addr_cmp(&range->last, &last) >= 0)
		return SPACE_ALL;
	return bdd_make(&build->spaces->bdd, build->base + depth,
			build_block(build, from, first, depth + 1),
			build_block(build, from, space_with_bit(first, depth), depth + 1));
}

/**
 * space_ranges() - packets with one of many values in a field
 * @spaces: where
 * @field: the field
 * @family: of addresses: the packets are of that family; else 0
 * @range: in order, without overlaps
 * @count: how many
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_ranges(struct spaces *spaces, enum space_field field, u8 family,
		 const struct space_range *range, u32 count)
{
	const struct build build = {
		spaces, range, count, space_bits[field].base, space_width(field, family),
	};
	u32 space;

	if (spaces->bdd.failure)
		return SPACE_FAILED;
	space = build_block(&build, 0, (struct bailey_addr){ 0, 0 }, 0);
	return family ? space_and(spaces, spaces->family[family == BAILEY_IPV6], space) :
			space;
}

/**
 * space_field() - packets whose field is in a range
 * @spaces: where
 * @field: one that is not an address
 * @first: the lowest value
 * @last: the highest value
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_field(struct spaces *spaces, enum space_field field, u32 first, u32 last)
{
	u32 shift = 64 - space_bits[field].width;
	struct space_range range = {
		.first.hi = (u64)first << shift, .last.hi = (u64)last << shift,
	};

	return space_ranges(spaces, field, 0, &range, 1);
}

/**
 * space_prefix() - packets with an address in a prefix
 * @spaces: where
 * @field: %SPACE_SRC or %SPACE_DST
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the network, host bits zero
 * @bits: its length
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_prefix(struct spaces *spaces, enum space_field field, u8 family,
		 const struct bailey_addr *addr, u8 bits)
{
	struct space_range range = {
		*addr, block_last(*addr, bits, space_width(field, family)),
	};

	return space_ranges(spaces, field, family, &range, 1);
}

/**
 * space_and() - what two spaces have in common
 * @spaces: where
 * @a: a space
 * @b: a space
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_and(struct spaces *spaces, u32 a, u32 b)
{
	return bdd_and(&spaces->bdd, a, b);
}

/**
 * space_or() - what is in one of two spaces
 * @spaces: where
 * @a: a space
 * @b: a space
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_or(struct spaces *spaces, u32 a, u32 b)
{
	return bdd_not(bdd_and(&spaces->bdd, bdd_not(a), bdd_not(b)));
}

/**
 * space_minus() - what is in one space and not in the other
 * @spaces: where
 * @a: the one
 * @b: the other
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_minus(struct spaces *spaces, u32 a, u32 b)
{
	return bdd_and(&spaces->bdd, a, bdd_not(b));
}

/**
 * space_union() - what is in one of many spaces
 * @spaces: where
 * @space: the spaces
 * @count: how many
 *
 * By halves, so that most unions are of small sets.
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_union(struct spaces *spaces, const u32 *space, u32 count)
{
	u32 half = count / 2;

	if (count < 2)
		return count ? *space : SPACE_NONE;
	return space_or(spaces, space_union(spaces, space, half),
			space_union(spaces, space + half, count - half));
}

/**
 * space_subset() - is all of a space in another one?
 * @spaces: where
 * @a: the one
 * @b: the other
 *
 * Return: true if so; false also at a limit.
 */
bool space_subset(struct spaces *spaces, u32 a, u32 b)
{
	return space_minus(spaces, a, b) == SPACE_NONE;
}

/* ICMP and ICMPv6 messages with one of some flags. */
static u32 icmp_with(struct spaces *spaces, u16 flags)
{
	static const u8 proto[2] = { BAILEY_PROTO_ICMP, BAILEY_PROTO_ICMPV6 };
	u32 all = SPACE_NONE, one, i, type;

	for (i = 0; i < 2; i++) {
		one = space_and(spaces, spaces->family[i],
				space_field(spaces, SPACE_PROTO, proto[i], proto[i]));
		for (type = 0; type < 256; type++)
			if (flags == U16_MAX ||
			    bailey_packet_icmp_flags(proto[i], type) & flags)
				all = space_or(spaces, all,
					       space_and(spaces, one,
							 space_field(spaces, SPACE_DPORT,
								     type << 8,
								     type << 8 | 255)));
	}
	return all;
}

/* A set, the first bits of a field being those of a value. */
static u32 fix(struct spaces *spaces, u32 space, enum space_field field, u32 bits,
	       const struct bailey_addr *value)
{
	u32 base = space_bits[field].base;
	u16 var = bdd_var(&spaces->bdd, space);
	bool one;

	if (space == SPACE_FAILED || var >= base + bits)
		return space;
	if (var >= base) {
		one = space_bit(value, var - base);
		return fix(spaces, bdd_branch(&spaces->bdd, space, one), field, bits, value);
	}
	return bdd_make(&spaces->bdd, var,
			fix(spaces, bdd_branch(&spaces->bdd, space, false), field, bits, value),
			fix(spaces, bdd_branch(&spaces->bdd, space, true), field, bits, value));
}

/**
 * space_fill_replies() - say of ICMP replies what would be said of other messages
 * @spaces: where
 * @space: a set of requests, in which replies mean nothing
 *
 * Where a message of a type that nobody uses is in the set, replies are made to be, and
 * nowhere else. So what holds for all of ICMP, or for any protocol, has no gaps.
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 space_fill_replies(struct spaces *spaces, u32 space)
{
	/* Neither query nor error nor anything else */
	static const u8 unused[2] = { 1, 199 };
	u32 i, fixed, replies = SPACE_NONE;

	for (i = 0; i < 2; i++) {
		const struct bailey_addr value = { (u64)unused[i] << 56, 0 };

		fixed = space_and(spaces, space, spaces->family[i]);
		fixed = fix(spaces, space_and(spaces, fixed, spaces->is_icmp), SPACE_DPORT, 8,
			    &value);
		replies = space_or(spaces, replies, space_and(spaces, fixed, spaces->replies));
	}
	return space_or(spaces, space_minus(spaces, space, spaces->replies), replies);
}

static void fill_sets(struct spaces *spaces)
{
	u32 proto;

	spaces->family[0] = bdd_make(&spaces->bdd, 0, SPACE_ALL, SPACE_NONE);
	spaces->family[1] = bdd_not(spaces->family[0]);
	spaces->with_ports = SPACE_NONE;
	for (proto = 0; proto < 256; proto++)
		if (bailey_proto_has_ports(proto))
			spaces->with_ports =
				space_or(spaces, spaces->with_ports,
					 space_field(spaces, SPACE_PROTO, proto, proto));
	spaces->is_icmp = icmp_with(spaces, U16_MAX);
	spaces->replies = icmp_with(spaces, BAILEY_PKT_ICMP_REPLY);
	spaces->errors = icmp_with(spaces, BAILEY_PKT_ICMP_ERROR);
	spaces->answered = space_or(spaces, space_not(spaces->is_icmp),
				    icmp_with(spaces, BAILEY_PKT_ICMP_QUERY));
}

/**
 * spaces_create() - a place for spaces
 * @nodes: how large it may become: %SPACES_NODES
 * @steps: how much may be done: %SPACES_STEPS
 *
 * Return: the place, or NULL when memory is short.
 */
struct spaces *spaces_create(u32 nodes, u64 steps)
{
	struct spaces *spaces = calloc(1, sizeof(*spaces));

	if (!spaces)
		return NULL;
	if (!bdd_init(&spaces->bdd, nodes, steps)) {
		free(spaces);
		return NULL;
	}
	fill_sets(spaces);
	return spaces;
}

/**
 * spaces_destroy() - free a place with all its spaces
 * @spaces: the place, or NULL
 */
void spaces_destroy(struct spaces *spaces)
{
	if (!spaces)
		return;
	bdd_exit(&spaces->bdd);
	free(spaces->memo);
	free(spaces);
}

/**
 * spaces_failed() - was a limit met?
 * @spaces: the place
 *
 * Return: NULL if not; else what there is too much of, for a message.
 */
const char *spaces_failed(const struct spaces *spaces)
{
	switch (spaces->bdd.failure) {
	case BDD_NO_NODES:
		return "the sets of packets that it makes are too large to be described";
	case BDD_NO_STEPS:
		return "to compute the sets of packets that it makes takes too long";
	case BDD_NO_MEMORY:
		return "out of memory";
	default:
		return NULL;
	}
}

/**
 * spaces_crowded() - is it time for spaces_collect()?
 * @spaces: the place
 *
 * Return: true if half of what may be there is.
 */
bool spaces_crowded(const struct spaces *spaces)
{
	return spaces->bdd.live > spaces->bdd.limit / 2;
}

/**
 * spaces_collect() - forget all spaces but some
 * @spaces: the place; what it has itself stays
 * @keep: spaces that stay good
 * @count: how many
 */
void spaces_collect(struct spaces *spaces, const u32 *keep, u32 count)
{
	const u32 own[] = {
		spaces->family[0], spaces->with_ports, spaces->is_icmp,
		spaces->answered, spaces->replies, spaces->errors,
	};
	u32 *all = calloc(ARRAY_SIZE(own) + spaces->memos + count, sizeof(*all));
	u32 i, n = ARRAY_SIZE(own);

	if (!all) {
		spaces->bdd.failure = BDD_NO_MEMORY;
		return;
	}
	memcpy(all, own, sizeof(own));
	for (i = 0; i < spaces->memos; i++)
		all[n++] = spaces->memo[i].space;
	memcpy(all + n, keep, count * sizeof(*keep));
	bdd_collect(&spaces->bdd, all, n + count);
	free(all);
}
