// SPDX-License-Identifier: GPL-2.0
/*
 * Who is behind which interface.
 *
 * A place is an interface's name that endpoint lines mention; it has a number as
 * long as there is such a line. All endpoints of a policy are in one map, by the
 * number of their place and an address, so that ten thousand of them are found as
 * fast as ten, behind one interface or behind as many, and a change of one touches
 * one leaf. The maps hold no references: the policy's endpoints are the policy's.
 */
#include "places.h"

/* A place in the map of places. */
struct place_entry {
	u32 hash;
	u32 id;
	u32 count;	/* of addresses there */
	u32 unused;
	char dev[BAILEY_IFNAME_MAX + 1];
};

/* An address in the map of members. */
struct member_entry {
	u32 hash;
	u32 where;
	struct bailey_addr addr;
	const struct bailey_endpoint *endpoint;
	const struct bailey_set *set;	/* the endpoint's */
};

static_assert(sizeof(struct place_entry) % 8 == 0);
static_assert(sizeof(struct member_entry) % 8 == 0);

static u32 dev_hash(u64 seed, const char *dev)
{
	u64 word[2] = { 0, 0 };

	static_assert(sizeof(word) == BAILEY_IFNAME_MAX + 1);
	memcpy(word, dev, strlen(dev));
	return bailey_hash(seed, word[0], word[1]);
}

/* A place's number and a family as one number. */
static u32 where_of(u32 place, u8 family)
{
	return place << 1 | (family == BAILEY_IPV6);
}

static u32 member_hash(u64 seed, u32 where, const struct bailey_addr *addr)
{
	return bailey_hash(seed, bailey_hash(seed, addr->hi, where), addr->lo);
}

/**
 * bailey_places_init() - begin without endpoints
 * @places: filled in
 * @seed: for hashes
 */
void bailey_places_init(struct bailey_places *places, u64 seed)
{
	memset(places, 0, sizeof(*places));
	places->seed = seed;
	places->next_id = BAILEY_NO_PLACE + 1;
	bailey_map_init(&places->by_dev, sizeof(struct place_entry));
	bailey_map_init(&places->member, sizeof(struct member_entry));
}

/**
 * bailey_places_clone() - the places of a changed copy of a policy
 * @to: filled in
 * @from: of a sealed policy
 */
void bailey_places_clone(struct bailey_places *to, const struct bailey_places *from)
{
	bailey_places_init(to, from->seed);
	to->next_id = from->next_id;
	bailey_map_clone(&to->by_dev, &from->by_dev);
	bailey_map_clone(&to->member, &from->member);
}

static void drop_idle(struct bailey_places *places)
{
	bailey_free(places->idle);
	places->idle = NULL;
	places->idle_count = 0;
	places->idle_cap = 0;
}

/**
 * bailey_places_destroy() - forget all places
 * @places: the places
 */
void bailey_places_destroy(struct bailey_places *places)
{
	drop_idle(places);
	bailey_map_destroy(&places->by_dev);
	bailey_map_destroy(&places->member);
}

static struct place_entry *find_place(const struct bailey_places *places, const char *dev)
{
	u32 hash = dev_hash(places->seed, dev);
	struct bailey_map_iter iter;
	struct place_entry *entry;

	for (entry = bailey_map_first(&places->by_dev, hash, &iter); entry;
	     entry = bailey_map_next(&iter))
		if (entry->hash == hash && !strcmp(entry->dev, dev))
			return entry;
	return NULL;
}

static struct member_entry *find_member(const struct bailey_places *places, u32 where,
					const struct bailey_addr *addr)
{
	u32 hash = member_hash(places->seed, where, addr);
	struct bailey_map_iter iter;
	struct member_entry *entry;

	for (entry = bailey_map_first(&places->member, hash, &iter); entry;
	     entry = bailey_map_next(&iter))
		if (entry->hash == hash && entry->where == where &&
		    bailey_addr_equal(&entry->addr, addr))
			return entry;
	return NULL;
}

/* The place with this name, made if there is none, and counted to have more. */
static int place_grow(struct bailey_places *places, const char *dev, u32 more, u32 *id)
{
	struct place_entry *old = find_place(places, dev);
	struct place_entry entry = { .id = places->next_id, .count = more };

	if (old) {
		old = bailey_map_own(&places->by_dev, old);
		if (!old)
			return -ENOMEM;
		old->count += more;
		*id = old->id;
		return 0;
	}
	entry.hash = dev_hash(places->seed, dev);
	memcpy(entry.dev, dev, strlen(dev));
	places->moved = true;
	*id = places->next_id++;
	return bailey_map_insert(&places->by_dev, &entry);
}

