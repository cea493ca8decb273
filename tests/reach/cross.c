// SPDX-License-Identifier: GPL-2.0
/*
 * reach against the engine: for random policies, and random changes of them, each set
 * that reach computes is tried with packets inside, with packets just outside of each of
 * its blocks, and with others; the engine judges each packet and what comes back.
 *
 *	cross [--seed N] [--policies N] [--packets]
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/language.h"
#include "engine/seal.h"
#include "reach/judge.h"
#include "model.h"

#define ROWS_MAX	100000

static struct ref_random random_state;
static u64 tried, inside, failures, pairs, changed;
static u32 within;	/* what is asked for */

static u32 draw(u32 below)
{
	return ref_random(&random_state, below);
}

static struct bailey_policy *build(const struct ref_policy *from, struct bailey_out *text)
{
	struct bailey_policy *policy = bailey_policy_create();
	struct bailey_diag diag = {};

	bailey_out_reset(text);
	ref_print_policy(from, text);
	if (bailey_language_apply(policy, text->buf, text->len, 1, &diag) ||
	    bailey_policy_seal(policy, NULL, UINT64_MAX, &diag)) {
		printf("# %s", text->buf);
		bailey_diag_print(&diag, text);
		printf("# a policy is refused: %s\n", text->buf);
		exit(2);
	}
	bailey_diag_destroy(&diag);
	return policy;
}

static struct bailey_addr addr_of(const struct ref_addr *from)
{
	return bailey_addr_from_bytes(from->family, from->byte);
}

/* An address at a place; false if none of the pool is. */
static bool draw_addr(const struct reach *reach, const struct world_place *place, u32 end,
		      u8 family, struct bailey_packet *packet)
{
	struct bailey_addr *addr = end ? &packet->dst : &packet->src;
	u32 tries;

	for (tries = 0; tries < 20; tries++) {
		if (place->kind == WORLD_ENDPOINTS) {
			const struct world_addr *at = &place->addr[draw(place->addrs)];

			if (at->family != family)
				continue;
			*addr = at->addr;
			return true;
		}
		struct ref_addr random = ref_random_addr(&random_state, family);

		*addr = addr_of(&random);
		packet->family = family;
		if (space_has(reach->spaces, place->space[end], packet))
			return true;
	}
	return false;
}

static void draw_upper(struct bailey_packet *packet)
{
	static const u8 protos[] = { 6, 6, 6, 17, 17, 1, 58, 58, 132, 47, 50, 89, 0, 255 };
	static const u16 ports[] = { 0, 22, 53, 67, 68, 80, 443, 546, 547, 1024, 40000, 65535 };
	static const u8 types4[] = { 0, 3, 5, 8, 11, 13, 14 };
	static const u8 types6[] = { 1, 128, 129, 131, 133, 134, 135, 137, 143 };
	static const u8 hops[] = { 64, 64, 255, 1 };

	packet->proto = protos[draw(ARRAY_SIZE(protos))];
	if (packet->proto == 58 && packet->family == BAILEY_IPV4)
		packet->proto = 1;
	packet->hop_limit = hops[draw(4)];
	packet->sport = 0;
	packet->dport = 0;
	packet->type = 0;
	packet->code = 0;
	if (bailey_proto_has_ports(packet->proto)) {
		packet->sport = ports[draw(12)] + draw(3) - 1;
		packet->dport = ports[draw(12)] + draw(3) - 1;
	} else if (bailey_packet_is_icmp(packet)) {
		packet->type = packet->family == BAILEY_IPV4 ? types4[draw(7)] : types6[draw(9)];
		packet->code = draw(3);
	}
}

static void say(const struct reach *reach, const struct reach_pair *pair,
		const struct bailey_packet *packet, const char *what)
{
	struct bailey_out out = {};

	if (failures++ > 5)
		return;
	world_place_print(reach->world, pair->from, &out);
	bailey_out_printf(&out, " -> ");
	world_place_print(reach->world, pair->to, &out);
	bailey_out_printf(&out, " (hook %u): ", pair->hook);
	space_packet_print(packet, &out);
	printf("# %s: %s\n", what, out.buf);
	bailey_out_destroy(&out);
}

/* One packet, by the engine and by the set. */
static void compare(struct reach *reach, const struct reach_pair *pair, u32 space,
		    bool diff, struct bailey_packet *packet)
{
	bool has, passes;

	space_packet_complete(packet);
	if (bailey_addr_equal(&packet->src, &packet->dst) ||
	    !space_has(reach->spaces, pair->from->space[0], packet) ||
	    !space_has(reach->spaces, pair->to->space[1], packet) ||
	    !space_has(reach->spaces, within, packet) ||
	    (!reach->packets && packet->flags & BAILEY_PKT_ICMP_REPLY))
		return;
	has = space_has(reach->spaces, space, packet);
	if (diff)
		passes = reach_judge(reach, 1, pair, packet) &&
			 !reach_judge(reach, 0, pair, packet);
	else
		passes = reach_judge(reach, 0, pair, packet);
	tried++;
	inside += has;
	if (has != passes)
		say(reach, pair, packet, has ? "reach says yes, the engine no" :
					       "the engine says yes, reach no");
}

