// SPDX-License-Identifier: GPL-2.0
/*
 * Random worlds and policies, drawn from small pools, so that rules match
 * often and miss narrowly.
 */
#include "model.h"

/**
 * ref_random() - a number that depends on nothing but the seed, or the bytes given
 * @random: the generator
 * @below: one more than the highest wanted
 *
 * Return: a number from 0 to @below - 1.
 */
u32 ref_random(struct ref_random *random, u32 below)
{
	u64 z;

	if (random->data) {
		if (!random->left)
			return 0;
		random->left--;
		return below ? *random->data++ % below : 0;
	}
	z = random->state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return below ? (u32)(z >> 32) % below : 0;
}

/**
 * ref_random_addr() - an address of the pool that all the rest is made of
 * @random: the generator
 * @family: 4 or 6
 *
 * Return: the address.
 */
struct ref_addr ref_random_addr(struct ref_random *random, u8 family)
{
	struct ref_addr addr = { .family = family };
	u32 odd = ref_random(random, 16);

	if (family == 4) {
		addr.byte[0] = odd == 0 ? 192 : 10;
		addr.byte[2] = ref_random(random, 4);
		addr.byte[3] = odd == 1 ? 255 : ref_random(random, 4);
		return addr;
	}
	if (odd == 0)
		return addr;
	addr.byte[15] = ref_random(random, 4);
	if (odd < 4) {
		addr.byte[0] = odd == 1 ? 0xff : 0xfe;
		addr.byte[1] = odd == 1 ? 0x02 : 0x80;
		return addr;
	}
	addr.byte[0] = 0x20;
	addr.byte[1] = 0x01;
	addr.byte[2] = 0x0d;
	addr.byte[3] = 0xb8;
	addr.byte[5] = ref_random(random, 4);
	return addr;
}

static struct ref_cidr random_cidr(struct ref_random *random, u8 family)
{
	static const int bits4[] = { 0, 1, 8, 16, 22, 23, 24, 29, 30, 31, 32, 32 };
	static const int bits6[] = { 0, 10, 16, 32, 46, 47, 48, 64, 65, 126, 127, 128 };
	struct ref_cidr cidr = { .net = ref_random_addr(random, family) };
	int i;

	cidr.bits = (family == 4 ? bits4 : bits6)[ref_random(random, 12)];
	for (i = cidr.bits; i < 128; i++)
		cidr.net.byte[i / 8] &= ~(0x80 >> i % 8);
	return cidr;
}

/**
 * ref_generate_world() - some interfaces with addresses
 * @random: the generator
 * @world: filled in
 */
void ref_generate_world(struct ref_random *random, struct ref_world *world)
{
	static const char * const names[REF_IFACES] = {
		"eth0", "eth1", "eth10", "ppp0", "lo", "veth7"
	};
	int i, count = 2 + ref_random(random, REF_IFACES - 1);
	u32 domains = ref_random(random, 4);

	memset(world, 0, sizeof(*world));
	world->count = count;
	for (i = 0; i < count; i++) {
		struct ref_iface *iface = &world->iface[i];

		iface->ifindex = 1 + i * (1 + count % 3);
		strcpy(iface->name, names[i]);
		iface->loopback = !strcmp(iface->name, "lo");
		iface->master = i && !domains && ref_random(random, 2) ? 0 : -1;
		iface->domain = iface->master < 0 ? 0 : world->iface[0].ifindex;
		iface->count = 2;
		iface->addr[0] = ref_random_addr(random, 4);
		iface->addr[1] = ref_random_addr(random, 6);
	}
}

static void random_peer(struct ref_random *random, bool group, u8 family,
			struct ref_peer *peer)
{
	u32 kind = ref_random(random, 10);

	memset(peer, 0, sizeof(*peer));
	if (kind < 4)
		return;
	if (kind < 6 && family) {
		peer->kind = REF_CIDR;
		peer->cidr = random_cidr(random, family);
	} else if (kind < 8) {
		peer->kind = REF_LIST;
		peer->index = ref_random(random, REF_LISTS);
	} else if (group) {
		peer->kind = REF_GROUP;
		peer->index = ref_random(random, REF_GROUPS);
	}
}

static bool has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ||
	       proto == 136;
}

static void random_ports(struct ref_random *random, struct ref_match *match, int end)
{
	static const int ports[] = { 0, 22, 53, 67, 68, 80, 443, 546, 547, 1024,
				     40000, 65535 };
	int a = ports[ref_random(random, ARRAY_SIZE(ports))];
	int b = ports[ref_random(random, ARRAY_SIZE(ports))];

	match->ports[end] = true;
	match->first[end] = a < b ? a : b;
	match->last[end] = ref_random(random, 2) ? match->first[end] : a < b ? b : a;
}

