/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One rule: what it matches, what it says, and how often it has said it. Lists of
 * rules are in rules.h.
 */
#ifndef BAILEY_ENGINE_RULE_H
#define BAILEY_ENGINE_RULE_H

#include "packet.h"

#define BAILEY_PROTO_ANY	256

/* Address families as a set. */
#define BAILEY_FAMILY_IPV4	0x1
#define BAILEY_FAMILY_IPV6	0x2
#define BAILEY_FAMILY_BOTH	0x3

/* Directions, from the perspective of what is protected. */
#define BAILEY_IN	0
#define BAILEY_OUT	1

/**
 * enum bailey_action - what a rule, or the policy's default, says
 * @BAILEY_ALLOW: it may pass
 * @BAILEY_DENY: it is dropped, and nobody is told
 * @BAILEY_REJECT: it is dropped, and its sender is told: see refusal.c
 */
enum bailey_action {
	BAILEY_ALLOW,
	BAILEY_DENY,
	BAILEY_REJECT,
};

/* An ICMP type or code that a match leaves open. */
#define BAILEY_TYPE_ANY	(-1)

/**
 * enum bailey_peer_kind - how a match names one side of a packet
 * @BAILEY_PEER_ANY: any address of either family
 * @BAILEY_PEER_CIDR: a prefix
 * @BAILEY_PEER_PREFIX_LIST: a prefix list of the policy
 * @BAILEY_PEER_GROUP: the members of a group of the policy, at their places
 */
enum bailey_peer_kind {
	BAILEY_PEER_ANY,
	BAILEY_PEER_CIDR,
	BAILEY_PEER_PREFIX_LIST,
	BAILEY_PEER_GROUP,
};

/**
 * struct bailey_peer - one side of a match
 * @addr: the network, host bits zero (CIDR)
 * @slot: where the policy keeps the list or group (prefix list, group)
 * @kind: &enum bailey_peer_kind
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6 (CIDR)
 * @bits: prefix length (CIDR)
 */
struct bailey_peer {
	struct bailey_addr addr;
	u32 slot;
	u8 kind;
	u8 family;
	u8 bits;
};

/**
 * struct bailey_match - which packets a rule is about
 * @from: the source
 * @to: the destination
 * @sport_first: lowest source port
 * @sport_last: highest source port
 * @dport_first: lowest destination port
 * @dport_last: highest destination port
 * @proto: protocol number, or %BAILEY_PROTO_ANY
 * @type: ICMP type, or %BAILEY_TYPE_ANY
 * @code: ICMP code, or %BAILEY_TYPE_ANY
 * @families: BAILEY_FAMILY_* that can match at all
 * @sport_given: the source ports were written down
 * @dport_given: the destination ports were written down
 */
struct bailey_match {
	struct bailey_peer from;
	struct bailey_peer to;
	u16 sport_first;
	u16 sport_last;
	u16 dport_first;
	u16 dport_last;
	u16 proto;
	s16 type;
	s16 code;
	u8 families;
	bool sport_given;
	bool dport_given;
};

/**
 * struct bailey_rule - one rule of an ACL or a group, packed
 * @counter: the packets that it decided
 * @refs: one for each list of rules, and each classifier, that it is in
 * @number: entry number (ACL); 0 in a group
 * @proto: as in its match, but for @proto_any
 * @bits: prefix length of the source and of the destination (CIDR)
 * @from_words: how many of @word the source has, 0 to 4
 * @to_words: how many of those behind them the destination has
 * @from_v6: the source is a prefix of IPv6
 * @to_v6: the destination is a prefix of IPv6
 * @action: &enum bailey_action
 * @families: as in its match
 * @from_kind: &enum bailey_peer_kind of the source
 * @to_kind: &enum bailey_peer_kind of the destination
 * @sport_given: as in its match
 * @dport_given: as in its match
 * @sport_kept: one of @word is the source ports; else all will do
 * @dport_kept: the next one is the destination ports; likewise
 * @proto_any: its match says %BAILEY_PROTO_ANY
 * @type_any: its match says %BAILEY_TYPE_ANY for the type
 * @code_any: its match says %BAILEY_TYPE_ANY for the code
 * @word: source, then destination: the leading words of a prefix's network, the
 *	  most significant first, or a slot; then ports, as first << 16 | last; then, unless
 *	  it is any, type << 8 | code
 *
 * A rule has room for what it fixes and no more, for there may be 100,000: one of two IPv4
 * hosts and a port has 32 bytes, of two IPv6 hosts and a port 56. bailey_rule_match() unpacks.
 *
 * Immutable but for its counter, and shared by all policies that have it, so that
 * it keeps counting across changes.
 */
struct bailey_rule {
	bailey_counter counter;
	struct bailey_refcount refs;
	u32 number;
	u8 proto;
	u8 bits[2];
	u8 from_words : 3;
	u8 to_words : 3;
	u8 from_v6 : 1;
	u8 to_v6 : 1;
	u8 action : 2;
	u8 families : 2;
	u8 from_kind : 2;
	u8 to_kind : 2;
	u8 sport_given : 1;
	u8 dport_given : 1;
	u8 sport_kept : 1;
	u8 dport_kept : 1;
	u8 proto_any : 1;
	u8 type_any : 1;
	u8 code_any : 1;
	u32 word[];
};

/**
 * enum bailey_fit - is a match about a packet?
 * @BAILEY_FIT_NO: it is not
 * @BAILEY_FIT_YES: it is
 * @BAILEY_FIT_PERHAPS: a later fragment does not show it
 */
enum bailey_fit {
	BAILEY_FIT_NO,
	BAILEY_FIT_YES,
	BAILEY_FIT_PERHAPS,
};

int bailey_rule_pools_init(void);
void bailey_rule_pools_exit(void);

struct bailey_rule *bailey_rule_create(const struct bailey_match *match,
				       u32 number, enum bailey_action action);
void bailey_rule_put(struct bailey_rule *rule);
int bailey_rule_cmp(const struct bailey_rule *a, const struct bailey_rule *b);
bool bailey_rule_clash(const struct bailey_rule *a, const struct bailey_rule *b);
void bailey_rule_match(const struct bailey_rule *rule, struct bailey_match *match);
enum bailey_fit bailey_rule_fields(const struct bailey_rule *rule,
				   const struct bailey_packet *packet);
bool bailey_rule_begins(const struct bailey_rule *rule, const u8 words[2], const u64 *src,
			const u64 *dst);
const char *bailey_action_name(enum bailey_action action);

void bailey_match_init(struct bailey_match *match);
int bailey_match_cmp(const struct bailey_match *a, const struct bailey_match *b);

/**
 * bailey_family_bit() - a family as a member of a set of families
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 *
 * Return: %BAILEY_FAMILY_IPV4 or %BAILEY_FAMILY_IPV6.
 */
static inline u8 bailey_family_bit(u8 family)
{
	return family == BAILEY_IPV4 ? BAILEY_FAMILY_IPV4 : BAILEY_FAMILY_IPV6;
}

#endif /* BAILEY_ENGINE_RULE_H */
