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
 * own. Hence a lookup may find several, and the caller picks the one whose doors are
 * this packet's. How they are found, in two lines of memory, is told in conn_index.c.
 *
 * DOC: Life
 *
 *	alloc -> filled in by the caller -> insert -> packets find and change it
 *	      -> unlink -> wait for readers -> free
 *
 * What is inserted does not move and its key does not change. It dies by
 * bailey_conn_table_end(), which anyone may call at any time, twice if need
 * be: whoever sets @dead first takes it out of the index and hands it to
 * call_rcu(). A reader that found it before may go on reading; what it still
 * writes is dropped, because writers look at @dead under the lock. Expired
 * entries are passed over by lookups from their last second on; within about a
 * second a collector comes by and unlinks them, looking at the time again under
 * the lock, so that an entry which a packet has just refreshed stays. It finds
 * them without touching the others, as its last second stands beside each in the
 * index. A new entry with the same key does not wait for that and unlinks
 * them itself. Who watches (events.c) is told of each step under the entry's lock.
 *
 * Entries come from a slab cache of their own and are freed by call_rcu(), so a
 * pointer found under RCU is the same connection until rcu_read_unlock().
 * SLAB_TYPESAFE_BY_RCU would free at once and keep caches warm under a storm of
 * short connections, but then a reader can find its entry turned into another
 * one under its eyes: each lookup would have to compare the key once more behind
 * the entry's other fields, and the lock would have to survive reuse (a constructor).
 * That is for the day a measurement asks for it.
 *
 * DOC: Locking
 *
 *	lookup		rcu_read_lock() only; no lock, no write to shared memory
 *	insert		the new entry's own lock until it is all there; within it
 *			its chain's lock, which makes "is there one already?" and
 *			"then this one" a single step for packets that race
 *	change		entry->lock; not taken when there is nothing to change.
 *			Within it a shard's lock when it becomes expendable or lasting,
 *			and its chain's lock when it is to end sooner
 *	unlink		entry->lock and within it a shard's lock for @dead; then
 *			its chain's lock alone, then its source's
 *
 * Order: entry->lock and within it, one at a time, chain, shard or a ring of events;
 * or a source's lock and the bucket locks of its hash. All are taken with BHs disabled,
 * since packets come in softirqs and requests from procfs in process context. A
 * new connection writes to nothing that all CPUs share but its chain, and every 32nd
 * time the counter: each CPU has a shard of its own.
 *
 * DOC: Limits
 *
 * Memory is bounded by counting: entries are made in softirqs, where charging
 * them (SLAB_ACCOUNT) would hit whichever task was interrupted. The index has 20
 * to 25 bytes for each of them, once it has grown or shrunk to fit. The counter is a
 * percpu_counter, exact when it comes near the limit; as CPUs look before they
 * add, a table may pass its limit by one entry for each other CPU, never more.
 *
 * A full table is no reason to refuse anybody as long as it holds entries that
 * nobody would miss: those that have expired, and after them the expendable
 * ones, kind by kind, the oldest first (conn_pressure.c). So a flood of requests that come to
 * nothing takes places from itself, and a new connection has as long to come about
 * as the flood needs to fill what the lasting ones leave free: with 60000 of
 * 65536 places free and 100000 SYNs a second, 0.6 s.
 *
 * What one source may have is counted in conn_source.c, if there is a limit.
 */
#include <linux/rcupdate.h>

#include "conn_place.h"

static void free_rcu(struct rcu_head *rcu)
{
	struct bailey_conn_entry *entry;

	entry = container_of(rcu, struct bailey_conn_entry, rcu);
	bailey_conn_entry_free(entry);
}

/*
 * Step one of three: unlink. Only one caller gets true for an entry. Whoever says
 * that its time is over, or that nobody would miss it, is not believed.
 */
static bool mark_dead(struct bailey_conn_table *table,
		      struct bailey_conn_entry *entry, enum bailey_end end, u32 now)
{
	bool wanted;

	spin_lock_bh(&entry->lock);
	wanted = !entry->dead &&
		 (end != BAILEY_END_TIMEOUT ||
		  bailey_conn_expired(&entry->conn, now)) &&
		 (end != BAILEY_END_EARLY_DROP || entry->expendable);
	if (wanted) {
		WRITE_ONCE(entry->dead, true);
		bailey_conn_place_leave(table, entry);
		bailey_events_end(table->events, &entry->conn, end);
	}
	spin_unlock_bh(&entry->lock);
	return wanted;
}

static void count_end(struct bailey_conn_table *table, enum bailey_end end)
{
	if (end == BAILEY_END_TIMEOUT)
		this_cpu_inc(table->tally->expired);
	else if (end == BAILEY_END_EARLY_DROP)
		this_cpu_inc(table->tally->early);
}

