// SPDX-License-Identifier: GPL-2.0
/*
 * The index of a connection table: from a key to its entries.
 *
 * DOC: Two lines of memory
 *
 * What a packet costs here is cache lines that no cache has: with a million
 * connections, nearly each one that it touches. So the way to an entry is one line,
 * a bucket, and then the entry itself. (A directory says where buckets are, in pieces of
 * 1024: 3 KiB for a million connections, which caches have.)
 *
 *	bucket	| link | five slots | five tags | five seconds |
 *	           |      |            |           `- see "When to look"
 *	           |      |            `- 16 bits of the hash of each
 *	           |      `- struct bailey_conn_entry
 *	           `- further buckets of the chain; mostly none
 *
 * The upper bits of a key's hash say which chain, the lower ones which slots are
 * worth looking into, and in which to begin: there an entry is put, if it is free.
 * The second line of an entry is fetched while its key is
 * compared in the first. So of 65536 strangers' entries in the same line one is looked
 * at in vain. Entries themselves never move, and nothing in them belongs to
 * the index: whoever found one may keep it as long as RCU lets him, whatever
 * becomes of the buckets.
 *
 * With four entries in five slots every fifth chain has a second bucket. Several
 * entries may share one key; they stand in the same chain, and only when there
 * are such (&bailey_conn_entry.shared) a search that has found one goes on.
 *
 * DOC: Choosing buckets
 *
 * Whoever chooses addresses and ports must not choose buckets, or he makes a
 * chain of as many as he likes. The hash is keyed by a secret of this boot:
 * SipHash-1-3, which the kernel calls hsiphash and means for hash tables. It has
 * fewer rounds than a signature needs, but nobody here sees a hash: what can be
 * seen is time, nanoseconds in the noise of a network, and to learn from that which
 * of his connections collide he would have to have the answer first.
 *
 * DOC: Growing
 *
 * See conn_resize.c. A chain that was moved says so in its link, and then the chain of
 * the next buckets is what counts. Readers look at that bit before the slots. If
 * it is not set they may read the chain, even if it is moved meanwhile: it stays as
 * it is until the last such reader has left. Whoever wants to change a chain looks
 * at the bit under the chain's lock.
 *
 * DOC: When to look
 *
 * Every connection is looked at in the second in which it expires, or if that is
 * further away than REACH, some minutes from now. That second, modulo 256, stands
 * beside its slot. Packets that keep it alive do not change that: when its
 * second comes it is looked at, and if it is still alive gets another one. So the
 * collector reads the index once a second, line by line as memory likes it
 * best (about 1 ms for a million connections), and touches only those entries that may
 * be over, each idle one in about three minutes. For example a SYN at second
 * 100 that may be silent until 221: it is looked at in 221, has days left, and is looked
 * at again before 412. A reset at 300 leaves it 11 s: that is sooner, so it
 * is told apart at once, and looked at in 311.
 *
 * DOC: Locking
 *
 * A chain is changed under the bit spinlock in its first link, with BHs disabled;
 * with none inside but, in a resize, that of a chain of the next buckets. Lookups
 * take no lock. Everything here needs rcu_read_lock(), because of the buckets.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/prefetch.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "conn_chain.h"

#define REACH	192	/* seconds; as many more may pass before one is overlooked */
#define SPREAD	64	/* of these, the last ones; power of two */

static_assert(REACH + SPREAD <= 256);

/* A bucket behind the first of its chain. @rcu: frees it after all readers */
struct spill {
	struct bailey_conn_bucket bucket;
	struct rcu_head rcu;
};

static hsiphash_key_t secret __read_mostly;
static struct kmem_cache *spills __read_mostly;

static u8 due_second(const struct bailey_conn_entry *entry, u32 now)
{
	s32 left = READ_ONCE(entry->conn.expires) - now;

	/* What began in one second is not looked at in one second for ever. */
	if (left >= REACH)
		left = REACH - 1 - hash_ptr((void *)entry, ilog2(SPREAD));
	return now + max(left, 0);
}

