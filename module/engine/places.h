/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is behind which interface: see places.c.
 */
#ifndef BAILEY_ENGINE_PLACES_H
#define BAILEY_ENGINE_PLACES_H

#include "map.h"
#include "object.h"

/* No endpoint is there. */
#define BAILEY_NO_PLACE		0

/**
 * struct bailey_places - the interfaces with endpoints, and their addresses
 * @by_dev: interfaces by name: their numbers, and how many addresses each has
 * @member: endpoints by interface and address
 * @seed: of both
 * @next_id: number of the next interface
 * @moved: writer only: an interface came or went since the last seal
 * @idle: writer only: interfaces whose last address went
 * @idle_count: writer only: how many
 * @idle_cap: writer only: room in @idle
 */
struct bailey_places {
	struct bailey_map by_dev;
	struct bailey_map member;
	u64 seed;
	u32 next_id;
	bool moved;
	char (*idle)[BAILEY_IFNAME_MAX + 1];
	u32 idle_count;
	u32 idle_cap;
};

void bailey_places_init(struct bailey_places *places, u64 seed);
void bailey_places_clone(struct bailey_places *to, const struct bailey_places *from);
void bailey_places_destroy(struct bailey_places *places);
int bailey_places_add(struct bailey_places *places, const struct bailey_endpoint *endpoint,
		      const struct bailey_endpoint **clash);
int bailey_places_remove(struct bailey_places *places,
			 const struct bailey_endpoint *endpoint);
int bailey_places_release(struct bailey_places *places);
u32 bailey_places_id(const struct bailey_places *places, const char *dev);
const struct bailey_endpoint *bailey_places_find(const struct bailey_places *places,
						 u32 place, u8 family,
						 const struct bailey_addr *addr,
						 const struct bailey_set **set);

#endif /* BAILEY_ENGINE_PLACES_H */
