// SPDX-License-Identifier: GPL-2.0
/*
 * Who is where: describe-subnets, describe-network-interfaces, and the interfaces
 * that describe-instances has.
 */
#include "aws.h"

static bool same_cidrs(const struct aws_cidr *a, size_t a_count, const struct aws_cidr *b,
		       size_t b_count)
{
	size_t i;

	if (a_count != b_count)
		return false;
	for (i = 0; i < a_count; i++)
		if (aws_cidr_cmp(&a[i], &b[i]))
			return false;
	return true;
}

static bool differ(const char *a, const char *b)
{
	return a && b && strcmp(a, b);
}

static void keep_subnet(struct aws_import *aws, const struct aws_at *at,
			struct aws_subnet *subnet)
{
	struct aws_subnet *other = aws_find(&aws->subnets, subnet->o.id);

	if (!other) {
		aws_insert(&aws->subnets, subnet);
		return;
	}
	if (differ(subnet->o.vpc, other->o.vpc) || differ(subnet->tag, other->tag) ||
	    !same_cidrs(subnet->cidrs, subnet->count, other->cidrs, other->count))
		aws_invalid(aws, at, "%s is another one in %s", subnet->o.id, other->o.where);
	aws_subnet_free(subnet);
}

static void put_subnet_cidr(struct aws_import *aws, const struct aws_at *at,
			    struct aws_subnet *subnet, const char *field, u8 family)
{
	const char *text = aws_string(aws, at, field);
	struct aws_cidr cidr;

	if (text && aws_cidr_read(aws, at, text, family, &cidr))
		aws_add_cidr(&subnet->cidrs, &subnet->count, &subnet->cap, &cidr);
}

static void read_subnet_ipv6(struct aws_import *aws, const struct aws_at *at,
			     struct aws_subnet *subnet)
{
	struct aws_at list, item, state;
	size_t i, count = aws_array(aws, at, "Ipv6CidrBlockAssociationSet", &list);
	const char *word;

	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (!aws_object_needed(aws, &item))
			continue;
		word = NULL;
		if (aws_get(&item, "Ipv6CidrBlockState", &state) && json_is_object(state.json))
			word = aws_string(aws, &state, "State");
		if (!word || strncmp(word, "dis", 3))
			put_subnet_cidr(aws, &item, subnet, "Ipv6CidrBlock", BAILEY_IPV6);
	}
}

static char *dev_tag(const struct aws_at *at)
{
	struct aws_at list, item, key, value;
	size_t i;

	if (!aws_get(at, "Tags", &list))
		return NULL;
	for (i = 0; i < json_array_size(list.json); i++) {
		aws_item(&list, i, &item);
		if (json_is_object(item.json) && aws_get(&item, "Key", &key) &&
		    json_is_string(key.json) &&
		    !strcmp(json_string_value(key.json), AWS_DEV_TAG) &&
		    aws_get(&item, "Value", &value) && json_is_string(value.json))
			return aws_copy(json_string_value(value.json));
	}
	return NULL;
}

/**
 * aws_read_subnet() - a subnet
 * @aws: the import
 * @at: the subnet
 */
void aws_read_subnet(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_subnet *subnet;
	const char *id;

	if (!aws_object_needed(aws, at))
		return;
	id = aws_string(aws, at, "SubnetId");
	if (!id) {
		aws_refuse(aws, at, "SubnetId is missing");
		return;
	}
	subnet = aws_new(sizeof(*subnet));
	aws_head(aws, at, &subnet->o);
	subnet->o.id = aws_copy(id);
	subnet->tag = dev_tag(at);
	put_subnet_cidr(aws, at, subnet, "CidrBlock", BAILEY_IPV4);
	read_subnet_ipv6(aws, at, subnet);
	subnet->count = aws_unique(subnet->cidrs, subnet->count, sizeof(*subnet->cidrs),
				   aws_cidr_cmp, NULL);
	keep_subnet(aws, at, subnet);
}

