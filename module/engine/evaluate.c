// SPDX-License-Identifier: GPL-2.0
/*
 * The questions, in the order in which a packet meets them:
 *
 *     source side out: group, then ACL -> destination side in: ACL, then group
 *
 * bailey_eval_begin() finds out who is to be asked, and answers at once for
 * packets that nobody asks. The caller then looks for the connection, and
 * bailey_evaluate() asks. It changes nothing: what a packet does to rules and
 * connections stands in the verdict, and the caller carries it out. explain
 * calls the same functions with a trace.
 *
 * A connection's two doors. Each side's group set that said yes to the request
 * is remembered in the connection. A side whose set is the remembered one is
 * not asked again; any other is asked about the request, whichever half the
 * packet belongs to. Example: client C behind eth0 (no groups), server S behind
 * eth1 (groups web, set 3). C's SYN is asked by web, the entry remembers (0, 3).
 * S's answer finds the entry; its source side has set 3, which is remembered,
 * so web's egress rules are not asked. Had the answer come in by eth2, where
 * the groups are another set, it would not be this connection's packet.
 *
 * A later fragment that nobody put together belongs to no connection. It is asked
 * like any other packet, but an entry or rule about what it does not show can't
 * answer: it ends there ("fragment"), unless a rule of the groups needs no more.
 *
 * Where the namespace wants it ("untracked"), a side that lets everybody have the
 * whole flow remembers nothing; where no side does, there is no connection.
 *
 * Context: any; everything read is immutable and under the caller's RCU.
 */
#include "evaluate.h"

#include "exempt.h"
#include "permit.h"

/**
 * bailey_reason_name() - the word for a reason
 * @reason: the reason
 *
 * Return: a static string.
 */
const char *bailey_reason_name(enum bailey_reason reason)
{
	static const char * const name[] = BAILEY_REASON_NAMES;

	static_assert(ARRAY_SIZE(name) == BAILEY_REASON_COUNT);
	return (u32)reason < BAILEY_REASON_COUNT ? name[reason] : "?";
}

/* The exemption that lets a packet through unasked; BAILEY_EXEMPT_COUNT if none. */
static u8 find_exempt(const struct bailey_eval *eval, enum bailey_reason parsed)
{
	const struct bailey_packet *packet = eval->packet;
	u8 stands = eval->binding->policy->exempts;

	if (eval->where->hook == BAILEY_HOOK_FORWARD)
		return BAILEY_EXEMPT_COUNT;
	if (eval->where->loopback && stands & (1 << BAILEY_EXEMPT_LOOPBACK))
		return BAILEY_EXEMPT_LOOPBACK;
	if (parsed != BAILEY_PASS || packet->flags & BAILEY_PKT_FRAGMENT)
		return BAILEY_EXEMPT_COUNT;
	return bailey_exempt_find(stands, packet);
}

/* The machine's own ICMP errors, made before any connection could be known. */
static bool is_own_error(const struct bailey_eval *eval)
{
	return eval->where->hook == BAILEY_HOOK_LOCAL_OUT &&
	       eval->packet->flags & BAILEY_PKT_ICMP_ERROR &&
	       eval->binding->policy->exempts & (1 << BAILEY_EXEMPT_ICMP_ERROR);
}

static bool default_denies(const struct bailey_eval *eval)
{
	return eval->binding->policy->default_action != BAILEY_ALLOW &&
	       (bailey_side_unattached(&eval->side[BAILEY_SRC]) ||
		bailey_side_unattached(&eval->side[BAILEY_DST]));
}

static bool nobody_asks(const struct bailey_eval *eval)
{
	const struct bailey_side *src = &eval->side[BAILEY_SRC];
	const struct bailey_side *dst = &eval->side[BAILEY_DST];

	return !src->set && !src->acl && !dst->set && !dst->acl;
}

/* A forwarded packet that turns round in one interface does not cross a boundary. */
static void skip_acls_inside(struct bailey_eval *eval)
{
	const struct bailey_where *where = eval->where;

	if (where->hook != BAILEY_HOOK_FORWARD ||
	    where->ifindex[BAILEY_SRC] != where->ifindex[BAILEY_DST])
		return;
	eval->side[BAILEY_SRC].acl = NULL;
	eval->side[BAILEY_DST].acl = NULL;
}

