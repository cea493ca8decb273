// SPDX-License-Identifier: GPL-2.0
/*
 * Near misses.
 *
 * A second look at the rules, one after the other, once the answer is known: it tells
 * which of them would have given another answer if one field were different, and which
 * field that is. It never gives the answer itself, and it shares nothing with what
 * does (the classifier, the groups' indexes) but the rules. Its cost is that of
 * reading all rules of an ACL or of the groups; nobody but explain pays it.
 *
 * Only what would have changed the answer is a near miss:
 *
 * - in an ACL a rule in front of the one that decided, that says the opposite, and of
 *   which one field does not hold; and the first rule behind the one that decided of
 *   which everything holds and that says the opposite: its number came too late;
 * - in groups that did not allow the packet, any rule of which one field does not hold.
 *
 * A family is a field of its own only where nothing else tells it: a rule with a
 * prefix of IPv4 misses a packet of IPv6 by its addresses, one for "icmp" a packet of
 * ICMPv6 by its protocol.
 */
#include "near.h"

#define BIT_OF(field)	(1U << (field))

static bool list_holds(const struct bailey_policy *policy, u32 slot, u8 family,
		       const struct bailey_addr *addr)
{
	const struct bailey_object *list = bailey_policy_object(policy, BAILEY_PREFIX_LIST,
								slot);

	return list && bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set,
						  family, addr);
}

static bool peer_holds(const struct bailey_near_question *question,
		       const struct bailey_peer *peer, u32 end)
{
	const struct bailey_packet *packet = question->packet;
	const struct bailey_addr *addr = end ? &packet->dst : &packet->src;

	switch (peer->kind) {
	case BAILEY_PEER_CIDR:
		return peer->family == packet->family &&
		       bailey_addr_in_prefix(addr, &peer->addr, peer->bits);
	case BAILEY_PEER_PREFIX_LIST:
		return list_holds(question->policy, peer->slot, packet->family, addr);
	case BAILEY_PEER_GROUP:
		return question->member[end] &&
		       bailey_set_has(question->member[end], peer->slot);
	}
	return true;
}

static bool port_holds(const struct bailey_packet *packet, bool given, u16 first,
		       u16 last, u16 port)
{
	if (!given)
		return true;
	/* Of a later fragment no port is seen; nobody need see one that may be any. */
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		return bailey_proto_has_ports(packet->proto) && !first && last == U16_MAX;
	return packet->flags & BAILEY_PKT_PORTS && port >= first && port <= last;
}

static bool proto_holds(const struct bailey_packet *packet, u16 proto)
{
	if (proto == BAILEY_PROTO_ANY)
		return true;
	return proto == packet->proto && (!(packet->flags & BAILEY_PKT_FRAGMENT) ||
					  bailey_packet_proto_known(packet));
}

/* "icmp" is IPv4 alone, "icmpv6" IPv6 alone, whatever number a packet has. */
static bool family_holds(const struct bailey_packet *packet, u16 proto)
{
	if (proto != packet->proto)
		return true;
	return packet->family == BAILEY_IPV4 ? proto != BAILEY_PROTO_ICMPV6 :
					       proto != BAILEY_PROTO_ICMP;
}

static bool byte_holds(const struct bailey_packet *packet, s16 wanted, u8 byte)
{
	if (wanted == BAILEY_TYPE_ANY)
		return true;
	return bailey_packet_is_icmp(packet) && !(packet->flags & BAILEY_PKT_FRAGMENT) &&
	       wanted == byte;
}

/**
 * bailey_near_misfits() - which fields of a rule do not hold of a packet?
 * @question: the packet
 * @rule: the rule
 *
 * Context: Any.
 * Return: bit per &enum bailey_field; 0 if the rule is about the packet.
 */
u32 bailey_near_misfits(const struct bailey_near_question *question,
			const struct bailey_rule *rule)
{
	const struct bailey_packet *packet = question->packet;
	struct bailey_match match;
	u32 fields = 0;

	bailey_rule_match(rule, &match);
	if (!proto_holds(packet, match.proto))
		fields |= BIT_OF(BAILEY_FIELD_PROTOCOL);
	if (!peer_holds(question, &match.from, 0))
		fields |= BIT_OF(BAILEY_FIELD_FROM);
	if (!port_holds(packet, match.sport_given, match.sport_first, match.sport_last,
			packet->sport))
		fields |= BIT_OF(BAILEY_FIELD_FROM_PORT);
	if (!peer_holds(question, &match.to, 1))
		fields |= BIT_OF(BAILEY_FIELD_TO);
	if (!port_holds(packet, match.dport_given, match.dport_first, match.dport_last,
			packet->dport))
		fields |= BIT_OF(BAILEY_FIELD_TO_PORT);
	if (!byte_holds(packet, match.type, packet->type))
		fields |= BIT_OF(BAILEY_FIELD_TYPE);
	if (!byte_holds(packet, match.code, packet->code))
		fields |= BIT_OF(BAILEY_FIELD_CODE);
	if (!family_holds(packet, match.proto))
		fields |= BIT_OF(BAILEY_FIELD_FAMILY);
	return fields;
}

