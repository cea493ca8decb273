// SPDX-License-Identifier: GPL-2.0
/*
 * Records of a flow log as lines.
 *
 *	1764368402 1764368459 accept dir=ingress proto=tcp src=119.18.36.73
 *		dst=1.3.3.7 sport=40312 dport=443 packets=12 bytes=1834 flags=3
 *		dev=eth1 protects=subnet acl=public rule=100 groups=web group=web
 *
 * on one line: one side of a flow. Of what there was no room for there are only sums, and
 * of an interface without any traffic only its name:
 *
 *	1764368400 1764368460 skipdata dir=ingress packets=7 bytes=420 dev=eth1
 *		protects=subnet
 *	1764368400 1764368460 nodata dev=eth1 protects=subnet
 */
#include "flow_text.h"

#include <linux/netdevice.h>

#include "engine/evaluate.h"
#include "engine/match_text.h"
#include "engine/policy_text.h"

/**
 * bailey_flow_port() - the interface that a flow's packets pass on a side
 * @flow: the flow
 * @s: %BAILEY_SRC or %BAILEY_DST
 *
 * Return: its number; where the side is this machine, that of the only one there is.
 */
u32 bailey_flow_port(const struct bailey_flow *flow, u32 s)
{
	return flow->ifindex[s] ? flow->ifindex[s] : flow->ifindex[!s];
}

/**
 * bailey_flow_box() - is a side of a flow this machine?
 * @flow: the flow
 * @s: %BAILEY_SRC or %BAILEY_DST
 *
 * Return: true if it is.
 */
bool bailey_flow_box(const struct bailey_flow *flow, u32 s)
{
	return flow->hook == (s == BAILEY_SRC ? BAILEY_HOOK_LOCAL_OUT : BAILEY_HOOK_LOCAL_IN);
}

static void times_print(u32 start, u32 end, const char *what, struct bailey_out *out)
{
	/* The clock may have been set back in between. */
	bailey_out_printf(out, "%u %u %s", start, max(start, end), what);
}

static void dev_print(struct net *net, u32 ifindex, struct bailey_out *out)
{
	const struct net_device *dev;

	bailey_out_printf(out, " dev=");
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		bailey_out_escaped(out, dev->name, strlen(dev->name));
	else
		bailey_out_printf(out, "if%u", ifindex);
	rcu_read_unlock();
}

/* Where a side is. */
static void place_print(struct net *net, const struct bailey_flow *flow, u32 s,
			struct bailey_out *out)
{
	const struct bailey_endpoint *endpoint = flow->side[s].endpoint;

	dev_print(net, bailey_flow_port(flow, s), out);
	bailey_out_printf(out, " protects=%s", bailey_flow_box(flow, s) ? "host" : "subnet");
	if (endpoint)
		bailey_out_printf(out, " endpoint=%s", endpoint->object.name);
}

static void packets_print(const struct bailey_flow *flow, struct bailey_out *out)
{
	const char *name = bailey_proto_name(flow->proto);

	if (name)
		bailey_out_printf(out, " proto=%s src=", name);
	else
		bailey_out_printf(out, " proto=%u src=", flow->proto);
	bailey_out_addr(out, flow->family, &flow->addr[BAILEY_SRC]);
	bailey_out_printf(out, " dst=");
	bailey_out_addr(out, flow->family, &flow->addr[BAILEY_DST]);
	if (bailey_proto_has_ports(flow->proto))
		bailey_out_printf(out, " sport=%u dport=%u", flow->sport, flow->dport);
}

static void sums_print(u64 packets, u64 bytes, struct bailey_out *out)
{
	bailey_out_printf(out, " packets=%llu bytes=%llu", packets, bytes);
}

static const char *name_of(const struct bailey_policy *policy, enum bailey_kind kind, u32 slot)
{
	const struct bailey_object *object = bailey_policy_object(policy, kind, slot);

	return object ? object->name : NULL;
}

