// SPDX-License-Identifier: GPL-2.0
/*
 * What is open to everybody: ports by which machines and databases are administered,
 * and rules that leave nothing out.
 *
 * A rule of a group is looked at where the group is asked; an entry of an ACL only
 * where no groups stand behind it. It is reported if strangers of addresses far apart
 * get through all that is there, as explain says.
 */
#include "lint.h"

#define TRIES		12	/* packets that are tried */
#define DEAR_MOST	200	/* looks at all entries */

/* Ports that are no business of strangers. */
static const struct {
	u16 port;
	const char *name;
} ports[] = {
	{ 22, "ssh" }, { 23, "telnet" }, { 135, "rpc" }, { 445, "smb" }, { 1433, "mssql" },
	{ 1521, "oracle" }, { 2375, "docker" }, { 2376, "docker" }, { 2379, "etcd" },
	{ 3306, "mysql" }, { 3389, "rdp" }, { 5432, "postgresql" }, { 5900, "vnc" },
	{ 5985, "winrm" }, { 5986, "winrm" }, { 6379, "redis" }, { 6443, "kubernetes" },
	{ 9200, "elasticsearch" }, { 10250, "kubelet" }, { 11211, "memcached" },
	{ 27017, "mongodb" },
};

/* Of addresses for documentation (RFC 5737, RFC 3849), and one that is not. */
static const struct bailey_addr strangers[2][3] = {
	{ { 0xc000020aULL << 32, 0 }, { 0xcb007163ULL << 32, 0 }, { 0x08080404ULL << 32, 0 } },
	{ { 0x20010db800000001ULL, 10 }, { 0x20010db8ffff0001ULL, 99 },
	  { 0x2a00145040010800ULL, 4 } },
};

/**
 * struct opening - a rule under examination
 * @lint: the examination
 * @object: whose rule
 * @rule: the rule
 * @match: what it matches
 * @spaces: where sets are
 * @all: it leaves nothing out
 * @dear: how often all entries of an ACL were looked at
 * @given_up: it cost too much
 */
struct opening {
	struct lint *lint;
	const struct bailey_object *object;
	const struct bailey_rule *rule;
	struct bailey_match match;
	struct spaces *spaces;
	bool all;
	u32 dear;
	bool given_up;
};

static bool leaves_nothing_out(const struct bailey_match *match)
{
	if (match->proto == BAILEY_PROTO_ANY)
		return true;
	return match->proto == BAILEY_PROTO_TCP &&
	       (!match->dport_given || (match->dport_first <= 1 && match->dport_last == U16_MAX)) &&
	       (!match->sport_given || match->sport_last >= 49152);
}

static bool has_port(const struct opening *opening, u32 p)
{
	const struct bailey_match *match = &opening->match;

	return match->proto == BAILEY_PROTO_TCP && match->dport_given &&
	       ports[p].port >= match->dport_first && ports[p].port <= match->dport_last;
}

/* May strangers be its peers? Of lists that is seen later. */
static bool perhaps_everybody(const struct bailey_match *match)
{
	return lint_is_everybody(match, BAILEY_IN) ||
	       match->from.kind == BAILEY_PEER_PREFIX_LIST;
}

/* All strangers get through at a place; the packet is the first one's. */
static bool strangers_pass(struct opening *opening, struct bailey_packet *packet,
			   const struct lint_where *way)
{
	bool v6 = packet->family == BAILEY_IPV6;
	struct lint_judged judged;
	u32 i;

	for (i = ARRAY_SIZE(strangers[0]); i; i--) {
		packet->src = strangers[v6][i - 1];
		if (!lint_match_has(opening->lint->policy, &opening->match, packet))
			return false;
		lint_judge(opening->lint, packet, way, false, &judged);
		if (judged.verdict.reason != BAILEY_PASS)
			return false;
	}
	return true;
}

