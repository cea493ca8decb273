// SPDX-License-Identifier: GPL-2.0
/*
 * Socket buffers in all shapes: what the engine sees must not depend on them.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#include "skb.h"

#define LINK	14		/* bytes before the network header, at times */

/* IPv6, destination options, TCP 40000 -> 443 SYN. */
static const u8 tcp_packet[] = {
	0x60, 0, 0, 0, 0, 28, 60, 64,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	6, 0, 1, 4, 0, 0, 0, 0,
	0x9c, 0x40, 0x01, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0, 0,
	0, 0, 0, 0,
};

/* IPv4, ICMP port unreachable, quoting UDP 5353 -> 53. */
static const u8 error_packet[] = {
	0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 1, 3, 3, 7, 119, 18, 36, 73,
	3, 3, 0, 0, 0, 0, 0, 0,
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 119, 18, 36, 73, 1, 3, 3, 7,
	0x14, 0xe9, 0, 53, 0, 8, 0, 0,
};

/* The first @linear bytes stand in the head, @link bytes of a link before them. */
static struct sk_buff *make_head(struct kunit *test, const u8 *bytes,
				 unsigned int linear, unsigned int link)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, link);
	skb_put_data(skb, bytes, linear);
	skb_set_network_header(skb, link);
	skb->protocol = bytes[0] >> 4 == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	return skb;
}

static void add_page(struct kunit *test, struct sk_buff *skb, const u8 *bytes,
		     unsigned int len)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page) + 100, bytes, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 100, len,
			PAGE_SIZE);
}

static void add_list(struct kunit *test, struct sk_buff *skb, const u8 *bytes,
		     unsigned int len)
{
	struct sk_buff *rest = alloc_skb(256, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rest);
	skb_put_data(rest, bytes, len);
	skb_shinfo(skb)->frag_list = rest;
	skb->len += len;
	skb->data_len += len;
	skb->truesize += rest->truesize;
}

static void expect(struct kunit *test, struct sk_buff *skb,
		   const struct bailey_packet *packet,
		   const struct bailey_packet *quote)
{
	struct bailey_packet p, q;

	memset(&p, 0, sizeof(p));
	memset(&q, 0, sizeof(q));
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q), BAILEY_PASS);
	KUNIT_EXPECT_TRUE(test, !memcmp(&p, packet, sizeof(p)));
	KUNIT_EXPECT_TRUE(test, !memcmp(&q, quote, sizeof(q)));
	kfree_skb(skb);
}

/* Cut at each byte, the rest in pages or in a second buffer. */
static void try_shapes(struct kunit *test, const u8 *bytes, unsigned int len,
		       const struct bailey_packet *packet,
		       const struct bailey_packet *quote)
{
	struct sk_buff *skb;
	unsigned int cut;

	for (cut = 0; cut < len; cut++) {
		skb = make_head(test, bytes, cut, 0);
		add_page(test, skb, bytes + cut, len - cut);
		expect(test, skb, packet, quote);
		skb = make_head(test, bytes, cut, LINK);
		add_list(test, skb, bytes + cut, len - cut);
		expect(test, skb, packet, quote);
	}
	for (cut = 1; cut < len - 1; cut++) {
		skb = make_head(test, bytes, 1, LINK);
		add_page(test, skb, bytes + 1, cut);
		add_page(test, skb, bytes + 1 + cut, len - cut - 1);
		expect(test, skb, packet, quote);
	}
	for (cut = 0; cut <= len; cut++) {
		skb = make_head(test, bytes, len, 0);
		__skb_pull(skb, cut);
		expect(test, skb, packet, quote);
	}
}

static void all_shapes_are_one(struct kunit *test)
{
	struct bailey_packet p, q;
	struct sk_buff *skb;

	memset(&p, 0, sizeof(p));
	memset(&q, 0, sizeof(q));
	skb = make_head(test, tcp_packet, sizeof(tcp_packet), 0);
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q), BAILEY_PASS);
	KUNIT_EXPECT_EQ(test, p.dport, 443);
	KUNIT_EXPECT_EQ(test, p.payload_off, 48);
	kfree_skb(skb);
	try_shapes(test, tcp_packet, sizeof(tcp_packet), &p, &q);

	skb = make_head(test, error_packet, sizeof(error_packet), 0);
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q), BAILEY_PASS);
	KUNIT_EXPECT_EQ(test, p.flags, BAILEY_PKT_ICMP_ERROR | BAILEY_PKT_QUOTE);
	KUNIT_EXPECT_EQ(test, q.sport, 5353);
	kfree_skb(skb);
	try_shapes(test, error_packet, sizeof(error_packet), &p, &q);
}

