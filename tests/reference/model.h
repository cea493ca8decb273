/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reference's own model: a policy, the interfaces, packets, connections.
 *
 * Nothing here is shared with the engine but the types of numbers. The policy
 * is what a careful reader of Documentation/language.md would write down on
 * paper: arrays in the order of the text, looked through from first to last.
 */
#ifndef BAILEY_TESTS_REFERENCE_MODEL_H
#define BAILEY_TESTS_REFERENCE_MODEL_H

#include "base.h"

#define REF_ACLS	3
#define REF_ENTRIES	10
#define REF_GROUPS	5
#define REF_RULES	5
#define REF_LISTS	2
#define REF_PREFIXES	5
#define REF_ATTACHES	8
#define REF_ENDPOINTS	6
#define REF_ADDRS	3
#define REF_IFACES	6
#define REF_CONNS	256

enum { REF_IN, REF_OUT };
enum { REF_SRC, REF_DST };
enum { REF_LOCAL_IN, REF_LOCAL_OUT, REF_FORWARD };

struct ref_addr {
	u8 family;		/* 4 or 6 */
	u8 byte[16];
};

struct ref_cidr {
	struct ref_addr net;
	int bits;
};

struct ref_peer {
	enum { REF_ANY, REF_CIDR, REF_LIST, REF_GROUP } kind;
	struct ref_cidr cidr;
	int index;		/* of the list or group */
};

struct ref_match {
	int proto;		/* -1 for any */
	int type, code;		/* -1 for any */
	struct ref_peer peer[2];	/* from and to */
	bool ports[2];		/* ports of from and to are given */
	int first[2], last[2];
};

struct ref_entry {
	u32 number;
	bool allow;
	bool reject;		/* denied, and its sender is told */
	struct ref_match match;
};

struct ref_acl {
	int count[2];
	struct ref_entry entry[2][REF_ENTRIES];
};

struct ref_group {
	int count[2];
	struct ref_match rule[2][REF_RULES];
};

struct ref_list {
	int count;
	struct ref_cidr at[REF_PREFIXES];
};

struct ref_attach {
	char dev[16];		/* without the asterisk */
	bool stem;
	bool host;
	int acl;		/* -1 for none */
	u32 groups;		/* bit per group; 0 for none */
};

struct ref_endpoint {
	char name[16];
	char dev[16];
	int count;
	struct ref_addr addr[REF_ADDRS];
	u32 groups;
};

struct ref_policy {
	struct ref_acl acl[REF_ACLS];
	struct ref_group group[REF_GROUPS];
	struct ref_list list[REF_LISTS];
	int attaches;
	struct ref_attach attach[REF_ATTACHES];
	int endpoints;
	struct ref_endpoint endpoint[REF_ENDPOINTS];
	bool exempt_loopback, exempt_nd, exempt_mld, exempt_dhcp, exempt_error;
	bool deny;
	bool reject;		/* denied, and its sender is told */
};

/* An interface, and what addresses this machine has on it. */
struct ref_iface {
	u32 ifindex;
	char name[16];
	bool loopback;
	u32 domain;
	int master;		/* index in the world of its VRF; -1 for none */
	int count;
	struct ref_addr addr[REF_ADDRS];
};

struct ref_world {
	int count;
	struct ref_iface iface[REF_IFACES];
};

struct ref_packet {
	int hook;
	int iface[2];		/* of source and destination side, in the world; -1: this machine */
	struct ref_addr addr[2];
	int proto;
	int port[2];
	u32 id;			/* ICMP query or GRE key */
	bool has_id;
	int type, code;
	u8 tcp_flags;
	int hop_limit;
	bool fragment;		/* a later one: nothing above IP is to be seen */
	bool quotes;		/* an ICMP error that quotes what follows */
	struct ref_addr quote_addr[2];
	int quote_proto, quote_port[2], quote_type;
	u32 quote_id;
};

/* What a connection's door remembers when its groups are gone from the policy. */
#define REF_GONE	0x80000000U

struct ref_conn {
	u8 family;
	int proto;
	struct ref_addr addr[2];	/* originator, responder */
	int port[2];
	u32 domain[2];
	u32 id;
	int type;		/* of an ICMP request */
	u32 door[2];		/* groups that said yes; 0 for nobody, or REF_GONE */
	int iface[2];		/* where they were asked, in the world; -1: this machine */
	bool cut;		/* a revocation came since they said so */
	u8 state, flags, last_dir;	/* as the engine's bailey_conn_open() has it */
	u32 expires;
};

struct ref_state {
	int count;
	struct ref_conn conn[REF_CONNS];
};

/* How the reference judged a packet. */
struct ref_verdict {
	enum { REF_PASS, REF_DROP_DEFAULT, REF_DROP_ACL, REF_DROP_ACL_DEFAULT,
	       REF_DROP_GROUP, REF_DROP_FRAGMENT, REF_DROP_STATE } result;
	bool reject;
	bool untracked;
	int hits;		/* questions that a rule answered, in order */
	struct {
		bool group;	/* one of these rules; else exactly this entry */
		int dir;
		int acl, number_at;	/* entry's index */
		u32 rules[REF_GROUPS];	/* per group: bits of the rules that hold */
	} hit[4];
};

