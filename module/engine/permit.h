/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rule of a side's groups lets a packet through: see permit.c.
 */
#ifndef BAILEY_ENGINE_PERMIT_H
#define BAILEY_ENGINE_PERMIT_H

#include "side.h"

/**
 * struct bailey_inquiry - what the groups of one side are asked
 * @policy: the sealed policy that they belong to
 * @where: where the packet that gives rise to it is
 * @packet: the packet in question: that one, or a connection's request
 * @src: the side that @packet comes from
 * @dst: the side that @packet goes to
 * @dir: %BAILEY_IN or %BAILEY_OUT, as the side that is asked sees @packet
 * @about_request: @packet is the request, whichever half gave rise to it
 * @everybody: only rules count whose peer is everybody
 */
struct bailey_inquiry {
	const struct bailey_policy *policy;
	const struct bailey_where *where;
	const struct bailey_packet *packet;
	const struct bailey_side *src;
	const struct bailey_side *dst;
	u8 dir;
	bool about_request;
	bool everybody;
};

/**
 * struct bailey_permit - what the groups of a side say
 * @rule: the rule that lets the packet through, or NULL
 * @slot: the group whose rule it is
 * @perhaps: there is none, but a later fragment does not show of all whether they do
 */
struct bailey_permit {
	struct bailey_rule *rule;
	u32 slot;
	bool perhaps;
};

struct bailey_permit bailey_permit_find(const struct bailey_set *set,
					const struct bailey_inquiry *inquiry);
void bailey_permit_members(const struct bailey_inquiry *inquiry,
			   const struct bailey_set *member[2]);
bool bailey_permit_all_of_flow(const struct bailey_set *set,
			       const struct bailey_inquiry *inquiry);

#endif /* BAILEY_ENGINE_PERMIT_H */
