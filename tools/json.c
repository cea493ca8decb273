// SPDX-License-Identifier: GPL-2.0
/*
 * Policies as JSON: rules, peers, ports.
 *
 * Values that have a structure in the language have one here, too: a peer is an
 * object with its kind, a range of ports has a first and a last. What a rule
 * leaves open is null.
 */
#include "tool.h"
#include "engine/match_text.h"

/**
 * tool_json_print() - print a document and free it
 * @json: the document; NULL when memory ran out on the way
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_json_print(json_t *json)
{
	size_t flags = JSON_ENCODE_ANY | (tool_options.pretty ? JSON_INDENT(4) : JSON_COMPACT);

	if (!json)
		return tool_fail("out of memory");
	json_dumpf(json, stdout, flags);
	putchar('\n');
	json_decref(json);
	return TOOL_OK;
}

/**
 * tool_json_string() - a string of any bytes
 * @text: the bytes
 * @len: how many
 *
 * Return: a new string; if they are not UTF-8, each that is not printable ASCII
 * becomes '?'.
 */
json_t *tool_json_string(const char *text, size_t len)
{
	json_t *json = json_stringn(text, len);
	char *copy = json ? NULL : malloc(len + 1);
	size_t i;

	if (json)
		return json;
	if (!copy)
		return NULL;
	for (i = 0; i < len; i++)
		copy[i] = (u8)text[i] < ' ' || (u8)text[i] >= 0x7f ? '?' : text[i];
	json = json_stringn(copy, len);
	free(copy);
	return json;
}

static json_t *prefix_json(u8 family, const struct bailey_addr *addr, u8 bits)
{
	struct bailey_out out = {};
	json_t *json;

	bailey_out_addr(&out, family, addr);
	bailey_out_printf(&out, "/%u", bits);
	json = out.failed ? NULL : json_string(out.buf);
	bailey_out_destroy(&out);
	return json;
}

static const char *slot_name(const struct bailey_policy *policy,
			     enum bailey_kind kind, u32 slot)
{
	const struct bailey_object *object = bailey_policy_object(policy, kind, slot);

	return object ? object->name : "";
}

/* One side of a match. */
static json_t *peer_json(const struct bailey_policy *policy,
			 const struct bailey_peer *peer)
{
	switch (peer->kind) {
	case BAILEY_PEER_CIDR:
		return json_pack("{s:s, s:o}", "kind", "cidr", "cidr",
				 prefix_json(peer->family, &peer->addr, peer->bits));
	case BAILEY_PEER_PREFIX_LIST:
		return json_pack("{s:s, s:s}", "kind", "prefix_list", "name",
				 slot_name(policy, BAILEY_PREFIX_LIST, peer->slot));
	case BAILEY_PEER_GROUP:
		return json_pack("{s:s, s:s}", "kind", "group", "name",
				 slot_name(policy, BAILEY_GROUP, peer->slot));
	default:
		return json_pack("{s:s}", "kind", "any");
	}
}

static json_t *ports_json(bool given, u16 first, u16 last)
{
	if (!given)
		return json_null();
	return json_pack("{s:i, s:i}", "first", first, "last", last);
}

static json_t *open_json(s16 value)
{
	return value == BAILEY_TYPE_ANY ? json_null() : json_integer(value);
}

static json_t *proto_json(u16 proto)
{
	const char *name = bailey_proto_name(proto);
	char number[8];

	if (proto == BAILEY_PROTO_ANY)
		return json_string("any");
	if (name)
		return json_string(name);
	snprintf(number, sizeof(number), "%u", proto);
	return json_string(number);
}

static const char *family_name(u8 families)
{
	if (families == BAILEY_FAMILY_IPV4)
		return "ipv4";
	return families == BAILEY_FAMILY_IPV6 ? "ipv6" : "any";
}

/* Which packets a rule is about: one member for each part of the match. */
static void match_json(json_t *rule, const struct bailey_policy *policy,
		       const struct bailey_match *match)
{
	json_object_set_new(rule, "family", json_string(family_name(match->families)));
	json_object_set_new(rule, "protocol", proto_json(match->proto));
	json_object_set_new(rule, "from", peer_json(policy, &match->from));
	json_object_set_new(rule, "from_ports",
			    ports_json(match->sport_given, match->sport_first,
				       match->sport_last));
	json_object_set_new(rule, "to", peer_json(policy, &match->to));
	json_object_set_new(rule, "to_ports",
			    ports_json(match->dport_given, match->dport_first,
				       match->dport_last));
	json_object_set_new(rule, "type", open_json(match->type));
	json_object_set_new(rule, "code", open_json(match->code));
}

/**
 * tool_json_set() - names of groups
 * @policy: the policy
 * @set: the groups, or NULL for none
 *
 * Return: a new array.
 */
json_t *tool_json_set(const struct bailey_policy *policy,
		      const struct bailey_set *set)
{
	json_t *names = json_array();
	u32 i;

	for (i = 0; set && i < set->count; i++)
		json_array_append_new(names, json_string(slot_name(policy, BAILEY_GROUP,
								   set->slot[i])));
	return names;
}

static json_t *rule_json(const struct tool_view *view, const struct bailey_rule *rule)
{
	json_t *json = json_object();
	struct bailey_match match;

	if (rule->number)
		json_object_set_new(json, "number", json_integer(rule->number));
	json_object_set_new(json, "action", json_string(bailey_action_name(rule->action)));
	bailey_rule_match(rule, &match);
	match_json(json, view->policy, &match);
	return json;
}

/**
 * tool_json_rules() - the rules of one direction
 * @view: the policy, and counters if they are shown
 * @object: whose rules
 * @rules: the rules
 * @dir: %BAILEY_IN or %BAILEY_OUT
 *
 * Return: a new array.
 */
json_t *tool_json_rules(const struct tool_view *view,
			const struct bailey_object *object,
			const struct bailey_rules *rules, int dir)
{
	json_t *list = json_array(), *count, *json;
	u32 i;

	for (i = 0; i < rules->count; i++) {
		json = rule_json(view, bailey_rules_at(rules, i));
		count = tool_counters_find(view->counters, object, dir, i);
		if (count)
			json_object_update(json, count);
		json_array_append_new(list, json);
	}
	return list;
}
