// SPDX-License-Identifier: GPL-2.0
/*
 * Who there is, by a policy or two.
 *
 * Endpoints behind one interface that have the same groups are asked the same questions,
 * whatever their addresses: they are one place. The rest of what is behind the interface
 * is another, and this machine, as it is seen by the interface, a third. With two
 * policies, endpoints are alike if they are in both. Who is asked at a place is
 * what the engine says (side.c).
 */
#include "world.h"
#include "space_bits.h"
#include "world_device.h"

static int addr_cmp(const struct world_addr *a, const struct world_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return bailey_addr_cmp(&a->addr, &b->addr);
}

static int by_addr(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static int set_cmp(const struct bailey_set *a, const struct bailey_set *b)
{
	u32 x = a ? a->id : 0, y = b ? b->id : 0;

	return x < y ? -1 : x > y;
}

static int by_sets(const void *x, const void *y)
{
	const struct world_addr *a = x, *b = y;
	int order = set_cmp(a->set[0], b->set[0]);

	if (!order)
		order = set_cmp(a->set[1], b->set[1]);
	if (!order)
		order = (int)a->asked - (int)b->asked;
	if (!order)
		order = strcmp(a->name, b->name);
	return order ? order : addr_cmp(a, b);
}

/* An address on its way to its interface. */
struct at_device {
	u32 device;
	struct world_addr addr;
};

static int by_device(const void *x, const void *y)
{
	const struct at_device *a = x, *b = y;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return addr_cmp(&a->addr, &b->addr);
}

static u32 count_addrs(const struct world *world)
{
	const struct bailey_policy *policy;
	u32 i, k, count = 0;

	for (i = 0; i < world->policies; i++) {
		policy = world->policy[i];
		for (k = 0; k < policy->objects[BAILEY_ENDPOINT].named; k++)
			count += bailey_endpoint_of(bailey_policy_nth(policy, BAILEY_ENDPOINT,
								      k))->count;
	}
	return count;
}

static u32 device_named(const struct world *world, const char *name)
{
	u32 low = 0, high = world->devices, middle;

	/* Those with whole names come first, in order */
	while (high && world->device[high - 1].kind)
		high--;
	while (low < high) {
		middle = (low + high) / 2;
		if (strcmp(world->device[middle].label, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void list_addrs(const struct world *world, struct at_device *at)
{
	const struct bailey_endpoint *endpoint;
	u32 p, i, k, device;

	for (p = 0; p < world->policies; p++) {
		const struct bailey_policy *policy = world->policy[p];

		for (i = 0; i < policy->objects[BAILEY_ENDPOINT].named; i++) {
			endpoint = bailey_endpoint_of(bailey_policy_nth(policy,
									BAILEY_ENDPOINT, i));
			device = device_named(world, endpoint->dev);
			for (k = 0; k < endpoint->count; k++, at++) {
				at->device = device;
				at->addr.family = endpoint->at[k].family;
				at->addr.addr = endpoint->at[k].addr;
				at->addr.name = endpoint->object.name;
				at->addr.set[p] = endpoint->set;
			}
		}
	}
}

/* An address that both policies have is one. */
static u32 join_addrs(struct at_device *at, u32 count)
{
	u32 i, p, n = 0;

	for (i = 0; i < count; i++) {
		if (!n || by_device(&at[n - 1], &at[i])) {
			at[n++] = at[i];
			continue;
		}
		for (p = 0; p < WORLD_POLICIES; p++)
			if (at[i].addr.set[p])
				at[n - 1].addr.set[p] = at[i].addr.set[p];
		if (at[i].addr.set[WORLD_POLICIES - 1])
			at[n - 1].addr.name = at[i].addr.name;
	}
	return n;
}

static struct world_place *add_place(struct world *world, enum world_kind kind, u32 device)
{
	struct world_place *place = world->place;

	if (world->places == world->place_cap) {
		world->place_cap = 2 * world->place_cap + 16;
		place = realloc(place, world->place_cap * sizeof(*place));
		if (!place)
			return NULL;
		world->place = place;
	}
	place += world->places++;
	*place = (struct world_place){
		.kind = kind, .device = device, .families = BAILEY_FAMILY_BOTH,
		.space = { SPACE_ALL, SPACE_ALL },
	};
	return place;
}

/* Packets from these addresses, and to them; they are sorted for that. */
static int addrs_space(struct spaces *spaces, struct world_addr *addr, u32 count,
		       u32 space[2])
{
	struct space_range *range = calloc(count + 1, sizeof(*range));
	u32 i, v4 = 0, field;

	if (!range)
		return -ENOMEM;
	qsort(addr, count, sizeof(*addr), by_addr);
	for (i = 0; i < count; i++) {
		range[i] = (struct space_range){ addr[i].addr, addr[i].addr };
		v4 += addr[i].family == BAILEY_IPV4;
	}
	for (field = 0; field < 2; field++)
		space[field] = space_or(spaces,
					space_ranges(spaces, SPACE_SRC + field, BAILEY_IPV4,
						     range, v4),
					space_ranges(spaces, SPACE_SRC + field, BAILEY_IPV6,
						     range + v4, count - v4));
	free(range);
	return 0;
}

/* Endpoints with the same groups are a place. */
static int add_endpoints(struct world *world, struct spaces *spaces, u32 device,
			 struct world_addr *addr, u32 count)
{
	struct world_place *place;
	u32 i, n;

	qsort(addr, count, sizeof(*addr), by_sets);
	for (i = 0; i < count; i += n) {
		for (n = 1; i + n < count && addr[i].set[0] == addr[i + n].set[0] &&
		     addr[i].set[1] == addr[i + n].set[1] &&
		     addr[i].asked == addr[i + n].asked; n++)
			;
		place = add_place(world, WORLD_ENDPOINTS, device);
		if (!place || addrs_space(spaces, addr + i, n, place->space))
			return -ENOMEM;
		place->addr = addr + i;
		place->addrs = n;
		place->families = bailey_family_bit(addr[i].family) |
				  bailey_family_bit(addr[i + n - 1].family);
		qsort(addr + i, n, sizeof(*addr), by_sets);
	}
	return 0;
}

static int add_places(struct world *world, struct spaces *spaces, u32 device,
		      struct world_addr *addr, u32 count)
{
	struct world_device *at = &world->device[device];
	u32 all[2] = { SPACE_NONE, SPACE_NONE };
	struct world_place *place;

	at->first = world->places;
	if (count && addrs_space(spaces, addr, count, all))
		return -ENOMEM;
	if (add_endpoints(world, spaces, device, addr, count))
		return -ENOMEM;
	place = add_place(world, WORLD_SUBNET, device);
	if (!place)
		return -ENOMEM;
	place->space[0] = space_not(all[0]);
	place->space[1] = space_not(all[1]);
	if (!at->another && !add_place(world, WORLD_HOST, device))
		return -ENOMEM;
	at->places = world->places - at->first;
	return 0;
}

/* An endpoint that is asked for by name is a place of its own. */
static u8 is_asked(const struct world_addr *addr, const char * const *asked)
{
	u8 which = 0;
	u32 i;

	for (i = 0; asked && i < 2; i++)
		if (asked[i] && !strcmp(addr->name, asked[i]))
			which |= 1 << i;
	return which;
}

static int make_places(struct world *world, struct spaces *spaces,
		       const char * const *asked)
{
	u32 i, first, n, count = count_addrs(world);
	struct at_device *at = calloc(count + 1, sizeof(*at));
	int ret = 0;

	world->addr = calloc(count + 1, sizeof(*world->addr));
	if (!at || !world->addr) {
		free(at);
		return -ENOMEM;
	}
	list_addrs(world, at);
	qsort(at, count, sizeof(*at), by_device);
	count = join_addrs(at, count);
	world->addrs = count;
	for (i = 0; i < count; i++) {
		world->addr[i] = at[i].addr;
		world->addr[i].asked = is_asked(&at[i].addr, asked);
	}
	for (i = 0, first = 0; i < world->devices && !ret; i++, first += n) {
		for (n = 0; first + n < count && at[first + n].device == i; n++)
			;
		ret = add_places(world, spaces, i, world->addr + first, n);
	}
	free(at);
	return ret;
}

/* Any packet from a place, for the engine to say who is asked there. */
static int sample(struct spaces *spaces, const struct world_place *place,
		  struct bailey_packet *packet)
{
	return space_example(spaces, place->space[0], packet) ? 0 : -ENOMEM;
}

static int resolve(struct world *world, struct spaces *spaces, struct world_place *place)
{
	const bool host = place->kind == WORLD_HOST;
	u32 ifindex = world->device[place->device].device.ifindex;
	struct bailey_where where = {
		.hook = host ? BAILEY_HOOK_LOCAL_OUT : BAILEY_HOOK_FORWARD,
		.ifindex = { host ? 0 : ifindex, ifindex },
	};
	struct bailey_packet packet = { .family = BAILEY_IPV4 };
	u32 p;

	if (!host && sample(spaces, place, &packet))
		return -ENOMEM;
	for (p = 0; p < world->policies; p++)
		bailey_side_resolve(&place->side[p], world->binding[p], &where, &packet,
				    BAILEY_SRC);
	return 0;
}

/**
 * world_create() - find all places
 * @world: filled in; to be destroyed, also on failure
 * @spaces: where their addresses go
 * @policy: sealed
 * @policies: how many
 * @asked: two names of endpoints that are to be places of their own, each may be
 *	   NULL; or NULL
 *
 * Return: 0; -ENOMEM, also at a limit of @spaces.
 */
int world_create(struct world *world, struct spaces *spaces,
		 struct bailey_policy * const *policy, u32 policies,
		 const char * const *asked)
{
	int ret;
	u32 i;

	memset(world, 0, sizeof(*world));
	for (i = 0; i < policies; i++) {
		world->policy[i] = policy[i];
		bailey_policy_get(policy[i]);
	}
	world->policies = policies;
	ret = world_devices_create(world);
	if (!ret)
		ret = make_places(world, spaces, asked);
	for (i = 0; i < world->places && !ret; i++)
		ret = resolve(world, spaces, &world->place[i]);
	return ret;
}

/**
 * world_destroy() - free a world
 * @world: the world
 */
void world_destroy(struct world *world)
{
	u32 i;

	for (i = 0; i < world->policies; i++) {
		bailey_binding_destroy(world->binding[i]);
		bailey_policy_put(world->policy[i]);
	}
	free(world->device);
	free(world->addr);
	free(world->place);
	memset(world, 0, sizeof(*world));
}

/* Names are told up to here; of more how many there are. */
#define NAMES_MAX	8

static u32 count_names(const struct world_place *place)
{
	u32 i, count = 0;

	for (i = 0; i < place->addrs; i++)
		count += !i || strcmp(place->addr[i].name, place->addr[i - 1].name);
	return count;
}

static void names_print(const struct world_place *place, struct bailey_out *out)
{
	u32 i, n = 0, count = count_names(place);

	for (i = 0; i < place->addrs && n < NAMES_MAX; i++) {
		if (i && !strcmp(place->addr[i].name, place->addr[i - 1].name))
			continue;
		bailey_out_printf(out, "%s%s", n ? ", " : "", place->addr[i].name);
		n++;
	}
	if (count > n)
		bailey_out_printf(out, " and %u more", count - n);
}

/**
 * world_place_print() - what a place is called
 * @world: the world
 * @place: the place
 * @out: gets its name
 */
void world_place_print(const struct world *world, const struct world_place *place,
		       struct bailey_out *out)
{
	const struct world_device *device = &world->device[place->device];

	switch (place->kind) {
	case WORLD_ENDPOINTS:
		names_print(place, out);
		bailey_out_printf(out, " at ");
		break;
	case WORLD_SUBNET:
		bailey_out_printf(out, "%sbehind ", device->places > 2 ? "others " : "");
		break;
	case WORLD_HOST:
		bailey_out_printf(out, "this machine at ");
		break;
	}
	if (!device->label[0])
		bailey_out_printf(out, "unattached interfaces");
	else
		bailey_out_printf(out, "%s%s", device->another ? "another " : "", device->label);
}