/* Steps two and three: wait for readers, free. */
static void remove_dead(struct bailey_conn_table *table,
			struct bailey_conn_entry *entry)
{
	bailey_conn_index_remove(&table->index, entry);
	if (entry->counted)
		bailey_conn_source_drop(&table->sources, &entry->conn);
	/* Who takes the head for a memo sees that it is dead. */
	smp_wmb();
	call_rcu(&entry->rcu, free_rcu);
}

/* Everything that a new one needs but its place, or nothing. */
static int admit(struct bailey_conn_table *table, struct bailey_conn_entry *new,
		 const struct bailey_conn_limits *limits)
{
	int err = 0;

	new->counted = limits->per_source;
	/* First, so that a source at its limit takes nobody's place. */
	if (new->counted)
		err = bailey_conn_source_take(&table->sources, &new->conn,
					      limits->per_source);
	if (err)
		return err;
	if (bailey_conn_make_room(table, limits->connections))
		return 0;
	if (new->counted)
		bailey_conn_source_drop(&table->sources, &new->conn);
	return -ENOSPC;
}

/*
 * Whoever finds it in the index cannot change it before it stands in line and
 * those who watch are told: an event that comes of what others see of it comes later.
 */
static int link_entry(struct bailey_conn_table *table, struct bailey_conn_entry *new,
		      u32 hash, u32 now, struct bailey_conn_entry **met)
{
	int err;

	spin_lock_bh(&new->lock);
	err = bailey_conn_index_add(&table->index, new, hash, now, met);
	if (!err) {
		bailey_conn_place_enter(table, new);
		bailey_events_new(table->events, &new->conn);
	}
	spin_unlock_bh(&new->lock);
	return err;
}

/* Namesakes that have expired go first: what is told of them comes before the new. */
static int link_alone(struct bailey_conn_table *table, struct bailey_conn_entry *new,
		      u32 hash, struct bailey_conn_entry **existing)
{
	struct bailey_conn_entry *met;
	u32 now = bailey_conn_now();
	int err;

	while ((err = link_entry(table, new, hash, now, &met)) == -EAGAIN)
		bailey_conn_table_end(table, met, BAILEY_END_TIMEOUT, now);
	if (err == -EEXIST)
		*existing = met;
	if (err && new->counted)
		bailey_conn_source_drop(&table->sources, &new->conn);
	return err;
}

/* Is it there already, though there is no room for it? */
static bool find_twin(struct bailey_conn_table *table, const struct bailey_conn_entry *new,
		      u32 hash, struct bailey_conn_entry **twin)
{
	struct bailey_conn_probe probe;
	struct bailey_conn_entry *entry;
	u32 now = bailey_conn_now();

	for (entry = bailey_conn_index_first(&table->index, &new->conn.key, hash, &probe);
	     entry; entry = bailey_conn_index_next(&probe, entry)) {
		if (!bailey_conn_entry_live(entry, now) ||
		    !bailey_conn_entry_twins(entry, new))
			continue;
		*twin = entry;
		return true;
	}
	return false;
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
	       bailey_track_equal(&conn->track, &next->track,
				  bailey_track_words(conn->key.proto));
}

static void store(struct bailey_conn_table *table, struct bailey_conn_entry *entry,
		  const struct bailey_conn_next *next, u32 now)
{
	struct bailey_conn *conn = &entry->conn;
	u8 state = conn->track.state, flags = conn->track.flags;
	u32 expires = expiry(conn, next, now);
	bool sooner;

	lockdep_assert_held(&entry->lock);
	if (entry->dead || unchanged(conn, next, now))
		return;
	sooner = (s32)(expires - conn->expires) < 0;
	bailey_track_copy(&conn->track, &next->track,
			  bailey_track_words(conn->key.proto));
	WRITE_ONCE(conn->expires, expires);
	bailey_conn_place_change(table, entry);
	if (sooner)
		bailey_conn_index_reschedule(&table->index, entry, now);
	bailey_events_change(table->events, conn, state, flags);
}

/**
 * bailey_conn_cache_init() - what the tables of all namespaces share
 *
 * Context: Module initialisation. May wait for the kernel's random numbers.
 * Return: 0 or a negative error.
 */
int bailey_conn_cache_init(void)
{
	int err = bailey_conn_sources_setup();

	if (!err)
		err = bailey_conn_indexes_setup();
	if (err)
		return err;
	err = bailey_conn_entries_setup();
	if (err)
		goto cleanup_indexes;
	err = bailey_conn_collector_init();
	if (err)
		goto destroy;
	return 0;

destroy:
	bailey_conn_entries_cleanup();
cleanup_indexes:
	bailey_conn_indexes_cleanup();
	return err;
}

