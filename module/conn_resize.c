// SPDX-License-Identifier: GPL-2.0
/*
 * The index of a connection table grows and shrinks, and is gone through.
 *
 * DOC: Any size
 *
 * A chain stands for a range of hashes, as a page of a dictionary does for a range of
 * words: with 10 chains the fourth has the hashes from 3/10 to 4/10 of all. So any
 * number of chains will do, and growth is by half: between two resizes there are
 * 2.7 to 4 entries for each bucket of five slots: 16 to 24 bytes an entry, but for second buckets.
 *
 * New buckets are made, and chain by chain, each under its lock, what is in the old
 * ones is put into the new ones as well; then the chain is marked as moved. When all
 * are, the new buckets take the place of the old ones, which are freed when nobody
 * reads them any more. A packet is never held up longer than by one chain, and none
 * misses an entry: before the mark the old chain is right, after it the new one.
 * Buckets come in pieces of 64 KiB, which are found by a directory. So no step is a long one:
 * a piece is made, some chains are moved, and whoever else waits for the CPU has his turn. It
 * spares lookups much of the way through page tables, too, as what is not larger
 * is mostly had without vmalloc().
 * The hash of an entry is computed anew from its key, so nobody has to
 * remember it.
 *
 * There is one resizer, the table's collector. Nobody is collected meanwhile, but where the
 * resize has failed half way; then it misses what has been moved, and has to look at
 * everything once more when the resize has come to its end.
 *
 * DOC: Going through
 *
 * A place in the table is a hash: all that is below has been dealt with. It stays
 * a place whatever becomes of the buckets, as each size keeps hashes in order. So a
 * walk may sleep as long as it likes and sees each entry that stays once.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "conn_chain.h"

#define CHAINS_MIN	64
#define CHAINS_MAX	BIT(25)	/* 2 GiB */
#define CROWDED		4	/* entries per chain from which on it grows */
#define LONELY		1	/* below which it shrinks */
#define STRETCH		64	/* chains moved between two glances at the clock */

/* Nobody has to be killed so that searches become faster. */
#define RESIZE_GFP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static u32 pieces(u32 size)
{
	return DIV_ROUND_UP(size, BAILEY_CONN_PIECE);
}

static struct bailey_conn_buckets *make_directory(u32 size, gfp_t gfp)
{
	struct bailey_conn_buckets *buckets;

	/* More than there is at all need not be tried for. */
	if ((u64)size * sizeof(struct bailey_conn_bucket) >> PAGE_SHIFT > totalram_pages())
		return NULL;
	buckets = kvzalloc(struct_size(buckets, piece, pieces(size)), gfp);
	if (buckets)
		buckets->size = size;
	return buckets;
}

static int make_piece(struct bailey_conn_buckets *buckets, gfp_t gfp)
{
	u32 left = buckets->size - buckets->made * BAILEY_CONN_PIECE;
	struct bailey_conn_bucket *piece;

	piece = kvcalloc(min_t(u32, left, BAILEY_CONN_PIECE), sizeof(*piece), gfp);
	if (!piece)
		return -ENOMEM;
	buckets->piece[buckets->made++] = piece;
	return 0;
}

static void free_spills(struct bailey_conn_bucket *first)
{
	struct bailey_conn_bucket *spill;

	while ((spill = bailey_bucket_next(first))) {
		first->link = spill->link;
		bailey_spill_free(spill);
	}
}

static void free_pieces(struct bailey_conn_buckets *buckets)
{
	while (buckets->made) {
		kvfree(buckets->piece[--buckets->made]);
		if (buckets->made % 64 == 0)
			cond_resched();
	}
	kvfree(buckets);
}

/* Those that a resize has replaced; their spills have gone chain by chain. */
static void free_replaced(struct work_struct *work)
{
	free_pieces(container_of(to_rcu_work(work), struct bailey_conn_buckets, gone));
}

