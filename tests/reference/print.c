// SPDX-License-Identifier: GPL-2.0
/* The reference's policies, packets and answers as text. */
#include "model.h"
#include "text.h"

static void print_addr(const struct ref_addr *addr, struct bailey_out *out)
{
	int i;

	if (addr->family == 4) {
		bailey_out_printf(out, "%u.%u.%u.%u", addr->byte[0], addr->byte[1],
				  addr->byte[2], addr->byte[3]);
		return;
	}
	/* The long form: it is the reader who must cope. */
	for (i = 0; i < 16; i += 2)
		bailey_out_printf(out, "%s%x", i ? ":" : "",
				  addr->byte[i] << 8 | addr->byte[i + 1]);
}

/**
 * ref_print_cidr() - a prefix
 * @cidr: the prefix
 * @out: where to
 */
void ref_print_cidr(const struct ref_cidr *cidr, struct bailey_out *out)
{
	print_addr(&cidr->net, out);
	if (cidr->bits != (cidr->net.family == 4 ? 32 : 128))
		bailey_out_printf(out, "/%d", cidr->bits);
}

static void print_peer(const struct ref_match *match, int end, struct bailey_out *out)
{
	const struct ref_peer *peer = &match->peer[end];

	if (peer->kind == REF_ANY && !match->ports[end])
		return;
	bailey_out_printf(out, " %s ", end ? "to" : "from");
	if (peer->kind == REF_ANY)
		bailey_out_printf(out, "any");
	else if (peer->kind == REF_CIDR)
		ref_print_cidr(&peer->cidr, out);
	else if (peer->kind == REF_LIST)
		bailey_out_printf(out, "prefix-list l%d", peer->index);
	else
		bailey_out_printf(out, "group g%d", peer->index);
	if (!match->ports[end])
		return;
	if (match->first[end] == match->last[end])
		bailey_out_printf(out, " port %d", match->first[end]);
	else
		bailey_out_printf(out, " port %d-%d", match->first[end],
				  match->last[end]);
}

/**
 * ref_print_match() - a match, with a blank before each word
 * @match: the match
 * @out: where to
 */
void ref_print_match(const struct ref_match *match, struct bailey_out *out)
{
	static const struct {
		int number;
		const char *name;
	} protos[] = {
		{ 1, "icmp" }, { 6, "tcp" }, { 17, "udp" }, { 47, "gre" },
		{ 50, "esp" }, { 58, "icmpv6" }, { 132, "sctp" },
	};
	const char *name = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (protos[i].number == match->proto)
			name = protos[i].name;
	if (name)
		bailey_out_printf(out, " %s", name);
	else if (match->proto >= 0)
		bailey_out_printf(out, " %d", match->proto);
	print_peer(match, 0, out);
	print_peer(match, 1, out);
	if (match->type >= 0)
		bailey_out_printf(out, " type %d", match->type);
	if (match->code >= 0)
		bailey_out_printf(out, " code %d", match->code);
}

static void print_groups(u32 groups, struct bailey_out *out)
{
	bool first = true;
	int i;

	for (i = 0; i < REF_GROUPS; i++) {
		if (!(groups >> i & 1))
			continue;
		bailey_out_printf(out, "%sg%d", first ? " groups " : ",", i);
		first = false;
	}
}

/**
 * ref_print_attach() - an attach line without its verb and newline
 * @attach: the line
 * @whole: with what it attaches; else only what identifies it
 * @out: where to
 */
void ref_print_attach(const struct ref_attach *attach, bool whole,
		      struct bailey_out *out)
{
	bailey_out_printf(out, "attach dev %s%s protects %s", attach->dev,
			  attach->stem ? "*" : "", attach->host ? "host" : "subnet");
	if (!whole)
		return;
	if (attach->acl >= 0)
		bailey_out_printf(out, " acl a%d", attach->acl);
	print_groups(attach->groups, out);
}

/**
 * ref_print_endpoint() - an endpoint line without its verb and newline
 * @endpoint: the endpoint
 * @out: where to
 */
