// SPDX-License-Identifier: GPL-2.0
/* Do the engine and the reference say the same? */
#include "engine.h"

static bool rule_is(const struct bailey_rules *rules, const struct bailey_rule *rule,
		    u32 *index)
{
	for (*index = 0; *index < rules->count; (*index)++)
		if (bailey_rules_at(rules, *index) == rule)
			return true;
	return false;
}

static bool peer_same(const struct bailey_policy *policy, const struct ref_peer *ref,
		      const struct bailey_peer *peer)
{
	struct bailey_addr net;
	char name[16];
	enum bailey_kind kind = ref->kind == REF_LIST ? BAILEY_PREFIX_LIST : BAILEY_GROUP;

	if ((int)ref->kind != (int)peer->kind)
		return false;
	if (ref->kind == REF_ANY)
		return true;
	if (ref->kind == REF_CIDR) {
		net = bailey_addr_from_bytes(ref->cidr.net.family, ref->cidr.net.byte);
		return peer->family == ref->cidr.net.family &&
		       peer->bits == ref->cidr.bits &&
		       bailey_addr_equal(&net, &peer->addr);
	}
	snprintf(name, sizeof(name), "%c%d", ref->kind == REF_LIST ? 'l' : 'g',
		 ref->index);
	return !strcmp(bailey_policy_object(policy, kind, peer->slot)->name, name);
}

/**
 * engine_same_match() - is the engine's match the one that the reference has written so?
 * @policy: the engine's policy
 * @ref: the reference's match
 * @match: the engine's
 *
 * Return: true if so.
 */
bool engine_same_match(const struct bailey_policy *policy, const struct ref_match *ref,
		       const struct bailey_match *match)
{
	int proto = match->proto == BAILEY_PROTO_ANY ? -1 : match->proto;

	return proto == ref->proto && match->type == ref->type &&
	       match->code == ref->code && match->sport_given == ref->ports[0] &&
	       match->dport_given == ref->ports[1] &&
	       (!ref->ports[0] || (match->sport_first == ref->first[0] &&
				   match->sport_last == ref->last[0])) &&
	       (!ref->ports[1] || (match->dport_first == ref->first[1] &&
				   match->dport_last == ref->last[1])) &&
	       peer_same(policy, &ref->peer[0], &match->from) &&
	       peer_same(policy, &ref->peer[1], &match->to);
}

static bool acl_hit_same(const struct bailey_policy *policy, const struct ref_policy *ref,
			 const struct ref_verdict *verdict, int hit,
			 const struct bailey_rule *rule)
{
	int acl = verdict->hit[hit].acl, dir = verdict->hit[hit].dir;
	const struct ref_entry *entry =
		&ref->acl[acl].entry[dir][verdict->hit[hit].number_at];
	char name[16];
	const struct bailey_object *object;
	struct bailey_match match;
	u32 index;

	bailey_rule_match(rule, &match);
	snprintf(name, sizeof(name), "a%d", acl);
	object = bailey_policy_object(policy, BAILEY_ACL,
				      bailey_policy_slot(policy, BAILEY_ACL, name,
							 strlen(name)));
	return object && rule_is(&bailey_acl_of(object)->rules[dir], rule, &index) &&
	       rule->number == entry->number && (rule->action == BAILEY_ALLOW) == entry->allow &&
	       (rule->action == BAILEY_REJECT) == entry->reject &&
	       engine_same_match(policy, &entry->match, &match);
}

static bool group_hit_same(const struct bailey_policy *policy,
			   const struct ref_policy *ref,
			   const struct ref_verdict *verdict, int hit,
			   const struct bailey_rule *rule)
{
	int dir = verdict->hit[hit].dir, g, i;
	struct bailey_match match;
	u32 index;

	bailey_rule_match(rule, &match);
	for (g = 0; g < REF_GROUPS; g++) {
		u32 n = verdict->hit[hit].rules[g];
		char name[16];
		const struct bailey_object *object;

		snprintf(name, sizeof(name), "g%d", g);
		object = bailey_policy_object(policy, BAILEY_GROUP,
					      bailey_policy_slot(policy, BAILEY_GROUP,
								 name, strlen(name)));
		if (!object || !rule_is(&bailey_group_of(object)->rules[dir], rule, &index))
			continue;
		for (i = 0; i < REF_RULES; i++)
			if (n >> i & 1 &&
			    engine_same_match(policy, &ref->group[g].rule[dir][i], &match))
				return true;
	}
	return false;
}

static bool hits_same(const struct engine *engine, const struct ref_policy *policy,
		      const struct ref_verdict *ref, const struct bailey_verdict *verdict)
{
	int i;

	if (ref->hits != verdict->hits)
		return false;
	for (i = 0; i < ref->hits; i++) {
		bool same = ref->hit[i].group ?
			group_hit_same(engine->policy, policy, ref, i, verdict->rule[i]) :
			acl_hit_same(engine->policy, policy, ref, i, verdict->rule[i]);

		if (!same)
			return false;
	}
	return true;
}

