// SPDX-License-Identifier: GPL-2.0
/*
 * Explain: which questions a packet is asked, and what the answers are.
 *
 * A question in words becomes a packet; bailey_eval_begin() and
 * bailey_evaluate() judge it, as they judge real ones, with a trace; the trace
 * becomes text. The response is then judged with the connection that the
 * request would leave behind. Nothing is counted, entered or refreshed.
 */
#include "explain.h"
#include "match_text.h"
#include "policy_text.h"
#include "refusal.h"

static const char syntax[] =
	"PROTO from ADDR [port N] to ADDR [port N] [type T] [code C] [in IF] [out IF] [alone]";

/* "from ADDR [port N]" or "to ADDR [port N]". */
static int side_parse(struct bailey_lexer *lex, const char *word, u8 proto,
		      u8 *family, struct bailey_addr *addr, u16 *port)
{
	u32 value;
	int ret;

	if (!bailey_lexer_accept(lex, word))
		return bailey_lexer_fail(lex, -EINVAL, syntax, "%s is missing", word);
	if (!lex->word_len ||
	    !bailey_text_addr(lex->word, lex->word_len, family, addr))
		return bailey_lexer_fail(lex, -EINVAL, syntax, "this is not an address");
	bailey_lexer_next(lex);
	if (!bailey_lexer_is(lex, "port"))
		return 0;
	if (!bailey_proto_has_ports(proto))
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "this protocol has no ports");
	bailey_lexer_next(lex);
	ret = bailey_lexer_number(lex, "the port", 0, U16_MAX, &value);
	*port = value;
	return ret;
}

static int ifname_word(struct bailey_lexer *lex, char *name)
{
	if (!lex->word_len || lex->word_len > BAILEY_IFNAME_MAX)
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "an interface name should stand here");
	memset(name, 0, BAILEY_IFNAME_MAX + 1);
	memcpy(name, lex->word, lex->word_len);
	bailey_lexer_next(lex);
	return 0;
}

static int number_word(struct bailey_lexer *lex, const char *what, u32 max, u32 *value)
{
	bailey_lexer_next(lex);
	return bailey_lexer_number(lex, what, 0, max, value);
}

/* One word, or one word and its value, behind the addresses. */
static int option_parse(struct bailey_lexer *lex, struct bailey_question *question)
{
	struct bailey_packet *packet = &question->packet;
	bool icmp = bailey_packet_is_icmp(packet);
	u32 value = 0;
	int ret;

	if (bailey_lexer_accept(lex, "in"))
		return ifname_word(lex, question->in);
	if (bailey_lexer_accept(lex, "out"))
		return ifname_word(lex, question->out);
	if (bailey_lexer_accept(lex, "alone")) {
		question->alone = true;
		return 0;
	}
	if (bailey_lexer_accept(lex, "fragment")) {
		question->fragment = true;
		return 0;
	}
	if (bailey_lexer_is(lex, "ttl")) {
		ret = number_word(lex, "the hop limit", 255, &value);
		packet->hop_limit = value;
		return ret;
	}
	if (bailey_lexer_is(lex, "id"))
		return number_word(lex, "the identifier", U32_MAX, &packet->id);
	if (icmp && bailey_lexer_is(lex, "type")) {
		ret = number_word(lex, "the type", 255, &value);
		packet->type = value;
		return ret;
	}
	if (icmp && bailey_lexer_is(lex, "code")) {
		ret = number_word(lex, "the code", 255, &value);
		packet->code = value;
		return ret;
	}
	return bailey_lexer_fail(lex, -EINVAL, syntax, "this word is not known here");
}

static int family_check(struct bailey_lexer *lex, struct bailey_packet *packet, u8 family)
{
	if (family != packet->family)
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "from and to are of different families");
	if ((packet->proto == BAILEY_PROTO_ICMP && family != BAILEY_IPV4) ||
	    (packet->proto == BAILEY_PROTO_ICMPV6 && family != BAILEY_IPV6))
		return bailey_lexer_fail(lex, -EINVAL, "icmp with IPv4, icmpv6 with IPv6",
					 "protocol and addresses are of different families");
	return 0;
}

