// SPDX-License-Identifier: GPL-2.0
/*
 * Fields of JSON objects, as AWS's tools and others write their names: GroupId,
 * groupId and group_id are one. null and "" are as good as nothing.
 */
#include <ctype.h>

#include "aws.h"

/* Longest value of a tag that is kept. */
#define TAG_MAX		200

/**
 * aws_key_is() - is a key this name?
 * @key: as it stands in the JSON
 * @name: the name
 *
 * Return: true if they differ in upper and lower case, "_" and "-" only.
 */
bool aws_key_is(const char *key, const char *name)
{
	for (;; key++) {
		if (*key == '_' || *key == '-')
			continue;
		if (tolower((u8)*key) != tolower((u8)*name))
			return false;
		if (!*name++)
			return true;
	}
}

static bool is_nothing(const json_t *json)
{
	return json_is_null(json) || (json_is_string(json) && !json_string_length(json));
}

/**
 * aws_get() - a field of an object
 * @at: the object
 * @name: its name
 * @child: filled in
 *
 * Return: false if it is not there, or nothing is in it.
 */
bool aws_get(const struct aws_at *at, const char *name, struct aws_at *child)
{
	json_t *json = json_object_get(at->json, name);
	const char *key = name;
	json_t *other;

	child->up = at;
	child->key = name;
	child->json = json;
	if (json)
		return !is_nothing(json);
	json_object_foreach(at->json, key, other) {
		if (!aws_key_is(key, name))
			continue;
		child->key = key;
		child->json = other;
		return !is_nothing(other);
	}
	return false;
}

/**
 * aws_item() - an element of an array
 * @list: the array
 * @index: which one
 * @item: filled in
 */
void aws_item(const struct aws_at *list, size_t index, struct aws_at *item)
{
	item->up = list;
	item->key = NULL;
	item->index = index;
	item->json = json_array_get(list->json, index);
}

static const char *type_name(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	default:
		return "null";
	}
}

/**
 * aws_object_needed() - refuse what is no object
 * @aws: the import
 * @at: the value
 *
 * Return: true if it is one.
 */
bool aws_object_needed(struct aws_import *aws, const struct aws_at *at)
{
	if (json_is_object(at->json))
		return true;
	aws_refuse(aws, at, "an object should stand here, not %s", type_name(at->json));
	return false;
}

/**
 * aws_string() - a string
 * @aws: the import; another type is refused
 * @at: the object
 * @name: the field
 *
 * Return: the string, or NULL.
 */
const char *aws_string(struct aws_import *aws, const struct aws_at *at, const char *name)
{
	struct aws_at child;

	if (!aws_get(at, name, &child))
		return NULL;
	if (!json_is_string(child.json)) {
		aws_refuse(aws, &child, "a string should stand here, not %s",
			   type_name(child.json));
		return NULL;
	}
	if (strlen(json_string_value(child.json)) != json_string_length(child.json)) {
		aws_refuse(aws, &child, "there is a NUL character in it");
		return NULL;
	}
	return json_string_value(child.json);
}

/**
 * aws_number() - a whole number
 * @aws: the import; another type is refused
 * @at: the object
 * @name: the field
 * @value: filled in if it is there
 *
 * Return: true if it is there.
 */
bool aws_number(struct aws_import *aws, const struct aws_at *at, const char *name,
		s64 *value)
{
	struct aws_at child;

	if (!aws_get(at, name, &child))
		return false;
	if (!json_is_integer(child.json)) {
		aws_refuse(aws, &child, "a whole number should stand here, not %s",
			   json_is_real(child.json) ? "a fraction" : type_name(child.json));
		return false;
	}
	*value = json_integer_value(child.json);
	return true;
}

/**
 * aws_flag() - true or false
 * @aws: the import; another type is refused
 * @at: the object
 * @name: the field
 * @value: filled in if it is there
 *
 * Return: true if it is there.
 */
bool aws_flag(struct aws_import *aws, const struct aws_at *at, const char *name,
	      bool *value)
{
	struct aws_at child;

	if (!aws_get(at, name, &child))
		return false;
	if (!json_is_boolean(child.json)) {
		aws_refuse(aws, &child, "true or false should stand here, not %s",
			   type_name(child.json));
		return false;
	}
	*value = json_is_true(child.json);
	return true;
}

/**
 * aws_array() - a list
 * @aws: the import; another type is refused
 * @at: the object
 * @name: the field
 * @list: filled in
 *
 * Return: how many elements it has, 0 if it is not there.
 */
