// SPDX-License-Identifier: GPL-2.0
/* The index of group rules against asking all rules one after the other. */
#include "build.h"
#include "permit.h"

#define GROUPS	12

static u64 random_state = 0x2545f4914f6cdd1dULL;

static u32 random_below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 33) % n;
}

/* Some of this machine's addresses are on the interface. */
static bool has_addr(const struct bailey_where *where, u32 ifindex, u8 family,
		     const struct bailey_addr *addr)
{
	(void)where;
	(void)family;
	return (ifindex + (addr->hi >> 32)) & 1;
}

/* What the text of a rule says, asked of one end. */
static bool is_member(const struct bailey_inquiry *inquiry, u32 group,
		      const struct bailey_side *side, const struct bailey_addr *addr)
{
	const struct bailey_set *set = side->box ? side->attach ? side->attach->set : NULL :
				       side->endpoint ? side->endpoint->set : NULL;

	return set && bailey_set_has(set, group) &&
	       (!side->box || !inquiry->where->has_addr ||
		inquiry->where->has_addr(inquiry->where, side->ifindex,
					 inquiry->packet->family, addr));
}

static bool peer_holds(const struct bailey_inquiry *inquiry, const struct bailey_peer *peer,
		       const struct bailey_side *side, const struct bailey_addr *addr)
{
	struct bailey_object *list;

	if (peer->kind == BAILEY_PEER_GROUP)
		return is_member(inquiry, peer->slot, side, addr);
	if (peer->kind != BAILEY_PEER_PREFIX_LIST)
		return true;
	list = bailey_policy_object(inquiry->policy, BAILEY_PREFIX_LIST, peer->slot);
	return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set,
					  inquiry->packet->family, addr);
}

static enum bailey_fit fits(const struct bailey_inquiry *inquiry,
			    const struct bailey_rule *rule,
			    const struct bailey_match *match)
{
	const struct bailey_peer *other = inquiry->dir == BAILEY_IN ? &match->from : &match->to;
	bool everybody = other->kind == BAILEY_PEER_ANY ||
			 (other->kind == BAILEY_PEER_CIDR && !other->bits);

	if ((inquiry->everybody && !everybody) ||
	    !peer_holds(inquiry, &match->from, inquiry->src, &inquiry->packet->src) ||
	    !peer_holds(inquiry, &match->to, inquiry->dst, &inquiry->packet->dst))
		return BAILEY_FIT_NO;
	return bailey_rule_fields(rule, inquiry->packet);
}

/* The rank of a rule in the order that group_index.c promises. */
static u64 rank(const struct bailey_match *match, u8 dir, u32 group, u32 index)
{
	const struct bailey_peer *other = dir == BAILEY_IN ? &match->from : &match->to;
	const struct bailey_peer *own = dir == BAILEY_IN ? &match->to : &match->from;
	u64 class = 60000;

	if (other->kind == BAILEY_PEER_GROUP)
		class = 1 + other->slot;
	else if (other->kind == BAILEY_PEER_ANY ||
		 (other->kind == BAILEY_PEER_CIDR && !other->bits))
		class = 0;
	return (u64)group << 48 | (u64)(own->kind == BAILEY_PEER_GROUP ? own->slot + 1 : 0) << 32 |
	       class << 16 | index;
}

/* All rules of all groups, one after the other. */
static struct bailey_permit scan(const struct bailey_set *set,
				 const struct bailey_inquiry *inquiry)
{
	struct bailey_permit permit = { .slot = BAILEY_NO_SLOT };
	u64 best = ~0ULL, here;
	u32 g, i;

	for (g = 0; g < set->count; g++) {
		struct bailey_object *object = bailey_policy_object(inquiry->policy,
								    BAILEY_GROUP, set->slot[g]);
		struct bailey_rules *rules = &bailey_group_of(object)->rules[inquiry->dir];

		for (i = 0; i < rules->count; i++) {
			struct bailey_match match;
			enum bailey_fit fit;

			bailey_rule_match(bailey_rules_at(rules, i), &match);
			fit = fits(inquiry, bailey_rules_at(rules, i), &match);
			permit.perhaps |= fit == BAILEY_FIT_PERHAPS;
			here = rank(&match, inquiry->dir, g, i);
			if (fit != BAILEY_FIT_YES || here >= best)
				continue;
			best = here;
			permit.rule = bailey_rules_at(rules, i);
			permit.slot = set->slot[g];
		}
	}
	if (permit.rule)
		permit.perhaps = false;
	return permit;
}

