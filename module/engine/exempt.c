// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine needs to be on a network at all: neighbour discovery, multicast
 * listeners, DHCP. Loopback and the machine's own errors depend on where a packet
 * is, and are evaluate.c's.
 */
#include "exempt.h"

/* ICMPv6 types of the exemptions (RFC 4861, RFC 2710, RFC 3810). */
enum {
	MLD_QUERY = 130,
	MLD_REPORT = 131,
	MLD_DONE = 132,
	ND_ROUTER_SOLICIT = 133,
	ND_ROUTER_ADVERT = 134,
	ND_REDIRECT = 137,
	MLD_REPORT_V2 = 143,
};

/* RFC 4861: only a neighbour can send hop limit 255; routers speak link-locally. */
static bool is_nd(const struct bailey_packet *packet)
{
	if (packet->proto != BAILEY_PROTO_ICMPV6 || packet->hop_limit != 255 ||
	    packet->type < ND_ROUTER_SOLICIT || packet->type > ND_REDIRECT)
		return false;
	if (packet->type == ND_ROUTER_ADVERT || packet->type == ND_REDIRECT)
		return bailey_addr_link_local(&packet->src);
	return true;
}

static bool is_mld(const struct bailey_packet *packet)
{
	if (packet->proto != BAILEY_PROTO_ICMPV6 || packet->hop_limit != 1)
		return false;
	if (packet->type != MLD_QUERY && packet->type != MLD_REPORT &&
	    packet->type != MLD_DONE && packet->type != MLD_REPORT_V2)
		return false;
	return bailey_addr_link_local(&packet->src) ||
	       !(packet->src.hi | packet->src.lo);
}

static bool ports_between(const struct bailey_packet *packet, u16 a, u16 b)
{
	return (packet->sport == a && packet->dport == b) ||
	       (packet->sport == b && packet->dport == a);
}

static bool is_dhcp(const struct bailey_packet *packet)
{
	if (packet->proto != BAILEY_PROTO_UDP ||
	    !(packet->flags & BAILEY_PKT_PORTS))
		return false;
	if (packet->family == BAILEY_IPV4)
		return ports_between(packet, 67, 68);
	return ports_between(packet, 546, 547) &&
	       (bailey_addr_link_local(&packet->src) ||
		bailey_addr_link_local(&packet->dst));
}

/**
 * bailey_exempt_find() - the exempt line that is about a packet
 * @stands: bit per &enum bailey_exempt whose line stands
 * @packet: a whole packet to or from this machine
 *
 * Context: Any.
 * Return: &enum bailey_exempt; %BAILEY_EXEMPT_COUNT for none.
 */
u8 bailey_exempt_find(u8 stands, const struct bailey_packet *packet)
{
	if (stands & (1 << BAILEY_EXEMPT_ND) && is_nd(packet))
		return BAILEY_EXEMPT_ND;
	if (stands & (1 << BAILEY_EXEMPT_MLD) && is_mld(packet))
		return BAILEY_EXEMPT_MLD;
	if (stands & (1 << BAILEY_EXEMPT_DHCP) && is_dhcp(packet))
		return BAILEY_EXEMPT_DHCP;
	return BAILEY_EXEMPT_COUNT;
}
