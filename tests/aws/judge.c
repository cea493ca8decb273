// SPDX-License-Identifier: GPL-2.0
/*
 * What AWS makes of a connection, as its documentation has it:
 *
 * - network ACLs: VPC User Guide, "Control subnet traffic with network access control
 *   lists"; EC2 API Reference, NetworkAclEntry;
 * - security groups: "Control traffic to your AWS resources using security groups";
 *   "Security group rules"; "Security group connection tracking"; EC2 API Reference,
 *   IpPermission, UserIdGroupPair;
 * - "Subnets in the same VPC": traffic within a subnet does not meet its network ACL.
 */
#include "oracle.h"

enum or_mutation or_mutation;

static bool altered(enum or_mutation what)
{
	return or_mutation == what;
}

/* One packet of a connection, from end to end. */
struct packet {
	const struct or_end *from, *to;
	int proto, type, code;
};

static bool same_addr(const struct or_addr *a, const struct or_addr *b)
{
	return a->family == b->family && !memcmp(a->byte, b->byte, a->family == 4 ? 4 : 16);
}

/* Bits behind the length of a prefix are of no account. */
static bool in_cidr(const struct or_cidr *cidr, const struct or_addr *addr)
{
	int i;

	if (cidr->addr.family != addr->family)
		return altered(OR_MUTATE_FAMILY) && !cidr->bits;
	if (altered(OR_MUTATE_HOST_BITS) && cidr->bits == (addr->family == 4 ? 24 : 64))
		return same_addr(&cidr->addr, addr);
	for (i = 0; i < cidr->bits; i++) {
		u8 mask = 0x80 >> (i % 8);

		if ((cidr->addr.byte[i / 8] ^ addr->byte[i / 8]) & mask)
			return false;
	}
	return true;
}

static bool has_ports(int proto)
{
	return proto == 6 || proto == 17;
}

static bool is_icmp(int proto)
{
	return proto == 1 || proto == 58;
}

/**
 * or_makes_sense() - could AWS have such a rule?
 * @traffic: protocol and ports as the fields say
 *
 * Return: false for ranges that are none.
 */
bool or_makes_sense(const struct or_traffic *traffic)
{
	int from = traffic->from, to = traffic->to;

	if (!has_ports(traffic->proto) || (from < 0 && to < 0))
		return true;
	return from >= 0 && to <= 65535 && from <= to;
}

static bool ports_match(const struct or_traffic *traffic, const struct packet *p)
{
	if (altered(OR_MUTATE_ALL_PORTS) && traffic->from < 0)
		return false;
	if (traffic->from < 0)
		return true;
	if (altered(OR_MUTATE_PORT_EDGE) && p->to->port == traffic->to)
		return false;
	return p->to->port >= traffic->from && p->to->port <= traffic->to;
}

static bool types_match(const struct or_traffic *traffic, const struct packet *p)
{
	if (traffic->from < 0)
		return !altered(OR_MUTATE_TYPE_OPEN);
	if (traffic->from != p->type)
		return false;
	return altered(OR_MUTATE_CODE) || traffic->to < 0 || traffic->to == p->code;
}

/* Ports count for TCP and UDP, types for ICMP and ICMPv6, neither for all others. */
static bool traffic_matches(const struct or_traffic *traffic, const struct packet *p)
{
	if (!or_makes_sense(traffic))
		return altered(OR_MUTATE_INVALID) && traffic->proto == p->proto;
	if (traffic->proto == -1)
		return true;
	if (traffic->proto != p->proto)
		return false;
	if (has_ports(p->proto))
		return ports_match(traffic, p);
	if (is_icmp(p->proto))
		return types_match(traffic, p);
	return !altered(OR_MUTATE_PORT_ANY) || ports_match(traffic, p);
}

static bool goes_before(const struct or_entry *a, const struct or_entry *b)
{
	return altered(OR_MUTATE_ORDER) ? a->number > b->number : a->number < b->number;
}

/* The lowest number decides; both families have numbers of their own. */
static bool acl_allows(const struct or_acl *acl, const struct packet *p, bool egress)
{
	const struct or_addr *remote = egress ? &p->to->addr : &p->from->addr;
	const struct or_entry *best = NULL;
	int i;

	for (i = 0; i < acl->count; i++) {
		const struct or_entry *entry = &acl->entry[i];

		if (entry->egress != egress || !in_cidr(&entry->cidr, remote) ||
		    !traffic_matches(&entry->traffic, p))
			continue;
		if (altered(OR_MUTATE_NUMBERS) && entry->number == 32766)
			continue;
		if (!best || goes_before(entry, best))
			best = entry;
	}
	return best ? best->allow : altered(OR_MUTATE_END);
}