static void keep(struct bailey_nears *nears, const struct bailey_rule *rule, u32 group,
		 enum bailey_field field)
{
	struct bailey_near *near;

	if (nears->count++ >= BAILEY_NEAR_MAX)
		return;
	near = &nears->at[nears->count - 1];
	near->rule = rule;
	near->group = group;
	near->field = field;
}

/* The only field of a set; %BAILEY_FIELD_COUNT for none or several. */
static enum bailey_field only_field(u32 fields)
{
	if (!fields || fields & (fields - 1))
		return BAILEY_FIELD_COUNT;
	return bailey_lowest_bit(fields);
}

/**
 * bailey_near_acl() - the near misses among an ACL's entries
 * @question: the packet
 * @acl: the ACL that was asked
 * @dir: in which direction
 * @decided: the entry that decided; NULL if none did
 * @allowed: what was decided
 * @nears: filled in
 *
 * Context: Process. Looks at each entry, pauses, and gives up when the caller is killed.
 */
void bailey_near_acl(const struct bailey_near_question *question,
		     const struct bailey_acl *acl, u8 dir,
		     const struct bailey_rule *decided, bool allowed,
		     struct bailey_nears *nears)
{
	struct bailey_rules_iter iter;
	const struct bailey_rule *rule;
	bool before, allows;
	u32 i = 0, fields;

	memset(nears, 0, sizeof(*nears));
	for (rule = bailey_rules_first(&acl->rules[dir], &iter);
	     rule && !bailey_killed(); rule = bailey_rules_next(&iter)) {
		bailey_yield_often(i++);
		allows = rule->action == BAILEY_ALLOW;
		if (rule == decided || allows == allowed)
			continue;
		before = !decided || rule->number <= decided->number;
		fields = bailey_near_misfits(question, rule);
		if (before && only_field(fields) != BAILEY_FIELD_COUNT) {
			keep(nears, rule, BAILEY_NO_SLOT, only_field(fields));
		} else if (!before && !fields) {
			keep(nears, rule, BAILEY_NO_SLOT, BAILEY_FIELD_NUMBER);
			return;
		}
	}
}

static void near_group(const struct bailey_near_question *question, u32 slot, u8 dir,
		       struct bailey_nears *nears)
{
	struct bailey_object *group = bailey_policy_object(question->policy, BAILEY_GROUP,
							   slot);
	struct bailey_rules_iter iter;
	const struct bailey_rule *rule;
	enum bailey_field field;
	u32 i = 0;

	for (rule = bailey_rules_first(&bailey_group_of(group)->rules[dir], &iter);
	     rule && !bailey_killed(); rule = bailey_rules_next(&iter)) {
		bailey_yield_often(i++);
		field = only_field(bailey_near_misfits(question, rule));
		if (field != BAILEY_FIELD_COUNT)
			keep(nears, rule, slot, field);
	}
}

/**
 * bailey_near_groups() - the near misses among the rules of groups that did not allow it
 * @question: the packet
 * @set: the groups that were asked
 * @dir: in which direction
 * @nears: filled in
 *
 * Context: Process. Looks at each rule, pauses, and gives up when the caller is killed.
 */
void bailey_near_groups(const struct bailey_near_question *question,
			const struct bailey_set *set, u8 dir,
			struct bailey_nears *nears)
{
	u32 i;

	memset(nears, 0, sizeof(*nears));
	for (i = 0; i < set->count; i++)
		near_group(question, set->slot[i], dir, nears);
}

/**
 * bailey_field_name() - the word for a field of a rule
 * @field: the field
 *
 * Return: a static string.
 */
const char *bailey_field_name(enum bailey_field field)
{
	static const char * const name[] = BAILEY_FIELD_NAMES;

	static_assert(ARRAY_SIZE(name) == BAILEY_FIELD_COUNT);
	return (u32)field < BAILEY_FIELD_COUNT ? name[field] : "?";
}