static bool in_window(u8 due, const struct bailey_conn_window *window)
{
	u32 span = window->last - window->first;

	return span >= 255 || (u8)(due - window->first) <= span;
}

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(spills, container_of(rcu, struct spill, rcu));
}

/* An entry's chain, locked, wherever it is. */
static struct bailey_conn_bucket *lock_home(const struct bailey_conn_index *index, u32 hash)
	__acquires(bitlock)
{
	struct bailey_conn_buckets *buckets = rcu_dereference(index->buckets);
	struct bailey_conn_bucket *first;

	for (;;) {
		first = bailey_chain_of(buckets, hash);
		bailey_chain_lock(first);
		if (!bailey_chain_moved(first))
			return first;
		bailey_chain_unlock(first);
		buckets = rcu_dereference(buckets->next);
	}
}

static struct bailey_conn_bucket *add_spill(struct bailey_conn_bucket *last)
{
	struct spill *spill = kmem_cache_zalloc(spills, GFP_ATOMIC | __GFP_NOWARN);

	if (!spill)
		return NULL;
	/* Readers see it empty. */
	smp_store_release(&last->link, (unsigned long)&spill->bucket | last->link);
	return &spill->bucket;
}

static bool slot_of(struct bailey_conn_bucket **bucket, unsigned int *at,
		    const void *mark)
{
	struct bailey_conn_bucket *b;

	for (b = *bucket; b; b = bailey_bucket_next(b)) {
		*bucket = b;
		for (*at = 0; *at < BAILEY_CONN_SLOTS; ++*at)
			if (rcu_access_pointer(b->slot[*at]) == mark)
				return true;
	}
	return false;
}

static bool is_empty(const struct bailey_conn_bucket *bucket)
{
	unsigned int i;

	for (i = 0; i < BAILEY_CONN_SLOTS; i++)
		if (rcu_access_pointer(bucket->slot[i]))
			return false;
	return true;
}

/**
 * bailey_spill_free_later() - free a bucket behind the first of a chain after all readers
 * @bucket: nobody comes to it any more
 *
 * Context: Any.
 */
void bailey_spill_free_later(struct bailey_conn_bucket *bucket)
{
	call_rcu(&container_of(bucket, struct spill, bucket)->rcu, free_rcu);
}

/*
 * Empty buckets at a chain's end go. Not those in the middle: a reader who stands
 * in one must find the way on.
 */
static void trim(struct bailey_conn_bucket *first)
{
	struct bailey_conn_bucket *before, *last;

	for (;;) {
		before = first;
		last = bailey_bucket_next(first);
		if (!last)
			return;
		while (bailey_bucket_next(last)) {
			before = last;
			last = bailey_bucket_next(last);
		}
		if (!is_empty(last))
			return;
		WRITE_ONCE(before->link, before->link & BAILEY_CHAIN_BITS);
		bailey_spill_free_later(last);
	}
}

/*
 * The slot where a search begins. A processor guesses well that the entry is there, and
 * badly in which of five slots it is. By bits that no chain is chosen by.
 */
static unsigned int first_slot(u16 tag)
{
	return (tag & 0xff) * BAILEY_CONN_SLOTS >> 8;
}

/**
 * bailey_chain_put() - into a free slot of a chain, best that where a search begins
 * @first: the chain's first bucket
 * @entry: in no slot of it
 * @tag: its hash's
 * @due: when to look
 *
 * Context: Chain locked.
 * Return: 0 or -ENOMEM.
 */
int bailey_chain_put(struct bailey_conn_bucket *first, struct bailey_conn_entry *entry,
		     u16 tag, u8 due)
{
	struct bailey_conn_bucket *bucket = first;
	unsigned int at = first_slot(tag);

	if (rcu_access_pointer(bucket->slot[at]) && !slot_of(&bucket, &at, NULL)) {
		bucket = add_spill(bucket);
		at = 0;
	}
	if (!bucket)
		return -ENOMEM;
	WRITE_ONCE(bucket->tag[at], tag);
	WRITE_ONCE(bucket->due[at], due);
	rcu_assign_pointer(bucket->slot[at], bailey_entry_mark(entry));
	return 0;
}

