// SPDX-License-Identifier: GPL-2.0
/*
 * What a connection remembers of a full evaluation, so that its packets need not be
 * asked again.
 *
 * When all have said yes to a packet of a known TCP or UDP connection, and both
 * doors knew it already, all that was said follows from the packet's half, from the
 * connection's doors, and from its context (context.c): then the context's number goes
 * into the memo of that half, with the counters of the entries of the ACLs that said yes.
 * The next packet of that half in the same context needs no answers, only to be counted,
 * and to be one with which the connection goes on (engine/stream.c). Everything else,
 * be it a FIN, is asked in full. So a memo never says no, and never changes a
 * state.
 *
 * A memo is void when the context is another (a policy was published or rolled back,
 * interfaces changed, the packet takes another way), when a door was stored anew,
 * and while another connection has, or had, the same key: then the one whose doors fit has to be
 * looked for. A connection that is expendable has none: what has not come about, or is
 * over, has few packets to come, and its place in line takes their room.
 *
 * Locking: a memo is written under its entry's lock, its stamp last. A reader
 * looks at the stamp again behind the rest, and at the turn: meanwhile something else
 * may have been in this place, and then the same stamp again.
 */
#include "conn_memo.h"

#include "conn_table.h"
#include "engine/stream.h"

/* Read a memo, if it is of this context, and if there is one. */
static bool read_memo(const struct bailey_conn_entry *entry, u8 side, u32 stamp,
		      u32 counter[2])
{
	const struct bailey_conn_memo *memo = &entry->memo[side];
	/* Pairs with the barriers of whoever writes it or joins a line. */
	u8 turn = smp_load_acquire(&entry->turn);

	/* Pairs with the release in conn_place.c, by whoever leaves the line. */
	if (smp_load_acquire(&entry->expendable))
		return false;
	/* Pairs with the release in write_memo(). */
	if (smp_load_acquire(&memo->stamp) != stamp)
		return false;
	counter[0] = READ_ONCE(memo->counter[0]);
	counter[1] = READ_ONCE(memo->counter[1]);
	/* Pairs with the barriers of whoever writes it, joins a line or frees. */
	smp_rmb();
	return READ_ONCE(memo->stamp) == stamp && READ_ONCE(entry->turn) == turn &&
	       !READ_ONCE(entry->expendable) && !READ_ONCE(entry->dead);
}

/* Is there room for memos, or is something else in their place? */
static bool has_memos(const struct bailey_conn_entry *entry)
{
	return !READ_ONCE(entry->dead) && !READ_ONCE(entry->expendable);
}

static void write_memo(struct bailey_conn_entry *entry, struct bailey_conn_memo *memo,
		       const struct bailey_conn_memo *what)
{
	WRITE_ONCE(memo->stamp, 0);
	WRITE_ONCE(entry->turn, entry->turn + 1);
	/* Whoever reads what follows sees that it is not whole yet: see read_memo(). */
	smp_wmb();
	WRITE_ONCE(memo->counter[0], what->counter[0]);
	WRITE_ONCE(memo->counter[1], what->counter[1]);
	/* Pairs with the acquire in read_memo(). */
	smp_store_release(&memo->stamp, what->stamp);
}

/**
 * bailey_conn_recall() - does a packet's connection remember it?
 * @recall: its packet is set; the rest is filled in, if not: its key and entry
 * @table: the connections
 * @domain: layer 3 domains of its source and its destination
 * @stamp: number of its context
 * @now: bailey_conn_now()
 *
 * Context: Under rcu_read_lock(), and so is the use of what it finds.
 * Return: true if it does.
 */
bool bailey_conn_recall(struct bailey_conn_recall *recall,
			const struct bailey_conn_table *table, const u32 domain[2],
			u32 stamp, u32 now)
{
	struct bailey_conn_probe probe;
	struct bailey_conn_entry *entry;

	recall->end = bailey_conn_key_make(&recall->key, recall->packet, domain[0], domain[1]);
	recall->hash = bailey_conn_hash(&recall->key);
	entry = bailey_conn_index_first(&table->index, &recall->key, recall->hash, &probe);
	recall->entry = entry;
	if (!entry || !bailey_conn_entry_live(entry, now) || READ_ONCE(entry->shared))
		return false;
	recall->side = bailey_conn_side(&entry->conn, recall->end);
	return read_memo(entry, recall->side, stamp, recall->counter);
}

