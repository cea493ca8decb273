/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packet says of itself: addresses, protocol, ports, ICMP type, TCP flags.
 *
 * One parser for every place: it reads through a struct bailey_source, which the
 * kernel fills from an sk_buff (module/skb.c) and programs from plain memory.
 */
#ifndef BAILEY_ENGINE_PACKET_H
#define BAILEY_ENGINE_PACKET_H

#include "base.h"

/* Protocol numbers the engine knows by heart (IANA). */
enum bailey_proto {
	BAILEY_PROTO_HOPOPTS = 0,
	BAILEY_PROTO_ICMP = 1,
	BAILEY_PROTO_IPIP = 4,
	BAILEY_PROTO_TCP = 6,
	BAILEY_PROTO_UDP = 17,
	BAILEY_PROTO_DCCP = 33,
	BAILEY_PROTO_IPV6 = 41,
	BAILEY_PROTO_ROUTING = 43,
	BAILEY_PROTO_FRAGMENT = 44,
	BAILEY_PROTO_GRE = 47,
	BAILEY_PROTO_ESP = 50,
	BAILEY_PROTO_AH = 51,
	BAILEY_PROTO_ICMPV6 = 58,
	BAILEY_PROTO_NONE = 59,
	BAILEY_PROTO_DSTOPTS = 60,
	BAILEY_PROTO_SCTP = 132,
	BAILEY_PROTO_MOBILITY = 135,
	BAILEY_PROTO_UDPLITE = 136,
};

/* Families are written as in the IP header's version field. */
#define BAILEY_IPV4	4
#define BAILEY_IPV6	6

/* The bound on IPv6 extension headers; the kernel's own differs by release. */
#define BAILEY_EXT_HEADERS_MAX	8

/* TCP flags, in the header's bit order (RFC 9293 3.1). */
#define BAILEY_TCP_FIN	0x01
#define BAILEY_TCP_SYN	0x02
#define BAILEY_TCP_RST	0x04
#define BAILEY_TCP_PSH	0x08
#define BAILEY_TCP_ACK	0x10
#define BAILEY_TCP_URG	0x20
#define BAILEY_TCP_FLAGS 0x3f	/* all of these; reserved and ECN bits left out */

#define BAILEY_TCP_NO_SCALE 0xff	/* no window scale option */

/* The bound on chunks that are looked at in an SCTP packet; DATA ends it, too. */
#define BAILEY_SCTP_CHUNKS_MAX	32

/**
 * enum bailey_sctp_chunk - kinds of SCTP chunks, in the order in which they count
 * @BAILEY_SCTP_INIT: asks for an association
 * @BAILEY_SCTP_INIT_ACK: answers it with a cookie
 * @BAILEY_SCTP_COOKIE_ECHO: shows the cookie
 * @BAILEY_SCTP_COOKIE_ACK: accepts it
 * @BAILEY_SCTP_DATA: DATA, SACK, ERROR and all that is not named here
 * @BAILEY_SCTP_HEARTBEAT: asks whether a path works
 * @BAILEY_SCTP_HEARTBEAT_ACK: it does
 * @BAILEY_SCTP_SHUTDOWN: no more data from its sender
 * @BAILEY_SCTP_SHUTDOWN_ACK: nor from this one
 * @BAILEY_SCTP_SHUTDOWN_COMPLETE: it is over
 * @BAILEY_SCTP_ABORT: breaks off
 * @BAILEY_SCTP_CHUNK_COUNT: number of kinds
 */
enum bailey_sctp_chunk {
	BAILEY_SCTP_INIT,
	BAILEY_SCTP_INIT_ACK,
	BAILEY_SCTP_COOKIE_ECHO,
	BAILEY_SCTP_COOKIE_ACK,
	BAILEY_SCTP_DATA,
	BAILEY_SCTP_HEARTBEAT,
	BAILEY_SCTP_HEARTBEAT_ACK,
	BAILEY_SCTP_SHUTDOWN,
	BAILEY_SCTP_SHUTDOWN_ACK,
	BAILEY_SCTP_SHUTDOWN_COMPLETE,
	BAILEY_SCTP_ABORT,
	BAILEY_SCTP_CHUNK_COUNT
};

/**
 * struct bailey_addr - an IPv4 or IPv6 address in host order
 * @hi: the first 64 bits; an IPv4 address stands in the upper 32 of these
 * @lo: the last 64 bits; 0 for IPv4
 *
 * The first bit of the address is the top bit of @hi in both families, so that
 * a prefix of n bits is the top n bits whatever the family.
 */
