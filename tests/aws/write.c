// SPDX-License-Identifier: GPL-2.0
/*
 * An account as the describe commands print it, in one of the many ways in which
 * such files are kept: one document or several, wrapped or bare, keys as AWS writes
 * them or as others do.
 */
#include <arpa/inet.h>
#include <ctype.h>

#include "oracle.h"

static json_t *addr_json(const struct or_addr *addr)
{
	char text[64];

	inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->byte, text, sizeof(text));
	return json_string(text);
}

static json_t *cidr_json(const struct or_cidr *cidr)
{
	char text[64];

	inet_ntop(cidr->addr.family == 4 ? AF_INET : AF_INET6, cidr->addr.byte, text,
		  sizeof(text));
	return json_sprintf("%s/%d", text, cidr->bits);
}

static json_t *proto_json(const struct or_traffic *traffic)
{
	static const struct { int proto; const char *name; } names[] = {
		{ 6, "tcp" }, { 17, "udp" }, { 1, "icmp" }, { 58, "icmpv6" }
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (traffic->by_name && names[i].proto == traffic->proto)
			return json_string(names[i].name);
	if (traffic->as_number)
		return json_integer(traffic->proto);
	return json_sprintf("%d", traffic->proto);
}

static void put_range(json_t *json, const char *from, const char *to,
		      const struct or_traffic *traffic)
{
	if (traffic->from != OR_ABSENT)
		json_object_set_new(json, from, json_integer(traffic->from));
	if (traffic->to != OR_ABSENT)
		json_object_set_new(json, to, json_integer(traffic->to));
}

static json_t *group_id(int index)
{
	if (index == OR_UNKNOWN)
		return json_string("sg-0unknown");
	if (index == OR_GONE)
		return json_string("sg-0deleted");
	return json_sprintf("sg-%08x", index);
}

static json_t *list_id(int index)
{
	return json_sprintf("pl-%08x", index);
}

static json_t *pair_json(const struct or_rule *rule)
{
	json_t *pair = json_pack("{s:s, s:o}", "UserId", "123456789012", "GroupId",
				 group_id(rule->index));

	if (rule->dead) {
		json_object_set_new(pair, "VpcPeeringConnectionId", json_string("pcx-1"));
		json_object_set_new(pair, "PeeringStatus", json_string("deleted"));
	}
	return pair;
}

static json_t *permission_json(const struct or_rule *rule)
{
	json_t *json = json_pack("{s:o, s:[], s:[], s:[], s:[]}", "IpProtocol",
				 proto_json(&rule->traffic), "IpRanges", "Ipv6Ranges",
				 "PrefixListIds", "UserIdGroupPairs");
	bool v4 = rule->cidr.addr.family == 4;

	put_range(json, "FromPort", "ToPort", &rule->traffic);
	if (rule->kind == OR_CIDR)
		json_array_append_new(json_object_get(json, v4 ? "IpRanges" : "Ipv6Ranges"),
				      json_pack("{s:o}", v4 ? "CidrIp" : "CidrIpv6",
						cidr_json(&rule->cidr)));
	else if (rule->kind == OR_LIST)
		json_array_append_new(json_object_get(json, "PrefixListIds"),
				      json_pack("{s:o}", "PrefixListId",
						list_id(rule->index)));
	else
		json_array_append_new(json_object_get(json, "UserIdGroupPairs"),
				      pair_json(rule));
	return json;
}

static json_t *rule_json(int group, int number, const struct or_rule *rule)
{
	json_t *json = json_pack("{s:o, s:o, s:b, s:o}", "SecurityGroupRuleId",
				 json_sprintf("sgr-%d-%d", group, number), "GroupId",
				 group_id(group), "IsEgress", rule->egress, "IpProtocol",
				 proto_json(&rule->traffic));

	put_range(json, "FromPort", "ToPort", &rule->traffic);
	if (rule->kind == OR_CIDR)
		json_object_set_new(json, rule->cidr.addr.family == 4 ? "CidrIpv4" : "CidrIpv6",
				    cidr_json(&rule->cidr));
	else if (rule->kind == OR_LIST)
		json_object_set_new(json, "PrefixListId", list_id(rule->index));
	else
		json_object_set_new(json, "ReferencedGroupInfo", pair_json(rule));
	return json;
}

static json_t *group_json(int index, const struct or_group *group)
{
	json_t *json = json_pack("{s:o, s:s, s:s, s:s, s:[], s:[]}", "GroupId",
				 group_id(index), "GroupName", index & 1 ? "default" : "web tier",
				 "Description", "a group\nof two lines", "VpcId", "vpc-1",
				 "IpPermissions", "IpPermissionsEgress");
	int i;

	for (i = 0; i < group->count; i++)
		json_array_append_new(json_object_get(json, group->rule[i].egress ?
						      "IpPermissionsEgress" : "IpPermissions"),
				      permission_json(&group->rule[i]));
	return json;
}

static void put_groups(json_t *documents, const struct or_world *world)
{
	json_t *groups = json_array(), *rules = json_array();
	int i, k;

	for (i = 0; i < world->groups; i++) {
		const struct or_group *group = &world->group[i];

		if (!group->by_rules)
			json_array_append_new(groups, group_json(i, group));
		for (k = 0; k < group->count && group->by_rules; k++)
			json_array_append_new(rules, rule_json(i, k, &group->rule[k]));
	}
	json_array_append_new(documents, json_pack("{s:o}", "SecurityGroups", groups));
	json_array_append_new(documents, json_pack("{s:o}", "SecurityGroupRules", rules));
}

static json_t *entry_json(const struct or_entry *entry)
{
	json_t *json = json_pack("{s:o, s:b, s:o, s:s, s:i}",
				 entry->cidr.addr.family == 4 ? "CidrBlock" : "Ipv6CidrBlock",
				 cidr_json(&entry->cidr), "Egress", entry->egress, "Protocol",
				 proto_json(&entry->traffic), "RuleAction",
				 entry->allow ? "allow" : "deny", "RuleNumber", entry->number);
	bool icmp = entry->traffic.proto == 1 || entry->traffic.proto == 58;
	json_t *range = json_object();

	if (icmp)
		put_range(range, "Type", "Code", &entry->traffic);
	else
		put_range(range, "From", "To", &entry->traffic);
	json_object_set_new(json, icmp ? "IcmpTypeCode" : "PortRange", range);
	return json;
}

static void put_asterisk(json_t *entries, bool egress, bool v6)
{
	json_array_append_new(entries, json_pack("{s:s, s:b, s:s, s:s, s:i}",
						 v6 ? "Ipv6CidrBlock" : "CidrBlock",
						 v6 ? "::/0" : "0.0.0.0/0", "Egress", egress,
						 "Protocol", "-1", "RuleAction", "deny",
						 "RuleNumber", v6 ? 32768 : 32767));
}

static void put_acls(json_t *documents, const struct or_world *world)
{
	json_t *acls = json_array(), *acl, *entries, *associations;
	int i, k;

	for (i = 0; i < world->acls; i++) {
		entries = json_array();
		associations = json_array();
		for (k = 0; k < world->acl[i].count; k++)
			json_array_append_new(entries, entry_json(&world->acl[i].entry[k]));
		for (k = 0; k < 4 && i; k++)
			put_asterisk(entries, k & 1, k & 2);
		for (k = 0; k < world->subnets; k++)
			if (world->subnet[k].acl == i)
				json_array_append_new(associations,
						      json_pack("{s:o}", "SubnetId",
								json_sprintf("subnet-%d", k)));
		acl = json_pack("{s:o, s:s, s:b, s:o, s:o}", "NetworkAclId",
				json_sprintf("acl-%d", i), "VpcId", "vpc-1", "IsDefault",
				world->acl[i].is_default, "Entries", entries, "Associations",
				associations);
		json_array_append_new(acls, acl);
	}
	json_array_append_new(documents, json_pack("{s:o}", "NetworkAcls", acls));
}

static void put_subnets(json_t *documents, const struct or_world *world)
{
	json_t *subnets = json_array();
	int i;

	for (i = 0; i < world->subnets; i++)
		if (world->subnet[i].described)
			json_array_append_new(subnets,
					      json_pack("{s:o, s:o, s:s, s:[]}", "SubnetId",
							json_sprintf("subnet-%d", i),
							"CidrBlock",
							json_sprintf("10.0.%d.0/24", i), "VpcId",
							"vpc-1", "Tags"));
	json_array_append_new(documents, json_pack("{s:o}", "Subnets", subnets));
}

static void put_addrs(json_t *json, const struct or_nic *nic)
{
	json_t *v4 = json_array(), *v6 = json_array(), *prefixes = json_array();
	int i;

	json_object_set_new(json, "PrivateIpAddress", addr_json(&nic->addr[0]));
	for (i = 0; i < nic->delegated; i++) {
		if (nic->addr[i].family == 4)
			json_array_append_new(v4, json_pack("{s:b, s:o}", "Primary", !i,
							    "PrivateIpAddress",
							    addr_json(&nic->addr[i])));
		else
			json_array_append_new(v6, json_pack("{s:o}", "Ipv6Address",
							    addr_json(&nic->addr[i])));
	}
	if (nic->delegated < nic->count) {
		struct or_cidr cidr = { nic->addr[nic->delegated], 28 };

		json_array_append_new(prefixes, json_pack("{s:o}", "Ipv4Prefix",
							  cidr_json(&cidr)));
	}
	json_object_set_new(json, "PrivateIpAddresses", v4);
	json_object_set_new(json, "Ipv6Addresses", v6);
	json_object_set_new(json, "Ipv4Prefixes", prefixes);
}

static json_t *nic_json(int index, const struct or_nic *nic)
{
	json_t *groups = json_array();
	json_t *json = json_pack("{s:o, s:o, s:s, s:o}", "NetworkInterfaceId",
				 json_sprintf("eni-%d", index), "SubnetId",
				 json_sprintf("subnet-%d", nic->subnet), "VpcId", "vpc-1",
				 "Groups", groups);
	int i;

	for (i = 0; i <= OR_UNKNOWN; i++)
		if (nic->groups & (1u << i))
			json_array_append_new(groups, json_pack("{s:o, s:s}", "GroupId",
								group_id(i), "GroupName", "x"));
	put_addrs(json, nic);
	return json;
}

static void put_nics(json_t *documents, const struct or_world *world)
{
	json_t *nics = json_array(), *instances = json_array();
	int i;

	for (i = 0; i < world->nics; i++) {
		if (world->nic[i].by_instance)
			json_array_append_new(instances,
					      json_pack("{s:[{s:o, s:[o]}]}", "Instances",
							"InstanceId", json_sprintf("i-%d", i),
							"NetworkInterfaces",
							nic_json(i, &world->nic[i])));
		else
			json_array_append_new(nics, nic_json(i, &world->nic[i]));
	}
	json_array_append_new(documents, json_pack("{s:o}", "NetworkInterfaces", nics));
	json_array_append_new(documents, json_pack("{s:o}", "Reservations", instances));
}

static json_t *cidrs_json(const struct or_list *list)
{
	json_t *cidrs = json_array();
	int i;

	for (i = 0; i < list->count; i++)
		json_array_append_new(cidrs, cidr_json(&list->at[i]));
	return cidrs;
}

static void put_lists(json_t *documents, const struct or_world *world)
{
	json_t *lists = json_array(), *json;
	int i;

	for (i = 0; i < world->lists; i++) {
		json = json_pack("{s:o, s:s}", "PrefixListId", list_id(i), "PrefixListName",
				 "com.amazonaws.region.s3");
		if (world->list[i].known && !world->list[i].apart)
			json_object_set_new(json, "Cidrs", cidrs_json(&world->list[i]));
		json_array_append_new(lists, json);
	}
	json_array_append_new(documents, json_pack("{s:o}", "PrefixLists", lists));
}

/* "GroupId" as "groupId" or "group_id". */
static void rename_key(const char *key, bool snake, char *name)
{
	size_t i, len = 0;

	for (i = 0; key[i]; i++) {
		if (snake && i && isupper((u8)key[i]))
			name[len++] = '_';
		name[len++] = snake || !i ? tolower((u8)key[i]) : key[i];
	}
	name[len] = '\0';
}

static json_t *renamed(json_t *json, bool snake)
{
	json_t *copy, *value;
	const char *key;
	char name[128];
	size_t i;

	if (json_is_array(json)) {
		copy = json_array();
		json_array_foreach(json, i, value)
			json_array_append_new(copy, renamed(value, snake));
		return copy;
	}
	if (!json_is_object(json))
		return json_incref(json);
	copy = json_object();
	json_object_foreach(json, key, value) {
		rename_key(key, snake, name);
		json_object_set_new(copy, name, renamed(value, snake));
	}
	return copy;
}

/* A reply as it is, wrapped, or the bare list of what is in it. */
static json_t *wrapped(struct or_random *random, json_t *document)
{
	json_t *list = json_object_iter_value(json_object_iter(document)), *other;

	if (!list)
		return document;
	switch (or_random(random, 6)) {
	case 0:
		return json_pack("{s:i, s:o}", "status_code", 200, "data", document);
	case 1:
		json_object_set_new(document, "Return", json_true());
		return document;
	case 2:
		json_incref(list);
		json_decref(document);
		return list;
	case 3:
		other = renamed(document, or_random(random, 2));
		json_decref(document);
		return json_pack("{s:o}", "response", other);
	default:
		return document;
	}
}

/* All of them merged in one document, as some keep them. */
static json_t *merged(json_t *documents)
{
	json_t *all = json_object(), *one;
	size_t i;

	json_array_foreach(documents, i, one)
		if (json_is_object(one))
			json_object_update(all, one);
	return all;
}

static char *dump(struct or_random *random, json_t *documents)
{
	struct { char *text; size_t len; } file = {};
	size_t i, n = json_array_size(documents), at = or_random(random, n);
	json_t *one;
	FILE *out = open_memstream(&file.text, &file.len);

	if (!or_random(random, 4)) {
		one = merged(documents);
		json_dumpf(one, out, JSON_INDENT(1));
		json_decref(one);
		n = 0;
	}
	for (i = 0; i < n; i++) {
		one = json_incref(json_array_get(documents, (at + i) % n));
		one = wrapped(random, one);
		json_dumpf(one, out, or_random(random, 2) ? JSON_COMPACT : JSON_INDENT(4));
		fputc('\n', out);
		json_decref(one);
	}
	fclose(out);
	return file.text;
}

/**
 * or_write() - an account as a file
 * @random: how it is kept
 * @world: the account
 * @spoilt: how many things are changed in it
 *
 * Return: the file's text, to be freed.
 */
char *or_write(struct or_random *random, const struct or_world *world, int spoilt)
{
	json_t *documents = json_array();
	char *text;

	put_groups(documents, world);
	put_acls(documents, world);
	put_subnets(documents, world);
	put_nics(documents, world);
	put_lists(documents, world);
	while (spoilt--)
		or_spoil(random, documents);
	text = dump(random, documents);
	json_decref(documents);
	return text;
}

/**
 * or_write_entries() - entries of a list, as get-managed-prefix-list-entries has them
 * @list: the list
 *
 * Return: the file's text, to be freed.
 */
char *or_write_entries(const struct or_list *list)
{
	json_t *entries = json_array(), *document;
	char *text;
	int i;

	for (i = 0; i < list->count; i++)
		json_array_append_new(entries, json_pack("{s:o, s:s}", "Cidr",
							 cidr_json(&list->at[i]),
							 "Description", "x"));
	document = json_pack("{s:o}", "Entries", entries);
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	return text;
}
