// SPDX-License-Identifier: GPL-2.0
/*
 * The group sets of a policy.
 *
 * Equal sets are one, with a number that connections remember. A set belongs to a
 * policy as long as an attach line or an endpoint of it has it: these are counted,
 * beside the set, in the policy's own map, since other policies count otherwise.
 * The maps hold no references: whoever is counted does. Sets that a writer has just
 * made, and those whose last user went, wait with a reference until the policy is
 * sealed, and go if nobody has them then.
 */
#include "sets.h"

/* A set in the map by groups. */
struct set_entry {
	u32 hash;
	u32 users;
	struct bailey_set *set;
};

/* A number in the map by numbers. */
struct id_entry {
	u32 hash;
	u32 id;
};

static u32 groups_hash(u64 seed, const u32 *slots, u32 count)
{
	u64 hash = count;

	while (count--)
		hash = bailey_hash(seed, hash, slots[count]);
	return hash;
}

static u32 id_hash(u64 seed, u32 id)
{
	return bailey_hash(seed, id, 0);
}

/**
 * bailey_sets_init() - begin without sets
 * @sets: filled in
 * @seed: for hashes
 */
void bailey_sets_init(struct bailey_sets *sets, u64 seed)
{
	memset(sets, 0, sizeof(*sets));
	sets->seed = seed;
	bailey_map_init(&sets->by_groups, sizeof(struct set_entry));
	bailey_map_init(&sets->by_id, sizeof(struct id_entry));
}

/**
 * bailey_sets_clone() - the sets of a changed copy of a policy
 * @to: filled in
 * @from: of a sealed policy
 */
void bailey_sets_clone(struct bailey_sets *to, const struct bailey_sets *from)
{
	bailey_sets_init(to, from->seed);
	bailey_map_clone(&to->by_groups, &from->by_groups);
	bailey_map_clone(&to->by_id, &from->by_id);
}

static void drop_idle(struct bailey_sets *sets)
{
	while (sets->idle_count)
		bailey_set_put(sets->idle[--sets->idle_count]);
	bailey_free(sets->idle);
	sets->idle = NULL;
	sets->idle_cap = 0;
}

/**
 * bailey_sets_destroy() - forget all sets
 * @sets: the sets
 */
void bailey_sets_destroy(struct bailey_sets *sets)
{
	drop_idle(sets);
	bailey_map_destroy(&sets->by_groups);
	bailey_map_destroy(&sets->by_id);
}

static bool set_equal(const struct bailey_set *set, const u32 *slots, u32 count)
{
	return set->count == count && !memcmp(set->slot, slots, count * sizeof(*slots));
}

static struct set_entry *find(const struct bailey_sets *sets, const u32 *slots, u32 count)
{
	u32 hash = groups_hash(sets->seed, slots, count);
	struct bailey_map_iter iter;
	struct set_entry *entry;

	for (entry = bailey_map_first(&sets->by_groups, hash, &iter); entry;
	     entry = bailey_map_next(&iter))
		if (entry->hash == hash && set_equal(entry->set, slots, count))
			return entry;
	return NULL;
}

static struct id_entry *find_id(const struct bailey_sets *sets, u32 id)
{
	u32 hash = id_hash(sets->seed, id);
	struct bailey_map_iter iter;
	struct id_entry *entry;

	for (entry = bailey_map_first(&sets->by_id, hash, &iter); entry;
	     entry = bailey_map_next(&iter))
		if (entry->id == id)
			return entry;
	return NULL;
}

/* Let a set wait for the seal. */
static int push_idle(struct bailey_sets *sets, struct bailey_set *set)
{
	u32 cap = sets->idle_cap ? 2 * sets->idle_cap : 8;
	struct bailey_set **idle;

	if (sets->idle_count == sets->idle_cap) {
		idle = bailey_zalloc((size_t)cap * sizeof(*idle));
		if (!idle)
			return -ENOMEM;
		if (sets->idle_count)
			memcpy(idle, sets->idle, (size_t)sets->idle_count * sizeof(*idle));
		bailey_free(sets->idle);
		sets->idle = idle;
		sets->idle_cap = cap;
	}
	bailey_ref_get(&set->refs);
	sets->idle[sets->idle_count++] = set;
	return 0;
}

static struct bailey_set *set_create(u32 id, const u32 *slots, u32 count)
{
	struct bailey_set *set = bailey_zalloc(sizeof(*set) + count * sizeof(*slots));

