// SPDX-License-Identifier: GPL-2.0
/*
 * Flows: headers of packets, made from a number. Clients are in 10.0.0.0/8 or
 * 2001:db8:1::/48, four connections each; 256 servers in 172.16.0.0/24 or
 * 2001:db8:2::/64 answer at port 443.
 */
#include "bench.h"

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/vmalloc.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

static u8 transport_length(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 8;
	default:
		return 16;
	}
}

/* The source or the destination address, in the family's own length. */
void bench_flow_set_addr(struct bench_flow *flow, bool dst, const u8 *addr)
{
	if (flow->family == 4)
		memcpy(flow->header + (dst ? 16 : 12), addr, 4);
	else
		memcpy(flow->header + (dst ? 24 : 8), addr, 16);
}

static void finish_ip(struct bench_flow *flow, u16 length)
{
	struct ipv6hdr *ip6 = (struct ipv6hdr *)flow->header;
	struct iphdr *ip = (struct iphdr *)flow->header;

	if (flow->family == 6) {
		ip6->version = 6;
		ip6->payload_len = htons(length);
		ip6->nexthdr = flow->proto;
		ip6->hop_limit = 64;
		return;
	}
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + length);
	ip->frag_off = htons(IP_DF);
	ip->ttl = 64;
	ip->protocol = flow->proto;
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
}

/* A sum over a header which is nothing but zeroes behind @length bytes. */
static __sum16 checksum(const struct bench_flow *flow, const u8 *transport, u16 length)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)flow->header;
	const struct iphdr *ip = (const struct iphdr *)flow->header;
	__wsum sum = csum_partial(transport, transport_length(flow->proto), 0);

	if (flow->proto == IPPROTO_ICMP)
		return csum_fold(sum);
	if (flow->family == 6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, length, flow->proto, sum);
	return csum_tcpudp_magic(ip->saddr, ip->daddr, length, flow->proto, sum);
}

/*
 * Everything behind the addresses. The ports of ICMP are its type and code. TCP
 * numbers are drawn from the ports, no two flows need other ones.
 */
void bench_flow_finish(struct bench_flow *flow, u16 sport, u16 dport, u32 payload)
{
	u8 ip = flow->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	u16 length = transport_length(flow->proto) + payload;
	u8 *transport = flow->header + ip;
	struct tcphdr *th = (struct tcphdr *)transport;
	struct udphdr *uh = (struct udphdr *)transport;

	flow->length = ip + transport_length(flow->proto);
	finish_ip(flow, length);
	switch (flow->proto) {
	case IPPROTO_TCP:
		th->seq = htonl(sport * 7919u);
		th->ack_seq = htonl(dport * 104729u);
		th->doff = sizeof(*th) / 4;
		th->window = htons(65535);
		th->source = htons(sport);
		th->dest = htons(dport);
		th->check = checksum(flow, transport, length);
		break;
	case IPPROTO_UDP:
		uh->source = htons(sport);
		uh->dest = htons(dport);
		uh->len = htons(length);
		uh->check = checksum(flow, transport, length);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		transport[0] = sport;
		transport[1] = dport;
		*(__sum16 *)(transport + 2) = checksum(flow, transport, length);
		break;
	}
}

static void put32(u32 value, u8 *to)
{
	__be32 bytes = htonl(value);

	memcpy(to, &bytes, sizeof(bytes));
}

static void make_flow(struct bench_flow *flow, const struct bench_options *options,
		      u32 number)
{
	u32 client = options->sources ? number % options->sources : number / 4;
	u32 server = number % 256;
	u8 src[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1 };
	u8 dst[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 2 };

	flow->family = options->family;
	flow->proto = options->proto;
	flow->drop = options->drop;
	if (options->family == 4) {
		put32(0x0a000000 + client, src);
		put32(0xac100000 + server, dst);
	} else {
		put32(client, src + 12);
		put32(server, dst + 12);
	}
	bench_flow_set_addr(flow, false, src);
	bench_flow_set_addr(flow, true, dst);
	bench_flow_finish(flow, 1024 + number % 60000, 443, options->payload);
}

/* Would the flows be other ones? */
static bool same(const struct bench_options *a, const struct bench_options *b)
{
	return a->family == b->family && a->proto == b->proto && a->flows == b->flows &&
	       a->first == b->first && a->sources == b->sources &&
	       a->payload == b->payload && a->drop == b->drop && a->trace == b->trace;
}

/*
 * Make the flows that a run wants, unless they are there: what a connection has
 * come to is in them. Opening makes them anew.
 */
int bench_flows_make(struct bench_flows *flows, const struct bench_options *options)
{
	bool fresh = options->mode == BENCH_OPEN || options->mode == BENCH_NEW;
	u32 i;

	if (flows->flow && !fresh && same(&flows->made, options) &&
	    flows->edition == bench_trace_edition())
		return 0;
	bench_flows_free(flows);
	flows->made = *options;
	flows->edition = bench_trace_edition();
	if (options->trace)
		return bench_trace_copy(flows, options->payload);
	flows->flow = vzalloc(array_size(options->flows, sizeof(*flows->flow)));
	if (!flows->flow)
		return -ENOMEM;
	flows->count = options->flows;
	for (i = 0; i < flows->count; i++)
		make_flow(&flows->flow[i], options, options->first + i);
	return 0;
}

static u32 draw(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 32;
}

void bench_flows_shuffle(struct bench_flows *flows, u32 seed)
{
	u64 state = 0x9e3779b97f4a7c15ull ^ seed;
	struct bench_flow *other;
	u32 i;

	for (i = flows->count; i > 1; i--) {
		other = &flows->flow[((u64)draw(&state) * i) >> 32];
		swap(flows->flow[i - 1], *other);
	}
	flows->shuffled = true;
}

void bench_flows_free(struct bench_flows *flows)
{
	vfree(flows->flow);
	memset(flows, 0, sizeof(*flows));
}
