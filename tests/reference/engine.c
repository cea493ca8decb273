// SPDX-License-Identifier: GPL-2.0
/* The engine under comparison: what module/hook.c does, over a plain list. */
#include "engine.h"
#include "language.h"
#include "seal.h"

#define NO_LIMIT	1000000

/**
 * engine_init() - an engine with the policy of a namespace that has none
 * @engine: filled in
 * @world: the interfaces
 *
 * Return: false when memory is short.
 */
bool engine_init(struct engine *engine, const struct ref_world *world)
{
	struct bailey_diag diag = { 0 };

	memset(engine, 0, sizeof(*engine));
	engine->world = world;
	engine->policy = bailey_policy_create();
	return engine->policy &&
	       !bailey_policy_seal(engine->policy, NULL, NO_LIMIT, &diag);
}

/**
 * engine_exit() - give all back
 * @engine: the engine
 */
void engine_exit(struct engine *engine)
{
	if (engine->binding)
		bailey_binding_destroy(engine->binding);
	bailey_policy_put(engine->policy);
}

static struct bailey_binding *bind(const struct ref_world *world,
				   struct bailey_policy *policy)
{
	struct bailey_device device[REF_IFACES] = { 0 };
	int i;

	for (i = 0; i < world->count; i++) {
		device[i].ifindex = world->iface[i].ifindex;
		strcpy(device[i].name, world->iface[i].name);
	}
	return bailey_binding_create(policy, device, world->count);
}

/**
 * engine_apply() - a transaction
 * @engine: the engine; on an error all is as before
 * @text: its lines
 * @cut: with "revoke cut"
 * @diag: what is said about it
 *
 * Return: 0 or negative errno.
 */
int engine_apply(struct engine *engine, const struct bailey_out *text, bool cut,
		 struct bailey_diag *diag)
{
	struct bailey_policy *policy = bailey_policy_clone(engine->policy);
	struct bailey_binding *binding;
	int ret;

	if (!policy)
		return -ENOMEM;
	ret = bailey_language_apply(policy, text->buf ? text->buf : "", text->len,
				    1, diag);
	policy->epoch += cut;
	if (!ret)
		ret = bailey_policy_seal(policy, engine->policy, NO_LIMIT, diag);
	if (ret) {
		bailey_policy_put(policy);
		return ret;
	}
	binding = bind(engine->world, policy);
	if (engine->binding)
		bailey_binding_destroy(engine->binding);
	bailey_policy_put(engine->policy);
	engine->binding = binding;
	engine->policy = policy;
	engine->ways = 0;
	return binding ? 0 : -ENOMEM;
}

static struct bailey_addr addr_of(const struct ref_addr *addr)
{
	return bailey_addr_from_bytes(addr->family, addr->byte);
}

static void kind_of(struct bailey_packet *p)
{
	bool v4 = p->family == 4;

	if (bailey_proto_has_ports(p->proto))
		p->flags |= BAILEY_PKT_PORTS;
	if (!bailey_packet_is_icmp(p))
		return;
	if (!v4 && p->type < 128) {
		p->flags |= BAILEY_PKT_ICMP_ERROR;
		return;
	}
	switch (p->type) {
	case 8: case 13: case 15: case 17: case 42:
		p->flags |= v4 ? BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID : 0;
		break;
	case 0: case 14: case 16: case 18: case 43:
		p->flags |= v4 ? BAILEY_PKT_ICMP_REPLY | BAILEY_PKT_ID : 0;
		break;
	case 128: case 139: case 160:
		p->flags |= v4 ? 0 : BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID;
		break;
	case 129: case 140: case 161:
		p->flags |= v4 ? 0 : BAILEY_PKT_ICMP_REPLY | BAILEY_PKT_ID;
		break;
	case 3: case 4: case 11: case 12:
		p->flags |= v4 ? BAILEY_PKT_ICMP_ERROR : 0;
		break;
	}
}

/**
 * engine_packet() - a packet as the engine's parser would give it
 * @from: the packet
 * @packet: filled in
 * @quote: filled in with what it quotes, if it does
 */