/* Nothing is said yet. What only holds with a flag or a number of these is left alone. */
static void clear_verdict(struct bailey_verdict *verdict)
{
	verdict->reason = BAILEY_PASS;
	verdict->reject = false;
	verdict->hits = 0;
	verdict->conn_known = false;
	verdict->open = false;
	verdict->untracked = false;
	verdict->doors_changed = false;
	verdict->revoked = false;
	verdict->set[0] = 0;
	verdict->set[1] = 0;
	verdict->epoch = 0;
}

static void clear_eval(struct bailey_eval *eval)
{
	eval->skip_groups = false;
	eval->tracked = false;
	eval->untracked = false;
}

/**
 * bailey_eval_begin() - find out who asks a packet, and answer if nobody does
 * @eval: filled in, the sides only for a packet that is not exempt; valid as long as all
 *	  that is handed in here
 * @binding: the policy bound to interfaces
 * @packet: the packet, parsed as far as it could be
 * @parsed: what bailey_packet_parse() said of it
 * @where: where it is
 * @trace: records the questions, or NULL
 * @verdict: filled in when the answer is final
 *
 * Return: true when @verdict is final; else the caller looks for the packet's
 * connection if @eval->tracked, and calls bailey_evaluate().
 */
bool bailey_eval_begin(struct bailey_eval *eval,
		       const struct bailey_binding *binding,
		       const struct bailey_packet *packet,
		       enum bailey_reason parsed,
		       const struct bailey_where *where,
		       struct bailey_trace *trace,
		       struct bailey_verdict *verdict)
{
	u8 exempt;
	u32 s;

	clear_eval(eval);
	clear_verdict(verdict);
	eval->binding = binding;
	eval->packet = packet;
	eval->where = where;
	eval->trace = trace;
	exempt = find_exempt(eval, parsed);
	if (trace) {
		memset(trace, 0, sizeof(*trace));
		trace->exempt = exempt;
	}
	if (exempt != BAILEY_EXEMPT_COUNT)
		return true;
	for (s = 0; s < 2; s++)
		bailey_side_resolve(&eval->side[s], binding, where, packet, s);
	skip_acls_inside(eval);
	if (default_denies(eval)) {
		verdict->reason = BAILEY_DROP_DEFAULT;
		/* What could not be read is not answered either. */
		verdict->reject = parsed == BAILEY_PASS &&
				  binding->policy->default_action == BAILEY_REJECT;
	} else if (nobody_asks(eval)) {
		verdict->reason = BAILEY_PASS;
	} else if (parsed != BAILEY_PASS) {
		verdict->reason = parsed;
	} else {
		goto ask;
	}
	return true;
ask:
	eval->skip_groups = is_own_error(eval);
	eval->tracked = (eval->side[BAILEY_SRC].set || eval->side[BAILEY_DST].set) &&
			!eval->skip_groups &&
			(bailey_conn_trackable(packet) ||
			 packet->flags & BAILEY_PKT_QUOTE);
	return false;
}

static bool may_have_endpoints(const struct bailey_eval *eval, u32 s)
{
	const struct bailey_iface *iface = eval->side[s].iface;

	return eval->where->master[s] || (iface && iface->place != BAILEY_NO_PLACE);
}

/**
 * bailey_eval_acls() - do ACLs alone ask all that goes this way?
 * @eval: begun with any packet
 * @acls: filled in if so
 *
 * The way is where @eval began: a binding, a hook and two interfaces. No side has
 * groups then, whatever address is there, no exemption holds and no default denies;
 * without any ACL nobody asks.
 *
 * Context: Any.
 * Return: true if so: then bailey_acls_ask() says of each whole packet what
 * bailey_evaluate() says.
 */
bool bailey_eval_acls(const struct bailey_eval *eval, struct bailey_acls *acls)
{
	const struct bailey_side *side = eval->side;

	if (eval->where->hook != BAILEY_HOOK_FORWARD || default_denies(eval) ||
	    side[BAILEY_SRC].set || may_have_endpoints(eval, BAILEY_SRC) ||
	    side[BAILEY_DST].set || may_have_endpoints(eval, BAILEY_DST))
		return false;
	acls->acl[BAILEY_SRC] = side[BAILEY_SRC].acl;
	acls->acl[BAILEY_DST] = side[BAILEY_DST].acl;
	return true;
}

/**
 * bailey_eval_key() - the key under which a packet's connection is found
 * @eval: begun, tracked
 * @quote: the packet that an ICMP error quotes; not read for any other packet
 * @key: filled in
 * @related: filled in: the packet is an error; it is about that connection if it
 *	     goes to the source of the quoted packet, else about none
 *
 * Return: the end of @key from which the packet, or the quoted one, came; 2 when
 * the packet can belong to no connection.
 */