/**
 * bailey_chain_take() - out of a chain
 * @first: the chain's first bucket
 * @entry: perhaps in it
 *
 * Context: Chain locked.
 * Return: true if it was there.
 */
bool bailey_chain_take(struct bailey_conn_bucket *first,
		       const struct bailey_conn_entry *entry)
{
	struct bailey_conn_bucket *bucket = first;
	unsigned int at;

	if (!slot_of(&bucket, &at, bailey_entry_mark(entry)))
		return false;
	RCU_INIT_POINTER(bucket->slot[at], NULL);
	if (bucket != first)
		trim(first);
	return true;
}

/**
 * bailey_spill_free() - free a bucket behind the first of a chain
 * @bucket: nobody reads it any more
 */
void bailey_spill_free(struct bailey_conn_bucket *bucket)
{
	kmem_cache_free(spills, container_of(bucket, struct spill, bucket));
}

/**
 * bailey_spill_size() - what such a bucket takes
 *
 * Return: bytes.
 */
size_t bailey_spill_size(void)
{
	return kmem_cache_size(spills);
}

/**
 * bailey_conn_indexes_setup() - what the indexes of all tables share
 *
 * Context: Module initialisation. May wait for the kernel's random numbers.
 * Return: 0 or a negative error.
 */
int bailey_conn_indexes_setup(void)
{
	int err = get_random_bytes_wait(&secret, sizeof(secret));

	if (err)
		return err;
	spills = kmem_cache_create("bailey_conn_spill", sizeof(struct spill),
				   BAILEY_CHAIN_BITS + 1, 0, NULL);
	return spills ? 0 : -ENOMEM;
}

/**
 * bailey_conn_indexes_cleanup() - undo bailey_conn_indexes_setup()
 *
 * Context: Module exit, after the last index is gone and rcu_barrier().
 */
void bailey_conn_indexes_cleanup(void)
{
	kmem_cache_destroy(spills);
}

/**
 * bailey_conn_hash() - the hash of a key
 * @key: the key
 *
 * Return: the same for equal keys, until the next boot.
 */
u32 bailey_conn_hash(const struct bailey_conn_key *key)
{
	if (key->bits & BAILEY_KEY_FAR)
		return hsiphash(key, sizeof(*key), &secret);
	return hsiphash_4u32(key->word[0], key->word[0] >> 32, key->word[1], key->word[1] >> 32,
			     &secret);
}

/* Who is in a slot, if that has the probe's key. */
static inline struct bailey_conn_entry *look(const struct bailey_conn_probe *probe,
					     const struct bailey_conn_bucket *bucket,
					     unsigned int at)
{
	struct bailey_conn_entry *entry;

	if (READ_ONCE(bucket->tag[at]) != probe->tag)
		return NULL;
	entry = bailey_slot_entry(bucket, at);
	if (!entry)
		return NULL;
	prefetch(bailey_entry_mark(entry) + L1_CACHE_BYTES);
	return bailey_conn_key_equal(&entry->conn.key, probe->key) ? entry : NULL;
}

/* The next entry from the probe on that has its key. */
static struct bailey_conn_entry *search(struct bailey_conn_probe *probe)
{
	const struct bailey_conn_bucket *bucket = probe->bucket;
	struct bailey_conn_entry *entry;
	unsigned int at = probe->at;

	for (; bucket; bucket = bailey_bucket_next(bucket), at = 0) {
		for (; at < BAILEY_CONN_SLOTS; at++) {
			entry = look(probe, bucket, at);
			if (!entry)
				continue;
			probe->bucket = bucket;
			probe->at = at + 1;
			return entry;
		}
	}
	return NULL;
}

