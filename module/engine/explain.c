// SPDX-License-Identifier: GPL-2.0
/*
 * Explain: which questions a packet is asked, and what the answers are.
 *
 * bailey_eval_begin() and bailey_evaluate() judge it, as they judge real ones, with a
 * trace. What was not asked is then filled in with the reason, and the near misses are
 * looked for (near.c). The response, and an error about the request, are judged with
 * the connection that the request would leave behind. Nothing is counted, entered
 * or refreshed, and no limit (of the table, of a source) is looked at.
 */
#include "explain.h"
#include "permit.h"
#include "refusal.h"

/* "Fragmentation needed" and "packet too big": RFC 1191, RFC 8201. */
#define ERROR_TYPE4	3
#define ERROR_CODE4	4
#define ERROR_TYPE6	2

/* One explanation under way. */
struct explanation {
	const struct bailey_question *question;
	const struct bailey_binding *binding;
	const struct bailey_track_rules *track;
	const struct bailey_explain_ops *ops;
	void *arg;
	struct bailey_explanation *answer;
	struct bailey_conn conn;	/* the request's, real or as it would be */
	u8 known;			/* which of these */
	u8 side;			/* of the request in @conn */
};

/* In the order in which they are asked. */
static const struct {
	bool group;
	u8 side;
} questions[BAILEY_QUESTIONS] = {
	{ true, BAILEY_SRC }, { false, BAILEY_SRC },
	{ false, BAILEY_DST }, { true, BAILEY_DST },
};

static int locate(struct explanation *e, struct bailey_explained *one,
		  struct bailey_diag *diag)
{
	struct bailey_where *where = &one->where;
	int ret;

	where->hook = !one->in[0] ? BAILEY_HOOK_LOCAL_OUT :
		      !one->out[0] ? BAILEY_HOOK_LOCAL_IN : BAILEY_HOOK_FORWARD;
	ret = e->ops->where(e->arg, one->in, one->out, where);
	if (!ret)
		return 0;
	if (one->in[0] && one->out[0])
		return bailey_diag_fail(diag, ret, 1, 1, "%s or %s is not an interface here",
					one->in, one->out);
	return bailey_diag_fail(diag, ret, 1, 1, "there is no interface %s",
				one->in[0] ? one->in : one->out);
}

/* Why a question was not asked. */
static enum bailey_unasked why_not(const struct bailey_explained *one,
				   const struct bailey_side *who, bool group)
{
	if (one->exempt != BAILEY_EXEMPT_COUNT)
		return BAILEY_UNASKED_EXEMPT;
	if (!who->attach)
		return BAILEY_UNASKED_UNATTACHED;
	if (group ? !who->set : !who->acl)
		return BAILEY_UNASKED_NONE;
	if (!group && one->where.hook == BAILEY_HOOK_FORWARD &&
	    one->where.ifindex[BAILEY_SRC] == one->where.ifindex[BAILEY_DST])
		return BAILEY_UNASKED_INSIDE;
	return BAILEY_UNASKED_DROPPED;
}

static const struct bailey_step *find_step(const struct bailey_trace *trace, u32 question)
{
	u32 i;

	for (i = 0; i < trace->count; i++)
		if (trace->step[i].layer_group == questions[question].group &&
		    trace->step[i].side == questions[question].side)
			return &trace->step[i];
	return NULL;
}

/* All four questions, whether they were asked or not. */
static void fill_asked(const struct explanation *e, struct bailey_explained *one,
		       const struct bailey_trace *trace)
{
	const struct bailey_step *step;
	struct bailey_asked *asked;
	u32 i;

	for (i = 0; i < BAILEY_QUESTIONS; i++) {
		asked = &one->asked[i];
		step = find_step(trace, i);
		if (step) {
			asked->step = *step;
			continue;
		}
		asked->step.layer_group = questions[i].group;
		asked->step.side = questions[i].side;
		asked->step.dir = questions[i].side == BAILEY_SRC ? BAILEY_OUT : BAILEY_IN;
		bailey_side_resolve(&asked->step.who, e->binding, &one->where, &one->packet,
				    questions[i].side);
		asked->unasked = why_not(one, &asked->step.who, questions[i].group);
	}
}

static void find_nears(const struct explanation *e, const struct bailey_eval *eval,
		       struct bailey_explained *one, struct bailey_asked *asked)
{
	const struct bailey_step *step = &asked->step;
	bool reply = one->related ? one->side == BAILEY_ORIGINATOR :
				    one->side == BAILEY_RESPONDER;
	bool swapped = step->about_request && reply;
	struct bailey_inquiry inquiry = {
		.policy = e->binding->policy,
		.where = &one->where,
		.packet = step->about_request ? &one->request : &one->packet,
		.src = &eval->side[swapped ? BAILEY_DST : BAILEY_SRC],
		.dst = &eval->side[swapped ? BAILEY_SRC : BAILEY_DST],
		.dir = step->dir,
	};
	struct bailey_near_question near = {
		.policy = inquiry.policy, .packet = inquiry.packet,
	};

