/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One chain of the index: its lock, its slots. For conn_index.c and conn_resize.c,
 * which say what it is good for.
 */
#ifndef BAILEY_CONN_CHAIN_H
#define BAILEY_CONN_CHAIN_H

#include <linux/bit_spinlock.h>
#include <linux/bits.h>

#include "conn_table.h"

/* Bits of &bailey_conn_bucket.link, in the first bucket of a chain */
#define BAILEY_CHAIN_LOCK	0	/* bit spinlock of the chain */
#define BAILEY_CHAIN_MOVED	1	/* its entries are found in the next buckets */
#define BAILEY_CHAIN_BITS	(BIT(BAILEY_CHAIN_LOCK) | BIT(BAILEY_CHAIN_MOVED))

/**
 * bailey_bucket_next() - the next bucket of a chain
 * @bucket: one of them
 *
 * Context: Under rcu_read_lock() or the chain's lock.
 * Return: it, or NULL behind the last one.
 */
static inline struct bailey_conn_bucket *
bailey_bucket_next(const struct bailey_conn_bucket *bucket)
{
	return (struct bailey_conn_bucket *)(READ_ONCE(bucket->link) & ~BAILEY_CHAIN_BITS);
}

/**
 * bailey_chain_moved() - has a resize taken a chain away?
 * @first: its first bucket
 *
 * Context: Under rcu_read_lock(). If not, what the chain holds now is what counts
 * for readers who have begun already.
 * Return: true if its entries are found in the next buckets.
 */
static inline bool bailey_chain_moved(const struct bailey_conn_bucket *first)
{
	/* Pairs with the release in conn_resize.c */
	return smp_load_acquire(&first->link) & BIT(BAILEY_CHAIN_MOVED);
}

/**
 * bailey_chain_at() - a chain by its number
 * @buckets: those of one size
 * @number: below their number of chains
 *
 * Return: its first bucket.
 */
static inline struct bailey_conn_bucket *
bailey_chain_at(const struct bailey_conn_buckets *buckets, u32 number)
{
	return &buckets->piece[number / BAILEY_CONN_PIECE][number % BAILEY_CONN_PIECE];
}

/**
 * bailey_chain_number() - which chain a hash is in
 * @buckets: those of one size
 * @hash: the hash
 *
 * Return: for bailey_chain_at().
 */
static inline u32 bailey_chain_number(const struct bailey_conn_buckets *buckets, u32 hash)
{
	return ((u64)hash * buckets->size) >> 32;
}

/**
 * bailey_chain_of() - the chain for a hash
 * @buckets: those of one size
 * @hash: the hash
 *
 * Return: its first bucket.
 */
static inline struct bailey_conn_bucket *
bailey_chain_of(const struct bailey_conn_buckets *buckets, u32 hash)
{
	return bailey_chain_at(buckets, bailey_chain_number(buckets, hash));
}

/**
 * bailey_chain_lock() - keep others from changing a chain
 * @first: its first bucket
 *
 * Context: BHs disabled.
 */
static inline void bailey_chain_lock(struct bailey_conn_bucket *first)
	__acquires(bitlock)
{
	bit_spin_lock(BAILEY_CHAIN_LOCK, &first->link);
}

/**
 * bailey_chain_unlock() - undo bailey_chain_lock()
 * @first: its first bucket
 */
static inline void bailey_chain_unlock(struct bailey_conn_bucket *first)
	__releases(bitlock)
{
	bit_spin_unlock(BAILEY_CHAIN_LOCK, &first->link);
}

/**
 * bailey_entry_mark() - what stands in a slot for an entry
 * @entry: the entry
 *
 * Return: where its first cache line begins, which every entry has.
 */
static inline void *bailey_entry_mark(const struct bailey_conn_entry *entry)
{
	return (void *)&entry->conn.key.word;
}

/**
 * bailey_slot_entry() - who is in a slot?
 * @bucket: the bucket
 * @at: number of the slot
 *
 * Context: Under rcu_read_lock() or the chain's lock.
 * Return: the entry or NULL.
 */
static inline struct bailey_conn_entry *
bailey_slot_entry(const struct bailey_conn_bucket *bucket, unsigned int at)
{
	void *mark = rcu_dereference_raw(bucket->slot[at]);

	return mark ? container_of(mark, struct bailey_conn_entry, conn.key.word) : NULL;
}

int bailey_chain_put(struct bailey_conn_bucket *first, struct bailey_conn_entry *entry,
		     u16 tag, u8 due);
bool bailey_chain_take(struct bailey_conn_bucket *first,
		       const struct bailey_conn_entry *entry);
void bailey_spill_free_later(struct bailey_conn_bucket *bucket);
void bailey_spill_free(struct bailey_conn_bucket *bucket);
size_t bailey_spill_size(void);

#endif /* BAILEY_CONN_CHAIN_H */
