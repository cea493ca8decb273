/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of packets, exactly: the algebra that reach (and whoever else asks "which
 * packets?") counts in.
 *
 * A space is a set of packets, told apart by family, protocol, source and destination
 * address, ports, ICMP type and code, hop limit. It is a number (u32) that is good in
 * its struct spaces:
 *
 *     struct spaces *spaces = spaces_create(SPACES_NODES, SPACES_STEPS);
 *     u32 a = space_match(spaces, policy, &match, false);
 *     u32 b = space_minus(spaces, a, space_field(spaces, SPACE_DPORT, 22, 22));
 *     if (b == SPACE_NONE) ...            equal sets are equal numbers
 *     if (space_example(spaces, b, &packet)) ...
 *     rows = space_rows_create(spaces, b, 1000);
 *     if (spaces_failed(spaces)) ...      once, at the end, before any answer is used
 *     spaces_destroy(spaces);
 *
 * Ownership: spaces need not be freed one by one; spaces_destroy() frees all of them,
 * spaces_collect() all but those that are named, when there are many. Rows are their
 * caller's. Policies that were handed in must outlive the spaces.
 *
 * Limits: some sets have no small description. Then, and when memory is short, a function
 * returns SPACE_FAILED, which every function takes and gives back; nothing is half done,
 * and spaces_failed() says why.
 *
 * What a packet does not have does not tell it apart: a rule about ports holds for
 * protocols with ports only, one about types for ICMP in IPv4 and ICMPv6 in IPv6.
 * Later fragments are no part of this. Sets hold packets of both families.
 */
#ifndef BAILEY_TOOLS_SPACE_H
#define BAILEY_TOOLS_SPACE_H

#include "bdd.h"
#include "engine/policy.h"

/* Every packet, no packet, and no answer. */
#define SPACE_ALL	BDD_ALL
#define SPACE_NONE	BDD_NONE
#define SPACE_FAILED	BDD_FAILED

/* Limits for spaces_create() that suit a tool: some 600 MB, a minute or two. */
#define SPACES_NODES	(16U << 20)
#define SPACES_STEPS	(400ULL * 1000 * 1000)

/**
 * enum space_field - what tells packets apart, besides the family
 * @SPACE_PROTO: protocol
 * @SPACE_DPORT: destination port; of ICMP and ICMPv6 the type in the upper, the code
 *	in the lower byte
 * @SPACE_SRC: source address
 * @SPACE_DST: destination address
 * @SPACE_SPORT: source port
 * @SPACE_HOP: hop limit or TTL
 * @SPACE_FIELDS: number of fields, not a field
 *
 * In this order sets are described and printed.
 */
enum space_field {
	SPACE_PROTO,
	SPACE_DPORT,
	SPACE_SRC,
	SPACE_DST,
	SPACE_SPORT,
	SPACE_HOP,
	SPACE_FIELDS
};

/**
 * struct space_range - values of a field that lie side by side
 * @first: the lowest, its first bit in the top bit of @first.hi as in every
 *	   struct bailey_addr: port N is (u64)N << 48
 * @last: the highest, likewise
 */
struct space_range {
	struct bailey_addr first;
	struct bailey_addr last;
};

/**
 * struct space_memo - what a prefix list is as a set
 * @list: the list
 * @field: %SPACE_SRC or %SPACE_DST
 * @space: those packets
 */
struct space_memo {
	const struct bailey_prefix_list *list;
	enum space_field field;
	u32 space;
};

/**
 * struct spaces - where spaces are kept
 * @bdd: the sets
 * @family: packets of IPv4, of IPv6
 * @with_ports: packets of protocols with ports
 * @is_icmp: ICMP in IPv4, ICMPv6 in IPv6
 * @answered: packets to which there is a response: all but ICMP and ICMPv6
 *	      messages that are not requests
 * @replies: ICMP and ICMPv6 replies, which can't begin a connection
 * @errors: ICMP and ICMPv6 errors
 * @memo: prefix lists that were asked for
 * @memos: how many
 *
 * The sets are for everybody to read.
 */
struct spaces {
	struct bdd bdd;
	u32 family[2];
	u32 with_ports;
	u32 is_icmp;
	u32 answered;
	u32 replies;
	u32 errors;
	struct space_memo *memo;
	u32 memos;
};

/* space.c: sets */
struct spaces *spaces_create(u32 nodes, u64 steps);
void spaces_destroy(struct spaces *spaces);
const char *spaces_failed(const struct spaces *spaces);
void spaces_collect(struct spaces *spaces, const u32 *keep, u32 count);
bool spaces_crowded(const struct spaces *spaces);
u32 space_and(struct spaces *spaces, u32 a, u32 b);
u32 space_or(struct spaces *spaces, u32 a, u32 b);
u32 space_minus(struct spaces *spaces, u32 a, u32 b);
u32 space_union(struct spaces *spaces, const u32 *space, u32 count);
bool space_subset(struct spaces *spaces, u32 a, u32 b);
u32 space_field(struct spaces *spaces, enum space_field field, u32 first, u32 last);
u32 space_ranges(struct spaces *spaces, enum space_field field, u8 family,
		 const struct space_range *range, u32 count);
u32 space_prefix(struct spaces *spaces, enum space_field field, u8 family,
		 const struct bailey_addr *addr, u8 bits);
u32 space_fill_replies(struct spaces *spaces, u32 space);

/**
 * space_not() - the complement
 * @space: a space
 *
 * Return: all packets that are not in it.
 */
static inline u32 space_not(u32 space)
{
	return bdd_not(space);
}

/* space_rule.c: what rules are as sets */
u32 space_match(struct spaces *spaces, const struct bailey_policy *policy,
		const struct bailey_match *match, bool response);
u32 space_first_match(struct spaces *spaces, const struct bailey_policy *policy,
		      const struct bailey_rules *rules, bool response);
u32 space_first_match_within(struct spaces *spaces, const struct bailey_policy *policy,
			     const struct bailey_rules *rules, bool response, u32 within);

/* space_packet.c: sets and single packets */
bool space_has(const struct spaces *spaces, u32 space,
	       const struct bailey_packet *packet);
bool space_example(struct spaces *spaces, u32 space, struct bailey_packet *packet);
void space_packet_complete(struct bailey_packet *packet);

/**
 * struct space_list - the values of a field in a row
 * @range: in order, none touching the next
 * @count: how many
 * @all: every value that there is
 */
struct space_list {
	const struct space_range *range;
	u32 count;
	bool all;
};

/**
 * struct space_row - a block of packets: any value of each list goes with any other
 * @field: the values of each field; of %SPACE_DPORT those of ICMP types and codes if
 *	   @icmp, and %SPACE_DPORT and %SPACE_SPORT are all for protocols with neither
 * @families: BAILEY_FAMILY_*: both only where both addresses are all
 * @icmp: every protocol of the row is ICMP, or ICMPv6
 */
struct space_row {
	struct space_list field[SPACE_FIELDS];
	u8 families;
	bool icmp;
};

/**
 * struct space_rows - a set as blocks that have no packet in common
 * @row: the blocks, in order of family, protocols, destination ports, source, …
 * @count: how many
 * @chunk: where the ranges lie
 */
struct space_rows {
	struct space_row *row;
	u32 count;
	struct space_chunk *chunk;
};

/* space_rows.c: sets as blocks */
int space_rows_create(struct spaces *spaces, u32 space, u32 most,
		      struct space_rows *rows);
void space_rows_destroy(struct space_rows *rows);

/* space_text.c: blocks as text */
void space_list_print(const struct space_list *list, enum space_field field,
		      const struct space_row *row, struct bailey_out *out);
void space_row_print(const struct space_row *row, struct bailey_out *out);
void space_packet_print(const struct bailey_packet *packet, struct bailey_out *out);

#endif /* BAILEY_TOOLS_SPACE_H */
