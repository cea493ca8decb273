/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The named things of a policy: ACLs, groups, prefix lists, attach lines,
 * endpoints.
 */
#ifndef BAILEY_ENGINE_OBJECT_H
#define BAILEY_ENGINE_OBJECT_H

#include "group_index.h"
#include "prefix_set.h"
#include "rules.h"

/**
 * enum bailey_kind - kinds of objects
 * @BAILEY_ACL: &struct bailey_acl
 * @BAILEY_GROUP: &struct bailey_group
 * @BAILEY_PREFIX_LIST: &struct bailey_prefix_list
 * @BAILEY_ATTACH: &struct bailey_attach, named "DEV host" or "DEV subnet"
 * @BAILEY_ENDPOINT: &struct bailey_endpoint
 * @BAILEY_KIND_COUNT: number of kinds, not a kind
 */
enum bailey_kind {
	BAILEY_ACL,
	BAILEY_GROUP,
	BAILEY_PREFIX_LIST,
	BAILEY_ATTACH,
	BAILEY_ENDPOINT,
	BAILEY_KIND_COUNT
};

#define BAILEY_NO_SLOT		(~(u32)0)

/**
 * struct bailey_object - what all objects have in common
 * @refs: one for each policy that it is in
 * @kind: &enum bailey_kind
 * @defined: false for a name that was mentioned or deleted, but is nothing yet
 * @deleted: not defined because line @line deleted it
 * @fresh: made or changed since the last seal: the writer may change it
 * @line: writer only: where it was mentioned first, or deleted
 * @column: writer only: the column there
 * @name: its name
 */
struct bailey_object {
	struct bailey_refcount refs;
	u8 kind;
	bool defined;
	bool deleted;
	bool fresh;
	u32 line;
	u32 column;
	char name[BAILEY_NAME_MAX + 1];
};

/**
 * struct bailey_acl - an ordered list of entries for each direction
 * @object: name and references
 * @rules: entries for %BAILEY_IN and %BAILEY_OUT
 * @classifier: made of @rules when sealed; NULL where there are none
 */
struct bailey_acl {
	struct bailey_object object;
	struct bailey_rules rules[2];
	struct bailey_classifier *classifier[2];
};

/**
 * struct bailey_group - what the members of a group may receive and send
 * @object: name and references
 * @rules: allow rules for %BAILEY_IN and %BAILEY_OUT
 * @index: made of @rules when sealed
 */
struct bailey_group {
	struct bailey_object object;
	struct bailey_rules rules[2];
	struct bailey_group_index index[2];
};

/**
 * struct bailey_prefix_list - prefixes under a name
 * @object: name and references
 * @set: the prefixes
 */
struct bailey_prefix_list {
	struct bailey_object object;
	struct bailey_prefix_set set;
};

/**
 * struct bailey_set - the groups that one side is asked by
 * @refs: one for each attach and endpoint
 * @id: its number, never 0; two sets have the same only if they are the same
 * @count: how many groups
 * @slot: their slots, ascending
 */
struct bailey_set {
	struct bailey_refcount refs;
	u32 id;
	u32 count;
	u32 slot[];
};

/**
 * struct bailey_attach - an interface and what it protects
 * @object: name ("eth1 subnet") and references
 * @dev: interface name, or the stem without its asterisk
 * @stem: @dev is a stem
 * @host: protects this machine; else the subnet behind the interface
 * @acl: slot of its ACL, or %BAILEY_NO_SLOT
 * @set: its groups, or NULL
 */
struct bailey_attach {
	struct bailey_object object;
	char dev[BAILEY_IFNAME_MAX + 1];
	bool stem;
	bool host;
	u32 acl;
	struct bailey_set *set;
};

/**
 * struct bailey_endpoint_addr - one address of an endpoint
 * @addr: the address
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 */
struct bailey_endpoint_addr {
	struct bailey_addr addr;
	u8 family;
};

/**
 * struct bailey_endpoint - one machine behind an interface
 * @object: name and references
 * @dev: interface name
 * @set: its groups
 * @count: how many addresses
 * @at: its addresses, as written
 */
struct bailey_endpoint {
	struct bailey_object object;
	char dev[BAILEY_IFNAME_MAX + 1];
	struct bailey_set *set;
	u32 count;
	struct bailey_endpoint_addr *at;
};

/* From the common part to the whole object, by kind. */
#define bailey_acl_of(o)	container_of(o, struct bailey_acl, object)
#define bailey_group_of(o)	container_of(o, struct bailey_group, object)
#define bailey_prefix_list_of(o) container_of(o, struct bailey_prefix_list, object)
#define bailey_attach_of(o)	container_of(o, struct bailey_attach, object)
#define bailey_endpoint_of(o)	container_of(o, struct bailey_endpoint, object)

void bailey_set_put(struct bailey_set *set);
void bailey_object_put(struct bailey_object *object);
struct bailey_object *bailey_object_create(enum bailey_kind kind,
					   const char *name, u32 len);
struct bailey_object *bailey_object_clone(const struct bailey_object *from);

#endif /* BAILEY_ENGINE_OBJECT_H */
