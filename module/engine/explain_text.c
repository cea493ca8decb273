// SPDX-License-Identifier: GPL-2.0
/*
 * Explanations in words: one line for each thing that was found out, with the kind of
 * thing in front and then pairs of a key and a value, in the order of
 * Documentation/ABI/procfs-bailey-explain. A value is one word, but for "rule", which
 * comes last and is a rule as the policy language has it. So a person can read it, a
 * shell can take a value out of it, and the tool need not guess where a name ends.
 */
#include "explain.h"
#include "match_text.h"
#include "policy_text.h"
#include "refusal.h"

/**
 * bailey_code_name() - the word for a code
 * @code: the code
 *
 * Return: a static string.
 */
const char *bailey_code_name(enum bailey_code code)
{
	static const char * const name[] = BAILEY_CODE_NAMES;

	static_assert(ARRAY_SIZE(name) == BAILEY_CODE_COUNT);
	return (u32)code < BAILEY_CODE_COUNT ? name[code] : "?";
}

/**
 * bailey_code_aws_name() - what AWS Reachability Analyzer calls it
 * @code: the code
 *
 * Return: a static string; "" where it has no name for it.
 */
const char *bailey_code_aws_name(enum bailey_code code)
{
	static const char * const name[] = BAILEY_CODE_AWS_NAMES;

	static_assert(ARRAY_SIZE(name) == BAILEY_CODE_COUNT);
	return (u32)code < BAILEY_CODE_COUNT ? name[code] : "";
}

/**
 * bailey_part_name() - the word for a packet of the exchange
 * @part: which one
 *
 * Return: a static string.
 */
const char *bailey_part_name(enum bailey_part part)
{
	static const char * const name[] = {
		[BAILEY_PART_REQUEST] = "request",
		[BAILEY_PART_RESPONSE] = "response",
		[BAILEY_PART_ERROR] = "error",
	};

	return (u32)part < BAILEY_PART_COUNT ? name[part] : "?";
}

static const char *answer_name(const struct bailey_asked *asked)
{
	static const char * const name[] = {
		[BAILEY_ANSWER_ALLOW] = "allow",
		[BAILEY_ANSWER_DENY] = "deny",
		[BAILEY_ANSWER_KNOWN] = "known",
		[BAILEY_ANSWER_RELATED] = "related",
		[BAILEY_ANSWER_EXEMPT] = "exempt",
		[BAILEY_ANSWER_REJECT] = "reject",
		[BAILEY_ANSWER_UNDECIDED] = "undecided",
	};

	return asked->unasked ? "not-asked" : name[asked->step.answer];
}

static const char *unasked_name(enum bailey_unasked why)
{
	static const char * const name[] = BAILEY_UNASKED_NAMES;

	static_assert(ARRAY_SIZE(name) == BAILEY_UNASKED_COUNT);
	return (u32)why < BAILEY_UNASKED_COUNT ? name[why] : "?";
}

static void open_questions_print(const struct bailey_explained *one,
				 struct bailey_out *out)
{
	const char *exempt = !one->exempts_asked ? "not-asked" :
			     one->exempt == BAILEY_EXEMPT_COUNT ? "none" :
			     bailey_exempt_name(one->exempt);

	bailey_out_printf(out, "  exempt answer %s\n", exempt);
	bailey_out_printf(out, "  default answer %s\n", one->default_asked ?
			  bailey_default_name(one->default_action) : "not-asked");
}

static const char *conn_part(const struct bailey_explained *one)
{
	if (one->related)
		return "quoted";
	return one->side == BAILEY_ORIGINATOR ? "request" : "response";
}

