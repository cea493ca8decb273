// SPDX-License-Identifier: GPL-2.0
/*
 * Security groups and their rules: describe-security-groups, which has the rules of
 * a group by traffic, and describe-security-group-rules, which has each by itself.
 */
#include "aws.h"

/**
 * aws_rule_cmp() - an order of rules; equal are those that mean the same
 * @a: struct aws_rule
 * @b: struct aws_rule
 *
 * Return: below, at or above 0.
 */
int aws_rule_cmp(const void *a, const void *b)
{
	const struct aws_rule *x = a, *y = b;
	int order;

	if (x->egress != y->egress)
		return x->egress ? 1 : -1;
	order = aws_traffic_cmp(&x->traffic, &y->traffic);
	if (order)
		return order;
	if (x->peer != y->peer)
		return (int)x->peer - y->peer;
	if (x->peer == AWS_PEER_CIDR)
		return aws_cidr_cmp(&x->cidr, &y->cidr);
	order = strcmp(x->id, y->id);
	if (!order && x->name && y->name && !*x->id)
		order = strcmp(x->name, y->name);
	return order ? order : (int)x->dead - y->dead;
}

/* Where the rules of a permission go, and what they have in common. */
struct permission {
	struct aws_import *aws;
	struct aws_rule **rules;
	size_t *count;
	size_t *cap;
	struct aws_rule base;
};

static void put_rule(struct permission *perm, const struct aws_rule *rule)
{
	*perm->rules = aws_more(*perm->rules, *perm->count, perm->cap, sizeof(*rule));
	(*perm->rules)[(*perm->count)++] = *rule;
}

static void put_cidr(struct permission *perm, const struct aws_at *at, const char *text,
		     u8 family, const char *description)
{
	struct aws_rule rule = perm->base;

	rule.peer = AWS_PEER_CIDR;
	if (!aws_cidr_read(perm->aws, at, text, family, &rule.cidr))
		return;
	if (!aws_traffic_possible(&rule.traffic, rule.cidr.family)) {
		aws_remark(perm->aws, at, "%s over %s: no packet is; left out",
			   rule.traffic.proto == BAILEY_PROTO_ICMP ? "ICMP" : "ICMPv6",
			   rule.cidr.family == BAILEY_IPV4 ? "IPv4" : "IPv6");
		return;
	}
	rule.text = aws_copy(description);
	put_rule(perm, &rule);
}

/* IpRanges, Ipv6Ranges: objects with a prefix, or (AWS Config) prefixes alone. */
static void read_ranges(struct permission *perm, const struct aws_at *at, const char *name,
			const char *field, u8 family)
{
	const char * const known[] = { field, NULL };
	struct aws_at list, item;
	const char *cidr;
	size_t i, count = aws_array(perm->aws, at, name, &list);

	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (json_is_string(item.json)) {
			put_cidr(perm, &item, json_string_value(item.json), family, NULL);
			continue;
		}
		if (!aws_object_needed(perm->aws, &item))
			continue;
		aws_only(perm->aws, &item, known);
		cidr = aws_string(perm->aws, &item, field);
		if (cidr)
			put_cidr(perm, &item, cidr, family,
				 aws_string(perm->aws, &item, "Description"));
		else
			aws_refuse(perm->aws, &item, "%s is missing", field);
	}
}

static void read_list_peers(struct permission *perm, const struct aws_at *at)
{
	static const char * const known[] = { "PrefixListId", "PrefixListName", NULL };
	struct aws_rule rule = perm->base;
	struct aws_at list, item;
	const char *id;
	size_t i, count = aws_array(perm->aws, at, "PrefixListIds", &list);

	rule.peer = AWS_PEER_LIST;
	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (json_is_string(item.json)) {
			rule.id = aws_copy(json_string_value(item.json));
			rule.text = NULL;
			put_rule(perm, &rule);
			continue;
		}
		if (!aws_object_needed(perm->aws, &item))
			continue;
		aws_only(perm->aws, &item, known);
		id = aws_string(perm->aws, &item, "PrefixListId");
		if (!id) {
			aws_refuse(perm->aws, &item, "PrefixListId is missing");
			continue;
		}
		rule.id = aws_copy(id);
		rule.text = aws_copy(aws_string(perm->aws, &item, "Description"));
		put_rule(perm, &rule);
	}
}

