/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of connections, for those who watch: see the essay in events.c.
 */
#ifndef BAILEY_EVENTS_H
#define BAILEY_EVENTS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "engine/conn.h"

struct bailey_event_ring;

/**
 * struct bailey_events - those who watch a network namespace's connections
 * @ring: records, while somebody watches; else NULL. Written under @lock
 * @lock: watchers come and go one at a time
 * @watchers: how many there are. Under @lock
 */
struct bailey_events {
	struct bailey_event_ring __rcu *ring;
	struct mutex lock;	/* of @ring and @watchers */
	unsigned int watchers;
};

/**
 * struct bailey_watch - one who watches
 * @events: whom; NULL before bailey_watch_begin() and after bailey_watch_end()
 * @ring: its records; stays as long as this watches
 * @next: number of the record that is read next
 */
struct bailey_watch {
	struct bailey_events *events;
	struct bailey_event_ring *ring;
	u64 next;
};

/**
 * struct bailey_event_record - something that became of a connection
 * @time: when, in nanoseconds since boot, suspension left out
 * @lost: %BAILEY_EVENT_LOST: how many records the reader was too slow for
 * @conn: the connection right after it; not for %BAILEY_EVENT_LOST
 * @what: &enum bailey_event
 * @end: &enum bailey_end: why, if it is the connection's last one
 */
struct bailey_event_record {
	union {
		u64 time;
		u64 lost;
	};
	struct bailey_conn conn;
	u8 what;
	u8 end;
};

void bailey_events_init(struct bailey_events *events);
void bailey_events_add(struct bailey_event_ring *ring, const struct bailey_conn *conn,
		       enum bailey_event what, enum bailey_end end);
void bailey_events_add_change(struct bailey_event_ring *ring,
			      const struct bailey_conn *conn, u8 state, u8 flags);

int bailey_watch_begin(struct bailey_watch *watch, struct bailey_events *events,
		       u32 size);
void bailey_watch_end(struct bailey_watch *watch);
bool bailey_watch_next(struct bailey_watch *watch, struct bailey_event_record *record);

/**
 * bailey_events_ring() - does anybody watch?
 * @events: whom, or NULL
 *
 * All that a connection costs whom nobody watches.
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns.
 * Return: where to record what happens, or NULL.
 */
static inline struct bailey_event_ring *bailey_events_ring(const struct bailey_events *events)
{
	return events ? rcu_dereference(events->ring) : NULL;
}

/**
 * bailey_events_new() - a connection has entered the table
 * @events: who is told, or NULL
 * @conn: the connection
 *
 * Context: Under rcu_read_lock() and the connection's lock.
 */
static inline void bailey_events_new(const struct bailey_events *events,
				     const struct bailey_conn *conn)
{
	struct bailey_event_ring *ring = bailey_events_ring(events);

	if (unlikely(ring))
		bailey_events_add(ring, conn, BAILEY_EVENT_NEW, BAILEY_END_NONE);
}

/**
 * bailey_events_change() - a packet has moved a connection
 * @events: who is told, or NULL
 * @conn: the connection as it is now
 * @state: its &enum bailey_tcp_state or &enum bailey_sctp_state before
 * @flags: its &enum bailey_conn_flags before
 *
 * Context: Under rcu_read_lock() and the connection's lock.
 */
static inline void bailey_events_change(const struct bailey_events *events,
					const struct bailey_conn *conn, u8 state, u8 flags)
{
	struct bailey_event_ring *ring = bailey_events_ring(events);

	if (unlikely(ring))
		bailey_events_add_change(ring, conn, state, flags);
}

/**
 * bailey_events_end() - a connection is taken out of the table
 * @events: who is told, or NULL
 * @conn: the connection
 * @end: why
 *
 * Says nothing of what its ends have closed before: that was its end.
 *
 * Context: Under rcu_read_lock() and the connection's lock.
 */
static inline void bailey_events_end(const struct bailey_events *events,
				     const struct bailey_conn *conn, enum bailey_end end)
{
	struct bailey_event_ring *ring = bailey_events_ring(events);

	if (unlikely(ring) && !bailey_conn_closed(conn, conn->track.state))
		bailey_events_add(ring, conn, end == BAILEY_END_TIMEOUT ?
				  BAILEY_EVENT_EXPIRED : BAILEY_EVENT_CLOSED, end);
}

#endif /* BAILEY_EVENTS_H */
