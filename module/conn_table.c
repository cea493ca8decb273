// SPDX-License-Identifier: GPL-2.0
/*
 * The connection table: one entry for both halves of a connection.
 *
 * DOC: How both halves meet
 *
 * A client 119.18.36.73 asks a server 1.3.3.7. The request goes from its
 * ephemeral port to a well-known one, the response comes back with both swapped:
 *
 *	request    119.18.36.73:40312 -> 1.3.3.7:443
 *	response   1.3.3.7:443 -> 119.18.36.73:40312
 *
 * A key does not know sources and destinations, only two ends in order. As a
 * number 1.3.3.7 is the lower address, so it is end 0 in both packets' keys:
 *
 *	end 0 = 1.3.3.7:443	end 1 = 119.18.36.73:40312	TCP, IPv4
 *
 * bailey_conn_key_make() also says from which end a packet came: from end 1 for
 * the request, from end 0 for the response. The entry remembers end 1 as its
 * originator (orig_end). So either packet finds the same entry by one lookup, and
 * comparing one number tells which half it is. Nothing is stored twice, nothing
 * has to be kept in step.
 *
 * Several entries may share a key: a packet that crosses this box twice does so
 * by different doors, and each crossing is a connection with group sets of its
 * own. Hence a list (rhltable) is what a lookup finds, and the caller picks from
 * it the one whose doors are this packet's.
 *
 * DOC: Life
 *
 *	alloc -> filled in by the caller -> insert -> packets find and change it
 *	      -> unlink -> wait for readers -> free
 *
 * What is inserted does not move and its key does not change. It dies by
 * bailey_conn_table_unlink(), which anyone may call at any time, twice if need
 * be: whoever sets @dead first takes it out of the hash and hands it to
 * call_rcu(). A reader that found it before may go on reading; what it still
 * writes is dropped, because writers look at @dead under the lock. Expired
 * entries are passed over by lookups from their last second on; a collector
 * comes by later and unlinks them, looking at the time again under the lock,
 * so that an entry which a packet has just refreshed stays.
 *
 * Entries come from a slab cache of their own and are freed by call_rcu(), so a
 * pointer found under RCU is the same connection until rcu_read_unlock().
 * SLAB_TYPESAFE_BY_RCU would free at once and keep caches warm under a storm of
 * short connections, but then a reader can find its entry turned into another
 * one under its eyes: each lookup would have to compare the key once more behind
 * the entry's other fields, and the lock and the list node would have to survive
 * reuse (a constructor). That is for the day a measurement asks for it.
 *
 * DOC: Locking
 *
 *	lookup		rcu_read_lock() only; no lock, no write to shared memory
 *	insert		a stripe lock by hash makes "is there one already?" and
 *			"then this one" a single step for packets that race
 *	change		entry->lock; not taken when there is nothing to change
 *	unlink		entry->lock for @dead; then the hash's bucket lock alone
 *
 * Order: stripe, entry->lock or bucket lock. All are taken with BHs disabled,
 * since packets come in softirqs and requests from procfs in process context.
 *
 * DOC: Limits
 *
 * Memory is bounded by counting: entries are made in softirqs, where charging
 * them (SLAB_ACCOUNT) would hit whichever task was interrupted. The counter is a
 * percpu_counter, exact when it comes near the limit; as CPUs look before they
 * add, a table may pass its limit by one entry for each other CPU, never more.
 *
 * The hash is SipHash with a secret of this boot: who chooses addresses and
 * ports cannot choose buckets. The table grows and shrinks by itself.
 */
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "conn_table.h"

#define STRIPES		256		/* power of two */
#define BATCH		2048		/* entries collected in one go */
#define COLLECT_PERIOD	(4 * HZ)	/* between two passes over the table */
#define KICK_PERIOD	HZ		/* the same, for a full one */

static struct kmem_cache *cache __read_mostly;
static struct workqueue_struct *collector __read_mostly;
static siphash_aligned_key_t secret __read_mostly;
static spinlock_t stripes[STRIPES];

/* @seed changes when the hash rehashes because chains have become long. */
static u32 hash_key(const void *key, u32 len, u32 seed)
{
	siphash_key_t seeded = secret;

	seeded.key[0] ^= seed;
	return (u32)siphash(key, sizeof(struct bailey_conn_key), &seeded);
}

static const struct rhashtable_params params = {
	.key_len = sizeof(struct bailey_conn_key),
	.key_offset = offsetof(struct bailey_conn_entry, conn.key),
	.head_offset = offsetof(struct bailey_conn_entry, node),
	.hashfn = hash_key,
	.automatic_shrinking = true,
};

static spinlock_t *stripe_of(const struct bailey_conn_key *key)
{
	return &stripes[hash_key(key, sizeof(*key), 0) % STRIPES];
}

