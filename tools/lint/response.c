// SPDX-License-Identifier: GPL-2.0
/*
 * Responses that an ACL does not let through. An ACL has no memory: a response needs
 * an entry of its own in the other direction, and that is easily forgotten.
 *
 * Requests are taken to come from an ephemeral port, 1024 or above. Of each entry that
 * allows, the packets that it decides are looked for in the entries of the other
 * direction, as the requests whose response those are about: so the answer is exact, and
 * only entries that have packets in common meet. An entry that lets responses through
 * itself, such as "allow tcp to any port 1024-65535", is looked at for well-known
 * ports only: it is not meant for requests.
 */
#include "lint.h"

#define EPHEMERAL_FIRST	1024
#define WELL_KNOWN_LAST	1023
#define RESPONSE_PORT	32768	/* ports of an entry that is meant for responses go beyond */
#define ROWS_MOST	200
#define PORTS_SHOWN	6
#define OVERLAPS_MOST	2000	/* entries that one is compared with */
#define GIVE_UP_MOST	5

/**
 * struct talk - what an ACL says of both halves of connections
 * @lint: the examination
 * @acl: the ACL
 * @dir: direction of the requests
 * @there: entries for requests
 * @back: entries for responses
 * @mirror: what each of @back is about, turned round, without types
 * @spaces: where sets are
 * @there_space: each of @there as a set, %SPACE_FAILED until it is wanted
 * @back_space: requests whose response each of @back is about, likewise
 * @requests: packets that can begin something
 * @given_up: entries of which it is not known
 */
struct talk {
	struct lint *lint;
	struct bailey_acl *acl;
	u32 dir;
	struct lint_list there;
	struct lint_list back;
	struct bailey_match *mirror;
	struct spaces *spaces;
	u32 *there_space;
	u32 *back_space;
	u32 requests;
	u32 given_up;
};

/* What becomes of the responses to what an entry decides. */
struct fate {
	u32 nobody;	/* no entry is about them */
	u32 denied;	/* an entry denies them */
};

/* Requests that have an answer: by ports from an ephemeral one, or ICMP queries. */
static u32 requests_space(struct spaces *spaces)
{
	u32 ports = space_and(spaces, spaces->with_ports,
			      space_field(spaces, SPACE_SPORT, EPHEMERAL_FIRST, U16_MAX));

	return space_or(spaces, ports, space_and(spaces, spaces->is_icmp, spaces->answered));
}

static bool spaces_ready(struct talk *talk)
{
	bool fresh, ready = lint_sets_ready(talk->lint, &talk->spaces, &fresh);

	if (!fresh || !ready)
		return ready;
	memset(talk->there_space, 0xff, talk->there.count * sizeof(*talk->there_space));
	memset(talk->back_space, 0xff, talk->back.count * sizeof(*talk->back_space));
	talk->requests = requests_space(talk->spaces);
	return true;
}

static u32 space_of(struct talk *talk, u32 i)
{
	if (talk->there_space[i] == SPACE_FAILED)
		talk->there_space[i] = space_match(talk->spaces, talk->lint->policy,
						   &talk->there.match[i], false);
	return talk->there_space[i];
}

static u32 answer_of(struct talk *talk, u32 k)
{
	if (talk->back_space[k] == SPACE_FAILED)
		talk->back_space[k] = space_match(talk->spaces, talk->lint->policy,
						  &talk->back.match[k], true);
	return talk->back_space[k];
}

/* What an entry decides of the requests. */
static u32 decided_by(struct talk *talk, u32 i)
{
	u32 left, k, overlaps = 0;

	for (k = 0; k < i; k++)
		if (lint_match_covers(&talk->there.match[k], &talk->there.match[i]))
			return SPACE_NONE;
	left = space_and(talk->spaces, talk->requests, space_of(talk, i));
	for (k = 0; k < i && left != SPACE_NONE && left != SPACE_FAILED; k++) {
		if (lint_match_apart(&talk->there.match[k], &talk->there.match[i]))
			continue;
		if (overlaps++ == OVERLAPS_MOST)
			return SPACE_FAILED;
		left = space_minus(talk->spaces, left, space_of(talk, k));
	}
	return left;
}

