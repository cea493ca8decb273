// SPDX-License-Identifier: GPL-2.0
/*
 * Random accounts: few addresses and ports, so that rules and packets meet, and a
 * good part of what real files have in them: host bits, numbers for names, rules that
 * make no sense, groups that nobody describes.
 */
#include "oracle.h"

/**
 * or_random() - a random number
 * @random: where it comes from
 * @below: more than the largest
 *
 * Return: from 0 to @below - 1.
 */
u32 or_random(struct or_random *random, u32 below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return below ? (random->state >> 20) % below : 0;
}

/**
 * or_random_addr() - an address
 * @random: where it comes from
 * @subnet: in this subnet, or outside
 * @family: 4 or 6
 *
 * Return: one of few, so that they come again. No interface has those above .200.
 */
struct or_addr or_random_addr(struct or_random *random, int subnet, u8 family)
{
	struct or_addr addr = { .family = family };

	if (family == 4 && subnet == OR_OUTSIDE) {
		static const u8 nets[][3] = {
			{ 198, 51, 100 }, { 203, 0, 113 }, { 10, 1, 0 }, { 1, 2, 3 }
		};

		memcpy(addr.byte, nets[or_random(random, 4)], 3);
		addr.byte[3] = 1 + or_random(random, 6);
		return addr;
	}
	if (family == 4) {
		addr.byte[0] = 10;
		addr.byte[2] = subnet;
		addr.byte[3] = 200 + or_random(random, 4);
		return addr;
	}
	addr.byte[0] = 0x20;
	addr.byte[1] = 0x01;
	addr.byte[2] = 0x0d;
	addr.byte[3] = 0xb8;
	addr.byte[7] = subnet == OR_OUTSIDE ? 0xff : subnet;
	addr.byte[14] = subnet == OR_OUTSIDE ? 0 : 0xff;
	addr.byte[15] = 1 + or_random(random, 6);
	return addr;
}

static struct or_addr nic_addr(const struct or_world *world, struct or_random *random,
			       u8 family)
{
	const struct or_nic *nic = &world->nic[or_random(random, world->nics)];
	int i, at = or_random(random, nic->count);

	for (i = 0; i < nic->count; i++)
		if (nic->addr[(at + i) % nic->count].family == family)
			return nic->addr[(at + i) % nic->count];
	return or_random_addr(random, nic->subnet, family);
}

static struct or_cidr random_cidr(struct or_random *random, const struct or_world *world,
				  u8 family)
{
	static const int v4[] = { 0, 0, 8, 16, 24, 25, 28, 30, 31, 32, 32, 32 };
	static const int v6[] = { 0, 0, 32, 56, 64, 64, 120, 127, 128, 128 };
	struct or_cidr cidr;

	cidr.bits = family == 4 ? v4[or_random(random, ARRAY_SIZE(v4))] :
				  v6[or_random(random, ARRAY_SIZE(v6))];
	if (or_random(random, 2))
		cidr.addr = nic_addr(world, random, family);
	else
		cidr.addr = or_random_addr(random, (int)or_random(random, OR_SUBNETS + 2) - 1,
					   family);
	return cidr;
}

static int random_port(struct or_random *random)
{
	static const int ports[] = { 0, 1, 22, 53, 80, 443, 1023, 1024, 32768, 65534, 65535 };

	return ports[or_random(random, ARRAY_SIZE(ports))];
}

static void random_ports(struct or_random *random, struct or_traffic *traffic)
{
	int kind = or_random(random, 12), other;

	traffic->from = random_port(random);
	traffic->to = traffic->from;
	if (kind < 2) {
		traffic->from = 0;
		traffic->to = 65535;
	} else if (kind < 8) {
		other = random_port(random);
		if (other < traffic->from)
			traffic->from = other;
		else
			traffic->to = other;
	} else if (kind == 8) {
		traffic->from = or_random(random, 2) ? -1 : OR_ABSENT;
		traffic->to = traffic->from;
	}
}