/**
 * bailey_places_add() - an endpoint is there
 * @places: of a policy that is being sealed
 * @endpoint: one of that policy's
 * @clash: filled in on -EEXIST: an endpoint there with one of its addresses
 *
 * Return: 0, -EEXIST or -ENOMEM.
 */
int bailey_places_add(struct bailey_places *places, const struct bailey_endpoint *endpoint,
		      const struct bailey_endpoint **clash)
{
	const struct member_entry *old;
	struct member_entry entry = { .endpoint = endpoint, .set = endpoint->set };
	u32 i, id;
	int ret = place_grow(places, endpoint->dev, endpoint->count, &id);

	for (i = 0; i < endpoint->count && !ret; i++) {
		entry.addr = endpoint->at[i].addr;
		entry.where = where_of(id, endpoint->at[i].family);
		entry.hash = member_hash(places->seed, entry.where, &entry.addr);
		old = find_member(places, entry.where, &entry.addr);
		if (old) {
			*clash = old->endpoint;
			return -EEXIST;
		}
		ret = bailey_map_insert(&places->member, &entry);
	}
	return ret;
}

static int push_idle(struct bailey_places *places, const char *dev)
{
	u32 cap = places->idle_cap ? 2 * places->idle_cap : 8;
	char (*idle)[BAILEY_IFNAME_MAX + 1];

	if (places->idle_count == places->idle_cap) {
		idle = bailey_zalloc((size_t)cap * sizeof(*idle));
		if (!idle)
			return -ENOMEM;
		if (places->idle_count)
			memcpy(idle, places->idle, places->idle_count * sizeof(*idle));
		bailey_free(places->idle);
		places->idle = idle;
		places->idle_cap = cap;
	}
	memcpy(places->idle[places->idle_count++], dev, sizeof(*idle));
	return 0;
}

/**
 * bailey_places_remove() - an endpoint is there no more
 * @places: of a policy that is being changed
 * @endpoint: one that was there when the policy was sealed last
 *
 * Its place stays until bailey_places_release(), so that it is still the same if
 * another endpoint comes there.
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_places_remove(struct bailey_places *places,
			 const struct bailey_endpoint *endpoint)
{
	struct place_entry *place = find_place(places, endpoint->dev);
	struct member_entry *member;
	u32 i;

	place = bailey_map_own(&places->by_dev, place);
	if (!place)
		return -ENOMEM;
	place->count -= endpoint->count;
	for (i = 0; i < endpoint->count; i++) {
		member = find_member(places, where_of(place->id, endpoint->at[i].family),
				     &endpoint->at[i].addr);
		if (bailey_map_remove(&places->member, member))
			return -ENOMEM;
	}
	return place->count ? 0 : push_idle(places, endpoint->dev);
}

/**
 * bailey_places_release() - forget the places without endpoints
 * @places: of a policy that is being sealed
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_places_release(struct bailey_places *places)
{
	u32 i;

	for (i = 0; i < places->idle_count; i++) {
		struct place_entry *place = find_place(places, places->idle[i]);

		/* It may be waiting twice. */
		if (!place || place->count)
			continue;
		places->moved = true;
		if (bailey_map_remove(&places->by_dev, place))
			return -ENOMEM;
	}
	drop_idle(places);
	return 0;
}

/**
 * bailey_places_id() - the endpoints behind an interface, as a number
 * @places: of a sealed policy
 * @dev: the interface's name, at most %BAILEY_IFNAME_MAX bytes
 *
 * Return: the number, or %BAILEY_NO_PLACE when no endpoint is there.
 */
u32 bailey_places_id(const struct bailey_places *places, const char *dev)
{
	const struct place_entry *entry = find_place(places, dev);

	return entry ? entry->id : BAILEY_NO_PLACE;
}

/**
 * bailey_places_find() - the endpoint with an address
 * @places: of a sealed policy
 * @place: where it is looked for
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address
 * @set: filled in, if there is one: its groups
 *
 * Context: Any.
 * Return: the endpoint, or NULL.
 */
const struct bailey_endpoint *bailey_places_find(const struct bailey_places *places,
						 u32 place, u8 family,
						 const struct bailey_addr *addr,
						 const struct bailey_set **set)
{
	const struct member_entry *entry;

	if (place == BAILEY_NO_PLACE)
		return NULL;
	entry = find_member(places, where_of(place, family), addr);
	if (!entry)
		return NULL;
	*set = entry->set;
	return entry->endpoint;
}