static void free_rcu(struct rcu_head *rcu)
{
	struct bailey_conn_entry *entry;

	entry = container_of(rcu, struct bailey_conn_entry, rcu);
	bailey_conn_entry_free(entry);
}

/* Step one of three: unlink. Only one caller gets true for an entry. */
static bool mark_dead(struct bailey_conn_entry *entry, bool only_if_expired,
		      u32 now)
{
	bool won = false;

	spin_lock_bh(&entry->lock);
	if (!entry->dead &&
	    (!only_if_expired || bailey_conn_expired(&entry->conn, now))) {
		WRITE_ONCE(entry->dead, true);
		won = true;
	}
	spin_unlock_bh(&entry->lock);
	return won;
}

/* Steps two and three: wait for readers, free. */
static void remove_dead(struct bailey_conn_table *table,
			struct bailey_conn_entry *entry)
{
	int err = rhltable_remove(&table->hash, &entry->node, params);

	/* Leaking it is better than freeing what may still be linked. */
	if (WARN_ON_ONCE(err))
		return;
	percpu_counter_dec(&table->count);
	call_rcu(&entry->rcu, free_rcu);
}

/* Looks at a part of the table; true if there is more. */
static bool collect_some(struct bailey_conn_table *table)
{
	struct bailey_conn_entry *entry;
	u32 now = bailey_conn_now();
	unsigned int n = 0;

	for (entry = bailey_conn_iter_start(&table->iter); entry && n < BATCH;
	     entry = bailey_conn_iter_next(&table->iter), n++)
		if (bailey_conn_expired(&entry->conn, now) &&
		    mark_dead(entry, true, now))
			remove_dead(table, entry);
	bailey_conn_iter_stop(&table->iter);
	return entry;
}

static void collect(struct work_struct *work)
{
	struct bailey_conn_table *table =
		container_of(to_delayed_work(work), struct bailey_conn_table,
			     collect);
	unsigned long delay = 0;

	if (!table->collecting) {
		bailey_conn_iter_init(&table->iter, table);
		table->collecting = true;
	}
	if (!collect_some(table)) {
		bailey_conn_iter_exit(&table->iter);
		table->collecting = false;
		delay = COLLECT_PERIOD;
		if (!bailey_conn_table_count(table))
			return;
	}
	/* An insert may have queued us for much later meanwhile. */
	mod_delayed_work(collector, &table->collect, delay);
}

/* After the first insert somebody must come by. */
static void expect_collector(struct bailey_conn_table *table)
{
	/*
	 * Pairs with the full barrier between the clearing of the pending bit
	 * and the work itself: either we see the bit cleared, or collect()
	 * sees the entry counted.
	 */
	smp_mb();
	if (!delayed_work_pending(&table->collect))
		queue_delayed_work(collector, &table->collect, COLLECT_PERIOD);
}

/* Full: perhaps of dead wood. */
static void kick_collector(struct bailey_conn_table *table)
{
	unsigned long kicked = READ_ONCE(table->kicked);

	if (time_before(jiffies, kicked + KICK_PERIOD))
		return;
	WRITE_ONCE(table->kicked, jiffies);
	mod_delayed_work(collector, &table->collect, 0);
}

static struct bailey_conn_entry *find_twin(struct bailey_conn_table *table,
					   const struct bailey_conn *conn)
{
	struct rhlist_head *pos, *list;
	struct bailey_conn_entry *entry;
	u32 now = bailey_conn_now();

	list = bailey_conn_table_lookup_rcu(table, &conn->key);
	bailey_conn_for_each_rcu(entry, pos, list)
		if (bailey_conn_entry_live(entry, now) &&
		    entry->conn.orig_end == conn->orig_end &&
		    READ_ONCE(entry->conn.set[0]) == conn->set[0] &&
		    READ_ONCE(entry->conn.set[1]) == conn->set[1])
			return entry;
	return NULL;
}

static int insert_locked(struct bailey_conn_table *table,
			 struct bailey_conn_entry *new,
			 struct bailey_conn_entry **existing, u32 max)
{
	struct bailey_conn_entry *twin = find_twin(table, &new->conn);

	lockdep_assert_held(stripe_of(&new->conn.key));
	if (twin) {
		*existing = twin;
		return -EEXIST;
	}
	if (percpu_counter_compare(&table->count, max) >= 0)
		return -ENOSPC;
	/* Whatever the hash complains of, it is want of memory in the end. */
	if (rhltable_insert(&table->hash, &new->node, params))
		return -ENOMEM;
	percpu_counter_inc(&table->count);
	return 0;
}

/* What a packet leaves of a connection's time. */
static u32 expiry(const struct bailey_conn *conn, const struct bailey_conn_next *next,
		  u32 now)
{
	return next->timeout ? bailey_conn_deadline(now, next->timeout) :
			       READ_ONCE(conn->expires);
}