static void print_peer(struct bailey_out *out, bool v6)
{
	u32 what = random_below(10);

	if (what < 5)
		bailey_out_printf(out, "group g%u", random_below(GROUPS));
	else if (what < 6)
		bailey_out_printf(out, "any");
	else if (what < 7)
		bailey_out_printf(out, "prefix-list l%u", random_below(2));
	else if (v6)
		bailey_out_printf(out, "2001:db8::%x/%u", random_below(16),
				  random_below(3) ? 124 + random_below(5) : 0);
	else
		bailey_out_printf(out, "10.0.0.%u/%u", random_below(16),
				  random_below(3) ? 28 + random_below(5) : 0);
}

static void print_ports(struct bailey_out *out)
{
	u32 port = random_below(40);

	bailey_out_printf(out, " port %u-%u", port, port + random_below(3));
}

/* One rule; most of them ask about the other end's group alone. */
static void print_rule(struct bailey_out *out, u32 group, const char *dir)
{
	static const char * const protos[] = {
		"tcp", "udp", "tcp", "icmp type 8", "icmpv6", "47", ""
	};
	const char *proto = protos[random_below(ARRAY_SIZE(protos))];
	bool ports = (*proto == 't' || *proto == 'u'), v6 = random_below(3) == 0;
	bool in = *dir == 'i', icmp = *proto == 'i';
	bool both = !random_below(4);

	bailey_out_printf(out, "replace group g%u %s allow %s", group, dir, icmp ? "" : proto);
	if (icmp)
		bailey_out_printf(out, "%.*s", (int)strcspn(proto, " "), proto);
	if (icmp)
		v6 = proto[4] == 'v';
	if (in || both) {
		bailey_out_printf(out, " from ");
		print_peer(out, v6);
		if (ports && !random_below(4))
			print_ports(out);
	}
	if (!in || both || ports) {
		bailey_out_printf(out, " to ");
		if (in && !both)
			bailey_out_printf(out, "any");
		else
			print_peer(out, v6);
		if (ports && random_below(4))
			print_ports(out);
	}
	if (icmp && strchr(proto, ' '))
		bailey_out_printf(out, "%s", strchr(proto, ' '));
	bailey_out_bytes(out, "\n", 1);
}

/* A rule that is refused (the families of its ends differ) is left out. */
static struct bailey_policy *random_policy(u32 rules)
{
	struct bailey_policy *policy = bailey_policy_create();
	struct bailey_out out = { 0 };
	struct bailey_diag diag = { 0 };
	u32 i, n, k;

	if (!policy)
		return NULL;
	for (i = 0; i < GROUPS; i++)
		bailey_out_printf(&out, "group g%u\n", i);
	bailey_out_printf(&out, "prefix-list l0 10.0.0.0/29 2001:db8::/126\n"
			  "prefix-list l1 10.0.0.4/30 10.0.0.9/32 2001:db8::8/125\n");
	for (i = 0; i < 16; i++) {
		n = random_below(GROUPS);
		bailey_out_printf(&out, "endpoint e%u dev eth%u addr 10.0.0.%u,2001:db8::%x ",
				  i, i % 2, i, i);
		bailey_out_printf(&out, "groups g%u", n);
		for (k = n + 1; k < GROUPS; k++)
			if (!random_below(4))
				bailey_out_printf(&out, ",g%u", k);
		bailey_out_printf(&out, "\n");
	}
	bailey_out_printf(&out, "attach dev eth0 protects host groups g0,g3,g7\n"
			  "attach dev eth1 protects host\n");
	CHECK_EQ(bailey_language_apply(policy, out.buf, out.len, 1, &diag), 0);
	for (i = 0; i < rules; i++) {
		bailey_out_reset(&out);
		/* One group has many rules, so that there are big classes. */
		print_rule(&out, random_below(2) ? 0 : random_below(GROUPS),
			   random_below(2) ? "in" : "out");
		bailey_language_apply(policy, out.buf, out.len, 1, &diag);
		bailey_diag_destroy(&diag);
		diag = (struct bailey_diag){ 0 };
	}
	bailey_out_destroy(&out);
	CHECK_EQ(bailey_policy_seal(policy, NULL, NO_LIMIT, &diag), 0);
	bailey_diag_destroy(&diag);
	return policy;
}

static struct bailey_addr random_addr(u8 family)
{
	struct bailey_addr addr = { 0x0a00000000000000ULL, 0 };

	if (family == BAILEY_IPV4) {
		addr.hi |= (u64)random_below(18) << 32;
		return addr;
	}
	addr.hi = 0x20010db800000000ULL;
	addr.lo = random_below(18);
	return addr;
}

static struct bailey_packet random_packet(void)
{
	static const u8 protos[] = { 6, 17, 6, 1, 58, 47 };
	struct bailey_packet packet = {
		.family = random_below(3) ? BAILEY_IPV4 : BAILEY_IPV6,
		.proto = protos[random_below(ARRAY_SIZE(protos))],
	};