static void the_short_are_refused(struct kunit *test)
{
	struct bailey_packet p, q;
	struct sk_buff *skb;
	unsigned int cut;

	for (cut = 0; cut < sizeof(tcp_packet); cut++) {
		skb = make_head(test, tcp_packet, cut / 2, LINK);
		add_page(test, skb, tcp_packet + cut / 2, cut - cut / 2);
		KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q),
				BAILEY_DROP_TRUNCATED);
		kfree_skb(skb);
	}
}

static void gso_needs_no_length(struct kunit *test)
{
	struct bailey_packet p, q;
	struct sk_buff *skb = make_head(test, tcp_packet, sizeof(tcp_packet), 0);

	skb->data[5] = 0;
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q),
			BAILEY_DROP_TRUNCATED);
	skb_shinfo(skb)->gso_size = 1000;
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q), BAILEY_PASS);
	KUNIT_EXPECT_EQ(test, p.len, sizeof(tcp_packet));
	KUNIT_EXPECT_EQ(test, p.dport, 443);
	kfree_skb(skb);
}

static void the_protocol_must_agree(struct kunit *test)
{
	struct bailey_packet p, q;
	struct sk_buff *skb = make_head(test, tcp_packet, sizeof(tcp_packet), 0);

	skb->protocol = htons(ETH_P_IP);
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q),
			BAILEY_DROP_MALFORMED);
	skb->protocol = 0;
	KUNIT_EXPECT_EQ(test, bailey_skb_parse(skb, &p, &q), BAILEY_PASS);
	kfree_skb(skb);
}

static const u8 plain_packet[] = {
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	0x9c, 0x40, 0x01, 0xbb, 0, 8, 0, 0,
};

/* The long way says so if the short one has read anything else. */
static void the_short_way_is_compared(struct kunit *test)
{
	struct sk_buff *skb = make_head(test, plain_packet, sizeof(plain_packet), 0);
	struct bailey_packet p;

	KUNIT_ASSERT_TRUE(test, bailey_skb_plain(skb, &p));
	KUNIT_EXPECT_TRUE(test, bailey_skb_reads_alike(skb, &p));
	p.sctp_reflected = true;
	KUNIT_EXPECT_FALSE(test, bailey_skb_reads_alike(skb, &p));
	p.sctp_reflected = false;
	p.src.hi ^= 1ULL << 63;
	KUNIT_EXPECT_FALSE(test, bailey_skb_reads_alike(skb, &p));
	kfree_skb(skb);
}

static void expect_on_wire(struct kunit *test, const struct sk_buff *skb,
			   const struct bailey_packet *p, u32 packets, u32 bytes)
{
	u32 got_packets, got_bytes;

	bailey_skb_on_wire(skb, p, &got_packets, &got_bytes);
	KUNIT_EXPECT_EQ(test, got_packets, packets);
	KUNIT_EXPECT_EQ(test, got_bytes, bytes);
}

/* 40 bytes of IPv6, 8 of an extension header, and what the protocol has itself. */
static void each_segment_has_headers(struct kunit *test)
{
	struct sk_buff *skb = make_head(test, tcp_packet, sizeof(tcp_packet), LINK);
	struct skb_shared_info *info = skb_shinfo(skb);
	struct bailey_packet p = { .len = 68 + 1001, .payload_off = 48, .tcp_header = 20 };

	expect_on_wire(test, skb, &p, 1, 1069);
	info->gso_size = 500;
	info->gso_type = SKB_GSO_TCPV6;
	info->gso_segs = 3;
	expect_on_wire(test, skb, &p, 3, 1069 + 2 * 68);
	info->gso_segs = 0;
	expect_on_wire(test, skb, &p, 3, 1069 + 2 * 68);
	info->gso_type = SKB_GSO_UDP_L4;
	p.tcp_header = 0;
	p.len = 56 + 1001;
	expect_on_wire(test, skb, &p, 3, 1057 + 2 * 56);
	info->gso_type = SKB_GSO_SCTP;
	info->gso_size = GSO_BY_FRAGS;
	info->gso_segs = 2;
	expect_on_wire(test, skb, &p, 2, 1057 + 60);
	/* In a tunnel the inner headers are repeated as well. */
	info->gso_type = SKB_GSO_GRE | SKB_GSO_TCPV4;
	info->gso_segs = 4;
	skb->encapsulation = 1;
	skb_set_inner_transport_header(skb, LINK + 48);
	skb->data[LINK + 48 + 12] = 8 << 4;
	expect_on_wire(test, skb, &p, 4, 1057 + 3 * (48 + 32));
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_shapes_are_one),
	KUNIT_CASE(the_short_are_refused),
	KUNIT_CASE(gso_needs_no_length),
	KUNIT_CASE(the_protocol_must_agree),
	KUNIT_CASE(the_short_way_is_compared),
	KUNIT_CASE(each_segment_has_headers),
	{ }
};

static struct kunit_suite bailey_skb = {
	.name = "bailey_skb",
	.test_cases = cases,
};

kunit_test_suite(bailey_skb);