/* Is an entry, turned round, about requests from well-known ports alone? */
static bool for_servers(const struct bailey_match *mirror)
{
	return mirror->sport_given && mirror->sport_last < EPHEMERAL_FIRST;
}

/* Ask the entries of the other direction in order about the responses. */
static void find_fate(struct talk *talk, u32 i, struct fate *fate)
{
	u32 left = decided_by(talk, i), k, part, overlaps = 0;

	fate->denied = SPACE_NONE;
	for (k = 0; k < talk->back.count && left != SPACE_NONE && left != SPACE_FAILED; k++) {
		if (for_servers(&talk->mirror[k]) ||
		    lint_match_apart(&talk->mirror[k], &talk->there.match[i]))
			continue;
		if (overlaps++ == OVERLAPS_MOST) {
			left = SPACE_FAILED;
			break;
		}
		part = space_and(talk->spaces, left, answer_of(talk, k));
		if (talk->back.rule[k]->action != BAILEY_ALLOW)
			fate->denied = space_or(talk->spaces, fate->denied, part);
		left = space_minus(talk->spaces, left, part);
	}
	fate->nobody = left;
}

/* Does an entry let responses through to requests that the other direction allows? */
static bool answers(struct talk *talk, const struct bailey_match *match)
{
	u32 as_response = space_match(talk->spaces, talk->lint->policy, match, true), k, part;
	struct bailey_match request;

	as_response = space_and(talk->spaces, as_response, talk->requests);
	for (k = 0; k < talk->back.count; k++) {
		bailey_rule_match(talk->back.rule[k], &request);
		if (talk->back.rule[k]->action != BAILEY_ALLOW ||
		    lint_match_apart(&talk->mirror[k], match))
			continue;
		part = space_match(talk->spaces, talk->lint->policy, &request, false);
		part = space_and(talk->spaces, as_response, part);
		if (part != SPACE_NONE && part != SPACE_FAILED)
			return true;
	}
	return false;
}

/* Leave out what an entry for responses lets through besides. */
static void as_meant(struct talk *talk, const struct bailey_match *match, struct fate *fate)
{
	u32 meant = space_and(talk->spaces, talk->spaces->with_ports,
			      space_field(talk->spaces, SPACE_DPORT, 0, WELL_KNOWN_LAST));

	if ((match->dport_given && match->dport_last < RESPONSE_PORT) ||
	    match->type != BAILEY_TYPE_ANY || !answers(talk, match))
		return;
	fate->nobody = space_and(talk->spaces, fate->nobody, meant);
	fate->denied = space_and(talk->spaces, fate->denied, meant);
}

/* Sources become destinations; types stay. */
static void turn_match(const struct bailey_match *match, struct bailey_match *back)
{
	*back = *match;
	back->from = match->to;
	back->to = match->from;
	back->sport_given = match->dport_given;
	back->sport_first = match->dport_first;
	back->sport_last = match->dport_last;
	back->dport_given = match->sport_given;
	back->dport_first = match->sport_first;
	back->dport_last = match->sport_last;
}

/* The entry that lets responses to what an entry allows through. */
static void mirror(const struct bailey_match *match, struct bailey_match *back)
{
	struct bailey_packet message = { .proto = match->proto };

	turn_match(match, back);
	back->dport_given = match->proto != BAILEY_PROTO_ANY &&
			    bailey_proto_has_ports(match->proto);
	back->dport_first = EPHEMERAL_FIRST;
	back->dport_last = U16_MAX;
	if (match->sport_given) {
		back->dport_first = max_t(u16, match->sport_first, EPHEMERAL_FIRST);
		back->dport_last = match->sport_last;
	}
	if (match->type == BAILEY_TYPE_ANY)
		return;
	message.type = match->type;
	back->type = bailey_packet_reply_type(&message);
}

