// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody wants to know, in the words of a match: "tcp from web1 to db1 port 5432".
 * Ends may also be interfaces, this machine, and endpoints or groups by their names.
 */
#include "filter.h"

#include "tool.h"
#include "engine/match_text.h"

/* The words on the command line, one after the other. */
struct cursor {
	int argc;
	char **argv;
	const char *usage;
};

static bool accept(struct cursor *cursor, const char *word)
{
	if (!cursor->argc || strcmp(cursor->argv[0], word))
		return false;
	cursor->argc--;
	cursor->argv++;
	return true;
}

static const char *take(struct cursor *cursor)
{
	if (!cursor->argc)
		return NULL;
	cursor->argc--;
	return *cursor->argv++;
}

static bool read_number(const char *word, size_t len, u32 max, u32 *value)
{
	return bailey_text_number(word, len, max, value);
}

static int read_ports(struct cursor *cursor, struct filter_end *end)
{
	const char *word = take(cursor), *dash = word ? strchr(word, '-') : NULL;
	u32 first, last;

	if (!word || !read_number(word, dash ? (size_t)(dash - word) : strlen(word), 65535,
				  &first))
		return tool_usage(cursor->usage, "a port is a number up to 65535, or two with '-'");
	last = first;
	if (dash && (!read_number(dash + 1, strlen(dash + 1), 65535, &last) || last < first))
		return tool_usage(cursor->usage, "'%s' is no range of ports", word);
	end->ports = true;
	end->first = first;
	end->last = last;
	return TOOL_OK;
}

/* A prefix, if the word is one. */
static bool read_prefix(const char *word, struct filter_end *end)
{
	const char *slash = strchr(word, '/');
	u32 bits, width;

	if (!bailey_text_addr(word, slash ? (u32)(slash - word) : (u32)strlen(word),
			      &end->family, &end->addr))
		return false;
	width = end->family == BAILEY_IPV4 ? 32 : 128;
	bits = width;
	if (slash && !read_number(slash + 1, strlen(slash + 1), width, &bits))
		return false;
	end->bits = bits;
	end->addr = bailey_prefix_mask(&end->addr, bits);
	end->kind = FILTER_ADDR;
	return true;
}

static int read_end(struct cursor *cursor, struct filter_end *end)
{
	static const struct {
		const char *word;
		enum filter_kind kind;
	} kinds[] = {
		{ "endpoint", FILTER_ENDPOINT }, { "group", FILTER_GROUP },
		{ "dev", FILTER_DEVICE },
	};
	const char *word = take(cursor);
	u32 i;

	if (!word)
		return tool_usage(cursor->usage, "from or to whom?");
	end->name = word;
	if (!strcmp(word, "any"))
		return TOOL_OK;
	if (!strcmp(word, "host")) {
		end->kind = FILTER_HOST;
		return TOOL_OK;
	}
	if (read_prefix(word, end))
		return TOOL_OK;
	end->kind = FILTER_ENDPOINT;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(word, kinds[i].word)) {
			end->kind = kinds[i].kind;
			end->name = take(cursor);
		}
	return end->name ? TOOL_OK : tool_usage(cursor->usage, "which %s?", word);
}

static int read_type(struct cursor *cursor, s16 *value, const char *what)
{
	const char *word = take(cursor);
	u32 number;

	if (!word || !read_number(word, strlen(word), 255, &number))
		return tool_usage(cursor->usage, "%s is a number up to 255", what);
	*value = number;
	return TOOL_OK;
}

/* One part; ports belong to the end before, without one to the destination. */
static int read_part(struct cursor *cursor, struct filter_words *words, u32 *end)
{
	if (accept(cursor, "from")) {
		*end = BAILEY_SRC;
		return read_end(cursor, &words->end[BAILEY_SRC]);
	}
	if (accept(cursor, "to")) {
		*end = BAILEY_DST;
		return read_end(cursor, &words->end[BAILEY_DST]);
	}
	if (accept(cursor, "port"))
		return read_ports(cursor, &words->end[*end]);
	if (accept(cursor, "type"))
		return read_type(cursor, &words->type, "a type");
	if (accept(cursor, "code"))
		return read_type(cursor, &words->code, "a code");
	return tool_usage(cursor->usage, "'%s' is not known here", cursor->argv[0]);
}

static int check(const struct filter_words *words, const char *usage)
{
	bool ports = words->end[0].ports || words->end[1].ports;

	if (ports && words->proto != BAILEY_PROTO_ANY && !bailey_proto_has_ports(words->proto))
		return tool_usage(usage, "this protocol has no ports");
	if (words->type != BAILEY_TYPE_ANY && words->proto != BAILEY_PROTO_ICMP &&
	    words->proto != BAILEY_PROTO_ICMPV6)
		return tool_usage(usage, "a type needs icmp or icmpv6");
	if (words->code != BAILEY_TYPE_ANY && words->type == BAILEY_TYPE_ANY)
		return tool_usage(usage, "a code needs a type");
	if (words->end[0].kind == FILTER_ADDR && words->end[1].kind == FILTER_ADDR &&
	    words->end[0].family != words->end[1].family)
		return tool_usage(usage, "from and to are of different families");
	return TOOL_OK;
}

/**
 * filter_parse() - read the words
 * @words: filled in; names point into @argv
 * @argc: how many there are
 * @argv: the words
 * @usage: shown if they are wrong
 *
 * Return: %TOOL_OK, or %TOOL_USAGE with a message printed.
 */