u8 bailey_eval_key(const struct bailey_eval *eval,
		   const struct bailey_packet *quote,
		   struct bailey_conn_key *key, bool *related)
{
	const struct bailey_packet *packet = eval->packet;
	const struct bailey_where *where = eval->where;

	*related = packet->flags & BAILEY_PKT_ICMP_ERROR;
	if (!*related)
		return bailey_conn_key_make(key, packet, where->domain[BAILEY_SRC],
					    where->domain[BAILEY_DST]);
	if (!bailey_addr_equal(&quote->src, &packet->dst) ||
	    !bailey_conn_trackable(quote))
		return 2;
	return bailey_conn_key_make(key, quote, where->domain[BAILEY_DST],
				    where->domain[BAILEY_SRC]);
}

static u32 set_id(const struct bailey_set *set)
{
	return set ? set->id : 0;
}

/* Where a door of a connection was last seen, and where a side is, are the same. */
static bool same_port(const struct bailey_conn *conn, u8 door,
		      const struct bailey_side *side)
{
	return READ_ONCE(conn->ifindex[door]) == (side->box ? 0 : side->ifindex);
}

/*
 * How well a door of a connection fits a side: 0 not, 1 perhaps, 2 exactly. Groups
 * that are attached nowhere any more say nothing about a side but where it is.
 */
static u32 door_fits(const struct bailey_eval *eval, const struct bailey_conn *conn,
		     u8 door, u32 s)
{
	u32 stored = READ_ONCE(conn->set[door]);

	if (stored == set_id(eval->side[s].set))
		return 2;
	if (!stored)
		return 1;
	return !bailey_policy_set_live(eval->binding->policy, stored) &&
	       same_port(conn, door, &eval->side[s]);
}

/* Could this packet begin a connection, whatever is known? */
static bool begins(const struct bailey_packet *packet, u8 side)
{
	return side == BAILEY_ORIGINATOR && bailey_packet_begins(packet);
}

/**
 * bailey_eval_rank() - does a packet belong to this one of its key's connections?
 * @eval: begun, tracked
 * @quote: the packet that an ICMP error quotes; not read for any other packet
 * @conn: a connection with the packet's key
 * @side: which side of it sent the packet, or the packet that the error quotes
 * @related: the packet is an error
 *
 * It does not if its own side (of an error: the side that it goes to) has other
 * groups than those which said yes, and those are still attached elsewhere, or it
 * passes another interface: then it comes from another place. A request that goes
 * to another such place begins a connection of its own: this is its second way
 * through the machine. A later segment that does so belongs to a connection whose
 * route has changed. An error does not, either, if it quotes what that side can't
 * have sent lately.
 *
 * Return: 0 for no; of several connections the one with the highest is taken.
 */
u32 bailey_eval_rank(const struct bailey_eval *eval,
		     const struct bailey_packet *quote,
		     const struct bailey_conn *conn, u8 side, bool related)
{
	u32 own = door_fits(eval, conn, side, related ? BAILEY_DST : BAILEY_SRC);
	u32 other = door_fits(eval, conn, !side, related ? BAILEY_SRC : BAILEY_DST);

	if (!own || (!other && !related && begins(eval->packet, side)))
		return 0;
	if (related && !bailey_conn_quoted(conn, quote, side))
		return 0;
	return 3 * own + other;
}

static struct bailey_step *record(struct bailey_eval *eval, bool group, u32 s,
				  u8 dir, enum bailey_answer answer,
				  const struct bailey_rule *rule)
{
	struct bailey_trace *trace = eval->trace;
	struct bailey_step *step;

	if (!trace || trace->count == ARRAY_SIZE(trace->step))
		return NULL;
	step = &trace->step[trace->count++];
	step->layer_group = group;
	step->side = s;
	step->dir = dir;
	step->answer = answer;
	step->who = eval->side[s];
	step->rule = rule;
	return step;
}

static void hit(struct bailey_verdict *verdict, struct bailey_rule *rule)
{
	if (rule && verdict->hits < ARRAY_SIZE(verdict->rule))
		verdict->rule[verdict->hits++] = rule;
}

static bool ask_set(struct bailey_eval *eval, u32 s,
		    const struct bailey_inquiry *inquiry,
		    struct bailey_verdict *verdict)
{
	struct bailey_permit permit = bailey_permit_find(eval->side[s].set, inquiry);
	struct bailey_step *step;

