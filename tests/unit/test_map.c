// SPDX-License-Identifier: GPL-2.0
/* Maps that share their leaves, against arrays that don't. */
#include "map.h"
#include "unit.h"

#define KEYS	6000
#define MAPS	4

struct entry {
	u32 hash;
	u32 key;
	u64 value;
	u64 more;
};

static u64 random_state = 0x9e3779b97f4a7c15ULL;

static u32 random_below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 33) % n;
}

/* Every hash, or few of them, or such as have many upper bits in common. */
static u32 hash_key(u32 key, u32 way)
{
	if (way == 1)
		return key % 100 * 0x9e3779b1;
	if (way == 2)
		return 0xabc00000 | (u32)bailey_hash(7, key, 1) >> 12;
	return bailey_hash(7, key, 1);
}

static struct entry *find(const struct bailey_map *map, u32 key, u32 way)
{
	struct bailey_map_iter iter;
	struct entry *entry;

	for (entry = bailey_map_first(map, hash_key(key, way), &iter); entry;
	     entry = bailey_map_next(&iter))
		if (entry->hash == hash_key(key, way) && entry->key == key)
			return entry;
	return NULL;
}

struct model {
	struct bailey_map map;
	u64 value[KEYS];	/* 0: not there */
	u32 count;
};

static struct model models[MAPS];

static void change(struct model *model, u32 keys, u32 way, u32 *bad)
{
	u32 key = random_below(keys), what = random_below(3);
	struct entry *old = find(&model->map, key, way);
	struct entry entry = { .hash = hash_key(key, way), .key = key,
			       .value = 1 + random_below(1000) };

	entry.more = ~entry.value;
	*bad += !old != !model->value[key];
	if (!old) {
		*bad += bailey_map_insert(&model->map, &entry) != 0;
		model->value[key] = entry.value;
		model->count++;
	} else if (what) {
		*bad += bailey_map_remove(&model->map, old) != 0;
		model->value[key] = 0;
		model->count--;
	} else {
		old = bailey_map_own(&model->map, old);
		old->value = entry.value;
		old->more = entry.more;
		model->value[key] = entry.value;
	}
}

static u32 compare(const struct model *model, u32 way)
{
	u32 key, bad = model->map.count != model->count;

	for (key = 0; key < KEYS; key++) {
		const struct entry *entry = find(&model->map, key, way);

		bad += !entry != !model->value[key];
		bad += entry && (entry->value != model->value[key] ||
				 entry->more != ~entry->value);
	}
	return bad;
}

static void clone_over(struct model *to, const struct model *from)
{
	bailey_map_destroy(&to->map);
	memcpy(to, from, sizeof(*to));
	bailey_map_clone(&to->map, &from->map);
}

static void random_changes(u32 way, u32 keys)
{
	u32 i, k, bad = 0;

	unit_about("hashes of kind %u, %u keys", way, keys);
	memset(models, 0, sizeof(models));
	for (i = 0; i < MAPS; i++)
		bailey_map_init(&models[i].map, sizeof(struct entry));
	for (i = 0; i < 60; i++) {
		for (k = random_below(3 * keys); k; k--)
			change(&models[i % MAPS], keys, way, &bad);
		for (k = 0; k < MAPS; k++)
			bad += compare(&models[k], way);
		if (random_below(2))
			clone_over(&models[(i + 1) % MAPS], &models[i % MAPS]);
	}
	CHECK_EQ(bad, 0);
	for (i = 0; i < MAPS; i++)
		bailey_map_destroy(&models[i].map);
}

static void against_arrays(void)
{
	random_changes(0, 20);
	random_changes(0, 300);
	random_changes(0, KEYS);
	random_changes(1, 600);
	random_changes(2, 3000);
}

/* More entries of one hash than a leaf holds can't be had; that is an error, no more. */
static void too_many_of_one_hash(void)
{
	struct bailey_map map;
	struct entry entry = { .hash = 0x12345678 };
	u32 i;

	bailey_map_init(&map, sizeof(entry));
	for (i = 0; i < 100; i++) {
		entry.key = i;
		if (bailey_map_insert(&map, &entry))
			break;
	}
	CHECK_EQ(i, 960 / sizeof(entry));
	CHECK_EQ(map.count, i);
	bailey_map_destroy(&map);
}

static void sizes(void)
{
	static const u32 size[] = { 8, 16, 24, 32, 48 };
	u64 entry[8] = { 0 };
	struct bailey_map map;
	u32 s, i;

	for (s = 0; s < ARRAY_SIZE(size); s++) {
		bailey_map_init(&map, size[s]);
		for (i = 0; i < 5000; i++) {
			*(u32 *)entry = i * 0x9e3779b1;
			CHECK_EQ(bailey_map_insert(&map, entry), 0);
		}
		CHECK_EQ(map.count, 5000);
		bailey_map_destroy(&map);
	}
}

static const struct unit_test tests[] = {
	UNIT(against_arrays),
	UNIT(too_many_of_one_hash),
	UNIT(sizes),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
