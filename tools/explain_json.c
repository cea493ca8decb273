// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation's lines as a document, which Documentation/explain.md describes and
 * explain_show.c prints for people. The lines come from the module, or from the engine
 * in this program: the text is the same (ABI/procfs-bailey-explain). A word in
 * front says what a line is about, pairs of a key and a value follow, and "rule" takes
 * the rest. Keys that are not known are passed over.
 */
#include "tool.h"

/* Set a member to a string, or to null where there is none. */
static void set_string(json_t *json, const char *key, const char *value)
{
	json_object_set_new(json, key, value ? tool_json_string(value, strlen(value)) :
					       json_null());
}

static void set_number(json_t *json, const char *key, const char *value)
{
	json_object_set_new(json, key, value ? json_integer(strtoul(value, NULL, 10)) :
					       json_null());
}

/* Cut the next word off a line; NULL at its end. */
static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " ");
	while (word && !*word);
	return word;
}

#define PAIRS_MAX	24

/* The pairs of a line. */
struct pairs {
	u32 count;
	const char *key[PAIRS_MAX];
	const char *value[PAIRS_MAX];
};

static void read_pairs(struct pairs *pairs, char *rest)
{
	char *key, *value;

	pairs->count = 0;
	while (pairs->count < PAIRS_MAX && (key = next_word(&rest))) {
		value = strcmp(key, "rule") ? next_word(&rest) : rest;
		if (!value)
			return;
		pairs->key[pairs->count] = key;
		pairs->value[pairs->count++] = value;
		if (value == rest)
			return;
	}
}

static const char *find(const struct pairs *pairs, const char *key)
{
	u32 i;

	for (i = 0; i < pairs->count; i++)
		if (!strcmp(pairs->key[i], key))
			return pairs->value[i];
	return NULL;
}

/* One end of the packet in words: "from ADDR [port N]", already behind its word. */
static void end_json(json_t *packet, char **rest, const char *addr, const char *port)
{
	char *ahead;

	set_string(packet, addr, next_word(rest));
	json_object_set_new(packet, port, json_null());
	if (!*rest || strncmp(*rest, "port ", 5))
		return;
	*rest += 5;
	ahead = next_word(rest);
	set_number(packet, port, ahead);
}

/* "PROTO from ADDR [port N] to ADDR [port N] [fragment] [type T code C] [in IF] [out IF]" */
static json_t *packet_json(char *text)
{
	json_t *json = json_object();
	char *rest = text, *word;

	set_string(json, "text", text);
	set_string(json, "protocol", next_word(&rest));
	next_word(&rest);
	end_json(json, &rest, "from", "from_port");
	next_word(&rest);
	end_json(json, &rest, "to", "to_port");
	json_object_set_new(json, "fragment", json_false());
	set_number(json, "type", NULL);
	set_number(json, "code", NULL);
	set_string(json, "in", NULL);
	set_string(json, "out", NULL);
	while ((word = next_word(&rest))) {
		if (!strcmp(word, "fragment"))
			json_object_set_new(json, word, json_true());
		else if (!strcmp(word, "type") || !strcmp(word, "code"))
			set_number(json, word, next_word(&rest));
		else if (!strcmp(word, "in") || !strcmp(word, "out"))
			set_string(json, word, next_word(&rest));
	}
	return json;
}

static json_t *names_json(const char *names)
{
	json_t *list;
	char *copy, *rest, *name;

	if (!names)
		return json_null();
	list = json_array();
	copy = strdup(names);
	rest = copy;
	while ((name = strsep(&rest, ",")))
		json_array_append_new(list, json_string(name));
	free(copy);
	return list;
}

/* "100 allow tcp to any port 443", "allow udp", "* deny" */
static json_t *rule_json(const struct pairs *pairs)
{
	const char *text = find(pairs, "rule");
	json_t *json;
	char *end;
	unsigned long number;

	if (!text)
		return json_null();
	json = json_object();
	number = strtoul(text, &end, 10);
	set_string(json, "text", text);
	json_object_set_new(json, "number", end == text ? json_null() : json_integer(number));
	set_string(json, "group", find(pairs, "group"));
	return json;
}

