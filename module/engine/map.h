/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hash maps that share what they have in common with the map they were made from:
 * see map.c.
 */
#ifndef BAILEY_ENGINE_MAP_H
#define BAILEY_ENGINE_MAP_H

#include "base.h"

/* Entries of a leaf, at the most: a leaf's head fills a cache line with their tags. */
#define BAILEY_MAP_TAGS		56
#define BAILEY_MAP_DEPTH_MAX	20

/**
 * struct bailey_map_leaf - some entries of a map
 * @refs: one for each directory that it is in
 * @count: how many entries
 * @depth: how many upper bits of their hashes its entries have in common
 * @tag: the lowest eight bits of each entry's hash
 * @entry: the entries, in no order
 */
struct bailey_map_leaf {
	struct bailey_refcount refs;
	u16 count;
	u16 depth;
	u8 tag[BAILEY_MAP_TAGS];
	u64 entry[];
};

static_assert(sizeof(struct bailey_map_leaf) == 64);

/**
 * struct bailey_map_dir - leaves by the upper bits of hashes
 * @refs: one for each map that has it
 * @depth: how many bits count
 * @leaf: 2^@depth leaves; one of lesser depth stands here several times
 */
struct bailey_map_dir {
	struct bailey_refcount refs;
	u32 depth;
	struct bailey_map_leaf *leaf[];
};

/**
 * struct bailey_map - entries by hash
 * @dir: NULL while it is empty
 * @count: how many entries
 * @size: bytes of an entry, a multiple of 8; its first 32 bits are its hash
 */
struct bailey_map {
	struct bailey_map_dir *dir;
	u32 count;
	u32 size;
};

/**
 * struct bailey_map_iter - the entries that may have a hash
 * @leaf: where they are, or NULL
 * @tags: eight times the tag
 * @hits: bit 7 of each byte whose tag is that, of the eight before @next
 * @next: index of the next eight tags
 * @size: bytes of an entry
 */
struct bailey_map_iter {
	struct bailey_map_leaf *leaf;
	u64 tags;
	u64 hits;
	u32 next;
	u32 size;
};

void bailey_map_init(struct bailey_map *map, u32 size);
void bailey_map_clone(struct bailey_map *to, const struct bailey_map *from);
void bailey_map_destroy(struct bailey_map *map);
int bailey_map_insert(struct bailey_map *map, const void *entry);
void *bailey_map_own(struct bailey_map *map, const void *entry);
int bailey_map_remove(struct bailey_map *map, const void *entry);

/**
 * bailey_hash() - a hash of two numbers that nobody foresees
 * @seed: a secret
 * @a: a number
 * @b: another one
 *
 * Return: 64 bits.
 */
static inline u64 bailey_hash(u64 seed, u64 a, u64 b)
{
	a ^= seed;
	b ^= seed * 0x9e3779b97f4a7c15ULL;
	return bailey_mul_high(a, b) ^ a * b;
}

/**
 * bailey_map_next() - the next entry that may have the hash
 * @iter: the search
 *
 * Context: Any.
 * Return: an entry, whose hash and key are the caller's to compare; or NULL.
 */
static inline void *bailey_map_next(struct bailey_map_iter *iter)
{
	static const u64 low = 0x7f7f7f7f7f7f7f7fULL;
	u64 x;
	u32 i;

	while (!iter->hits) {
		if (!iter->leaf || iter->next >= iter->leaf->count)
			return NULL;
		/* Which of eight bytes are zero after this? */
		x = bailey_get_be64(iter->leaf->tag + iter->next) ^ iter->tags;
		iter->hits = ~(((x & low) + low) | x | low);
		iter->next += 8;
	}
	i = __builtin_clzll(iter->hits);
	iter->hits &= ~(1ULL << (63 - i));
	i = iter->next - 8 + i / 8;
	if (i >= iter->leaf->count)
		return NULL;
	return (u8 *)iter->leaf->entry + (size_t)i * iter->size;
}

/**
 * bailey_map_first() - begin to search
 * @map: the map, which does not change meanwhile
 * @hash: of what is searched
 * @iter: filled in
 *
 * Context: Any.
 * Return: as bailey_map_next().
 */
static inline void *bailey_map_first(const struct bailey_map *map, u32 hash,
				     struct bailey_map_iter *iter)
{
	iter->leaf = NULL;
	if (map->dir)
		iter->leaf = map->dir->leaf[(u64)hash >> (32 - map->dir->depth)];
	iter->tags = (hash & 0xff) * 0x0101010101010101ULL;
	iter->hits = 0;
	iter->next = 0;
	iter->size = map->size;
	return bailey_map_next(iter);
}

#endif /* BAILEY_ENGINE_MAP_H */