static void put_addr(struct aws_import *aws, const struct aws_at *at, struct aws_nic *nic,
		     const char *text, u8 family, bool prefix)
{
	struct aws_cidr cidr;
	bool cleared;

	if (!text)
		return;
	if (!aws_cidr_parse(text, &cidr, &cleared) || cidr.family != family ||
	    (!prefix && strchr(text, '/')) || (prefix && cleared)) {
		aws_invalid(aws, at, "'%.60s' is not %s of %s", text,
			    prefix ? "a prefix" : "an address",
			    family == BAILEY_IPV4 ? "IPv4" : "IPv6");
		return;
	}
	aws_add_cidr(&nic->addrs, &nic->count, &nic->cap, &cidr);
}

/* A list of addresses: objects with one, or addresses alone. */
static void read_addrs(struct aws_import *aws, const struct aws_at *at, struct aws_nic *nic,
		       const char *name, const char *field, u8 family)
{
	bool prefix = strstr(field, "Prefix");
	struct aws_at list, item;
	size_t i, count = aws_array(aws, at, name, &list);

	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (json_is_string(item.json))
			put_addr(aws, &item, nic, json_string_value(item.json), family, prefix);
		else if (aws_object_needed(aws, &item))
			put_addr(aws, &item, nic, aws_string(aws, &item, field), family,
				 prefix);
	}
}

static void read_all_addrs(struct aws_import *aws, const struct aws_at *at,
			   struct aws_nic *nic)
{
	put_addr(aws, at, nic, aws_string(aws, at, "PrivateIpAddress"), BAILEY_IPV4, false);
	put_addr(aws, at, nic, aws_string(aws, at, "Ipv6Address"), BAILEY_IPV6, false);
	read_addrs(aws, at, nic, "PrivateIpAddresses", "PrivateIpAddress", BAILEY_IPV4);
	read_addrs(aws, at, nic, "Ipv6Addresses", "Ipv6Address", BAILEY_IPV6);
	read_addrs(aws, at, nic, "Ipv4Prefixes", "Ipv4Prefix", BAILEY_IPV4);
	read_addrs(aws, at, nic, "Ipv6Prefixes", "Ipv6Prefix", BAILEY_IPV6);
	nic->count = aws_unique(nic->addrs, nic->count, sizeof(*nic->addrs), aws_cidr_cmp,
				NULL);
}

static int string_cmp(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

static void string_free(void *string)
{
	free(*(char **)string);
}

static void put_group(struct aws_nic *nic, const char *id)
{
	nic->groups = aws_more(nic->groups, nic->group_count, &nic->group_cap,
			       sizeof(*nic->groups));
	nic->groups[nic->group_count++] = aws_copy(id);
}

static void read_groups(struct aws_import *aws, const struct aws_at *at, const char *name,
			struct aws_nic *nic)
{
	struct aws_at list, item;
	size_t i, count;
	const char *id;

	if (!aws_get(at, name, &list)) {
		aws_refuse(aws, at, "%s is missing: an empty list says that it has none", name);
		return;
	}
	count = aws_array(aws, at, name, &list);
	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		if (json_is_string(item.json)) {
			put_group(nic, json_string_value(item.json));
			continue;
		}
		if (!aws_object_needed(aws, &item))
			continue;
		id = aws_string(aws, &item, "GroupId");
		if (!id)
			id = aws_string(aws, &item, "GroupName");
		if (id)
			put_group(nic, id);
		else
			aws_refuse(aws, &item, "GroupId is missing");
	}
	nic->group_count = aws_unique(nic->groups, nic->group_count, sizeof(*nic->groups),
				      string_cmp, string_free);
}

static bool same_nic(const struct aws_nic *a, const struct aws_nic *b)
{
	size_t i;

	if (differ(a->subnet_id, b->subnet_id) || a->group_count != b->group_count ||
	    !same_cidrs(a->addrs, a->count, b->addrs, b->count))
		return false;
	for (i = 0; i < a->group_count; i++)
		if (strcmp(a->groups[i], b->groups[i]))
			return false;
	return true;
}