	step = record(eval, true, s, inquiry->dir,
		      permit.rule ? BAILEY_ANSWER_ALLOW :
		      permit.perhaps ? BAILEY_ANSWER_UNDECIDED : BAILEY_ANSWER_DENY,
		      permit.rule);
	if (step) {
		step->about_request = inquiry->about_request;
		step->group = permit.slot;
	}
	hit(verdict, permit.rule);
	if (permit.perhaps)
		verdict->reason = BAILEY_DROP_FRAGMENT;
	else if (!permit.rule)
		verdict->reason = BAILEY_DROP_GROUP;
	return permit.rule;
}

static struct bailey_inquiry inquiry_about_packet(const struct bailey_eval *eval, u32 s)
{
	return (struct bailey_inquiry){
		.policy = eval->binding->policy,
		.where = eval->where,
		.packet = eval->packet,
		.src = &eval->side[BAILEY_SRC],
		.dst = &eval->side[BAILEY_DST],
		.dir = s == BAILEY_SRC ? BAILEY_OUT : BAILEY_IN,
	};
}

/* Ask a side about this packet itself. */
static bool ask_about_packet(struct bailey_eval *eval, u32 s,
			     struct bailey_verdict *verdict)
{
	struct bailey_inquiry inquiry = inquiry_about_packet(eval, s);

	return ask_set(eval, s, &inquiry, verdict);
}

/* Which door of the connection a side of the packet is. */
static u8 door_of(const struct bailey_match_conn *match, u32 s)
{
	u8 source = match->related ? !match->side : match->side;

	return s == BAILEY_SRC ? source : !source;
}

/* Ask a side about the request of the packet's connection, and remember a yes. */
static bool ask_about_request(struct bailey_eval *eval, u32 s, u8 door,
			      const struct bailey_match_conn *match,
			      struct bailey_verdict *verdict)
{
	bool reply = door_of(match, BAILEY_SRC) == BAILEY_RESPONDER;
	struct bailey_packet request;
	struct bailey_inquiry inquiry = {
		.policy = eval->binding->policy,
		.where = eval->where,
		.packet = &request,
		.src = &eval->side[reply ? BAILEY_DST : BAILEY_SRC],
		.dst = &eval->side[reply ? BAILEY_SRC : BAILEY_DST],
		.dir = door == BAILEY_ORIGINATOR ? BAILEY_OUT : BAILEY_IN,
		.about_request = true,
	};

	bailey_conn_request(match->conn, &request);
	if (!ask_set(eval, s, &inquiry, verdict)) {
		verdict->revoked = !match->related &&
				   verdict->epoch != eval->binding->policy->epoch;
		return false;
	}
	/* Where nothing need be remembered, it goes on being asked. */
	if (!verdict->set[door] && eval->untracked &&
	    bailey_permit_all_of_flow(eval->side[s].set, &inquiry))
		return true;
	verdict->set[door] = eval->side[s].set->id;
	verdict->doors_changed = !match->related;
	return true;
}

static bool ask_group(struct bailey_eval *eval, u32 s,
		      const struct bailey_match_conn *match,
		      struct bailey_verdict *verdict)
{
	const struct bailey_set *set = eval->side[s].set;
	u8 dir = s == BAILEY_SRC ? BAILEY_OUT : BAILEY_IN;
	u8 door;

	if (!set)
		return true;
	if (eval->skip_groups) {
		record(eval, true, s, dir, BAILEY_ANSWER_EXEMPT, NULL);
		return true;
	}
	if (!match)
		return ask_about_packet(eval, s, verdict);
	door = door_of(match, s);
	if (verdict->set[door] == set->id &&
	    verdict->epoch == eval->binding->policy->epoch) {
		record(eval, true, s, dir, match->related ? BAILEY_ANSWER_RELATED :
							    BAILEY_ANSWER_KNOWN, NULL);
		return true;
	}
	if (match->related && verdict->set[door] != set->id)
		return ask_about_packet(eval, s, verdict);
	return ask_about_request(eval, s, door, match, verdict);
}

static enum bailey_answer answer_of(enum bailey_reason reason, const struct bailey_rule *rule)
{
	static const u8 answer[] = {
		[BAILEY_ALLOW] = BAILEY_ANSWER_ALLOW,
		[BAILEY_DENY] = BAILEY_ANSWER_DENY,
		[BAILEY_REJECT] = BAILEY_ANSWER_REJECT,
	};

	if (reason == BAILEY_DROP_FRAGMENT)
		return BAILEY_ANSWER_UNDECIDED;
	return rule ? answer[rule->action] : BAILEY_ANSWER_DENY;
}