static void conn_print(const struct bailey_explained *one, struct bailey_out *out)
{
	static const char * const name[] = {
		[BAILEY_KNOWN_NOT_ASKED] = "not-asked",
		[BAILEY_KNOWN_NONE] = "none",
		[BAILEY_KNOWN_TABLE] = "table",
		[BAILEY_KNOWN_IMAGINED] = "imagined",
	};

	bailey_out_printf(out, "  connection answer %s", name[one->known]);
	if (one->known > BAILEY_KNOWN_NONE)
		bailey_out_printf(out, " state %s part %s",
				  bailey_conn_state_name(&one->conn), conn_part(one));
	bailey_out_bytes(out, "\n", 1);
}

/* By which interface a side is reached, as the policy knows it, or else the packet. */
static const char *side_dev(const struct bailey_explained *one,
			    const struct bailey_step *step)
{
	if (step->who.iface)
		return step->who.iface->name;
	if (!one->in[0] || (one->out[0] && step->side == BAILEY_DST))
		return one->out;
	return one->in;
}

static void who_print(const struct bailey_policy *policy,
		      const struct bailey_explained *one,
		      const struct bailey_step *step, struct bailey_out *out)
{
	const struct bailey_side *who = &step->who;

	bailey_out_printf(out, "  ask %s side %s dir %s protects %s dev %s",
			  step->layer_group ? "groups" : "acl",
			  step->side == BAILEY_SRC ? "source" : "destination",
			  step->dir == BAILEY_IN ? "in" : "out",
			  who->box ? "host" : "subnet", side_dev(one, step));
	if (who->endpoint)
		bailey_out_printf(out, " endpoint %s", who->endpoint->object.name);
	if (step->layer_group && who->set) {
		bailey_out_printf(out, " groups ");
		bailey_set_print(policy, who->set, out);
	} else if (!step->layer_group && who->acl) {
		bailey_out_printf(out, " acl %s", who->acl->object.name);
	}
}

static void rule_print(const struct bailey_policy *policy, const struct bailey_rule *rule,
		       u32 group, struct bailey_out *out)
{
	const struct bailey_object *object = bailey_policy_object(policy, BAILEY_GROUP, group);

	if (object && !rule->number)
		bailey_out_printf(out, " group %s", object->name);
	bailey_out_printf(out, " rule ");
	bailey_rule_print(policy, rule, out);
}

static void number_print(const struct bailey_packet *packet, bool shown, u32 value,
			 struct bailey_out *out)
{
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		bailey_out_printf(out, "unseen");
	else if (!shown)
		bailey_out_printf(out, "none");
	else
		bailey_out_printf(out, "%u", value);
}

/* What the packet has where the rule wants something else. */
static void value_print(const struct bailey_packet *packet, const struct bailey_step *step,
			enum bailey_field field, struct bailey_out *out)
{
	bool ports = packet->flags & BAILEY_PKT_PORTS;
	bool icmp = bailey_packet_is_icmp(packet);

	bailey_out_printf(out, " value ");
	switch (field) {
	case BAILEY_FIELD_PROTOCOL:
		bailey_proto_print(packet->proto, out);
		break;
	case BAILEY_FIELD_FAMILY:
		bailey_out_printf(out, "ipv%u", packet->family);
		break;
	case BAILEY_FIELD_FROM:
		bailey_out_addr(out, packet->family, &packet->src);
		break;
	case BAILEY_FIELD_FROM_PORT:
		number_print(packet, ports, packet->sport, out);
		break;
	case BAILEY_FIELD_TO:
		bailey_out_addr(out, packet->family, &packet->dst);
		break;
	case BAILEY_FIELD_TO_PORT:
		number_print(packet, ports, packet->dport, out);
		break;
	case BAILEY_FIELD_TYPE:
		number_print(packet, icmp, packet->type, out);
		break;
	case BAILEY_FIELD_CODE:
		number_print(packet, icmp, packet->code, out);
		break;
	default:
		bailey_out_printf(out, "%u", step->rule ? step->rule->number : 0);
	}
}