int filter_parse(struct filter_words *words, int argc, char **argv, const char *usage)
{
	struct cursor cursor = { argc, argv, usage };
	u32 end = BAILEY_DST;
	int status = TOOL_OK;

	*words = (struct filter_words){
		.proto = BAILEY_PROTO_ANY, .type = BAILEY_TYPE_ANY, .code = BAILEY_TYPE_ANY,
	};
	if (argc && bailey_proto_parse(argv[0], strlen(argv[0]), &words->proto))
		take(&cursor);
	while (cursor.argc && status == TOOL_OK)
		status = read_part(&cursor, words, &end);
	return status == TOOL_OK ? check(words, usage) : status;
}

static bool has_endpoint(const struct world_place *place, const char *name)
{
	u32 i;

	for (i = 0; i < place->addrs; i++)
		if (!strcmp(place->addr[i].name, name))
			return true;
	return false;
}

static bool is_member(const struct world *world, const struct world_place *place,
		      const char *name)
{
	u32 i, slot;

	for (i = 0; i < world->policies; i++) {
		const struct bailey_side *side = &place->side[i];
		const struct bailey_set *set = side->box ?
			side->attach ? side->attach->set : NULL : side->member;

		slot = bailey_policy_slot(world->policy[i], BAILEY_GROUP, name, strlen(name));
		if (set && slot != BAILEY_NO_SLOT && bailey_set_has(set, slot))
			return true;
	}
	return false;
}

static bool wants(const struct world *world, const struct world_place *place, u32 end,
		  const void *arg)
{
	const struct filter_words *words = arg;
	const struct filter_end *at = &words->end[end];
	u32 device;

	switch (at->kind) {
	case FILTER_ENDPOINT:
		return has_endpoint(place, at->name);
	case FILTER_GROUP:
		return is_member(world, place, at->name);
	case FILTER_DEVICE:
		device = world_device_find(world, at->name);
		return place->kind != WORLD_HOST &&
		       (place->device == device ||
			(place->device == device + 1 && world->device[device + 1].another));
	case FILTER_HOST:
		return place->kind == WORLD_HOST;
	default:
		return true;
	}
}

/* The addresses of an endpoint, wherever it is. */
static u32 endpoint_space(const struct world *world, struct spaces *spaces,
			  const char *name, enum space_field field)
{
	u32 i, bits, space = SPACE_NONE;

	for (i = 0; i < world->addrs; i++) {
		const struct world_addr *addr = &world->addr[i];

		if (strcmp(addr->name, name))
			continue;
		bits = addr->family == BAILEY_IPV4 ? 32 : 128;
		space = space_or(spaces, space,
				 space_prefix(spaces, field, addr->family, &addr->addr, bits));
	}
	return space;
}

static bool group_known(const struct world *world, const char *name)
{
	u32 i, slot;

	for (i = 0; i < world->policies; i++) {
		slot = bailey_policy_slot(world->policy[i], BAILEY_GROUP, name, strlen(name));
		if (bailey_policy_object(world->policy[i], BAILEY_GROUP, slot))
			return true;
	}
	return false;
}

/* What one end says of packets. */
static int end_look_up(const struct filter_end *end, struct spaces *spaces,
		       const struct world *world, u32 field, u32 *space)
{
	u32 other = SPACE_ALL;

	if (end->kind == FILTER_ENDPOINT) {
		other = endpoint_space(world, spaces, end->name, SPACE_SRC + field);
		if (other == SPACE_NONE)
			return tool_fail("there is no endpoint '%s'", end->name);
	} else if (end->kind == FILTER_GROUP) {
		if (!group_known(world, end->name))
			return tool_fail("there is no group '%s'", end->name);
	} else if (end->kind == FILTER_DEVICE) {
		if (world_device_find(world, end->name) == world->devices)
			return tool_fail("no line is about an interface '%s'", end->name);
	} else if (end->kind == FILTER_ADDR) {
		other = space_prefix(spaces, SPACE_SRC + field, end->family, &end->addr,
				     end->bits);
	}
	*space = space_and(spaces, *space, other);
	if (end->ports) {
		other = space_field(spaces, field ? SPACE_DPORT : SPACE_SPORT, end->first,
				    end->last);
		*space = space_and(spaces, *space, space_and(spaces, spaces->with_ports, other));
	}
	return TOOL_OK;
}

/**
 * filter_look_up() - make a filter of the words
 * @words: the words; must outlive the filter
 * @spaces: where
 * @world: what names mean
 * @filter: filled in
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed: a name means nothing.
 */
int filter_look_up(struct filter_words *words, struct spaces *spaces,
		   const struct world *world, struct reach_filter *filter)
{
	struct bailey_match match;
	int status;

	bailey_match_init(&match);
	match.proto = words->proto;
	match.type = words->type;
	match.code = words->code;
	if (words->proto == BAILEY_PROTO_ICMP || words->proto == BAILEY_PROTO_ICMPV6)
		match.families = words->proto == BAILEY_PROTO_ICMP ? BAILEY_FAMILY_IPV4 :
								     BAILEY_FAMILY_IPV6;
	filter->space = space_match(spaces, NULL, &match, false);
	filter->place = wants;
	filter->arg = words;
	status = end_look_up(&words->end[0], spaces, world, 0, &filter->space);
	return status == TOOL_OK ?
	       end_look_up(&words->end[1], spaces, world, 1, &filter->space) : status;
}