/* What follows from the words: kind of ICMP message, ports, TCP flags. */
static void complete_packet(struct bailey_packet *packet)
{
	packet->len = packet->family == BAILEY_IPV4 ? 20 : 40;
	if (bailey_packet_is_icmp(packet))
		packet->flags = bailey_packet_icmp_flags(packet->proto, packet->type);
	else if (bailey_proto_has_ports(packet->proto))
		packet->flags = BAILEY_PKT_PORTS;
	if (packet->proto == BAILEY_PROTO_TCP)
		packet->tcp_flags = BAILEY_TCP_SYN;
}

/* A later fragment shows nothing of what is above IP. */
static void strip_packet(struct bailey_packet *packet)
{
	packet->flags = BAILEY_PKT_FRAGMENT;
	packet->sport = 0;
	packet->dport = 0;
	packet->type = 0;
	packet->code = 0;
	packet->id = 0;
	packet->tcp_flags = 0;
}

static void packet_defaults(struct bailey_packet *packet)
{
	packet->hop_limit = 64;
	if (packet->proto == BAILEY_PROTO_ICMP)
		packet->type = 8;
	if (packet->proto == BAILEY_PROTO_ICMPV6)
		packet->type = 128;
}

/**
 * bailey_question_parse() - read a packet in words
 * @question: filled in
 * @text: one line, with or without its newline
 * @len: its length
 * @diag: says what is wrong with it
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int bailey_question_parse(struct bailey_question *question, const char *text,
			  size_t len, struct bailey_diag *diag)
{
	const char *newline = memchr(text, '\n', len);
	struct bailey_packet *packet = &question->packet;
	struct bailey_lexer lex;
	u16 proto;
	u8 family;
	int ret;

	memset(question, 0, sizeof(*question));
	bailey_lexer_init(&lex, text, newline ? (size_t)(newline - text) : len, 1, diag);
	if (!bailey_lexer_next(&lex) ||
	    !bailey_proto_parse(lex.word, lex.word_len, &proto) ||
	    proto == BAILEY_PROTO_ANY)
		return bailey_lexer_fail(&lex, -EINVAL, syntax,
					 "a protocol should stand here");
	bailey_lexer_next(&lex);
	packet->proto = proto;
	ret = side_parse(&lex, "from", packet->proto, &packet->family, &packet->src,
			 &packet->sport);
	if (!ret)
		ret = side_parse(&lex, "to", packet->proto, &family, &packet->dst,
				 &packet->dport);
	if (!ret)
		ret = family_check(&lex, packet, family);
	if (ret)
		return ret;
	packet_defaults(packet);
	while (lex.word_len && !ret)
		ret = option_parse(&lex, question);
	if (!ret && !question->in[0] && !question->out[0])
		ret = bailey_lexer_fail(&lex, -EINVAL, syntax,
					"say where it comes in, goes out, or both");
	complete_packet(packet);
	if (question->fragment)
		strip_packet(packet);
	return ret;
}

static void packet_print(const struct bailey_packet *packet, const char *in,
			 const char *out_dev, struct bailey_out *out)
{
	const char *name = bailey_proto_name(packet->proto);
	bool ports = packet->flags & BAILEY_PKT_PORTS;

	if (name)
		bailey_out_printf(out, "%s from ", name);
	else
		bailey_out_printf(out, "%u from ", packet->proto);
	bailey_out_addr(out, packet->family, &packet->src);
	if (ports)
		bailey_out_printf(out, " port %u", packet->sport);
	bailey_out_printf(out, " to ");
	bailey_out_addr(out, packet->family, &packet->dst);
	if (ports)
		bailey_out_printf(out, " port %u", packet->dport);
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		bailey_out_printf(out, " fragment");
	else if (bailey_packet_is_icmp(packet))
		bailey_out_printf(out, " type %u code %u", packet->type, packet->code);
	if (in[0])
		bailey_out_printf(out, " in %s", in);
	if (out_dev[0])
		bailey_out_printf(out, " out %s", out_dev);
}

static void step_who(const struct bailey_step *step, struct bailey_out *out)
{
	const struct bailey_side *who = &step->who;

	bailey_out_printf(out, "  %s, the %s behind %s: ",
			  step->side == BAILEY_SRC ? "source" : "destination",
			  who->box ? "host" : "subnet",
			  who->iface ? who->iface->name : "?");
	if (step->layer_group && who->endpoint)
		bailey_out_printf(out, "endpoint %s, ", who->endpoint->object.name);
}

static const char *answer_name(enum bailey_answer answer)
{
	switch (answer) {
	case BAILEY_ANSWER_DENY:
		return "deny";
	case BAILEY_ANSWER_REJECT:
		return "reject";
	case BAILEY_ANSWER_UNDECIDED:
		return "undecided";
	default:
		return "allow";
	}
}

static void group_step_print(const struct bailey_policy *policy,
			     const struct bailey_step *step, struct bailey_out *out)
{
	bailey_out_printf(out, "groups ");
	bailey_set_print(policy, step->who.set, out);
	bailey_out_printf(out, " %s%s: ", step->dir == BAILEY_IN ? "in" : "out",
			  step->about_request ? " (asked about the request)" : "");
	switch (step->answer) {
	case BAILEY_ANSWER_ALLOW:
		bailey_out_printf(out, "group %s ",
				  bailey_policy_object(policy, BAILEY_GROUP,
						       step->group)->name);
		bailey_rule_print(policy, step->rule, out);
		break;
	case BAILEY_ANSWER_DENY:
		bailey_out_printf(out, "no rule allows it");
		break;
	case BAILEY_ANSWER_UNDECIDED:
		bailey_out_printf(out, "a rule may allow it, which a fragment does not show");
		break;
	case BAILEY_ANSWER_KNOWN:
		bailey_out_printf(out, "has said yes to this connection");
		break;
	case BAILEY_ANSWER_RELATED:
		bailey_out_printf(out, "has said yes to the connection that the error is about");
		break;
	default:
		bailey_out_printf(out, "exempt icmp-error");
	}
	bailey_out_printf(out, " -> %s\n", answer_name(step->answer));
}

static void acl_step_print(const struct bailey_policy *policy,
			   const struct bailey_step *step, struct bailey_out *out)
{
	bailey_out_printf(out, "acl %s %s ", step->who.acl->object.name,
			  step->dir == BAILEY_IN ? "in" : "out");
	if (step->rule)
		bailey_rule_print(policy, step->rule, out);
	else
		bailey_out_printf(out, "* deny");
	bailey_out_printf(out, " -> %s\n", answer_name(step->answer));
}

static void conn_print(const struct bailey_conn *conn, u8 side, struct bailey_out *out)
{
	bailey_out_printf(out, "  connection: %s, this is its %s\n",
			  conn->track.state ? bailey_conn_state_name(conn) : "known",
			  side == BAILEY_ORIGINATOR ? "request" : "response");
}

/* How the sender of a rejected packet is told. */
static void refusal_print(const struct bailey_packet *packet, struct bailey_out *out)
{
	bool v4 = packet->family == BAILEY_IPV4;

	switch (bailey_refusal_of(packet)) {
	case BAILEY_REFUSAL_RESET:
		bailey_out_printf(out, "  sends: tcp reset\n");
		break;
	case BAILEY_REFUSAL_ICMP:
		bailey_out_printf(out, "  sends: %s type %u code %u\n",
				  v4 ? "icmp" : "icmpv6",
				  v4 ? BAILEY_REFUSAL_TYPE4 : BAILEY_REFUSAL_TYPE6,
				  v4 ? BAILEY_REFUSAL_CODE4 : BAILEY_REFUSAL_CODE6);
		break;
	default:
		bailey_out_printf(out, "  sends: nothing, it must not be answered\n");
	}
}

