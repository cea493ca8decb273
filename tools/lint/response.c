// SPDX-License-Identifier: GPL-2.0
/*
 * Responses that an ACL does not let through. An ACL has no memory: a response needs
 * an entry of its own in the other direction, and that is easily forgotten.
 *
 * Requests are taken to come from an ephemeral port, 1024 or above. What an ACL
 * allows as a request, less what it allows as the response to it, is what fails; each
 * entry has those of its packets that fail. An entry that lets responses through
 * itself, such as "allow tcp to any port 1024-65535", is looked at for well-known
 * ports only: it is not meant for requests.
 */
#include "lint.h"

#define EPHEMERAL_FIRST	1024
#define WELL_KNOWN_LAST	1023
#define RESPONSE_PORT	32768	/* ports of an entry that is meant for responses go beyond */
#define ROWS_MOST	200
#define PORTS_SHOWN	6

/**
 * struct talk - what an ACL says of both halves of connections
 * @lint: the examination
 * @acl: the ACL
 * @dir: direction of the requests
 * @spaces: where sets are
 * @requests: packets that can begin something
 * @allowed: of these, what passes in @dir
 * @answered: packets whose response passes
 * @decided: packets whose response an entry decides
 * @others: requests that pass in the other direction
 */
struct talk {
	struct lint *lint;
	struct bailey_acl *acl;
	u32 dir;
	struct spaces *spaces;
	u32 requests;
	u32 allowed;
	u32 answered;
	u32 decided;
	u32 others;
};

/* Requests that have an answer: by ports from an ephemeral one, or ICMP queries. */
static u32 requests_space(struct spaces *spaces)
{
	u32 ports = space_and(spaces, spaces->with_ports,
			      space_field(spaces, SPACE_SPORT, EPHEMERAL_FIRST, U16_MAX));

	return space_or(spaces, ports, space_and(spaces, spaces->is_icmp, spaces->answered));
}

static u32 matched_space(struct talk *talk, const struct bailey_rules *rules)
{
	u32 *space = calloc(rules->count + 1, sizeof(*space)), all, i = 0;
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;

	talk->lint->failed |= !space;
	for (rule = space ? bailey_rules_first(rules, &iter) : NULL; rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		space[i++] = space_match(talk->spaces, talk->lint->policy, &match, true);
	}
	all = space ? space_union(talk->spaces, space, rules->count) : SPACE_FAILED;
	free(space);
	return all;
}

static void talk_prepare(struct talk *talk)
{
	const struct bailey_rules *there = &talk->acl->rules[talk->dir];
	const struct bailey_rules *back = &talk->acl->rules[!talk->dir];
	const struct bailey_policy *policy = talk->lint->policy;
	struct spaces *spaces = talk->spaces;

	talk->requests = requests_space(spaces);
	talk->allowed = space_and(spaces, talk->requests,
				  space_first_match(spaces, policy, there, false));
	talk->answered = space_first_match(spaces, policy, back, true);
	talk->decided = matched_space(talk, back);
	talk->others = space_and(spaces, talk->requests,
				 space_first_match(spaces, policy, back, false));
}

/* Leave out what an entry for responses lets through besides. */
static u32 meant_as_request(struct talk *talk, const struct bailey_match *match, u32 part)
{
	u32 as_response = space_match(talk->spaces, talk->lint->policy, match, true);

	if (match->dport_given && match->dport_last < RESPONSE_PORT)
		return part;
	if (match->type != BAILEY_TYPE_ANY ||
	    space_and(talk->spaces, as_response, talk->others) == SPACE_NONE)
		return part;
	part = space_and(talk->spaces, part, talk->spaces->with_ports);
	return space_and(talk->spaces, part,
			 space_field(talk->spaces, SPACE_DPORT, 0, WELL_KNOWN_LAST));
}

