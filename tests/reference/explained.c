// SPDX-License-Identifier: GPL-2.0
/*
 * Does explain say what happens, and name all that nearly did?
 *
 * Near misses are found here in another way than the engine's: each part of a rule is
 * left out in turn, and if what remains is about the packet while the whole was
 * not, that part was the one that missed.
 */
#include "engine.h"
#include "sides.h"

#define NEARS_MAX	(REF_ENTRIES + REF_GROUPS * REF_RULES)

/* A near miss as the reference finds it. */
struct found {
	const struct ref_match *match;
	const struct ref_entry *entry;	/* of an ACL; NULL in a group */
	int group;
	enum bailey_field field;
};

struct search {
	const struct engine *engine;
	const struct ref_policy *policy;
	struct ref_view view;
	int count;
	struct found found[NEARS_MAX];
};

static bool all_ports(const struct ref_match *match, int end)
{
	return !match->ports[end] || (match->first[end] == 0 && match->last[end] == 65535);
}

static bool has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

/* Without its protocol, is the rest of a match about the packet? */
static bool rest_holds(const struct ref_view *view, const struct ref_match *match)
{
	struct ref_match rest = *match;
	bool icmp = view->proto == (view->addr[0]->family == 4 ? 1 : 58);

	rest.proto = -1;
	if ((match->type >= 0 || match->code >= 0) && (!icmp || view->fragment))
		return false;
	if ((match->ports[0] || match->ports[1]) &&
	    (!has_ports(view->proto) ||
	     (view->fragment && !(all_ports(match, 0) && all_ports(match, 1)))))
		return mutated(REF_MUTATE_NEAR_PORTS);
	return ref_match_holds(view, &rest) == REF_YES;
}

/* A match without one of its parts; false if that part is not there. */
static bool leave_out(struct ref_match *match, enum bailey_field field)
{
	int end = field == BAILEY_FIELD_TO || field == BAILEY_FIELD_TO_PORT;
	bool there;

	switch (field) {
	case BAILEY_FIELD_FROM:
	case BAILEY_FIELD_TO:
		there = match->peer[end].kind != REF_ANY;
		if (mutated(REF_MUTATE_NEAR_MEMBER) && match->peer[end].kind == REF_GROUP)
			there = false;
		match->peer[end].kind = REF_ANY;
		return there;
	case BAILEY_FIELD_FROM_PORT:
	case BAILEY_FIELD_TO_PORT:
		there = match->ports[end];
		match->ports[end] = false;
		return there;
	case BAILEY_FIELD_TYPE:
		there = match->type >= 0;
		match->type = -1;
		return there;
	case BAILEY_FIELD_CODE:
		there = match->code >= 0;
		match->code = -1;
		return there;
	default:
		return false;
	}
}

/* The only part of a match that misses the packet; BAILEY_FIELD_COUNT if there is none. */
static enum bailey_field missing(const struct ref_view *view, const struct ref_match *match)
{
	enum bailey_field field;
	struct ref_match rest;

	if (ref_match_holds(view, match) == REF_YES)
		return BAILEY_FIELD_COUNT;
	if (match->proto >= 0 && rest_holds(view, match))
		return match->proto == view->proto && (view->proto == 1 || view->proto == 58) ?
		       BAILEY_FIELD_FAMILY : BAILEY_FIELD_PROTOCOL;
	for (field = 0; field < BAILEY_FIELD_NUMBER; field++) {
		rest = *match;
		if (leave_out(&rest, field) && ref_match_holds(view, &rest) == REF_YES)
			return field;
	}
	return BAILEY_FIELD_COUNT;
}

static void note(struct search *search, const struct ref_match *match,
		 const struct ref_entry *entry, int group, enum bailey_field field)
{
	search->found[search->count++] = (struct found){
		.match = match, .entry = entry, .group = group, .field = field,
	};
}

