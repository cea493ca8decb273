/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The oracle's own model of a cloud account, and what AWS's documentation says of it.
 *
 * Nothing here is shared with the importer or the engine but the types of numbers. A
 * rule is what the describe commands would print of it, nonsense included; judge.c
 * says what it means.
 */
#ifndef BAILEY_TESTS_AWS_ORACLE_H
#define BAILEY_TESTS_AWS_ORACLE_H

#include <jansson.h>
#include "base.h"

#define OR_SUBNETS	4
#define OR_ACLS		4
#define OR_ENTRIES	7
#define OR_GROUPS	5
#define OR_RULES	5
#define OR_LISTS	2
#define OR_PREFIXES	3
#define OR_NICS		7
#define OR_ADDRS	24

/* Groups that no file describes: one that interfaces may have, and one that is gone. */
#define OR_UNKNOWN	(OR_GROUPS)
#define OR_GONE		(OR_GROUPS + 1)

/* Where an address may be besides the subnets. */
#define OR_OUTSIDE	(-1)

/* A field that the JSON does not have. */
#define OR_ABSENT	(-9)

struct or_random {
	u64 state;
};

struct or_addr {
	u8 family;		/* 4 or 6 */
	u8 byte[16];
};

struct or_cidr {
	struct or_addr addr;	/* bits behind the length may be set */
	int bits;
};

/* Protocol and, as the fields say, ports or types. */
struct or_traffic {
	int proto;		/* -1 for all */
	bool by_name;
	bool as_number;		/* a number in the JSON, not a string */
	int from, to;		/* OR_ABSENT: the field is not there */
};

struct or_entry {
	int number;
	bool egress, allow;
	struct or_traffic traffic;
	struct or_cidr cidr;
};

struct or_acl {
	bool is_default;
	int count;
	struct or_entry entry[OR_ENTRIES];
};

struct or_rule {
	bool egress;
	struct or_traffic traffic;
	enum { OR_CIDR, OR_LIST, OR_GROUP } kind;
	struct or_cidr cidr;
	int index;		/* of the list or group */
	bool dead;		/* its peering is over */
};

struct or_group {
	bool by_rules;		/* told by describe-security-group-rules */
	int count;
	struct or_rule rule[OR_RULES];
};

struct or_list {
	bool known;		/* its entries are in the files */
	bool apart;		/* in a file of their own */
	int count;
	struct or_cidr at[OR_PREFIXES];
};

struct or_subnet {
	int acl;		/* that it is associated with; -1 for none */
	bool described;
};

struct or_nic {
	int subnet;
	int count;
	struct or_addr addr[OR_ADDRS];
	int delegated;		/* from this one on they are of one prefix of 16 */
	bool by_instance;
	u32 groups;		/* bit per group, OR_UNKNOWN too */
};

struct or_world {
	int subnets, acls, groups, lists, nics;
	struct or_subnet subnet[OR_SUBNETS];
	struct or_acl acl[OR_ACLS];
	struct or_group group[OR_GROUPS];
	struct or_list list[OR_LISTS];
	struct or_nic nic[OR_NICS];
	bool missing;		/* needs --allow-missing */
	bool invalid;		/* needs --skip-invalid */
};

/* One end of a connection. */
struct or_end {
	int subnet;		/* or OR_OUTSIDE */
	int nic;		/* -1 for none */
	struct or_addr addr;
	int port;
};

struct or_conn {
	struct or_end end[2];	/* who asks, who answers */
	int proto;
	int type, code;
	int reply_type;		/* -1: no answer of its own */
};

struct or_verdict {
	bool request;
	bool response;		/* if the request passed */
};

/* Alterations of the oracle, each of which must be noticed. */
enum or_mutation {
	OR_MUTATE_NOTHING,
	OR_MUTATE_ORDER,
	OR_MUTATE_END,
	OR_MUTATE_INSIDE,
	OR_MUTATE_PORT_EDGE,
	OR_MUTATE_PORT_ANY,
	OR_MUTATE_CODE,
	OR_MUTATE_TYPE_OPEN,
	OR_MUTATE_HOST_BITS,
	OR_MUTATE_FAMILY,
	OR_MUTATE_STATELESS,
	OR_MUTATE_PRIMARY,
	OR_MUTATE_DELEGATED,
	OR_MUTATE_ONE_GROUP,
	OR_MUTATE_NO_GROUPS,
	OR_MUTATE_UNKNOWN,
	OR_MUTATE_UNKNOWN_MEMBER,
	OR_MUTATE_DEAD,
	OR_MUTATE_EGRESS,
	OR_MUTATE_MISSING,
	OR_MUTATE_INVALID,
	OR_MUTATE_DEFAULT_ACL,
	OR_MUTATE_RESPONSE_ACL,
	OR_MUTATE_ALL_PORTS,
	OR_MUTATE_NUMBERS,
	OR_MUTATE_COUNT
};

extern enum or_mutation or_mutation;

/* generate.c */
u32 or_random(struct or_random *random, u32 below);
struct or_addr or_random_addr(struct or_random *random, int subnet, u8 family);
void or_generate(struct or_random *random, struct or_world *world);

/* traffic.c */
bool or_connection(struct or_random *random, const struct or_world *world,
		   struct or_conn *conn);

/* judge.c */
bool or_makes_sense(const struct or_traffic *traffic);
void or_judge(const struct or_world *world, const struct or_conn *conn,
	      struct or_verdict *verdict);

/* spoil.c */
void or_spoil(struct or_random *random, json_t *json);

/* write.c */
char *or_write(struct or_random *random, const struct or_world *world, int spoilt);
char *or_write_entries(const struct or_list *list);

#endif /* BAILEY_TESTS_AWS_ORACLE_H */