	if (!step->layer_group) {
		bailey_near_acl(&near, step->who.acl, step->dir, step->rule,
				step->answer == BAILEY_ANSWER_ALLOW, &asked->nears);
		return;
	}
	if (step->answer != BAILEY_ANSWER_DENY && step->answer != BAILEY_ANSWER_UNDECIDED)
		return;
	bailey_permit_members(&inquiry, near.member);
	bailey_near_groups(&near, step->who.set, step->dir, &asked->nears);
}

static bool no_rules(const struct bailey_policy *policy, const struct bailey_set *set)
{
	const struct bailey_group *group;
	u32 i;

	for (i = 0; i < set->count; i++) {
		group = bailey_group_of(bailey_policy_object(policy, BAILEY_GROUP,
							     set->slot[i]));
		if (group->rules[BAILEY_IN].count || group->rules[BAILEY_OUT].count)
			return false;
	}
	return true;
}

/* The question that dropped it: the last one that was asked. */
static enum bailey_code code_of_no(const struct explanation *e,
				   const struct bailey_explained *one)
{
	const struct bailey_step *step = NULL;
	bool in;
	u32 i;

	for (i = 0; i < BAILEY_QUESTIONS; i++)
		if (!one->asked[i].unasked)
			step = &one->asked[i].step;
	if (!step)
		return BAILEY_CODE_STATE;
	in = step->dir == BAILEY_IN;
	if (!step->layer_group && step->rule)
		return in ? BAILEY_CODE_ACL_IN_ENTRY : BAILEY_CODE_ACL_OUT_ENTRY;
	if (!step->layer_group)
		return in ? BAILEY_CODE_ACL_IN_DEFAULT : BAILEY_CODE_ACL_OUT_DEFAULT;
	if (no_rules(e->binding->policy, step->who.set))
		return in ? BAILEY_CODE_GROUP_IN_EMPTY : BAILEY_CODE_GROUP_OUT_EMPTY;
	return in ? BAILEY_CODE_GROUP_IN_MISMATCH : BAILEY_CODE_GROUP_OUT_MISMATCH;
}

static enum bailey_code code_of_yes(const struct bailey_explained *one)
{
	enum bailey_code code = BAILEY_CODE_NOBODY_ASKS;
	u32 i;

	if (one->exempt != BAILEY_EXEMPT_COUNT)
		return BAILEY_CODE_EXEMPT;
	if (one->verdict.untracked)
		return BAILEY_CODE_UNTRACKED;
	for (i = 0; i < BAILEY_QUESTIONS; i++) {
		if (one->asked[i].unasked)
			continue;
		if (one->asked[i].step.answer == BAILEY_ANSWER_RELATED)
			return BAILEY_CODE_RELATED;
		if (one->asked[i].step.answer == BAILEY_ANSWER_KNOWN)
			return BAILEY_CODE_CONNECTION;
		code = BAILEY_CODE_ALLOWED;
	}
	return code;
}

static enum bailey_code code_of(const struct explanation *e,
				const struct bailey_explained *one)
{
	switch (one->verdict.reason) {
	case BAILEY_PASS:
		return code_of_yes(one);
	case BAILEY_DROP_DEFAULT:
		return BAILEY_CODE_DEFAULT;
	case BAILEY_DROP_FRAGMENT:
		return BAILEY_CODE_FRAGMENT;
	case BAILEY_DROP_NO_CONNECTION:
		return BAILEY_CODE_NO_CONNECTION;
	case BAILEY_DROP_ACL:
	case BAILEY_DROP_ACL_DEFAULT:
	case BAILEY_DROP_GROUP:
		return one->verdict.revoked ? BAILEY_CODE_REVOKED : code_of_no(e, one);
	default:
		return BAILEY_CODE_STATE;
	}
}

/* What the trace does not have. */
static void account(struct explanation *e, const struct bailey_eval *eval,
		    const struct bailey_trace *trace, struct bailey_explained *one)
{
	struct bailey_side side;
	u32 s, i;

	one->exempts_asked = one->where.hook != BAILEY_HOOK_FORWARD;
	one->exempt = trace->exempt;
	one->default_action = e->binding->policy->default_action;
	for (s = 0; s < 2 && one->exempt == BAILEY_EXEMPT_COUNT; s++) {
		bailey_side_resolve(&side, e->binding, &one->where, &one->packet, s);
		one->default_asked |= bailey_side_unattached(&side);
	}
	if (one->known == BAILEY_KNOWN_TABLE || one->known == BAILEY_KNOWN_IMAGINED)
		bailey_conn_request(&one->conn, &one->request);
	fill_asked(e, one, trace);
	for (i = 0; i < BAILEY_QUESTIONS; i++)
		if (!one->asked[i].unasked)
			find_nears(e, eval, one, &one->asked[i]);
	one->code = code_of(e, one);
}