void engine_packet(const struct ref_packet *from, struct bailey_packet *packet,
		   struct bailey_packet *quote)
{
	*packet = (struct bailey_packet){
		.family = from->addr[0].family,
		.src = addr_of(&from->addr[0]),
		.dst = addr_of(&from->addr[1]),
		.proto = from->proto,
		.sport = from->port[0],
		.dport = from->port[1],
		.type = from->type,
		.code = from->code,
		.tcp_flags = from->tcp_flags,
		.hop_limit = from->hop_limit,
		.id = from->has_id ? from->id : 0,
	};
	kind_of(packet);
	if (from->has_id)
		packet->flags |= BAILEY_PKT_ID;
	if (from->fragment)
		packet->flags = BAILEY_PKT_FRAGMENT;
	*quote = (struct bailey_packet){ 0 };
	if (!from->quotes)
		return;
	packet->flags |= BAILEY_PKT_QUOTE;
	*quote = (struct bailey_packet){
		.family = from->quote_addr[0].family,
		.src = addr_of(&from->quote_addr[0]),
		.dst = addr_of(&from->quote_addr[1]),
		.proto = from->quote_proto,
		.sport = from->quote_port[0],
		.dport = from->quote_port[1],
		.type = from->quote_type,
		.id = from->quote_id,
	};
	kind_of(quote);
	if (from->quote_id)
		quote->flags |= BAILEY_PKT_ID;
}

static bool has_addr(const struct bailey_where *where, u32 ifindex, u8 family,
		     const struct bailey_addr *addr)
{
	const struct ref_world *world = where->world;
	int i, k;

	for (i = 0; i < world->count; i++) {
		const struct ref_iface *iface = &world->iface[i];

		for (k = 0; iface->ifindex == ifindex && k < iface->count; k++) {
			struct bailey_addr own = addr_of(&iface->addr[k]);

			if (iface->addr[k].family == family &&
			    bailey_addr_equal(&own, addr))
				return true;
		}
	}
	return false;
}

static void place_of(const struct ref_world *world, const struct ref_packet *packet,
		     struct bailey_where *where)
{
	static const u8 hooks[] = {
		[REF_LOCAL_IN] = BAILEY_HOOK_LOCAL_IN,
		[REF_LOCAL_OUT] = BAILEY_HOOK_LOCAL_OUT,
		[REF_FORWARD] = BAILEY_HOOK_FORWARD,
	};
	int end;

	memset(where, 0, sizeof(*where));
	where->world = (void *)world;
	where->hook = hooks[packet->hook];
	where->has_addr = has_addr;
	for (end = 0; end < 2; end++) {
		const struct ref_iface *iface;

		if (packet->iface[end] < 0)
			continue;
		iface = &world->iface[packet->iface[end]];
		where->ifindex[end] = iface->ifindex;
		where->domain[end] = iface->domain;
		if (iface->master >= 0)
			where->master[end] = world->iface[iface->master].ifindex;
		if (packet->hook != REF_FORWARD) {
			where->domain[!end] = iface->domain;
			where->loopback = iface->loopback;
		}
	}
}

static struct bailey_conn *find(struct engine *engine, const struct bailey_eval *eval,
				const struct bailey_packet *quote, u32 now,
				struct bailey_match_conn *match)
{
	struct bailey_conn *best = NULL;
	struct bailey_conn_key key;
	u32 i, rank, best_rank = 0;
	u8 end = bailey_eval_key(eval, quote, &key, &match->related);

	if (end == 2)
		return NULL;
	for (i = 0; i < engine->count; i++) {
		struct bailey_conn *conn = &engine->conn[i];
		u8 side = bailey_conn_side(conn, end);

		if (memcmp(&conn->key, &key, sizeof(key)) ||
		    bailey_conn_expired(conn, now))
			continue;
		rank = bailey_eval_rank(eval, quote, conn, side, match->related);
		if (rank <= best_rank)
			continue;
		best_rank = rank;
		best = conn;
		match->side = side;
	}
	match->conn = best;
	return best;
}

static u32 side_ifindex(const struct bailey_eval *eval, u32 side)
{
	return eval->side[side].box ? 0 : eval->side[side].ifindex;
}

