// SPDX-License-Identifier: GPL-2.0
/*
 * The latest lines of a flow log.
 *
 * A ring of bytes, as lines differ much in length. Who writes overwrites the oldest
 * lines and waits for nobody; each reader has the number of the line that it
 * reads next, begins with the oldest one that there is, and is told how many were
 * overwritten from then on before it came to them. Readers keep the ring that they read, so that
 * what is in it can still be read when the log is switched off.
 *
 * Locking: a mutex for each ring; packets never come here.
 */
#include "flow_ring.h"

#include <linux/minmax.h>
#include <linux/mm.h>

#define LOST_ROOM	512	/* for what is said of lines that are lost */

/**
 * bailey_flow_ring_create() - make a ring
 * @size: bytes
 *
 * Context: Process; may sleep. The memory is charged to the caller.
 * Return: an empty ring, or NULL when memory is short.
 */
struct bailey_flow_ring *bailey_flow_ring_create(u32 size)
{
	struct bailey_flow_ring *ring;

	ring = kvmalloc(struct_size(ring, text, size), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!ring)
		return NULL;
	refcount_set(&ring->refs, 1);
	mutex_init(&ring->lock);
	ring->written = 0;
	ring->first = 0;
	ring->head = 0;
	ring->tail = 0;
	ring->free = size;
	ring->size = size;
	return ring;
}

/**
 * bailey_flow_ring_put() - let go of a ring
 * @ring: the ring, or NULL; the last one frees it
 *
 * Context: Process.
 */
void bailey_flow_ring_put(struct bailey_flow_ring *ring)
{
	if (ring && refcount_dec_and_test(&ring->refs))
		kvfree(ring);
}

static u32 add_bytes(struct bailey_flow_ring *ring, u32 at, const void *bytes, u32 len)
{
	u32 part = min(len, ring->size - at);

	memcpy(ring->text + at, bytes, part);
	memcpy(ring->text, bytes + part, len - part);
	return at + len < ring->size ? at + len : at + len - ring->size;
}

static u32 copy_bytes(const struct bailey_flow_ring *ring, u32 at, void *bytes, u32 len)
{
	u32 part = min(len, ring->size - at);

	memcpy(bytes, ring->text + at, part);
	memcpy(bytes + part, ring->text, len - part);
	return at + len < ring->size ? at + len : at + len - ring->size;
}

/* Forget the oldest line. */
static void forget(struct bailey_flow_ring *ring)
{
	u32 len, at = copy_bytes(ring, ring->tail, &len, sizeof(len));

	ring->tail = at + len < ring->size ? at + len : at + len - ring->size;
	ring->free += sizeof(len) + len;
	ring->first++;
}

/**
 * bailey_flow_ring_add() - write a line
 * @ring: the ring
 * @line: the line
 * @len: its length; what does not fit into the whole ring is not kept, but counted
 *
 * Context: Process.
 */
void bailey_flow_ring_add(struct bailey_flow_ring *ring, const char *line, u32 len)
{
	u32 need = sizeof(len) + len;

	mutex_lock(&ring->lock);
	while (ring->first < ring->written && ring->free < need)
		forget(ring);
	ring->written++;
	if (ring->free < need) {
		ring->first = ring->written;
	} else {
		ring->head = add_bytes(ring, ring->head, &len, sizeof(len));
		ring->head = add_bytes(ring, ring->head, line, len);
		ring->free -= need;
	}
	mutex_unlock(&ring->lock);
}

/**
 * bailey_flow_reader_begin() - begin to read
 * @reader: reads nothing yet
 * @ring: the ring; its reference becomes the reader's
 * @first: from its first line on, and what of that is gone is lost; else from the
 *	   oldest one that there is
 *
 * Context: Process.
 */
void bailey_flow_reader_begin(struct bailey_flow_reader *reader,
			      struct bailey_flow_ring *ring, bool first)
{
	reader->ring = ring;
	mutex_lock(&ring->lock);
	reader->next = first ? 0 : ring->first;
	reader->at = first ? 0 : ring->tail;
	mutex_unlock(&ring->lock);
}

/**
 * bailey_flow_reader_end() - read no more
 * @reader: reading or not
 *
 * Context: Process.
 */
void bailey_flow_reader_end(struct bailey_flow_reader *reader)
{
	bailey_flow_ring_put(reader->ring);
	reader->ring = NULL;
}

/* The next line, if there is room for it. Under the ring's lock. */
static bool take_line(struct bailey_flow_reader *reader, struct bailey_out *out, size_t most)
{
	const struct bailey_flow_ring *ring = reader->ring;
	u32 len, at;

	at = copy_bytes(ring, reader->at, &len, sizeof(len));
	if (out->len + len > most || !bailey_out_reserve(out, len))
		return false;
	reader->at = copy_bytes(ring, at, out->buf + out->len, len);
	reader->next++;
	out->len += len;
	out->buf[out->len] = '\0';
	return true;
}

/**
 * bailey_flow_reader_take() - read what is new
 * @reader: has a ring
 * @out: lines are appended: "lost N" for such as were overwritten
 * @most: bytes that @out may have afterwards
 *
 * Context: Process; may sleep, but not until there is something new.
 */
void bailey_flow_reader_take(struct bailey_flow_reader *reader, struct bailey_out *out,
			     size_t most)
{
	struct bailey_flow_ring *ring = reader->ring;

	mutex_lock(&ring->lock);
	if (reader->next < ring->first && bailey_out_reserve(out, LOST_ROOM)) {
		bailey_out_printf(out, "lost %llu\n", ring->first - reader->next);
		reader->next = ring->first;
		reader->at = ring->tail;
	}
	while (reader->next >= ring->first && reader->next < ring->written &&
	       take_line(reader, out, most))
		;
	mutex_unlock(&ring->lock);
}
