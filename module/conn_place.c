// SPDX-License-Identifier: GPL-2.0
/*
 * Where connections stand in line: who goes first, and when to look.
 *
 * DOC: Two lines
 *
 * A table is cut into shards by hash, so that CPUs seldom meet. In each shard
 * a connection may stand in two lines:
 *
 *	wheel	every one of them: a slot for each of the next 256 seconds. It stands
 *		in the slot of the second in which it expires, or in one of the last
 *		if that is further away. Packets that keep it alive do not move it:
 *		when its second comes it is looked at, and if it is still alive gets
 *		a new slot. So an idle connection costs a glance in three
 *		minutes, and who expires is known within a second.
 *	queue	the expendable ones, one of each kind (enum bailey_expendable), in the order in
 *		which they became so. The first is who makes room when there is none.
 *
 * For example a SYN at second 100 that may be silent until 221: the slot of 221,
 * the end of the queue. SYN-ACK and ACK come at 101: it leaves the queue, its slot
 * stays. At 221 it has days left: a slot before 477. A reset at 300 leaves it 11 s:
 * that is sooner, so it moves to the slot of 311 at once, and stands in the queue again.
 *
 * DOC: Locking
 *
 * Lines change under the shard's lock. Who enters, leaves or changes its place in the
 * queue also holds the entry's own lock, outside the shard's; that an
 * entry is dead and that it has left its lines is therefore one step. The
 * wheel turns under the shard's lock alone.
 */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "conn_place.h"

static struct hlist_head *slot(struct bailey_conn_shard *shard, u32 second)
{
	return &shard->wheel[second % BAILEY_CONN_WHEEL];
}

/*
 * Into the slot of its last second. Where the wheel does not reach that far, into one
 * of its last slots, not the same for all, so that what began in one second is not
 * looked at in one second for ever.
 */
static void schedule_entry(struct bailey_conn_shard *shard,
			   struct bailey_conn_entry *entry)
{
	s32 left = READ_ONCE(entry->conn.expires) - shard->clock;

	if (left >= BAILEY_CONN_WHEEL)
		left = BAILEY_CONN_WHEEL - 1 -
		       hash_ptr(entry, ilog2(BAILEY_CONN_SPREAD));
	left = max(left, 0);
	hlist_add_head(&entry->tick, slot(shard, shard->clock + left));
}

static void join_queue(struct bailey_conn_shard *shard,
		       struct bailey_conn_entry *entry, enum bailey_expendable kind)
{
	if (kind == BAILEY_EXPENDABLE_NOT)
		return;
	list_add_tail(&entry->queue, &shard->queue[kind - 1]);
	entry->expendable = kind;
}

static void leave_queue(struct bailey_conn_entry *entry)
{
	if (!entry->expendable)
		return;
	list_del(&entry->queue);
	entry->expendable = BAILEY_EXPENDABLE_NOT;
}

/**
 * bailey_conn_shards_init() - make a table's shards
 * @table: gets them
 *
 * Context: Process context, may sleep. About 34 KiB.
 * Return: 0 or -ENOMEM.
 */
int bailey_conn_shards_init(struct bailey_conn_table *table)
{
	struct bailey_conn_shard *shard;
	unsigned int i, kind;

	table->shards = kvcalloc(BAILEY_CONN_SHARDS, sizeof(*table->shards),
				 GFP_KERNEL_ACCOUNT);
	if (!table->shards)
		return -ENOMEM;
	for (i = 0; i < BAILEY_CONN_SHARDS; i++) {
		shard = &table->shards[i];
		spin_lock_init(&shard->lock);
		for (kind = 0; kind < ARRAY_SIZE(shard->queue); kind++)
			INIT_LIST_HEAD(&shard->queue[kind]);
		shard->clock = bailey_conn_now();
	}
	return 0;
}

/**
 * bailey_conn_shards_exit() - free them
 * @table: nobody uses it any more; its entries' places are forgotten
 *
 * Context: Process context.
 */
void bailey_conn_shards_exit(struct bailey_conn_table *table)
{
	kvfree(table->shards);
}

/**
 * bailey_conn_shard_of() - a shard by number
 * @table: the table
 * @hash: any number; that of a key for the shard in which its entries stand
 *
 * Return: the shard.
 */
struct bailey_conn_shard *bailey_conn_shard_of(struct bailey_conn_table *table,
					       u32 hash)
{
	return &table->shards[hash % BAILEY_CONN_SHARDS];
}

/**
 * bailey_conn_place_enter() - an entry has come into the table
 * @shard: where it will stand
 * @entry: others may have found it already, changed it or even ended it
 *
 * Context: Softirq or process context, no lock of the entry's held.
 */
void bailey_conn_place_enter(struct bailey_conn_shard *shard,
			     struct bailey_conn_entry *entry)
{
	spin_lock_bh(&entry->lock);
	if (!entry->dead) {
		spin_lock(&shard->lock);
		entry->shard = shard;
		schedule_entry(shard, entry);
		join_queue(shard, entry, bailey_conn_expendable(&entry->conn));
		spin_unlock(&shard->lock);
	}
	spin_unlock_bh(&entry->lock);
}

