// SPDX-License-Identifier: GPL-2.0
/*
 * A policy as one document with the keys of AWS's describe commands. What AWS has no
 * words for is refused, all of it at once.
 *
 * A name that begins with an id of AWS ("sg-1234/web") is taken apart again; any other
 * is made an id by what stands before ids of its kind.
 */
#include "export.h"
#include "engine/policy_text.h"

#define VPC		"vpc-bailey"

/* What AWS's ids of a kind begin with; attach lines are subnets. */
static const char * const kind_prefix[BAILEY_KIND_COUNT] = {
	[BAILEY_ACL] = "acl-",
	[BAILEY_GROUP] = "sg-",
	[BAILEY_PREFIX_LIST] = "pl-",
	[BAILEY_ATTACH] = "subnet-",
	[BAILEY_ENDPOINT] = "eni-",
};

__printf(2, 3) static void refuse(struct aws_export *export, const char *fmt, ...)
{
	char text[400];
	va_list args;

	export->refused++;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tool_fail("%s", text);
}

static const struct bailey_object *nth(const struct aws_export *export,
				       enum bailey_kind kind, u32 n)
{
	return bailey_policy_nth(export->policy, kind, n);
}

static u32 count_of(const struct aws_export *export, enum bailey_kind kind)
{
	return export->policy->objects[kind].named;
}

/* Attach lines are named "DEV subnet": their interface is their name here. */
static const char *name_of(const struct bailey_object *object)
{
	if (object->kind == BAILEY_ATTACH)
		return container_of(object, const struct bailey_attach, object)->dev;
	return object->name;
}

static void make_id(struct aws_export *export, const struct bailey_object *object, u32 slot)
{
	const char *prefix = kind_prefix[object->kind], *name = name_of(object);
	bool is_id = !strncmp(name, prefix, strlen(prefix)) && name[strlen(prefix)];
	struct bailey_out id = {};
	u32 n = 2;

	bailey_out_printf(&id, "%s%.*s", is_id ? "" : prefix,
			  is_id ? (int)strcspn(name, "/") : (int)strlen(name), name);
	while (json_object_get(export->taken, id.buf))
		bailey_out_printf(&id, "-%u", n++);
	json_object_set_new(export->taken, id.buf, json_true());
	export->ids[object->kind][slot] = aws_copy(id.buf);
	bailey_out_destroy(&id);
}

static void make_ids(struct aws_export *export)
{
	const struct bailey_objects *objects;
	u32 kind, slot;

	export->taken = json_object();
	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		objects = &export->policy->objects[kind];
		export->ids[kind] = aws_new((objects->slots + 1) * sizeof(char *));
		for (slot = 0; slot < objects->slots; slot++)
			if (bailey_objects_at(objects, slot))
				make_id(export, bailey_objects_at(objects, slot), slot);
	}
}

static void free_ids(struct aws_export *export)
{
	u32 kind, slot;

	for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
		for (slot = 0; slot < export->policy->objects[kind].slots; slot++)
			free(export->ids[kind][slot]);
		free(export->ids[kind]);
	}
	json_decref(export->taken);
}

static const char *id_of(const struct aws_export *export, const struct bailey_object *object)
{
	return export->ids[object->kind][bailey_policy_slot(export->policy, object->kind,
							    object->name,
							    strlen(object->name))];
}

/* What people call it: what stands behind the id, or all of the name. */
static const char *title_of(const struct bailey_object *object)
{
	const char *prefix = kind_prefix[object->kind];
	const char *slash = strchr(object->name, '/');

	if (strncmp(object->name, prefix, strlen(prefix)) || !slash)
		return object->name;
	return slash + 1;
}

static json_t *tags_of(const char *key, const char *value)
{
	return json_pack("[{s:s, s:s}]", "Key", key, "Value", value);
}

/**
 * aws_export_has_family() - has a list prefixes of a family?
 * @list: the list
 * @family: the family
 *
 * Return: true if so.
 */
bool aws_export_has_family(const struct bailey_prefix_list *list, u8 family)
{
	u32 i;

	for (i = 0; i < list->set.count; i++)
		if (list->set.at[i].family == family)
			return true;
	return false;
}

/**
 * aws_export_list_id() - id of a list's part of one family
 * @export: the export
 * @slot: the list
 * @family: the family; AWS's lists have one each
 *
 * Return: a new string.
 */
json_t *aws_export_list_id(const struct aws_export *export, u32 slot, u8 family)
{
	const struct bailey_object *object = bailey_policy_object(export->policy,
								  BAILEY_PREFIX_LIST, slot);
	bool both = aws_export_has_family(bailey_prefix_list_of(object), BAILEY_IPV4) &&
		    aws_export_has_family(bailey_prefix_list_of(object), BAILEY_IPV6);

	return json_sprintf("%s%s", export->ids[BAILEY_PREFIX_LIST][slot],
			    both && family == BAILEY_IPV6 ? ":ipv6" : "");
}

