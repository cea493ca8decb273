// SPDX-License-Identifier: GPL-2.0
/*
 * The reference: what the documentation says becomes of a packet, read from
 * top to bottom, without an index, a cache or a clever idea.
 *
 * From the engine come only the TCP states and timeouts of conn.c, which have
 * vectors of their own.
 */
#include "conn.h"
#include "sides.h"

enum ref_mutation ref_mutation;

static bool icmp(u8 family, int proto)
{
	return proto == (family == 4 ? 1 : 58);
}

static bool icmp_error(u8 family, int type)
{
	if (family == 6)
		return type < 128;
	return type == 3 || type == 4 || type == 11 || type == 12;
}

/* The type of the request that @type is, or answers; -1 for other messages. */
static int icmp_request(u8 family, int type, bool *reply)
{
	static const int queries[][3] = {
		{ 4, 8, 0 }, { 4, 13, 14 }, { 4, 15, 16 }, { 4, 17, 18 },
		{ 4, 42, 43 }, { 6, 128, 129 }, { 6, 139, 140 }, { 6, 160, 161 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(queries); i++) {
		if (queries[i][0] != family)
			continue;
		*reply = queries[i][2] == type;
		if (*reply || queries[i][1] == type)
			return queries[i][1];
	}
	*reply = false;
	return -1;
}

static bool is_error(const struct ref_packet *packet)
{
	u8 family = packet->addr[0].family;

	return !packet->fragment && icmp(family, packet->proto) && icmp_error(family, packet->type);
}

static bool link_local(const struct ref_addr *addr)
{
	return addr->family == 6 && addr->byte[0] == 0xfe &&
	       (addr->byte[1] & 0xc0) == 0x80;
}

static bool unspecified(const struct ref_addr *addr)
{
	static const u8 zero[16];

	return !memcmp(addr->byte, zero, 16);
}

static bool exempt_nd(const struct ref_packet *p)
{
	if (p->proto != 58 || p->type < 133 || p->type > 137)
		return false;
	if (p->hop_limit != 255 && !mutated(REF_MUTATE_ND_HOPS))
		return false;
	return (p->type != 134 && p->type != 137) || link_local(&p->addr[REF_SRC]);
}

static bool exempt_mld(const struct ref_packet *p)
{
	if (p->proto != 58 || p->hop_limit != 1)
		return false;
	if ((p->type < 130 || p->type > 132) && p->type != 143)
		return false;
	return link_local(&p->addr[REF_SRC]) || unspecified(&p->addr[REF_SRC]);
}

static bool exempt_dhcp(const struct ref_packet *p)
{
	int a = 68, b = 67;

	if (p->proto != 17)
		return false;
	if (p->addr[0].family == 6) {
		if (!link_local(&p->addr[0]) && !link_local(&p->addr[1]))
			return false;
		a = 546;
		b = 547;
	}
	if (mutated(REF_MUTATE_DHCP) && p->port[0] == a)
		return true;
	return (p->port[0] == a && p->port[1] == b) ||
	       (p->port[0] == b && p->port[1] == a);
}

static bool exempt(const struct ref_policy *policy, const struct ref_world *world,
		   const struct ref_packet *p)
{
	int iface = p->hook == REF_LOCAL_OUT ? p->iface[REF_DST] : p->iface[REF_SRC];

	if (p->hook == REF_FORWARD && !mutated(REF_MUTATE_EXEMPT_FORWARD))
		return false;
	if (policy->exempt_loopback && world->iface[iface].loopback)
		return true;
	if (p->fragment)
		return false;
	if (policy->exempt_dhcp && exempt_dhcp(p))
		return true;
	if (p->addr[0].family != 6)
		return false;
	return (policy->exempt_nd && exempt_nd(p)) ||
	       (policy->exempt_mld && exempt_mld(p));
}

/* "default deny": is there an interface with nothing attached? */
static bool default_drops(const struct ref_policy *policy,
			  const struct ref_world *world,
			  const struct ref_packet *packet)
{
	int end;

	for (end = 0; end < 2; end++) {
		const struct ref_iface *iface;

		if (packet->iface[end] < 0)
			continue;
		if (end == REF_DST && mutated(REF_MUTATE_DEFAULT_SIDE))
			continue;
		iface = ref_speaks_of(policy, world, &world->iface[packet->iface[end]]);
		if (policy->deny && !ref_find_attach(policy, iface->name, true) &&
		    !ref_find_attach(policy, iface->name, false))
			return true;
	}
	return false;
}

/* What ref_judge() finds out on its way. */
struct judgement {
	const struct ref_policy *policy;
	const struct ref_world *world;
	const struct ref_packet *packet;
	struct ref_state *state;
	u32 now;
	struct ref_side side[2];
	struct ref_view self;
	struct ref_conn *conn;	/* the packet's, or that of the packet it quotes */
	bool related;
	int role[2];		/* which door of @conn each side is */
	bool asked[2];
	bool untracked;		/* what may remain unremembered remains so */
	struct ref_verdict *verdict;
};

static bool ask_acl(struct judgement *j, int end)
{
	int dir = end == REF_SRC ? REF_OUT : REF_IN;
	const struct ref_acl *acl;
	int i, found = -1;
	enum ref_holds how, found_how = REF_YES;
	bool lower;

	if (j->side[end].acl < 0)
		return true;
	acl = &j->policy->acl[j->side[end].acl];
	for (i = 0; i < acl->count[dir]; i++) {
		how = ref_match_holds(&j->self, &acl->entry[dir][i].match);
		if (how == REF_NO ||
		    (how == REF_PERHAPS && mutated(REF_MUTATE_FRAGMENT_NEXT)))
			continue;
		lower = found < 0 || acl->entry[dir][i].number < acl->entry[dir][found].number;
		if (found < 0 || lower != mutated(REF_MUTATE_ACL_ORDER)) {
			found = i;
			found_how = how;
		}
	}
	/* It may be the one that decides, and so none behind it can. */
	if (found_how == REF_PERHAPS) {
		j->verdict->result = REF_DROP_FRAGMENT;
		return false;
	}
	if (found < 0) {
		j->verdict->result = REF_DROP_ACL_DEFAULT;
		return mutated(REF_MUTATE_ACL_DEFAULT);
	}
	j->verdict->hit[j->verdict->hits].acl = j->side[end].acl;
	j->verdict->hit[j->verdict->hits].dir = dir;
	j->verdict->hit[j->verdict->hits++].number_at = found;
	j->verdict->result = REF_DROP_ACL;
	j->verdict->reject = acl->entry[dir][found].reject ||
			     (mutated(REF_MUTATE_REJECT) && !acl->entry[dir][found].allow);
	return acl->entry[dir][found].allow;
}

/* The request that opened the connection, with the sides of this packet. */
static struct ref_view request_view(const struct judgement *j)
{
	int from = j->role[REF_SRC] == 0 ? REF_SRC : REF_DST;
	struct ref_view view = {
		.policy = j->policy,
		.addr = { &j->conn->addr[0], &j->conn->addr[1] },
		.side = { &j->side[from], &j->side[!from] },
		.proto = j->conn->proto,
		.port = { j->conn->port[0], j->conn->port[1] },
		.type = j->conn->type,
	};

	return view;
}

/* "A rule whose peer is everybody": any, or all of the family. */
static bool for_everybody(const struct ref_match *rule, int dir)
{
	const struct ref_peer *peer = &rule->peer[dir == REF_IN ? 0 : 1];

	return peer->kind == REF_ANY || (peer->kind == REF_CIDR && !peer->cidr.bits) ||
	       mutated(REF_MUTATE_UNTRACKED_PEER);
}

static bool everybody_may(const struct judgement *j, int end, const struct ref_view *view,
			  int dir)
{
	int g, i;

	for (g = 0; g < REF_GROUPS; g++) {
		const struct ref_group *group = &j->policy->group[g];

		for (i = 0; j->side[end].groups >> g & 1 && i < group->count[dir]; i++)
			if (ref_match_holds(view, &group->rule[dir][i]) == REF_YES &&
			    for_everybody(&group->rule[dir][i], dir))
				return true;
	}
	return false;
}

/* Need a side remember nothing of what @view begins, since both halves have rules? */
static bool unremembered(const struct judgement *j, int end, const struct ref_view *view,
			 int dir)
{
	struct ref_view back = *view;

	if (!j->untracked || view->fragment || (view->proto != 6 && view->proto != 17))
		return false;
	back.addr[0] = view->addr[1];
	back.addr[1] = view->addr[0];
	back.side[0] = view->side[1];
	back.side[1] = view->side[0];
	back.port[0] = view->port[1];
	back.port[1] = view->port[0];
	return everybody_may(j, end, view, dir) &&
	       (everybody_may(j, end, &back, !dir) ||
		mutated(REF_MUTATE_UNTRACKED_ONE_WAY));
}

static bool ask_groups(struct judgement *j, int end)
{
	struct ref_verdict *v = j->verdict;
	struct ref_view view = j->self;
	int dir = end == REF_SRC ? REF_OUT : REF_IN;
	u32 groups = j->side[end].groups;
	bool yes = false, perhaps = false;
	enum ref_holds how;
	int g, i;

	if (j->conn && (!j->related || j->conn->door[j->role[end]] == groups) &&
	    !mutated(REF_MUTATE_REPLY)) {
		view = request_view(j);
		dir = j->role[end] == 0 ? REF_OUT : REF_IN;
	}
	memset(&v->hit[v->hits], 0, sizeof(v->hit[0]));
	for (g = 0; g < REF_GROUPS; g++) {
		const struct ref_group *group = &j->policy->group[g];

		for (i = 0; groups >> g & 1 && i < group->count[dir]; i++) {
			how = ref_match_holds(&view, &group->rule[dir][i]);
			perhaps |= how == REF_PERHAPS;
			if (how != REF_YES)
				continue;
			v->hit[v->hits].rules[g] |= 1 << i;
			yes = true;
		}
	}
	v->hit[v->hits].group = true;
	v->hit[v->hits].dir = dir;
	v->hits += yes;
	v->result = perhaps ? REF_DROP_FRAGMENT : REF_DROP_GROUP;
	return yes;
}

static bool question_groups(struct judgement *j, int end)
{
	u32 groups = j->side[end].groups;
	u32 door;

	if (!groups)
		return true;
	if (j->packet->hook == REF_LOCAL_OUT && is_error(j->packet) &&
	    j->policy->exempt_error)
		return true;
	if (j->conn) {
		door = j->conn->door[j->role[end]];
		if (mutated(REF_MUTATE_DOOR_ANY))
			return true;
		if (door == groups && !j->conn->cut)
			return true;
		if (j->related && end == REF_SRC && mutated(REF_MUTATE_ERROR_SOURCE))
			return true;
	}
	j->asked[end] = true;
	return ask_groups(j, end);
}

static bool questions(struct judgement *j)
{
	if (!question_groups(j, REF_SRC) || !ask_acl(j, REF_SRC) ||
	    !ask_acl(j, REF_DST) || !question_groups(j, REF_DST))
		return false;
	j->verdict->result = REF_PASS;
	return true;
}

/* A packet that belongs to a connection, as the connection sees it. */
struct trace {
	const struct ref_addr *addr[2];
	int port[2];
	u32 domain[2];
	int proto;
	u32 id;
	int request;
	bool reply;
	bool begins;		/* it could be the first of a connection */
	u32 groups[2];		/* at its source and destination */
	int iface[2];		/* likewise */
};

static bool end_equal(const struct trace *t, int end, const struct ref_conn *c, int role)
{
	return ref_addr_equal(t->addr[end], &c->addr[role]) &&
	       t->port[end] == c->port[role] && t->domain[end] == c->domain[role];
}

/* Which side of @conn sent it: 0, 1, or -1 when it is not of this connection. */
static int role_of(const struct trace *t, const struct ref_conn *conn)
{
	bool is_icmp = icmp(t->addr[0]->family, t->proto);
	bool loops = ref_addr_equal(t->addr[0], t->addr[1]) && t->port[0] == t->port[1] &&
		     t->domain[0] == t->domain[1];

	if (t->proto != conn->proto || t->id != conn->id ||
	    t->request != conn->type || t->addr[0]->family != conn->family)
		return -1;
	if (end_equal(t, 0, conn, 0) && end_equal(t, 1, conn, 1))
		return is_icmp && t->reply && !loops ? -1 : 0;
	if (end_equal(t, 0, conn, 1) && end_equal(t, 1, conn, 0))
		return is_icmp && !t->reply ? -1 : 1;
	return -1;
}

/* Another answer than the remembered one, which somebody still has. */
static bool elsewhere(const struct ref_conn *conn, int role, u32 groups)
{
	return conn->door[role] && conn->door[role] != REF_GONE &&
	       conn->door[role] != groups;
}

/* Its groups are gone from the policy, and it passes another interface than then. */
static bool moved(const struct ref_conn *conn, int role, int iface)
{
	return conn->door[role] == REF_GONE && conn->iface[role] != iface;
}

/* How well a packet that @role sent fits: 0 for not at all. */
static int fit(const struct trace *t, const struct ref_conn *conn, int role)
{
	int how = 0;

	if (elsewhere(conn, role, t->groups[0]) && !mutated(REF_MUTATE_SOURCE))
		return 0;
	/* Whose groups are gone is known by its place alone. */
	if (moved(conn, role, t->iface[0]) && !mutated(REF_MUTATE_GONE))
		return 0;
	if (role == 0 && t->begins && !mutated(REF_MUTATE_DETOUR) &&
	    (elsewhere(conn, 1, t->groups[1]) || moved(conn, 1, t->iface[1])))
		return 0;
	/* Better said yes than nobody asked, better nobody asked than others. */
	if (conn->door[!role] == t->groups[1])
		how = 2;
	else if (!elsewhere(conn, !role, t->groups[1]) &&
		 !moved(conn, !role, t->iface[1]))
		how = 1;
	return 1 + how + 3 * (conn->door[role] == t->groups[0]);
}

static struct ref_conn *find_conn(struct judgement *j, const struct trace *t, int *role)
{
	struct ref_conn *best = NULL;
	int i, r, how, best_how = 0;

	for (i = 0; i < j->state->count; i++) {
		struct ref_conn *conn = &j->state->conn[i];

		r = role_of(t, conn);
		if (r < 0 || (s32)(conn->expires - j->now) <= 0)
			continue;
		how = fit(t, conn, r);
		if (how <= best_how)
			continue;
		best_how = how;
		best = conn;
		*role = r;
	}
	return best;
}

static u32 domain_of(const struct judgement *j, int end)
{
	return j->side[end].iface->domain;
}

static void find_own(struct judgement *j)
{
	const struct ref_packet *p = j->packet;
	struct trace t = {
		.addr = { &p->addr[0], &p->addr[1] },
		.port = { p->port[0], p->port[1] },
		.domain = { domain_of(j, REF_SRC), domain_of(j, REF_DST) },
		.proto = p->proto,
		.id = p->has_id ? p->id : 0,
		.groups = { j->side[REF_SRC].groups, j->side[REF_DST].groups },
		.iface = { p->iface[REF_SRC], p->iface[REF_DST] },
		/* A SYN, or any packet of a protocol without a handshake. */
		.begins = p->proto != 6 || (p->tcp_flags & 0x16) == 0x02,
	};

	if (icmp(p->addr[0].family, p->proto))
		t.request = icmp_request(p->addr[0].family, p->type, &t.reply);
	j->conn = find_conn(j, &t, &j->role[REF_SRC]);
	j->role[REF_DST] = !j->role[REF_SRC];
}

static void find_quoted(struct judgement *j)
{
	const struct ref_packet *p = j->packet;
	struct trace t = {
		.addr = { &p->quote_addr[0], &p->quote_addr[1] },
		.port = { p->quote_port[0], p->quote_port[1] },
		.domain = { domain_of(j, REF_DST), domain_of(j, REF_SRC) },
		.proto = p->quote_proto,
		.id = p->quote_id,
		.groups = { j->side[REF_DST].groups, j->side[REF_SRC].groups },
		.iface = { p->iface[REF_DST], p->iface[REF_SRC] },
	};

	if (!p->quotes || (!ref_addr_equal(&p->quote_addr[0], &p->addr[REF_DST]) &&
			   !mutated(REF_MUTATE_ERROR_TARGET)))
		return;
	if (icmp(p->addr[0].family, p->quote_proto)) {
		t.request = icmp_request(p->addr[0].family, p->quote_type, &t.reply);
		if (t.request < 0)
			return;
	}
	j->related = true;
	j->conn = find_conn(j, &t, &j->role[REF_DST]);
	j->role[REF_SRC] = !j->role[REF_DST];
	if (!j->conn)
		j->related = false;
}

static bool trackable(const struct ref_packet *packet)
{
	bool reply;

	if (packet->fragment)
		return false;
	return !icmp(packet->addr[0].family, packet->proto) ||
	       icmp_request(packet->addr[0].family, packet->type, &reply) >= 0;
}

/* What the engine's state functions need to know of a packet. */
static struct bailey_packet state_packet(const struct ref_packet *packet)
{
	struct bailey_packet p = {
		.family = packet->addr[0].family,
		.proto = packet->proto,
		.type = packet->type,
		.tcp_flags = packet->tcp_flags,
	};
	bool reply = false;

	if (icmp(p.family, p.proto) &&
	    icmp_request(p.family, p.type, &reply) >= 0)
		p.flags = reply ? BAILEY_PKT_ICMP_REPLY : BAILEY_PKT_ICMP_QUERY;
	return p;
}

static void set_state(struct ref_conn *conn, const struct bailey_conn_next *next, u32 now)
{
	conn->state = next->track.state;
	conn->flags = next->track.flags;
	conn->last_dir = next->track.last_dir;
	conn->expires = now + next->timeout;
}

static u32 new_door(const struct judgement *j, int end)
{
	if (unremembered(j, end, &j->self, end == REF_SRC ? REF_OUT : REF_IN) &&
	    !mutated(REF_MUTATE_UNTRACKED_DOOR))
		return 0;
	return j->side[end].groups;
}

/* Is there a side with groups, and none of them has anything to remember? */
static bool nothing_to_remember(const struct judgement *j)
{
	int end;

	for (end = 0; end < 2; end++)
		if (j->side[end].groups &&
		    !unremembered(j, end, &j->self, end == REF_SRC ? REF_OUT : REF_IN))
			return false;
	return j->side[0].groups || j->side[1].groups;
}

static void open_conn(struct judgement *j, struct ref_conn *place,
		      const struct bailey_conn_next *next)
{
	const struct ref_packet *p = j->packet;
	struct ref_conn *conn = place;
	bool reply;
	int end;

	if (!conn && j->state->count < REF_CONNS)
		conn = &j->state->conn[j->state->count++];
	if (!conn)
		return;
	memset(conn, 0, sizeof(*conn));
	conn->family = p->addr[0].family;
	conn->proto = p->proto;
	conn->id = p->has_id ? p->id : 0;
	if (icmp(conn->family, p->proto))
		conn->type = icmp_request(conn->family, p->type, &reply);
	for (end = 0; end < 2; end++) {
		conn->addr[end] = p->addr[end];
		conn->port[end] = p->port[end];
		conn->domain[end] = domain_of(j, end);
		conn->door[end] = new_door(j, end);
		conn->iface[end] = p->iface[end];
	}
	set_state(conn, next, j->now);
}

static void advance_conn(struct judgement *j, const struct bailey_conn_next *next)
{
	struct ref_conn *conn = j->conn;
	struct ref_view request = request_view(j);
	bool again = conn->cut;
	int end;

	/* An untracked side goes on being asked. */
	for (end = 0; end < 2; end++) {
		if (j->asked[end] && !conn->door[j->role[end]] &&
		    !mutated(REF_MUTATE_UNTRACKED_DOOR) &&
		    unremembered(j, end, &request, j->role[end] ? REF_IN : REF_OUT))
			j->asked[end] = false;
		again |= j->asked[end];
	}
	for (end = 0; end < 2; end++) {
		if (mutated(REF_MUTATE_DOOR_FORGETS))
			break;
		if (again)
			conn->iface[j->role[end]] = j->packet->iface[end];
		if (j->asked[end] || (conn->cut && !j->side[end].groups))
			conn->door[j->role[end]] = j->side[end].groups;
	}
	if (!mutated(REF_MUTATE_DOOR_FORGETS))
		conn->cut = false;
	set_state(conn, next, j->now);
}

/* "revoke cut": what the new policy does not allow ends. */
static void refused(struct judgement *j)
{
	struct ref_conn *last = &j->state->conn[j->state->count - 1];

	if (j->verdict->result == REF_DROP_GROUP && j->conn->cut &&
	    !mutated(REF_MUTATE_CUT_STAYS)) {
		memmove(j->conn, j->conn + 1, (last - j->conn) * sizeof(*last));
		j->state->count--;
	} else if (mutated(REF_MUTATE_REFRESH)) {
		j->conn->expires = j->now + 30;
	}
}

/* Where at least one side has groups: the table has a word in it. */
static void judge_tracked(struct judgement *j, bool loose)
{
	const struct bailey_track_rules rules = {
		.timeouts = &bailey_timeouts_default, .loose = loose,
	};
	struct bailey_packet packet = state_packet(j->packet);
	struct bailey_conn_next next;
	struct ref_conn *ended = NULL;
	struct bailey_conn conn = { 0 };

	find_own(j);
	if (j->conn) {
		conn.track.state = j->conn->state;
		conn.track.flags = j->conn->flags;
		conn.track.last_dir = j->conn->last_dir;
		if (bailey_conn_reopens(&conn, &packet)) {
			ended = j->conn;
			j->conn = NULL;
		}
	}
	/* What no end of the connection can have sent says nothing about it. */
	j->verdict->result = REF_DROP_STATE;
	if (j->conn && bailey_conn_advance(&conn, &packet, j->role[REF_SRC], &rules,
					   &next) != BAILEY_PASS)
		return;
	if (!questions(j)) {
		if (j->conn)
			refused(j);
		return;
	}
	if (j->conn) {
		advance_conn(j, &next);
	} else {
		if (nothing_to_remember(j)) {
			j->verdict->untracked = true;
			return;
		}
		j->verdict->result = REF_DROP_STATE;
		if (bailey_conn_open(&packet, &rules, &next) != BAILEY_PASS)
			return;
		open_conn(j, ended, &next);
		j->verdict->result = REF_PASS;
	}
}

/**
 * ref_judge() - what becomes of a packet
 * @policy: the policy
 * @world: the interfaces
 * @state: connections; changed as the packet changes them
 * @packet: the packet
 * @now: seconds
 * @loose: tcp_loose
 * @untracked: flows that rules let everybody have are not tracked
 * @verdict: filled in
 */
void ref_judge(const struct ref_policy *policy, const struct ref_world *world,
	       struct ref_state *state, const struct ref_packet *packet, u32 now,
	       bool loose, bool untracked, struct ref_verdict *verdict)
{
	struct judgement j = {
		.policy = policy, .world = world, .packet = packet,
		.state = state, .now = now, .verdict = verdict,
		.untracked = untracked,
	};

	memset(verdict, 0, sizeof(*verdict));
	if (exempt(policy, world, packet))
		return;
	verdict->result = REF_DROP_DEFAULT;
	if (default_drops(policy, world, packet)) {
		verdict->reject = policy->reject;
		return;
	}
	verdict->result = REF_PASS;
	if (packet->hook == REF_LOCAL_OUT && is_error(packet) &&
	    policy->exempt_error && mutated(REF_MUTATE_OWN_ERROR_ACL))
		return;
	ref_make_sides(policy, world, packet, j.side);
	j.self = (struct ref_view){
		.policy = policy,
		.addr = { &packet->addr[0], &packet->addr[1] },
		.side = { &j.side[0], &j.side[1] },
		.proto = packet->proto,
		.port = { packet->port[0], packet->port[1] },
		.type = packet->type,
		.code = packet->code,
		.fragment = packet->fragment,
	};
	if ((!j.side[0].groups && !j.side[1].groups &&
	     !mutated(REF_MUTATE_STATELESS)) || !trackable(packet)) {
		if (is_error(packet))
			find_quoted(&j);
		questions(&j);
		return;
	}
	judge_tracked(&j, loose);
}

/**
 * ref_policy_changed() - what a new policy means for connections
 * @policy: the new policy
 * @state: connections
 * @cut: it came with "revoke cut"
 *
 * Groups that no line has any more, all of them together, are gone for good.
 */
void ref_policy_changed(const struct ref_policy *policy, struct ref_state *state,
			bool cut)
{
	int i, k, end;

	for (i = 0; i < state->count; i++) {
		struct ref_conn *conn = &state->conn[i];

		if (cut && !mutated(REF_MUTATE_CUT))
			conn->cut = true;
		for (end = 0; end < 2; end++) {
			bool used = !conn->door[end];

			for (k = 0; k < policy->attaches && !used; k++)
				used = policy->attach[k].groups == conn->door[end];
			for (k = 0; k < policy->endpoints && !used; k++)
				used = policy->endpoint[k].groups == conn->door[end];
			if (!used)
				conn->door[end] = REF_GONE;
		}
	}
}