/* A number behind all entries; 0 where there is none. */
static u32 number_behind(const struct bailey_rules *rules)
{
	u32 last = rules->count ? bailey_rules_at(rules, rules->count - 1)->number : 0;

	return last > U32_MAX - 10 ? 0 : last - last % 10 + 10;
}

/* A free number before an entry; 0 where there is none. */
static u32 number_before(const struct bailey_rules *rules, u32 number)
{
	struct bailey_rules_iter iter;
	const struct bailey_rule *rule;
	u32 free_number = number - 1;

	while (free_number) {
		rule = bailey_rules_seek(rules, free_number, &iter);
		if (!rule || rule->number != free_number)
			break;
		free_number--;
	}
	return free_number;
}

static void suggest_allow(struct talk *talk, struct lint_finding *finding,
			  const struct bailey_match *match)
{
	u32 number = number_behind(&talk->acl->rules[!talk->dir]);
	struct bailey_match back;

	mirror(match, &back);
	if (number)
		finding->suggestion = lint_text_entry(talk->lint, &talk->acl->object, !talk->dir,
						      number, BAILEY_ALLOW, &back);
}

/* Deny the request, too, as the entry @rule does with its response. */
static void suggest_deny(struct talk *talk, struct lint_finding *finding, u32 before,
			 const struct bailey_rule *rule)
{
	u32 number = number_before(&talk->acl->rules[talk->dir], before);
	struct bailey_match match, deny;
	struct bailey_packet message;

	bailey_rule_match(rule, &match);
	turn_match(&match, &deny);
	if (match.type != BAILEY_TYPE_ANY) {
		message = (struct bailey_packet){ .proto = match.proto, .type = match.type };
		deny.type = bailey_packet_request_type(&message);
	}
	if (number)
		finding->suggestion = lint_text_entry(talk->lint, &talk->acl->object, talk->dir,
						      number, BAILEY_DENY, &deny);
}

static bool add_ports(u8 *port, const struct space_list *list)
{
	u32 i, p;

	for (i = 0; i < list->count && !list->all; i++)
		for (p = list->range[i].first.hi >> 48; p <= list->range[i].last.hi >> 48; p++)
			port[p] = 1;
	if (list->all)
		memset(port, 1, U16_MAX + 1);
	return list->all;
}

static void ports_print(const u8 *port, u32 from, struct bailey_out *out)
{
	u32 first, p, shown = 0;

	for (p = from; p <= U16_MAX; p++) {
		if (!port[p])
			continue;
		first = p;
		while (p < U16_MAX && port[p + 1])
			p++;
		if (shown++ == PORTS_SHOWN) {
			bailey_out_printf(out, ", ...");
			return;
		}
		bailey_out_printf(out, first == p ? "%s%u" : "%s%u-%u", shown > 1 ? ", " : "",
				  first, p);
	}
}

/* "to port 443, from ports 1024-32767": what fails. */
static void describe(struct talk *talk, u32 part, struct bailey_out *out)
{
	u8 *to = calloc(2, U16_MAX + 1), *from = to ? to + U16_MAX + 1 : NULL;
	struct space_rows rows;
	u32 i;

	part = space_and(talk->spaces, part, talk->spaces->with_ports);
	if (to && part != SPACE_NONE && part != SPACE_FAILED &&
	    !space_rows_create(talk->spaces, part, ROWS_MOST, &rows)) {
		for (i = 0; i < rows.count; i++) {
			add_ports(to, &rows.row[i].field[SPACE_DPORT]);
			add_ports(from, &rows.row[i].field[SPACE_SPORT]);
		}
		bailey_out_printf(out, "; it fails for requests to ports ");
		ports_print(to, 0, out);
		bailey_out_printf(out, " from ports ");
		ports_print(from, EPHEMERAL_FIRST, out);
		space_rows_destroy(&rows);
	}
	free(to);
}

