/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a side's groups allow, remembered: see reach_permits.c.
 */
#ifndef BAILEY_TOOLS_REACH_PERMITS_H
#define BAILEY_TOOLS_REACH_PERMITS_H

#include "reach_rules.h"

/**
 * struct reach_question - what a side is asked
 * @set: its groups
 * @member: the groups of which source and destination are members; NULL for none
 * @policy: number of the policy
 * @dir: %BAILEY_IN or %BAILEY_OUT
 */
struct reach_question {
	const struct bailey_set *set;
	const struct bailey_set *member[2];
	u32 policy;
	u32 dir;
};

struct reach_permit {
	struct reach_question question;
	u32 space;
};

/**
 * struct reach_permits - answers that were given before
 * @at: hashed; @set is NULL in an empty place
 * @count: how many
 * @cap: room in @at, a power of two
 */
struct reach_permits {
	struct reach_permit *at;
	u32 count;
	u32 cap;
};

struct reach_permits *reach_permits_create(void);
void reach_permits_destroy(struct reach_permits *permits);
u32 reach_permits_space(struct reach_permits *permits, struct spaces *spaces,
			struct reach_rules *rules, const struct reach_question *question);
u32 reach_permits_roots(const struct reach_permits *permits, u32 *root);

#endif /* BAILEY_TOOLS_REACH_PERMITS_H */