static void put_list(const struct aws_export *export, const struct bailey_object *object,
		     u8 family, json_t *lists)
{
	const struct bailey_prefix_list *list =
		container_of(object, const struct bailey_prefix_list, object);
	u32 slot = bailey_policy_slot(export->policy, object->kind, object->name,
				      strlen(object->name));
	json_t *cidrs = json_array();
	u32 i;

	for (i = 0; i < list->set.count; i++)
		if (list->set.at[i].family == family)
			json_array_append_new(cidrs, aws_export_cidr(family,
								     &list->set.at[i].addr,
								     list->set.at[i].bits));
	json_array_append_new(lists, json_pack("{s:o, s:s, s:s, s:o}", "PrefixListId",
					       aws_export_list_id(export, slot, family),
					       "PrefixListName", title_of(object),
					       "AddressFamily",
					       family == BAILEY_IPV4 ? "IPv4" : "IPv6",
					       "Cidrs", cidrs));
}

static json_t *lists_json(const struct aws_export *export)
{
	json_t *lists = json_array();
	u32 n;

	for (n = 0; n < count_of(export, BAILEY_PREFIX_LIST); n++) {
		const struct bailey_object *object = nth(export, BAILEY_PREFIX_LIST, n);
		const struct bailey_prefix_list *list =
			container_of(object, const struct bailey_prefix_list, object);
		bool v6 = aws_export_has_family(list, BAILEY_IPV6);

		if (!v6 || aws_export_has_family(list, BAILEY_IPV4))
			put_list(export, object, BAILEY_IPV4, lists);
		if (v6)
			put_list(export, object, BAILEY_IPV6, lists);
	}
	return lists;
}

static json_t *groups_json(struct aws_export *export)
{
	json_t *groups = json_array();
	u32 n;

	for (n = 0; n < count_of(export, BAILEY_GROUP); n++) {
		const struct bailey_object *object = nth(export, BAILEY_GROUP, n);
		const struct bailey_group *group =
			container_of(object, const struct bailey_group, object);

		json_array_append_new(groups,
				      json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:[]}",
						"GroupId", id_of(export, object), "GroupName",
						title_of(object), "Description", "", "VpcId",
						VPC, "IpPermissions",
						aws_export_permissions(export, group,
								       BAILEY_IN),
						"IpPermissionsEgress",
						aws_export_permissions(export, group,
								       BAILEY_OUT),
						"Tags"));
	}
	return groups;
}

static json_t *acl_json(struct aws_export *export, const struct bailey_acl *acl,
			const char *id, const char *title, json_t *associations)
{
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o}", "NetworkAclId", id, "VpcId", VPC,
			 "IsDefault", 0, "Entries", aws_export_entries(export, acl),
			 "Associations", associations, "Tags", tags_of("Name", title));
}

/* Which subnets have this ACL; with NULL, which have none. */
static json_t *associations_of(const struct aws_export *export,
			       const struct bailey_object *acl, const char *id)
{
	json_t *list = json_array();
	u32 n;

	for (n = 0; n < count_of(export, BAILEY_ATTACH); n++) {
		const struct bailey_object *object = nth(export, BAILEY_ATTACH, n);
		const struct bailey_attach *attach =
			container_of(object, const struct bailey_attach, object);

		if (bailey_policy_object(export->policy, BAILEY_ACL, attach->acl) != acl)
			continue;
		json_array_append_new(list, json_pack("{s:o, s:s, s:s}",
						      "NetworkAclAssociationId",
						      json_sprintf("aclassoc-%u", n + 1),
						      "NetworkAclId", id, "SubnetId",
						      id_of(export, object)));
	}
	return list;
}

static json_t *acls_json(struct aws_export *export)
{
	json_t *acls = json_array(), *rest;
	const char *open = "acl-bailey-everything";
	u32 n;

	for (n = 0; n < count_of(export, BAILEY_ACL); n++) {
		const struct bailey_object *object = nth(export, BAILEY_ACL, n);
		const char *id = id_of(export, object);

		json_array_append_new(acls, acl_json(export,
						     container_of(object,
								  const struct bailey_acl,
								  object),
						     id, title_of(object),
						     associations_of(export, object, id)));
	}
	/* AWS has an ACL for each subnet: none at all is one that allows everything. */
	rest = associations_of(export, NULL, open);
	if (json_array_size(rest))
		json_array_append_new(acls, acl_json(export, NULL, open, open, rest));
	else
		json_decref(rest);
	return acls;
}