/* What would come back. */
static void turn_round(const struct bailey_packet *packet, struct bailey_packet *back)
{
	*back = *packet;
	back->src = packet->dst;
	back->dst = packet->src;
	back->sport = packet->dport;
	back->dport = packet->sport;
	if (bailey_packet_is_icmp(packet))
		back->type = bailey_packet_reply_type(packet);
	space_packet_complete(back);
}

/* The engine lets the request pass, and this ACL drops the response. */
static bool proven(struct talk *talk, const struct bailey_packet *packet,
		   const struct lint_where *way, bool by_entry)
{
	const struct bailey_rule *denies;
	struct bailey_packet back;
	struct lint_judged judged;

	lint_judge(talk->lint, packet, way, false, &judged);
	if (judged.verdict.reason != BAILEY_PASS)
		return false;
	turn_round(packet, &back);
	denies = lint_acl_decides(talk->lint, talk->acl, !talk->dir, &back);
	return by_entry ? denies && denies->action != BAILEY_ALLOW : !denies;
}

/* A packet of the part that passes the groups as well, and is proven. */
static bool find_proof(struct talk *talk, u32 part, bool by_entry,
		       struct bailey_packet *packet, struct lint_where *way)
{
	const struct bailey_attach *attach;
	struct lint_where ways[LINT_WAYS];
	u32 at = 0, count, w, inside;

	while ((attach = lint_attach_of_acl(talk->lint, talk->acl, at, &at))) {
		at++;
		inside = space_and(talk->spaces, part,
				   lint_groups_space(talk->lint, talk->spaces, attach, talk->dir));
		if (!space_example(talk->spaces, inside, packet))
			continue;
		count = lint_ways(talk->lint, attach, talk->dir, ways, LINT_WAYS);
		for (w = 0; w < count; w++) {
			*way = ways[w];
			if (proven(talk, packet, way, by_entry))
				return true;
		}
	}
	return false;
}

static void say_forgotten(struct talk *talk, struct lint_finding *finding,
			  const struct bailey_rule *rule, const char *ports)
{
	struct bailey_match match;

	bailey_rule_match(rule, &match);
	suggest_allow(talk, finding, &match);
	lint_say(talk->lint, &finding->text,
		 "no '%s' entry of the ACL lets the responses through%s",
		 lint_text_dir(!talk->dir), ports);
	lint_say(talk->lint, &finding->shows,
		 "the request passes, the response is dropped: acl-default");
}

static void say_denied(struct talk *talk, struct lint_finding *finding,
		       const struct bailey_rule *rule, const struct bailey_packet *packet,
		       const char *ports)
{
	const struct bailey_rule *denies;
	struct bailey_packet back;
	char *by;

	turn_round(packet, &back);
	denies = lint_acl_decides(talk->lint, talk->acl, !talk->dir, &back);
	suggest_deny(talk, finding, rule->number, denies);
	by = lint_text_rule(talk->lint, &talk->acl->object, !talk->dir, denies);
	lint_say(talk->lint, &finding->text, "'%s' drops responses%s", by ? by : "", ports);
	lint_say(talk->lint, &finding->shows,
		 "the request passes, the response is dropped: acl-deny");
	free(by);
}

