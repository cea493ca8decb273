// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and entries as AWS has them. AWS asks about the other end's address, the
 * protocol and, of TCP, UDP and ICMP, about destination ports or type and code.
 */
#include "export.h"
#include "engine/match_text.h"
#include "engine/policy_text.h"

#define PORT_MAX	65535

/**
 * aws_export_refuse() - say that AWS can't express something
 * @export: the export
 * @object: whose rule it is
 * @dir: %BAILEY_IN or %BAILEY_OUT
 * @rule: the rule
 * @why: what is in the way
 */
void aws_export_refuse(struct aws_export *export, const struct bailey_object *object,
		       int dir, const struct bailey_rule *rule, const char *why)
{
	struct bailey_out line = {};

	export->refused++;
	bailey_rule_print(export->policy, rule, &line);
	tool_fail("%s %s %s %.300s: %s", bailey_kind_name(object->kind), object->name,
		  dir == BAILEY_IN ? "in" : "out", line.buf ? line.buf : "", why);
	bailey_out_destroy(&line);
}

/* May the own end be left out? It may name a family, and nothing more. */
static bool is_everybody(const struct bailey_peer *peer)
{
	return peer->kind == BAILEY_PEER_ANY || (peer->kind == BAILEY_PEER_CIDR && !peer->bits);
}

static bool has_icmp(const struct bailey_match *match)
{
	return match->proto == BAILEY_PROTO_ICMP || match->proto == BAILEY_PROTO_ICMPV6;
}

static bool has_tcp_ports(const struct bailey_match *match)
{
	return match->proto == BAILEY_PROTO_TCP || match->proto == BAILEY_PROTO_UDP;
}

static const char *why_not(const struct aws_flow *flow)
{
	const struct bailey_match *match = &flow->match;

	if (match->sport_given && (match->sport_first || match->sport_last != PORT_MAX))
		return "AWS does not ask about source ports";
	if (!is_everybody(flow->near))
		return flow->egress ? "AWS does not ask where from in an out rule" :
				      "AWS does not ask where to in an in rule";
	if (!has_tcp_ports(match) && match->dport_given &&
	    (match->dport_first || match->dport_last != PORT_MAX))
		return "AWS asks about ports of TCP and UDP only";
	if (flow->far->kind == BAILEY_PEER_GROUP && flow->near->kind == BAILEY_PEER_CIDR &&
	    !has_icmp(match))
		return "AWS has no rule about a group in one family only";
	return NULL;
}

/**
 * aws_flow_of() - a rule as AWS has it
 * @export: the export
 * @object: whose rule it is
 * @dir: %BAILEY_IN or %BAILEY_OUT
 * @rule: the rule
 * @flow: filled in
 *
 * Return: false if AWS can't express it.
 */
bool aws_flow_of(struct aws_export *export, const struct bailey_object *object, int dir,
		 const struct bailey_rule *rule, struct aws_flow *flow)
{
	struct bailey_match *match = &flow->match;
	const char *why;

	bailey_rule_match(rule, match);
	flow->egress = dir == BAILEY_OUT;
	flow->near = flow->egress ? &match->from : &match->to;
	flow->far = flow->egress ? &match->to : &match->from;
	flow->from = AWS_OPEN;
	flow->to = AWS_OPEN;
	why = why_not(flow);
	if (why) {
		aws_export_refuse(export, object, dir, rule, why);
		return false;
	}
	if (has_tcp_ports(match)) {
		flow->from = match->dport_given ? match->dport_first : 0;
		flow->to = match->dport_given ? match->dport_last : PORT_MAX;
	} else if (has_icmp(match)) {
		flow->from = match->type;
		flow->to = match->code;
	}
	return true;
}

/**
 * aws_export_cidr() - a prefix
 * @family: its family
 * @addr: the network
 * @bits: its length
 *
 * Return: a new string.
 */
json_t *aws_export_cidr(u8 family, const struct bailey_addr *addr, u8 bits)
{
	struct bailey_out out = {};
	json_t *json;

	bailey_out_addr(&out, family, addr);
	bailey_out_printf(&out, "/%u", bits);
	json = json_string(out.buf);
	bailey_out_destroy(&out);
	return json;
}