static void random_types(struct or_random *random, struct or_traffic *traffic)
{
	static const int types[] = { -1, -1, 3, 5, 8, 8, 9, 13, 128, 128, 133, 135 };

	traffic->from = types[or_random(random, ARRAY_SIZE(types))];
	traffic->to = traffic->from < 0 || or_random(random, 2) ? -1 :
								   (int)or_random(random, 3);
	if (traffic->from < 0 && !or_random(random, 4)) {
		traffic->from = OR_ABSENT;
		traffic->to = OR_ABSENT;
	}
}

/* Seldom: tcp from -1 to 50, from above to, a port of 70000, any type's code. */
static void spoil(struct or_random *random, struct or_traffic *traffic)
{
	switch (or_random(random, 4)) {
	case 0:
		traffic->from = -1;
		traffic->to = 50;
		break;
	case 1:
		traffic->from = 443;
		traffic->to = 80;
		break;
	case 2:
		traffic->from = 0;
		traffic->to = 70000;
		break;
	default:
		traffic->from = 30;
		traffic->to = -1;
	}
}

static struct or_traffic random_traffic(struct or_random *random, struct or_world *world)
{
	static const int protos[] = { -1, -1, 6, 6, 6, 6, 17, 17, 1, 1, 58, 58, 47, 136, 33 };
	struct or_traffic traffic;

	traffic.proto = protos[or_random(random, ARRAY_SIZE(protos))];
	traffic.by_name = or_random(random, 2);
	traffic.as_number = !or_random(random, 8);
	if (traffic.proto == 1 || traffic.proto == 58)
		random_types(random, &traffic);
	else
		random_ports(random, &traffic);
	if ((traffic.proto == 6 || traffic.proto == 17) && !or_random(random, 40)) {
		spoil(random, &traffic);
		world->invalid = true;
	}
	return traffic;
}

static bool taken(const struct or_acl *acl, const struct or_entry *entry)
{
	int i;

	for (i = 0; i < acl->count; i++)
		if (acl->entry[i].number == entry->number &&
		    acl->entry[i].egress == entry->egress &&
		    acl->entry[i].cidr.addr.family == entry->cidr.addr.family)
			return true;
	return false;
}

static void random_acl(struct or_random *random, struct or_world *world, struct or_acl *acl)
{
	int i, count = or_random(random, OR_ENTRIES + 1);
	struct or_entry entry;

	/* Many leave the gate open, or nobody would ever come to the doors. */
	for (i = 0; i < 4 && or_random(random, 3); i++) {
		entry = (struct or_entry){ .number = 500, .egress = i & 1, .allow = true };
		entry.traffic = (struct or_traffic){ .proto = -1, .from = OR_ABSENT,
						     .to = OR_ABSENT };
		entry.cidr = (struct or_cidr){ .addr.family = i & 2 ? 6 : 4 };
		acl->entry[acl->count++] = entry;
	}
	for (i = 0; i < count && acl->count < OR_ENTRIES; i++) {
		entry.number = 1 + or_random(random, 5) * 100 + or_random(random, 2);
		if (!or_random(random, 10))
			entry.number = 32766;
		entry.egress = or_random(random, 2);
		entry.allow = or_random(random, 3);
		entry.cidr = random_cidr(random, world, or_random(random, 3) ? 4 : 6);
		if (taken(acl, &entry))
			continue;
		entry.traffic = random_traffic(random, world);
		acl->entry[acl->count++] = entry;
	}
}

static void random_rule(struct or_random *random, struct or_world *world,
			struct or_rule *rule)
{
	int kind = or_random(random, 10);

	rule->egress = or_random(random, 2);
	rule->traffic = random_traffic(random, world);
	rule->dead = false;
	rule->kind = OR_CIDR;
	if (kind < 3) {
		rule->kind = OR_GROUP;
		rule->index = or_random(random, world->groups + 2);
		if (rule->index >= world->groups)
			rule->index += OR_GROUPS - world->groups;
		rule->dead = !or_random(random, 8);
	} else if (kind < 5 && world->lists) {
		rule->kind = OR_LIST;
		rule->index = or_random(random, world->lists);
		world->missing |= !world->list[rule->index].known;
	} else {
		rule->cidr = random_cidr(random, world, or_random(random, 3) ? 4 : 6);
	}
}