/* Some packet of the rule, to a port of a seat. */
static bool aim(const struct opening *opening, const struct lint_seat *seat, u16 port,
		u32 turn, struct bailey_packet *packet)
{
	const struct bailey_endpoint *endpoint = seat->endpoint;
	const struct bailey_match *match = &opening->match;

	if (turn ? !lint_sample(opening->lint->policy, match, turn, packet) :
		   !lint_typical(opening->lint, match, packet))
		return false;
	if (endpoint && packet->family != endpoint->at[turn % endpoint->count].family)
		return false;
	if (endpoint)
		packet->dst = endpoint->at[turn % endpoint->count].addr;
	packet->proto = BAILEY_PROTO_TCP;
	packet->dport = port;
	packet->sport = match->sport_given ? match->sport_last : 49152;
	packet->type = 0;
	packet->code = 0;
	space_packet_complete(packet);
	return true;
}

/* Packets are tried first, since a look at all entries of a long ACL is dear. */
static bool try_packets(struct opening *opening, const struct lint_seat *seat, u16 port,
			struct bailey_packet *packet, struct lint_where *way)
{
	struct lint_where ways[LINT_WAYS];
	u32 count = lint_ways(opening->lint, seat->attach, BAILEY_IN, ways, LINT_WAYS), turn, w;

	for (turn = 0; turn < TRIES; turn++) {
		if (!aim(opening, seat, port, turn, packet))
			continue;
		for (w = 0; w < count; w++) {
			*way = ways[w];
			if (strangers_pass(opening, packet, way))
				return true;
		}
	}
	return false;
}

/* What a stranger may send to a port of a seat. */
static u32 stranger_space(struct opening *opening, const struct lint_seat *seat, u16 port,
			  u32 v6)
{
	struct spaces *spaces = opening->spaces;
	u32 space = space_match(spaces, opening->lint->policy, &opening->match, false);

	space = space_and(spaces, space, space_field(spaces, SPACE_PROTO, BAILEY_PROTO_TCP,
						     BAILEY_PROTO_TCP));
	space = space_and(spaces, space, space_field(spaces, SPACE_DPORT, port, port));
	space = space_and(spaces, space, space_field(spaces, SPACE_SPORT, 1024, U16_MAX));
	space = space_and(spaces, space, lint_seat_space(spaces, seat, BAILEY_IN));
	space = space_and(spaces, space,
			  space_prefix(spaces, SPACE_SRC, v6 ? BAILEY_IPV6 : BAILEY_IPV4,
				       &strangers[v6][0], v6 ? 128 : 32));
	return lint_acl_passes(opening->lint, spaces, seat->attach, BAILEY_IN, space);
}

/* A packet to a port that passes at a seat. */
static bool try_seat(struct opening *opening, const struct lint_seat *seat, u16 port,
		     struct bailey_packet *packet, struct lint_where *way)
{
	struct lint_where ways[LINT_WAYS];
	u32 count, v6, w, space;
	bool fresh;

	if (try_packets(opening, seat, port, packet, way))
		return true;
	if (opening->dear++ == DEAR_MOST ||
	    !lint_sets_ready(opening->lint, &opening->spaces, &fresh)) {
		opening->given_up = true;
		return false;
	}
	count = lint_ways(opening->lint, seat->attach, BAILEY_IN, ways, LINT_WAYS);
	for (v6 = 0; v6 < 2; v6++) {
		space = stranger_space(opening, seat, port, v6);
		for (w = 0; w < count; w++) {
			*way = ways[w];
			if (space_example(opening->spaces, space, packet) &&
			    strangers_pass(opening, packet, way))
				return true;
		}
	}
	opening->given_up |= !!spaces_failed(opening->spaces);
	return false;
}

static void report(struct opening *opening, const char *names,
		   const struct bailey_packet *packet, const struct lint_where *way)
{
	struct lint *lint = opening->lint;
	char *line = lint_text_rule(lint, opening->object, BAILEY_IN, opening->rule);
	struct lint_finding *finding;

	finding = lint_find(lint, opening->all ? LINT_OPEN : LINT_ADMIN_PORT, line);
	if (finding) {
		lint_say(lint, &finding->text, opening->all ?
			 "everybody may reach all ports%s" :
			 "everybody may reach %s", opening->all ? "" : names);
		lint_say(lint, &finding->suggestion, "delete %s", line);
		lint_example(lint, finding, packet, way, false);
		lint_say(lint, &finding->shows, "it passes");
	}
	free(line);
}