static bool ask_acl(struct bailey_eval *eval, u32 s, struct bailey_verdict *verdict)
{
	const struct bailey_acl *acl = eval->side[s].acl;
	struct bailey_rule *rule;

	if (!acl)
		return true;
	verdict->reason = bailey_acl_ask(eval->binding->policy, acl, s, eval->packet, &rule);
	record(eval, false, s, bailey_acl_dir(s), answer_of(verdict->reason, rule), rule);
	if (verdict->reason == BAILEY_DROP_FRAGMENT)
		return false;
	hit(verdict, rule);
	verdict->reject = rule && rule->action == BAILEY_REJECT;
	return verdict->reason == BAILEY_PASS;
}

/* After "revoke cut", all that was remembered has been asked again or is void. */
static void settle_epoch(struct bailey_eval *eval,
			 const struct bailey_match_conn *match,
			 struct bailey_verdict *verdict)
{
	u32 s;

	if (verdict->epoch == eval->binding->policy->epoch)
		return;
	for (s = 0; s < 2; s++)
		if (!eval->side[s].set)
			verdict->set[door_of(match, s)] = 0;
	verdict->epoch = eval->binding->policy->epoch;
	verdict->doors_changed = true;
}

/* What a side remembers of the connection that this packet begins. */
static u32 door_of_new(const struct bailey_eval *eval, u32 s)
{
	struct bailey_inquiry inquiry = inquiry_about_packet(eval, s);
	const struct bailey_set *set = eval->side[s].set;

	if (set && eval->untracked && bailey_permit_all_of_flow(set, &inquiry))
		return 0;
	return set_id(set);
}

/* All have said yes: what becomes of a packet that belongs to no connection? */
static void open_conn(const struct bailey_eval *eval,
		      const struct bailey_track_rules *track,
		      struct bailey_verdict *verdict)
{
	if (!eval->tracked || !bailey_conn_trackable(eval->packet))
		return;
	verdict->set[BAILEY_ORIGINATOR] = door_of_new(eval, BAILEY_SRC);
	verdict->set[BAILEY_RESPONDER] = door_of_new(eval, BAILEY_DST);
	verdict->untracked = !verdict->set[BAILEY_ORIGINATOR] &&
			     !verdict->set[BAILEY_RESPONDER];
	if (verdict->untracked)
		return;
	verdict->reason = bailey_conn_open(eval->packet, track, &verdict->next);
	verdict->open = verdict->reason == BAILEY_PASS;
	verdict->epoch = eval->binding->policy->epoch;
}

/**
 * bailey_evaluate() - ask all the questions
 * @eval: begun, and not answered there
 * @match: the packet's connection, or NULL
 * @track: what the namespace has set about connections
 * @verdict: filled in
 *
 * Context: Any, under the RCU lock that protects @eval and @match.
 */
void bailey_evaluate(struct bailey_eval *eval,
		     const struct bailey_match_conn *match,
		     const struct bailey_track_rules *track,
		     struct bailey_verdict *verdict)
{
	eval->untracked = track->untracked;
	if (match) {
		verdict->epoch = bailey_load_acquire(&match->conn->epoch);
		verdict->set[0] = READ_ONCE(match->conn->set[0]);
		verdict->set[1] = READ_ONCE(match->conn->set[1]);
	}
	if (match && !match->related) {
		verdict->reason = bailey_conn_advance(match->conn, eval->packet,
						      match->side, track,
						      &verdict->next);
		if (verdict->reason != BAILEY_PASS)
			return;
		verdict->conn_known = true;
	}
	if (!ask_group(eval, BAILEY_SRC, match, verdict) ||
	    !ask_acl(eval, BAILEY_SRC, verdict) ||
	    !ask_acl(eval, BAILEY_DST, verdict) ||
	    !ask_group(eval, BAILEY_DST, match, verdict))
		return;
	if (!match)
		open_conn(eval, track, verdict);
	else if (!match->related)
		settle_epoch(eval, match, verdict);
}

/**
 * bailey_eval_groups_allow() - would the groups let this packet begin a connection?
 * @eval: begun, and not answered there
 *
 * What "revoke cut" asks about each connection's request.
 *
 * Context: Any.
 * Return: true if every side that has groups allows it.
 */
bool bailey_eval_groups_allow(struct bailey_eval *eval)
{
	struct bailey_verdict verdict = { .reason = BAILEY_PASS };
	u32 s;

	for (s = 0; s < 2; s++)
		if (eval->side[s].set && !ask_about_packet(eval, s, &verdict))
			return false;
	return true;
}