static void random_group(struct or_random *random, struct or_world *world,
			 struct or_group *group)
{
	int i;

	group->by_rules = !or_random(random, 4);
	group->count = or_random(random, OR_RULES + 1);
	for (i = 0; i < group->count; i++)
		random_rule(random, world, &group->rule[i]);
	/* A group told by its rules needs one to be told at all. */
	if (!group->count)
		group->by_rules = false;
}

static void random_list(struct or_random *random, const struct or_world *world,
			struct or_list *list)
{
	u8 family = or_random(random, 3) ? 4 : 6;
	int i;

	list->known = or_random(random, 6);
	list->apart = list->known && !or_random(random, 3);
	list->count = 1 + or_random(random, OR_PREFIXES);
	for (i = 0; i < list->count; i++)
		list->at[i] = random_cidr(random, world, family);
}

/* Interface n has addresses that no other one has; some have sixteen delegated ones. */
static void random_nic(struct or_random *random, struct or_world *world, struct or_nic *nic,
		       int n)
{
	int i, count = 1 + or_random(random, 3);

	nic->subnet = or_random(random, world->subnets);
	for (i = 0; i < count; i++) {
		nic->addr[nic->count] = or_random_addr(random, nic->subnet, 4);
		nic->addr[nic->count++].byte[3] = 4 + 4 * n + i;
	}
	if (or_random(random, 2)) {
		nic->addr[nic->count] = or_random_addr(random, nic->subnet, 6);
		nic->addr[nic->count].byte[14] = 0;
		nic->addr[nic->count++].byte[15] = 1 + n;
	}
	nic->delegated = nic->count;
	for (i = 0; n < 4 && i < 16 && !(nic->subnet & 1); i++) {
		nic->addr[nic->count] = or_random_addr(random, nic->subnet, 4);
		nic->addr[nic->count++].byte[3] = 64 + 16 * n + i;
	}
	nic->by_instance = !or_random(random, 3);
	for (i = 0; i < world->groups; i++)
		nic->groups |= or_random(random, 3) ? 0 : 1u << i;
	if (!or_random(random, 8))
		nic->groups |= 1u << OR_UNKNOWN;
}

/* A subnet that nothing else speaks of must be described, or it is not there. */
static void random_subnet(struct or_random *random, struct or_world *world, int index)
{
	struct or_subnet *subnet = &world->subnet[index];
	int i;

	subnet->acl = (int)or_random(random, world->acls + 1) - 1;
	subnet->described = or_random(random, 8);
	for (i = 0; i < world->nics; i++)
		if (world->nic[i].subnet == index)
			return;
	subnet->described |= subnet->acl < 0;
}

/**
 * or_generate() - a random account
 * @random: where it comes from
 * @world: filled in
 */
void or_generate(struct or_random *random, struct or_world *world)
{
	int i;

	memset(world, 0, sizeof(*world));
	world->subnets = 1 + or_random(random, OR_SUBNETS);
	world->acls = or_random(random, OR_ACLS + 1);
	world->groups = 1 + or_random(random, OR_GROUPS);
	world->lists = or_random(random, OR_LISTS + 1);
	world->nics = 1 + or_random(random, OR_NICS);
	for (i = 0; i < world->nics; i++)
		random_nic(random, world, &world->nic[i], i);
	for (i = 0; i < world->acls; i++)
		random_acl(random, world, &world->acl[i]);
	if (world->acls && or_random(random, 2))
		world->acl[or_random(random, world->acls)].is_default = true;
	for (i = 0; i < world->subnets; i++)
		random_subnet(random, world, i);
	for (i = 0; i < world->lists; i++)
		random_list(random, world, &world->list[i]);
	for (i = 0; i < world->groups; i++)
		random_group(random, world, &world->group[i]);
}