static void open_conn(struct engine *engine, const struct bailey_eval *eval,
		      const struct bailey_verdict *verdict, struct bailey_conn *place,
		      u32 now)
{
	struct bailey_conn *conn = place;

	if (!conn && engine->count < REF_CONNS)
		conn = &engine->conn[engine->count++];
	if (!conn)
		return;
	memset(conn, 0, sizeof(*conn));
	conn->orig_end = bailey_conn_key_make(&conn->key, eval->packet,
					      eval->where->domain[BAILEY_SRC],
					      eval->where->domain[BAILEY_DST]);
	conn->set[0] = verdict->set[0];
	conn->set[1] = verdict->set[1];
	conn->epoch = verdict->epoch;
	conn->ifindex[0] = side_ifindex(eval, BAILEY_SRC);
	conn->ifindex[1] = side_ifindex(eval, BAILEY_DST);
	conn->track = verdict->next.track;
	conn->expires = now + verdict->next.timeout;
}

static void carry_out(struct engine *engine, const struct bailey_eval *eval,
		      const struct bailey_verdict *verdict, struct bailey_conn *conn,
		      u8 side, u32 now)
{
	if (verdict->revoked && conn) {
		u32 at = conn - engine->conn;

		memmove(conn, conn + 1, (--engine->count - at) * sizeof(*conn));
	} else if (verdict->open) {
		open_conn(engine, eval, verdict, conn, now);
	} else if (verdict->conn_known && verdict->reason == BAILEY_PASS) {
		conn->track = verdict->next.track;
		conn->expires = now + verdict->next.timeout;
		if (verdict->doors_changed) {
			conn->set[0] = verdict->set[0];
			conn->set[1] = verdict->set[1];
			conn->epoch = verdict->epoch;
			conn->ifindex[side] = side_ifindex(eval, BAILEY_SRC);
			conn->ifindex[!side] = side_ifindex(eval, BAILEY_DST);
		}
	}
}

static const struct engine_way *find_way(const struct engine *engine,
					 const struct bailey_where *where)
{
	const struct engine_way *way = engine->way;

	if (where->hook != BAILEY_HOOK_FORWARD)
		return NULL;
	for (; way < engine->way + engine->ways; way++)
		if (!memcmp(way->ifindex, where->ifindex, sizeof(way->ifindex)) &&
		    !memcmp(way->master, where->master, sizeof(way->master)))
			return way;
	return NULL;
}

/* What the first packet has found out holds for all that go this way. */
static void learn_way(struct engine *engine, const struct bailey_eval *eval)
{
	struct engine_way *way = &engine->way[engine->ways];
	const struct bailey_where *where = eval->where;

	if (find_way(engine, where) || engine->ways == ENGINE_WAYS ||
	    !bailey_eval_acls(eval, &way->acls))
		return;
	memcpy(way->ifindex, where->ifindex, sizeof(way->ifindex));
	memcpy(way->master, where->master, sizeof(way->master));
	engine->ways++;
}

/* Do the ACLs alone say what was said in full, by the same entries? */
static void compare_way(const struct engine *engine, const struct bailey_packet *packet,
			const struct engine_way *way, struct engine_answer *answer)
{
	const struct bailey_verdict *verdict = &answer->verdict;
	struct bailey_rule *rule[2];
	enum bailey_reason reason;
	u32 i, hits = 0;

	if (!way || packet->flags & BAILEY_PKT_FRAGMENT)
		return;
	reason = bailey_acls_ask(engine->policy, &way->acls, packet, rule);
	answer->stateless = true;
	answer->differs = reason != verdict->reason || answer->tracked || verdict->open;
	for (i = 0; i < 2; i++)
		if (rule[i] && (hits >= verdict->hits || verdict->rule[hits++] != rule[i]))
			answer->differs = true;
	answer->differs |= hits != verdict->hits;
}

/**
 * engine_judge() - what the engine makes of a packet
 * @engine: the engine; its connections change as the verdict says
 * @packet: the packet
 * @now: seconds
 * @loose: tcp_loose
 * @untracked: flows that rules let everybody have are not tracked
 * @answer: filled in
 */