static void report(struct talk *talk, const struct bailey_rule *rule, u32 part, bool by_entry)
{
	struct bailey_packet packet;
	struct bailey_out ports = {};
	struct lint_finding *finding;
	struct lint_where way;
	char *line;

	if (part == SPACE_NONE || part == SPACE_FAILED ||
	    !find_proof(talk, part, by_entry, &packet, &way))
		return;
	line = lint_text_rule(talk->lint, &talk->acl->object, talk->dir, rule);
	finding = lint_find(talk->lint, by_entry ? LINT_DENIED_RESPONSE :
						   LINT_FORGOTTEN_RESPONSE, line);
	free(line);
	if (!finding)
		return;
	describe(talk, part, &ports);
	lint_example(talk->lint, finding, &packet, &way, true);
	if (by_entry)
		say_denied(talk, finding, rule, &packet, ports.buf ? ports.buf : "");
	else
		say_forgotten(talk, finding, rule, ports.buf ? ports.buf : "");
	bailey_out_destroy(&ports);
}

static void look_at(struct talk *talk, u32 i)
{
	struct fate fate;

	if (talk->there.rule[i]->action != BAILEY_ALLOW)
		return;
	if (!spaces_ready(talk)) {
		talk->given_up = GIVE_UP_MOST;
		return;
	}
	find_fate(talk, i, &fate);
	if (fate.nobody == SPACE_NONE && fate.denied == SPACE_NONE)
		return;
	as_meant(talk, &talk->there.match[i], &fate);
	report(talk, talk->there.rule[i], fate.nobody, false);
	report(talk, talk->there.rule[i], fate.denied, true);
	talk->given_up += fate.nobody == SPACE_FAILED || fate.denied == SPACE_FAILED ||
			  spaces_failed(talk->spaces);
}

static bool talk_open(struct talk *talk)
{
	struct lint *lint = talk->lint;
	u32 k;

	if (!lint_list_open(&talk->there, lint, &talk->acl->object, talk->dir) ||
	    !lint_list_open(&talk->back, lint, &talk->acl->object, !talk->dir))
		return false;
	talk->mirror = calloc(talk->back.count + 1, sizeof(*talk->mirror));
	talk->there_space = calloc(talk->there.count + 1, sizeof(*talk->there_space));
	talk->back_space = calloc(talk->back.count + 1, sizeof(*talk->back_space));
	if (!talk->mirror || !talk->there_space || !talk->back_space) {
		lint->failed = true;
		return false;
	}
	for (k = 0; k < talk->back.count; k++) {
		turn_match(&talk->back.match[k], &talk->mirror[k]);
		talk->mirror[k].type = BAILEY_TYPE_ANY;
	}
	return true;
}

static void talk_close(struct talk *talk)
{
	lint_list_close(&talk->there);
	lint_list_close(&talk->back);
	free(talk->mirror);
	free(talk->there_space);
	free(talk->back_space);
	spaces_destroy(talk->spaces);
}

static void examine(struct lint *lint, struct bailey_acl *acl, u32 dir)
{
	struct talk talk = { .lint = lint, .acl = acl, .dir = dir };
	char *line;
	u32 i;

	if (talk_open(&talk))
		for (i = 0; i < talk.there.count && talk.given_up < GIVE_UP_MOST; i++)
			look_at(&talk, i);
	if (talk.given_up) {
		line = lint_text_object(&acl->object);
		lint_give_up(lint, line, dir == BAILEY_IN ?
			     "responses to some 'in' requests may fail: it takes too long" :
			     "responses to some 'out' requests may fail: it takes too long");
		free(line);
	}
	talk_close(&talk);
}

/**
 * lint_check_response() - requests that ACLs allow, and not their responses
 * @lint: the examination
 *
 * ACLs that nothing is attached to are left out.
 */
void lint_check_response(struct lint *lint)
{
	const struct bailey_objects *acls = &lint->policy->objects[BAILEY_ACL];
	struct bailey_acl *acl;
	u32 n, at;

	for (n = 0; n < acls->named; n++) {
		acl = bailey_acl_of(bailey_policy_nth(lint->policy, BAILEY_ACL, n));
		if (!lint_attach_of_acl(lint, acl, 0, &at))
			continue;
		examine(lint, acl, BAILEY_IN);
		examine(lint, acl, BAILEY_OUT);
	}
}
