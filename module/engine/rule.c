// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, and the matches they are made of.
 *
 * A match (struct bailey_match) is what the language speaks of, plain and wide. A
 * rule has it packed into 24 to 64 bytes, as there are many: how, is known in this
 * file only. A rule that two policies have in common is one object, and keeps its
 * counter. Everything here runs in the writer, but bailey_rule_match() and
 * bailey_rule_fields(), which packets call.
 */
#include "rule.h"

/* What it may have beside two addresses: ports of both sides, or type and code */
#define WORDS_MAX	(2 * 4 + 3)

#define POOL(words) { \
	.name = "bailey_rule_" #words, \
	.size = offsetof(struct bailey_rule, word) + (words) * sizeof(u32), \
}

/* By half the number of words that a rule has; memory comes in multiples of two. */
static struct bailey_pool pools[] = {
	POOL(1), POOL(3), POOL(5), POOL(7), POOL(9), POOL(11)
};

static_assert(ARRAY_SIZE(pools) == WORDS_MAX / 2 + 1);

/**
 * bailey_rule_pools_exit() - end what bailey_rule_pools_init() made
 *
 * Context: Process, after the last rule is gone.
 */
void bailey_rule_pools_exit(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pools); i++)
		bailey_pool_exit(&pools[i]);
}

/**
 * bailey_rule_pools_init() - prepare memory that fits rules closely
 *
 * Before the first rule, or never: rules are larger then.
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_rule_pools_init(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pools); i++) {
		if (!bailey_pool_init(&pools[i]))
			continue;
		bailey_rule_pools_exit();
		return -ENOMEM;
	}
	return 0;
}

static u8 peer_words(const struct bailey_peer *peer)
{
	if (peer->kind == BAILEY_PEER_ANY)
		return 0;
	return peer->kind == BAILEY_PEER_CIDR ? (peer->bits + 31) / 32 : 1;
}

static bool has_type(const struct bailey_rule *rule)
{
	return !rule->type_any || !rule->code_any;
}

static struct bailey_pool *pool_of(const struct bailey_rule *rule)
{
	u32 words = rule->from_words + rule->to_words + rule->sport_kept + rule->dport_kept +
		    has_type(rule);

	return &pools[words / 2];
}

static u32 *peer_pack(u32 *to, u8 words, const struct bailey_peer *peer)
{
	const u32 whole[4] = { peer->addr.hi >> 32, (u32)peer->addr.hi,
			       peer->addr.lo >> 32, (u32)peer->addr.lo };

	if (peer->kind == BAILEY_PEER_CIDR)
		memcpy(to, whole, words * sizeof(*to));
	else if (peer->kind != BAILEY_PEER_ANY)
		to[0] = peer->slot;
	return to + words;
}

static struct bailey_addr packed_addr(const u32 *word, u8 words)
{
	u64 half[2] = { 0 };
	u8 i;

	for (i = 0; i < words; i++)
		half[i / 2] |= (u64)word[i] << (i % 2 ? 0 : 32);
	return (struct bailey_addr){ half[0], half[1] };
}

/* All but the words. */
static void match_outline(struct bailey_rule *rule, const struct bailey_match *match)
{
	rule->proto_any = match->proto == BAILEY_PROTO_ANY;
	rule->proto = (u8)match->proto;
	rule->families = match->families;
	rule->from_kind = match->from.kind;
	rule->from_v6 = match->from.family == BAILEY_IPV6;
	rule->from_words = peer_words(&match->from);
	rule->bits[0] = match->from.bits;
	rule->to_kind = match->to.kind;
	rule->to_v6 = match->to.family == BAILEY_IPV6;
	rule->to_words = peer_words(&match->to);
	rule->bits[1] = match->to.bits;
	rule->sport_given = match->sport_given;
	rule->sport_kept = match->sport_first || match->sport_last != U16_MAX;
	rule->dport_given = match->dport_given;
	rule->dport_kept = match->dport_first || match->dport_last != U16_MAX;
	rule->type_any = match->type == BAILEY_TYPE_ANY;
	rule->code_any = match->code == BAILEY_TYPE_ANY;
}

