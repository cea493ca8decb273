/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who there is, by a policy or two: interfaces, and places behind them: see world.c.
 */
#ifndef BAILEY_TOOLS_WORLD_H
#define BAILEY_TOOLS_WORLD_H

#include "space.h"
#include "engine/side.h"

/* So many policies a world can be of: one, or an old and a new one. */
#define WORLD_POLICIES	2

/**
 * struct world_device - an interface, or one that stands for all of its kind
 * @device: its number, and a name: one that the kind has, if it is a kind
 * @label: what it is called: "eth1", "veth*", or "" for all that nothing is attached to
 * @first: number of its first place
 * @places: how many
 * @another: a second interface of the kind of the one before it
 * @kind: it stands for many
 * @loopback: it is the loopback interface
 */
struct world_device {
	struct bailey_device device;
	char label[BAILEY_IFNAME_MAX + 2];
	u32 first;
	u32 places;
	bool another;
	bool kind;
	bool loopback;
};

/**
 * enum world_kind - kinds of places
 * @WORLD_ENDPOINTS: endpoints that are alike: same interface, same groups
 * @WORLD_SUBNET: the rest of what is behind an interface
 * @WORLD_HOST: this machine, as seen by an interface
 */
enum world_kind {
	WORLD_ENDPOINTS,
	WORLD_SUBNET,
	WORLD_HOST,
};

/**
 * struct world_addr - an address of an endpoint
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address
 * @name: the endpoint, in the last policy that has it
 * @set: its groups in each policy; NULL where it is no endpoint
 * @asked: it is asked for by its name
 */
struct world_addr {
	u8 family;
	struct bailey_addr addr;
	const char *name;
	const struct bailey_set *set[WORLD_POLICIES];
	u8 asked;
};

/**
 * struct world_place - where packets can come from and go to
 * @kind: &enum world_kind
 * @device: number of its interface
 * @addr: addresses of %WORLD_ENDPOINTS, by name
 * @addrs: how many
 * @families: BAILEY_FAMILY_* that it has addresses of
 * @space: packets that come from its addresses, and that go to them
 * @side: who is asked there, in each policy, as the engine says
 */
struct world_place {
	enum world_kind kind;
	u32 device;
	const struct world_addr *addr;
	u32 addrs;
	u8 families;
	u32 space[2];
	struct bailey_side side[WORLD_POLICIES];
};

/**
 * struct world - all places
 * @policy: the policies; references are held
 * @binding: each of them, bound to the interfaces
 * @policies: how many
 * @device: the interfaces
 * @devices: how many
 * @addr: addresses of all endpoints, place by place
 * @addrs: how many
 * @place: the places, interface by interface: endpoints, subnet, host
 * @places: how many
 * @place_cap: room in @place
 */
struct world {
	struct bailey_policy *policy[WORLD_POLICIES];
	struct bailey_binding *binding[WORLD_POLICIES];
	u32 policies;
	struct world_device *device;
	u32 devices;
	struct world_addr *addr;
	u32 addrs;
	struct world_place *place;
	u32 places;
	u32 place_cap;
};

int world_create(struct world *world, struct spaces *spaces,
		 struct bailey_policy * const *policy, u32 policies,
		 const char * const *asked);
void world_destroy(struct world *world);
u32 world_device_find(const struct world *world, const char *name);
void world_place_print(const struct world *world, const struct world_place *place,
		       struct bailey_out *out);

#endif /* BAILEY_TOOLS_WORLD_H */