/* The entry that decided is none that nearly did. */
static bool decided(const struct search *search, const struct ref_entry *entry,
		    const struct bailey_rule *rule)
{
	struct bailey_match match;

	if (!rule || rule->number != entry->number)
		return false;
	bailey_rule_match(rule, &match);
	return engine_same_match(search->engine->policy, &entry->match, &match);
}

static void search_acl(struct search *search, const struct ref_acl *acl, int dir,
		       const struct bailey_step *step)
{
	bool allowed = step->answer == BAILEY_ANSWER_ALLOW;
	const struct ref_entry *late = NULL, *entry;
	int i;

	for (i = 0; i < acl->count[dir]; i++) {
		enum bailey_field field;

		entry = &acl->entry[dir][i];
		if (entry->allow == allowed || decided(search, entry, step->rule))
			continue;
		field = missing(&search->view, &entry->match);
		if (!step->rule || entry->number <= step->rule->number ||
		    mutated(REF_MUTATE_NEAR_BEHIND)) {
			if (field != BAILEY_FIELD_COUNT)
				note(search, &entry->match, entry, -1, field);
		} else if (ref_match_holds(&search->view, &entry->match) == REF_YES &&
			   (!late || entry->number < late->number)) {
			late = entry;
		}
	}
	if (late)
		note(search, &late->match, late, -1, BAILEY_FIELD_NUMBER);
}

static int group_of(const struct bailey_policy *policy, u32 slot)
{
	return bailey_policy_object(policy, BAILEY_GROUP, slot)->name[1] - '0';
}

static void search_groups(struct search *search, const struct bailey_set *set, int dir)
{
	u32 k;
	int i;

	for (k = 0; k < set->count; k++) {
		int g = group_of(search->engine->policy, set->slot[k]);
		const struct ref_group *group = &search->policy->group[g];

		for (i = 0; i < group->count[dir]; i++) {
			enum bailey_field field = missing(&search->view, &group->rule[dir][i]);

			if (field != BAILEY_FIELD_COUNT)
				note(search, &group->rule[dir][i], NULL, g, field);
		}
	}
}

/* Is a near miss of the engine's one that was found here, and not told before? */
static bool take(struct search *search, const struct bailey_near *near)
{
	const struct bailey_policy *policy = search->engine->policy;
	struct bailey_match match;
	int i;

	bailey_rule_match(near->rule, &match);
	for (i = 0; i < search->count; i++) {
		struct found *found = &search->found[i];

		if (found->field != near->field || !found->match ||
		    !engine_same_match(policy, found->match, &match))
			continue;
		if (found->entry ? found->entry->number != near->rule->number :
				   found->group != group_of(policy, near->group))
			continue;
		found->match = NULL;
		return true;
	}
	return false;
}

static bool nears_same(struct search *search, const struct bailey_nears *nears)
{
	u32 i;

	if ((int)nears->count != search->count)
		return false;
	for (i = 0; i < nears->count && i < BAILEY_NEAR_MAX; i++)
		if (!take(search, &nears->at[i]))
			return false;
	return true;
}

static struct ref_addr addr_of(u8 family, const struct bailey_addr *addr)
{
	struct ref_addr ref = { .family = family };

	bailey_addr_to_bytes(family, addr, ref.byte);
	return ref;
}

static bool question_same(struct search *search, const struct bailey_explained *one,
			  const struct bailey_asked *asked, const struct ref_side *side)
{
	const struct bailey_step *step = &asked->step;
	const struct bailey_packet *p = step->about_request ? &one->request : &one->packet;
	bool swapped = step->about_request && one->side == BAILEY_RESPONDER;
	struct ref_addr src = addr_of(p->family, &p->src), dst = addr_of(p->family, &p->dst);
	bool allowed = step->answer != BAILEY_ANSWER_DENY &&
		       step->answer != BAILEY_ANSWER_UNDECIDED;

	search->count = 0;
	search->view = (struct ref_view){
		.policy = search->policy, .addr = { &src, &dst },
		.side = { &side[swapped], &side[!swapped] },
		.proto = p->proto, .port = { p->sport, p->dport },
		.type = p->type, .code = p->code,
		.fragment = p->flags & BAILEY_PKT_FRAGMENT,
	};
	if (!step->layer_group)
		search_acl(search, &search->policy->acl[step->who.acl->object.name[1] - '0'],
			   step->dir, step);
	else if (!allowed)
		search_groups(search, step->who.set, step->dir);
	return nears_same(search, &asked->nears);
}