/**
 * bailey_conn_index_init() - make an empty index
 * @index: embedded in its table
 *
 * Context: Process context, may sleep. About 4 KiB.
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_index_init(struct bailey_conn_index *index)
{
	struct bailey_conn_buckets *buckets = make_directory(CHAINS_MIN, GFP_KERNEL_ACCOUNT);

	if (!buckets)
		return -ENOMEM;
	if (make_piece(buckets, GFP_KERNEL_ACCOUNT) ||
	    percpu_counter_init(&index->count, 0, GFP_KERNEL)) {
		free_pieces(buckets);
		return -ENOMEM;
	}
	RCU_INIT_POINTER(index->buckets, buckets);
	index->coming = NULL;
	index->moved = 0;
	return 0;
}

static void release_chain(struct bailey_conn_bucket *first,
			  void (*release)(struct bailey_conn_entry *entry))
{
	struct bailey_conn_entry *entry;
	unsigned int at = 0;

	while ((entry = bailey_conn_chain_from(first, &at))) {
		release(entry);
		at++;
	}
	free_spills(first);
}

static void release_all(struct bailey_conn_buckets *buckets,
			void (*release)(struct bailey_conn_entry *entry))
{
	struct bailey_conn_bucket *first;
	u32 i;

	for (i = 0; i < buckets->size; i++) {
		first = bailey_chain_at(buckets, i);
		if (!bailey_chain_moved(first))
			release_chain(first, release);
		if (i % 1024 == 0)
			cond_resched();
	}
}

/**
 * bailey_conn_index_exit() - free an index
 * @index: nobody comes any more
 * @release: frees an entry
 *
 * Context: Process context.
 */
void bailey_conn_index_exit(struct bailey_conn_index *index,
			    void (*release)(struct bailey_conn_entry *entry))
{
	struct bailey_conn_buckets *buckets, *next;

	for (buckets = rcu_dereference_raw(index->buckets); buckets; buckets = next) {
		next = rcu_dereference_raw(buckets->next);
		release_all(buckets, release);
		free_pieces(buckets);
	}
	if (index->coming)
		free_pieces(index->coming);
	percpu_counter_destroy(&index->count);
}

/**
 * bailey_conn_index_crowded() - are there too many for its size?
 * @index: the index
 *
 * Context: Under rcu_read_lock(). A rough answer, at no cost.
 * Return: true if bailey_conn_index_fit() should come soon.
 */
bool bailey_conn_index_crowded(const struct bailey_conn_index *index)
{
	const struct bailey_conn_buckets *buckets = rcu_dereference(index->buckets);

	return percpu_counter_read_positive((struct percpu_counter *)&index->count) >
	       (s64)buckets->size * CROWDED;
}

static u32 wanted_size(struct bailey_conn_index *index, u32 size)
{
	u64 count = percpu_counter_sum_positive(&index->count);

	if (count <= (u64)size * CROWDED && count >= (u64)size * LONELY)
		return size;
	return clamp_t(u64, count + (count >> 1), CHAINS_MIN * CROWDED,
		       (u64)CHAINS_MAX * CROWDED) / CROWDED;
}

/* All of a chain's entries out of the next buckets again. */
static void put_back(struct bailey_conn_bucket *first, struct bailey_conn_buckets *next)
{
	struct bailey_conn_entry *entry;
	struct bailey_conn_bucket *to;
	unsigned int at;

	for (at = 0; (entry = bailey_conn_chain_from(first, &at)); at++) {
		to = bailey_chain_of(next, bailey_conn_hash(&entry->conn.key));
		bailey_chain_lock(to);
		bailey_chain_take(to, entry);
		bailey_chain_unlock(to);
	}
}

static int copy_bucket(const struct bailey_conn_bucket *bucket,
		       struct bailey_conn_buckets *next)
{
	struct bailey_conn_entry *entry;
	struct bailey_conn_bucket *to;
	unsigned int i;
	int err = 0;
	u32 hash;