static void match_pack(struct bailey_rule *rule, const struct bailey_match *match)
{
	u32 *to = peer_pack(rule->word, rule->from_words, &match->from);

	to = peer_pack(to, rule->to_words, &match->to);
	if (rule->sport_kept)
		*to++ = (u32)match->sport_first << 16 | match->sport_last;
	if (rule->dport_kept)
		*to++ = (u32)match->dport_first << 16 | match->dport_last;
	if (has_type(rule))
		*to = (u32)(u8)match->type << 8 | (u8)match->code;
}

/* Where ports begin, and what comes behind them. */
static const u32 *behind_addrs(const struct bailey_rule *rule)
{
	return rule->word + rule->from_words + rule->to_words;
}

static void behind_unpack(const struct bailey_rule *rule, struct bailey_match *match)
{
	const u32 *from = behind_addrs(rule);
	u32 ports;

	ports = rule->sport_kept ? *from++ : U16_MAX;
	match->sport_first = ports >> 16;
	match->sport_last = (u16)ports;
	ports = rule->dport_kept ? *from++ : U16_MAX;
	match->dport_first = ports >> 16;
	match->dport_last = (u16)ports;
	match->type = rule->type_any ? BAILEY_TYPE_ANY : (u8)(*from >> 8);
	match->code = rule->code_any ? BAILEY_TYPE_ANY : (u8)*from;
}

/**
 * bailey_rule_create() - make a rule
 * @match: what it is about; copied
 * @number: entry number, 0 in a group
 * @action: what it says
 *
 * Return: the rule with one reference, or NULL when memory is short.
 */
struct bailey_rule *bailey_rule_create(const struct bailey_match *match,
				       u32 number, enum bailey_action action)
{
	struct bailey_rule outline = { 0 }, *rule;
	struct bailey_pool *pool;

	match_outline(&outline, match);
	pool = pool_of(&outline);
	rule = bailey_pool_zalloc(pool);
	if (!rule)
		return NULL;
	*rule = outline;
	if (bailey_counter_init(&rule->counter)) {
		bailey_pool_free(pool, rule);
		return NULL;
	}
	bailey_ref_init(&rule->refs);
	rule->number = number;
	rule->action = action;
	match_pack(rule, match);
	return rule;
}

/**
 * bailey_rule_put() - give back a reference
 * @rule: the rule; freed with the last one. No packet may still see it then
 */
void bailey_rule_put(struct bailey_rule *rule)
{
	if (!bailey_ref_put(&rule->refs))
		return;
	bailey_counter_exit(&rule->counter);
	bailey_pool_free(pool_of(rule), rule);
}

static void peer_unpack(struct bailey_peer *peer, const u32 *word, u8 words)
{
	if (peer->kind == BAILEY_PEER_CIDR)
		peer->addr = packed_addr(word, words);
	else if (peer->kind != BAILEY_PEER_ANY)
		peer->slot = word[0];
}

/**
 * bailey_rule_match() - the match of a rule
 * @rule: the rule
 * @match: filled in
 *
 * Context: Any.
 */
void bailey_rule_match(const struct bailey_rule *rule, struct bailey_match *match)
{
	memset(match, 0, sizeof(*match));
	match->from.kind = rule->from_kind;
	match->from.bits = rule->bits[0];
	match->to.kind = rule->to_kind;
	match->to.bits = rule->bits[1];
	if (rule->from_kind == BAILEY_PEER_CIDR)
		match->from.family = rule->from_v6 ? BAILEY_IPV6 : BAILEY_IPV4;
	if (rule->to_kind == BAILEY_PEER_CIDR)
		match->to.family = rule->to_v6 ? BAILEY_IPV6 : BAILEY_IPV4;
	peer_unpack(&match->from, rule->word, rule->from_words);
	peer_unpack(&match->to, rule->word + rule->from_words, rule->to_words);
	behind_unpack(rule, match);
	match->proto = rule->proto_any ? BAILEY_PROTO_ANY : rule->proto;
	match->families = rule->families;
	match->sport_given = rule->sport_given;
	match->dport_given = rule->dport_given;
}