static struct bailey_addr step(struct bailey_addr value, u32 width, bool up)
{
	struct bailey_addr one = width <= 64 ? (struct bailey_addr){ 1ULL << (64 - width), 0 } :
					       (struct bailey_addr){ 0, 1 };

	if (up) {
		value.lo += one.lo;
		value.hi += one.hi + (one.lo && !value.lo);
	} else {
		value.hi -= one.hi + (one.lo && !value.lo);
		value.lo -= one.lo;
	}
	return value;
}

/* Of a list a value at a border, or beyond it. */
static struct bailey_addr pick(const struct space_list *list, u32 width, bool beyond)
{
	const struct space_range *range = &list->range[draw(list->count)];
	bool last = draw(2);

	if (beyond)
		return step(last ? range->last : range->first, width, last);
	return last ? range->last : range->first;
}

/* A packet at the corner of a block; of one field beyond it. */
static void corner(const struct space_row *row, u8 family, u32 beyond,
		   struct bailey_packet *packet)
{
	const u32 width = family == BAILEY_IPV4 ? 32 : 128;
	u64 place;

	memset(packet, 0, sizeof(*packet));
	packet->family = family;
	packet->proto = pick(&row->field[SPACE_PROTO], 8, beyond == SPACE_PROTO).hi >> 56;
	packet->hop_limit = pick(&row->field[SPACE_HOP], 8, beyond == SPACE_HOP).hi >> 56;
	if (row->field[SPACE_HOP].all)
		packet->hop_limit = 64;
	packet->src = row->field[SPACE_SRC].all ? addr_of(&(struct ref_addr){ 4, { 10 } }) :
		      pick(&row->field[SPACE_SRC], width, beyond == SPACE_SRC);
	packet->dst = row->field[SPACE_DST].all ? addr_of(&(struct ref_addr){ 4, { 11 } }) :
		      pick(&row->field[SPACE_DST], width, beyond == SPACE_DST);
	place = pick(&row->field[SPACE_DPORT], 16, beyond == SPACE_DPORT).hi >> 48;
	if (bailey_packet_is_icmp(packet)) {
		packet->type = place >> 8;
		packet->code = place;
	} else if (bailey_proto_has_ports(packet->proto)) {
		packet->dport = place;
		packet->sport = pick(&row->field[SPACE_SPORT], 16,
				     beyond == SPACE_SPORT).hi >> 48;
	}
}

static void try_rows(struct reach *reach, const struct reach_pair *pair, u32 space,
		     bool diff)
{
	struct bailey_packet packet;
	struct space_rows rows;
	u32 i, k;

	if (space_rows_create(reach->spaces, space, ROWS_MAX, &rows)) {
		printf("# a set has too many blocks\n");
		failures++;
	}
	for (i = 0; i < rows.count; i++) {
		const struct space_row *row = &rows.row[i];
		u8 family = row->families & BAILEY_FAMILY_IPV4 ? BAILEY_IPV4 : BAILEY_IPV6;

		if (rows.count > 12 && draw(rows.count) > 12)
			continue;
		for (k = 0; k < 2; k++) {
			corner(row, family, SPACE_FIELDS, &packet);
			compare(reach, pair, space, diff, &packet);
			corner(row, family, draw(SPACE_FIELDS), &packet);
			compare(reach, pair, space, diff, &packet);
		}
	}
	space_rows_destroy(&rows);
}

static void try_random(struct reach *reach, const struct reach_pair *pair, u32 space,
		       bool diff)
{
	struct bailey_packet packet;
	u32 i;

	for (i = 0; i < 6; i++) {
		u8 family = draw(2) ? BAILEY_IPV4 : BAILEY_IPV6;

		memset(&packet, 0, sizeof(packet));
		packet.family = family;
		if (!draw_addr(reach, pair->from, 0, family, &packet) ||
		    !draw_addr(reach, pair->to, 1, family, &packet))
			continue;
		draw_upper(&packet);
		compare(reach, pair, space, diff, &packet);
	}
}

