/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rule sets and packet traces for measuring classification.
 *
 * Sets are made in the structure of ClassBench's families (D. E. Taylor, J. S.
 * Turner, "ClassBench: A Packet Classification Benchmark", 2007), or read from
 * its files. Everything is repeatable: the same arguments give the same bytes.
 */
#ifndef BAILEY_TESTS_BENCH_RULESET_H
#define BAILEY_TESTS_BENCH_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RULESET_PROTO_ANY	256

/* An address: its first bit is the top bit of hi in both families. */
struct ruleset_addr {
	uint64_t hi;
	uint64_t lo;
};

/* One rule. Ports hold for packets with ports only, unless they are all ports. */
struct ruleset_rule {
	struct ruleset_addr src;
	struct ruleset_addr dst;
	uint8_t src_bits;
	uint8_t dst_bits;
	bool allow;
	uint16_t proto;
	uint16_t sport[2];
	uint16_t dport[2];
};

/* Rules in order; the first is number 1. */
struct ruleset {
	char name[64];
	bool v6;
	uint32_t count;
	uint32_t cap;
	struct ruleset_rule *rule;
};

/* A packet, and the number of the first rule that matches it; 0 for none. */
struct ruleset_header {
	struct ruleset_addr src;
	struct ruleset_addr dst;
	uint16_t sport;
	uint16_t dport;
	uint8_t proto;
	uint32_t number;
};

/* A small random generator (splitmix64), the same everywhere. */
struct ruleset_random {
	uint64_t state;
};

uint64_t ruleset_random(struct ruleset_random *random);
uint32_t ruleset_random_below(struct ruleset_random *random, uint32_t bound);

/* The names of the families that can be made: acl1 ... ipc2; NULL behind the last. */
extern const char * const ruleset_families[];
/* The same for sets that are meant to hurt. */
extern const char * const ruleset_attacks[];

/* All of these return 0, or -1 with a message on stderr. */
int ruleset_make(struct ruleset *set, const char *family, bool v6, uint32_t count,
		 uint64_t seed);
int ruleset_make_attack(struct ruleset *set, const char *kind, bool v6, uint32_t count,
			uint64_t seed);
int ruleset_read(struct ruleset *set, const char *path);
int ruleset_append(struct ruleset *set, const struct ruleset_rule *rule);
void ruleset_free(struct ruleset *set);

/*
 * Headers that hit all parts of a set: each a point of a rule drawn evenly, or,
 * one in @miss (0: never), a header drawn at random. In shuffled order, with the
 * expected rule by linear search.
 */
struct ruleset_header *ruleset_trace(const struct ruleset *set, uint32_t count,
				     uint32_t miss, uint64_t seed);
bool ruleset_holds(const struct ruleset_rule *rule, const struct ruleset_header *header);

void ruleset_write_policy(const struct ruleset *set, const char *acl, FILE *to);
void ruleset_write_trace(const struct ruleset *set, const struct ruleset_header *trace,
			 uint32_t count, FILE *to);

#endif /* BAILEY_TESTS_BENCH_RULESET_H */
