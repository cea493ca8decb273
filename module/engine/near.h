/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Near misses: the rules that would have answered otherwise but for one field. See
 * near.c.
 */
#ifndef BAILEY_ENGINE_NEAR_H
#define BAILEY_ENGINE_NEAR_H

#include "policy.h"

/* Of one question: how many near misses are kept; the others are counted. */
#define BAILEY_NEAR_MAX	8

/**
 * struct bailey_near - a rule that is a near miss
 * @rule: the rule
 * @group: slot of the group whose rule it is, or %BAILEY_NO_SLOT
 * @field: &enum bailey_field, the only one that does not hold
 */
struct bailey_near {
	const struct bailey_rule *rule;
	u32 group;
	u8 field;
};

/**
 * struct bailey_nears - the near misses of one question
 * @count: how many there are
 * @at: the first of them
 */
struct bailey_nears {
	u32 count;
	struct bailey_near at[BAILEY_NEAR_MAX];
};

/**
 * struct bailey_near_question - about which packet
 * @policy: sealed
 * @packet: the packet
 * @member: the groups of which source and destination are members; NULL for none
 */
struct bailey_near_question {
	const struct bailey_policy *policy;
	const struct bailey_packet *packet;
	const struct bailey_set *member[2];
};

u32 bailey_near_misfits(const struct bailey_near_question *question,
			const struct bailey_rule *rule);
void bailey_near_acl(const struct bailey_near_question *question,
		     const struct bailey_acl *acl, u8 dir,
		     const struct bailey_rule *decided, bool allowed,
		     struct bailey_nears *nears);
void bailey_near_groups(const struct bailey_near_question *question,
			const struct bailey_set *set, u8 dir,
			struct bailey_nears *nears);
const char *bailey_field_name(enum bailey_field field);

#endif /* BAILEY_ENGINE_NEAR_H */
