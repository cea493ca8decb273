// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of objects.
 *
 * Objects are found by slot, by name and in order of names. A table is copied for
 * each change of the policy, so it is made of parts that tables share: chunks of
 * slots, a map of names, and the order. A change copies the chunks that it touches,
 * and notes which slots these were, so that sealing looks at no others. The order
 * is only made anew when names came or went, and then once for all of them.
 *
 * A chunk or an order with one reference is this table's alone. Whoever else had it
 * was a policy that no packet reads any more: nothing but writers, one at a time,
 * takes references.
 */
#include "objects.h"

/* A name in the map of names. */
struct name_entry {
	u32 hash;
	u32 slot;
};

static struct bailey_object **place_of(const struct bailey_objects *objects, u32 slot)
{
	return &objects->chunk[slot / BAILEY_CHUNK]->at[slot % BAILEY_CHUNK];
}

static u32 name_hash(const struct bailey_objects *objects, const char *name, u32 len)
{
	u64 hash = len, word;
	u32 n;

	for (; len; len -= n, name += n) {
		n = min_t(u32, len, sizeof(word));
		word = 0;
		memcpy(&word, name, n);
		hash = bailey_hash(objects->seed, hash, word + n);
	}
	return hash;
}

static void chunk_put(struct bailey_chunk *chunk)
{
	u32 i;

	if (!bailey_ref_put(&chunk->refs))
		return;
	for (i = 0; i < BAILEY_CHUNK; i++)
		bailey_object_put(chunk->at[i]);
	bailey_free(chunk);
}

static void order_put(struct bailey_order *order)
{
	if (order && bailey_ref_put(&order->refs))
		bailey_free(order);
}

/**
 * bailey_objects_init() - make an empty table
 * @objects: filled in
 * @seed: for the hash of names
 */
void bailey_objects_init(struct bailey_objects *objects, u64 seed)
{
	memset(objects, 0, sizeof(*objects));
	objects->seed = seed;
	bailey_map_init(&objects->names, sizeof(struct name_entry));
}