	for (i = 0; i < BAILEY_CONN_SLOTS && !err; i++) {
		entry = bailey_slot_entry(bucket, i);
		if (!entry)
			continue;
		hash = bailey_conn_hash(&entry->conn.key);
		to = bailey_chain_of(next, hash);
		bailey_chain_lock(to);
		err = bailey_chain_put(to, entry, hash, bucket->due[i]);
		bailey_chain_unlock(to);
	}
	return err;
}

static int move_chain(struct bailey_conn_bucket *first, struct bailey_conn_buckets *next)
{
	struct bailey_conn_bucket *bucket;
	int err = 0;

	local_bh_disable();
	bailey_chain_lock(first);
	for (bucket = first; bucket && !err; bucket = bailey_bucket_next(bucket))
		err = copy_bucket(bucket, next);
	if (err)
		put_back(first, next);
	else
		/* What is in the next buckets is seen by who sees this. */
		smp_store_release(&first->link, first->link | BIT(BAILEY_CHAIN_MOVED));
	bailey_chain_unlock(first);
	local_bh_enable();
	if (err)
		return err;
	/* Readers who came before may need the way to them: it stays. */
	for (bucket = bailey_bucket_next(first); bucket; bucket = bailey_bucket_next(bucket))
		bailey_spill_free_later(bucket);
	return 0;
}

static void prefetch_entries(const struct bailey_conn_bucket *bucket)
{
	unsigned int i;

	for (i = 0; i < BAILEY_CONN_SLOTS; i++)
		prefetch(rcu_access_pointer(bucket->slot[i]));
}

/* Moves some chains; -EAGAIN if more are left. */
static int move_some(struct bailey_conn_index *index, struct bailey_conn_buckets *buckets,
		     struct bailey_conn_buckets *next)
{
	u32 end = min(buckets->size, index->moved + STRETCH);
	int err = 0;

	rcu_read_lock();
	for (; index->moved < end && !err; index->moved += !err) {
		if (index->moved + 2 < buckets->size)
			prefetch_entries(bailey_chain_at(buckets, index->moved + 2));
		err = move_chain(bailey_chain_at(buckets, index->moved), next);
	}
	rcu_read_unlock();
	return err ?: index->moved < buckets->size ? -EAGAIN : 0;
}

/* Makes a piece of the next buckets; when it was the last one, they come into use. */
static int make_some(struct bailey_conn_index *index, struct bailey_conn_buckets *buckets)
{
	int err = make_piece(index->coming, RESIZE_GFP);

	if (err) {
		free_pieces(index->coming);
	} else {
		if (index->coming->made < pieces(index->coming->size))
			return -EAGAIN;
		index->moved = 0;
		rcu_assign_pointer(buckets->next, index->coming);
	}
	index->coming = NULL;
	return err ?: -EAGAIN;
}

/* One step of a resize: 0 when there is none under way and none is needed. */
static int step(struct bailey_conn_index *index, struct workqueue_struct *workqueue)
{
	struct bailey_conn_buckets *buckets = rcu_dereference_raw(index->buckets);
	struct bailey_conn_buckets *next = rcu_dereference_raw(buckets->next);
	u32 size;
	int err;

	if (next) {
		err = move_some(index, buckets, next);
		if (err)
			return err;
		rcu_assign_pointer(index->buckets, next);
		INIT_RCU_WORK(&buckets->gone, free_replaced);
		queue_rcu_work(workqueue, &buckets->gone);
		return 1;
	}
	if (index->coming)
		return make_some(index, buckets);
	size = wanted_size(index, buckets->size);
	if (size == buckets->size)
		return 0;
	index->coming = make_directory(size, RESIZE_GFP);
	return index->coming ? -EAGAIN : -ENOMEM;
}

