/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index of a group's rules of one direction: see group_index.c.
 */
#ifndef BAILEY_ENGINE_GROUP_INDEX_H
#define BAILEY_ENGINE_GROUP_INDEX_H

#include "rules.h"

struct bailey_policy;
struct bailey_set;

/**
 * struct bailey_group_class - rules whose peers are alike
 * @first: number of the first entry
 * @count: how many rules
 */
struct bailey_group_class {
	u32 first;
	u32 count;
};

/**
 * struct bailey_group_index - classes of rules
 * @seed: of the hash
 * @places: how many places the hash has; 0 when no rule names a group
 * @filter: which groups of the other end the hash may have, if these are few
 * @hash: classes with groups, behind a wider filter; NULL without any
 * @entry: rules, class by class
 * @everybody: the class of (everybody, no group)
 * @who_knows: the class of (who knows, no group)
 * @kinds: bit per kind of classes that there are
 * @wide: the filter stands before the hash
 *
 * It fits a cache line, which most questions need not look beyond.
 */
struct bailey_group_index {
	u32 seed;
	u32 places;
	u64 filter;
	struct bailey_group_hash *hash;
	struct bailey_group_entry *entry;
	struct bailey_group_class everybody;
	struct bailey_group_class who_knows;
	u8 kinds;
	bool wide;
};

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

int bailey_group_index_init(struct bailey_group_index *index,
			    const struct bailey_rules *rules, u8 dir);
void bailey_group_index_exit(struct bailey_group_index *index);
bool bailey_group_index_has_peers(const struct bailey_group_index *index, u32 end);
struct bailey_rule *bailey_group_index_find(const struct bailey_group_index *index,
					    const struct bailey_group_question *question,
					    bool *perhaps);

#endif /* BAILEY_ENGINE_GROUP_INDEX_H */
