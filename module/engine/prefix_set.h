/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A set of prefixes of both families, as a prefix list holds it.
 */
#ifndef BAILEY_ENGINE_PREFIX_SET_H
#define BAILEY_ENGINE_PREFIX_SET_H

#include "packet.h"
#include "steps.h"

/**
 * struct bailey_prefix - one prefix
 * @addr: the network, host bits zero
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @bits: prefix length
 * @line: writer only: the line that brought it, until sealed
 * @column: writer only: its column there
 */
struct bailey_prefix {
	struct bailey_addr addr;
	u32 line;
	u32 column;
	u8 family;
	u8 bits;
};

/**
 * struct bailey_cover - which addresses of a family are inside: see prefix_set.c
 * @hi: upper halves of the addresses where inside and outside meet, none twice
 * @first: of each @hi, and of the end: how many such addresses there are before
 *	   it; NULL where every @hi has one, whose lower half is zero
 * @lo: lower halves of these addresses; NULL with @first
 */
struct bailey_cover {
	struct bailey_steps hi;
	u32 *first;
	u64 *lo;
};

/**
 * struct bailey_prefix_set - prefixes, and what they cover
 * @at: the prefixes; in order once sealed: family, address, length
 * @count: how many
 * @cap: room in @at
 * @sorted: how many of the first ones are in order and without duplicates
 * @cover: per family (IPv4, IPv6), once sealed
 */
struct bailey_prefix_set {
	struct bailey_prefix *at;
	u32 count;
	u32 cap;
	u32 sorted;
	struct bailey_cover cover[2];
};

struct bailey_addr bailey_prefix_mask(const struct bailey_addr *addr, u8 bits);

int bailey_prefix_set_clone(struct bailey_prefix_set *to,
			    const struct bailey_prefix_set *from);
void bailey_prefix_set_destroy(struct bailey_prefix_set *set);
int bailey_prefix_set_add(struct bailey_prefix_set *set,
			  const struct bailey_prefix *prefix);
const struct bailey_prefix *bailey_prefix_set_sort(struct bailey_prefix_set *set);
bool bailey_prefix_set_remove(struct bailey_prefix_set *set,
			      const struct bailey_prefix *prefix);
int bailey_prefix_set_seal(struct bailey_prefix_set *set);
bool bailey_prefix_set_contains(const struct bailey_prefix_set *set, u8 family,
				const struct bailey_addr *addr);

#endif /* BAILEY_ENGINE_PREFIX_SET_H */
