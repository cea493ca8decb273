// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation for people: the document of explain_json.c in sentences, one for
 * each question, with what was nearly a match below it.
 */
#include "tool.h"

static const char *get(const json_t *json, const char *key)
{
	const char *value = json_string_value(json_object_get(json, key));

	return value ? value : "";
}

static bool has(const json_t *json, const char *key)
{
	return json_is_string(json_object_get(json, key));
}

static void exempt_print(const json_t *packet, struct bailey_out *out)
{
	const char *answer = get(packet, "exempt");

	if (!strcmp(answer, "not-asked"))
		bailey_out_printf(out, "  exempts: not asked, it is forwarded\n");
	else if (!strcmp(answer, "none"))
		bailey_out_printf(out, "  exempts: none is for it\n");
	else
		bailey_out_printf(out, "  exempt %s\n", answer);
}

static void default_print(const json_t *packet, struct bailey_out *out)
{
	const char *answer = get(packet, "default");

	if (!strcmp(answer, "not-asked"))
		bailey_out_printf(out, "  default: not asked\n");
	else
		bailey_out_printf(out, "  default %s: an interface has nothing attached\n",
				  answer);
}

static void conn_print(const json_t *packet, struct bailey_out *out)
{
	const json_t *conn = json_object_get(packet, "connection");
	const char *answer = get(conn, "answer"), *part = get(conn, "part");

	if (!strcmp(answer, "not-asked")) {
		bailey_out_printf(out, "  connection: not asked for\n");
	} else if (!strcmp(answer, "none")) {
		bailey_out_printf(out, "  connection: none is known\n");
	} else {
		bailey_out_printf(out, "  connection: %s, ", strcmp(get(conn, "state"), "-") ?
				  get(conn, "state") : "known");
		if (!strcmp(part, "quoted"))
			bailey_out_printf(out, "this is an error about its request");
		else
			bailey_out_printf(out, "this is its %s", part);
		bailey_out_printf(out, "%s\n", strcmp(answer, "imagined") ? "" :
				  " (as the request leaves it)");
	}
}

/* A word of the document, and what it is for people. */
struct saying {
	const char *word;
	const char *said;
};

/* @sayings ends with one that has no word, and what is said of all others. */
static const char *say(const struct saying *sayings, const char *word)
{
	while (sayings->word && strcmp(sayings->word, word))
		sayings++;
	return sayings->said;
}

static const struct saying unasked[] = {
	{ "unattached", "nothing is attached for it" },
	{ "none", "it has none" },
	{ "inside", "it leaves by the interface it came in by" },
	{ "exempt", "it is exempt" },
	{ "dropped", "it is dropped already" },
	{ NULL, "?" },
};

/* What groups say, other than a rule. */
static const struct saying groups_said[] = {
	{ "deny", "no rule allows it" },
	{ "undecided", "a rule may allow it, which a fragment does not show" },
	{ "known", "has said yes to this connection" },
	{ "related", "has said yes to the connection that the error is about" },
	{ "exempt", "exempt icmp-error" },
	{ NULL, "?" },
};

static const struct saying fields[] = {
	{ "from", "source" },
	{ "from-port", "source port" },
	{ "to", "destination" },
	{ "to-port", "destination port" },
	{ "protocol", "protocol" },
	{ "family", "family" },
	{ "type", "type" },
	{ "code", "code" },
	{ NULL, "?" },
};

static const struct saying placed[] = {
	{ "endpoint", "by its endpoint" },
	{ "route", "by the routing table" },
	{ "policy", "the policy knows no other" },
	{ NULL, "as asked" },
};

static void names_print(const json_t *names, struct bailey_out *out)
{
	size_t i;

	for (i = 0; i < json_array_size(names); i++)
		bailey_out_printf(out, "%s%s", i ? "," : " ",
				  json_string_value(json_array_get(names, i)));
}

static void groups_print(const json_t *question, struct bailey_out *out)
{
	const json_t *rule = json_object_get(question, "rule");
	const char *answer = get(question, "answer");

	bailey_out_printf(out, " %s%s: ", get(question, "direction"),
			  json_is_true(json_object_get(question, "about_request")) ?
			  " (asked about the request)" : "");
	if (json_is_object(rule))
		bailey_out_printf(out, "group %s %s", get(rule, "group"), get(rule, "text"));
	else
		bailey_out_printf(out, "%s", say(groups_said, answer));
}

/* Known, related and exempt are ways to say yes. */
static const char *yes_or_no(const char *answer)
{
	if (!strcmp(answer, "known") || !strcmp(answer, "related") ||
	    !strcmp(answer, "exempt"))
		return "allow";
	return answer;
}