/**
 * bailey_action_name() - the word for an action, as a rule has it
 * @action: the action
 *
 * Return: a static string.
 */
const char *bailey_action_name(enum bailey_action action)
{
	static const char * const name[] = {
		[BAILEY_ALLOW] = "allow",
		[BAILEY_DENY] = "deny",
		[BAILEY_REJECT] = "reject",
	};

	return name[action];
}

/**
 * bailey_match_init() - match every packet of both families
 * @match: filled in
 */
void bailey_match_init(struct bailey_match *match)
{
	memset(match, 0, sizeof(*match));
	match->proto = BAILEY_PROTO_ANY;
	match->sport_last = U16_MAX;
	match->dport_last = U16_MAX;
	match->type = BAILEY_TYPE_ANY;
	match->code = BAILEY_TYPE_ANY;
	match->families = BAILEY_FAMILY_BOTH;
}

static int number_cmp(s64 a, s64 b)
{
	return a < b ? -1 : a > b;
}

static int peer_cmp(const struct bailey_peer *a, const struct bailey_peer *b)
{
	int order = number_cmp(a->kind, b->kind);

	if (!order)
		order = number_cmp(a->family, b->family);
	if (!order)
		order = bailey_addr_cmp(&a->addr, &b->addr);
	if (!order)
		order = number_cmp(a->bits, b->bits);
	return order ? order : number_cmp(a->slot, b->slot);
}

/**
 * bailey_match_cmp() - a total order of matches: family, protocol, peers, ports
 * @a: one
 * @b: the other
 *
 * Return: below 0, 0 or above 0; 0 only if they are the same.
 */
int bailey_match_cmp(const struct bailey_match *a, const struct bailey_match *b)
{
	const s64 fields[][2] = {
		{ a->families, b->families }, { a->proto, b->proto },
		{ a->dport_first, b->dport_first }, { a->dport_last, b->dport_last },
		{ a->sport_first, b->sport_first }, { a->sport_last, b->sport_last },
		{ a->type, b->type }, { a->code, b->code },
		{ a->sport_given, b->sport_given }, { a->dport_given, b->dport_given },
	};
	int order;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		order = number_cmp(fields[i][0], fields[i][1]);
		if (order)
			return order;
	}
	order = peer_cmp(&a->from, &b->from);
	return order ? order : peer_cmp(&a->to, &b->to);
}

/**
 * bailey_rule_cmp() - a total order of rules: number, then what they match
 * @a: one
 * @b: the other
 *
 * Return: below 0, 0 or above 0; 0 if number and match are the same.
 */
int bailey_rule_cmp(const struct bailey_rule *a, const struct bailey_rule *b)
{
	struct bailey_match x, y;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->families != b->families)
		return a->families < b->families ? -1 : 1;
	bailey_rule_match(a, &x);
	bailey_rule_match(b, &y);
	return bailey_match_cmp(&x, &y);
}

/**
 * bailey_rule_clash() - can a list not have both of two rules?
 * @a: one
 * @b: the other
 *
 * Return: true for two entries of one number and family, and for a group's rule
 * and the same one again.
 */
bool bailey_rule_clash(const struct bailey_rule *a, const struct bailey_rule *b)
{
	if (a->number != b->number)
		return false;
	return a->number ? a->families & b->families : !bailey_rule_cmp(a, b);
}

static bool prefix_holds(const struct bailey_rule *rule, u32 side, bool v6,
			 const struct bailey_packet *packet)
{
	const struct bailey_addr *addr = side ? &packet->dst : &packet->src;
	struct bailey_addr prefix;

	if ((v6 ? BAILEY_IPV6 : BAILEY_IPV4) != packet->family)
		return false;
	prefix = side ? packed_addr(rule->word + rule->from_words, rule->to_words) :
			packed_addr(rule->word, rule->from_words);
	return bailey_addr_in_prefix(addr, &prefix, rule->bits[side]);
}

