/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between packet.c and packet_upper.c: one chain of headers being read.
 *
 * Every byte is fetched through bailey_reader_peek(), which knows where the
 * packet ends; nobody looks at memory that it did not return. Offsets count from
 * the start of the source and never pass reader.end, so sums of an offset and a
 * header's length cannot wrap.
 */
#ifndef BAILEY_ENGINE_PACKET_READER_H
#define BAILEY_ENGINE_PACKET_READER_H

#include "packet.h"

/**
 * struct bailey_reader - a packet being read, or the one that it quotes
 * @source: its bytes
 * @packet: filled in as headers are read
 * @start: offset of the IP header
 * @end: no header reaches beyond
 * @quoted: cut short, and its lengths are not to be believed
 * @more: more fragments follow: it need not hold what its upper lengths say
 */
struct bailey_reader {
	const struct bailey_source *source;
	struct bailey_packet *packet;
	u32 start;
	u32 end;
	bool quoted;
	bool more;
};

/**
 * bailey_reader_peek() - read some bytes
 * @r: the reader
 * @off: where, from the start of the source
 * @len: how many
 * @buf: room for them, used where they are not in one piece
 *
 * Return: the bytes, valid as long as @buf and the source; NULL if the packet
 * ends before.
 */
static inline const u8 *bailey_reader_peek(const struct bailey_reader *r, u32 off,
					   u32 len, void *buf)
{
	const struct bailey_source *source = r->source;

	if (off > r->end || len > r->end - off)
		return NULL;
	if (likely(off + len <= source->linear_len))
		return source->linear + off;
	return source->pull ? source->pull(source, off, len, buf) : NULL;
}

enum bailey_reason bailey_reader_upper(struct bailey_reader *r);

#endif /* BAILEY_ENGINE_PACKET_READER_H */