/* The entry that lets responses to what an entry allows through. */
static void mirror(const struct bailey_match *match, struct bailey_match *back)
{
	struct bailey_packet message = { .proto = match->proto };

	*back = *match;
	back->from = match->to;
	back->to = match->from;
	back->sport_given = match->dport_given;
	back->sport_first = match->dport_first;
	back->sport_last = match->dport_last;
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
	deny = match;
	deny.from = match.to;
	deny.to = match.from;
	deny.sport_given = match.dport_given;
	deny.sport_first = match.dport_first;
	deny.sport_last = match.dport_last;
	deny.dport_given = match.sport_given;
	deny.dport_first = match.sport_first;
	deny.dport_last = match.sport_last;
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

/* Does explain say that the request passes, and that this ACL drops the response? */
static bool proven(struct talk *talk, const struct bailey_packet *packet,
		   const struct lint_where *way, bool by_entry,
		   struct bailey_explanation *answer)
{
	enum bailey_reason wanted = by_entry ? BAILEY_DROP_ACL : BAILEY_DROP_ACL_DEFAULT;
	const struct bailey_explained *back = &answer->at[BAILEY_PART_RESPONSE];
	const struct bailey_asked *asked;
	u32 q;

	if (!lint_ask(talk->lint, packet, way, true, answer) || answer->count < 2 ||
	    answer->at[BAILEY_PART_REQUEST].verdict.reason != BAILEY_PASS ||
	    back->verdict.reason != wanted)
		return false;
	for (q = 0; q < BAILEY_QUESTIONS; q++) {
		asked = &back->asked[q];
		if (!asked->unasked && !asked->step.layer_group &&
		    asked->step.answer != BAILEY_ANSWER_ALLOW)
			return asked->step.who.acl == talk->acl;
	}
	return false;
}

/* A packet of the part that passes the groups as well, and is proven. */
static bool find_proof(struct talk *talk, u32 part, bool by_entry,
		       struct bailey_packet *packet, struct lint_where *way)
{
	struct bailey_explanation *answer = malloc(sizeof(*answer));
	const struct bailey_attach *attach;
	struct lint_where ways[LINT_WAYS];
	u32 at = 0, count, w, inside;
	bool found = false;

	talk->lint->failed |= !answer;
	while (answer && !found &&
	       (attach = lint_attach_of_acl(talk->lint, talk->acl, at, &at))) {
		at++;
		inside = space_and(talk->spaces, part,
				   lint_groups_space(talk->lint, talk->spaces, attach, talk->dir));
		if (!space_example(talk->spaces, inside, packet))
			continue;
		count = lint_ways(talk->lint, attach, talk->dir, ways, LINT_WAYS);
		for (w = 0; w < count && !found; w++) {
			found = proven(talk, packet, &ways[w], by_entry, answer);
			*way = ways[w];
		}
	}
	free(answer);
	return found;
}

static void report(struct talk *talk, const struct bailey_rule *rule, u32 part, bool by_entry)
{
	const struct bailey_rule *denies;
	struct bailey_packet packet, back;
	struct bailey_out ports = {};
	struct lint_finding *finding;
	struct bailey_match match;
	struct lint_where way;
	char *line, *by = NULL;

	if (!find_proof(talk, part, by_entry, &packet, &way))
		return;
	line = lint_text_rule(talk->lint, &talk->acl->object, talk->dir, rule);
	finding = lint_find(talk->lint, by_entry ? LINT_DENIED_RESPONSE :
						   LINT_FORGOTTEN_RESPONSE, line);
	free(line);
	if (!finding)
		return;
	bailey_rule_match(rule, &match);
	describe(talk, part, &ports);
	lint_example(talk->lint, finding, &packet, &way, true);
	if (!by_entry) {
		suggest_allow(talk, finding, &match);
		lint_say(talk->lint, &finding->text,
			 "no '%s' entry of the ACL lets the responses through%s",
			 lint_text_dir(!talk->dir), ports.buf ? ports.buf : "");
		lint_say(talk->lint, &finding->shows, "the request passes, the response is "
			 "dropped: acl-default");
	} else {
		back = packet;
		back.src = packet.dst;
		back.dst = packet.src;
		back.sport = packet.dport;
		back.dport = packet.sport;
		back.type = bailey_packet_is_icmp(&packet) ?
			    bailey_packet_reply_type(&packet) : 0;
		space_packet_complete(&back);
		denies = lint_acl_decides(talk->lint, talk->acl, !talk->dir, &back);
		if (denies) {
			suggest_deny(talk, finding, rule->number, denies);
			by = lint_text_rule(talk->lint, &talk->acl->object, !talk->dir, denies);
		}
		lint_say(talk->lint, &finding->text, "'%s' drops responses%s", by ? by : "",
			 ports.buf ? ports.buf : "");
		lint_say(talk->lint, &finding->shows, "the request passes, the response is "
			 "dropped: acl-deny");
	}
	free(by);
	bailey_out_destroy(&ports);
}

/* Each entry has what it decides of the requests that fail. */
static void look_at_entries(struct talk *talk)
{
	u32 failing = space_minus(talk->spaces, talk->allowed, talk->answered), part;
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;

	for (rule = bailey_rules_first(&talk->acl->rules[talk->dir], &iter);
	     rule && failing != SPACE_NONE && failing != SPACE_FAILED;
	     rule = bailey_rules_next(&iter)) {
		if (rule->action != BAILEY_ALLOW)
			continue;
		bailey_rule_match(rule, &match);
		part = space_and(talk->spaces, failing,
				 space_match(talk->spaces, talk->lint->policy, &match, false));
		if (part == SPACE_NONE || part == SPACE_FAILED)
			continue;
		failing = space_minus(talk->spaces, failing, part);
		part = meant_as_request(talk, &match, part);
		report(talk, rule, space_minus(talk->spaces, part, talk->decided), false);
		report(talk, rule, space_and(talk->spaces, part, talk->decided), true);
	}
}

static void examine(struct lint *lint, struct bailey_acl *acl, u32 dir)
{
	struct talk talk = { .lint = lint, .acl = acl, .dir = dir };
	char *line;

	talk.spaces = spaces_create(LINT_NODES, LINT_STEPS);
	if (!talk.spaces) {
		lint->failed = true;
		return;
	}
	talk_prepare(&talk);
	if (!spaces_failed(talk.spaces))
		look_at_entries(&talk);
	if (spaces_failed(talk.spaces)) {
		line = lint_text_object(&acl->object);
		lint_give_up(lint, line, dir == BAILEY_IN ?
			     "which responses to 'in' requests fail would take too long to find out" :
			     "which responses to 'out' requests fail would take too long to find out");
		free(line);
	}
	spaces_destroy(talk.spaces);
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
