/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AWS policies: what import and export know of subnets, interfaces, network
 * ACLs, security groups and prefix lists.
 *
 * Reading fills the model (document.c, read_*.c); resolve.c finds out who is meant
 * by what was read, and refuses what contradicts itself; name.c names it; print.c
 * says it in the policy language. Nothing is printed before all is known.
 */
#ifndef BAILEY_TOOLS_AWS_H
#define BAILEY_TOOLS_AWS_H

#include "tool.h"

/* A port, ICMP type or code that is left open. */
#define AWS_OPEN		(-1)

/* The highest number that AWS gives to an entry; above are its "*" entries. */
#define AWS_NUMBER_MAX		32766

/* Tag of a subnet that says behind which interface it is. */
#define AWS_DEV_TAG		"bailey:dev"

/**
 * struct aws_at - a JSON value, and the way to it
 * @up: the value that it is in; NULL for a document
 * @key: its key there; NULL for an element of an array
 * @index: its index there
 * @json: the value
 */
struct aws_at {
	const struct aws_at *up;
	const char *key;
	size_t index;
	json_t *json;
};

/**
 * struct aws_cidr - a prefix, host bits cleared
 * @addr: the network
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @bits: its length
 */
struct aws_cidr {
	struct bailey_addr addr;
	u8 family;
	u8 bits;
};

/**
 * struct aws_traffic - protocol and what is above it
 * @proto: its number, or %BAILEY_PROTO_ANY
 * @from: first port, ICMP type or %AWS_OPEN
 * @to: last port, ICMP code or %AWS_OPEN
 */
struct aws_traffic {
	u16 proto;
	s32 from;
	s32 to;
};

enum aws_peer_kind {
	AWS_PEER_CIDR,
	AWS_PEER_LIST,
	AWS_PEER_GROUP,
};

/**
 * struct aws_rule - one peer of a rule of a security group
 * @egress: about what members send
 * @traffic: which traffic
 * @peer: &enum aws_peer_kind
 * @dead: the peering that leads to the peer is over: nobody is meant
 * @cidr: the peer (AWS_PEER_CIDR)
 * @id: id of the list or group; "" for a group known by its name only
 * @name: that name, or NULL
 * @text: its description, or NULL
 */
struct aws_rule {
	bool egress;
	struct aws_traffic traffic;
	enum aws_peer_kind peer;
	bool dead;
	struct aws_cidr cidr;
	char *id;
	char *name;
	char *text;
};

/**
 * struct aws_entry - an entry of a network ACL
 * @egress: about what leaves the subnet
 * @allow: else it denies
 * @number: from 1 to %AWS_NUMBER_MAX
 * @traffic: which traffic
 * @cidr: the other end
 */
struct aws_entry {
	bool egress;
	bool allow;
	u32 number;
	struct aws_traffic traffic;
	struct aws_cidr cidr;
};

/**
 * struct aws_object - what all objects have in common
 * @id: what AWS calls it
 * @name: what people call it, or NULL
 * @text: its description, or NULL
 * @vpc: its VPC, or NULL
 * @tags: its tags, or NULL
 * @where: file and path of its description; NULL if it was only mentioned
 * @label: its name in the policy (name.c)
 */
struct aws_object {
	char *id;
	char *name;
	char *text;
	char *vpc;
	char *tags;
	char *where;
	char *label;
};

/**
 * struct aws_group - a security group
 * @o: id, name, description
 * @rules: its rules, in the order of aws_rule_cmp(), none twice
 * @count: how many
 * @cap: room in @rules
 * @by_rules: known by its rules alone (describe-security-group-rules)
 * @nobody: stands for who can't be meant any more
 */
struct aws_group {
	struct aws_object o;
	struct aws_rule *rules;
	size_t count;
	size_t cap;
	bool by_rules;
	bool nobody;
};

/**
 * struct aws_acl - a network ACL
 * @o: id, name
 * @is_default: its VPC's default
 * @entries: its entries, ordered by direction, number and family
 * @count: how many
 * @cap: room in @entries
 * @subnets: ids of the subnets that it is associated with
 */
struct aws_acl {
	struct aws_object o;
	bool is_default;
	struct aws_entry *entries;
	size_t count;
	size_t cap;
	json_t *subnets;
};

/**
 * struct aws_subnet - a subnet
 * @o: id, name
 * @cidrs: its prefixes
 * @count: how many
 * @cap: room in @cidrs
 * @acl: its network ACL, or NULL
 * @dev: the interface that it is behind
 * @tag: value of its tag %AWS_DEV_TAG, or NULL
 */
struct aws_subnet {
	struct aws_object o;
	struct aws_cidr *cidrs;
	size_t count;
	size_t cap;
	struct aws_acl *acl;
	char *dev;
	char *tag;
};