static bool unchanged(const struct bailey_conn *conn,
		      const struct bailey_conn_next *next, u32 now)
{
	return READ_ONCE(conn->expires) == expiry(conn, next, now) &&
	       bailey_track_equal(&conn->track, &next->track);
}

static void store(struct bailey_conn_entry *entry,
		  const struct bailey_conn_next *next, u32 now)
{
	struct bailey_conn *conn = &entry->conn;

	lockdep_assert_held(&entry->lock);
	if (entry->dead || unchanged(conn, next, now))
		return;
	bailey_track_copy(&conn->track, &next->track);
	WRITE_ONCE(conn->expires, expiry(conn, next, now));
}

static void free_entry(void *entry, void *arg)
{
	bailey_conn_entry_free(entry);
}

/**
 * bailey_conn_cache_init() - what the tables of all namespaces share
 *
 * Context: Module initialisation. May wait for the kernel's random numbers.
 * Return: 0 or a negative error.
 */
int bailey_conn_cache_init(void)
{
	int i, err;

	for (i = 0; i < STRIPES; i++)
		spin_lock_init(&stripes[i]);
	err = get_random_bytes_wait(&secret, sizeof(secret));
	if (err)
		return err;
	cache = KMEM_CACHE(bailey_conn_entry, SLAB_HWCACHE_ALIGN);
	if (!cache)
		return -ENOMEM;
	collector = alloc_workqueue("bailey", WQ_UNBOUND, 0);
	if (!collector) {
		kmem_cache_destroy(cache);
		return -ENOMEM;
	}
	return 0;
}

/**
 * bailey_conn_cache_exit() - undo bailey_conn_cache_init()
 *
 * Context: Module exit, after the last bailey_conn_table_exit(). Waits for a
 * grace period.
 */
void bailey_conn_cache_exit(void)
{
	destroy_workqueue(collector);
	/* Entries on their way to free_rcu() */
	rcu_barrier();
	kmem_cache_destroy(cache);
}

/**
 * bailey_conn_table_init() - make an empty table
 * @table: embedded in what its namespace owns
 *
 * Context: Process context, may sleep. Costs a few hundred bytes and no time.
 * Return: 0 or a negative error.
 */
int bailey_conn_table_init(struct bailey_conn_table *table)
{
	int err;

	err = percpu_counter_init(&table->count, 0, GFP_KERNEL);
	if (err)
		return err;
	err = rhltable_init(&table->hash, &params);
	if (err) {
		percpu_counter_destroy(&table->count);
		return err;
	}
	INIT_DELAYED_WORK(&table->collect, collect);
	table->collecting = false;
	table->kicked = jiffies - KICK_PERIOD;
	return 0;
}

/**
 * bailey_conn_table_exit() - free a table with all that is in it
 * @table: an initialised table
 *
 * The caller has seen to it that nobody can come any more: hooks unregistered,
 * readers waited for, iterators exited.
 *
 * Context: Process context, may sleep.
 */
void bailey_conn_table_exit(struct bailey_conn_table *table)
{
	cancel_delayed_work_sync(&table->collect);
	if (table->collecting)
		bailey_conn_iter_exit(&table->iter);
	rhltable_free_and_destroy(&table->hash, free_entry, NULL);
	percpu_counter_destroy(&table->count);
}

/**
 * bailey_conn_table_count() - how many connections are there?
 * @table: an initialised table
 *
 * Context: Any. Looks at every CPU's share.
 * Return: entries, expired ones that await collection included.
 */
s64 bailey_conn_table_count(struct bailey_conn_table *table)
{
	return percpu_counter_sum_positive(&table->count);
}

/**
 * bailey_conn_entry_alloc() - get an entry to fill in
 * @gfp: GFP_ATOMIC on a packet's way
 *
 * Return: a zeroed entry, the caller's until bailey_conn_table_insert() returns
 * 0 or bailey_conn_entry_free(); NULL when out of memory.
 */
struct bailey_conn_entry *bailey_conn_entry_alloc(gfp_t gfp)
{
	struct bailey_conn_entry *entry = kmem_cache_zalloc(cache, gfp);

	if (entry)
		spin_lock_init(&entry->lock);
	return entry;
}

/**
 * bailey_conn_entry_free() - free an entry that never was in a table
 * @entry: from bailey_conn_entry_alloc()
 *
 * Context: Any.
 */
void bailey_conn_entry_free(struct bailey_conn_entry *entry)
{
	kmem_cache_free(cache, entry);
}

/**
 * bailey_conn_table_lookup_rcu() - find the connections of a key
 * @table: the packet's namespace's
 * @key: from bailey_conn_key_make()
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns.
 * Return: for bailey_conn_for_each_rcu(), in no special order; NULL if none.
 */
