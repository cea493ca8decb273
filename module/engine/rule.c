// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and ordered arrays of them.
 *
 * Rules arrive in any order and are sorted once, when somebody needs the order:
 * ACL entries by number, then family; group rules by what they match. A rule
 * that two policies have in common is one object, and keeps its counter.
 * Everything here runs in the writer, but bailey_match_fields(), which packets call.
 */
#include "rule.h"

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
	struct bailey_rule *rule = bailey_zalloc(sizeof(*rule));

	if (!rule)
		return NULL;
	if (bailey_counter_init(&rule->counter)) {
		bailey_free(rule);
		return NULL;
	}
	bailey_ref_init(&rule->refs);
	rule->match = *match;
	rule->number = number;
	rule->action = action;
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
	bailey_free(rule);
}

/**
 * bailey_rule_same() - do two rules say the same of the same packets?
 * @a: one
 * @b: the other
 *
 * Return: true if number, answer and match agree.
 */
bool bailey_rule_same(const struct bailey_rule *a, const struct bailey_rule *b)
{
	return a->number == b->number && a->action == b->action &&
	       !bailey_match_cmp(&a->match, &b->match);
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

static bool cidr_holds(const struct bailey_peer *peer, u8 family,
		       const struct bailey_addr *addr)
{
	if (peer->kind != BAILEY_PEER_CIDR)
		return true;
	return peer->family == family &&
	       bailey_addr_in_prefix(addr, &peer->addr, peer->bits);
}

static bool ports_hold(const struct bailey_match *match,
		       const struct bailey_packet *packet)
{
	if (!match->sport_given && !match->dport_given)
		return true;
	return packet->flags & BAILEY_PKT_PORTS &&
	       packet->sport >= match->sport_first &&
	       packet->sport <= match->sport_last &&
	       packet->dport >= match->dport_first &&
	       packet->dport <= match->dport_last;
}

static bool above_ip_holds(const struct bailey_match *match,
			   const struct bailey_packet *packet)
{
	if (match->proto != BAILEY_PROTO_ANY && match->proto != packet->proto)
		return false;
	if (match->type != BAILEY_TYPE_ANY && match->type != packet->type)
		return false;
	if (match->code != BAILEY_TYPE_ANY && match->code != packet->code)
		return false;
	return ports_hold(match, packet);
}

static bool needs_ports(const struct bailey_match *match, u8 proto)
{
	if (!match->sport_given && !match->dport_given)
		return false;
	return !bailey_proto_has_ports(proto) || match->sport_first ||
	       match->dport_first || match->sport_last != U16_MAX ||
	       match->dport_last != U16_MAX;
}

/* Of what stands above IP, a later fragment knows the protocol at the most. */
static enum bailey_fit fragment_fits(const struct bailey_match *match,
				     const struct bailey_packet *packet)
{
	bool known = bailey_packet_proto_known(packet);

	if (known && match->proto != BAILEY_PROTO_ANY && match->proto != packet->proto)
		return BAILEY_FIT_NO;
	if ((!known && match->proto != BAILEY_PROTO_ANY) ||
	    match->type != BAILEY_TYPE_ANY || match->code != BAILEY_TYPE_ANY ||
	    needs_ports(match, packet->proto))
		return BAILEY_FIT_PERHAPS;
	return BAILEY_FIT_YES;
}

/**
 * bailey_match_fields() - does all of a match hold that the packet itself shows?
 * @match: the match
 * @packet: the packet
 *
 * Prefix lists and groups as peers are the caller's business.
 *
 * Return: %BAILEY_FIT_YES if family, protocol, CIDRs, ports, type and code agree;
 * %BAILEY_FIT_PERHAPS for a later fragment of which those that it shows agree.
 */
enum bailey_fit bailey_match_fields(const struct bailey_match *match,
				    const struct bailey_packet *packet)
{
	enum bailey_fit fit;

	if (!(match->families & bailey_family_bit(packet->family)))
		return BAILEY_FIT_NO;
	if (unlikely(packet->flags & BAILEY_PKT_FRAGMENT))
		fit = fragment_fits(match, packet);
	else
		fit = above_ip_holds(match, packet) ? BAILEY_FIT_YES : BAILEY_FIT_NO;
	if (fit == BAILEY_FIT_NO ||
	    !cidr_holds(&match->from, packet->family, &packet->src) ||
	    !cidr_holds(&match->to, packet->family, &packet->dst))
		return BAILEY_FIT_NO;
	return fit;
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
	*match = rule->match;
}

/**
 * bailey_rule_fields() - does all of a rule hold that the packet itself shows?
 * @rule: the rule
 * @packet: the packet
 *
 * Context: Any.
 * Return: as bailey_match_fields().
 */
enum bailey_fit bailey_rule_fields(const struct bailey_rule *rule,
				   const struct bailey_packet *packet)
{
	return bailey_match_fields(&rule->match, packet);
}

static int rules_reserve(struct bailey_rules *rules, u32 cap)
{
	struct bailey_rule **at;

	if (cap <= rules->cap)
		return 0;
	at = bailey_zalloc((size_t)cap * sizeof(*at));
	if (!at)
		return -ENOMEM;
	if (rules->count)
		memcpy(at, rules->at, (size_t)rules->count * sizeof(*at));
	bailey_free(rules->at);
	rules->at = at;
	rules->cap = cap;
	return 0;
}

/**
 * bailey_rules_clone() - share all rules of an array with a new one
 * @to: empty; filled in
 * @from: the array
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_rules_clone(struct bailey_rules *to, const struct bailey_rules *from)
{
	int ret = rules_reserve(to, from->count);
	u32 i;

	if (ret)
		return ret;
	for (i = 0; i < from->count; i++) {
		bailey_ref_get(&from->at[i]->refs);
		to->at[i] = from->at[i];
	}
	to->count = from->count;
	to->sorted = from->sorted;
	return 0;
}

/**
 * bailey_rules_destroy() - give back all rules, and leave the array empty
 * @rules: the array
 */
void bailey_rules_destroy(struct bailey_rules *rules)
{
	u32 i;

	for (i = 0; i < rules->count; i++)
		bailey_rule_put(rules->at[i]);
	bailey_free(rules->at);
	memset(rules, 0, sizeof(*rules));
}

static int rule_cmp(const void *a, const void *b)
{
	const struct bailey_rule *x = *(struct bailey_rule * const *)a;
	const struct bailey_rule *y = *(struct bailey_rule * const *)b;
	int order = number_cmp(x->number, y->number);

	return order ? order : bailey_match_cmp(&x->match, &y->match);
}

/* Two entries of one number and family, or the same group rule twice. */
static bool rules_clash(const struct bailey_rule *a, const struct bailey_rule *b)
{
	if (a->number != b->number)
		return false;
	if (a->number)
		return a->match.families & b->match.families;
	return !bailey_match_cmp(&a->match, &b->match);
}

/**
 * bailey_rules_append() - add a rule
 * @rules: the array
 * @rule: the rule; its reference is taken over, on an error too
 *
 * Cheap when rules come in order; else the array waits for bailey_rules_sort().
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_rules_append(struct bailey_rules *rules, struct bailey_rule *rule)
{
	if (rules->count == rules->cap &&
	    rules_reserve(rules, rules->cap ? 2 * rules->cap : 8)) {
		bailey_rule_put(rule);
		return -ENOMEM;
	}
	if (!rules->count)
		rules->sorted = true;
	else if (rule_cmp(&rules->at[rules->count - 1], &rule) >= 0 ||
		 rules_clash(rules->at[rules->count - 1], rule))
		rules->sorted = false;
	rules->at[rules->count++] = rule;
	return 0;
}

/**
 * bailey_rules_sort() - put rules in order and look for duplicates
 * @rules: the array
 *
 * Return: NULL, or a rule that is there twice: of the two the one that was
 * brought by the later line.
 */
struct bailey_rule *bailey_rules_sort(struct bailey_rules *rules)
{
	u32 i;

	if (rules->sorted || !rules->count)
		return NULL;
	sort(rules->at, rules->count, sizeof(*rules->at), rule_cmp, NULL);
	bailey_yield();
	for (i = 1; i < rules->count; i++) {
		struct bailey_rule *a = rules->at[i - 1], *b = rules->at[i];

		if (rules_clash(a, b))
			return a->line > b->line ? a : b;
	}
	rules->sorted = true;
	return NULL;
}

/**
 * bailey_rules_find() - where an entry number stands or would stand
 * @rules: a sorted array
 * @number: the number
 *
 * Return: index of the first rule with at least this number; count if none.
 */
u32 bailey_rules_find(const struct bailey_rules *rules, u32 number)
{
	u32 low = 0, high = rules->count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (rules->at[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * bailey_rules_remove() - take a rule out
 * @rules: the array
 * @index: which
 */
void bailey_rules_remove(struct bailey_rules *rules, u32 index)
{
	bailey_rule_put(rules->at[index]);
	rules->count--;
	memmove(rules->at + index, rules->at + index + 1,
		(size_t)(rules->count - index) * sizeof(*rules->at));
}

/**
 * bailey_rules_adopt() - keep the rules that an older array has as well
 * @rules: sorted
 * @old: sorted
 *
 * Where both have the same rule, @rules takes the older object, with its counters.
 */
void bailey_rules_adopt(struct bailey_rules *rules,
			const struct bailey_rules *old)
{
	u32 i = 0, k = 0;

	while (i < rules->count && k < old->count) {
		int order = rule_cmp(&rules->at[i], &old->at[k]);

		if (!order && rules->at[i] != old->at[k] &&
		    bailey_rule_same(rules->at[i], old->at[k])) {
			bailey_ref_get(&old->at[k]->refs);
			bailey_rule_put(rules->at[i]);
			rules->at[i] = old->at[k];
		}
		if (order <= 0)
			i++;
		if (order >= 0)
			k++;
	}
}