struct bailey_addr {
	u64 hi;
	u64 lo;
};

/**
 * struct bailey_source - where the bytes of a packet are
 * @linear: bytes that can be read directly, from the network header on
 * @linear_len: how many of them
 * @len: bytes of the whole packet, from the network header on
 * @gso: a segmentation offload packet: its length fields may be those of a
 *	 segment, a jumbo header or zero, and are not compared with @len
 * @pull: copies @len bytes at @off that are not in @linear into @buf, or
 *	  returns where they can be read; NULL when they are not there. May be
 *	  NULL where @linear holds the whole packet
 */
struct bailey_source {
	const u8 *linear;
	u32 linear_len;
	u32 len;
	bool gso;
	const void *(*pull)(const struct bailey_source *source, u32 off,
			    u32 len, void *buf);
};

/**
 * enum bailey_packet_flags - what kind of packet it is
 * @BAILEY_PKT_PORTS: @sport and @dport are valid
 * @BAILEY_PKT_ICMP_QUERY: an ICMP or ICMPv6 request that has a reply
 * @BAILEY_PKT_ICMP_REPLY: the reply to such a request
 * @BAILEY_PKT_ICMP_ERROR: an error, which quotes a packet
 * @BAILEY_PKT_QUOTE: that quoted packet was readable
 * @BAILEY_PKT_FRAGMENT: not the first fragment: nothing above IP is known, and of
 *	the protocol what bailey_packet_proto_known() says
 * @BAILEY_PKT_ID: @id is valid (ICMP query identifier, GRE key)
 * @BAILEY_PKT_SEQ: TCP: numbers, window and options were read; in a quote
 *	@tcp_seq alone
 * @BAILEY_PKT_ROUTED: perhaps a source route or a home address: the addresses
 *	that its sum is made with may be others
 * @BAILEY_PKT_TAG: SCTP: the verification tag and chunks were read; in a quote
 *	of the chunks only an INIT that comes first, if there is so much of it
 */
enum bailey_packet_flags {
	BAILEY_PKT_PORTS = 1 << 0,
	BAILEY_PKT_ICMP_QUERY = 1 << 1,
	BAILEY_PKT_ICMP_REPLY = 1 << 2,
	BAILEY_PKT_ICMP_ERROR = 1 << 3,
	BAILEY_PKT_QUOTE = 1 << 4,
	BAILEY_PKT_FRAGMENT = 1 << 5,
	BAILEY_PKT_ID = 1 << 6,
	BAILEY_PKT_SEQ = 1 << 7,
	BAILEY_PKT_ROUTED = 1 << 8,
	BAILEY_PKT_TAG = 1 << 9,
};

/**
 * struct bailey_packet - a packet as the engine sees it, all in host order
 * @src: source address
 * @dst: destination address
 * @id: ICMP query identifier or GRE key, where %BAILEY_PKT_ID is set; else 0
 * @len: bytes, network header included
 * @sport: source port, where %BAILEY_PKT_PORTS is set; else 0
 * @dport: destination port, likewise
 * @flags: &enum bailey_packet_flags
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @proto: protocol above IP, behind all extension headers that were read
 * @type: ICMP or ICMPv6 type
 * @code: ICMP or ICMPv6 code
 * @tcp_flags: BAILEY_TCP_*; the reserved and ECN bits are not kept
 * @hop_limit: TTL or hop limit
 * @tcp_header: bytes of the TCP header with its options; 0 in a quote
 * @tcp_scale: window scale option, at most 14, or %BAILEY_TCP_NO_SCALE
 * @tcp_window: the window as it stands in the header, unscaled
 * @tcp_seq: sequence number; the only one that a quote has
 * @tcp_ack: acknowledgment number, whether ACK is set or not
 * @tcp_sack: the highest right edge of all SACK blocks, or @tcp_ack
 * @tcp_data: bytes behind the header; of a GSO packet those of all segments
 * @payload_off: offset of the header of @proto from the start of the source
 * @sctp_tag: verification tag
 * @sctp_init: initiate tag of an INIT or INIT ACK
 * @sctp_chunks: which kinds there are: 1 << &enum bailey_sctp_chunk
 * @sctp_reflected: T bit of an ABORT or SHUTDOWN COMPLETE: its tag is the one
 *	that was sent to its sender
 */