	packet.src = random_addr(packet.family);
	packet.dst = random_addr(packet.family);
	if (!random_below(6)) {
		packet.flags = BAILEY_PKT_FRAGMENT;
		if (packet.family == BAILEY_IPV6 && random_below(2))
			packet.proto = BAILEY_PROTO_DSTOPTS;
	} else if (packet.proto == 6 || packet.proto == 17) {
		packet.flags = BAILEY_PKT_PORTS;
		packet.sport = random_below(44);
		packet.dport = random_below(44);
	} else {
		packet.type = random_below(2) ? 8 : 0;
	}
	return packet;
}

static void fill_side(struct bailey_side *side, const struct bailey_policy *policy,
		      u8 family, const struct bailey_addr *addr)
{
	u32 port = random_below(2);

	memset(side, 0, sizeof(*side));
	side->ifindex = port + 1;
	side->box = !random_below(3);
	if (side->box && random_below(5))
		side->attach = bailey_attach_of(build_find(policy, BAILEY_ATTACH, port ?
							   "eth1 host" : "eth0 host"));
	if (!side->box)
		side->endpoint = bailey_places_find(&policy->places,
						    bailey_places_id(&policy->places, port ?
								     "eth1" : "eth0"),
						    family, addr, &side->member);
}

/* Of a big class any rule will do that fits, by its classifier's choice. */
static bool same_class(const struct bailey_inquiry *inquiry, const struct bailey_rule *a,
		       const struct bailey_rule *b)
{
	struct bailey_match x, y;

	if (!a || !b || inquiry->packet->flags & BAILEY_PKT_FRAGMENT)
		return false;
	bailey_rule_match(a, &x);
	bailey_rule_match(b, &y);
	return fits(inquiry, b, &y) == BAILEY_FIT_YES &&
	       rank(&x, inquiry->dir, 0, 0) == rank(&y, inquiry->dir, 0, 0);
}

struct tally {
	u32 yes;
	u32 perhaps;
	u32 no;
	u32 bad;
};

static void ask(const struct bailey_policy *policy, struct tally *tally)
{
	struct bailey_where where = { .has_addr = random_below(2) ? has_addr : NULL };
	struct bailey_packet packet = random_packet();
	const struct bailey_set *set;
	struct bailey_permit want, have;
	struct bailey_side src, dst;
	struct bailey_inquiry inquiry = {
		.policy = policy, .where = &where, .packet = &packet, .src = &src, .dst = &dst,
		.dir = random_below(2), .everybody = !random_below(4),
	};
	char name[8];

	fill_side(&src, policy, packet.family, &packet.src);
	fill_side(&dst, policy, packet.family, &packet.dst);
	snprintf(name, sizeof(name), "e%u", random_below(16));
	set = bailey_endpoint_of(build_find(policy, BAILEY_ENDPOINT, name))->set;
	want = scan(set, &inquiry);
	have = bailey_permit_find(set, &inquiry);
	tally->yes += !!want.rule;
	tally->perhaps += want.perhaps;
	tally->no += !want.rule && !want.perhaps;
	tally->bad += (want.rule != have.rule && !same_class(&inquiry, want.rule, have.rule)) ||
		      want.slot != have.slot ||
		      want.perhaps != have.perhaps;
}

static void the_index_says_what_a_scan_says(void)
{
	static const u32 rules[] = { 0, 5, 40, 200, 800 };
	struct tally tally = { 0 };
	u32 round, i;

	for (round = 0; round < 60; round++) {
		struct bailey_policy *policy = random_policy(rules[round % ARRAY_SIZE(rules)]);

		REQUIRE(policy);
		for (i = 0; i < 4000; i++)
			ask(policy, &tally);
		bailey_policy_put(policy);
	}
	CHECK_EQ(tally.bad, 0);
	CHECK(tally.yes > 20000 && tally.no > 20000 && tally.perhaps > 2000);
}

/* A change of one group leaves the others' indexes where they are. */
static void only_the_changed_group_is_made_anew(void)
{
	struct bailey_policy *p = random_policy(200), *q;
	u32 i, kept = 0;

	REQUIRE(p);
	q = build(p, "replace group g5 in allow tcp from group g6 port 7777\n");
	REQUIRE(q);
	for (i = 0; i < GROUPS; i++) {
		char name[8];

		snprintf(name, sizeof(name), "g%u", i);
		kept += build_find(p, BAILEY_GROUP, name) == build_find(q, BAILEY_GROUP, name);
	}
	CHECK_EQ(kept, GROUPS - 1);
	bailey_policy_put(p);
	bailey_policy_put(q);
}

static const struct unit_test tests[] = {
	UNIT(the_index_says_what_a_scan_says),
	UNIT(only_the_changed_group_is_made_anew),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