struct rhlist_head *
bailey_conn_table_lookup_rcu(struct bailey_conn_table *table,
			     const struct bailey_conn_key *key)
{
	return rhltable_lookup(&table->hash, key, params);
}

/**
 * bailey_conn_table_insert() - put a new connection into the table
 * @table: the packet's namespace's
 * @new: filled in, &bailey_conn.expires included; the table's on success, else
 *	 still the caller's
 * @existing: on -EEXIST, the entry that came first
 * @max: the limit; see the essay for the overshoot
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: 0; -EEXIST if there is a live entry with the same key, originator and
 * group sets; -ENOSPC if the table is full; -ENOMEM.
 */
int bailey_conn_table_insert(struct bailey_conn_table *table,
			     struct bailey_conn_entry *new,
			     struct bailey_conn_entry **existing, u32 max)
{
	spinlock_t *stripe = stripe_of(&new->conn.key);
	int err;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "@existing needs a reader's lock");
	spin_lock_bh(stripe);
	err = insert_locked(table, new, existing, max);
	spin_unlock_bh(stripe);
	if (!err)
		expect_collector(table);
	else if (err == -ENOSPC)
		kick_collector(table);
	return err;
}

/**
 * bailey_conn_table_unlink() - end a connection
 * @table: the table in which it is or was
 * @entry: found under RCU
 *
 * Lookups do not find it from now on; readers that have it may go on reading.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: true if this call ended it, false if another one did before.
 */
bool bailey_conn_table_unlink(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry)
{
	if (!mark_dead(entry, false, 0))
		return false;
	remove_dead(table, entry);
	return true;
}

/**
 * bailey_conn_entry_update() - store what a packet made of a connection
 * @entry: found under RCU
 * @next: from bailey_conn_advance()
 * @now: bailey_conn_now()
 *
 * For callers who know that no other packet of the connection can come between;
 * all others take bailey_conn_entry_advance(). Writes and locks only when
 * something changes.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_entry_update(struct bailey_conn_entry *entry,
			      const struct bailey_conn_next *next, u32 now)
{
	if (unchanged(&entry->conn, next, now))
		return;
	spin_lock_bh(&entry->lock);
	store(entry, next, now);
	spin_unlock_bh(&entry->lock);
}

/**
 * bailey_conn_entry_advance() - move a connection by a packet that has passed
 * @entry: found under RCU
 * @packet: with the entry's key
 * @side: which side sent it
 * @rules: what the namespace has set
 * @now: bailey_conn_now()
 *
 * bailey_conn_advance() and storing in one step, for packets of both directions
 * on several CPUs: what another CPU stored meanwhile is what the packet is judged
 * by. Without the lock a connection may be seen half changed, so that only one
 * answer counts there: that nothing is to be changed.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: as bailey_conn_advance(); nothing is stored unless BAILEY_PASS.
 */
enum bailey_reason
bailey_conn_entry_advance(struct bailey_conn_entry *entry,
			  const struct bailey_packet *packet, u8 side,
			  const struct bailey_track_rules *rules, u32 now)
{
	struct bailey_conn *conn = &entry->conn;
	struct bailey_conn_next next;
	enum bailey_reason reason;

	reason = bailey_conn_advance(conn, packet, side, rules, &next);
	if (reason == BAILEY_PASS && unchanged(conn, &next, now))
		return BAILEY_PASS;
	spin_lock_bh(&entry->lock);
	reason = bailey_conn_advance(conn, packet, side, rules, &next);
	if (reason == BAILEY_PASS)
		store(entry, &next, now);
	spin_unlock_bh(&entry->lock);
	return reason;
}

/**
 * bailey_conn_entry_set_doors() - store which group sets let the request pass
 * @entry: found under RCU
 * @set: ids by %BAILEY_ORIGINATOR and %BAILEY_RESPONDER, 0 when nobody was asked
 * @ifindex: interfaces towards both, 0 for this machine
 * @epoch: the policy's revocation epoch in which they said so
 *
 * Who reads the epoch with acquire semantics reads the doors that go with it, or
 * later ones.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_entry_set_doors(struct bailey_conn_entry *entry, const u32 set[2],
				 const u32 ifindex[2], u32 epoch)
{
	unsigned int side;

	spin_lock_bh(&entry->lock);
	for (side = 0; side < 2; side++) {
		WRITE_ONCE(entry->conn.ifindex[side], ifindex[side]);
		WRITE_ONCE(entry->conn.set[side], set[side]);
	}
	/* Pairs with the acquire in bailey_evaluate(). */
	smp_store_release(&entry->conn.epoch, epoch);
	spin_unlock_bh(&entry->lock);
}
