/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The group sets of a policy: see sets.c.
 */
#ifndef BAILEY_ENGINE_SETS_H
#define BAILEY_ENGINE_SETS_H

#include "map.h"
#include "object.h"

/**
 * struct bailey_sets - the sets that attach lines and endpoints have
 * @by_groups: sets by what they are, with how many have each
 * @by_id: their numbers
 * @seed: of both
 * @idle: writer only: sets that perhaps nobody has; each entry holds a reference
 * @idle_count: writer only: how many
 * @idle_cap: writer only: room in @idle
 */
struct bailey_sets {
	struct bailey_map by_groups;
	struct bailey_map by_id;
	u64 seed;
	struct bailey_set **idle;
	u32 idle_count;
	u32 idle_cap;
};

void bailey_sets_init(struct bailey_sets *sets, u64 seed);
void bailey_sets_clone(struct bailey_sets *to, const struct bailey_sets *from);
void bailey_sets_destroy(struct bailey_sets *sets);
struct bailey_set *bailey_sets_get(struct bailey_sets *sets, u32 *next_id,
				   const u32 *slots, u32 count);
int bailey_sets_use(struct bailey_sets *sets, struct bailey_set *set, bool use);
int bailey_sets_release(struct bailey_sets *sets);
bool bailey_sets_live(const struct bailey_sets *sets, u32 id);
u32 bailey_sets_find(const struct bailey_sets *sets, const u32 *slots, u32 count);
void bailey_sets_each(const struct bailey_sets *sets,
		      void (*fn)(const struct bailey_set *set, void *arg), void *arg);

#endif /* BAILEY_ENGINE_SETS_H */
