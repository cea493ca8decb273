// SPDX-License-Identifier: GPL-2.0
/*
 * How many connections each source has, for max_connections_per_source.
 *
 * A source is an IPv4 address or an IPv6 /64 (whoever has one address of such a
 * network has them all), in its layer 3 domain. It has a counter as long as
 * connections hold it, so there are never more counters than connections, and
 * none at all while there is no limit: connections that begin then hold none.
 *
 * Locking: what is done about one source is done under a lock by its hash, so that
 * a counter that has come to 0 is gone before anyone looks again. Others meet
 * the counter only on their way through a hash chain, hence kfree_rcu(). A
 * connection does not point to its counter, as its entry has no room for that: the
 * counter is found again.
 */
#include "conn_source.h"

#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define STRIPES		64		/* power of two */

/* @prefix: the first 64 bits. No padding: it is hashed and compared as bytes. */
struct source_key {
	u64 prefix;
	u32 domain;
	u32 family;
};

static_assert(sizeof(struct source_key) == 16);

/*
 * A source that has connections. @count: how many, 1 at least, under the stripe's
 * lock. @rcu: frees it after all who walk the hash.
 */
struct source {
	struct source_key key;
	struct rhash_head node;
	u32 count;
	struct rcu_head rcu;
};

static siphash_aligned_key_t secret __read_mostly;
static spinlock_t stripes[STRIPES];

static u32 hash_key(const void *key, u32 len, u32 seed)
{
	siphash_key_t seeded = secret;

	seeded.key[0] ^= seed;
	return (u32)siphash(key, sizeof(struct source_key), &seeded);
}

static const struct rhashtable_params params = {
	.key_len = sizeof(struct source_key),
	.key_offset = offsetof(struct source, key),
	.head_offset = offsetof(struct source, node),
	.hashfn = hash_key,
	.automatic_shrinking = true,
};

static spinlock_t *stripe_of(const struct source_key *key)
{
	return &stripes[hash_key(key, sizeof(*key), 0) % STRIPES];
}

static struct source_key key_of(const struct bailey_conn *conn)
{
	u8 end = conn->orig_end;

	return (struct source_key){
		.prefix = bailey_conn_key_addr(&conn->key, end).hi,
		.domain = bailey_conn_key_domain(&conn->key, end),
		.family = conn->key.family,
	};
}

static int make_source(struct rhashtable *sources, const struct source_key *key)
{
	struct source *new = kzalloc(sizeof(*new), GFP_ATOMIC | __GFP_NOWARN);

	if (!new)
		return -ENOMEM;
	new->key = *key;
	new->count = 1;
	if (rhashtable_insert_fast(sources, &new->node, params)) {
		kfree(new);
		return -ENOMEM;
	}
	return 0;
}

/**
 * bailey_conn_sources_setup() - what the counters of all namespaces share
 *
 * Context: Module initialisation. May wait for the kernel's random numbers.
 * Return: 0 or a negative error.
 */
int bailey_conn_sources_setup(void)
{
	unsigned int i;

	for (i = 0; i < STRIPES; i++)
		spin_lock_init(&stripes[i]);
	return get_random_bytes_wait(&secret, sizeof(secret));
}

/**
 * bailey_conn_sources_init() - begin to count
 * @sources: a table's, with nobody in it
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative error.
 */
int bailey_conn_sources_init(struct rhashtable *sources)
{
	return rhashtable_init(sources, &params);
}

static void free_source(void *source, void *arg)
{
	kfree(source);
}

/**
 * bailey_conn_sources_exit() - free all counters
 * @sources: nobody comes any more, not even to bailey_conn_source_drop()
 *
 * Context: Process context, may sleep.
 */
void bailey_conn_sources_exit(struct rhashtable *sources)
{
	rhashtable_free_and_destroy(sources, free_source, NULL);
}

/**
 * bailey_conn_source_take() - count a new connection of a source
 * @sources: its table's
 * @conn: the connection: key and orig_end
 * @max: how many a source may have, 1 at least
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: 0, and bailey_conn_source_drop() when the connection ends; -EDQUOT if the
 * source has so many already; -ENOMEM.
 */
int bailey_conn_source_take(struct rhashtable *sources,
			    const struct bailey_conn *conn, u32 max)
{
	struct source_key key = key_of(conn);
	spinlock_t *stripe = stripe_of(&key);
	struct source *old;
	int err = 0;

	spin_lock_bh(stripe);
	old = rhashtable_lookup(sources, &key, params);
	if (!old)
		err = make_source(sources, &key);
	else if (old->count >= max)
		err = -EDQUOT;
	else
		old->count++;
	spin_unlock_bh(stripe);
	return err;
}

/**
 * bailey_conn_source_drop() - a connection of a source has ended
 * @sources: its table's
 * @conn: that bailey_conn_source_take() returned 0 for
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_source_drop(struct rhashtable *sources,
			     const struct bailey_conn *conn)
{
	struct source_key key = key_of(conn);
	spinlock_t *stripe = stripe_of(&key);
	struct source *source;

	spin_lock_bh(stripe);
	source = rhashtable_lookup(sources, &key, params);
	if (!WARN_ON_ONCE(!source) && !--source->count) {
		WARN_ON_ONCE(rhashtable_remove_fast(sources, &source->node, params));
		kfree_rcu(source, rcu);
	}
	spin_unlock_bh(stripe);
}
