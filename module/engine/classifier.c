// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier: the first entry, in order of numbers, that matches a packet.
 *
 * This one is the plain reading: two arrays in order, one per address family,
 * searched from the front. Its cost grows with the number of entries; what it
 * answers is the yardstick for anything faster that takes its place behind the
 * same three functions. Made when a policy is sealed, read by packets without a
 * lock, freed with the ACL.
 *
 * Example: entries "100 allow tcp to any port 443", "200 deny tcp from
 * 10.0.0.0/8", "300 allow tcp" become [100, 200, 300] for IPv4, and [100, 300]
 * for IPv6, since 200 can match no IPv6 packet. A packet from 10.1.2.3 to port
 * 80 fails at 100 on its port, matches at 200, and is denied.
 */
#include "classifier.h"

/**
 * struct bailey_classifier - the entries of one direction, by family
 * @count: how many entries for IPv4 and for IPv6
 * @rule: those for IPv4, then those for IPv6; the ACL holds the references
 */
struct bailey_classifier {
	u32 count[2];
	struct bailey_rule *rule[];
};

static u32 count_family(const struct bailey_rules *rules, u8 family)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 count = 0;

	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		count += !!(match.families & family);
	}
	return count;
}

static void fill_family(struct bailey_rule **to, const struct bailey_rules *rules,
			u8 family)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;

	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		if (match.families & family)
			*to++ = rule;
	}
}

/**
 * bailey_classifier_create() - make a classifier of entries
 * @rules: sorted; must outlive the classifier
 *
 * Return: the classifier, to be freed with bailey_free(), or NULL when memory is
 * short.
 */
struct bailey_classifier *bailey_classifier_create(const struct bailey_rules *rules)
{
	u32 v4 = count_family(rules, BAILEY_FAMILY_IPV4);
	u32 v6 = count_family(rules, BAILEY_FAMILY_IPV6);
	struct bailey_classifier *classifier;

	classifier = bailey_zalloc(sizeof(*classifier) +
				   ((size_t)v4 + v6) * sizeof(*classifier->rule));
	if (!classifier)
		return NULL;
	classifier->count[0] = v4;
	classifier->count[1] = v6;
	fill_family(classifier->rule, rules, BAILEY_FAMILY_IPV4);
	fill_family(classifier->rule + v4, rules, BAILEY_FAMILY_IPV6);
	return classifier;
}

static bool peer_holds(const struct bailey_policy *policy,
		       const struct bailey_peer *peer, u8 family,
		       const struct bailey_addr *addr)
{
	const struct bailey_object *list;

	if (peer->kind != BAILEY_PEER_PREFIX_LIST)
		return true;
	list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
	return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set,
					  family, addr);
}

/**
 * bailey_classify() - the entry that decides a packet
 * @policy: the sealed policy that the ACL belongs to
 * @classifier: of the packet's direction; NULL for no entries
 * @packet: the packet
 * @sure: filled in: false if a later fragment does not show whether the entry
 *	  matches; then this packet can't be decided
 *
 * Context: Any.
 * Return: the matching entry with the lowest number, or NULL when none matches.
 */
struct bailey_rule *bailey_classify(const struct bailey_policy *policy,
				    const struct bailey_classifier *classifier,
				    const struct bailey_packet *packet, bool *sure)
{
	bool v6 = packet->family == BAILEY_IPV6;
	struct bailey_rule * const *rule;
	struct bailey_match match;
	enum bailey_fit fit;
	u32 i;

	*sure = true;
	if (!classifier)
		return NULL;
	rule = classifier->rule + (v6 ? classifier->count[0] : 0);
	for (i = 0; i < classifier->count[v6]; i++) {
		fit = bailey_rule_fields(rule[i], packet);
		if (fit == BAILEY_FIT_NO)
			continue;
		bailey_rule_match(rule[i], &match);
		if (!peer_holds(policy, &match.from, packet->family, &packet->src) ||
		    !peer_holds(policy, &match.to, packet->family, &packet->dst))
			continue;
		*sure = fit == BAILEY_FIT_YES;
		return rule[i];
	}
	return NULL;
}