static int reserve_chunks(struct bailey_objects *objects, u32 cap)
{
	struct bailey_chunk **chunk;

	if (cap <= objects->chunk_cap)
		return 0;
	chunk = bailey_zalloc((size_t)cap * sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	if (objects->chunks)
		memcpy(chunk, objects->chunk, (size_t)objects->chunks * sizeof(*chunk));
	bailey_free(objects->chunk);
	objects->chunk = chunk;
	objects->chunk_cap = cap;
	return 0;
}

/**
 * bailey_objects_clone() - share all objects of a table
 * @to: empty; filled in
 * @from: a table of a sealed policy
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_objects_clone(struct bailey_objects *to, const struct bailey_objects *from)
{
	u32 i;

	bailey_objects_init(to, from->seed);
	if (reserve_chunks(to, from->chunks))
		return -ENOMEM;
	for (i = 0; i < from->chunks; i++) {
		to->chunk[i] = from->chunk[i];
		bailey_ref_get(&to->chunk[i]->refs);
	}
	to->chunks = from->chunks;
	to->slots = from->slots;
	to->named = from->named;
	bailey_map_clone(&to->names, &from->names);
	to->order = from->order;
	if (to->order)
		bailey_ref_get(&to->order->refs);
	return 0;
}

/**
 * bailey_objects_destroy() - give back all objects, and free the table
 * @objects: the table
 */
void bailey_objects_destroy(struct bailey_objects *objects)
{
	u32 i;

	for (i = 0; i < objects->chunks; i++)
		chunk_put(objects->chunk[i]);
	bailey_free(objects->chunk);
	bailey_map_destroy(&objects->names);
	order_put(objects->order);
	bailey_free(objects->touched);
}

static struct name_entry *find_name(const struct bailey_objects *objects, const char *name,
				    u32 len)
{
	u32 hash = name_hash(objects, name, len);
	struct bailey_map_iter iter;
	struct name_entry *entry;

	for (entry = bailey_map_first(&objects->names, hash, &iter); entry;
	     entry = bailey_map_next(&iter)) {
		const char *other;

		if (entry->hash != hash)
			continue;
		other = (*place_of(objects, entry->slot))->name;
		if (!strncmp(other, name, len) && !other[len])
			return entry;
	}
	return NULL;
}

/**
 * bailey_objects_find() - the slot of a name
 * @objects: the table
 * @name: the name, not terminated, at most %BAILEY_NAME_MAX bytes
 * @len: length of the name
 *
 * Return: the slot, or %BAILEY_NO_SLOT.
 */
u32 bailey_objects_find(const struct bailey_objects *objects, const char *name, u32 len)
{
	const struct name_entry *entry = find_name(objects, name, len);

	return entry ? entry->slot : BAILEY_NO_SLOT;
}

/**
 * bailey_objects_own() - where an object may be replaced
 * @objects: the table
 * @slot: below @objects->slots
 *
 * Return: the place, of this table alone; or NULL when memory is short.
 */
struct bailey_object **bailey_objects_own(struct bailey_objects *objects, u32 slot)
{
	struct bailey_chunk **chunk = &objects->chunk[slot / BAILEY_CHUNK];
	struct bailey_chunk *copy;
	u32 i;

	if (!bailey_ref_shared(&(*chunk)->refs))
		return place_of(objects, slot);
	copy = bailey_zalloc(sizeof(*copy));
	if (!copy)
		return NULL;
	bailey_ref_init(&copy->refs);
	copy->used = (*chunk)->used;
	for (i = 0; i < BAILEY_CHUNK; i++) {
		copy->at[i] = (*chunk)->at[i];
		if (copy->at[i])
			bailey_ref_get(&copy->at[i]->refs);
	}
	chunk_put(*chunk);
	*chunk = copy;
	return place_of(objects, slot);
}

/**
 * bailey_objects_touch() - note that a slot's object is changed
 * @objects: the table
 * @slot: a slot that was not noted yet
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_objects_touch(struct bailey_objects *objects, u32 slot)
{
	u32 cap = objects->touched_cap ? 2 * objects->touched_cap : 8;
	u32 *touched;

	if (objects->touched_count == objects->touched_cap) {
		touched = bailey_zalloc((size_t)cap * sizeof(*touched));
		if (!touched)
			return -ENOMEM;
		if (objects->touched_count)
			memcpy(touched, objects->touched,
			       (size_t)objects->touched_count * sizeof(*touched));
		bailey_free(objects->touched);
		objects->touched = touched;
		objects->touched_cap = cap;
	}
	objects->touched[objects->touched_count++] = slot;
	return 0;
}

/* One more chunk of free slots. */
static int grow(struct bailey_objects *objects)
{
	struct bailey_chunk *chunk;

	if (objects->chunks == objects->chunk_cap &&
	    reserve_chunks(objects, objects->chunk_cap ? 2 * objects->chunk_cap : 1))
		return -ENOMEM;
	chunk = bailey_zalloc(sizeof(*chunk));
	if (!chunk)
		return -ENOMEM;
	bailey_ref_init(&chunk->refs);
	objects->chunk[objects->chunks++] = chunk;
	return 0;
}

/* The lowest slot without an object. */
static u32 free_slot(struct bailey_objects *objects)
{
	u32 slot = objects->hole;

	if (objects->named == objects->slots)
		return objects->slots;
	while (slot < objects->slots && *place_of(objects, slot)) {
		if (objects->chunk[slot / BAILEY_CHUNK]->used == BAILEY_CHUNK)
			slot += BAILEY_CHUNK - slot % BAILEY_CHUNK;
		else
			slot++;
	}
	objects->hole = min_t(u32, slot, objects->slots);
	return objects->hole;
}

/**
 * bailey_objects_insert() - give an object a slot
 * @objects: the table, which has no object of that name
 * @object: the object, fresh; the table takes the caller's reference
 * @slot: filled in
 *
 * Return: 0, or -ENOMEM with the reference still the caller's.
 */
int bailey_objects_insert(struct bailey_objects *objects, struct bailey_object *object,
			  u32 *slot)
{
	struct name_entry entry;
	struct bailey_object **at;

	entry.hash = name_hash(objects, object->name, strlen(object->name));
	entry.slot = free_slot(objects);
	if (entry.slot == objects->chunks * BAILEY_CHUNK && grow(objects))
		return -ENOMEM;
	at = bailey_objects_own(objects, entry.slot);
	if (!at || bailey_objects_touch(objects, entry.slot))
		return -ENOMEM;
	if (bailey_map_insert(&objects->names, &entry)) {
		objects->touched_count--;
		return -ENOMEM;
	}
	*at = object;
	objects->chunk[entry.slot / BAILEY_CHUNK]->used++;
	objects->named++;
	if (entry.slot == objects->slots)
		objects->slots++;
	*slot = entry.slot;
	return 0;
}

static int slot_cmp(const void *a, const void *b, const void *priv)
{
	const struct bailey_objects *objects = priv;

	/* To sort a million names takes seconds, in which sort_r() does not pause. */
	bailey_yield();
	return strcmp((*place_of(objects, *(const u32 *)a))->name,
		      (*place_of(objects, *(const u32 *)b))->name);
}

/* Is a touched slot one that the order has already? */
static bool in_order(const struct bailey_objects *objects, u32 slot)
{
	const struct bailey_order *order = objects->order;
	u32 low = 0, high = order ? order->count : 0;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (order->slot[middle] == slot)
			return true;
		if (slot_cmp(&order->slot[middle], &slot, objects) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static struct bailey_order *order_alloc(u32 count)
{
	struct bailey_order *order = bailey_zalloc(sizeof(*order) +
						   (size_t)count * sizeof(u32));

	if (order)
		bailey_ref_init(&order->refs);
	return order;
}

/* Put the touched slots, in order themselves, between the others. */
static void merge(const struct bailey_objects *objects, struct bailey_order *to)
{
	const struct bailey_order *from = objects->order;
	u32 i = 0, k = 0, count = from ? from->count : 0;

	while (i < count || k < objects->touched_count) {
		int which;

		if (i == count)
			which = 1;
		else if (k == objects->touched_count)
			which = -1;
		else
			which = slot_cmp(&from->slot[i], &objects->touched[k], objects);
		to->slot[to->count++] = which <= 0 ? from->slot[i] : objects->touched[k];
		i += which <= 0;
		k += which >= 0;
	}
}

/**
 * bailey_objects_settle() - put names in order, the touched ones too
 * @objects: the table
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_objects_settle(struct bailey_objects *objects)
{
	struct bailey_order *order;
	u32 k;

	sort_r(objects->touched, objects->touched_count, sizeof(*objects->touched),
	       slot_cmp, NULL, objects);
	for (k = 0; k < objects->touched_count; k++)
		if (!in_order(objects, objects->touched[k]))
			break;
	if (k == objects->touched_count)
		return 0;
	order = order_alloc(objects->named);
	if (!order)
		return -ENOMEM;
	merge(objects, order);
	order_put(objects->order);
	objects->order = order;
	return 0;
}

static bool any_undefined(const struct bailey_objects *objects)
{
	u32 k;

	for (k = 0; k < objects->touched_count; k++)
		if (!bailey_objects_at(objects, objects->touched[k])->defined)
			return true;
	return false;
}

/* The order without what is not defined. */
static int drop_from_order(struct bailey_objects *objects)
{
	struct bailey_order *order = order_alloc(objects->named);
	u32 n, slot;

	if (!order)
		return -ENOMEM;
	for (n = 0; n < objects->order->count; n++) {
		slot = objects->order->slot[n];
		if (bailey_objects_at(objects, slot)->defined)
			order->slot[order->count++] = slot;
	}
	order_put(objects->order);
	objects->order = order;
	return 0;
}

static int drop(struct bailey_objects *objects, u32 slot)
{
	struct bailey_object **at = bailey_objects_own(objects, slot);
	struct name_entry *entry;

	if (!at)
		return -ENOMEM;
	entry = find_name(objects, (*at)->name, strlen((*at)->name));
	if (bailey_map_remove(&objects->names, entry))
		return -ENOMEM;
	bailey_object_put(*at);
	*at = NULL;
	objects->chunk[slot / BAILEY_CHUNK]->used--;
	objects->named--;
	return 0;
}

/**
 * bailey_objects_release() - forget names that stand for nothing
 * @objects: settled; nothing refers to what is not defined
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_objects_release(struct bailey_objects *objects)
{
	u32 k, kept = 0;

	if (!any_undefined(objects))
		return 0;
	if (drop_from_order(objects))
		return -ENOMEM;
	for (k = 0; k < objects->touched_count; k++) {
		u32 slot = objects->touched[k];

		if (bailey_objects_at(objects, slot)->defined)
			objects->touched[kept++] = slot;
		else if (drop(objects, slot))
			return -ENOMEM;
	}
	objects->touched_count = kept;
	objects->hole = 0;
	return 0;
}