/* Is the code one that may be said of this verdict? */
static bool code_same(const struct ref_verdict *ref, const struct bailey_explained *one)
{
	bool in = ref->hits && ref->hit[ref->hits - 1].dir == REF_IN;
	bool revoked = one->verdict.revoked;

	switch (ref->result) {
	case REF_PASS:
		return one->code < BAILEY_CODE_DEFAULT &&
		       (one->code == BAILEY_CODE_UNTRACKED) == ref->untracked;
	case REF_DROP_DEFAULT:
		return one->code == BAILEY_CODE_DEFAULT;
	case REF_DROP_ACL:
		return one->code == (in ? BAILEY_CODE_ACL_IN_ENTRY : BAILEY_CODE_ACL_OUT_ENTRY);
	case REF_DROP_ACL_DEFAULT:
		return one->code == BAILEY_CODE_ACL_IN_DEFAULT ||
		       one->code == BAILEY_CODE_ACL_OUT_DEFAULT;
	case REF_DROP_GROUP:
		return revoked ? one->code == BAILEY_CODE_REVOKED :
				 one->code >= BAILEY_CODE_GROUP_OUT_MISMATCH &&
				 one->code <= BAILEY_CODE_GROUP_IN_EMPTY;
	case REF_DROP_FRAGMENT:
		return one->code == BAILEY_CODE_FRAGMENT;
	default:
		return true;
	}
}

/*
 * explain asks about the packet that would come next in a known TCP connection, and not
 * about what an error quotes.
 */
static bool comparable(const struct ref_packet *packet, const struct engine_answer *answer,
		       const struct bailey_explained *one)
{
	return !answer->related && one->packet.tcp_flags == packet->tcp_flags * !packet->fragment;
}

static bool verdict_same(const struct ref_verdict *ref, const struct engine_answer *answer,
			 const struct bailey_explained *one)
{
	const struct bailey_verdict *is = &answer->verdict, *said = &one->verdict;
	bool state = is->reason == BAILEY_DROP_TCP_FLAGS ||
		     is->reason == BAILEY_DROP_TCP_STATE ||
		     is->reason == BAILEY_DROP_NO_CONNECTION;

	return is->reason == said->reason && is->reject == said->reject &&
	       is->untracked == said->untracked && is->open == said->open &&
	       (state || code_same(ref, one));
}

/**
 * engine_same_explanation() - does explain say what happens, and what nearly did?
 * @engine: the engine
 * @policy: the reference's policy
 * @packet: the packet
 * @ref: the reference's answer
 * @answer: the engine's answer
 * @said: what explain said before
 *
 * Return: true if so.
 */
bool engine_same_explanation(const struct engine *engine, const struct ref_policy *policy,
			     const struct ref_packet *packet,
			     const struct ref_verdict *ref,
			     const struct engine_answer *answer,
			     const struct bailey_explanation *said)
{
	const struct bailey_explained *one = &said->at[0];
	struct search search = { .engine = engine, .policy = policy };
	bool pass = one->verdict.reason == BAILEY_PASS;
	struct ref_side side[2];
	int i;

	if (said->count != 1 || said->pass != pass)
		return false;
	if (comparable(packet, answer, one) && !verdict_same(ref, answer, one))
		return false;
	ref_make_sides(policy, engine->world, packet, side);
	for (i = 0; i < BAILEY_QUESTIONS; i++)
		if (!one->asked[i].unasked &&
		    !question_same(&search, one, &one->asked[i], side))
			return false;
	return true;
}
