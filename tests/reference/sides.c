// SPDX-License-Identifier: GPL-2.0
/* The reference's first half: a packet's sides, and whether a match holds. */
#include "sides.h"

/**
 * ref_addr_equal() - compare two addresses
 * @a: one
 * @b: the other
 *
 * Return: true if they are the same.
 */
bool ref_addr_equal(const struct ref_addr *a, const struct ref_addr *b)
{
	return a->family == b->family &&
	       !memcmp(a->byte, b->byte, a->family == 4 ? 4 : 16);
}

static bool cidr_holds(const struct ref_cidr *cidr, const struct ref_addr *addr)
{
	int bit, bits = cidr->bits;

	if (cidr->net.family != addr->family)
		return false;
	if (mutated(REF_MUTATE_PREFIX_EDGE) && bits)
		bits--;
	for (bit = 0; bit < bits; bit++)
		if ((cidr->net.byte[bit / 8] ^ addr->byte[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static bool ported(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ||
	       proto == 136;
}

/**
 * ref_find_attach() - the line of a kind that is about an interface
 * @policy: the policy
 * @dev: the interface
 * @host: the line that protects the host, else the subnet
 *
 * Return: the line, or NULL.
 */
const struct ref_attach *ref_find_attach(const struct ref_policy *policy,
					 const char *dev, bool host)
{
	const struct ref_attach *best = NULL;
	int i;

	for (i = 0; i < policy->attaches; i++) {
		const struct ref_attach *attach = &policy->attach[i];
		size_t len = strlen(attach->dev);

		if (attach->host != host)
			continue;
		if (!attach->stem) {
			if (!strcmp(attach->dev, dev))
				return attach;
			continue;
		}
		if (strncmp(attach->dev, dev, len))
			continue;
		if (!best || (strlen(best->dev) < len) != mutated(REF_MUTATE_STEM))
			best = attach;
	}
	return best;
}

static bool any_attach(const struct ref_policy *policy, const char *dev)
{
	return ref_find_attach(policy, dev, true) || ref_find_attach(policy, dev, false);
}

static bool any_endpoint(const struct ref_policy *policy, const char *dev)
{
	int i;

	for (i = 0; i < policy->endpoints; i++)
		if (!strcmp(policy->endpoint[i].dev, dev))
			return true;
	return false;
}

/**
 * ref_speaks_of() - the interface whose lines hold for an interface
 * @policy: the policy
 * @world: the interfaces
 * @iface: the interface
 *
 * Return: @iface, or its VRF when no attach line is about @iface, unless it has
 * endpoints of its own and no attach line is about the VRF either.
 */
const struct ref_iface *ref_speaks_of(const struct ref_policy *policy,
				      const struct ref_world *world,
				      const struct ref_iface *iface)
{
	const struct ref_iface *master;

	if (iface->master < 0 || mutated(REF_MUTATE_MASTER))
		return iface;
	master = &world->iface[iface->master];
	if (any_attach(policy, iface->name))
		return iface;
	if (any_endpoint(policy, iface->name) && !any_attach(policy, master->name))
		return iface;
	return master;
}

static const struct ref_endpoint *find_endpoint(const struct ref_policy *policy,
						const char *dev,
						const struct ref_addr *addr)
{
	int i, k;

	for (i = 0; i < policy->endpoints; i++) {
		const struct ref_endpoint *endpoint = &policy->endpoint[i];

		if (strcmp(endpoint->dev, dev) && !mutated(REF_MUTATE_MEMBER_ANYWHERE))
			continue;
		for (k = 0; k < endpoint->count; k++)
			if (ref_addr_equal(&endpoint->addr[k], addr))
				return endpoint;
	}
	return NULL;
}

/* At the interface itself, or else at its VRF. */
static const struct ref_endpoint *endpoint_of(const struct ref_policy *policy,
					      const struct ref_world *world,
					      const struct ref_iface *iface,
					      const struct ref_addr *addr)
{
	const struct ref_endpoint *endpoint = find_endpoint(policy, iface->name, addr);

	if (endpoint || iface->master < 0 || mutated(REF_MUTATE_MASTER))
		return endpoint;
	return find_endpoint(policy, world->iface[iface->master].name, addr);
}

static void make_side(const struct ref_policy *policy, const struct ref_world *world,
		      const struct ref_iface *iface, bool box,
		      const struct ref_addr *addr, struct ref_side *side)
{
	const struct ref_iface *lines = ref_speaks_of(policy, world, iface);

	memset(side, 0, sizeof(*side));
	side->iface = iface;
	side->box = box;
	side->acl = -1;
	side->attach = ref_find_attach(policy, lines->name, box);
	if (!box)
		side->endpoint = endpoint_of(policy, world, iface, addr);
	if (side->attach) {
		side->acl = side->attach->acl;
		side->groups = side->attach->groups;
	}
	if (!side->endpoint)
		return;
	if (side->attach && mutated(REF_MUTATE_ENDPOINT_ADDS))
		side->groups |= side->endpoint->groups;
	else if (side->attach || mutated(REF_MUTATE_ENDPOINT_ALONE))
		side->groups = side->endpoint->groups;
}

/**
 * ref_make_sides() - whom a packet concerns
 * @policy: the policy
 * @world: the interfaces
 * @packet: the packet
 * @side: filled in, source and destination
 */
void ref_make_sides(const struct ref_policy *policy, const struct ref_world *world,
		    const struct ref_packet *packet, struct ref_side *side)
{
	int in = packet->iface[REF_SRC], out = packet->iface[REF_DST];

	if (packet->hook == REF_LOCAL_OUT)
		in = out;
	else if (packet->hook == REF_LOCAL_IN)
		out = in;
	make_side(policy, world, &world->iface[in], packet->hook == REF_LOCAL_OUT,
		  &packet->addr[REF_SRC], &side[REF_SRC]);
	make_side(policy, world, &world->iface[out], packet->hook == REF_LOCAL_IN,
		  &packet->addr[REF_DST], &side[REF_DST]);
	if (packet->hook == REF_FORWARD && in == out &&
	    !mutated(REF_MUTATE_HAIRPIN)) {
		side[REF_SRC].acl = -1;
		side[REF_DST].acl = -1;
	}
}

static bool member(const struct ref_side *side, const struct ref_addr *addr, int group)
{
	int i;

	if (!side->box)
		return side->endpoint && side->endpoint->groups >> group & 1;
	if (!side->attach || !(side->attach->groups >> group & 1))
		return false;
	for (i = 0; i < side->iface->count; i++)
		if (ref_addr_equal(&side->iface->addr[i], addr))
			return true;
	return mutated(REF_MUTATE_HOST_MEMBER);
}

static bool peer_holds(const struct ref_view *view, const struct ref_peer *peer, int end)
{
	const struct ref_list *list;
	int i;

	switch (peer->kind) {
	case REF_ANY:
		return true;
	case REF_CIDR:
		return cidr_holds(&peer->cidr, view->addr[end]);
	case REF_GROUP:
		return member(view->side[end], view->addr[end], peer->index);
	case REF_LIST:
		list = &view->policy->list[peer->index];
		for (i = 0; i < list->count; i++)
			if (cidr_holds(&list->at[i], view->addr[end]))
				return true;
	}
	return false;
}

/* In IPv6 these stand before the protocol, which is in the first fragment only. */
static bool is_header(int proto)
{
	return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60;
}

static bool every_port(const struct ref_match *match, int end)
{
	return !match->ports[end] || (match->first[end] == 0 && match->last[end] == 65535);
}

static enum ref_holds fragment_holds(const struct ref_view *view,
				     const struct ref_match *match)
{
	bool hidden = view->addr[0]->family == 6 && is_header(view->proto) &&
		      !mutated(REF_MUTATE_FRAGMENT_HEADER);

	if (match->proto < 0)
		return REF_YES;
	if (!hidden && match->proto != view->proto)
		return REF_NO;
	if (!hidden && match->type < 0 && match->code < 0 && every_port(match, 0) &&
	    every_port(match, 1))
		return REF_YES;
	return mutated(REF_MUTATE_FRAGMENT_PORTS) ? REF_YES : REF_PERHAPS;
}

static bool whole_holds(const struct ref_view *view, const struct ref_match *match)
{
	int end;

	if (match->proto >= 0 && match->proto != view->proto)
		return false;
	if (match->type >= 0 && match->type != view->type)
		return false;
	if (match->code >= 0 && match->code != view->code)
		return false;
	for (end = 0; end < 2; end++) {
		int last = match->last[end];

		if (mutated(REF_MUTATE_PORT_EDGE) && last > match->first[end])
			last--;
		if (match->ports[end] && (!ported(view->proto) ||
					  view->port[end] < match->first[end] ||
					  view->port[end] > last))
			return false;
	}
	return true;
}

/**
 * ref_match_holds() - is a match about this packet?
 * @view: the packet
 * @match: the match
 *
 * Return: %REF_YES, %REF_NO, or what a fragment says of it.
 */
enum ref_holds ref_match_holds(const struct ref_view *view,
			       const struct ref_match *match)
{
	u8 family = view->addr[0]->family;
	int end;

	/* "icmp is IPv4 alone, icmpv6 IPv6 alone" */
	if ((match->proto == 1 && family != 4) || (match->proto == 58 && family != 6))
		return REF_NO;
	if (mutated(REF_MUTATE_FAMILY) && family == 6 && match->proto < 0 &&
	    match->peer[0].kind == REF_ANY && match->peer[1].kind == REF_ANY)
		return REF_NO;
	for (end = 0; end < 2; end++)
		if (!peer_holds(view, &match->peer[end], end))
			return REF_NO;
	if (view->fragment)
		return fragment_holds(view, match);
	return whole_holds(view, match) ? REF_YES : REF_NO;
}