/* The connection that a new request would leave in the table. */
static void imagine(struct explanation *e, const struct bailey_eval *eval,
		    const struct bailey_verdict *verdict)
{
	struct bailey_conn *conn = &e->conn;
	bool related;

	memset(conn, 0, sizeof(*conn));
	conn->orig_end = bailey_eval_key(eval, NULL, &conn->key, &related);
	conn->set[0] = verdict->set[0];
	conn->set[1] = verdict->set[1];
	conn->epoch = verdict->epoch;
	conn->ifindex[0] = eval->side[0].box ? 0 : eval->side[0].ifindex;
	conn->ifindex[1] = eval->side[1].box ? 0 : eval->side[1].ifindex;
	conn->track = verdict->next.track;
	e->known = BAILEY_KNOWN_IMAGINED;
	e->side = BAILEY_ORIGINATOR;
}

/* After an update of a real one, as the table would have it. */
static void advance(struct explanation *e, const struct bailey_verdict *verdict)
{
	e->conn.set[0] = verdict->set[0];
	e->conn.set[1] = verdict->set[1];
	e->conn.epoch = verdict->epoch;
	e->conn.track = verdict->next.track;
}

static bool find_conn(struct explanation *e, const struct bailey_eval *eval,
		      struct bailey_packet *packet)
{
	struct bailey_conn *conn = &e->conn;

	if (!e->ops->find || packet->flags & BAILEY_PKT_ICMP_ERROR ||
	    !e->ops->find(e->arg, eval, conn, &e->side) ||
	    bailey_conn_reopens(conn, packet))
		return false;
	/* An INIT, of which an association that is over knows nothing */
	if (packet->proto == BAILEY_PROTO_SCTP && conn->track.state == BAILEY_SCTP_CLOSED)
		return false;
	/* What would come next */
	if (packet->proto == BAILEY_PROTO_TCP && conn->track.state != BAILEY_TCP_SYN_SENT)
		packet->tcp_flags = BAILEY_TCP_ACK;
	e->known = BAILEY_KNOWN_TABLE;
	return true;
}

/* Judge a packet with a connection, or without one where @related is NULL. */
static void judge_with(struct explanation *e, struct bailey_eval *eval,
		       struct bailey_explained *one)
{
	struct bailey_match_conn match = { .conn = &one->conn, .side = one->side,
					   .related = one->related };
	bool has_conn = one->known > BAILEY_KNOWN_NONE;

	bailey_evaluate(eval, has_conn ? &match : NULL, e->track, &one->verdict);
}

static void begin(struct explanation *e, struct bailey_explained *one, enum bailey_part part)
{
	const struct bailey_question *question = e->question;
	bool back = part != BAILEY_PART_REQUEST;

	memset(one, 0, sizeof(*one));
	one->part = part;
	memcpy(one->in, back ? question->out : question->in, sizeof(one->in));
	memcpy(one->out, back ? question->in : question->out, sizeof(one->out));
}

static int explain_request(struct explanation *e, struct bailey_diag *diag)
{
	struct bailey_explained *one = &e->answer->at[0];
	struct bailey_trace trace;
	struct bailey_eval eval;
	int ret;

	begin(e, one, BAILEY_PART_REQUEST);
	one->packet = e->question->packet;
	ret = locate(e, one, diag);
	if (ret)
		return ret;
	if (!bailey_eval_begin(&eval, e->binding, &one->packet, BAILEY_PASS, &one->where,
			       &trace, &one->verdict)) {
		if (eval.tracked)
			one->known = BAILEY_KNOWN_NONE;
		if (eval.tracked && find_conn(e, &eval, &one->packet)) {
			one->known = e->known;
			one->conn = e->conn;
			one->side = e->side;
		}
		judge_with(e, &eval, one);
		if (one->known == BAILEY_KNOWN_TABLE)
			advance(e, &one->verdict);
		else if (one->verdict.open)
			imagine(e, &eval, &one->verdict);
	}
	account(e, &eval, &trace, one);
	e->answer->count = 1;
	return 0;
}

