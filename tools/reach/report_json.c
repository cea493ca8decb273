// SPDX-License-Identifier: GPL-2.0
/*
 * Places and lines as JSON; Documentation/reach.md has the schema.
 */
#include "report.h"

#include "space_bits.h"

static json_t *place_json(const struct reach *reach, const struct world_place *place)
{
	static const char * const kinds[] = {
		[WORLD_ENDPOINTS] = "endpoints", [WORLD_SUBNET] = "subnet",
		[WORLD_HOST] = "host",
	};
	const struct world_device *device = &reach->world->device[place->device];
	json_t *names = json_array();
	u32 i;

	for (i = 0; i < place->addrs; i++)
		if (!i || strcmp(place->addr[i].name, place->addr[i - 1].name))
			json_array_append_new(names, json_string(place->addr[i].name));
	return json_pack("{s:s, s:s, s:b, s:o}", "kind", kinds[place->kind],
			 "dev", device->label, "another", device->another,
			 "endpoints", names);
}

/**
 * report_json_pair() - an object about two places, to which more is added
 * @reach: knows the places
 * @pair: the places
 *
 * Return: the object, or NULL when memory is short.
 */
json_t *report_json_pair(const struct reach *reach, const struct reach_pair *pair)
{
	static const char * const hooks[] = {
		[BAILEY_HOOK_LOCAL_IN] = "in", [BAILEY_HOOK_LOCAL_OUT] = "out",
		[BAILEY_HOOK_FORWARD] = "forward",
	};

	return json_pack("{s:s, s:o, s:o}", "hook", hooks[pair->hook],
			 "from", place_json(reach, pair->from),
			 "to", place_json(reach, pair->to));
}

/* Addresses as strings, numbers as pairs of numbers. */
static json_t *list_json(const struct space_row *row, enum space_field field)
{
	const struct space_list *list = &row->field[field];
	u32 i, shift = 64 - space_bits[field].width;
	bool addr = field == SPACE_SRC || field == SPACE_DST;
	json_t *array = json_array();

	for (i = 0; i < list->count; i++) {
		const struct space_list one = { &list->range[i], 1, false };
		struct bailey_out out = {};

		if (addr) {
			space_list_print(&one, field, row, &out);
			json_array_append_new(array, json_string(out.buf ? out.buf : ""));
			bailey_out_destroy(&out);
			continue;
		}
		json_array_append_new(array, json_pack("[I, I]",
						       (json_int_t)(one.range->first.hi >> shift),
						       (json_int_t)(one.range->last.hi >> shift)));
	}
	return array;
}

/**
 * report_json_line() - a line
 * @line: the line
 *
 * Return: the object, or NULL when memory is short.
 */
json_t *report_json_line(const struct line *line)
{
	static const char * const name[SPACE_FIELDS] = {
		"proto", "dport", "from", "to", "sport", "ttl",
	};
	const struct space_row *row = line->row;
	json_t *object = json_pack("{s:s}", "text", line->text);
	json_t *families = json_array();
	u32 i;

	if (line->families & BAILEY_FAMILY_IPV4)
		json_array_append_new(families, json_integer(4));
	if (line->families & BAILEY_FAMILY_IPV6)
		json_array_append_new(families, json_integer(6));
	json_object_set_new(object, "family", families);
	for (i = 0; i < SPACE_FIELDS; i++) {
		bool end = i == SPACE_SRC || i == SPACE_DST;

		if (row->field[i].all || (end && line->whole[i == SPACE_DST]))
			continue;
		json_object_set_new(object, i == SPACE_DPORT && row->icmp ? "icmp" : name[i],
				    list_json(row, i));
	}
	return object;
}

/**
 * report_json_exempts() - names of exempt lines
 * @exempts: bit per &enum bailey_exempt
 *
 * Return: an array, or NULL when memory is short.
 */
json_t *report_json_exempts(u8 exempts)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (exempts & 1 << i)
			json_array_append_new(array, json_string(bailey_exempt_name(i)));
	return array;
}