/**
 * struct aws_nic - a network interface
 * @o: id, name
 * @subnet_id: its subnet
 * @subnet: that subnet, once it is resolved
 * @addrs: its addresses, in order, as prefixes: a delegated one is a short one
 * @count: how many
 * @cap: room in @addrs
 * @groups: ids of its groups, in order, none twice
 * @group_count: how many
 * @group_cap: room in @groups
 * @forwards: it may have packets for others (SourceDestCheck is false)
 */
struct aws_nic {
	struct aws_object o;
	char *subnet_id;
	struct aws_subnet *subnet;
	struct aws_cidr *addrs;
	size_t count;
	size_t cap;
	char **groups;
	size_t group_count;
	size_t group_cap;
	bool forwards;
};

/**
 * struct aws_list - a prefix list
 * @o: id, name
 * @family: of its prefixes; 0 if it does not say
 * @most: how many it may have, 0 if it does not say
 * @known: its entries are at hand
 * @used: a rule refers to it
 * @cidrs: its prefixes, in order, none twice
 * @count: how many
 * @cap: room in @cidrs
 */
struct aws_list {
	struct aws_object o;
	u8 family;
	u32 most;
	bool known;
	bool used;
	struct aws_cidr *cidrs;
	size_t count;
	size_t cap;
};

/**
 * struct aws_table - objects of one kind by id
 * @index: id to place in @at
 * @at: the objects; each begins with its struct aws_object
 * @count: how many
 * @cap: room in @at
 */
struct aws_table {
	json_t *index;
	void **at;
	size_t count;
	size_t cap;
};

/**
 * struct aws_loose - a rule or entries read apart from what they belong to
 * @id: id of the group or list; NULL if it is not said
 * @where: file and path
 * @rules: rules of the group
 * @count: how many rules
 * @cap: room in @rules
 * @list: entries of a prefix list
 */
struct aws_loose {
	char *id;
	char *where;
	struct aws_rule *rules;
	size_t count;
	size_t cap;
	struct aws_list *list;
};

/**
 * struct aws_pair - what an option says: "A=B"
 * @from: A
 * @to: B
 * @used: somebody asked
 */
struct aws_pair {
	char *from;
	const char *to;
	bool used;
};

/* The kinds of things that pages are counted for. */
enum aws_kind {
	AWS_ACLS, AWS_GROUPS, AWS_RULES, AWS_SUBNETS, AWS_NICS, AWS_INSTANCES,
	AWS_LISTS, AWS_ENTRIES, AWS_KINDS
};

/**
 * struct aws_import - one import
 * @allow_missing: what is not at hand is nobody
 * @skip_invalid: rules that make no sense are left out
 * @devs: subnets and their interfaces, as options say
 * @dev_count: how many
 * @entries: prefix lists and the files of their entries, as options say
 * @entry_count: how many
 * @file: the file being read
 * @document: which document of it, from 1
 * @line: the line that this document begins in, from 0
 * @found: things recognized in it
 * @pages: documents per kind, and those of them that more pages follow
 * @refused: how often something was refused
 * @acls: network ACLs
 * @groups: security groups
 * @subnets: subnets
 * @nics: network interfaces
 * @lists: prefix lists
 * @loose: rules and entries without their group or list
 * @loose_count: how many
 * @loose_cap: room in @loose
 * @remarks: what is to be said of what was accepted, a line each
 * @remark_count: how many
 */
struct aws_import {
	bool allow_missing;
	bool skip_invalid;
	struct aws_pair *devs;
	size_t dev_count;
	struct aws_pair *entries;
	size_t entry_count;
	const char *file;
	size_t document;
	size_t line;
	size_t found;
	size_t pages[AWS_KINDS][2];
	size_t refused;
	struct aws_table acls;
	struct aws_table groups;
	struct aws_table subnets;
	struct aws_table nics;
	struct aws_table lists;
	struct aws_loose *loose;
	size_t loose_count;
	size_t loose_cap;
	struct bailey_out remarks;
	size_t remark_count;
};

/* import.c */
void aws_import_init(struct aws_import *aws);
bool aws_import_finish(struct aws_import *aws, struct bailey_out *out);
void aws_import_destroy(struct aws_import *aws);

/* document.c */
bool aws_read(struct aws_import *aws, const char *file, const char *text, size_t len);

/* place.c */
__printf(3, 4) void aws_refuse(struct aws_import *aws, const struct aws_at *at,
			       const char *fmt, ...);
__printf(3, 4) void aws_invalid(struct aws_import *aws, const struct aws_at *at,
				const char *fmt, ...);
__printf(3, 4) void aws_remark(struct aws_import *aws, const struct aws_at *at,
			       const char *fmt, ...);
