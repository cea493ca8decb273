// SPDX-License-Identifier: GPL-2.0
/*
 * An entry of the connection table: its memory, and what one may do to it alone.
 *
 * DOC: What a connection takes
 *
 * A table may hold millions, and each line of memory of theirs that a packet needs is
 * one that no cache has. So an entry has no more than its connection needs:
 *
 *	far addresses | near addresses, ports | doors | time | owner | state | numbers
 *	     32       |          16           |  20   |  4   |  36   |   4   |   48
 *
 *	IPv4		|<---------------- 80 bytes ---------------->|
 *	TCP over IPv4	|<--------------------- 128 bytes -------------------->|
 *	IPv6	|<--------------------- 112 ------------------------>|
 *	TCP over IPv6	|<--------------------- 160 --------------------------->|
 *
 * It is one structure nevertheless, struct bailey_conn, whose two ends may be missing:
 * a pointer to an entry without far addresses points 32 bytes before its memory. That a
 * key is far, and which protocol it is of, never changes, so all who look
 * there know whether there is anything. (An IPv4 connection of a VRF is far.)
 *
 * What bounds it: TCP's windows are 48 bytes, what ACLs have answered 24, and so
 * many are the links of one that stands in line; these are never needed at once, and
 * share their room. The index adds 20 to 25 bytes.
 *
 * Locking: &bailey_conn_entry.lock for all that changes.
 */
#include <linux/cache.h>
#include <linux/slab.h>

#include "conn_place.h"

#define ENTRY_ALIGN	16	/* so that its first line has more of it */

/* By what an entry has: far addresses or not, numbers or not */
static struct kmem_cache *caches[2][2] __read_mostly;

static bool is_far(const struct bailey_conn_key *key)
{
	return key->bits & BAILEY_KEY_FAR;
}

static bool has_numbers(const struct bailey_conn_key *key)
{
	return bailey_track_words(key->proto) > 1;
}

/* Where an entry's memory begins, in bytes from where it would if it had all. */
static size_t begins_at(bool far)
{
	return far ? 0 : offsetof(struct bailey_conn, key.word);
}

static size_t ends_at(bool numbers)
{
	return numbers ? sizeof(struct bailey_conn_entry) :
			 offsetof(struct bailey_conn, track.word[1]);
}

/**
 * bailey_conn_entries_cleanup() - undo bailey_conn_entries_setup()
 *
 * Context: Module exit, after the last entry is freed.
 */
void bailey_conn_entries_cleanup(void)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		kmem_cache_destroy(caches[i / 2][i % 2]);
}

/**
 * bailey_conn_entries_setup() - what the entries of all tables share
 *
 * Context: Module initialisation.
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_entries_setup(void)
{
	static const char * const names[2][2] = {
		{ "bailey_conn", "bailey_conn_tcp" },
		{ "bailey_conn6", "bailey_conn6_tcp" },
	};
	unsigned int i, far, numbers;
	size_t size;

	for (i = 0; i < 4; i++) {
		far = i / 2;
		numbers = i % 2;
		size = ends_at(numbers) - begins_at(far);
		/* Two cache lines, if that is what it takes */
		caches[far][numbers] =
			kmem_cache_create(names[far][numbers], size, ENTRY_ALIGN,
					  size == 2 * L1_CACHE_BYTES ?
					  SLAB_HWCACHE_ALIGN : 0, NULL);
		if (!caches[far][numbers]) {
			bailey_conn_entries_cleanup();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * bailey_conn_entry_alloc() - get an entry to fill in
 * @key: its key
 * @gfp: GFP_ATOMIC on a packet's way
 *
 * Return: an entry with that key, else zeroed, the caller's until
 * bailey_conn_table_insert() returns 0 or bailey_conn_entry_free(); NULL when out of
 * memory. It may have less room than a struct bailey_conn_entry, see there.
 */
struct bailey_conn_entry *bailey_conn_entry_alloc(const struct bailey_conn_key *key,
						  gfp_t gfp)
{
	bool far = is_far(key);
	struct bailey_conn_entry *entry;
	void *room = kmem_cache_zalloc(caches[far][has_numbers(key)], gfp | __GFP_NOWARN);

	if (!room)
		return NULL;
	entry = room - begins_at(far);
	bailey_conn_key_copy(&entry->conn.key, key);
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
	const struct bailey_conn_key *key = &entry->conn.key;
	bool far = is_far(key);

	kmem_cache_free(caches[far][has_numbers(key)], (void *)entry + begins_at(far));
}

/**
 * bailey_conn_entry_size() - what an entry takes
 * @key: its key
 *
 * Return: bytes, the index left out.
 */
unsigned int bailey_conn_entry_size(const struct bailey_conn_key *key)
{
	return kmem_cache_size(caches[is_far(key)][has_numbers(key)]);
}

/**
 * bailey_conn_entry_read() - a connection as it is at one moment
 * @entry: found under RCU
 * @conn: filled in
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_entry_read(struct bailey_conn_entry *entry, struct bailey_conn *conn)
{
	spin_lock_bh(&entry->lock);
	bailey_conn_copy(conn, &entry->conn);
	spin_unlock_bh(&entry->lock);
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
	bailey_conn_forget(entry);
	for (side = 0; side < 2; side++) {
		WRITE_ONCE(entry->conn.ifindex[side], ifindex[side]);
		WRITE_ONCE(entry->conn.set[side], set[side]);
	}
	/* Pairs with the acquire in bailey_evaluate(). */
	smp_store_release(&entry->conn.epoch, epoch);
	spin_unlock_bh(&entry->lock);
}