/* A peering that is over leads nowhere; without a status there is none, or it lives. */
static bool is_dead(struct aws_import *aws, const struct aws_at *at)
{
	const char *status = aws_string(aws, at, "PeeringStatus");

	return status && strcasecmp(status, "active") && strcasecmp(status, "provisioning");
}

static void read_group_peer(struct permission *perm, const struct aws_at *item)
{
	const char *id = aws_string(perm->aws, item, "GroupId");
	const char *name = aws_string(perm->aws, item, "GroupName");
	struct aws_rule rule = perm->base;

	if (!id && !name) {
		aws_refuse(perm->aws, item, "GroupId is missing");
		return;
	}
	rule.peer = AWS_PEER_GROUP;
	rule.dead = is_dead(perm->aws, item);
	rule.id = aws_copy(id ? id : "");
	rule.name = aws_copy(name);
	rule.text = aws_copy(aws_string(perm->aws, item, "Description"));
	put_rule(perm, &rule);
}

static void read_group_peers(struct permission *perm, const struct aws_at *at)
{
	static const char * const known[] = {
		"GroupId", "GroupName", "UserId", "VpcId", "VpcPeeringConnectionId",
		"PeeringStatus", NULL
	};
	struct aws_at list, item;
	size_t i, count = aws_array(perm->aws, at, "UserIdGroupPairs", &list);

	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (!aws_object_needed(perm->aws, &item))
			continue;
		aws_only(perm->aws, &item, known);
		read_group_peer(perm, &item);
	}
}

/* Protocol, ports and nothing unknown; false if the rule means nothing. */
static bool read_traffic(struct aws_import *aws, const struct aws_at *at,
			 struct aws_traffic *traffic)
{
	size_t refused = aws->refused;
	bool has_from, has_to;
	s64 from = 0, to = 0;

	if (!aws_proto_read(aws, at, "IpProtocol", traffic))
		return false;
	has_from = aws_number(aws, at, "FromPort", &from);
	has_to = aws_number(aws, at, "ToPort", &to);
	return aws->refused == refused &&
	       aws_traffic_check(aws, at, has_from, from, has_to, to, traffic);
}

static void read_permission(struct permission *perm, const struct aws_at *at)
{
	static const char * const known[] = {
		"IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv4Ranges", "Ipv6Ranges",
		"PrefixListIds", "UserIdGroupPairs", NULL
	};

	if (!aws_object_needed(perm->aws, at))
		return;
	aws_only(perm->aws, at, known);
	if (!read_traffic(perm->aws, at, &perm->base.traffic))
		return;
	read_ranges(perm, at, "IpRanges", "CidrIp", BAILEY_IPV4);
	read_ranges(perm, at, "Ipv4Ranges", "CidrIp", BAILEY_IPV4);
	read_ranges(perm, at, "Ipv6Ranges", "CidrIpv6", BAILEY_IPV6);
	read_list_peers(perm, at);
	read_group_peers(perm, at);
}

static void read_permissions(struct aws_import *aws, const struct aws_at *at,
			     const char *name, bool egress, struct aws_group *group)
{
	struct permission perm = {
		.aws = aws, .rules = &group->rules, .count = &group->count,
		.cap = &group->cap, .base.egress = egress,
	};
	struct aws_at list, item;
	size_t i, count = aws_array(aws, at, name, &list);

	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		read_permission(&perm, &item);
	}
}

