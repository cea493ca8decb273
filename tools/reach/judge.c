// SPDX-License-Identifier: GPL-2.0
/*
 * The engine, asked about one packet and what comes back, as "bailey explain" asks: no
 * connection is known, and the response finds the one that the request has made.
 *
 * reach computes without the engine's evaluation; here it is checked by it.
 */
#include "judge.h"

#include "engine/evaluate.h"

static const struct bailey_track_rules track = {
	.timeouts = &bailey_timeouts_default,
	.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT,
	.loose = true,
};

static void locate(const struct reach *reach, const struct reach_pair *pair,
		   bool response, struct bailey_where *where)
{
	const struct world *world = reach->world;
	const struct world_device *device[2] = {
		&world->device[pair->from->device], &world->device[pair->to->device],
	};
	u32 i;

	memset(where, 0, sizeof(*where));
	where->hook = pair->hook;
	if (response && pair->hook != BAILEY_HOOK_FORWARD)
		where->hook = pair->hook == BAILEY_HOOK_LOCAL_IN ? BAILEY_HOOK_LOCAL_OUT :
								   BAILEY_HOOK_LOCAL_IN;
	for (i = 0; i < 2; i++)
		where->ifindex[i] = device[response ? !i : i]->device.ifindex;
	if (where->hook == BAILEY_HOOK_LOCAL_IN)
		where->ifindex[BAILEY_DST] = 0;
	if (where->hook == BAILEY_HOOK_LOCAL_OUT)
		where->ifindex[BAILEY_SRC] = 0;
	where->loopback = where->hook != BAILEY_HOOK_FORWARD && device[0]->loopback;
}

/* The connection that a request has made. */
static void imagine(struct bailey_conn *conn, const struct bailey_eval *eval,
		    const struct bailey_verdict *verdict)
{
	bool related;

	memset(conn, 0, sizeof(*conn));
	conn->orig_end = bailey_eval_key(eval, NULL, &conn->key, &related);
	conn->set[0] = verdict->set[0];
	conn->set[1] = verdict->set[1];
	conn->epoch = verdict->epoch;
	conn->track = verdict->next.track;
}

static bool response_make(const struct bailey_packet *request,
			  struct bailey_packet *response)
{
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

static bool response_passes(const struct bailey_binding *binding,
			    const struct bailey_packet *packet,
			    const struct bailey_where *where,
			    const struct bailey_conn *conn)
{
	struct bailey_match_conn match = { .conn = conn, .side = BAILEY_RESPONDER };
	struct bailey_verdict verdict;
	struct bailey_eval eval;

	if (bailey_eval_begin(&eval, binding, packet, BAILEY_PASS, where, NULL, &verdict))
		return verdict.reason == BAILEY_PASS;
	if (eval.tracked && conn && bailey_eval_rank(&eval, NULL, conn, match.side, false))
		bailey_evaluate(&eval, &match, &track, &verdict);
	else
		bailey_evaluate(&eval, NULL, &track, &verdict);
	return verdict.reason == BAILEY_PASS;
}

/**
 * reach_judge() - does a packet pass, and if connections are asked for its response?
 * @reach: says which of both is asked
 * @policy: which of its world's policies
 * @pair: where the packet comes from and goes to
 * @packet: the packet, complete, with addresses that are at these places
 *
 * Return: true if so.
 */
bool reach_judge(const struct reach *reach, u32 policy, const struct reach_pair *pair,
		 const struct bailey_packet *packet)
{
	const struct bailey_binding *binding = reach->world->binding[policy];
	struct bailey_packet response;
	struct bailey_verdict verdict;
	struct bailey_where where;
	struct bailey_conn conn;
	struct bailey_eval eval;
	bool opened = false;

	locate(reach, pair, false, &where);
	if (!bailey_eval_begin(&eval, binding, packet, BAILEY_PASS, &where, NULL, &verdict)) {
		bailey_evaluate(&eval, NULL, &track, &verdict);
		opened = verdict.open;
		if (opened)
			imagine(&conn, &eval, &verdict);
	}
	if (verdict.reason != BAILEY_PASS)
		return false;
	if (reach->packets || !response_make(packet, &response))
		return true;
	locate(reach, pair, true, &where);
	return response_passes(binding, &response, &where, opened ? &conn : NULL);
}
