/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of objects: see objects.c.
 */
#ifndef BAILEY_ENGINE_OBJECTS_H
#define BAILEY_ENGINE_OBJECTS_H

#include "map.h"
#include "object.h"

/* Objects of a chunk: with its head 512 bytes of 64-bit pointers. */
#define BAILEY_CHUNK	62

/**
 * struct bailey_chunk - the objects of some slots
 * @refs: one for each table that has it
 * @used: how many slots have an object
 * @at: the objects; the chunk holds a reference to each
 */
struct bailey_chunk {
	struct bailey_refcount refs;
	u32 used;
	struct bailey_object *at[BAILEY_CHUNK];
};

/**
 * struct bailey_order - slots in order of their names
 * @refs: one for each table that has it
 * @count: how many
 * @slot: the slots
 */
struct bailey_order {
	struct bailey_refcount refs;
	u32 count;
	u32 slot[];
};

/**
 * struct bailey_objects - the objects of one kind
 * @chunk: by slot; a slot stays with its name as long as anything mentions it
 * @chunks: how many
 * @chunk_cap: room in @chunk
 * @slots: slots in use or free, below this
 * @named: how many of them have an object
 * @names: slots by names
 * @seed: of @names
 * @order: slots in order of their names; without those that were added since
 *	   bailey_objects_settle()
 * @touched: writer only: slots whose object was made or changed since the last seal
 * @touched_count: writer only: how many
 * @touched_cap: writer only: room in @touched
 * @hole: writer only: no slot below is free
 */
struct bailey_objects {
	struct bailey_chunk **chunk;
	u32 chunks;
	u32 chunk_cap;
	u32 slots;
	u32 named;
	struct bailey_map names;
	u64 seed;
	struct bailey_order *order;
	u32 *touched;
	u32 touched_count;
	u32 touched_cap;
	u32 hole;
};

void bailey_objects_init(struct bailey_objects *objects, u64 seed);
int bailey_objects_clone(struct bailey_objects *to, const struct bailey_objects *from);
void bailey_objects_destroy(struct bailey_objects *objects);
u32 bailey_objects_find(const struct bailey_objects *objects, const char *name, u32 len);
int bailey_objects_insert(struct bailey_objects *objects, struct bailey_object *object,
			  u32 *slot);
struct bailey_object **bailey_objects_own(struct bailey_objects *objects, u32 slot);
int bailey_objects_touch(struct bailey_objects *objects, u32 slot);
int bailey_objects_settle(struct bailey_objects *objects);
int bailey_objects_release(struct bailey_objects *objects);

/**
 * bailey_objects_at() - the object in a slot
 * @objects: the table
 * @slot: its slot
 *
 * Context: Any.
 * Return: the object; NULL for an unused slot.
 */
static inline struct bailey_object *bailey_objects_at(const struct bailey_objects *objects,
						      u32 slot)
{
	return slot < objects->slots ?
	       objects->chunk[slot / BAILEY_CHUNK]->at[slot % BAILEY_CHUNK] : NULL;
}

#endif /* BAILEY_ENGINE_OBJECTS_H */
