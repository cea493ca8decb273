/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the classifier's parts know of each other: the index of one family.
 *
 * classifier_index.c makes it, classifier.c reads it, classifier_grid.c says by
 * which bits of which fields rules are found. The idea stands in classifier.c.
 */
#ifndef BAILEY_ENGINE_CLASSIFIER_INDEX_H
#define BAILEY_ENGINE_CLASSIFIER_INDEX_H

#include "classifier.h"
#include "classifier_tree.h"

#define BAILEY_INDEX_LEVELS	4	/* prefix lengths of one side, 0 among them */
#define BAILEY_INDEX_TABLES	32	/* ways of finding rules: bits of a u32 */
#define BAILEY_INDEX_MARKS	8	/* bits that say which hashes a bucket has */
#define BAILEY_INDEX_BLOCK	16	/* buckets in half a cache line */
#define BAILEY_INDEX_BUCKET	12	/* records in one bucket */
#define BAILEY_INDEX_PIECES	32	/* pieces of memory */

/**
 * enum bailey_index_field - the fields by which rules are found
 * @BAILEY_INDEX_SRC: source address
 * @BAILEY_INDEX_DST: destination address
 * @BAILEY_INDEX_SPORT: source port
 * @BAILEY_INDEX_DPORT: destination port; ICMP type and code where there is none
 * @BAILEY_INDEX_PROTO: protocol
 * @BAILEY_INDEX_FIELDS: how many
 */
enum bailey_index_field {
	BAILEY_INDEX_SRC,
	BAILEY_INDEX_DST,
	BAILEY_INDEX_SPORT,
	BAILEY_INDEX_DPORT,
	BAILEY_INDEX_PROTO,
	BAILEY_INDEX_FIELDS
};

/**
 * struct bailey_index_table - one way of finding rules
 * @salt: what makes equal keys of different tables different
 * @first: the rank of its first rule, as in records
 * @level: by how much of each address, as a place in the grid; 0 for nothing of it
 * @above: by which of what is above addresses: BAILEY_ABOVE_*
 */
struct bailey_index_table {
	u64 salt;
	u32 first;
	u8 level[2];
	u8 above;
};

/* In the order of fields, from behind. */
#define BAILEY_ABOVE_PROTO	1
#define BAILEY_ABOVE_DPORT	2
#define BAILEY_ABOVE_SPORT	4
#define BAILEY_ABOVE_SETS	8	/* sets of these */

/**
 * bailey_index_level() - how much of a field a table looks at
 * @table: the table
 * @field: the field
 *
 * Return: a place in the grid, 0 for nothing of it.
 */
static inline u8 bailey_index_level(const struct bailey_index_table *table, u32 field)
{
	if (field <= BAILEY_INDEX_DST)
		return table->level[field];
	return table->above >> (BAILEY_INDEX_PROTO - field) & 1;
}

/**
 * struct bailey_index_grid - how much of each field is looked at
 * @bits: by level; of ports and the protocol it is all or nothing
 * @levels: how many levels the field has, 1 at least
 */
struct bailey_index_grid {
	u8 bits[BAILEY_INDEX_FIELDS][BAILEY_INDEX_LEVELS];
	u8 levels[BAILEY_INDEX_FIELDS];
};

/**
 * struct bailey_index_sieve - which tables know a value
 * @tables: by the hash of a value, sets of tables
 * @shift: how far right the hash goes to become a place in @tables
 */
struct bailey_index_sieve {
	u32 *tables;
	u8 shift;
};

/**
 * struct bailey_index_block - some buckets: which hashes they have, and where
 * @counts: records in each bucket, four bits for each
 * @mark: sets of the hashes in each bucket
 * @first: where the records of the first bucket begin; the others follow
 * @unused: up to half a cache line
 */
struct bailey_index_block {
	u64 counts;
	u8 mark[BAILEY_INDEX_BLOCK];
	u32 first;
	u32 unused;
};

static_assert(sizeof(struct bailey_index_block) == 32);
static_assert(BAILEY_INDEX_BUCKET < 16);

/**
 * struct bailey_service - protocol and ports of a match
 * @sport: lowest source port
 * @sports: how many more there are
 * @dport: lowest destination port, or ICMP type and code
 * @dports: how many more there are
 * @proto: protocol
 * @proto_mask: 0xff, or 0 for any protocol
 * @ports: 1 if it matches packets with ports only
 */
