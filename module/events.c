// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of connections, for those who watch.
 *
 * DOC: The ring
 *
 * Packets write, watchers read, and neither waits for the other. What is written
 * goes into one ring for each network namespace, numbered from 0 on, and takes the
 * place of the oldest record when the ring is full. Each watcher has a number of its
 * own: that of the record which it reads next. With a ring of four, after six
 * records,
 *
 *	record	2 3 4 5		newest: 5, its place is followed by that of 2
 *	watcher A is at 4	reads 4 and 5
 *	watcher B is at 0	is told that 2 are lost, then reads 2 to 5
 *	watcher C is at 6	there is nothing new
 *
 * A record is the connection as it is kept in the table, not text: making text
 * is the reader's work.
 *
 * DOC: What is told
 *
 *	new		once, first
 *	established	at most once
 *	closed, expired	one of them, once, last
 *
 * All that is told of one connection is told under its lock, in which it also
 * enters the table and dies: so its records come in the order in which things
 * happened. TCP's own close is its end, although the entry stays for TIME_WAIT; that
 * it is taken out later is no news, whoever does it.
 *
 * DOC: Life
 *
 * There is a ring while there are watchers. The first one pays for it; the last one
 * unlinks it, packets that still have it finish under RCU, and it is freed. Whom
 * nobody watches looks at one pointer.
 *
 * Locking: @lock of struct bailey_events for watchers who come and go; the ring's
 * own spinlock, innermost of all and taken with BHs disabled, for one record.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "events.h"

/**
 * struct bailey_event_ring - the latest records
 * @rcu: frees it after all writers
 * @lock: of all below
 * @written: records ever written; the number of the next one
 * @at: where that goes
 * @size: places
 * @record: the places
 */
struct bailey_event_ring {
	struct rcu_head rcu;
	spinlock_t lock;	/* of the records */
	u64 written;
	u32 at;
	u32 size;
	struct bailey_event_record record[];
};

static struct bailey_event_ring *ring_create(u32 size)
{
	struct bailey_event_ring *ring;

	ring = kvmalloc(struct_size(ring, record, size), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!ring)
		return NULL;
	spin_lock_init(&ring->lock);
	ring->written = 0;
	ring->at = 0;
	ring->size = size;
	return ring;
}

/* A record that has been written and not yet overwritten. */
static const struct bailey_event_record *record_of(const struct bailey_event_ring *ring,
						   u64 number)
{
	u32 back = ring->written - number;

	return &ring->record[ring->at >= back ? ring->at - back :
						ring->at + ring->size - back];
}

/**
 * bailey_events_init() - nobody watches yet
 * @events: embedded in what its namespace owns
 */
void bailey_events_init(struct bailey_events *events)
{
	RCU_INIT_POINTER(events->ring, NULL);
	mutex_init(&events->lock);
	events->watchers = 0;
}

/**
 * bailey_events_add() - record an event
 * @ring: from bailey_events_ring()
 * @conn: the connection
 * @what: what became of it
 * @end: why, or %BAILEY_END_NONE
 *
 * Context: Under rcu_read_lock() and the connection's lock, BHs disabled.
 */
void bailey_events_add(struct bailey_event_ring *ring, const struct bailey_conn *conn,
		       enum bailey_event what, enum bailey_end end)
{
	struct bailey_event_record *record;

	spin_lock(&ring->lock);
	record = &ring->record[ring->at];
	record->time = ktime_get_ns();
	bailey_conn_copy(&record->conn, conn);
	record->what = what;
	record->end = end;
	ring->written++;
	if (++ring->at == ring->size)
		ring->at = 0;
	spin_unlock(&ring->lock);
}

/* Of SCTP the way to its end says so: an ABORT after a SHUTDOWN ends no more than that. */
static bool broken_off(const struct bailey_conn *conn, u8 before)
{
	if (conn->key.proto == BAILEY_PROTO_SCTP)
		return before < BAILEY_SCTP_SHUTDOWN_SENT ||
		       before > BAILEY_SCTP_SHUTDOWN_ACK_SENT;
	return conn->track.state == BAILEY_TCP_CLOSE;
}

