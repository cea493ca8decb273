/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ACLs and groups of a policy are as sets: see reach_rules.c.
 */
#ifndef BAILEY_TOOLS_REACH_RULES_H
#define BAILEY_TOOLS_REACH_RULES_H

#include "space.h"

/**
 * struct reach_peers - what rules of a group allow whose peers are alike
 * @slot: the groups that source and destination must be members of, or
 *	  %BAILEY_NO_SLOT where that does not matter
 * @space: those packets
 */
struct reach_peers {
	u32 slot[2];
	u32 space;
};

/**
 * struct reach_group - a group in one direction
 * @peers: by peers
 * @count: how many
 * @made: it was asked for before
 * @cares: some rule asks of which groups the source, the destination is
 */
struct reach_group {
	struct reach_peers *peers;
	u32 count;
	bool made;
	bool cares[2];
};

/**
 * struct reach_acl - an ACL in one direction
 * @space: what it allows; and the requests whose response it allows
 * @made: which of both was asked for before
 */
struct reach_acl {
	u32 space[2];
	bool made[2];
};

/**
 * struct reach_rules - what was asked for of a policy
 * @policy: the policy
 * @within: only these packets are asked for
 * @acl: per slot and direction
 * @group: per slot and direction
 */
struct reach_rules {
	const struct bailey_policy *policy;
	u32 within;
	struct reach_acl (*acl)[2];
	struct reach_group (*group)[2];
};

struct reach_rules *reach_rules_create(const struct bailey_policy *policy, u32 within);
void reach_rules_destroy(struct reach_rules *rules);
u32 reach_rules_acl(struct reach_rules *rules, struct spaces *spaces,
		    const struct bailey_acl *acl, u8 dir, bool response);
struct reach_group *reach_rules_group(struct reach_rules *rules, struct spaces *spaces,
				      u32 slot, u8 dir);
u32 reach_rules_roots(const struct reach_rules *rules, u32 *root);

#endif /* BAILEY_TOOLS_REACH_RULES_H */