static json_t *question_json(const char *layer, const struct pairs *pairs)
{
	json_t *json = json_object();
	const char *about = find(pairs, "about");

	set_string(json, "layer", layer);
	set_string(json, "side", find(pairs, "side"));
	set_string(json, "direction", find(pairs, "dir"));
	set_string(json, "protects", find(pairs, "protects"));
	set_string(json, "dev", find(pairs, "dev"));
	set_string(json, "endpoint", find(pairs, "endpoint"));
	set_string(json, "acl", find(pairs, "acl"));
	json_object_set_new(json, "groups", names_json(find(pairs, "groups")));
	set_string(json, "answer", find(pairs, "answer"));
	set_string(json, "why", find(pairs, "why"));
	json_object_set_new(json, "about_request",
			    json_boolean(about && !strcmp(about, "request")));
	json_object_set_new(json, "rule", rule_json(pairs));
	json_object_set_new(json, "near_misses", json_array());
	json_object_set_new(json, "near_misses_left_out", json_integer(0));
	return json;
}

static void near_json(json_t *packet, const char *word, const struct pairs *pairs)
{
	json_t *questions = json_object_get(packet, "questions");
	size_t count = json_array_size(questions);
	json_t *question = json_array_get(questions, count ? count - 1 : 0);
	json_t *json;

	if (!question)
		return;
	if (!strcmp(word, "near-more")) {
		set_number(question, "near_misses_left_out", find(pairs, "count"));
		return;
	}
	json = json_object();
	set_string(json, "field", find(pairs, "field"));
	set_string(json, "value", find(pairs, "value"));
	json_object_set_new(json, "rule", rule_json(pairs));
	json_array_append_new(json_object_get(question, "near_misses"), json);
}

static void verdict_json(json_t *packet, const char *verdict, const struct pairs *pairs)
{
	set_string(packet, "verdict", verdict);
	set_string(packet, "reason", find(pairs, "reason"));
	set_string(packet, "code", find(pairs, "code"));
	set_string(packet, "aws_code", find(pairs, "aws"));
	set_string(packet, "sends", find(pairs, "sends"));
}

static void conn_json(json_t *packet, const struct pairs *pairs)
{
	json_t *json = json_object();

	set_string(json, "answer", find(pairs, "answer"));
	set_string(json, "state", find(pairs, "state"));
	set_string(json, "part", find(pairs, "part"));
	json_object_set_new(packet, "connection", json);
}

/* A line below that of a packet. */
static void fact_json(json_t *packet, char *line)
{
	char *rest = line, *word = next_word(&rest), *first = NULL;
	struct pairs pairs;

	if (!word)
		return;
	if (!strcmp(word, "ask") || !strcmp(word, "verdict"))
		first = next_word(&rest);
	read_pairs(&pairs, rest);
	if (!strcmp(word, "ask") && first)
		json_array_append_new(json_object_get(packet, "questions"),
				      question_json(first, &pairs));
	else if (!strcmp(word, "verdict") && first)
		verdict_json(packet, first, &pairs);
	else if (!strcmp(word, "connection"))
		conn_json(packet, &pairs);
	else if (!strcmp(word, "exempt") || !strcmp(word, "default"))
		set_string(packet, word, find(&pairs, "answer"));
	else if (!strncmp(word, "near", 4))
		near_json(packet, word, &pairs);
}

static json_t *begin_packet(json_t *packets, const char *part, char *text)
{
	json_t *json = json_object();

	set_string(json, "part", part);
	json_object_set_new(json, "packet", packet_json(text));
	json_object_set_new(json, "questions", json_array());
	json_array_append_new(packets, json);
	return json;
}

/**
 * tool_explain_json() - an explanation as a document
 * @text: the answer of the module or of bailey_explanation_print()
 * @len: its length
 *
 * Return: a new object; without "result" if the text has none.
 */
json_t *tool_explain_json(const char *text, size_t len)
{
	char *copy = strndup(len ? text : "", len), *rest = copy, *line, *word;
	json_t *json = json_object(), *packets = json_array(), *packet = NULL;

	json_object_set_new(json, "version", json_integer(TOOL_EXPLAIN_VERSION));
	json_object_set_new(json, "packets", packets);
	while (copy && (line = strsep(&rest, "\n"))) {
		if (*line == ' ' && packet) {
			fact_json(packet, line);
			continue;
		}
		word = strsep(&line, " ");
		if (line && !strcmp(word, "result"))
			set_string(json, "result", line);
		else if (line)
			packet = begin_packet(packets, word, line);
	}
	free(copy);
	return json;
}
