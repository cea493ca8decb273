/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which packets can go from one place to another: see reach.c.
 */
#ifndef BAILEY_TOOLS_REACH_H
#define BAILEY_TOOLS_REACH_H

#include "world.h"

/* More pairs of places than this are refused. */
#define REACH_PAIRS_MAX		4000000U

/**
 * struct reach_pair - from one place to another
 * @from: where packets come from
 * @to: where they go
 * @hook: &enum bailey_hook that they pass
 */
struct reach_pair {
	const struct world_place *from;
	const struct world_place *to;
	u8 hook;
};

/**
 * struct reach_filter - what somebody wants to know
 * @space: only these packets
 * @place: only from and to places that this says yes to; NULL for all
 * @arg: handed to @place, beside the end: %BAILEY_SRC or %BAILEY_DST
 */
struct reach_filter {
	u32 space;
	bool (*place)(const struct world *world, const struct world_place *place,
		      u32 end, const void *arg);
	const void *arg;
};

struct reach_rules;
struct reach_permits;

/**
 * struct reach - the question, and what is known towards its answer
 * @spaces: where sets are kept
 * @world: the places
 * @packets: single packets are asked for; else connections
 * @rules: per policy, what ACLs and groups are as sets
 * @permits: what sets of groups allow
 */
struct reach {
	struct spaces *spaces;
	const struct world *world;
	bool packets;
	struct reach_rules *rules[WORLD_POLICIES];
	struct reach_permits *permits;
};

int reach_init(struct reach *reach, struct spaces *spaces, const struct world *world,
	       bool packets, u32 within);
void reach_exit(struct reach *reach);
u32 reach_allowed(struct reach *reach, u32 policy, const struct reach_pair *pair);
u32 reach_exempt(struct reach *reach, u32 policy, const struct reach_pair *pair, u8 only);
u32 reach_space(struct reach *reach, u32 policy, const struct reach_pair *pair);
void reach_collect(struct reach *reach, const u32 *keep, u32 count);

/* Called for each pair; not 0 ends the walk with that. */
typedef int (*reach_pair_fn)(struct reach *reach, const struct reach_pair *pair, void *arg);

int reach_each_pair(struct reach *reach, const struct reach_filter *filter,
		    reach_pair_fn fn, void *arg);
u64 reach_count_pairs(struct reach *reach, const struct reach_filter *filter);

#endif /* BAILEY_TOOLS_REACH_H */