/**
 * bailey_conn_index_fit() - give an index the size that it needs
 * @index: the index
 * @until: ktime_get_ns() at which to stop; something is done in any case
 * @workqueue: where buckets are freed that are not needed any more
 *
 * Context: Process context, may sleep. One caller at a time. Takes about 0.2 us for
 * each entry if the size changes, in all.
 * Return: 1 if it changed; 0 if it need not; -EAGAIN if there is more to do; -ENOMEM if it
 * could not be changed or not wholly. All is found at any time, and the next call goes on, or
 * makes new pieces where not all could be had.
 */
int bailey_conn_index_fit(struct bailey_conn_index *index, u64 until,
			  struct workqueue_struct *workqueue)
{
	int ret;

	do {
		ret = step(index, workqueue);
	} while (ret == -EAGAIN && ktime_get_ns() < until);
	return ret;
}

/**
 * bailey_conn_index_bytes() - how much memory has an index?
 * @index: the index
 *
 * Context: Process context, no resize under way. Reads all of it.
 * Return: bytes, entries left out.
 */
size_t bailey_conn_index_bytes(struct bailey_conn_index *index)
{
	const struct bailey_conn_bucket *bucket;
	struct bailey_conn_buckets *buckets;
	size_t bytes;
	u32 i;

	rcu_read_lock();
	buckets = rcu_dereference(index->buckets);
	bytes = struct_size(buckets, piece, pieces(buckets->size)) +
		(size_t)buckets->size * sizeof(*bucket);
	for (i = 0; i < buckets->size; i++) {
		bucket = bailey_chain_at(buckets, i);
		/* Their further buckets may be gone. */
		if (bailey_chain_moved(bucket))
			continue;
		for (bucket = bailey_bucket_next(bucket); bucket;
		     bucket = bailey_bucket_next(bucket))
			bytes += bailey_spill_size();
	}
	rcu_read_unlock();
	return bytes;
}

/**
 * bailey_conn_index_chain() - the chain that holds a hash
 * @index: the index
 * @hash: below %BAILEY_CONN_HASHES
 * @end: set to the first hash behind it that may be elsewhere
 * @first: set to its first bucket, for bailey_conn_chain_from()
 *
 * Context: Under rcu_read_lock(), and so is the use of what it finds.
 */
void bailey_conn_index_chain(const struct bailey_conn_index *index, u64 hash, u64 *end,
			     const struct bailey_conn_bucket **first)
{
	struct bailey_conn_buckets *buckets = rcu_dereference(index->buckets);
	u64 behind;
	u32 number;

	*end = BAILEY_CONN_HASHES;
	for (;;) {
		number = bailey_chain_number(buckets, hash);
		*first = bailey_chain_at(buckets, number);
		behind = (u64)(number + 1) << 32;
		*end = min(*end, DIV64_U64_ROUND_UP(behind, buckets->size));
		if (!bailey_chain_moved(*first))
			return;
		buckets = rcu_dereference(buckets->next);
	}
}

/**
 * bailey_conn_chain_from() - the next entry of a chain
 * @first: the chain's first bucket
 * @at: the place to begin with; set to that of the entry. An entry's place stays
 *	 the same until it is moved or goes
 *
 * Context: Under rcu_read_lock().
 * Return: the entry, or NULL behind the last one.
 */
struct bailey_conn_entry *
bailey_conn_chain_from(const struct bailey_conn_bucket *first, unsigned int *at)
{
	const struct bailey_conn_bucket *bucket = first;
	struct bailey_conn_entry *entry;
	unsigned int skip = *at;

	for (; bucket && skip >= BAILEY_CONN_SLOTS; skip -= BAILEY_CONN_SLOTS)
		bucket = bailey_bucket_next(bucket);
	for (; bucket; bucket = bailey_bucket_next(bucket), skip = 0) {
		for (; skip < BAILEY_CONN_SLOTS; skip++, ++*at) {
			entry = bailey_slot_entry(bucket, skip);
			if (entry)
				return entry;
		}
	}
	return NULL;
}