/* A subnet that no ACL names has its VPC's default; all of these are of one VPC. */
static const struct or_acl *acl_of(const struct or_world *world, int subnet)
{
	int i;

	if (world->subnet[subnet].acl >= 0)
		return &world->acl[world->subnet[subnet].acl];
	for (i = 0; i < world->acls; i++)
		if (world->acl[i].is_default && !altered(OR_MUTATE_DEFAULT_ACL))
			return &world->acl[i];
	return NULL;
}

static bool subnet_allows(const struct or_world *world, int subnet, const struct packet *p,
			  bool egress)
{
	const struct or_acl *acl;

	if (subnet == OR_OUTSIDE)
		return true;
	if (p->from->subnet == p->to->subnet && !altered(OR_MUTATE_INSIDE))
		return true;
	acl = acl_of(world, subnet);
	return !acl || acl_allows(acl, p, egress);
}

/* Members of a group are the interfaces that have it, by all their private addresses. */
static bool is_member(const struct or_world *world, const struct or_end *end, int group)
{
	const struct or_nic *nic;

	if (end->nic < 0 || group == OR_GONE)
		return false;
	if (group == OR_UNKNOWN && altered(OR_MUTATE_UNKNOWN_MEMBER))
		return false;
	nic = &world->nic[end->nic];
	if (altered(OR_MUTATE_PRIMARY) && !same_addr(&nic->addr[0], &end->addr))
		return false;
	return nic->groups & (1u << group);
}

static bool in_list(const struct or_list *list, const struct or_addr *addr)
{
	int i;

	if (!list->known)
		return altered(OR_MUTATE_MISSING);
	for (i = 0; i < list->count; i++)
		if (in_cidr(&list->at[i], addr))
			return true;
	return false;
}

static bool rule_allows(const struct or_world *world, const struct or_rule *rule,
			const struct packet *p, bool egress)
{
	const struct or_end *remote = egress ? p->to : p->from;

	if (rule->egress != egress || !traffic_matches(&rule->traffic, p))
		return false;
	switch (rule->kind) {
	case OR_CIDR:
		return in_cidr(&rule->cidr, &remote->addr);
	case OR_LIST:
		return in_list(&world->list[rule->index], &remote->addr);
	default:
		return (!rule->dead || altered(OR_MUTATE_DEAD)) &&
		       is_member(world, remote, rule->index);
	}
}

static bool group_allows(const struct or_world *world, int group, const struct packet *p,
			 bool egress)
{
	int i;

	if (group == OR_UNKNOWN)
		return altered(OR_MUTATE_UNKNOWN);
	if (egress && altered(OR_MUTATE_EGRESS))
		return true;
	for (i = 0; i < world->group[group].count; i++)
		if (rule_allows(world, &world->group[group].rule[i], p, egress))
			return true;
	return false;
}

/* All groups of an interface together; without groups there is no door. */
static bool nic_allows(const struct or_world *world, const struct or_end *end,
		       const struct packet *p, bool egress)
{
	const struct or_nic *nic;
	int i, first = 0;

	if (end->nic < 0)
		return true;
	nic = &world->nic[end->nic];
	if (!nic->groups)
		return !altered(OR_MUTATE_NO_GROUPS);
	for (i = nic->delegated; i < nic->count && altered(OR_MUTATE_DELEGATED); i++)
		if (same_addr(&nic->addr[i], &end->addr))
			return true;
	for (i = 0; i <= OR_UNKNOWN; i++) {
		if (!(nic->groups & (1u << i)))
			continue;
		if (first++ && altered(OR_MUTATE_ONE_GROUP))
			return false;
		if (group_allows(world, i, p, egress))
			return true;
	}
	return false;
}

/**
 * or_judge() - what AWS makes of a connection
 * @world: the account
 * @conn: the connection
 * @verdict: filled in
 *
 * A response to what groups have allowed needs no rule of theirs, but passes the
 * network ACLs again, the other way round.
 */
void or_judge(const struct or_world *world, const struct or_conn *conn,
	      struct or_verdict *verdict)
{
	const struct or_end *client = &conn->end[0], *server = &conn->end[1];
	struct packet p = { client, server, conn->proto, conn->type, conn->code };
	struct packet r = { server, client, conn->proto, conn->reply_type, 0 };

	verdict->request = nic_allows(world, client, &p, true) &&
			   subnet_allows(world, client->subnet, &p, true) &&
			   subnet_allows(world, server->subnet, &p, false) &&
			   nic_allows(world, server, &p, false);
	verdict->response = altered(OR_MUTATE_RESPONSE_ACL) ||
			    (subnet_allows(world, server->subnet, &r, true) &&
			     subnet_allows(world, client->subnet, &r, false));
	if (altered(OR_MUTATE_STATELESS))
		verdict->response = verdict->response &&
				    nic_allows(world, server, &r, true) &&
				    nic_allows(world, client, &r, false);
}