/**
 * bailey_conn_index_first() - find an entry by its key
 * @index: the index
 * @key: the key; stays as it is until the search ends
 * @hash: its hash
 * @probe: for bailey_conn_index_next()
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns.
 * Return: an entry, perhaps dead or expired; or NULL.
 */
struct bailey_conn_entry *
bailey_conn_index_first(const struct bailey_conn_index *index,
			const struct bailey_conn_key *key, u32 hash,
			struct bailey_conn_probe *probe)
{
	struct bailey_conn_buckets *buckets = rcu_dereference(index->buckets);

	probe->bucket = bailey_chain_of(buckets, hash);
	while (unlikely(bailey_chain_moved(probe->bucket))) {
		buckets = rcu_dereference(buckets->next);
		probe->bucket = bailey_chain_of(buckets, hash);
	}
	probe->key = key;
	probe->tag = hash;
	probe->at = 0;
	probe->guessed = look(probe, probe->bucket, first_slot(probe->tag));
	return likely(probe->guessed) ? probe->guessed : search(probe);
}

/**
 * bailey_conn_index_next() - find another entry with the same key
 * @probe: from bailey_conn_index_first()
 * @last: the entry found before
 *
 * Context: As bailey_conn_index_first().
 * Return: an entry, or NULL.
 */
struct bailey_conn_entry *bailey_conn_index_next(struct bailey_conn_probe *probe,
						 const struct bailey_conn_entry *last)
{
	struct bailey_conn_entry *entry;

	if (!READ_ONCE(last->shared))
		return NULL;
	entry = search(probe);
	/* The search comes by the slot that was guessed first. */
	return entry && entry == probe->guessed ? search(probe) : entry;
}

/*
 * A newcomer meets those who have its key: -EEXIST if one of them is the same
 * connection, -EAGAIN if one has to be ended first.
 */
static int meet(struct bailey_conn_bucket *first, struct bailey_conn_entry *new,
		u32 hash, u32 now, struct bailey_conn_entry **met)
{
	struct bailey_conn_probe probe = {
		.key = &new->conn.key,
		.bucket = first,
		.tag = hash,
	};
	struct bailey_conn_entry *old;

	while ((old = search(&probe))) {
		bool dead = READ_ONCE(old->dead);

		*met = old;
		if (!dead && bailey_conn_expired(&old->conn, now))
			return -EAGAIN;
		if (!dead && bailey_conn_entry_twins(old, new))
			return -EEXIST;
		/* Who finds this one, dead or not, has to search on. */
		WRITE_ONCE(old->shared, true);
		if (!dead)
			new->shared = true;
	}
	return 0;
}

/**
 * bailey_conn_index_add() - a new entry comes in
 * @index: the index
 * @new: the entry
 * @hash: of its key
 * @now: bailey_conn_now()
 * @met: on -EEXIST and -EAGAIN, who is in the way
 *
 * Looking whether it is there already, and adding it, are one step.
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 * Return: 0; -EEXIST if it is there already; -EAGAIN if one with the same key has
 * expired, which is to be ended first; -ENOMEM.
 */
int bailey_conn_index_add(struct bailey_conn_index *index,
			  struct bailey_conn_entry *new, u32 hash, u32 now,
			  struct bailey_conn_entry **met)
{
	struct bailey_conn_bucket *first = lock_home(index, hash);
	int err = meet(first, new, hash, now, met);

	if (!err)
		err = bailey_chain_put(first, new, hash, due_second(new, now));
	bailey_chain_unlock(first);
	if (!err)
		percpu_counter_inc(&index->count);
	return err;
}