/**
 * bailey_conn_cache_exit() - undo bailey_conn_cache_init()
 *
 * Context: Module exit, after the last bailey_conn_table_exit(). Waits for a
 * grace period.
 */
void bailey_conn_cache_exit(void)
{
	/* Entries and buckets that wait for their readers to be freed */
	rcu_barrier();
	bailey_conn_collector_exit();
	bailey_conn_entries_cleanup();
	bailey_conn_indexes_cleanup();
}

/**
 * bailey_conn_table_init() - make an empty table
 * @table: embedded in what its namespace owns
 *
 * Context: Process context, may sleep. Costs about 6 KiB and no time.
 * Return: 0 or a negative error.
 */
int bailey_conn_table_init(struct bailey_conn_table *table)
{
	int err;

	table->events = NULL;
	err = bailey_conn_shards_init(table);
	if (err)
		return err;
	err = bailey_conn_sources_init(&table->sources);
	if (err)
		goto exit_shards;
	err = bailey_conn_index_init(&table->index);
	if (err)
		goto exit_sources;
	err = bailey_conn_collector_attach(table);
	if (err)
		goto exit_index;
	return 0;

exit_index:
	bailey_conn_index_exit(&table->index, bailey_conn_entry_free);
exit_sources:
	bailey_conn_sources_exit(&table->sources);
exit_shards:
	bailey_conn_shards_exit(table);
	return err;
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
	bailey_conn_collector_detach(table);
	bailey_conn_index_exit(&table->index, bailey_conn_entry_free);
	bailey_conn_sources_exit(&table->sources);
	bailey_conn_shards_exit(table);
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
	return percpu_counter_sum_positive(&table->index.count);
}

/**
 * bailey_conn_table_insert() - put a new connection into the table
 * @table: the packet's namespace's
 * @new: filled in, &bailey_conn.expires included; the table's on success, else
 *	 still the caller's
 * @hash: bailey_conn_hash() of its key
 * @existing: on -EEXIST, the entry that came first
 * @limits: how many there may be, this one included
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: 0; -EEXIST if there is a live entry with the same key, originator and
 * group sets; -EDQUOT if its source has too many; -ENOSPC if the table is full of
 * connections that must stay; -ENOMEM.
 */
int bailey_conn_table_insert(struct bailey_conn_table *table,
			     struct bailey_conn_entry *new, u32 hash,
			     struct bailey_conn_entry **existing,
			     const struct bailey_conn_limits *limits)
{
	int err;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "@existing needs a reader's lock");
	err = admit(table, new, limits);
	if (err)
		return find_twin(table, new, hash, existing) ? -EEXIST : err;
	err = link_alone(table, new, hash, existing);
	if (!err)
		bailey_conn_collector_expect(table);
	return err;
}

/**
 * bailey_conn_table_end() - end a connection, if it is as the caller thinks
 * @table: the table in which it is or was
 * @entry: found under RCU
 * @end: why; %BAILEY_END_TIMEOUT only if it has expired, %BAILEY_END_EARLY_DROP only
 *	 if it is expendable; both are looked at under the entry's lock
 * @now: bailey_conn_now(), for %BAILEY_END_TIMEOUT
 *
 * Every entry that leaves a table in use leaves it by here.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: true if this call ended it.
 */
bool bailey_conn_table_end(struct bailey_conn_table *table,
			   struct bailey_conn_entry *entry,
			   enum bailey_end end, u32 now)
{
	if (!mark_dead(table, entry, end, now))
		return false;
	count_end(table, end);
	remove_dead(table, entry);
	return true;
}

/**
 * bailey_conn_table_unlink() - end a connection
 * @table: the table in which it is or was
 * @entry: found under RCU
 * @end: why; for %BAILEY_END_TIMEOUT there is the collector
 *
 * Lookups do not find it from now on; readers that have it may go on reading.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 * Return: true if this call ended it, false if another one did before.
 */
bool bailey_conn_table_unlink(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry, enum bailey_end end)
{
	return bailey_conn_table_end(table, entry, end, 0);
}

/**
 * bailey_conn_entry_update() - store what a packet made of a connection
 * @table: its table
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
void bailey_conn_entry_update(struct bailey_conn_table *table,
			      struct bailey_conn_entry *entry,
			      const struct bailey_conn_next *next, u32 now)
{
	if (unchanged(&entry->conn, next, now))
		return;
	spin_lock_bh(&entry->lock);
	store(table, entry, next, now);
	spin_unlock_bh(&entry->lock);
}

/**
 * bailey_conn_entry_advance() - move a connection by a packet that has passed
 * @table: its table
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
bailey_conn_entry_advance(struct bailey_conn_table *table,
			  struct bailey_conn_entry *entry,
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
		store(table, entry, &next, now);
	spin_unlock_bh(&entry->lock);
	return reason;
}