__printf(3, 4) void aws_refuse_where(struct aws_import *aws, const char *where,
				     const char *fmt, ...);
char *aws_where(const struct aws_import *aws, const struct aws_at *at);

/* field.c */
bool aws_key_is(const char *key, const char *name);
bool aws_get(const struct aws_at *at, const char *name, struct aws_at *child);
void aws_item(const struct aws_at *list, size_t index, struct aws_at *item);
const char *aws_string(struct aws_import *aws, const struct aws_at *at, const char *name);
bool aws_number(struct aws_import *aws, const struct aws_at *at, const char *name,
		s64 *value);
bool aws_flag(struct aws_import *aws, const struct aws_at *at, const char *name,
	      bool *value);
size_t aws_array(struct aws_import *aws, const struct aws_at *at, const char *name,
		 struct aws_at *list);
bool aws_object_needed(struct aws_import *aws, const struct aws_at *at);
void aws_only(struct aws_import *aws, const struct aws_at *at, const char * const *names);
void aws_none_like(struct aws_import *aws, const struct aws_at *at,
		   const char * const *known, const char * const *words);
void aws_head(struct aws_import *aws, const struct aws_at *at, struct aws_object *object);

/* traffic.c */
bool aws_cidr_parse(const char *text, struct aws_cidr *cidr, bool *cleared);
bool aws_cidr_read(struct aws_import *aws, const struct aws_at *at, const char *text,
		   u8 family, struct aws_cidr *cidr);
int aws_cidr_cmp(const void *a, const void *b);
bool aws_proto_read(struct aws_import *aws, const struct aws_at *at, const char *name,
		    struct aws_traffic *traffic);
bool aws_traffic_check(struct aws_import *aws, const struct aws_at *at, bool has_from,
		       s64 from, bool has_to, s64 to, struct aws_traffic *traffic);
bool aws_traffic_possible(const struct aws_traffic *traffic, u8 family);
int aws_traffic_cmp(const struct aws_traffic *a, const struct aws_traffic *b);

/* model.c */
void *aws_more(void *array, size_t count, size_t *cap, size_t size);
void *aws_new(size_t size);
char *aws_copy(const char *text);
void *aws_find(const struct aws_table *table, const char *id);
void aws_insert(struct aws_table *table, void *object);
void aws_sort(struct aws_table *table);
void aws_add_cidr(struct aws_cidr **cidrs, size_t *count, size_t *cap,
		  const struct aws_cidr *cidr);
size_t aws_unique(void *array, size_t count, size_t size,
		  int (*cmp)(const void *a, const void *b), void (*drop)(void *item));
void aws_object_free(struct aws_object *object);
void aws_rule_free(void *rule);
void aws_group_free(void *group);
void aws_acl_free(void *acl);
void aws_subnet_free(void *subnet);
void aws_nic_free(void *nic);
void aws_list_free(void *list);
void aws_table_free(struct aws_table *table, void (*drop)(void *object));
struct aws_loose *aws_loose_new(struct aws_import *aws, const struct aws_at *at,
				const char *id);

/* read_group.c */
int aws_rule_cmp(const void *a, const void *b);
void aws_read_group(struct aws_import *aws, const struct aws_at *at);
void aws_read_rule(struct aws_import *aws, const struct aws_at *at);

/* read_acl.c */
void aws_read_acl(struct aws_import *aws, const struct aws_at *at);

/* read_nic.c */
void aws_read_subnet(struct aws_import *aws, const struct aws_at *at);
void aws_read_nic(struct aws_import *aws, const struct aws_at *at);
void aws_read_instance(struct aws_import *aws, const struct aws_at *at);
void aws_read_reservation(struct aws_import *aws, const struct aws_at *at);

/* read_list.c */
void aws_read_list(struct aws_import *aws, const struct aws_at *at);
void aws_read_entries(struct aws_import *aws, const struct aws_at *at);

/* resolve.c */
void aws_resolve(struct aws_import *aws);
struct aws_subnet *aws_subnet_get(struct aws_import *aws, const char *id, const char *vpc);

/* resolve_group.c */
void aws_resolve_groups(struct aws_import *aws);

/* resolve_list.c */
void aws_resolve_lists(struct aws_import *aws);

/* resolve_nic.c */
void aws_resolve_nics(struct aws_import *aws);

/* name.c */
void aws_name_devs(struct aws_import *aws);
void aws_name_objects(struct aws_import *aws);

/* print.c */
void aws_print(struct aws_import *aws, struct bailey_out *out);
void aws_comment(struct bailey_out *out, const char *text);
void aws_out_cidr(struct bailey_out *out, const struct aws_cidr *cidr);

#endif /* BAILEY_TOOLS_AWS_H */