static json_t *subnets_json(struct aws_export *export)
{
	json_t *subnets = json_array();
	u32 n;

	for (n = 0; n < count_of(export, BAILEY_ATTACH); n++) {
		const struct bailey_object *object = nth(export, BAILEY_ATTACH, n);
		const struct bailey_attach *attach =
			container_of(object, const struct bailey_attach, object);

		if (attach->host)
			refuse(export,
			       "attach dev %s protects host: AWS has no policy for the router itself",
			       attach->dev);
		else if (attach->stem)
			refuse(export, "attach dev %s*: AWS has no subnets that come later",
			       attach->dev);
		else if (attach->set)
			refuse(export,
			       "attach dev %s: AWS has groups of interfaces only, not of whole subnets",
			       attach->dev);
		else
			json_array_append_new(subnets,
					      json_pack("{s:s, s:s, s:o}", "SubnetId",
							id_of(export, object), "VpcId", VPC,
							"Tags",
							tags_of(AWS_DEV_TAG, attach->dev)));
	}
	return subnets;
}

static const struct bailey_object *subnet_of(const struct aws_export *export,
					     const struct bailey_endpoint *endpoint)
{
	char name[BAILEY_IFNAME_MAX + sizeof(" subnet")];
	u32 slot;

	snprintf(name, sizeof(name), "%s subnet", endpoint->dev);
	slot = bailey_policy_slot(export->policy, BAILEY_ATTACH, name, strlen(name));
	return bailey_policy_object(export->policy, BAILEY_ATTACH, slot);
}

static void put_addrs(json_t *nic, const struct bailey_endpoint *endpoint)
{
	json_t *v4 = json_array(), *v6 = json_array();
	struct bailey_out out = {};
	u32 i;

	for (i = 0; i < endpoint->count; i++) {
		bailey_out_reset(&out);
		bailey_out_addr(&out, endpoint->at[i].family, &endpoint->at[i].addr);
		if (endpoint->at[i].family == BAILEY_IPV6)
			json_array_append_new(v6, json_pack("{s:s}", "Ipv6Address", out.buf));
		else
			json_array_append_new(v4, json_pack("{s:s, s:b}", "PrivateIpAddress",
							    out.buf, "Primary",
							    !json_array_size(v4)));
	}
	bailey_out_destroy(&out);
	json_object_set_new(nic, "PrivateIpAddresses", v4);
	json_object_set_new(nic, "Ipv6Addresses", v6);
}

static json_t *nic_json(const struct aws_export *export,
			const struct bailey_endpoint *endpoint,
			const struct bailey_object *subnet)
{
	json_t *groups = json_array(), *nic;
	u32 i;

	for (i = 0; i < endpoint->set->count; i++) {
		u32 slot = endpoint->set->slot[i];

		json_array_append_new(groups,
				      json_pack("{s:s, s:s}", "GroupId",
						export->ids[BAILEY_GROUP][slot], "GroupName",
						title_of(bailey_policy_object(export->policy,
									      BAILEY_GROUP,
									      slot))));
	}
	nic = json_pack("{s:s, s:s, s:s, s:o, s:o}", "NetworkInterfaceId",
			id_of(export, &endpoint->object), "SubnetId", id_of(export, subnet),
			"VpcId", VPC, "Groups", groups, "TagSet",
			tags_of("Name", title_of(&endpoint->object)));
	put_addrs(nic, endpoint);
	return nic;
}

static json_t *nics_json(struct aws_export *export)
{
	json_t *nics = json_array();
	u32 n;

	for (n = 0; n < count_of(export, BAILEY_ENDPOINT); n++) {
		const struct bailey_object *object = nth(export, BAILEY_ENDPOINT, n);
		const struct bailey_endpoint *endpoint =
			container_of(object, const struct bailey_endpoint, object);
		const struct bailey_object *subnet = subnet_of(export, endpoint);

		if (subnet)
			json_array_append_new(nics, nic_json(export, endpoint, subnet));
		else
			refuse(export,
			       "endpoint %s: no line 'attach dev %s protects subnet', and in AWS each interface is in a subnet",
			       object->name, endpoint->dev);
	}
	return nics;
}

static void check_rest(struct aws_export *export)
{
	u32 i;

	if (export->policy->default_action != BAILEY_ALLOW)
		refuse(export, "default %s: AWS says nothing of what is in no subnet",
		       bailey_default_name(export->policy->default_action));
	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (!(export->policy->exempts & (1 << i)))
			refuse(export, "exempt %s is not there, and AWS can't be told",
			       bailey_exempt_name(i));
}

/**
 * aws_export() - a policy as AWS's tools print it
 * @policy: sealed
 *
 * Return: a new document; NULL with messages printed if AWS can't express it.
 */
json_t *aws_export(const struct bailey_policy *policy)
{
	struct aws_export export = { .policy = policy };
	json_t *document;

	make_ids(&export);
	document = json_pack("{s:o, s:o, s:o, s:o, s:o}", "PrefixLists", lists_json(&export),
			     "SecurityGroups", groups_json(&export), "NetworkAcls",
			     acls_json(&export), "Subnets", subnets_json(&export),
			     "NetworkInterfaces", nics_json(&export));
	check_rest(&export);
	free_ids(&export);
	if (!document)
		tool_fail("out of memory");
	if (!export.refused)
		return document;
	json_decref(document);
	return NULL;
}
