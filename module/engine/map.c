// SPDX-License-Identifier: GPL-2.0
/*
 * Hash maps that share what they have in common with the map they were made from.
 *
 * A policy is a changed copy of the one before. To copy a map is to take a
 * reference; the first change after that copies its directory, and each change
 * copies the one leaf of a few dozen entries that it is about. So a change costs
 * about the same in a map of a hundred entries and in one of ten thousand, and what
 * packets read of the older map stays as it is.
 *
 * It is extendible hashing: the upper bits of a hash choose a leaf by the directory;
 * a full leaf is split in two by the next bit, and where the directory does not show
 * that bit it is doubled. In a leaf the tags, a byte of each entry's hash, stand
 * together in its first line, so that a search reads the directory, this line and
 * the line of the entry; of what is not there hardly ever an entry.
 *
 * Example: a directory of depth 2 has leaves A for 00, B for 01 and C, of depth 1,
 * for 10 and 11. C is full: it is split into C for 10 and D for 11. Then A is full:
 * the directory is doubled, to depth 3, where B stands twice, and C and D do, and
 * A becomes two leaves for 000 and 001.
 *
 * Hashes have a seed that nobody outside knows, so that leaves don't fill by design;
 * where one would be split for the 21st time all the same, memory counts as short.
 * One writer; readers hold what keeps the map's references.
 */
#include "map.h"

#define LEAF_BYTES	960	/* of entries: with its head a power of two, at the most */

static u32 leaf_max(const struct bailey_map *map)
{
	return min_t(u32, BAILEY_MAP_TAGS, LEAF_BYTES / map->size);
}

static size_t leaf_size(const struct bailey_map *map)
{
	return sizeof(struct bailey_map_leaf) + (size_t)leaf_max(map) * map->size;
}

static size_t dir_size(u32 depth)
{
	return sizeof(struct bailey_map_dir) +
	       ((size_t)1 << depth) * sizeof(struct bailey_map_leaf *);
}

static u32 dir_index(const struct bailey_map_dir *dir, u32 hash)
{
	return (u64)hash >> (32 - dir->depth);
}

static u32 hash_of(const void *entry)
{
	return *(const u32 *)entry;
}

static void *entry_at(const struct bailey_map *map, struct bailey_map_leaf *leaf, u32 i)
{
	return (u8 *)leaf->entry + (size_t)i * map->size;
}

/* How many places of a directory a leaf has, which are side by side. */
static u32 leaf_places(const struct bailey_map_dir *dir, const struct bailey_map_leaf *leaf)
{
	return 1U << (dir->depth - leaf->depth);
}

static void leaf_put(struct bailey_map_leaf *leaf)
{
	if (bailey_ref_put(&leaf->refs))
		bailey_free(leaf);
}

static void dir_put(struct bailey_map_dir *dir)
{
	u32 i, step;

	if (!dir || !bailey_ref_put(&dir->refs))
		return;
	for (i = 0; i < 1U << dir->depth; i += step) {
		step = leaf_places(dir, dir->leaf[i]);
		leaf_put(dir->leaf[i]);
	}
	bailey_free(dir);
}

/**
 * bailey_map_init() - make an empty map
 * @map: filled in
 * @size: bytes of an entry, a multiple of 8
 */
void bailey_map_init(struct bailey_map *map, u32 size)
{
	map->dir = NULL;
	map->count = 0;
	map->size = size;
}

/**
 * bailey_map_clone() - make a map with the same entries
 * @to: filled in
 * @from: the map; either may be changed later, and the other does not see it
 */
void bailey_map_clone(struct bailey_map *to, const struct bailey_map *from)
{
	*to = *from;
	if (to->dir)
		bailey_ref_get(&to->dir->refs);
}

/**
 * bailey_map_destroy() - forget all entries
 * @map: empty afterwards
 */
void bailey_map_destroy(struct bailey_map *map)
{
	dir_put(map->dir);
	map->dir = NULL;
	map->count = 0;
}

static struct bailey_map_dir *dir_alloc(u32 depth)
{
	struct bailey_map_dir *dir = bailey_zalloc(dir_size(depth));

	if (!dir)
		return NULL;
	bailey_ref_init(&dir->refs);
	dir->depth = depth;
	return dir;
}

static struct bailey_map_leaf *leaf_alloc(const struct bailey_map *map, u32 depth)
{
	struct bailey_map_leaf *leaf = bailey_zalloc(leaf_size(map));

	if (!leaf)
		return NULL;
	bailey_ref_init(&leaf->refs);
	leaf->depth = depth;
	return leaf;
}

/* A directory for this map alone, whose leaves may still be others' as well. */
static int own_dir(struct bailey_map *map)
{
	struct bailey_map_dir *old = map->dir, *dir;
	u32 i;

	if (!bailey_ref_shared(&old->refs))
		return 0;
	dir = dir_alloc(old->depth);
	if (!dir)
		return -ENOMEM;
	memcpy(dir->leaf, old->leaf, dir_size(old->depth) - sizeof(*old));
	for (i = 0; i < 1U << dir->depth; i += leaf_places(dir, dir->leaf[i]))
		bailey_ref_get(&dir->leaf[i]->refs);
	dir_put(old);
	map->dir = dir;
	return 0;
}