/**
 * bailey_conn_recall_holds() - is what was recalled still so?
 * @recall: from bailey_conn_recall()
 * @stamp: as there
 *
 * Context: In the same RCU read side section.
 * Return: false if it has been changed meanwhile.
 */
bool bailey_conn_recall_holds(const struct bailey_conn_recall *recall, u32 stamp)
{
	const struct bailey_conn_entry *entry = recall->entry;
	u32 counter[2];

	return !READ_ONCE(entry->shared) &&
	       read_memo(entry, recall->side, stamp, counter);
}

/**
 * bailey_conn_recall_moved() - has another packet moved the connection meanwhile?
 * @recall: from bailey_conn_recall()
 * @before: how far it was
 *
 * Context: In the same RCU read side section.
 * Return: true if it is not what it was, so that two answers need not be the same.
 */
bool bailey_conn_recall_moved(const struct bailey_conn_recall *recall,
			      const struct bailey_track *before)
{
	return !bailey_track_equal(before, &recall->entry->conn.track,
				   bailey_track_words(recall->key.proto));
}

/* Under the lock nothing is half changed, and nobody has ended it. */
static bool move(struct bailey_conn_entry *entry, const struct bailey_conn_recall *recall,
		 const struct bailey_track_rules *rules, u32 now)
{
	struct bailey_conn *conn = &entry->conn;
	u32 timeout, expires;

	lockdep_assert_held(&entry->lock);
	if (entry->dead ||
	    bailey_stream_look(conn, recall->packet, recall->side, rules,
			       &timeout) == BAILEY_STREAM_OTHER)
		return false;
	expires = bailey_conn_deadline(now, timeout);
	/* What dies sooner than before changes its place in line, elsewhere. */
	if ((s32)(expires - conn->expires) < 0)
		return false;
	bailey_stream_move(conn, recall->packet, recall->side, rules, &timeout);
	if (conn->expires != expires)
		WRITE_ONCE(conn->expires, expires);
	return true;
}

/**
 * bailey_conn_go_on() - let a packet go on with its connection, if it does no more
 * @recall: from bailey_conn_recall()
 * @rules: what the namespace has set
 * @now: bailey_conn_now()
 *
 * Locks and writes only when something changes.
 *
 * Context: Under rcu_read_lock(), BHs disabled.
 * Return: false if bailey_conn_entry_advance() has to judge it.
 */
bool bailey_conn_go_on(const struct bailey_conn_recall *recall,
		       const struct bailey_track_rules *rules, u32 now)
{
	struct bailey_conn_entry *entry = recall->entry;
	u32 timeout;
	bool moved;

	switch (bailey_stream_look(&entry->conn, recall->packet, recall->side, rules,
				   &timeout)) {
	case BAILEY_STREAM_OTHER:
		return false;
	case BAILEY_STREAM_SAME:
		if (READ_ONCE(entry->conn.expires) == bailey_conn_deadline(now, timeout))
			return true;
		break;
	case BAILEY_STREAM_ON:
		break;
	}
	spin_lock(&entry->lock);
	moved = move(entry, recall, rules, now);
	spin_unlock(&entry->lock);
	return moved;
}

/**
 * bailey_conn_remember() - all have said yes to a packet
 * @entry: its connection, found under RCU
 * @side: which side sent it
 * @memo: in which context, and what is to be counted
 * @set: the doors, which both knew it
 * @epoch: the epoch in which they said so
 *
 * Not if a door was stored anew meanwhile.
 *
 * Context: Under rcu_read_lock(), softirq or process context.
 */
void bailey_conn_remember(struct bailey_conn_entry *entry, u8 side,
			  const struct bailey_conn_memo *memo, const u32 set[2],
			  u32 epoch)
{
	const struct bailey_conn *conn = &entry->conn;

	if (!has_memos(entry))
		return;
	spin_lock_bh(&entry->lock);
	if (has_memos(entry) && conn->epoch == epoch && conn->set[0] == set[0] &&
	    conn->set[1] == set[1])
		write_memo(entry, &entry->memo[side], memo);
	spin_unlock_bh(&entry->lock);
}

/**
 * bailey_conn_forget() - a door is about to be stored anew
 * @entry: the connection, locked
 *
 * Context: Under the entry's lock.
 */
void bailey_conn_forget(struct bailey_conn_entry *entry)
{
	lockdep_assert_held(&entry->lock);
	if (!has_memos(entry))
		return;
	WRITE_ONCE(entry->memo[BAILEY_ORIGINATOR].stamp, 0);
	WRITE_ONCE(entry->memo[BAILEY_RESPONDER].stamp, 0);
}
