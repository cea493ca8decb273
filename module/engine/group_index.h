/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index of a group's rules of one direction: see group_index.c.
 */
#ifndef BAILEY_ENGINE_GROUP_INDEX_H
#define BAILEY_ENGINE_GROUP_INDEX_H

#include "policy.h"

struct bailey_group_index;

/**
 * struct bailey_group_question - what the rules of a group are asked
 * @policy: the sealed policy that the group belongs to
 * @packet: the packet in question
 * @member: the groups of which the other end (0) and the own end (1), as the side
 *	    that is asked sees them, are members; NULL for none
 * @everybody: only rules count whose other end is whoever it likes to be
 */
struct bailey_group_question {
	const struct bailey_policy *policy;
	const struct bailey_packet *packet;
	const struct bailey_set *member[2];
	bool everybody;
};

struct bailey_group_index *bailey_group_index_create(const struct bailey_rules *rules,
						     u8 dir);
void bailey_group_index_destroy(struct bailey_group_index *index);
bool bailey_group_index_has_peers(const struct bailey_group_index *index, u32 end);
struct bailey_rule *bailey_group_index_find(const struct bailey_group_index *index,
					    const struct bailey_group_question *question,
					    bool *perhaps);

#endif /* BAILEY_ENGINE_GROUP_INDEX_H */