static void trace_print(const struct bailey_policy *policy,
			const struct bailey_packet *packet,
			const struct bailey_trace *trace,
			const struct bailey_verdict *verdict, struct bailey_out *out)
{
	u32 i;

	for (i = 0; i < trace->count; i++) {
		step_who(&trace->step[i], out);
		if (trace->step[i].layer_group)
			group_step_print(policy, &trace->step[i], out);
		else
			acl_step_print(policy, &trace->step[i], out);
	}
	if (trace->exempt != BAILEY_EXEMPT_COUNT)
		bailey_out_printf(out, "  exempt %s\n", bailey_exempt_name(trace->exempt));
	else if (verdict->reason == BAILEY_DROP_DEFAULT)
		bailey_out_printf(out, "  default %s: an interface has nothing attached\n",
				  bailey_default_name(policy->default_action));
	else if (!trace->count && verdict->reason == BAILEY_PASS)
		bailey_out_printf(out, "  nobody asks\n");
	if (verdict->reject)
		refusal_print(packet, out);
	if (verdict->untracked)
		bailey_out_printf(out, "  not tracked: rules of both directions let everybody\n");
	if (verdict->reason == BAILEY_PASS)
		bailey_out_printf(out, "  verdict: pass\n");
	else
		bailey_out_printf(out, "  verdict: drop, %s\n",
				  bailey_reason_name(verdict->reason));
}