static void near_print(const json_t *near, struct bailey_out *out)
{
	const json_t *rule = json_object_get(near, "rule");
	const char *field = get(near, "field"), *value = get(near, "value");

	bailey_out_printf(out, "    near miss, ");
	if (!strcmp(field, "number"))
		bailey_out_printf(out, "but %s decides first: ", value);
	else
		bailey_out_printf(out, "but for its %s %s: ", say(fields, field), value);
	if (has(rule, "group"))
		bailey_out_printf(out, "group %s ", get(rule, "group"));
	bailey_out_printf(out, "%s\n", get(rule, "text"));
}

static void nears_print(const json_t *question, struct bailey_out *out)
{
	const json_t *nears = json_object_get(question, "near_misses");
	json_int_t more = json_integer_value(json_object_get(question,
							     "near_misses_left_out"));
	size_t i;

	for (i = 0; i < json_array_size(nears); i++)
		near_print(json_array_get(nears, i), out);
	if (more)
		bailey_out_printf(out, "    near misses besides: %lld\n", (long long)more);
}

static void question_print(const json_t *question, struct bailey_out *out)
{
	const char *layer = get(question, "layer"), *answer = get(question, "answer");
	bool groups = !strcmp(layer, "groups");

	bailey_out_printf(out, "  %s, the %s behind %s: ", get(question, "side"),
			  get(question, "protects"), get(question, "dev"));
	if (groups && has(question, "endpoint"))
		bailey_out_printf(out, "endpoint %s, ", get(question, "endpoint"));
	bailey_out_printf(out, "%s", layer);
	if (groups)
		names_print(json_object_get(question, "groups"), out);
	else if (has(question, "acl"))
		bailey_out_printf(out, " %s", get(question, "acl"));
	if (!strcmp(answer, "not-asked")) {
		bailey_out_printf(out, " %s: not asked, %s\n", get(question, "direction"),
				  say(unasked, get(question, "why")));
		return;
	}
	if (groups)
		groups_print(question, out);
	else
		bailey_out_printf(out, " %s %s", get(question, "direction"),
				  get(json_object_get(question, "rule"), "text"));
	bailey_out_printf(out, " -> %s\n", yes_or_no(answer));
	nears_print(question, out);
}

static void sends_print(const char *sends, struct bailey_out *out)
{
	if (!strcmp(sends, "nothing"))
		bailey_out_printf(out, "  sends: nothing, it must not be answered\n");
	else
		bailey_out_printf(out, "  sends: %s\n", sends);
}

static void verdict_print(const json_t *packet, struct bailey_out *out)
{
	if (has(packet, "sends"))
		sends_print(get(packet, "sends"), out);
	if (!strcmp(get(packet, "code"), "allowed-untracked"))
		bailey_out_printf(out, "  not tracked: rules of both directions let everybody\n");
	bailey_out_printf(out, "  verdict: %s%s%s\n", get(packet, "verdict"),
			  has(packet, "reason") ? ", " : "", get(packet, "reason"));
	bailey_out_printf(out, "  code: %s", get(packet, "code"));
	if (has(packet, "aws_code"))
		bailey_out_printf(out, " (AWS: %s)", get(packet, "aws_code"));
	bailey_out_printf(out, "\n");
}

static void packet_print(const json_t *packet, struct bailey_out *out)
{
	const json_t *questions = json_object_get(packet, "questions");
	size_t i;

	bailey_out_printf(out, "%s: %s\n", get(packet, "part"),
			  get(json_object_get(packet, "packet"), "text"));
	exempt_print(packet, out);
	default_print(packet, out);
	conn_print(packet, out);
	for (i = 0; i < json_array_size(questions); i++)
		question_print(json_array_get(questions, i), out);
	verdict_print(packet, out);
}

static void place_print(const json_t *place, struct bailey_out *out)
{
	bailey_out_printf(out, "%s %s", get(place, "end"), get(place, "text"));
	if (strcmp(get(place, "text"), get(place, "address")))
		bailey_out_printf(out, ", %s", get(place, "address"));
	if (has(place, "dev"))
		bailey_out_printf(out, ": behind %s", get(place, "dev"));
	else
		bailey_out_printf(out, ": this machine");
	bailey_out_printf(out, ", %s\n", say(placed, get(place, "by")));
}

/**
 * tool_explain_show() - print an explanation in sentences
 * @json: the document
 */
void tool_explain_show(const json_t *json)
{
	const json_t *places = json_object_get(json, "ends");
	const json_t *packets = json_object_get(json, "packets");
	struct bailey_out out = {};
	size_t i;

	for (i = 0; i < json_array_size(places); i++)
		if (strcmp(get(json_array_get(places, i), "by"), "question"))
			place_print(json_array_get(places, i), &out);
	for (i = 0; i < json_array_size(packets); i++)
		packet_print(json_array_get(packets, i), &out);
	if (has(json, "result"))
		bailey_out_printf(&out, "result: %s\n", get(json, "result"));
	tool_print_text(out.buf, out.len);
	bailey_out_destroy(&out);
}