struct bailey_service {
	u16 sport;
	u16 sports;
	u16 dport;
	u16 dports;
	u8 proto;
	u8 proto_mask;
	u8 ports;
};

/* Service 0 is all that there are no numbers for: the rule has to be asked. */
#define BAILEY_SERVICES_MAX	0x10000

#define BAILEY_RECORD_LONG	1	/* a prefix has more bits than stand here */
#define BAILEY_RECORD_ASK	2	/* what it says here is not all */
#define BAILEY_RECORD_FLAGS	2	/* bits */

/**
 * struct bailey_record - what packets compare of one rule
 * @rank: place of the rule in its family's order << 2 | BAILEY_RECORD_*
 * @addr: of source and destination, the last 32 bits of the prefix, or all there are
 * @shift: where these are in an address: see bailey_record_shift()
 * @service: place in the index's services
 */
struct bailey_record {
	u32 rank;
	u32 addr[2];
	u8 shift[2];
	u16 service;
};

/**
 * struct bailey_piece - memory of an index
 * @p: where
 * @size: how much
 */
struct bailey_piece {
	void *p;
	size_t size;
};

/**
 * struct bailey_index - the rules of one family
 * @count: how many
 * @rule: by rank, in order of numbers
 * @records: those that are found by hash, by bucket and rank
 * @hashed: how many
 * @node: the tree of the others, whose leaves are places in @leaf
 * @leaf: their records, by leaf and rank
 * @leaf_first: the lowest rank among these, as in records
 * @service: protocols and ports that records have
 * @block: the buckets
 * @buckets: how many; 0: all is rest
 * @grid: how much of each field is looked at
 * @mask: the same as masks, by side and level
 * @open: by field, the tables that look at nothing of it
 * @sieve: by field and level, who knows a value
 * @by_proto: who knows a protocol
 * @tables: how many
 * @table: those
 * @bytes: memory of all this, the rules not counted
 * @piece: the memory of what it points to
 * @pieces: how many
 */
struct bailey_index {
	u32 count;
	struct bailey_rule **rule;
	struct bailey_record *records;
	u32 hashed;
	struct bailey_tree_node *node;
	struct bailey_record *leaf;
	u32 leaf_first;
	struct bailey_service *service;
	struct bailey_index_block *block;
	u32 buckets;
	struct bailey_index_grid grid;
	struct bailey_addr mask[2][BAILEY_INDEX_LEVELS];
	u32 open[BAILEY_INDEX_FIELDS];
	struct bailey_index_sieve sieve[BAILEY_INDEX_PROTO][BAILEY_INDEX_LEVELS];
	u32 *by_proto;
	u32 tables;
	struct bailey_index_table table[BAILEY_INDEX_TABLES];
	size_t bytes;
	struct bailey_piece piece[BAILEY_INDEX_PIECES];
	u32 pieces;
};

/* Odd numbers with well mixed bits, one for each word that is hashed. */
#define BAILEY_INDEX_MIX_HI	0x9e3779b97f4a7c15ULL
#define BAILEY_INDEX_MIX_LO	0xc2b2ae3d27d4eb4fULL
#define BAILEY_INDEX_MIX_END	0xd6e8feb86659fd93ULL

/**
 * bailey_index_mask() - cut an address to a prefix
 * @addr: the address
 * @bits: prefix length
 *
 * Return: the network.
 */
static inline struct bailey_addr bailey_index_mask(const struct bailey_addr *addr, u8 bits)
{
	struct bailey_addr net = *addr;

	net.hi &= bits ? ~0ULL << (bits < 64 ? 64 - bits : 0) : 0;
	net.lo &= bits > 64 ? ~0ULL << (128 - bits) : 0;
	return net;
}

/* The hash of a value of one field, by whose number it differs from others'. */
static inline u64 bailey_index_hash_addr(const struct bailey_addr *net, u32 field)
{
	u64 hash = (net->hi + field) * BAILEY_INDEX_MIX_HI + net->lo * BAILEY_INDEX_MIX_LO;

	return hash ^ hash >> 29;
}

