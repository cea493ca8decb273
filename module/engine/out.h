/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text out: a buffer that grows.
 */
#ifndef BAILEY_ENGINE_OUT_H
#define BAILEY_ENGINE_OUT_H

#include "packet.h"

/**
 * struct bailey_out - text being written
 * @buf: the text, terminated by a NUL that @len does not count; may be NULL
 * @len: bytes of text
 * @cap: bytes allocated
 * @failed: memory ran out: @buf ends early
 *
 * Zeroed is empty. Owned by whoever declared it; see bailey_out_destroy().
 */
struct bailey_out {
	char *buf;
	size_t len;
	size_t cap;
	bool failed;
};

void bailey_out_destroy(struct bailey_out *out);
bool bailey_out_reserve(struct bailey_out *out, size_t more);
void bailey_out_reset(struct bailey_out *out);
void bailey_out_bytes(struct bailey_out *out, const void *data, size_t len);
__printf(2, 3) void bailey_out_printf(struct bailey_out *out, const char *fmt, ...);
void bailey_out_escaped(struct bailey_out *out, const char *s, size_t len);
void bailey_out_addr(struct bailey_out *out, u8 family,
		     const struct bailey_addr *addr);

#endif /* BAILEY_ENGINE_OUT_H */
