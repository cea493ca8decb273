// SPDX-License-Identifier: GPL-2.0
/*
 * What the sender of a rejected packet is told, and what must stay unanswered.
 *
 * An answer to an answer could go on for ever, and one to many machines, or to an
 * address that is nobody's, helps only attackers: RFC 1122 3.2.2, RFC 1812
 * 4.3.2.7, RFC 4443 2.4 (e) and RFC 9293 3.5.2 say what is not answered. Pure
 * functions on what the packet says; what only its buffer shows (checksums,
 * broadcast on the link) is module/reject.c's.
 */
#include "refusal.h"

#define SECOND			1000000000U	/* in nanoseconds */

#define ICMP_UNREACHABLE	3
#define ICMP_QUENCH		4
#define ICMP_REDIRECT		5
#define ICMP_TIME_EXCEEDED	11
#define ICMP_PARAMETER		12
#define ICMPV6_INFORMATIONAL	128	/* types below are errors */
#define ICMPV6_REDIRECT		137

/* Not 0/8, nor 224/4 and all above it; not ::, nor ff00::/8. */
static bool is_one_machine(u8 family, const struct bailey_addr *addr)
{
	u8 first = addr->hi >> 56;

	if (family == BAILEY_IPV4)
		return first != 0 && first < 224;
	return first != 0xff && (addr->hi || addr->lo);
}

/* Errors of ICMP, redirects among them, known and unknown ones. */
static bool is_complaint(const struct bailey_packet *packet)
{
	if (packet->family == BAILEY_IPV6)
		return packet->type < ICMPV6_INFORMATIONAL ||
		       packet->type == ICMPV6_REDIRECT;
	switch (packet->type) {
	case ICMP_UNREACHABLE:
	case ICMP_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER:
		return true;
	}
	return false;
}

/**
 * bailey_refusal_of() - how the sender of this packet is told that it is rejected
 * @packet: a packet that could be parsed
 *
 * Context: Any.
 * Return: &enum bailey_refusal.
 */
enum bailey_refusal bailey_refusal_of(const struct bailey_packet *packet)
{
	if (packet->flags & BAILEY_PKT_FRAGMENT ||
	    !is_one_machine(packet->family, &packet->src) ||
	    !is_one_machine(packet->family, &packet->dst))
		return BAILEY_REFUSAL_SILENT;
	if (packet->proto == BAILEY_PROTO_TCP)
		return packet->tcp_flags & BAILEY_TCP_RST ? BAILEY_REFUSAL_SILENT :
							    BAILEY_REFUSAL_RESET;
	if (bailey_packet_is_icmp(packet) && is_complaint(packet))
		return BAILEY_REFUSAL_SILENT;
	return BAILEY_REFUSAL_ICMP;
}

/**
 * bailey_refusal_pay() - may one more sender be told?
 * @paid: the moment up to which answers have been paid for; 0 in the beginning
 * @now: the moment, in nanoseconds
 * @per_second: how many may be told in a second, 1 or more
 *
 * Each answer costs its share of a second. Up to one second is saved up.
 *
 * Context: Any. Changes nothing: the caller stores what this returns, or asks
 * again if somebody else was faster.
 * Return: @paid after the answer; @paid itself if there must be none.
 */
u64 bailey_refusal_pay(u64 paid, u64 now, u32 per_second)
{
	u64 saved = now > SECOND ? now - SECOND : 0;
	u32 cost = max_t(u32, SECOND / per_second, 1);
	u64 after = max_t(u64, paid, saved) + cost;

	return after > now ? paid : after;
}

static bool is_reset(const struct bailey_packet *about,
		     const struct bailey_packet *packet)
{
	return packet->proto == BAILEY_PROTO_TCP &&
	       packet->tcp_flags & BAILEY_TCP_RST &&
	       packet->sport == about->dport && packet->dport == about->sport &&
	       bailey_addr_equal(&packet->src, &about->dst);
}

static bool is_unreachable(const struct bailey_packet *about,
			   const struct bailey_packet *packet,
			   const struct bailey_packet *quote)
{
	bool v4 = packet->family == BAILEY_IPV4;

	return packet->flags & BAILEY_PKT_QUOTE && bailey_packet_is_icmp(packet) &&
	       packet->type == (v4 ? BAILEY_REFUSAL_TYPE4 : BAILEY_REFUSAL_TYPE6) &&
	       packet->code == (v4 ? BAILEY_REFUSAL_CODE4 : BAILEY_REFUSAL_CODE6) &&
	       quote->proto == about->proto && quote->sport == about->sport &&
	       quote->dport == about->dport && quote->type == about->type &&
	       bailey_addr_equal(&quote->src, &about->src) &&
	       bailey_addr_equal(&quote->dst, &about->dst);
}

/**
 * bailey_refusal_is() - is this the packet by which a sender is told?
 * @about: the packet that was rejected
 * @packet: the packet in question, parsed
 * @quote: what it quotes, if it does
 *
 * Context: Any.
 * Return: true only for the reset or the error that answers @about.
 */
bool bailey_refusal_is(const struct bailey_packet *about,
		       const struct bailey_packet *packet,
		       const struct bailey_packet *quote)
{
	if (packet->family != about->family ||
	    !bailey_addr_equal(&packet->dst, &about->src))
		return false;
	switch (bailey_refusal_of(about)) {
	case BAILEY_REFUSAL_RESET:
		return is_reset(about, packet);
	case BAILEY_REFUSAL_ICMP:
		return is_unreachable(about, packet, quote);
	default:
		return false;
	}
}