static int make_first(struct bailey_map *map)
{
	map->dir = dir_alloc(0);
	if (!map->dir)
		return -ENOMEM;
	map->dir->leaf[0] = leaf_alloc(map, 0);
	if (map->dir->leaf[0])
		return 0;
	bailey_free(map->dir);
	map->dir = NULL;
	return -ENOMEM;
}

/* Put a leaf where the leaf of a hash stands, in all of its places or half of them. */
static void replace_leaf(struct bailey_map_dir *dir, u32 hash, struct bailey_map_leaf *leaf)
{
	u32 places = leaf_places(dir, leaf);
	u32 i = dir_index(dir, hash) & ~(places - 1);

	while (places--)
		dir->leaf[i++] = leaf;
}

/* The leaf of a hash, for this map alone. */
static struct bailey_map_leaf *own_leaf(struct bailey_map *map, u32 hash)
{
	struct bailey_map_leaf *old, *leaf;

	if (own_dir(map))
		return NULL;
	old = map->dir->leaf[dir_index(map->dir, hash)];
	if (!bailey_ref_shared(&old->refs))
		return old;
	leaf = leaf_alloc(map, old->depth);
	if (!leaf)
		return NULL;
	leaf->count = old->count;
	memcpy(leaf->tag, old->tag, sizeof(leaf->tag));
	memcpy(leaf->entry, old->entry, (size_t)old->count * map->size);
	replace_leaf(map->dir, hash, leaf);
	leaf_put(old);
	return leaf;
}

static int double_dir(struct bailey_map *map)
{
	struct bailey_map_dir *old = map->dir, *dir;
	u32 i;

	if (old->depth == BAILEY_MAP_DEPTH_MAX)
		return -ENOMEM;
	dir = dir_alloc(old->depth + 1);
	if (!dir)
		return -ENOMEM;
	for (i = 0; i < 2U << old->depth; i++)
		dir->leaf[i] = old->leaf[i / 2];
	bailey_free(old);
	map->dir = dir;
	return 0;
}

static void leaf_add(const struct bailey_map *map, struct bailey_map_leaf *leaf,
		     const void *entry)
{
	leaf->tag[leaf->count] = hash_of(entry);
	memcpy(entry_at(map, leaf, leaf->count++), entry, map->size);
}

/* Split an own leaf by the next bit of its entries' hashes. */
static int split_leaf(struct bailey_map *map, struct bailey_map_leaf *leaf, u32 hash)
{
	u32 bit = 0x80000000 >> leaf->depth, i, kept = 0;
	struct bailey_map_leaf *ones;

	if (leaf->depth == map->dir->depth && double_dir(map))
		return -ENOMEM;
	ones = leaf_alloc(map, leaf->depth + 1);
	if (!ones)
		return -ENOMEM;
	for (i = 0; i < leaf->count; i++) {
		void *entry = entry_at(map, leaf, i);

		if (hash_of(entry) & bit) {
			leaf_add(map, ones, entry);
			continue;
		}
		leaf->tag[kept] = leaf->tag[i];
		memmove(entry_at(map, leaf, kept++), entry, map->size);
	}
	leaf->count = kept;
	leaf->depth++;
	replace_leaf(map->dir, hash | bit, ones);
	return 0;
}

/**
 * bailey_map_insert() - add an entry
 * @map: the map
 * @entry: copied; the caller knows that no such entry is there
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_map_insert(struct bailey_map *map, const void *entry)
{
	u32 hash = hash_of(entry);
	struct bailey_map_leaf *leaf;

	if (!map->dir && make_first(map))
		return -ENOMEM;
	for (;;) {
		leaf = own_leaf(map, hash);
		if (!leaf)
			return -ENOMEM;
		if (leaf->count < leaf_max(map))
			break;
		if (split_leaf(map, leaf, hash))
			return -ENOMEM;
	}
	leaf_add(map, leaf, entry);
	map->count++;
	return 0;
}

/**
 * bailey_map_own() - an entry that may be changed
 * @map: the map
 * @entry: as it was found in @map, which has not changed since
 *
 * Its hash and key must stay as they are.
 *
 * Return: the entry, or NULL when memory is short.
 */
void *bailey_map_own(struct bailey_map *map, const void *entry)
{
	u32 hash = hash_of(entry);
	const struct bailey_map_leaf *old = map->dir->leaf[dir_index(map->dir, hash)];
	size_t offset = (const u8 *)entry - (const u8 *)old->entry;
	struct bailey_map_leaf *leaf = own_leaf(map, hash);

	return leaf ? (u8 *)leaf->entry + offset : NULL;
}

/**
 * bailey_map_remove() - take out an entry
 * @map: the map
 * @entry: as it was found in @map, which has not changed since
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_map_remove(struct bailey_map *map, const void *entry)
{
	u32 hash = hash_of(entry), i;
	struct bailey_map_leaf *leaf;
	u8 *gone;

	if (map->count == 1) {
		bailey_map_destroy(map);
		return 0;
	}
	gone = bailey_map_own(map, entry);
	if (!gone)
		return -ENOMEM;
	leaf = map->dir->leaf[dir_index(map->dir, hash)];
	i = (gone - (u8 *)leaf->entry) / map->size;
	leaf->count--;
	leaf->tag[i] = leaf->tag[leaf->count];
	memmove(gone, entry_at(map, leaf, leaf->count), map->size);
	map->count--;
	return 0;
}
