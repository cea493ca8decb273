/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which bits of a string are a field: what the files of the algebra share.
 */
#ifndef BAILEY_TOOLS_SPACE_BITS_H
#define BAILEY_TOOLS_SPACE_BITS_H

#include "space.h"

/**
 * struct space_bits - where a field is
 * @base: number of its first bit
 * @width: how many bits it has
 */
struct space_bits {
	u16 base;
	u8 width;
};

extern const struct space_bits space_bits[SPACE_FIELDS];

u32 space_width(enum space_field field, u8 family);

/**
 * space_bit() - a bit of a value
 * @value: the value
 * @depth: which, 0 is the top one
 *
 * Return: it.
 */
static inline bool space_bit(const struct bailey_addr *value, u32 depth)
{
	return depth < 64 ? value->hi >> (63 - depth) & 1 : value->lo >> (127 - depth) & 1;
}

/**
 * space_with_bit() - a value with one bit set
 * @value: the value
 * @depth: which bit, 0 is the top one
 *
 * Return: the new value.
 */
static inline struct bailey_addr space_with_bit(struct bailey_addr value, u32 depth)
{
	if (depth < 64)
		value.hi |= 1ULL << (63 - depth);
	else
		value.lo |= 1ULL << (127 - depth);
	return value;
}

#endif /* BAILEY_TOOLS_SPACE_BITS_H */