/* The packet that comes back; false where nothing does. */
static bool make_response(const struct explanation *e, struct bailey_packet *response)
{
	const struct bailey_packet *request = &e->question->packet;
	bool begun = e->known && e->conn.track.state != BAILEY_TCP_SYN_SENT;

	if (request->flags & BAILEY_PKT_FRAGMENT)
		return false;
	*response = *request;
	response->src = request->dst;
	response->dst = request->src;
	response->sport = request->dport;
	response->dport = request->sport;
	if (request->proto == BAILEY_PROTO_TCP)
		response->tcp_flags = begun ? BAILEY_TCP_ACK :
				      BAILEY_TCP_SYN | BAILEY_TCP_ACK;
	if (!bailey_packet_is_icmp(request))
		return true;
	response->type = bailey_packet_reply_type(request);
	response->code = 0;
	response->flags = bailey_packet_icmp_flags(request->proto, response->type);
	return request->flags & BAILEY_PKT_ICMP_QUERY;
}

/* An error about the request; false where there must be none. */
static bool make_error(const struct explanation *e, struct bailey_packet *error,
		       struct bailey_packet *quote)
{
	const struct bailey_packet *request = &e->question->packet;
	bool v4 = request->family == BAILEY_IPV4;

	if (bailey_refusal_of(request) == BAILEY_REFUSAL_SILENT)
		return false;
	*quote = *request;
	*error = (struct bailey_packet){
		.src = request->dst, .dst = request->src, .family = request->family,
		.proto = v4 ? BAILEY_PROTO_ICMP : BAILEY_PROTO_ICMPV6,
		.type = v4 ? ERROR_TYPE4 : ERROR_TYPE6,
		.code = v4 ? ERROR_CODE4 : 0,
		.hop_limit = request->hop_limit,
		.len = request->len + 8 + request->len,
		.flags = BAILEY_PKT_ICMP_ERROR | BAILEY_PKT_QUOTE,
	};
	return true;
}

/* Does what comes back belong to the request's connection? */
static void match_back(const struct explanation *e, const struct bailey_eval *eval,
		       struct bailey_explained *one)
{
	bool related = one->part == BAILEY_PART_ERROR;
	u8 side = related ? e->side : !e->side;

	if (!eval->tracked)
		return;
	one->known = BAILEY_KNOWN_NONE;
	if (!e->known ||
	    !bailey_eval_rank(eval, &one->quote, &e->conn, side, related))
		return;
	one->known = e->known;
	one->related = related;
	one->side = side;
	one->conn = e->conn;
}

static int explain_back(struct explanation *e, enum bailey_part part,
			struct bailey_diag *diag)
{
	struct bailey_explained *one = &e->answer->at[e->answer->count];
	struct bailey_trace trace;
	struct bailey_eval eval;
	int ret;

	begin(e, one, part);
	if (!(part == BAILEY_PART_RESPONSE ? make_response(e, &one->packet) :
					     make_error(e, &one->packet, &one->quote)))
		return 0;
	ret = locate(e, one, diag);
	if (ret)
		return ret;
	if (!bailey_eval_begin(&eval, e->binding, &one->packet, BAILEY_PASS, &one->where,
			       &trace, &one->verdict)) {
		match_back(e, &eval, one);
		judge_with(e, &eval, one);
	}
	account(e, &eval, &trace, one);
	e->answer->count++;
	if (part == BAILEY_PART_RESPONSE)
		e->answer->pass = one->verdict.reason == BAILEY_PASS;
	return 0;
}

/**
 * bailey_explain() - judge a packet and, if it was asked for, what comes back
 * @question: the packet, resolved; %BAILEY_PART_RESPONSE and %BAILEY_PART_ERROR follow
 *	      if it is about the connection and the request passes
 * @binding: what it is judged by
 * @track: what the namespace has set about connections
 * @ops: the world around
 * @arg: handed to @ops
 * @answer: filled in
 * @diag: says what is wrong with the question
 *
 * Context: Process; the caller holds a reference to @binding.
 * Return: 0, also when the verdict is to drop; -ENODEV, or -EINVAL for a question that
 * does not say where the packet passes.
 */
int bailey_explain(const struct bailey_question *question,
		   const struct bailey_binding *binding,
		   const struct bailey_track_rules *track,
		   const struct bailey_explain_ops *ops, void *arg,
		   struct bailey_explanation *answer, struct bailey_diag *diag)
{
	struct explanation e = {
		.question = question, .binding = binding, .track = track,
		.ops = ops, .arg = arg, .answer = answer,
	};
	int ret = bailey_question_placed(question, diag);

	answer->count = 0;
	if (!ret)
		ret = explain_request(&e, diag);
	if (ret)
		return ret;
	answer->pass = answer->at[0].verdict.reason == BAILEY_PASS;
	if (!answer->pass || !question->connection)
		return 0;
	ret = explain_back(&e, BAILEY_PART_RESPONSE, diag);
	return ret ? ret : explain_back(&e, BAILEY_PART_ERROR, diag);
}