/**
 * bailey_conn_place_change() - a packet has changed a connection
 * @entry: not dead
 * @sooner: it expires sooner than before
 *
 * Costs nothing unless its place has to change, which is when it is answered, when it
 * ends, and seldom in between.
 *
 * Context: &bailey_conn_entry.lock held, BHs disabled.
 */
void bailey_conn_place_change(struct bailey_conn_entry *entry, bool sooner)
{
	struct bailey_conn_shard *shard = entry->shard;
	enum bailey_expendable kind = bailey_conn_expendable(&entry->conn);

	lockdep_assert_held(&entry->lock);
	/* Without a shard it is about to enter, and will be seen as it is. */
	if (!shard || (!sooner && kind == entry->expendable))
		return;
	spin_lock(&shard->lock);
	if (sooner) {
		hlist_del(&entry->tick);
		schedule_entry(shard, entry);
	}
	if (kind != entry->expendable) {
		leave_queue(entry);
		join_queue(shard, entry, kind);
	}
	spin_unlock(&shard->lock);
}

/**
 * bailey_conn_place_leave() - an entry has died
 * @entry: just marked dead
 * @end: why, for the tally
 *
 * Context: &bailey_conn_entry.lock held, BHs disabled.
 */
void bailey_conn_place_leave(struct bailey_conn_entry *entry,
			     enum bailey_end end)
{
	struct bailey_conn_shard *shard = entry->shard;

	lockdep_assert_held(&entry->lock);
	if (!shard)
		return;
	spin_lock(&shard->lock);
	hlist_del(&entry->tick);
	leave_queue(entry);
	shard->tally.expired += end == BAILEY_END_TIMEOUT;
	shard->tally.early += end == BAILEY_END_EARLY_DROP;
	spin_unlock(&shard->lock);
}

/**
 * bailey_conn_place_quiet() - is nobody due?
 * @shard: the shard
 * @now: bailey_conn_now()
 *
 * Context: Any, without the lock: a glance.
 * Return: true if bailey_conn_place_due() has nothing to do at this moment.
 */
bool bailey_conn_place_quiet(const struct bailey_conn_shard *shard, u32 now)
{
	u32 clock = READ_ONCE(shard->clock);

	if (now == clock)
		return hlist_empty(&shard->wheel[clock % BAILEY_CONN_WHEEL]);
	/* Another CPU may be ahead by a second. */
	return (s32)(now - clock) < 0;
}

/* Look at a slot; those that live on get a new one, which is always a later one. */
static unsigned int sift(struct bailey_conn_shard *shard, u32 now,
			 unsigned int *budget, struct bailey_conn_entry **due,
			 unsigned int max)
{
	struct bailey_conn_entry *entry;
	struct hlist_node *next;
	unsigned int n = 0;

	hlist_for_each_entry_safe(entry, next, slot(shard, shard->clock), tick) {
		if (!*budget || n == max)
			break;
		--*budget;
		if (bailey_conn_expired(&entry->conn, now)) {
			due[n++] = entry;
			continue;
		}
		hlist_del(&entry->tick);
		schedule_entry(shard, entry);
	}
	return n;
}

/**
 * bailey_conn_place_due() - turn the wheel up to now, or until something is found
 * @shard: the shard
 * @now: bailey_conn_now()
 * @budget: how many entries it may look at; what is left of that
 * @due: filled with entries that have expired; the caller ends them, looking
 *	 at the time once more, and until then they stay where they are
 * @max: the size of @due, in entries
 *
 * Context: Under rcu_read_lock(), and so is the use of @due; no entry's lock held.
 * Return: entries in @due. With 0, and @budget not used up, nobody is due any more.
 */
unsigned int bailey_conn_place_due(struct bailey_conn_shard *shard, u32 now,
				   unsigned int *budget,
				   struct bailey_conn_entry **due,
				   unsigned int max)
{
	unsigned int n = 0;

	spin_lock_bh(&shard->lock);
	/* After a long sleep one turn reaches everybody. */
	if ((s32)(now - shard->clock) >= BAILEY_CONN_WHEEL)
		WRITE_ONCE(shard->clock, now - BAILEY_CONN_WHEEL + 1);
	while ((s32)(now - shard->clock) >= 0) {
		n = sift(shard, now, budget, due, max);
		if (n || !*budget || shard->clock == now)
			break;
		WRITE_ONCE(shard->clock, shard->clock + 1);
	}
	spin_unlock_bh(&shard->lock);
	return n;
}

/**
 * bailey_conn_place_oldest() - who would make room in a shard?
 * @shard: the shard
 * @kind: in which line, not %BAILEY_EXPENDABLE_NOT
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns; no entry's
 * lock held.
 * Return: the expendable entry that has waited longest, which may be neither
 * expendable nor alive any more when the caller ends it. NULL if there is none.
 */
struct bailey_conn_entry *
bailey_conn_place_oldest(struct bailey_conn_shard *shard, enum bailey_expendable kind)
{
	struct bailey_conn_entry *entry;

	spin_lock_bh(&shard->lock);
	entry = list_first_entry_or_null(&shard->queue[kind - 1],
					 struct bailey_conn_entry, queue);
	spin_unlock_bh(&shard->lock);
	return entry;
}