	if (!set)
		return NULL;
	bailey_ref_init(&set->refs);
	set->id = id;
	set->count = count;
	memcpy(set->slot, slots, count * sizeof(*slots));
	return set;
}

/**
 * bailey_sets_get() - the set of these groups
 * @sets: of a policy that is being changed
 * @next_id: number of a new set; moves on when one is made
 * @slots: slots of groups, ascending, none twice
 * @count: how many, at least one
 *
 * Return: the set with a reference for the caller; or NULL when memory is short.
 */
struct bailey_set *bailey_sets_get(struct bailey_sets *sets, u32 *next_id,
				   const u32 *slots, u32 count)
{
	struct set_entry *old = find(sets, slots, count);
	struct id_entry number = { .id = *next_id };
	struct set_entry entry = { 0 };

	if (old) {
		bailey_ref_get(&old->set->refs);
		return old->set;
	}
	entry.set = set_create(*next_id, slots, count);
	if (!entry.set)
		return NULL;
	++*next_id;
	entry.hash = groups_hash(sets->seed, slots, count);
	number.hash = id_hash(sets->seed, number.id);
	/* What is left in a map after an error goes with the policy. */
	if (!push_idle(sets, entry.set) && !bailey_map_insert(&sets->by_id, &number) &&
	    !bailey_map_insert(&sets->by_groups, &entry))
		return entry.set;
	bailey_set_put(entry.set);
	return NULL;
}

/**
 * bailey_sets_use() - an attach line or endpoint has a set, or has it no more
 * @sets: of a policy that is being changed
 * @set: one of them, or NULL; the user holds a reference
 * @use: it has it
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_sets_use(struct bailey_sets *sets, struct bailey_set *set, bool use)
{
	struct set_entry *entry = set ? find(sets, set->slot, set->count) : NULL;

	if (!entry)
		return 0;
	entry = bailey_map_own(&sets->by_groups, entry);
	if (!entry)
		return -ENOMEM;
	if (use)
		entry->users++;
	else if (!--entry->users)
		return push_idle(sets, set);
	return 0;
}

/**
 * bailey_sets_release() - forget the sets that nobody has
 * @sets: of a policy that is being sealed
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_sets_release(struct bailey_sets *sets)
{
	u32 i;

	for (i = 0; i < sets->idle_count; i++) {
		struct bailey_set *set = sets->idle[i];
		struct set_entry *entry = find(sets, set->slot, set->count);

		/* It may be waiting twice. */
		if (!entry || entry->users)
			continue;
		if (bailey_map_remove(&sets->by_groups, entry) ||
		    bailey_map_remove(&sets->by_id, find_id(sets, set->id)))
			return -ENOMEM;
	}
	drop_idle(sets);
	return 0;
}

/**
 * bailey_sets_live() - is anybody asked by a set?
 * @sets: of a sealed policy
 * @id: number of a set of this or an older policy
 *
 * Context: Any.
 * Return: true if an attach or endpoint of the policy has it.
 */
bool bailey_sets_live(const struct bailey_sets *sets, u32 id)
{
	return find_id(sets, id);
}

/**
 * bailey_sets_find() - the number of the set of these groups
 * @sets: of a sealed policy
 * @slots: slots of groups, ascending, none twice
 * @count: how many, at least one
 *
 * Context: Any.
 * Return: the number, or 0 if no attach line or endpoint has this set.
 */
u32 bailey_sets_find(const struct bailey_sets *sets, const u32 *slots, u32 count)
{
	const struct set_entry *entry = find(sets, slots, count);

	return entry ? entry->set->id : 0;
}

/**
 * bailey_sets_each() - show every set to a function
 * @sets: of a sealed policy
 * @fn: the function
 * @arg: for @fn
 *
 * Context: Process.
 */
void bailey_sets_each(const struct bailey_sets *sets,
		      void (*fn)(const struct bailey_set *set, void *arg), void *arg)
{
	const struct bailey_map_dir *dir = sets->by_groups.dir;
	const struct bailey_map_leaf *last = NULL;
	const struct set_entry *entry;
	u32 i, n;

	for (i = 0; dir && i < 1u << dir->depth; i++) {
		if (dir->leaf[i] == last)
			continue;
		last = dir->leaf[i];
		entry = (const struct set_entry *)last->entry;
		for (n = 0; n < last->count; n++)
			fn(entry[n].set, arg);
		bailey_yield();
	}
}
