/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The index of a connection table: see conn_index.c. For the files of the
 * connection table only.
 */
#ifndef BAILEY_CONN_INDEX_H
#define BAILEY_CONN_INDEX_H

#include <linux/cache.h>
#include <linux/percpu_counter.h>
#include <linux/workqueue.h>

#include "engine/conn.h"

struct bailey_conn_entry;

#define BAILEY_CONN_SLOTS	5	/* of a bucket: what fits into a cache line */
#define BAILEY_CONN_HASHES	BIT_ULL(32)
#define BAILEY_CONN_END		U32_MAX	/* behind the last chain */
#define BAILEY_CONN_PIECE	1024	/* chains whose first buckets are one piece: 64 KiB */

/**
 * struct bailey_conn_bucket - a cache line of the index
 * @link: the next bucket of its chain, and in the first one two bits (conn_index.c)
 * @slot: entries, or NULL: see bailey_slot_entry()
 * @tag: lower half of the hash of each one
 * @due: the second, modulo 256, in which to look whether it has expired
 */
struct bailey_conn_bucket {
	unsigned long link;
	void __rcu *slot[BAILEY_CONN_SLOTS];
	u16 tag[BAILEY_CONN_SLOTS];
	u8 due[BAILEY_CONN_SLOTS];
};

static_assert(sizeof(struct bailey_conn_bucket) <= 64);

/**
 * struct bailey_conn_buckets - the buckets of an index of one size
 * @next: those which take their place, once a resize has begun
 * @size: number of chains
 * @made: of its pieces, how many there are: all, before anybody searches here
 * @gone: frees it after all readers
 * @piece: first buckets of BAILEY_CONN_PIECE chains each; of the last piece only as many
 *	   as are needed
 */
struct bailey_conn_buckets {
	struct bailey_conn_buckets __rcu *next;
	u32 size;
	u32 made;
	struct rcu_work gone;
	struct bailey_conn_bucket *piece[];
};

/**
 * struct bailey_conn_index - finds connections by their keys
 * @buckets: where a search begins
 * @coming: for the next size, while they are being made; the resizer's own
 * @moved: chains of @buckets that a resize has dealt with; likewise
 * @count: entries
 */
struct bailey_conn_index {
	struct bailey_conn_buckets __rcu *buckets;
	struct bailey_conn_buckets *coming;
	u32 moved;
	struct percpu_counter count ____cacheline_aligned_in_smp; /* the rest is only read */
};

/**
 * struct bailey_conn_probe - a place in a search
 * @key: what is searched for; the caller's
 * @bucket: where
 * @guessed: who was where it was looked for first, or NULL
 * @tag: of its hash
 * @at: slot to look at next
 */
struct bailey_conn_probe {
	const struct bailey_conn_key *key;
	const struct bailey_conn_bucket *bucket;
	struct bailey_conn_entry *guessed;
	u16 tag;
	u8 at;
};

/**
 * struct bailey_conn_window - some seconds
 * @first: the first one
 * @last: the last one
 */
struct bailey_conn_window {
	u32 first;
	u32 last;
};

int bailey_conn_indexes_setup(void);
void bailey_conn_indexes_cleanup(void);
int bailey_conn_index_init(struct bailey_conn_index *index);
void bailey_conn_index_exit(struct bailey_conn_index *index,
			    void (*release)(struct bailey_conn_entry *entry));

u32 bailey_conn_hash(const struct bailey_conn_key *key);
struct bailey_conn_entry *
bailey_conn_index_first(const struct bailey_conn_index *index,
			const struct bailey_conn_key *key, u32 hash,
			struct bailey_conn_probe *probe);
struct bailey_conn_entry *bailey_conn_index_next(struct bailey_conn_probe *probe,
						 const struct bailey_conn_entry *last);

int bailey_conn_index_add(struct bailey_conn_index *index,
			  struct bailey_conn_entry *new, u32 hash, u32 now,
			  struct bailey_conn_entry **met);
void bailey_conn_index_remove(struct bailey_conn_index *index,
			      struct bailey_conn_entry *entry);
void bailey_conn_index_reschedule(struct bailey_conn_index *index,
				  struct bailey_conn_entry *entry, u32 now);
unsigned int bailey_conn_index_due(struct bailey_conn_index *index, u32 *pos,
				   unsigned int chains,
				   const struct bailey_conn_window *window,
				   struct bailey_conn_entry **due, unsigned int max);

bool bailey_conn_index_crowded(const struct bailey_conn_index *index);
int bailey_conn_index_fit(struct bailey_conn_index *index, u64 until,
			  struct workqueue_struct *workqueue);
size_t bailey_conn_index_bytes(struct bailey_conn_index *index);

void bailey_conn_index_chain(const struct bailey_conn_index *index, u64 hash, u64 *end,
			     const struct bailey_conn_bucket **first);
struct bailey_conn_entry *
bailey_conn_chain_from(const struct bailey_conn_bucket *first, unsigned int *at);

#endif /* BAILEY_CONN_INDEX_H */