/**
 * ref_generate_match() - a match of the language
 * @random: the generator
 * @group: for a rule of a group
 * @match: filled in
 */
void ref_generate_match(struct ref_random *random, bool group, struct ref_match *match)
{
	static const int protos[] = { -1, -1, -1, 6, 6, 6, 17, 17, 1, 58, 132, 47, 50, 89 };
	static const int types4[] = { 0, 3, 5, 8, 11, 13 };
	static const int types6[] = { 1, 128, 129, 131, 135, 137 };
	static const u8 families[] = { 0, 0, 4, 6 };
	u8 family = families[ref_random(random, 4)];
	int end;

	memset(match, 0, sizeof(*match));
	match->proto = protos[ref_random(random, ARRAY_SIZE(protos))];
	match->type = -1;
	match->code = -1;
	if (match->proto == 1 || match->proto == 58) {
		family = match->proto == 1 ? 4 : 6;
		if (ref_random(random, 2))
			match->type = (family == 4 ? types4 : types6)[ref_random(random, 6)];
		if (match->type >= 0 && !ref_random(random, 3))
			match->code = ref_random(random, 2);
	}
	for (end = 0; end < 2; end++) {
		random_peer(random, group, family, &match->peer[end]);
		if (has_ports(match->proto) && !ref_random(random, end ? 2 : 5))
			random_ports(random, match, end);
	}
}

/**
 * ref_match_families() - which families a match can be about
 * @match: the match
 *
 * Return: 1 for IPv4, 2 for IPv6, 3 for both.
 */
int ref_match_families(const struct ref_match *match)
{
	int end;

	if (match->proto == 1)
		return 1;
	if (match->proto == 58)
		return 2;
	for (end = 0; end < 2; end++)
		if (match->peer[end].kind == REF_CIDR)
			return match->peer[end].cidr.net.family == 4 ? 1 : 2;
	return 3;
}

static bool peer_equal(const struct ref_peer *a, const struct ref_peer *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == REF_CIDR)
		return a->cidr.bits == b->cidr.bits &&
		       !memcmp(&a->cidr.net, &b->cidr.net, sizeof(a->cidr.net));
	return a->kind == REF_ANY || a->index == b->index;
}

/**
 * ref_match_equal() - would the language say that a rule is there already?
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool ref_match_equal(const struct ref_match *a, const struct ref_match *b)
{
	int end;

	for (end = 0; end < 2; end++)
		if (a->ports[end] != b->ports[end] || a->first[end] != b->first[end] ||
		    a->last[end] != b->last[end] ||
		    !peer_equal(&a->peer[end], &b->peer[end]))
			return false;
	return a->proto == b->proto && a->type == b->type && a->code == b->code;
}

static void random_acl(struct ref_random *random, struct ref_acl *acl)
{
	int dir, i, n;

	for (dir = 0; dir < 2; dir++) {
		n = ref_random(random, REF_ENTRIES - 1);
		for (i = 0; i < n; i++) {
			struct ref_entry *entry = &acl->entry[dir][i];
			u32 step = 1 + ref_random(random, 9);

			ref_generate_match(random, false, &entry->match);
			entry->allow = ref_random(random, 3);
			entry->reject = !entry->allow && ref_random(random, 2);
			/* The same number for IPv4 and IPv6 is two entries. */
			if (i && ref_match_families(&entry->match) +
				 ref_match_families(&entry[-1].match) == 3 &&
			    (i < 2 || entry[-2].number != entry[-1].number))
				step = 0;
			entry->number = (i ? entry[-1].number : 0) + step;
		}
		acl->count[dir] = n;
	}
	if (ref_random(random, 2) || n == REF_ENTRIES)
		return;
	/* Allow the rest, so that not everything ends here. */
	for (dir = 0; dir < 2; dir++) {
		struct ref_entry *entry = &acl->entry[dir][acl->count[dir]++];

		memset(entry, 0, sizeof(*entry));
		entry->number = 1000;
		entry->allow = true;
		entry->match.proto = -1;
		entry->match.type = -1;
		entry->match.code = -1;
	}
}

/* Without this, few connections would ever come about. */
static void allow_all(struct ref_group *group, int dir)
{
	struct ref_match all = { .proto = -1, .type = -1, .code = -1 };
	int i;

	for (i = 0; i < group->count[dir]; i++)
		if (ref_match_equal(&group->rule[dir][i], &all))
			return;
	group->rule[dir][group->count[dir]++] = all;
}

