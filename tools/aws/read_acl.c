// SPDX-License-Identifier: GPL-2.0
/*
 * Network ACLs: describe-network-acls.
 */
#include "aws.h"

/* By direction, number and family: what may be there once only. */
static int place_cmp(const struct aws_entry *a, const struct aws_entry *b)
{
	if (a->egress != b->egress)
		return a->egress ? 1 : -1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->cidr.family != b->cidr.family)
		return a->cidr.family == BAILEY_IPV4 ? -1 : 1;
	return 0;
}

static int entry_cmp(const void *a, const void *b)
{
	const struct aws_entry *x = a, *y = b;
	int order = place_cmp(x, y);

	if (!order)
		order = aws_traffic_cmp(&x->traffic, &y->traffic);
	if (!order)
		order = aws_cidr_cmp(&x->cidr, &y->cidr);
	return order ? order : (int)x->allow - y->allow;
}

/* PortRange and IcmpTypeCode count for the protocols that have them only. */
static bool read_traffic(struct aws_import *aws, const struct aws_at *at,
			 struct aws_traffic *traffic)
{
	size_t refused = aws->refused;
	bool icmp, has_from = false, has_to = false;
	s64 from = 0, to = 0;
	struct aws_at range;

	if (!aws_proto_read(aws, at, "Protocol", traffic))
		return false;
	icmp = traffic->proto == BAILEY_PROTO_ICMP || traffic->proto == BAILEY_PROTO_ICMPV6;
	if (aws_get(at, icmp ? "IcmpTypeCode" : "PortRange", &range)) {
		if (!aws_object_needed(aws, &range))
			return false;
		has_from = aws_number(aws, &range, icmp ? "Type" : "From", &from);
		has_to = aws_number(aws, &range, icmp ? "Code" : "To", &to);
	}
	return aws->refused == refused &&
	       aws_traffic_check(aws, at, has_from, from, has_to, to, traffic);
}

static bool read_action(struct aws_import *aws, const struct aws_at *at, bool *allow)
{
	const char *action = aws_string(aws, at, "RuleAction");

	*allow = action && !strcasecmp(action, "allow");
	if (*allow || (action && !strcasecmp(action, "deny")))
		return true;
	if (action)
		aws_refuse(aws, at, "RuleAction is allow or deny, not '%.40s'", action);
	else
		aws_refuse(aws, at, "RuleAction is missing");
	return false;
}

/* AWS's own last entries, which Bailey has by itself. */
static bool is_asterisk(const struct aws_entry *entry)
{
	return entry->number > AWS_NUMBER_MAX && !entry->allow && !entry->cidr.bits &&
	       entry->traffic.proto == BAILEY_PROTO_ANY;
}

static void put_entry(struct aws_import *aws, const struct aws_at *at, struct aws_acl *acl,
		      struct aws_entry *entry, const char *text, u8 family)
{
	if (!aws_cidr_read(aws, at, text, family, &entry->cidr))
		return;
	if (is_asterisk(entry))
		return;
	if (entry->number > AWS_NUMBER_MAX) {
		aws_invalid(aws, at,
			    "number %u: above %u there is nothing but the entry that denies the rest",
			    entry->number, AWS_NUMBER_MAX);
		return;
	}
	if (!aws_traffic_possible(&entry->traffic, family)) {
		aws_remark(aws, at, "%s over %s: no packet is; left out",
			   entry->traffic.proto == BAILEY_PROTO_ICMP ? "ICMP" : "ICMPv6",
			   family == BAILEY_IPV4 ? "IPv4" : "IPv6");
		return;
	}
	acl->entries = aws_more(acl->entries, acl->count, &acl->cap, sizeof(*entry));
	acl->entries[acl->count++] = *entry;
}

static bool read_number(struct aws_import *aws, const struct aws_at *at,
			struct aws_entry *entry)
{
	s64 number;

	if (!aws_number(aws, at, "RuleNumber", &number)) {
		aws_refuse(aws, at, "RuleNumber is missing");
		return false;
	}
	if (number < 1 || number > AWS_NUMBER_MAX + 2) {
		aws_invalid(aws, at, "number %lld: they are from 1 to %u", (long long)number,
			    AWS_NUMBER_MAX);
		return false;
	}
	entry->number = number;
	return true;
}