/* An interface is often known twice: by itself, and by its instance. */
static void keep_nic(struct aws_import *aws, const struct aws_at *at, struct aws_nic *nic)
{
	struct aws_nic *other = aws_find(&aws->nics, nic->o.id);

	if (!other) {
		aws_insert(&aws->nics, nic);
		return;
	}
	if (!same_nic(nic, other))
		aws_invalid(aws, at, "%s has another subnet, other addresses or groups than in %s",
			    nic->o.id, other->o.where);
	if (!other->o.name) {
		other->o.name = nic->o.name;
		nic->o.name = NULL;
	}
	aws_nic_free(nic);
}

static bool has_place(struct aws_import *aws, const struct aws_at *at, struct aws_nic *nic)
{
	nic->subnet_id = aws_copy(aws_string(aws, at, "SubnetId"));
	if (nic->subnet_id)
		return true;
	if (aws->allow_missing)
		aws_remark(aws, at, "left out: SubnetId is missing, so %s is nowhere", nic->o.id);
	else
		aws_refuse(aws, at, "SubnetId is missing, so %s is nowhere", nic->o.id);
	return false;
}

static void read_nic(struct aws_import *aws, const struct aws_at *at, const char *id_field,
		     const char *group_field, const char *name)
{
	const char *id = aws_string(aws, at, id_field);
	bool checked = true;
	struct aws_nic *nic;

	if (!id) {
		aws_refuse(aws, at, "%s is missing", id_field);
		return;
	}
	nic = aws_new(sizeof(*nic));
	aws_head(aws, at, &nic->o);
	nic->o.id = aws_copy(id);
	if (!nic->o.name)
		nic->o.name = aws_copy(name);
	if (!has_place(aws, at, nic)) {
		aws_nic_free(nic);
		return;
	}
	read_all_addrs(aws, at, nic);
	read_groups(aws, at, group_field, nic);
	aws_flag(aws, at, "SourceDestCheck", &checked);
	nic->forwards = !checked;
	keep_nic(aws, at, nic);
}

/**
 * aws_read_nic() - a network interface
 * @aws: the import
 * @at: the interface
 */
void aws_read_nic(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at other;
	bool set;

	if (!aws_object_needed(aws, at))
		return;
	set = !aws_get(at, "Groups", &other) && aws_get(at, "GroupSet", &other);
	read_nic(aws, at, "NetworkInterfaceId", set ? "GroupSet" : "Groups", NULL);
}

static void read_nics_of(struct aws_import *aws, const struct aws_at *list, size_t count,
			 const char *name)
{
	struct aws_at item;
	size_t i;

	for (i = 0; i < count; i++) {
		aws_item(list, i, &item);
		if (aws_object_needed(aws, &item))
			read_nic(aws, &item, "NetworkInterfaceId", "Groups", name);
	}
}

/**
 * aws_read_instance() - the interfaces of an instance
 * @aws: the import
 * @at: the instance; one that is over has none
 */
void aws_read_instance(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_object head = {};
	struct aws_at list, other;
	size_t count;

	if (!aws_object_needed(aws, at))
		return;
	if (!aws_string(aws, at, "InstanceId")) {
		aws_refuse(aws, at, "InstanceId is missing");
		return;
	}
	aws_head(aws, at, &head);
	count = aws_array(aws, at, "NetworkInterfaces", &list);
	if (count)
		read_nics_of(aws, &list, count, head.name);
	else if (aws_get(at, "PrivateIpAddress", &other))
		read_nic(aws, at, "InstanceId", "SecurityGroups", head.name);
	aws_object_free(&head);
}

/**
 * aws_read_reservation() - the instances of a reservation
 * @aws: the import
 * @at: the reservation
 */
void aws_read_reservation(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at list, item;
	size_t i, count;

	if (!aws_object_needed(aws, at))
		return;
	count = aws_array(aws, at, "Instances", &list);
	for (i = 0; i < count; i++) {
		aws_item(&list, i, &item);
		aws_read_instance(aws, &item);
	}
}
