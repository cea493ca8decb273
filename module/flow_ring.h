/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The latest lines of a flow log, for those who read it: see flow_ring.c.
 */
#ifndef BAILEY_FLOW_RING_H
#define BAILEY_FLOW_RING_H

#include <linux/mutex.h>
#include <linux/refcount.h>

#include "engine/out.h"

/**
 * struct bailey_flow_ring - lines, the newest in place of the oldest
 * @refs: one for who writes, and one for each reader
 * @lock: of all below
 * @written: lines ever written; the number of the next one
 * @first: number of the oldest one that is here; @written if none is
 * @head: where the next one goes
 * @tail: where the oldest one is
 * @free: bytes that none has
 * @size: bytes in @text
 * @text: lines one after the other, each behind its length; they go on at the beginning
 */
struct bailey_flow_ring {
	refcount_t refs;
	struct mutex lock;	/* of the lines */
	u64 written;
	u64 first;
	u32 head;
	u32 tail;
	u32 free;
	u32 size;
	char text[];
};

/**
 * struct bailey_flow_reader - one who reads
 * @ring: what is read, or NULL
 * @next: number of the line that is read next
 * @at: where that is, unless it has been overwritten
 *
 * Zeroed is one who has read nothing.
 */
struct bailey_flow_reader {
	struct bailey_flow_ring *ring;
	u64 next;
	u32 at;
};

struct bailey_flow_ring *bailey_flow_ring_create(u32 size);
void bailey_flow_ring_put(struct bailey_flow_ring *ring);
void bailey_flow_ring_add(struct bailey_flow_ring *ring, const char *line, u32 len);

void bailey_flow_reader_begin(struct bailey_flow_reader *reader,
			      struct bailey_flow_ring *ring, bool first);
void bailey_flow_reader_end(struct bailey_flow_reader *reader);
void bailey_flow_reader_take(struct bailey_flow_reader *reader, struct bailey_out *out,
			     size_t most);

#endif /* BAILEY_FLOW_RING_H */