static void read_entry(struct aws_import *aws, const struct aws_at *at, struct aws_acl *acl)
{
	static const char * const known[] = {
		"CidrBlock", "Ipv6CidrBlock", "Egress", "IcmpTypeCode", "PortRange", "Protocol",
		"RuleAction", "RuleNumber", NULL
	};
	struct aws_entry entry = {};
	const char *v4, *v6;

	if (!aws_object_needed(aws, at))
		return;
	aws_only(aws, at, known);
	if (!aws_flag(aws, at, "Egress", &entry.egress)) {
		aws_refuse(aws, at, "Egress is missing");
		return;
	}
	if (!read_number(aws, at, &entry) || !read_action(aws, at, &entry.allow) ||
	    !read_traffic(aws, at, &entry.traffic))
		return;
	v4 = aws_string(aws, at, "CidrBlock");
	v6 = aws_string(aws, at, "Ipv6CidrBlock");
	if (!v4 && !v6)
		aws_invalid(aws, at, "CidrBlock and Ipv6CidrBlock are missing");
	if (v4)
		put_entry(aws, at, acl, &entry, v4, BAILEY_IPV4);
	if (v6)
		put_entry(aws, at, acl, &entry, v6, BAILEY_IPV6);
}

static void check_numbers(struct aws_import *aws, const struct aws_at *at,
			  const struct aws_acl *acl)
{
	size_t i;

	for (i = 1; i < acl->count; i++)
		if (!place_cmp(&acl->entries[i - 1], &acl->entries[i]))
			aws_refuse(aws, at, "%s entry %u of %s is there twice, and says two things",
				   acl->entries[i].egress ? "egress" : "ingress",
				   acl->entries[i].number, acl->o.id);
}

static void read_associations(struct aws_import *aws, const struct aws_at *at,
			      struct aws_acl *acl)
{
	struct aws_at list, item;
	const char *subnet, *id;
	size_t i, count = aws_array(aws, at, "Associations", &list);

	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (!aws_object_needed(aws, &item))
			continue;
		id = aws_string(aws, &item, "NetworkAclId");
		if (id && strcmp(id, acl->o.id))
			aws_refuse(aws, &item, "an association of %.60s stands in %.60s", id,
				   acl->o.id);
		subnet = aws_string(aws, &item, "SubnetId");
		if (subnet)
			json_array_append_new(acl->subnets, json_string(subnet));
		else
			aws_refuse(aws, &item, "SubnetId is missing");
	}
}

static bool same_acl(const struct aws_acl *a, const struct aws_acl *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (entry_cmp(&a->entries[i], &b->entries[i]))
			return false;
	return true;
}

/* Of one ACL in two files the entries must be the same; associations add up. */
static void keep_acl(struct aws_import *aws, const struct aws_at *at, struct aws_acl *acl)
{
	struct aws_acl *other = aws_find(&aws->acls, acl->o.id);

	if (!other) {
		aws_insert(&aws->acls, acl);
		return;
	}
	if (!same_acl(acl, other))
		aws_invalid(aws, at, "%s has other entries than in %s", acl->o.id,
			    other->o.where);
	else
		json_array_extend(other->subnets, acl->subnets);
	aws_acl_free(acl);
}

static void read_entries(struct aws_import *aws, const struct aws_at *at, struct aws_acl *acl)
{
	struct aws_at list, item;
	size_t i, count;

	if (!aws_get(at, "Entries", &list) && !aws_get(at, "EntrySet", &list)) {
		aws_refuse(aws, at, "Entries is missing");
		return;
	}
	count = aws_array(aws, at, list.key, &list);
	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		read_entry(aws, &item, acl);
	}
	acl->count = aws_unique(acl->entries, acl->count, sizeof(*acl->entries), entry_cmp,
				NULL);
	check_numbers(aws, at, acl);
}

/**
 * aws_read_acl() - a network ACL
 * @aws: the import
 * @at: the ACL
 */
void aws_read_acl(struct aws_import *aws, const struct aws_at *at)
{
	static const char * const known[] = { "Entries", "EntrySet", NULL };
	static const char * const words[] = { "Entr", "Rules", "Ingress", "Egress", NULL };
	struct aws_acl *acl;
	const char *id;

	if (!aws_object_needed(aws, at))
		return;
	id = aws_string(aws, at, "NetworkAclId");
	if (!id) {
		aws_refuse(aws, at, "NetworkAclId is missing");
		return;
	}
	aws_none_like(aws, at, known, words);
	acl = aws_new(sizeof(*acl));
	acl->subnets = json_array();
	aws_head(aws, at, &acl->o);
	acl->o.id = aws_copy(id);
	aws_flag(aws, at, "IsDefault", &acl->is_default);
	read_entries(aws, at, acl);
	read_associations(aws, at, acl);
	keep_acl(aws, at, acl);
}