static bool prefixes_hold(const struct bailey_rule *rule, const struct bailey_packet *packet)
{
	return (rule->from_kind != BAILEY_PEER_CIDR ||
		prefix_holds(rule, 0, rule->from_v6, packet)) &&
	       (rule->to_kind != BAILEY_PEER_CIDR ||
		prefix_holds(rule, 1, rule->to_v6, packet));
}

/**
 * bailey_rule_begins() - do the addresses of a rule begin as a packet's do?
 * @rule: the rule
 * @words: by side: how many words of 32 bits count; no more than its prefix has whole
 * @src: the words of the packet's source, the first one first, in the low half of each
 * @dst: those of its destination
 *
 * Context: Any.
 * Return: true if all these words are the same.
 */
bool bailey_rule_begins(const struct bailey_rule *rule, const u8 words[2], const u64 *src,
			const u64 *dst)
{
	const u32 *from = rule->word, *to = rule->word + rule->from_words;
	u32 i, differs = 0;

	for (i = 0; i < words[0]; i++)
		differs |= from[i] ^ (u32)src[i];
	for (i = 0; i < words[1]; i++)
		differs |= to[i] ^ (u32)dst[i];
	return !differs;
}

static bool within(u16 port, u32 ports)
{
	return port >= ports >> 16 && port <= (u16)ports;
}

static bool ports_hold(const struct bailey_rule *rule,
		       const struct bailey_packet *packet)
{
	const u32 *ports = behind_addrs(rule);

	if (!rule->sport_given && !rule->dport_given)
		return true;
	return packet->flags & BAILEY_PKT_PORTS &&
	       (!rule->sport_kept || within(packet->sport, ports[0])) &&
	       (!rule->dport_kept || within(packet->dport, ports[rule->sport_kept]));
}

static bool type_holds(const struct bailey_rule *rule, const struct bailey_packet *packet)
{
	u32 type;

	if (!has_type(rule))
		return true;
	type = behind_addrs(rule)[rule->sport_kept + rule->dport_kept];
	return (rule->type_any || (u8)(type >> 8) == packet->type) &&
	       (rule->code_any || (u8)type == packet->code);
}

static bool above_ip_holds(const struct bailey_rule *rule,
			   const struct bailey_packet *packet)
{
	if (!rule->proto_any && rule->proto != packet->proto)
		return false;
	return type_holds(rule, packet) && ports_hold(rule, packet);
}

static bool needs_ports(const struct bailey_rule *rule, u8 proto)
{
	if (!rule->sport_given && !rule->dport_given)
		return false;
	return !bailey_proto_has_ports(proto) || rule->sport_kept || rule->dport_kept;
}

/* Of what stands above IP, a later fragment knows the protocol at the most. */
static enum bailey_fit fragment_fits(const struct bailey_rule *rule,
				     const struct bailey_packet *packet)
{
	bool known = bailey_packet_proto_known(packet);

	if (known && !rule->proto_any && rule->proto != packet->proto)
		return BAILEY_FIT_NO;
	if ((!known && !rule->proto_any) || has_type(rule) ||
	    needs_ports(rule, packet->proto))
		return BAILEY_FIT_PERHAPS;
	return BAILEY_FIT_YES;
}

/**
 * bailey_rule_fields() - does all of a rule hold that the packet itself shows?
 * @rule: the rule
 * @packet: the packet
 *
 * Prefix lists and groups as peers are the caller's business.
 *
 * Context: Any.
 * Return: %BAILEY_FIT_YES if family, protocol, CIDRs, ports, type and code agree;
 * %BAILEY_FIT_PERHAPS for a later fragment of which those that it shows agree.
 */
enum bailey_fit bailey_rule_fields(const struct bailey_rule *rule,
				   const struct bailey_packet *packet)
{
	enum bailey_fit fit;

	if (!(rule->families & bailey_family_bit(packet->family)))
		return BAILEY_FIT_NO;
	if (unlikely(packet->flags & BAILEY_PKT_FRAGMENT))
		fit = fragment_fits(rule, packet);
	else
		fit = above_ip_holds(rule, packet) ? BAILEY_FIT_YES : BAILEY_FIT_NO;
	return prefixes_hold(rule, packet) ? fit : BAILEY_FIT_NO;
}