/**
 * bailey_events_add_change() - record what a packet has made of a connection
 * @ring: from bailey_events_ring()
 * @conn: the connection as it is now
 * @state: its &enum bailey_tcp_state or &enum bailey_sctp_state before
 * @flags: its &enum bailey_conn_flags before
 *
 * Context: Under rcu_read_lock() and the connection's lock, BHs disabled.
 */
void bailey_events_add_change(struct bailey_event_ring *ring,
			      const struct bailey_conn *conn, u8 state, u8 flags)
{
	bool handshake = conn->key.proto == BAILEY_PROTO_TCP ||
			 conn->key.proto == BAILEY_PROTO_SCTP;
	u8 sign = handshake ? BAILEY_CONN_ASSURED : BAILEY_CONN_REPLIED;

	if (conn->track.flags & ~flags & sign)
		bailey_events_add(ring, conn, BAILEY_EVENT_ESTABLISHED, BAILEY_END_NONE);
	if (bailey_conn_closed(conn, conn->track.state) && !bailey_conn_closed(conn, state))
		bailey_events_add(ring, conn, BAILEY_EVENT_CLOSED,
				  broken_off(conn, state) ? BAILEY_END_RESET : BAILEY_END_FIN);
}

/**
 * bailey_watch_begin() - watch, from now on
 * @watch: filled in
 * @events: whom; must outlive bailey_watch_end()
 * @size: places in the ring, if this is the first watcher; at least 1
 *
 * Context: Process; may sleep. A ring is charged to the caller.
 * Return: 0 or -ENOMEM.
 */
int bailey_watch_begin(struct bailey_watch *watch, struct bailey_events *events,
		       u32 size)
{
	struct bailey_event_ring *ring;

	mutex_lock(&events->lock);
	ring = rcu_dereference_protected(events->ring, lockdep_is_held(&events->lock));
	if (!ring)
		ring = ring_create(size);
	if (ring) {
		rcu_assign_pointer(events->ring, ring);
		events->watchers++;
		watch->events = events;
		watch->ring = ring;
		spin_lock_bh(&ring->lock);
		watch->next = ring->written;
		spin_unlock_bh(&ring->lock);
	}
	mutex_unlock(&events->lock);
	return ring ? 0 : -ENOMEM;
}

/**
 * bailey_watch_end() - watch no more
 * @watch: watching or not
 *
 * Context: Process; may sleep.
 */
void bailey_watch_end(struct bailey_watch *watch)
{
	struct bailey_events *events = watch->events;

	if (!events)
		return;
	mutex_lock(&events->lock);
	if (!--events->watchers) {
		RCU_INIT_POINTER(events->ring, NULL);
		kvfree_rcu(watch->ring, rcu);
	}
	mutex_unlock(&events->lock);
	watch->events = NULL;
}

/**
 * bailey_watch_next() - read the next record
 * @watch: watching; used by one caller at a time
 * @record: filled in; %BAILEY_EVENT_LOST if some were overwritten before it
 *
 * Context: Process or softirq; never waits for an event.
 * Return: false if there is nothing new.
 */
bool bailey_watch_next(struct bailey_watch *watch, struct bailey_event_record *record)
{
	struct bailey_event_ring *ring = watch->ring;
	u64 behind;

	spin_lock_bh(&ring->lock);
	behind = ring->written - watch->next;
	if (behind > ring->size) {
		record->what = BAILEY_EVENT_LOST;
		record->end = BAILEY_END_NONE;
		record->lost = behind - ring->size;
		watch->next += record->lost;
	} else if (behind) {
		*record = *record_of(ring, watch->next);
		watch->next++;
	}
	spin_unlock_bh(&ring->lock);
	return behind;
}