/**
 * engine_same_verdict() - is it the same answer, by the same rules?
 * @engine: the engine
 * @policy: the reference's policy
 * @ref: the reference's answer
 * @answer: the engine's answer
 *
 * Return: true if so.
 */
bool engine_same_verdict(const struct engine *engine, const struct ref_policy *policy,
			 const struct ref_verdict *ref,
			 const struct engine_answer *answer)
{
	static const enum bailey_reason reasons[] = {
		[REF_PASS] = BAILEY_PASS,
		[REF_DROP_DEFAULT] = BAILEY_DROP_DEFAULT,
		[REF_DROP_ACL] = BAILEY_DROP_ACL,
		[REF_DROP_ACL_DEFAULT] = BAILEY_DROP_ACL_DEFAULT,
		[REF_DROP_GROUP] = BAILEY_DROP_GROUP,
		[REF_DROP_FRAGMENT] = BAILEY_DROP_FRAGMENT,
	};
	enum bailey_reason reason = answer->verdict.reason;
	bool state = reason == BAILEY_DROP_TCP_FLAGS || reason == BAILEY_DROP_TCP_STATE ||
		     reason == BAILEY_DROP_NO_CONNECTION;

	if (answer->differs)
		return false;
	/* Which comes first, state or rules, is nobody's business. */
	if (state)
		return ref->result != REF_PASS;
	return ref->result != REF_DROP_STATE && ref->reject == answer->verdict.reject &&
	       ref->untracked == answer->verdict.untracked &&
	       reason == reasons[ref->result] &&
	       hits_same(engine, policy, ref, &answer->verdict);
}

/* The set with a number, if an attach line or endpoint has it. */
static const struct bailey_set *find_set(const struct bailey_policy *policy, u32 id)
{
	static const u8 kinds[] = { BAILEY_ATTACH, BAILEY_ENDPOINT };
	u32 k, n;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (n = 0; n < policy->objects[kinds[k]].named; n++) {
			struct bailey_object *object = bailey_policy_nth(policy, kinds[k], n);
			const struct bailey_set *set = kinds[k] == BAILEY_ATTACH ?
				bailey_attach_of(object)->set : bailey_endpoint_of(object)->set;

			if (set && set->id == id)
				return set;
		}
	}
	return NULL;
}

static u32 door_of(const struct engine *engine, u32 id)
{
	const struct bailey_set *set = find_set(engine->policy, id);
	u32 k, groups = 0;

	if (!id)
		return 0;
	if (!set != !bailey_policy_set_live(engine->policy, id))
		return ~0U;
	for (k = 0; set && k < set->count; k++)
		groups |= 1U << (bailey_policy_object(engine->policy, BAILEY_GROUP,
						      set->slot[k])->name[1] - '0');
	return set ? groups : REF_GONE;
}

static bool end_same(const struct bailey_conn *conn, const struct ref_conn *ref, int role)
{
	u8 end = role ? !conn->orig_end : conn->orig_end;
	struct bailey_addr is = bailey_conn_key_addr(&conn->key, end);
	struct bailey_addr addr = bailey_addr_from_bytes(ref->addr[role].family,
							 ref->addr[role].byte);

	return bailey_conn_key_port(&conn->key, end) == ref->port[role] &&
	       bailey_conn_key_domain(&conn->key, end) == ref->domain[role] &&
	       bailey_addr_equal(&is, &addr);
}

/**
 * engine_same_conns() - do both remember the same connections?
 * @engine: the engine
 * @state: the reference's connections
 *
 * Return: true if so.
 */
bool engine_same_conns(const struct engine *engine, const struct ref_state *state)
{
	u32 i;

	if ((int)engine->count != state->count)
		return false;
	for (i = 0; i < engine->count; i++) {
		const struct bailey_conn *conn = &engine->conn[i];
		const struct ref_conn *ref = &state->conn[i];
		bool current = conn->epoch == engine->policy->epoch;

		if (conn->key.proto != ref->proto || conn->key.family != ref->family ||
		    bailey_conn_key_id(&conn->key) != ref->id || conn->key.type != ref->type ||
		    conn->track.state != ref->state || conn->track.flags != ref->flags ||
		    conn->track.last_dir != ref->last_dir || conn->expires != ref->expires ||
		    ref->cut == current ||
		    door_of(engine, conn->set[0]) != ref->door[0] ||
		    door_of(engine, conn->set[1]) != ref->door[1] ||
		    !end_same(conn, ref, 0) || !end_same(conn, ref, 1))
			return false;
	}
	return true;
}