static bool same_group(const struct aws_group *a, const struct aws_group *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (aws_rule_cmp(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}

static void keep_group(struct aws_import *aws, const struct aws_at *at,
		       struct aws_group *group)
{
	struct aws_group *other = aws_find(&aws->groups, group->o.id);

	if (!other) {
		aws_insert(&aws->groups, group);
		return;
	}
	if (!same_group(group, other))
		aws_invalid(aws, at, "group %s has other rules than in %s", group->o.id,
			    other->o.where);
	aws_group_free(group);
}

static void check_rules_there(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at in, out;
	bool has_in = aws_get(at, "IpPermissions", &in);
	bool has_out = aws_get(at, "IpPermissionsEgress", &out);

	if (!has_in && !has_out)
		aws_refuse(aws, at,
			   "it says nothing of the group's rules: IpPermissions and IpPermissionsEgress are missing");
	else if (!has_in || !has_out)
		aws_remark(aws, at, "%s is missing: the group is taken to have no such rules",
			   has_in ? "IpPermissionsEgress" : "IpPermissions");
}

/**
 * aws_read_group() - a group as describe-security-groups has it
 * @aws: the import
 * @at: the group
 */
void aws_read_group(struct aws_import *aws, const struct aws_at *at)
{
	static const char * const known[] = { "IpPermissions", "IpPermissionsEgress", NULL };
	static const char * const words[] = { "Permission", "Ingress", "Egress", "Rules", NULL };
	struct aws_group *group;
	const char *id, *name;

	if (!aws_object_needed(aws, at))
		return;
	id = aws_string(aws, at, "GroupId");
	name = aws_string(aws, at, "GroupName");
	if (!id && !name) {
		aws_refuse(aws, at, "GroupId is missing");
		return;
	}
	check_rules_there(aws, at);
	aws_none_like(aws, at, known, words);
	group = aws_new(sizeof(*group));
	aws_head(aws, at, &group->o);
	group->o.id = aws_copy(id ? id : name);
	if (name) {
		free(group->o.name);
		group->o.name = aws_copy(name);
	}
	read_permissions(aws, at, "IpPermissions", false, group);
	read_permissions(aws, at, "IpPermissionsEgress", true, group);
	group->count = aws_unique(group->rules, group->count, sizeof(*group->rules),
				  aws_rule_cmp, aws_rule_free);
	keep_group(aws, at, group);
}

static void read_rule_peer(struct permission *perm, const struct aws_at *at)
{
	const char *text = aws_string(perm->aws, at, "Description");
	const char *v4 = aws_string(perm->aws, at, "CidrIpv4");
	const char *v6 = aws_string(perm->aws, at, "CidrIpv6");
	const char *list = aws_string(perm->aws, at, "PrefixListId");
	struct aws_rule rule = perm->base;
	struct aws_at info;
	bool group = aws_get(at, "ReferencedGroupInfo", &info);

	if (!!v4 + !!v6 + !!list + group != 1) {
		aws_refuse(perm->aws, at,
			   "one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupInfo should stand here");
		return;
	}
	if (v4 || v6) {
		put_cidr(perm, at, v4 ? v4 : v6, v4 ? BAILEY_IPV4 : BAILEY_IPV6, text);
	} else if (list) {
		rule.peer = AWS_PEER_LIST;
		rule.id = aws_copy(list);
		rule.text = aws_copy(text);
		put_rule(perm, &rule);
	} else if (aws_object_needed(perm->aws, &info)) {
		read_group_peer(perm, &info);
	}
}

/**
 * aws_read_rule() - a rule as describe-security-group-rules has it
 * @aws: the import
 * @at: the rule
 */
void aws_read_rule(struct aws_import *aws, const struct aws_at *at)
{
	static const char * const known[] = {
		"GroupId", "GroupOwnerId", "IsEgress", "IpProtocol", "FromPort", "ToPort",
		"CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupInfo", NULL
	};
	struct permission perm = { .aws = aws };
	struct aws_loose *loose;
	const char *id;

	if (!aws_object_needed(aws, at))
		return;
	aws_only(aws, at, known);
	id = aws_string(aws, at, "GroupId");
	if (!id || !aws_flag(aws, at, "IsEgress", &perm.base.egress)) {
		aws_refuse(aws, at, "%s is missing", id ? "IsEgress" : "GroupId");
		return;
	}
	loose = aws_loose_new(aws, at, id);
	if (!read_traffic(aws, at, &perm.base.traffic))
		return;
	perm.rules = &loose->rules;
	perm.count = &loose->count;
	perm.cap = &loose->cap;
	read_rule_peer(&perm, at);
}