/**
 * bailey_conn_index_remove() - an entry goes
 * @index: the index
 * @entry: in it; readers may go on using it until RCU lets it be freed
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_index_remove(struct bailey_conn_index *index,
			      struct bailey_conn_entry *entry)
{
	u32 hash = bailey_conn_hash(&entry->conn.key);
	struct bailey_conn_bucket *first;

	local_bh_disable();
	first = lock_home(index, hash);
	WARN_ON_ONCE(!bailey_chain_take(first, entry));
	bailey_chain_unlock(first);
	local_bh_enable();
	percpu_counter_dec(&index->count);
}

/**
 * bailey_conn_index_reschedule() - an entry expires sooner than before
 * @index: the index
 * @entry: in it, or about to come or to go
 * @now: bailey_conn_now()
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 */
void bailey_conn_index_reschedule(struct bailey_conn_index *index,
				  struct bailey_conn_entry *entry, u32 now)
{
	struct bailey_conn_bucket *bucket, *first;
	unsigned int at;

	first = lock_home(index, bailey_conn_hash(&entry->conn.key));
	bucket = first;
	if (slot_of(&bucket, &at, bailey_entry_mark(entry)))
		WRITE_ONCE(bucket->due[at], due_second(entry, now));
	bailey_chain_unlock(first);
}

/* Is anybody in the chain to be looked at? A glance, without the lock. */
static bool has_due(const struct bailey_conn_bucket *bucket,
		    const struct bailey_conn_window *window)
{
	unsigned int i;

	for (; bucket; bucket = bailey_bucket_next(bucket))
		for (i = 0; i < BAILEY_CONN_SLOTS; i++)
			if (in_window(READ_ONCE(bucket->due[i]), window) &&
			    rcu_access_pointer(bucket->slot[i]))
				return true;
	return false;
}

/* Look at those who are due: who has expired is listed, the others get another time. */
static unsigned int look_at(struct bailey_conn_bucket *bucket,
			    const struct bailey_conn_window *window,
			    struct bailey_conn_entry **due, unsigned int max)
{
	struct bailey_conn_entry *entry;
	unsigned int i, n = 0;

	for (; bucket; bucket = bailey_bucket_next(bucket)) {
		for (i = 0; i < BAILEY_CONN_SLOTS; i++) {
			entry = bailey_slot_entry(bucket, i);
			if (!entry || !in_window(bucket->due[i], window) ||
			    READ_ONCE(entry->dead))
				continue;
			if (!bailey_conn_expired(&entry->conn, window->last))
				WRITE_ONCE(bucket->due[i],
					   due_second(entry, window->last));
			else if (n < max)
				due[n++] = entry;
		}
	}
	return n;
}

/**
 * bailey_conn_index_due() - look at those whose second has come
 * @index: the index
 * @pos: the chain to begin with; set to the one to go on with, or %BAILEY_CONN_END
 * @chains: how many chains to read at the most
 * @window: the seconds that have come, the last of them now
 * @due: filled with entries that have expired; the caller ends them, looking at the
 *	 time once more, and until then they stay where they are
 * @max: the size of @due, in entries
 *
 * Chains that a resize has moved are left out: the resizer looks at all once more.
 *
 * Context: Under rcu_read_lock(), and so is the use of @due.
 * Return: entries in @due. If they are @max, there may be more in the chain at @pos.
 */
unsigned int bailey_conn_index_due(struct bailey_conn_index *index, u32 *pos,
				   unsigned int chains,
				   const struct bailey_conn_window *window,
				   struct bailey_conn_entry **due, unsigned int max)
{
	struct bailey_conn_buckets *buckets = rcu_dereference(index->buckets);
	struct bailey_conn_bucket *first;
	unsigned int n = 0;

	for (; chains && *pos < buckets->size; --chains, ++*pos) {
		first = bailey_chain_at(buckets, *pos);
		if (bailey_chain_moved(first) || !has_due(first, window))
			continue;
		local_bh_disable();
		bailey_chain_lock(first);
		if (!bailey_chain_moved(first))
			n += look_at(first, window, due + n, max - n);
		bailey_chain_unlock(first);
		local_bh_enable();
		if (n == max)
			return n;
	}
	if (*pos >= buckets->size)
		*pos = BAILEY_CONN_END;
	return n;
}