void ref_print_endpoint(const struct ref_endpoint *endpoint, struct bailey_out *out)
{
	int i;

	bailey_out_printf(out, "endpoint %s dev %s addr ", endpoint->name, endpoint->dev);
	for (i = 0; i < endpoint->count; i++) {
		if (i)
			bailey_out_printf(out, ",");
		print_addr(&endpoint->addr[i], out);
	}
	print_groups(endpoint->groups, out);
}

/**
 * ref_action_word() - what an entry says
 * @entry: the entry
 *
 * Return: the word of the language.
 */
const char *ref_action_word(const struct ref_entry *entry)
{
	return entry->allow ? "allow" : entry->reject ? "reject" : "deny";
}

static void print_exempts(const struct ref_policy *policy, struct bailey_out *out)
{
	if (!policy->exempt_loopback)
		bailey_out_printf(out, "delete exempt loopback\n");
	if (!policy->exempt_nd)
		bailey_out_printf(out, "delete exempt nd\n");
	if (!policy->exempt_mld)
		bailey_out_printf(out, "delete exempt mld\n");
	if (!policy->exempt_dhcp)
		bailey_out_printf(out, "delete exempt dhcp\n");
	if (!policy->exempt_error)
		bailey_out_printf(out, "delete exempt icmp-error\n");
	if (policy->deny)
		bailey_out_printf(out, "default %s\n", policy->reject ? "reject" : "deny");
}

static void print_rules(const struct ref_policy *policy, struct bailey_out *out)
{
	static const char * const dirs[] = { "in", "out" };
	int i, dir, k;

	for (i = 0; i < REF_ACLS; i++) {
		bailey_out_printf(out, "acl a%d\n", i);
		for (dir = 0; dir < 2; dir++) {
			for (k = 0; k < policy->acl[i].count[dir]; k++) {
				const struct ref_entry *entry = &policy->acl[i].entry[dir][k];

				bailey_out_printf(out, "acl a%d %s %u %s", i, dirs[dir],
						  entry->number,
						  ref_action_word(entry));
				ref_print_match(&entry->match, out);
				bailey_out_printf(out, "\n");
			}
		}
	}
	for (i = 0; i < REF_GROUPS; i++) {
		bailey_out_printf(out, "group g%d\n", i);
		for (dir = 0; dir < 2; dir++) {
			for (k = 0; k < policy->group[i].count[dir]; k++) {
				bailey_out_printf(out, "group g%d %s allow", i, dirs[dir]);
				ref_print_match(&policy->group[i].rule[dir][k], out);
				bailey_out_printf(out, "\n");
			}
		}
	}
}

/**
 * ref_print_policy() - a whole policy, to be applied to an empty one
 * @policy: the policy
 * @out: where to
 */
void ref_print_policy(const struct ref_policy *policy, struct bailey_out *out)
{
	int i, k;

	print_rules(policy, out);
	for (i = 0; i < REF_LISTS; i++) {
		bailey_out_printf(out, "prefix-list l%d", i);
		for (k = 0; k < policy->list[i].count; k++) {
			bailey_out_printf(out, " ");
			ref_print_cidr(&policy->list[i].at[k], out);
		}
		bailey_out_printf(out, "\n");
	}
	for (i = 0; i < policy->attaches; i++) {
		ref_print_attach(&policy->attach[i], true, out);
		bailey_out_printf(out, "\n");
	}
	for (i = 0; i < policy->endpoints; i++) {
		ref_print_endpoint(&policy->endpoint[i], out);
		bailey_out_printf(out, "\n");
	}
	print_exempts(policy, out);
}

/**
 * ref_print_world() - the interfaces
 * @world: the interfaces
 * @out: where to
 */