/* Alterations of single rules of the reference, to prove that they are noticed. */
enum ref_mutation {
	REF_MUTATE_NOTHING,
	REF_MUTATE_ACL_ORDER,		/* the highest number decides */
	REF_MUTATE_ACL_DEFAULT,		/* what no entry matches is allowed */
	REF_MUTATE_HAIRPIN,		/* the ACL is asked inside its boundary, too */
	REF_MUTATE_PORT_EDGE,		/* the last port of a range does not count */
	REF_MUTATE_PREFIX_EDGE,		/* the last bit of a prefix does not count */
	REF_MUTATE_FAMILY,		/* IPv4 rules for all match IPv6 */
	REF_MUTATE_MEMBER_ANYWHERE,	/* a member's address counts from everywhere */
	REF_MUTATE_HOST_MEMBER,		/* any address of this machine is a member */
	REF_MUTATE_ENDPOINT_ALONE,	/* endpoints are asked without "protects subnet" */
	REF_MUTATE_ENDPOINT_ADDS,	/* an endpoint's groups are asked beside the line's */
	REF_MUTATE_STEM,		/* the shortest stem goes first */
	REF_MUTATE_MASTER,		/* a VRF's lines do not hold for its ports */
	REF_MUTATE_REPLY,		/* a response is asked about itself */
	REF_MUTATE_DOOR_ANY,		/* a known connection is never asked again */
	REF_MUTATE_DOOR_FORGETS,	/* an answer is not remembered */
	REF_MUTATE_SOURCE,		/* other groups at the source: still this connection */
	REF_MUTATE_DETOUR,		/* nor do other groups at its destination */
	REF_MUTATE_GONE,		/* what has no groups any more may be anywhere */
	REF_MUTATE_CUT,			/* a revocation is not noticed */
	REF_MUTATE_CUT_STAYS,		/* what a revocation ends stays in the table */
	REF_MUTATE_STATELESS,		/* remembered even where nobody was asked */
	REF_MUTATE_REFRESH,		/* what an ACL denies still refreshes */
	REF_MUTATE_ERROR_TARGET,	/* an error may go to whom it likes */
	REF_MUTATE_ERROR_SOURCE,	/* whoever sends an error is not asked */
	REF_MUTATE_ND_HOPS,		/* neighbour discovery from afar */
	REF_MUTATE_DHCP,		/* DHCP to any port from the right one */
	REF_MUTATE_EXEMPT_FORWARD,	/* exemptions hold in FORWARD */
	REF_MUTATE_OWN_ERROR_ACL,	/* our errors are not asked by ACLs */
	REF_MUTATE_DEFAULT_SIDE,	/* "default deny" looks at the way in only */
	REF_MUTATE_UNTRACKED_ONE_WAY,	/* untracked whatever the response's rules */
	REF_MUTATE_UNTRACKED_PEER,	/* untracked whoever the rule's peer is */
	REF_MUTATE_UNTRACKED_DOOR,	/* an untracked side remembers */
	REF_MUTATE_FRAGMENT_PORTS,	/* a rule with ports lets fragments through */
	REF_MUTATE_FRAGMENT_NEXT,	/* an entry that may match is passed over */
	REF_MUTATE_FRAGMENT_HEADER,	/* a header is taken for the protocol */
	REF_MUTATE_REJECT,		/* a denied packet's sender is told, too */
	REF_MUTATE_NEAR_BEHIND,		/* near misses behind the decision count */
	REF_MUTATE_NEAR_PORTS,		/* a protocol is a near miss whatever the ports */
	REF_MUTATE_NEAR_MEMBER,		/* no group is a near miss by its members */
	REF_MUTATE_COUNT
};

extern enum ref_mutation ref_mutation;

/* reference.c */
void ref_judge(const struct ref_policy *policy, const struct ref_world *world,
	       struct ref_state *state, const struct ref_packet *packet, u32 now,
	       bool loose, bool untracked, struct ref_verdict *verdict);
void ref_policy_changed(const struct ref_policy *policy, struct ref_state *state,
			bool cut);

/* generate.c */
struct ref_random {
	u64 state;
	const u8 *data;		/* if not NULL: drawn from these bytes instead */
	size_t left;
};

u32 ref_random(struct ref_random *random, u32 below);
void ref_generate_world(struct ref_random *random, struct ref_world *world);
void ref_generate_policy(struct ref_random *random, const struct ref_world *world,
			 struct ref_policy *policy);
bool ref_match_equal(const struct ref_match *a, const struct ref_match *b);
void ref_generate_match(struct ref_random *random, bool group,
			struct ref_match *match);
int ref_match_families(const struct ref_match *match);

/* change.c */
struct bailey_out;
void ref_generate_change(struct ref_random *random, const struct ref_world *world,
			 struct ref_policy *policy, struct bailey_out *text);

/* traffic.c */
#define REF_HISTORY	16

struct ref_traffic {
	int count;
	struct ref_packet history[REF_HISTORY];
};

void ref_generate_packet(struct ref_random *random, const struct ref_world *world,
			 struct ref_traffic *traffic, struct ref_packet *packet);
struct ref_addr ref_random_addr(struct ref_random *random, u8 family);

/* print.c */
const char *ref_action_word(const struct ref_entry *entry);
void ref_print_policy(const struct ref_policy *policy, struct bailey_out *out);
void ref_print_match(const struct ref_match *match, struct bailey_out *out);
void ref_print_attach(const struct ref_attach *attach, bool whole,
		      struct bailey_out *out);
void ref_print_endpoint(const struct ref_endpoint *endpoint, struct bailey_out *out);
void ref_print_cidr(const struct ref_cidr *cidr, struct bailey_out *out);
void ref_print_world(const struct ref_world *world, struct bailey_out *out);
void ref_print_packet(const struct ref_world *world, const struct ref_packet *packet,
		      struct bailey_out *out);
void ref_print_verdict(const struct ref_verdict *verdict, struct bailey_out *out);
void ref_print_conn(const struct ref_conn *conn, struct bailey_out *out);

#endif /* BAILEY_TESTS_REFERENCE_MODEL_H */