/* One explanation under way. */
struct explanation {
	const struct bailey_question *question;
	const struct bailey_binding *binding;
	const struct bailey_track_rules *track;
	const struct bailey_explain_ops *ops;
	void *arg;
	struct bailey_out *out;
	struct bailey_conn conn;	/* the request's, real or as it would be */
	bool conn_valid;
	u8 side;			/* of the request in @conn */
};

static int locate(struct explanation *e, const char *in, const char *out_dev,
		  struct bailey_where *where, struct bailey_diag *diag)
{
	int ret;

	memset(where, 0, sizeof(*where));
	where->hook = !in[0] ? BAILEY_HOOK_LOCAL_OUT :
		      !out_dev[0] ? BAILEY_HOOK_LOCAL_IN : BAILEY_HOOK_FORWARD;
	ret = e->ops->where(e->arg, in, out_dev, where);
	if (!ret)
		return 0;
	if (in[0] && out_dev[0])
		return bailey_diag_fail(diag, ret, 1, 1, "%s or %s is not an interface here",
					in, out_dev);
	return bailey_diag_fail(diag, ret, 1, 1, "there is no interface %s",
				in[0] ? in : out_dev);
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
	conn->track = verdict->next.track;
	e->conn_valid = true;
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
	if (!eval->tracked || packet->flags & BAILEY_PKT_ICMP_ERROR || !e->ops->find)
		return false;
	e->conn_valid = e->ops->find(e->arg, eval, &e->conn, &e->side);
	if (e->conn_valid && bailey_conn_reopens(&e->conn, packet))
		e->conn_valid = false;
	/* An INIT, of which an association that is over knows nothing */
	if (e->conn_valid && packet->proto == BAILEY_PROTO_SCTP &&
	    e->conn.track.state == BAILEY_SCTP_CLOSED)
		e->conn_valid = false;
	/* What would come next */
	if (e->conn_valid && packet->proto == BAILEY_PROTO_TCP &&
	    e->conn.track.state != BAILEY_TCP_SYN_SENT)
		packet->tcp_flags = BAILEY_TCP_ACK;
	return e->conn_valid;
}

static int explain_request(struct explanation *e, struct bailey_verdict *verdict,
			   struct bailey_diag *diag)
{
	struct bailey_packet packet = e->question->packet;
	struct bailey_match_conn match = { .conn = &e->conn };
	struct bailey_where where;
	struct bailey_trace trace;
	struct bailey_eval eval;
	int ret = locate(e, e->question->in, e->question->out, &where, diag);