struct bailey_packet {
	struct bailey_addr src;
	struct bailey_addr dst;
	u32 id;
	u32 len;
	u16 sport;
	u16 dport;
	u16 flags;
	u8 family;
	u8 proto;
	u8 type;
	u8 code;
	u8 tcp_flags;
	u8 hop_limit;
	u8 tcp_header;
	u8 tcp_scale;
	u16 tcp_window;
	u32 tcp_seq;
	u32 tcp_ack;
	u32 tcp_sack;
	u32 tcp_data;
	u32 payload_off;
	u32 sctp_tag;
	u32 sctp_init;
	u16 sctp_chunks;
	bool sctp_reflected;
};

/**
 * bailey_seq_after() - compare two TCP sequence numbers (RFC 9293 3.4)
 * @a: one
 * @b: the other
 *
 * Return: true if @a is behind @b, modulo 2^32.
 */
static inline bool bailey_seq_after(u32 a, u32 b)
{
	return (s32)(b - a) < 0;
}

/**
 * bailey_addr_equal() - compare two addresses of one family
 * @a: one
 * @b: the other
 *
 * Return: true if they are the same.
 */
static inline bool bailey_addr_equal(const struct bailey_addr *a,
				     const struct bailey_addr *b)
{
	return a->hi == b->hi && a->lo == b->lo;
}

/**
 * bailey_addr_cmp() - order two addresses as numbers
 * @a: one
 * @b: the other
 *
 * Return: below 0, 0 or above 0 as @a is below, equal to or above @b.
 */
static inline int bailey_addr_cmp(const struct bailey_addr *a,
				  const struct bailey_addr *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return 0;
}

/**
 * bailey_addr_in_prefix() - is an address inside a prefix of its family?
 * @addr: the address
 * @prefix: the network, host bits zero
 * @bits: prefix length, 0 to 128 (0 to 32 for IPv4)
 *
 * Return: true if the first @bits bits agree.
 */
static inline bool bailey_addr_in_prefix(const struct bailey_addr *addr,
					 const struct bailey_addr *prefix,
					 u8 bits)
{
	if (bits == 0)
		return true;
	if (bits <= 64)
		return (addr->hi ^ prefix->hi) >> (64 - bits) == 0;
	return addr->hi == prefix->hi &&
	       (addr->lo ^ prefix->lo) >> (128 - bits) == 0;
}

/**
 * bailey_addr_link_local() - is it an IPv6 link-local unicast address?
 * @addr: an IPv6 address
 *
 * Return: true for fe80::/10 (RFC 4291 2.5.6).
 */
static inline bool bailey_addr_link_local(const struct bailey_addr *addr)
{
	return addr->hi >> 54 == 0xfe80 >> 6;
}

/**
 * bailey_proto_has_ports() - do the first four bytes above IP hold ports?
 * @proto: protocol number
 *
 * Return: true for TCP, UDP, UDP-Lite, SCTP and DCCP.
 */
static inline bool bailey_proto_has_ports(u8 proto)
{
	return proto == BAILEY_PROTO_TCP || proto == BAILEY_PROTO_UDP ||
	       proto == BAILEY_PROTO_UDPLITE || proto == BAILEY_PROTO_SCTP ||
	       proto == BAILEY_PROTO_DCCP;
}

/**
 * bailey_packet_is_icmp() - is it ICMP in IPv4 or ICMPv6 in IPv6?
 * @packet: family and proto are read
 *
 * Return: false also for each of them in the other family, where it is no more
 * than a number.
 */
static inline bool bailey_packet_is_icmp(const struct bailey_packet *packet)
{
	return packet->proto == (packet->family == BAILEY_IPV4 ?
				 BAILEY_PROTO_ICMP : BAILEY_PROTO_ICMPV6);
}

struct bailey_addr bailey_addr_from_bytes(u8 family, const u8 *bytes);

void bailey_addr_to_bytes(u8 family, const struct bailey_addr *addr, u8 *bytes);

bool bailey_packet_proto_known(const struct bailey_packet *packet);
enum bailey_reason bailey_packet_parse(const struct bailey_source *source,
				       struct bailey_packet *packet,
				       struct bailey_packet *quote);
enum bailey_reason bailey_packet_read(const struct bailey_source *source,
				      struct bailey_packet *packet,
				      struct bailey_packet *quote);
u16 bailey_packet_icmp_flags(u8 proto, u8 type);
u8 bailey_packet_reply_type(const struct bailey_packet *packet);
u8 bailey_packet_request_type(const struct bailey_packet *packet);

#endif /* BAILEY_ENGINE_PACKET_H */