static inline u64 bailey_index_hash_word(u32 value, u32 field)
{
	return (value + ((u64)field << 32)) * BAILEY_INDEX_MIX_LO;
}

/* The hash of a whole key, which is the sum of its fields' hashes. */
static inline u64 bailey_index_hash_end(u64 sum)
{
	sum ^= sum >> 32;
	sum *= BAILEY_INDEX_MIX_END;
	return sum >> 32;
}

static inline u32 bailey_index_bucket(u64 hash, u32 buckets)
{
	return hash * buckets >> 32;
}

static inline u8 bailey_index_mark(u64 hash)
{
	return 1U << (hash & (BAILEY_INDEX_MARKS - 1));
}

/**
 * bailey_index_records() - where a bucket's records are
 * @block: its block
 * @at: which of the block's buckets
 * @count: filled in: how many there are
 *
 * Return: the first one's place.
 */
static inline u32 bailey_index_records(const struct bailey_index_block *block, u32 at, u32 *count)
{
	const u64 low = 0x0f0f0f0f0f0f0f0fULL;
	u64 before = block->counts & ((1ULL << 4 * at) - 1);

	*count = block->counts >> 4 * at & 0xf;
	before = (before & low) + (before >> 4 & low);
	return block->first + (u32)(before * 0x0101010101010101ULL >> 56);
}

/**
 * bailey_record_shift() - where a prefix ends, as records have it
 * @bits: prefix length
 *
 * Return: which 32 bits of an address the prefix ends in, 0 being the first ones, << 6,
 * and how many of these are not the prefix's.
 */
static inline u8 bailey_record_shift(u8 bits)
{
	return bits ? (bits - 1) / 32 << 6 | (-bits & 31) : 32;
}

/* By what bailey_record_shift() numbers: each 32 bits of an address, and those before. */
static inline void bailey_record_parts(const struct bailey_addr *addr, u64 part[4])
{
	part[0] = addr->hi >> 32;
	part[1] = addr->hi;
	part[2] = addr->hi << 32 | addr->lo >> 32;
	part[3] = addr->lo;
}

/**
 * bailey_index_gone() - is a rule of a base no longer there?
 * @gone: bits by rank, or NULL
 * @rank: which rule
 *
 * Return: true if it is gone.
 */
static inline bool bailey_index_gone(const u64 *gone, u32 rank)
{
	return gone && gone[rank / 64] >> rank % 64 & 1;
}

/**
 * struct bailey_classifier_base - the indexes that several classifiers share
 * @refs: one for each
 * @index: for IPv4 and IPv6
 */
struct bailey_classifier_base {
	struct bailey_refcount refs;
	struct bailey_index *index[2];
};

/**
 * struct bailey_classifier - the entries of one direction
 * @refs: one for each ACL that has it
 * @base: what was indexed last
 * @gone: by family: bits by rank of the base's rules that are no longer; or NULL
 * @gone_count: how many these are, a rule of both families being two
 * @added: by family: the index of what came since; or NULL
 * @rule: what came since, in order of numbers; the indexes hold the references
 * @count: how many
 */
struct bailey_classifier {
	struct bailey_refcount refs;
	struct bailey_classifier_base *base;
	u64 *gone[2];
	u32 gone_count;
	struct bailey_index *added[2];
	struct bailey_rule **rule;
	u32 count;
};

/**
 * struct bailey_services - protocols and ports that records have, being collected
 * @list: each once
 * @count: how many
 * @max: how many there may be
 * @hash: their places in @list, by hash; 0 for none
 * @slots: room in @hash, a power of two
 */
struct bailey_services {
	struct bailey_service *list;
	u32 count;
	u32 max;
	u32 *hash;
	u32 slots;
};

int bailey_services_init(struct bailey_services *services, u32 rules);
void bailey_services_exit(struct bailey_services *services);
void bailey_record_fill(struct bailey_record *record, struct bailey_services *services,
			const struct bailey_rule *rule, u32 rank);
u16 bailey_record_dport_first(const struct bailey_match *match);
u16 bailey_record_dport_last(const struct bailey_match *match);

struct bailey_index *bailey_index_create(struct bailey_rule * const *rules, u32 count,
					 u8 family);
void bailey_index_destroy(struct bailey_index *index);

#endif /* BAILEY_ENGINE_CLASSIFIER_INDEX_H */