	if (ret)
		return ret;
	bailey_out_printf(e->out, "request: ");
	packet_print(&packet, e->question->in, e->question->out, e->out);
	bailey_out_bytes(e->out, "\n", 1);
	if (!bailey_eval_begin(&eval, e->binding, &packet, BAILEY_PASS, &where,
			       &trace, verdict)) {
		if (find_conn(e, &eval, &packet)) {
			match.side = e->side;
			conn_print(&e->conn, e->side, e->out);
			bailey_evaluate(&eval, &match, e->track, verdict);
			advance(e, verdict);
		} else {
			bailey_evaluate(&eval, NULL, e->track, verdict);
			if (verdict->open)
				imagine(e, &eval, verdict);
		}
	}
	trace_print(e->binding->policy, &packet, &trace, verdict, e->out);
	return 0;
}

/* The packet that comes back; false where nothing does. */
static bool make_response(const struct bailey_packet *request,
			  struct bailey_packet *response)
{
	if (request->flags & BAILEY_PKT_FRAGMENT)
		return false;
	*response = *request;
	response->src = request->dst;
	response->dst = request->src;
	response->sport = request->dport;
	response->dport = request->sport;
	if (request->proto == BAILEY_PROTO_TCP)
		response->tcp_flags = BAILEY_TCP_SYN | BAILEY_TCP_ACK;
	if (!bailey_packet_is_icmp(request))
		return true;
	response->type = bailey_packet_reply_type(request);
	response->flags = bailey_packet_icmp_flags(request->proto, response->type);
	return request->flags & BAILEY_PKT_ICMP_QUERY;
}

static int explain_response(struct explanation *e, struct bailey_verdict *verdict,
			    struct bailey_diag *diag)
{
	const struct bailey_question *question = e->question;
	struct bailey_match_conn match = { .conn = &e->conn, .side = !e->side };
	struct bailey_packet packet;
	struct bailey_where where;
	struct bailey_trace trace;
	struct bailey_eval eval;
	int ret = locate(e, question->out, question->in, &where, diag);

	if (ret || !make_response(&question->packet, &packet))
		return ret;
	if (e->conn_valid && e->conn.track.state != BAILEY_TCP_SYN_SENT &&
	    packet.proto == BAILEY_PROTO_TCP)
		packet.tcp_flags = BAILEY_TCP_ACK;
	bailey_out_printf(e->out, "response: ");
	packet_print(&packet, question->out, question->in, e->out);
	bailey_out_bytes(e->out, "\n", 1);
	if (!bailey_eval_begin(&eval, e->binding, &packet, BAILEY_PASS, &where,
			       &trace, verdict)) {
		if (eval.tracked && e->conn_valid &&
		    bailey_eval_rank(&eval, NULL, &e->conn, match.side, false)) {
			conn_print(&e->conn, match.side, e->out);
			bailey_evaluate(&eval, &match, e->track, verdict);
		} else {
			bailey_evaluate(&eval, NULL, e->track, verdict);
		}
	}
	trace_print(e->binding->policy, &packet, &trace, verdict, e->out);
	return 0;
}

/**
 * bailey_explain() - judge a packet and its response, and say why
 * @question: the packet, parsed
 * @binding: what it is judged by
 * @track: what the namespace has set about connections
 * @ops: the world around
 * @arg: handed to @ops
 * @out: the answer is appended: a section "request:", unless it was asked alone
 *	 or dropped a section "response:", and a line "result: pass" or
 *	 "result: drop"
 * @diag: says what is wrong with the question
 *
 * Context: the caller holds whatever protects @binding and what @ops finds.
 * Return: 0, also when the verdict is to drop; -ENODEV.
 */
int bailey_explain(const struct bailey_question *question,
		   const struct bailey_binding *binding,
		   const struct bailey_track_rules *track,
		   const struct bailey_explain_ops *ops, void *arg,
		   struct bailey_out *out, struct bailey_diag *diag)
{
	struct explanation e = {
		.question = question, .binding = binding, .track = track,
		.ops = ops, .arg = arg, .out = out,
	};
	struct bailey_verdict verdict;
	int ret = explain_request(&e, &verdict, diag);

	if (!ret && verdict.reason == BAILEY_PASS && !question->alone)
		ret = explain_response(&e, &verdict, diag);
	if (!ret)
		bailey_out_printf(out, "result: %s\n",
				  verdict.reason == BAILEY_PASS ? "pass" : "drop");
	return ret;
}