void ref_print_world(const struct ref_world *world, struct bailey_out *out)
{
	int i, k;

	for (i = 0; i < world->count; i++) {
		const struct ref_iface *iface = &world->iface[i];

		bailey_out_printf(out, "interface %u %s vrf %u%s", iface->ifindex,
				  iface->name, iface->domain,
				  iface->loopback ? " loopback" : "");
		for (k = 0; k < iface->count; k++) {
			bailey_out_printf(out, " ");
			print_addr(&iface->addr[k], out);
		}
		bailey_out_printf(out, "\n");
	}
}

/**
 * ref_print_packet() - a packet in one line
 * @world: the interfaces
 * @packet: the packet
 * @out: where to
 */
void ref_print_packet(const struct ref_world *world, const struct ref_packet *packet,
		      struct bailey_out *out)
{
	static const char * const hooks[] = { "local-in", "local-out", "forward" };
	int in = packet->iface[0], dst = packet->iface[1];

	bailey_out_printf(out, "%s %s -> %s proto %d from ", hooks[packet->hook],
			  in < 0 ? "box" : world->iface[in].name,
			  dst < 0 ? "box" : world->iface[dst].name, packet->proto);
	print_addr(&packet->addr[0], out);
	bailey_out_printf(out, " port %d to ", packet->port[0]);
	print_addr(&packet->addr[1], out);
	bailey_out_printf(out, " port %d type %d code %d id %u flags 0x%02x hops %d",
			  packet->port[1], packet->type, packet->code,
			  packet->has_id ? packet->id : 0, packet->tcp_flags,
			  packet->hop_limit);
	if (packet->fragment)
		bailey_out_printf(out, " fragment");
	if (packet->quotes) {
		bailey_out_printf(out, " quotes proto %d from ", packet->quote_proto);
		print_addr(&packet->quote_addr[0], out);
		bailey_out_printf(out, " port %d to ", packet->quote_port[0]);
		print_addr(&packet->quote_addr[1], out);
		bailey_out_printf(out, " port %d type %d id %u", packet->quote_port[1],
				  packet->quote_type, packet->quote_id);
	}
	bailey_out_printf(out, "\n");
}

/**
 * ref_print_verdict() - the reference's answer
 * @verdict: the answer
 * @out: where to
 */
void ref_print_verdict(const struct ref_verdict *verdict, struct bailey_out *out)
{
	static const char * const names[] = {
		"pass", "default-deny", "acl-deny", "acl-default", "group-deny",
		"fragment", "state"
	};
	int i, g;

	bailey_out_printf(out, "%s%s", names[verdict->result],
			  verdict->reject ? ", rejected" : "");
	for (i = 0; i < verdict->hits; i++) {
		if (!verdict->hit[i].group) {
			bailey_out_printf(out, ", acl a%d %s entry #%d",
					  verdict->hit[i].acl,
					  verdict->hit[i].dir ? "out" : "in",
					  verdict->hit[i].number_at);
			continue;
		}
		bailey_out_printf(out, ", one of %s",
				  verdict->hit[i].dir ? "out" : "in");
		for (g = 0; g < REF_GROUPS; g++)
			if (verdict->hit[i].rules[g])
				bailey_out_printf(out, " g%d:%x", g,
						  verdict->hit[i].rules[g]);
	}
	bailey_out_printf(out, "\n");
}

/**
 * ref_print_conn() - a connection as the reference has it
 * @conn: the connection
 * @out: where to
 */
void ref_print_conn(const struct ref_conn *conn, struct bailey_out *out)
{
	bailey_out_printf(out, "proto %d ", conn->proto);
	print_addr(&conn->addr[0], out);
	bailey_out_printf(out, " port %d domain %u -> ", conn->port[0], conn->domain[0]);
	print_addr(&conn->addr[1], out);
	bailey_out_printf(out, " port %d domain %u id %u type %d doors %x %x%s ",
			  conn->port[1], conn->domain[1], conn->id, conn->type,
			  conn->door[0], conn->door[1], conn->cut ? " cut" : "");
	bailey_out_printf(out, "state %u flags %u dir %u expires %u\n", conn->state,
			  conn->flags, conn->last_dir, conn->expires);
}
