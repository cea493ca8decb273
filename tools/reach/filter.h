/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What somebody wants to know, in words: see filter.c.
 */
#ifndef BAILEY_TOOLS_FILTER_H
#define BAILEY_TOOLS_FILTER_H

#include "reach.h"

/**
 * enum filter_kind - how one end is named
 * @FILTER_ANY: not
 * @FILTER_ADDR: by a prefix
 * @FILTER_ENDPOINT: an endpoint
 * @FILTER_GROUP: whoever is a member of a group
 * @FILTER_DEVICE: whatever is behind an interface
 * @FILTER_HOST: this machine
 */
enum filter_kind {
	FILTER_ANY,
	FILTER_ADDR,
	FILTER_ENDPOINT,
	FILTER_GROUP,
	FILTER_DEVICE,
	FILTER_HOST,
};

/**
 * struct filter_end - one end
 * @kind: &enum filter_kind
 * @name: of the endpoint, group or interface; the prefix as it was written
 * @family: of the prefix
 * @addr: its network
 * @bits: its length
 * @ports: ports were given
 * @first: the lowest
 * @last: the highest
 */
struct filter_end {
	enum filter_kind kind;
	const char *name;
	u8 family;
	struct bailey_addr addr;
	u8 bits;
	bool ports;
	u16 first;
	u16 last;
};

/**
 * struct filter_words - the words, read but not looked up yet
 * @end: source and destination
 * @proto: protocol, or %BAILEY_PROTO_ANY
 * @type: ICMP type, or %BAILEY_TYPE_ANY
 * @code: ICMP code, or %BAILEY_TYPE_ANY
 */
struct filter_words {
	struct filter_end end[2];
	u16 proto;
	s16 type;
	s16 code;
};

/**
 * filter_endpoint() - the endpoint by which an end is named
 * @words: the words
 * @end: 0 for the source, 1 for the destination
 *
 * Return: its name, or NULL if it is named otherwise.
 */
static inline const char *filter_endpoint(const struct filter_words *words, u32 end)
{
	return words->end[end].kind == FILTER_ENDPOINT ? words->end[end].name : NULL;
}

int filter_parse(struct filter_words *words, int argc, char **argv, const char *usage);
int filter_look_up(struct filter_words *words, struct spaces *spaces,
		   const struct world *world, struct reach_filter *filter);

#endif /* BAILEY_TOOLS_FILTER_H */