static json_t *far_cidr(const struct aws_flow *flow, u8 family)
{
	static const struct bailey_addr zero;

	if (flow->far->kind == BAILEY_PEER_CIDR)
		return aws_export_cidr(family, &flow->far->addr, flow->far->bits);
	return aws_export_cidr(family, &zero, 0);
}

/* ACLs have numbers only, and "-1". */
static json_t *proto_number(u16 proto)
{
	char number[8];

	snprintf(number, sizeof(number), "%d", proto == BAILEY_PROTO_ANY ? -1 : proto);
	return json_string(number);
}

static json_t *proto_name(u16 proto)
{
	if (proto == BAILEY_PROTO_TCP || proto == BAILEY_PROTO_UDP ||
	    proto == BAILEY_PROTO_ICMP || proto == BAILEY_PROTO_ICMPV6)
		return json_string(bailey_proto_name(proto));
	return proto_number(proto);
}

static json_t *entry_json(const struct aws_flow *flow, const struct bailey_rule *rule,
			  u8 family)
{
	json_t *json = json_pack("{s:o, s:b, s:o, s:s, s:i}",
				 family == BAILEY_IPV4 ? "CidrBlock" : "Ipv6CidrBlock",
				 far_cidr(flow, family), "Egress", flow->egress, "Protocol",
				 proto_number(flow->match.proto), "RuleAction",
				 rule->action == BAILEY_ALLOW ? "allow" : "deny",
				 "RuleNumber", (int)rule->number);

	if (has_tcp_ports(&flow->match))
		json_object_set_new(json, "PortRange", json_pack("{s:i, s:i}", "From",
								 flow->from, "To", flow->to));
	else if (has_icmp(&flow->match))
		json_object_set_new(json, "IcmpTypeCode", json_pack("{s:i, s:i}", "Type",
								    flow->from, "Code",
								    flow->to));
	return json;
}

static void put_entry(struct aws_export *export, const struct bailey_acl *acl, int dir,
		      const struct bailey_rule *rule, json_t *list)
{
	const struct bailey_object *object = &acl->object;
	struct aws_flow flow;
	u8 family;

	if (rule->number > AWS_NUMBER_MAX) {
		aws_export_refuse(export, object, dir, rule,
				  "AWS has numbers up to 32766");
	} else if (rule->action == BAILEY_REJECT) {
		aws_export_refuse(export, object, dir, rule,
				  "AWS denies, and tells nobody");
	} else if (aws_flow_of(export, object, dir, rule, &flow)) {
		if (flow.far->kind == BAILEY_PEER_PREFIX_LIST) {
			aws_export_refuse(export, object, dir, rule,
					  "AWS has no prefix lists in network ACLs");
			return;
		}
		for (family = BAILEY_IPV4;; family = BAILEY_IPV6) {
			if (flow.match.families & bailey_family_bit(family))
				json_array_append_new(list, entry_json(&flow, rule, family));
			if (family == BAILEY_IPV6)
				break;
		}
	}
}

/* What no entry matches is denied: AWS lists that, too. */
static void put_asterisks(json_t *list)
{
	int egress;

	for (egress = 0; egress < 2; egress++) {
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:i}", "CidrBlock",
						      "0.0.0.0/0", "Egress", egress, "Protocol",
						      "-1", "RuleAction", "deny",
						      "RuleNumber", AWS_NUMBER_MAX + 1));
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:i}",
						      "Ipv6CidrBlock", "::/0", "Egress",
						      egress, "Protocol", "-1", "RuleAction",
						      "deny", "RuleNumber",
						      AWS_NUMBER_MAX + 2));
	}
}

/**
 * aws_export_entries() - the entries of an ACL
 * @export: the export
 * @acl: the ACL; NULL for one that allows everything
 *
 * Return: a new list.
 */