void engine_judge(struct engine *engine, const struct ref_packet *packet, u32 now,
		  bool loose, bool untracked, struct engine_answer *answer)
{
	struct bailey_track_rules track = {
		.timeouts = &bailey_timeouts_default, .loose = loose,
		.untracked = untracked,
	};
	struct bailey_match_conn match = { 0 };
	struct bailey_packet p, quote;
	struct bailey_conn *conn = NULL;
	const struct engine_way *way;
	struct bailey_eval eval;
	struct bailey_where where;
	bool ended;

	engine_packet(packet, &p, &quote);
	place_of(engine->world, packet, &where);
	way = find_way(engine, &where);
	memset(answer, 0, sizeof(*answer));
	answer->final = bailey_eval_begin(&eval, engine->binding, &p, BAILEY_PASS,
					  &where, NULL, &answer->verdict);
	learn_way(engine, &eval);
	if (answer->final) {
		compare_way(engine, &p, way, answer);
		return;
	}
	if (eval.tracked)
		conn = find(engine, &eval, &quote, now, &match);
	ended = conn && !match.related && bailey_conn_reopens(conn, &p);
	answer->tracked = eval.tracked;
	answer->related = conn && match.related;
	answer->reopened = ended;
	bailey_evaluate(&eval, conn && !ended ? &match : NULL, &track,
			&answer->verdict);
	compare_way(engine, &p, way, answer);
	carry_out(engine, &eval, &answer->verdict, conn, match.side, now);
}

/* One question of explain's. */
struct asking {
	struct engine *engine;
	struct bailey_where where;
	u32 now;
};

static int asked_where(void *arg, const char *in, const char *out, struct bailey_where *where)
{
	struct asking *asking = arg;

	(void)in;
	(void)out;
	if (where->hook != asking->where.hook)
		return -ENODEV;
	*where = asking->where;
	return 0;
}

static bool asked_find(void *arg, const struct bailey_eval *eval, struct bailey_conn *conn,
		       u8 *side)
{
	struct asking *asking = arg;
	struct bailey_match_conn match = { 0 };
	const struct bailey_conn *found = find(asking->engine, eval, NULL, asking->now,
					       &match);

	if (!found)
		return false;
	*conn = *found;
	*side = match.side;
	return true;
}

/**
 * engine_explain() - what explain says of a packet
 * @engine: the engine; nothing of it changes
 * @packet: the packet
 * @now: seconds
 * @loose: tcp_loose
 * @untracked: flows that rules let everybody have are not tracked
 * @answer: filled in
 *
 * Return: 0 or negative errno.
 */
int engine_explain(struct engine *engine, const struct ref_packet *packet, u32 now,
		   bool loose, bool untracked, struct bailey_explanation *answer)
{
	static const struct bailey_explain_ops ops = { asked_where, asked_find };
	struct bailey_track_rules track = {
		.timeouts = &bailey_timeouts_default, .loose = loose,
		.untracked = untracked,
	};
	const struct ref_world *world = engine->world;
	struct asking asking = { .engine = engine, .now = now };
	struct bailey_question question = { 0 };
	struct bailey_diag diag = { 0 };
	struct bailey_packet quote;
	int ret;

	engine_packet(packet, &question.packet, &quote);
	place_of(world, packet, &asking.where);
	if (packet->iface[REF_SRC] >= 0)
		strcpy(question.in, world->iface[packet->iface[REF_SRC]].name);
	if (packet->iface[REF_DST] >= 0)
		strcpy(question.out, world->iface[packet->iface[REF_DST]].name);
	ret = bailey_explain(&question, engine->binding, &track, &ops, &asking, answer,
			     &diag);
	bailey_diag_destroy(&diag);
	return ret;
}

/**
 * engine_print_conn() - a connection as the engine has it
 * @conn: the connection
 * @out: where to
 */
void engine_print_conn(const struct bailey_conn *conn, struct bailey_out *out)
{
	const struct bailey_conn_key *key = &conn->key;
	u8 from = conn->orig_end;
	struct bailey_addr src = bailey_conn_key_addr(key, from);
	struct bailey_addr dst = bailey_conn_key_addr(key, !from);

	bailey_out_printf(out, "proto %u ", key->proto);
	bailey_out_addr(out, key->family, &src);
	bailey_out_printf(out, " port %u domain %u -> ", bailey_conn_key_port(key, from),
			  bailey_conn_key_domain(key, from));
	bailey_out_addr(out, key->family, &dst);
	bailey_out_printf(out, " port %u domain %u id %u type %u sets %u %u epoch %u ",
			  bailey_conn_key_port(key, !from), bailey_conn_key_domain(key, !from),
			  bailey_conn_key_id(key), key->type,
			  conn->set[0], conn->set[1], conn->epoch);
	bailey_out_printf(out, "state %u flags %u dir %u expires %u\n", conn->track.state,
			  conn->track.flags, conn->track.last_dir, conn->expires);
}
