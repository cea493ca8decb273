/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One rule: what it matches, what it says, and how often it has said it.
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
 * struct bailey_rule - one rule of an ACL or a group
 * @counter: the packets that it decided
 * @refs: one for each list of rules that it is in
 * @number: entry number (ACL); 0 in a group
 * @line: writer only: the line that brought it, until the policy is sealed
 * @column: writer only: the column of its number or match there
 * @action: &enum bailey_action
 * @match: the packets it is about
 *
 * Immutable but for its counter once the policy it is in is sealed, and shared
 * by all policies that have it, so that it keeps counting across changes.
 */
struct bailey_rule {
	bailey_counter counter;
	struct bailey_refcount refs;
	u32 number;
	u32 line;
	u32 column;
	u8 action;
	struct bailey_match match;
};

/**
 * struct bailey_rules - an array of rules in order
 * @at: the rules; each holds a reference
 * @count: how many
 * @cap: room in @at
 * @sorted: in order and without duplicates, as far as is known
 */
struct bailey_rules {
	struct bailey_rule **at;
	u32 count;
	u32 cap;
	bool sorted;
};

/**
 * struct bailey_rules_iter - a place in an array of rules
 * @rules: the array
 * @index: the rule there
 */
struct bailey_rules_iter {
	const struct bailey_rules *rules;
	u32 index;
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

struct bailey_rule *bailey_rule_create(const struct bailey_match *match,
				       u32 number, enum bailey_action action);
void bailey_rule_put(struct bailey_rule *rule);
bool bailey_rule_same(const struct bailey_rule *a, const struct bailey_rule *b);
const char *bailey_action_name(enum bailey_action action);

void bailey_match_init(struct bailey_match *match);
int bailey_match_cmp(const struct bailey_match *a, const struct bailey_match *b);
enum bailey_fit bailey_match_fields(const struct bailey_match *match,
				    const struct bailey_packet *packet);

void bailey_rule_match(const struct bailey_rule *rule, struct bailey_match *match);
enum bailey_fit bailey_rule_fields(const struct bailey_rule *rule,
				   const struct bailey_packet *packet);

int bailey_rules_clone(struct bailey_rules *to, const struct bailey_rules *from);
void bailey_rules_destroy(struct bailey_rules *rules);
int bailey_rules_append(struct bailey_rules *rules, struct bailey_rule *rule);
struct bailey_rule *bailey_rules_sort(struct bailey_rules *rules);
u32 bailey_rules_find(const struct bailey_rules *rules, u32 number);
void bailey_rules_remove(struct bailey_rules *rules, u32 index);
void bailey_rules_adopt(struct bailey_rules *rules,
			const struct bailey_rules *old);

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

/**
 * bailey_rules_at() - the rule at an index
 * @rules: an array
 * @index: from 0 to count - 1
 *
 * For a walk, bailey_rules_first() and bailey_rules_next() are faster.
 *
 * Return: the rule.
 */
static inline struct bailey_rule *bailey_rules_at(const struct bailey_rules *rules,
						  u32 index)
{
	return rules->at[index];
}

/**
 * bailey_rules_next() - go to the next rule
 * @iter: at a rule
 *
 * Return: the rule, or NULL behind the last one.
 */
static inline struct bailey_rule *bailey_rules_next(struct bailey_rules_iter *iter)
{
	return ++iter->index < iter->rules->count ? iter->rules->at[iter->index] : NULL;
}

/**
 * bailey_rules_first() - begin a walk
 * @rules: the array, which does not change meanwhile
 * @iter: filled in
 *
 * Return: the first rule, or NULL when there is none.
 */
static inline struct bailey_rule *bailey_rules_first(const struct bailey_rules *rules,
						     struct bailey_rules_iter *iter)
{
	iter->rules = rules;
	iter->index = 0;
	return rules->count ? rules->at[0] : NULL;
}

#endif /* BAILEY_ENGINE_RULE_H */
