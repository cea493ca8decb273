/* SPDX-License-Identifier: GPL-2.0 */
/* Between the two halves of the reference: who is asked, and what is answered. */
#ifndef BAILEY_TESTS_REFERENCE_SIDES_H
#define BAILEY_TESTS_REFERENCE_SIDES_H

#include "model.h"

/* One side of a packet: where, and whom it concerns. */
struct ref_side {
	const struct ref_iface *iface;
	const struct ref_attach *attach;
	const struct ref_endpoint *endpoint;
	u32 groups;
	int acl;
	bool box;
};

/* A packet, or the request of its connection, as rules look at it. */
struct ref_view {
	const struct ref_policy *policy;
	const struct ref_addr *addr[2];
	const struct ref_side *side[2];
	int proto;
	int port[2];
	int type, code;
	bool fragment;
};

/* Is a match about a packet? A later fragment does not always show it. */
enum ref_holds { REF_NO, REF_YES, REF_PERHAPS };

static inline bool mutated(enum ref_mutation mutation)
{
	return ref_mutation == mutation;
}

bool ref_addr_equal(const struct ref_addr *a, const struct ref_addr *b);
const struct ref_attach *ref_find_attach(const struct ref_policy *policy,
					 const char *dev, bool host);
const struct ref_iface *ref_speaks_of(const struct ref_policy *policy,
				      const struct ref_world *world,
				      const struct ref_iface *iface);
void ref_make_sides(const struct ref_policy *policy, const struct ref_world *world,
		    const struct ref_packet *packet, struct ref_side *side);
enum ref_holds ref_match_holds(const struct ref_view *view, const struct ref_match *match);

#endif /* BAILEY_TESTS_REFERENCE_SIDES_H */