static int try_pair(struct reach *reach, const struct reach_pair *pair, void *arg)
{
	bool diff = reach->world->policies == 2;
	u32 space = reach_space(reach, 0, pair);
	struct bailey_packet packet;

	(void)arg;
	if (diff)
		space = space_minus(reach->spaces, reach_space(reach, 1, pair), space);
	space = space_and(reach->spaces, space, within);
	pairs++;
	changed += diff && space != SPACE_NONE;
	try_rows(reach, pair, space, diff);
	try_random(reach, pair, space, diff);
	if (space_example(reach->spaces, space, &packet))
		compare(reach, pair, space, diff, &packet);
	if (spaces_crowded(reach->spaces))
		reach_collect(reach, &within, 1);
	return failures > 5;
}

/* Of an attach line, is it the one that an interface's kind is named after? */
static bool is_stem(const struct bailey_attach *attach, const struct world_device *device)
{
	size_t len = strlen(device->label);

	return attach && len && attach->stem && strlen(attach->dev) == len - 1 &&
	       !strncmp(attach->dev, device->label, len - 1);
}

/* An interface that stands for others is of no other kind by any policy. */
static void try_devices(const struct world *world)
{
	u32 i, p;

	for (i = 0; i < world->devices; i++) {
		const struct world_device *device = &world->device[i];
		bool named = false, any = false;

		for (p = 0; p < world->policies && device->kind; p++) {
			const struct bailey_iface *iface =
				bailey_binding_find(world->binding[p], device->device.ifindex);

			named |= iface && (is_stem(iface->host, device) ||
					   is_stem(iface->subnet, device));
			any |= iface && (iface->host || iface->subnet);
		}
		if (device->kind && (device->label[0] ? !named : any)) {
			printf("# %s does not stand for '%s'\n", device->device.name,
			       device->label);
			failures++;
		}
	}
}

static void try_policies(struct bailey_policy **policy, u32 count, bool packets)
{
	struct spaces *spaces = spaces_create(1 << 16, SPACES_STEPS);
	const struct reach_filter all = { .space = SPACE_ALL };
	struct reach reach = {};
	struct world world;

	/* Mostly everything is asked for, else some protocols and ports */
	within = SPACE_ALL;
	if (!draw(4))
		within = space_and(spaces, space_field(spaces, SPACE_PROTO, draw(7), 6 + draw(60)),
				   space_field(spaces, SPACE_DPORT, draw(100), 100 + draw(50000)));
	if (world_create(&world, spaces, policy, count, NULL) ||
	    reach_init(&reach, spaces, &world, packets, within))
		exit(2);
	try_devices(&world);
	reach_each_pair(&reach, &all, try_pair, NULL);
	if (spaces_failed(spaces)) {
		printf("# %s\n", spaces_failed(spaces));
		failures++;
	}
	reach_exit(&reach);
	world_destroy(&world);
	spaces_destroy(spaces);
}

/* A policy, and what a change makes of it, in parts. */
static void one_round(bool packets)
{
	static struct ref_policy old, new, other;
	struct bailey_policy *policy[2];
	struct bailey_out text = {};
	struct ref_world world;
	u64 before = failures;
	u32 kind = draw(4);

	ref_generate_world(&random_state, &world);
	ref_generate_policy(&random_state, &world, &old);
	ref_generate_policy(&random_state, &world, &other);
	new = old;
	if (kind == 0)
		memcpy(new.acl, other.acl, sizeof(new.acl));
	else if (kind == 1)
		memcpy(new.group, other.group, sizeof(new.group));
	else if (kind == 2)
		memcpy(new.endpoint, other.endpoint, sizeof(new.endpoint));
	else
		new = other;
	if (kind == 2)
		new.endpoints = other.endpoints;
	policy[1] = build(&new, &text);
	policy[0] = build(&old, &text);
	try_policies(policy, 1, packets);
	try_policies(policy, 2, packets);
	if (failures != before)
		printf("# in %s", text.buf);
	bailey_policy_put(policy[0]);
	bailey_policy_put(policy[1]);
	bailey_out_destroy(&text);
}

int main(int argc, char **argv)
{
	u32 i, policies = 1000, seed = 1;

	for (i = 1; i + 1 < (u32)argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			seed = strtoul(argv[i + 1], NULL, 10);
		else if (!strcmp(argv[i], "--policies"))
			policies = strtoul(argv[i + 1], NULL, 10);
	}
	random_state.state = seed * 0x9e3779b97f4a7c15ULL;
	for (i = 0; i < policies && failures <= 5; i++)
		one_round(i % 3 == 2);
	printf("# %u policies and changes of them, %llu pairs of places, of which %llu changed\n",
	       i, (unsigned long long)pairs, (unsigned long long)changed);
	printf("# %llu packets, %llu of them inside\n", (unsigned long long)tried,
	       (unsigned long long)inside);
	return failures != 0;
}