json_t *aws_export_entries(struct aws_export *export, const struct bailey_acl *acl)
{
	json_t *list = json_array();
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	int dir;

	for (dir = 0; dir < 2 && acl; dir++)
		for (rule = bailey_rules_first(&acl->rules[dir], &iter); rule;
		     rule = bailey_rules_next(&iter))
			put_entry(export, acl, dir, rule, list);
	for (dir = 0; dir < 2 && !acl; dir++) {
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:i}", "CidrBlock",
						      "0.0.0.0/0", "Egress", dir, "Protocol",
						      "-1", "RuleAction", "allow",
						      "RuleNumber", 100));
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:i}",
						      "Ipv6CidrBlock", "::/0", "Egress", dir,
						      "Protocol", "-1", "RuleAction", "allow",
						      "RuleNumber", 100));
	}
	put_asterisks(list);
	return list;
}

/* The permission of some traffic, to which peers are added. */
static json_t *permission_of(json_t *list, const struct aws_flow *flow)
{
	json_t *json, *proto = proto_name(flow->match.proto);
	bool ports = has_tcp_ports(&flow->match) || has_icmp(&flow->match);
	size_t i;

	json_array_foreach(list, i, json) {
		if (!json_equal(json_object_get(json, "IpProtocol"), proto) ||
		    (ports && (json_integer_value(json_object_get(json, "FromPort")) !=
			       flow->from ||
			       json_integer_value(json_object_get(json, "ToPort")) != flow->to)))
			continue;
		json_decref(proto);
		return json;
	}
	json = json_pack("{s:o, s:[], s:[], s:[], s:[]}", "IpProtocol", proto, "IpRanges",
			 "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs");
	if (ports) {
		json_object_set_new(json, "FromPort", json_integer(flow->from));
		json_object_set_new(json, "ToPort", json_integer(flow->to));
	}
	json_array_append_new(list, json);
	return json;
}

static void put_peer(const struct aws_export *export, json_t *permission,
		     const struct aws_flow *flow, u8 family)
{
	bool v4 = family == BAILEY_IPV4;
	json_t *to;

	if (flow->far->kind != BAILEY_PEER_PREFIX_LIST) {
		to = json_object_get(permission, v4 ? "IpRanges" : "Ipv6Ranges");
		json_array_append_new(to, json_pack("{s:o}", v4 ? "CidrIp" : "CidrIpv6",
						    far_cidr(flow, family)));
		return;
	}
	if (!aws_export_has_family(bailey_prefix_list_of(bailey_policy_object(export->policy,
									      BAILEY_PREFIX_LIST,
									      flow->far->slot)),
				   family))
		return;
	json_array_append_new(json_object_get(permission, "PrefixListIds"),
			      json_pack("{s:o}", "PrefixListId",
					aws_export_list_id(export, flow->far->slot, family)));
}

static void put_rule(struct aws_export *export, const struct bailey_group *group, int dir,
		     const struct bailey_rule *rule, json_t *list)
{
	struct aws_flow flow;
	json_t *permission;

	if (!aws_flow_of(export, &group->object, dir, rule, &flow))
		return;
	permission = permission_of(list, &flow);
	if (flow.far->kind == BAILEY_PEER_GROUP) {
		json_array_append_new(json_object_get(permission, "UserIdGroupPairs"),
				      json_pack("{s:s}", "GroupId",
						export->ids[BAILEY_GROUP][flow.far->slot]));
		return;
	}
	if (flow.match.families & BAILEY_FAMILY_IPV4)
		put_peer(export, permission, &flow, BAILEY_IPV4);
	if (flow.match.families & BAILEY_FAMILY_IPV6)
		put_peer(export, permission, &flow, BAILEY_IPV6);
}

/**
 * aws_export_permissions() - the rules of a group in one direction
 * @export: the export
 * @group: the group
 * @dir: %BAILEY_IN or %BAILEY_OUT
 *
 * Return: a new list.
 */
json_t *aws_export_permissions(struct aws_export *export,
			       const struct bailey_group *group, int dir)
{
	struct bailey_rules_iter iter;
	json_t *list = json_array();
	struct bailey_rule *rule;

	for (rule = bailey_rules_first(&group->rules[dir], &iter); rule;
	     rule = bailey_rules_next(&iter))
		put_rule(export, group, dir, rule, list);
	return list;
}
