// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of rules, as the module's stats file has them.
 */
#include "tool.h"

#define HEAD_WORDS	10	/* rule KIND NAME DIR packets N bytes N last AGO: */

static json_t *number_json(const char *word)
{
	unsigned long long value;
	char *end;

	if (*word < '0' || *word > '9')
		return json_null();
	value = strtoull(word, &end, 10);
	return *end && *end != ':' && *end != ' ' ? json_null() : json_integer(value);
}

/* Cut the head of a line into words; false if it is not about a rule. */
static bool head_split(char *line, char **word, char **rest)
{
	static const char * const fixed[HEAD_WORDS] = {
		[0] = "rule", [4] = "packets", [6] = "bytes", [8] = "last"
	};
	int i;

	for (i = 0; i < HEAD_WORDS; i++) {
		word[i] = strsep(&line, " ");
		if (!word[i] || (fixed[i] && strcmp(word[i], fixed[i])))
			return false;
	}
	*rest = line ? line : "";
	return true;
}

/**
 * tool_counters_line() - read one line about a rule
 * @line: "rule KIND NAME DIR packets N bytes N last AGO: RULE"
 * @len: its length
 * @rule: filled in with a new object
 *
 * Return: false if the line is about something else.
 */
bool tool_counters_line(const char *line, size_t len, json_t **rule)
{
	char *copy = strndup(line, len), *word[HEAD_WORDS], *rest;
	bool ok = copy && head_split(copy, word, &rest);

	if (ok)
		*rule = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o}",
				  "object", word[1], "name", word[2],
				  "direction", word[3],
				  "number", number_json(rest), "rule", rest,
				  "packets", number_json(word[5]),
				  "bytes", number_json(word[7]),
				  "last_seconds_ago", number_json(word[9]));
	free(copy);
	return ok && *rule;
}

static void key_print(char *key, size_t size, const char *kind, const char *name,
		      const char *dir)
{
	snprintf(key, size, "%s %s %s", kind, name, dir);
}

static void collect(json_t *lists, json_t *rule)
{
	char key[BAILEY_NAME_MAX + 32];
	json_t *list;

	key_print(key, sizeof(key), json_string_value(json_object_get(rule, "object")),
		  json_string_value(json_object_get(rule, "name")),
		  json_string_value(json_object_get(rule, "direction")));
	json_object_del(rule, "object");
	json_object_del(rule, "name");
	json_object_del(rule, "direction");
	json_object_del(rule, "number");
	json_object_del(rule, "rule");
	list = json_object_get(lists, key);
	if (!list) {
		list = json_array();
		json_object_set_new(lists, key, list);
	}
	json_array_append_new(list, rule);
}

/**
 * tool_counters_read() - counters of all rules
 * @counters: filled in with a new object, for tool_counters_find()
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_counters_read(json_t **counters)
{
	struct bailey_out text = {};
	int status = tool_proc_get("stats", &text);
	const char *rest = text.buf, *line;
	size_t rest_len = text.len, len;
	json_t *rule;

	*counters = json_object();
	while (tool_next_line(&rest, &rest_len, &line, &len))
		if (tool_counters_line(line, len, &rule))
			collect(*counters, rule);
	bailey_out_destroy(&text);
	return status;
}

/**
 * tool_counters_find() - counters of one rule
 * @counters: of all rules, or NULL
 * @object: the object it is in
 * @dir: its direction
 * @index: its place there
 *
 * Return: an object with packets, bytes and last_seconds_ago, which stays
 * @counters'; NULL when there is none.
 */
json_t *tool_counters_find(json_t *counters, const struct bailey_object *object,
			   int dir, u32 index)
{
	char key[BAILEY_NAME_MAX + 32];

	if (!counters)
		return NULL;
	key_print(key, sizeof(key), bailey_kind_name(object->kind), object->name,
		  dir == BAILEY_IN ? "in" : "out");
	return json_array_get(json_object_get(counters, key), index);
}
