// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation's lines as JSON: one object for the request, one for the
 * response, each with the questions in order.
 */
#include "tool.h"

/* A line being read from its left end. */
struct cursor {
	char *at;
};

static bool take(struct cursor *c, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(c->at, word, len))
		return false;
	c->at += len;
	return true;
}

/* What stands before a separator; all of the line where there is none. */
static char *until(struct cursor *c, const char *separator)
{
	char *start = c->at, *end = strstr(c->at, separator);

	if (!end) {
		c->at += strlen(c->at);
		return start;
	}
	*end = '\0';
	c->at = end + strlen(separator);
	return start;
}

static void set_string(json_t *json, const char *key, const char *value)
{
	json_object_set_new(json, key, tool_json_string(value, strlen(value)));
}

static json_t *split_names(char *names)
{
	json_t *list = json_array();
	char *name;

	while ((name = strsep(&names, ",")))
		json_array_append_new(list, json_string(name));
	return list;
}

/* "groups a,b in[ (asked about the request)]: RULE" */
static void group_question(struct cursor *c, json_t *step)
{
	set_string(step, "layer", "groups");
	json_object_set_new(step, "groups", split_names(until(c, " ")));
	set_string(step, "direction", take(c, "in") ? "in" : "out");
	take(c, "out");
	json_object_set_new(step, "about_request",
			    json_boolean(take(c, " (asked about the request)")));
	take(c, ": ");
	set_string(step, "rule", c->at);
}

/* "acl NAME in RULE" */
static void acl_question(struct cursor *c, json_t *step)
{
	set_string(step, "layer", "acl");
	set_string(step, "acl", until(c, " "));
	set_string(step, "direction", until(c, " "));
	set_string(step, "rule", c->at);
}

static char *cut_answer(char *line)
{
	char *arrow = NULL, *at;

	for (at = line; (at = strstr(at, " -> ")); at++)
		arrow = at;
	if (!arrow)
		return NULL;
	*arrow = '\0';
	return arrow + strlen(" -> ");
}

/* "source, the subnet behind eth0: [endpoint NAME, ]QUESTION -> ANSWER" */
static json_t *step_json(char *line)
{
	char *answer = cut_answer(line);
	json_t *step = json_object();
	struct cursor c = { line };

	set_string(step, "side", until(&c, ", the "));
	set_string(step, "protects", until(&c, " behind "));
	set_string(step, "dev", until(&c, ": "));
	if (take(&c, "endpoint "))
		set_string(step, "endpoint", until(&c, ", "));
	if (take(&c, "groups "))
		group_question(&c, step);
	else if (take(&c, "acl "))
		acl_question(&c, step);
	if (answer)
		set_string(step, "answer", answer);
	return step;
}

static void verdict_json(json_t *half, struct cursor *c)
{
	set_string(half, "verdict", until(c, ", "));
	if (*c->at)
		set_string(half, "reason", c->at);
}

/* A line below "request:" or "response:". */
static void half_line(json_t *half, char *line)
{
	struct cursor c = { line };

	if (take(&c, "verdict: "))
		verdict_json(half, &c);
	else if (take(&c, "connection: "))
		set_string(half, "connection", c.at);
	else if (take(&c, "sends: "))
		set_string(half, "sends", c.at);
	else if (take(&c, "not tracked"))
		json_object_set_new(half, "tracked", json_false());
	else if (take(&c, "exempt "))
		set_string(half, "exempt", c.at);
	else if (strstr(line, ", the ") && strstr(line, " -> "))
		json_array_append_new(json_object_get(half, "steps"), step_json(line));
	else
		set_string(half, "remark", line);
}

static json_t *half_json(json_t *json, const char *key, const char *packet)
{
	json_t *half = json_object();

	set_string(half, "packet", packet);
	json_object_set_new(half, "steps", json_array());
	json_object_set_new(json, key, half);
	return half;
}

/**
 * tool_explain_json() - an explanation as JSON
 * @text: the answer of the module or of bailey_explain()
 * @len: its length
 *
 * Return: a new object.
 */
json_t *tool_explain_json(const char *text, size_t len)
{
	char *copy = strndup(len ? text : "", len), *rest = copy, *line;
	json_t *json = json_object(), *half = NULL;

	while (copy && (line = strsep(&rest, "\n"))) {
		struct cursor c = { line };

		if (take(&c, "request: "))
			half = half_json(json, "request", c.at);
		else if (take(&c, "response: "))
			half = half_json(json, "response", c.at);
		else if (take(&c, "result: "))
			set_string(json, "result", c.at);
		else if (half && take(&c, "  "))
			half_line(half, c.at);
	}
	free(copy);
	return json;
}