/* Who was asked on a side, and what answered. */
static void answers_print(const struct bailey_flow *flow, u32 s, struct bailey_out *out)
{
	const struct bailey_flow_side *side = &flow->side[s];
	const struct bailey_attach *attach = side->attach;
	const struct bailey_set *set = side->endpoint ? side->endpoint->set :
				       attach ? attach->set : NULL;
	const char *acl = attach ? name_of(flow->policy, BAILEY_ACL, attach->acl) : NULL;
	const char *group = name_of(flow->policy, BAILEY_GROUP, side->group);

	if (acl)
		bailey_out_printf(out, " acl=%s", acl);
	if (side->acl && side->rule)
		bailey_out_printf(out, " rule=%u", side->rule->number);
	else if (side->acl)
		bailey_out_printf(out, " rule=*");
	if (attach && set) {
		bailey_out_printf(out, " groups=");
		bailey_set_print(flow->policy, set, out);
	}
	if (group)
		bailey_out_printf(out, " group=%s", group);
	if (side->action == BAILEY_FLOW_REJECT)
		bailey_out_printf(out, " reason=%s", bailey_reason_name(flow->reason));
}

/**
 * bailey_flow_print() - append what one side of a flow has to tell as a line
 * @net: its namespace
 * @flow: the flow
 * @s: %BAILEY_SRC or %BAILEY_DST; a side with an action
 * @start: when the window began, in Unix seconds
 * @end: when it ended
 * @out: where to; at most %BAILEY_FLOW_LINE_MAX bytes
 *
 * Context: Process; the flow's policy is held.
 */
void bailey_flow_print(struct net *net, const struct bailey_flow *flow, u32 s, u32 start,
		       u32 end, struct bailey_out *out)
{
	const char *dir = s == BAILEY_SRC ? "egress" : "ingress";
	bool accept = flow->side[s].action == BAILEY_FLOW_ACCEPT;

	if (flow->side[s].action == BAILEY_FLOW_SKIPPED) {
		times_print(start, end, "skipdata", out);
		bailey_out_printf(out, " dir=%s", dir);
		sums_print(flow->packets, flow->bytes, out);
		place_print(net, flow, s, out);
		bailey_out_bytes(out, "\n", 1);
		return;
	}
	times_print(flow->first, flow->last, accept ? "accept" : "reject", out);
	bailey_out_printf(out, " dir=%s", dir);
	packets_print(flow, out);
	sums_print(flow->packets, flow->bytes, out);
	if (flow->proto == BAILEY_PROTO_TCP)
		bailey_out_printf(out, " flags=%u", flow->tcp_flags);
	place_print(net, flow, s, out);
	answers_print(flow, s, out);
	bailey_out_bytes(out, "\n", 1);
}

/**
 * bailey_flow_print_lost() - append what nobody knows where it belongs as a line
 * @packets: how many packets
 * @bytes: their bytes
 * @start: when the window began, in Unix seconds
 * @end: when it ended
 * @out: where to
 */
void bailey_flow_print_lost(u64 packets, u64 bytes, u32 start, u32 end,
			    struct bailey_out *out)
{
	times_print(start, end, "skipdata", out);
	sums_print(packets, bytes, out);
	bailey_out_bytes(out, "\n", 1);
}

/**
 * bailey_flow_print_nodata() - append that an interface had no traffic as a line
 * @dev: its name
 * @host: the attach line that protects this machine; else the one for the subnet
 * @start: when the window began, in Unix seconds
 * @end: when it ended
 * @out: where to
 */
void bailey_flow_print_nodata(const char *dev, bool host, u32 start, u32 end,
			      struct bailey_out *out)
{
	times_print(start, end, "nodata", out);
	bailey_out_printf(out, " dev=");
	bailey_out_escaped(out, dev, strlen(dev));
	bailey_out_printf(out, " protects=%s\n", host ? "host" : "subnet");
}