static void name_ports(const struct opening *opening, struct bailey_out *out)
{
	u32 p;

	for (p = 0; p < ARRAY_SIZE(ports); p++)
		if (has_port(opening, p))
			bailey_out_printf(out, "%s%u (%s)", out->len ? ", " : "port ",
					  ports[p].port, ports[p].name);
}

static bool try_ports(struct opening *opening, const struct lint_seat *seat)
{
	struct bailey_out names = {};
	struct bailey_packet packet;
	struct lint_where way;
	bool found = false;
	u32 p;

	for (p = 0; p < ARRAY_SIZE(ports) && !found && !opening->given_up; p++)
		found = (opening->all || has_port(opening, p)) &&
			try_seat(opening, seat, ports[p].port, &packet, &way);
	if (found) {
		name_ports(opening, &names);
		report(opening, names.buf ? names.buf : "", &packet, &way);
	}
	bailey_out_destroy(&names);
	return found;
}

static void examine(struct opening *opening, const struct lint_seat *seat, u32 seats)
{
	bool any = false;
	u32 p, s;

	bailey_rule_match(opening->rule, &opening->match);
	if (opening->rule->action != BAILEY_ALLOW || !perhaps_everybody(&opening->match))
		return;
	opening->all = leaves_nothing_out(&opening->match);
	for (p = 0; p < ARRAY_SIZE(ports); p++)
		any |= opening->all || has_port(opening, p);
	for (s = 0; any && s < seats && !opening->given_up; s++)
		if (try_ports(opening, &seat[s]))
			return;
}

static void examine_rules(struct opening *opening, const struct bailey_rules *rules,
			  const struct lint_seat *seat, u32 seats)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;

	for (rule = seats ? bailey_rules_first(rules, &iter) : NULL; rule;
	     rule = bailey_rules_next(&iter)) {
		opening->rule = rule;
		examine(opening, seat, seats);
	}
}

/* Lines with the ACL behind which no groups stand. */
static u32 bare_seats(struct lint *lint, const struct bailey_acl *acl,
		      struct lint_seat *seat, u32 most)
{
	const struct bailey_attach *attach;
	u32 at = 0, count = 0;

	while (count < most && (attach = lint_attach_of_acl(lint, acl, at, &at))) {
		at++;
		if (!attach->set)
			seat[count++] = (struct lint_seat){ attach, NULL };
	}
	return count;
}

static void open_acls(struct opening *opening)
{
	const struct bailey_objects *acls = &opening->lint->policy->objects[BAILEY_ACL];
	struct lint_seat seat[LINT_SEATS];
	const struct bailey_acl *acl;
	u32 n;

	for (n = 0; n < acls->named; n++) {
		opening->object = bailey_policy_nth(opening->lint->policy, BAILEY_ACL, n);
		acl = bailey_acl_of(opening->object);
		examine_rules(opening, &acl->rules[BAILEY_IN], seat,
			      bare_seats(opening->lint, acl, seat, LINT_SEATS));
	}
}

static void open_groups(struct opening *opening)
{
	const struct bailey_objects *groups = &opening->lint->policy->objects[BAILEY_GROUP];
	struct lint_seat seat[LINT_SEATS];
	u32 n;

	for (n = 0; n < groups->named; n++) {
		opening->object = bailey_policy_nth(opening->lint->policy, BAILEY_GROUP, n);
		examine_rules(opening, &bailey_group_of(opening->object)->rules[BAILEY_IN], seat,
			      lint_seats(opening->lint, groups->order->slot[n], seat, LINT_SEATS));
	}
}

/**
 * lint_check_open() - what everybody may reach
 * @lint: the examination
 */
void lint_check_open(struct lint *lint)
{
	struct opening opening = { .lint = lint };

	open_groups(&opening);
	open_acls(&opening);
	if (opening.given_up)
		lint_give_up(lint, "policy", "what is open takes too long to find out");
	spaces_destroy(opening.spaces);
}