size_t aws_array(struct aws_import *aws, const struct aws_at *at, const char *name,
		 struct aws_at *list)
{
	if (!aws_get(at, name, list))
		return 0;
	if (json_is_array(list->json))
		return json_array_size(list->json);
	aws_refuse(aws, list, "a list should stand here, not %s", type_name(list->json));
	return 0;
}

static bool is_empty(const json_t *json)
{
	return is_nothing(json) || (json_is_array(json) && !json_array_size(json)) ||
	       (json_is_object(json) && !json_object_size(json));
}

/* What changes no rule's meaning, wherever it stands. */
static bool is_harmless(const char *key)
{
	static const char * const names[] = {
		"Description", "Tags", "TagSet", "Comment", "SecurityGroupRuleId",
		"SecurityGroupRuleArn", "Arn", NULL
	};
	size_t i;

	for (i = 0; names[i]; i++)
		if (aws_key_is(key, names[i]))
			return true;
	return false;
}

static bool is_among(const char *key, const char * const *names)
{
	for (; *names; names++)
		if (aws_key_is(key, *names))
			return true;
	return false;
}

/**
 * aws_only() - refuse a rule that says more than is understood
 * @aws: the import
 * @at: the rule, an object
 * @names: its fields that are understood, ended by NULL
 */
void aws_only(struct aws_import *aws, const struct aws_at *at, const char * const *names)
{
	const char *key;
	json_t *json;

	json_object_foreach(at->json, key, json) {
		struct aws_at child = { .up = at, .key = key, .json = json };

		if (!is_empty(json) && !is_among(key, names) && !is_harmless(key))
			aws_refuse(aws, &child,
				   "this field is unknown, and may change what the rule means");
	}
}

static bool contains(const char *key, const char *word)
{
	for (; *key; key++)
		if (!strncasecmp(key, word, strlen(word)))
			return true;
	return false;
}

/**
 * aws_none_like() - refuse what looks like rules that are not understood
 * @aws: the import
 * @at: an object with rules
 * @known: fields that are understood or mean nothing, ended by NULL
 * @words: what the name of such a field has in it, ended by NULL
 *
 * All other fields pass.
 */
void aws_none_like(struct aws_import *aws, const struct aws_at *at,
		   const char * const *known, const char * const *words)
{
	const char *key;
	json_t *json;
	size_t i;

	json_object_foreach(at->json, key, json) {
		struct aws_at child = { .up = at, .key = key, .json = json };

		if (is_empty(json) || is_among(key, known))
			continue;
		for (i = 0; words[i]; i++)
			if (contains(key, words[i]))
				break;
		if (words[i])
			aws_refuse(aws, &child, "this field is unknown, and looks like rules");
	}
}

static void read_tag(struct bailey_out *tags, const char *key, const char *value,
		     struct aws_object *object)
{
	if (!strcmp(key, "Name") && *value && !object->name)
		object->name = aws_copy(value);
	bailey_out_printf(tags, "%s%.*s=%.*s", tags->len ? ", " : "", TAG_MAX, key, TAG_MAX,
			  value);
}

/* Tags are notes of people: what is no tag is passed over. */
static void read_tags(const struct aws_at *at, struct aws_object *object)
{
	struct bailey_out tags = {};
	struct aws_at list;
	size_t i;

	if (!aws_get(at, "Tags", &list) && !aws_get(at, "TagSet", &list))
		return;
	for (i = 0; i < json_array_size(list.json); i++) {
		struct aws_at item, key, value;

		aws_item(&list, i, &item);
		if (!json_is_object(item.json) || !aws_get(&item, "Key", &key) ||
		    !json_is_string(key.json))
			continue;
		if (!aws_get(&item, "Value", &value) || !json_is_string(value.json))
			value.json = NULL;
		read_tag(&tags, json_string_value(key.json),
			 value.json ? json_string_value(value.json) : "", object);
	}
	object->tags = aws_copy(tags.buf);
	bailey_out_destroy(&tags);
}

/**
 * aws_head() - what all objects have
 * @aws: the import
 * @at: the object
 * @object: filled in, but for its id
 */
void aws_head(struct aws_import *aws, const struct aws_at *at, struct aws_object *object)
{
	object->where = aws_where(aws, at);
	object->vpc = aws_copy(aws_string(aws, at, "VpcId"));
	object->text = aws_copy(aws_string(aws, at, "Description"));
	read_tags(at, object);
}