static void nears_print(const struct bailey_policy *policy,
			const struct bailey_explained *one,
			const struct bailey_asked *asked, struct bailey_out *out)
{
	const struct bailey_packet *packet = asked->step.about_request ? &one->request :
									 &one->packet;
	const struct bailey_near *near;
	u32 i, shown = min_t(u32, asked->nears.count, BAILEY_NEAR_MAX);

	for (i = 0; i < shown; i++) {
		near = &asked->nears.at[i];
		bailey_out_printf(out, "    near field %s", bailey_field_name(near->field));
		value_print(packet, &asked->step, near->field, out);
		rule_print(policy, near->rule, near->group, out);
		bailey_out_bytes(out, "\n", 1);
	}
	if (asked->nears.count > shown)
		bailey_out_printf(out, "    near-more count %u\n", asked->nears.count - shown);
}

static void asked_print(const struct bailey_policy *policy,
			const struct bailey_explained *one,
			const struct bailey_asked *asked, struct bailey_out *out)
{
	const struct bailey_step *step = &asked->step;

	who_print(policy, one, step, out);
	bailey_out_printf(out, " answer %s", answer_name(asked));
	if (asked->unasked)
		bailey_out_printf(out, " why %s", unasked_name(asked->unasked));
	else if (step->about_request)
		bailey_out_printf(out, " about request");
	if (!asked->unasked && step->rule)
		rule_print(policy, step->rule, step->group, out);
	else if (!asked->unasked && !step->layer_group)
		bailey_out_printf(out, " rule * deny");
	bailey_out_bytes(out, "\n", 1);
	nears_print(policy, one, asked, out);
}

/* How the sender of a rejected packet is told. */
static void refusal_print(const struct bailey_packet *packet, struct bailey_out *out)
{
	switch (bailey_refusal_of(packet)) {
	case BAILEY_REFUSAL_RESET:
		bailey_out_printf(out, " sends tcp-reset");
		break;
	case BAILEY_REFUSAL_ICMP:
		if (packet->family == BAILEY_IPV4)
			bailey_out_printf(out, " sends icmp-%u-%u", BAILEY_REFUSAL_TYPE4,
					  BAILEY_REFUSAL_CODE4);
		else
			bailey_out_printf(out, " sends icmpv6-%u-%u", BAILEY_REFUSAL_TYPE6,
					  BAILEY_REFUSAL_CODE6);
		break;
	default:
		bailey_out_printf(out, " sends nothing");
	}
}

static void verdict_print(const struct bailey_explained *one, struct bailey_out *out)
{
	const struct bailey_verdict *verdict = &one->verdict;
	const char *aws = bailey_code_aws_name(one->code);

	if (verdict->reason == BAILEY_PASS)
		bailey_out_printf(out, "  verdict pass");
	else
		bailey_out_printf(out, "  verdict drop reason %s",
				  bailey_reason_name(verdict->reason));
	bailey_out_printf(out, " code %s", bailey_code_name(one->code));
	if (aws[0])
		bailey_out_printf(out, " aws %s", aws);
	if (verdict->reject)
		refusal_print(&one->packet, out);
	bailey_out_bytes(out, "\n", 1);
}

/**
 * bailey_explanation_print() - append an explanation
 * @policy: what it was made with
 * @answer: the explanation
 * @out: where to
 */
void bailey_explanation_print(const struct bailey_policy *policy,
			      const struct bailey_explanation *answer,
			      struct bailey_out *out)
{
	const struct bailey_explained *one;
	u32 i, k;

	for (i = 0; i < answer->count; i++) {
		one = &answer->at[i];
		bailey_out_printf(out, "%s ", bailey_part_name(one->part));
		bailey_packet_print(&one->packet, one->in, one->out, out);
		bailey_out_bytes(out, "\n", 1);
		open_questions_print(one, out);
		conn_print(one, out);
		for (k = 0; k < BAILEY_QUESTIONS; k++)
			asked_print(policy, one, &one->asked[k], out);
		verdict_print(one, out);
	}
	bailey_out_printf(out, "result %s\n", answer->pass ? "pass" : "drop");
}