static void random_group(struct ref_random *random, struct ref_group *group)
{
	int dir, i, k, n;

	for (dir = 0; dir < 2; dir++) {
		n = ref_random(random, REF_RULES);
		for (i = 0; i < n; i++) {
			ref_generate_match(random, true, &group->rule[dir][i]);
			for (k = 0; k < i; k++)
				if (ref_match_equal(&group->rule[dir][k],
						    &group->rule[dir][i]))
					break;
			if (k < i)
				break;
		}
		group->count[dir] = i;
		if (i < REF_RULES && !ref_random(random, 3))
			allow_all(group, dir);
	}
}

static void random_list(struct ref_random *random, struct ref_list *list)
{
	int i, k, n = ref_random(random, REF_PREFIXES);

	for (i = 0; i < n; i++) {
		list->at[i] = random_cidr(random, ref_random(random, 2) ? 4 : 6);
		for (k = 0; k < i; k++)
			if (list->at[k].bits == list->at[i].bits &&
			    !memcmp(&list->at[k].net, &list->at[i].net,
				    sizeof(list->at[i].net)))
				break;
		if (k < i)
			break;
	}
	list->count = i;
}

static u32 random_groups(struct ref_random *random)
{
	return 1U << ref_random(random, REF_GROUPS) |
	       (ref_random(random, 2) ? 0 : 1U << ref_random(random, REF_GROUPS));
}

static void random_attaches(struct ref_random *random, const struct ref_world *world,
			    struct ref_policy *policy)
{
	static const char * const stems[] = { "eth", "eth1", "ppp", "v", "" };
	int i, k, n = 1 + ref_random(random, REF_ATTACHES);

	for (i = 0; i < n; i++) {
		struct ref_attach *attach = &policy->attach[policy->attaches];

		attach->stem = !ref_random(random, 4);
		strcpy(attach->dev, attach->stem ? stems[ref_random(random, 5)] :
		       world->iface[ref_random(random, world->count)].name);
		attach->host = !ref_random(random, 3);
		attach->acl = ref_random(random, 2) ? -1 :
			      (int)ref_random(random, REF_ACLS);
		attach->groups = ref_random(random, 3) ? random_groups(random) : 0;
		for (k = 0; k < policy->attaches; k++)
			if (policy->attach[k].stem == attach->stem &&
			    policy->attach[k].host == attach->host &&
			    !strcmp(policy->attach[k].dev, attach->dev))
				break;
		policy->attaches += k == policy->attaches;
	}
}

static bool addr_taken(const struct ref_policy *policy, const char *dev,
		       const struct ref_addr *addr)
{
	int i, k;

	for (i = 0; i <= policy->endpoints && i < REF_ENDPOINTS; i++) {
		const struct ref_endpoint *endpoint = &policy->endpoint[i];

		for (k = 0; k < endpoint->count; k++)
			if (!strcmp(endpoint->dev, dev) &&
			    !memcmp(&endpoint->addr[k], addr, sizeof(*addr)))
				return true;
	}
	return false;
}

static void random_endpoints(struct ref_random *random, const struct ref_world *world,
			     struct ref_policy *policy)
{
	int i, k, n = ref_random(random, REF_ENDPOINTS + 1);

	for (i = 0; i < n; i++) {
		struct ref_endpoint *endpoint = &policy->endpoint[policy->endpoints];

		sprintf(endpoint->name, "e%d", i);
		strcpy(endpoint->dev,
		       world->iface[ref_random(random, world->count)].name);
		endpoint->groups = random_groups(random);
		for (k = 1 + ref_random(random, REF_ADDRS); k > 0; k--) {
			struct ref_addr addr =
				ref_random_addr(random, ref_random(random, 2) ? 4 : 6);

			if (!addr_taken(policy, endpoint->dev, &addr))
				endpoint->addr[endpoint->count++] = addr;
		}
		policy->endpoints += endpoint->count > 0;
	}
}

/**
 * ref_generate_policy() - a whole policy
 * @random: the generator
 * @world: whose interfaces it should speak of
 * @policy: filled in
 */
void ref_generate_policy(struct ref_random *random, const struct ref_world *world,
			 struct ref_policy *policy)
{
	int i;

	memset(policy, 0, sizeof(*policy));
	for (i = 0; i < REF_ACLS; i++)
		random_acl(random, &policy->acl[i]);
	for (i = 0; i < REF_GROUPS; i++)
		random_group(random, &policy->group[i]);
	for (i = 0; i < REF_LISTS; i++)
		random_list(random, &policy->list[i]);
	random_attaches(random, world, policy);
	random_endpoints(random, world, policy);
	policy->exempt_loopback = ref_random(random, 4);
	policy->exempt_nd = ref_random(random, 4);
	policy->exempt_mld = ref_random(random, 4);
	policy->exempt_dhcp = ref_random(random, 4);
	policy->exempt_error = ref_random(random, 4);
	policy->deny = !ref_random(random, 4);
	policy->reject = policy->deny && ref_random(random, 2);
}
