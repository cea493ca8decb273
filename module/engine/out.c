// SPDX-License-Identifier: GPL-2.0
/*
 * Text out.
 *
 * Whoever appends need not look: when memory runs out the buffer is marked, and
 * its owner asks once, at the end.
 */
#include "out.h"

#define OUT_MIN		256
#define OUT_MAX		((size_t)1 << 30)
#define PRINTF_MAX	512

/**
 * bailey_out_reserve() - make room, so that appending allocates nothing
 * @out: the buffer; marked as failed when memory runs out
 * @more: bytes beyond its text
 *
 * Return: false when memory runs out, or ran out before.
 */
bool bailey_out_reserve(struct bailey_out *out, size_t more)
{
	size_t cap = out->cap ? out->cap : OUT_MIN;
	char *buf;

	if (out->failed)
		return false;
	if (more >= OUT_MAX - out->len) {
		out->failed = true;
		return false;
	}
	if (out->len + more + 1 <= out->cap)
		return true;
	while (cap < out->len + more + 1)
		cap *= 2;
	buf = bailey_zalloc(cap);
	if (!buf) {
		out->failed = true;
		return false;
	}
	if (out->len)
		memcpy(buf, out->buf, out->len);
	bailey_free(out->buf);
	out->buf = buf;
	out->cap = cap;
	return true;
}

/**
 * bailey_out_destroy() - free the text and leave the buffer empty
 * @out: the buffer
 */
void bailey_out_destroy(struct bailey_out *out)
{
	bailey_free(out->buf);
	memset(out, 0, sizeof(*out));
}

/**
 * bailey_out_reset() - forget the text, keep the memory
 * @out: the buffer
 */
void bailey_out_reset(struct bailey_out *out)
{
	out->len = 0;
	out->failed = false;
	if (out->buf)
		out->buf[0] = '\0';
}

/**
 * bailey_out_bytes() - append bytes as they are
 * @out: the buffer; marked as failed when memory runs out
 * @data: the bytes; may be NULL if there are none
 * @len: how many
 */
void bailey_out_bytes(struct bailey_out *out, const void *data, size_t len)
{
	if (!bailey_out_reserve(out, len))
		return;
	if (len)
		memcpy(out->buf + out->len, data, len);
	out->len += len;
	out->buf[out->len] = '\0';
}

/**
 * bailey_out_printf() - append formatted text
 * @out: the buffer; marked as failed when memory runs out
 * @fmt: as printf, of which both the kernel and libc know what is used here;
 *	 at most 511 bytes come of it. Allocates nothing where 512 are reserved
 */
void bailey_out_printf(struct bailey_out *out, const char *fmt, ...)
{
	va_list args;
	int len;

	if (!bailey_out_reserve(out, PRINTF_MAX))
		return;
	va_start(args, fmt);
	len = vsnprintf(out->buf + out->len, PRINTF_MAX, fmt, args);
	va_end(args);
	if (len > 0)
		out->len += min_t(size_t, len, PRINTF_MAX - 1);
}

/**
 * bailey_out_escaped() - append foreign bytes so that a terminal is safe
 * @out: the buffer
 * @s: the bytes
 * @len: how many
 *
 * Printable ASCII but the backslash stays as it is, all else becomes \xHH.
 */
void bailey_out_escaped(struct bailey_out *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] > ' ' && s[i] < 0x7f && s[i] != '\\')
			bailey_out_bytes(out, s + i, 1);
		else
			bailey_out_printf(out, "\\x%02x", (u8)s[i]);
	}
}

/* RFC 5952 4.2: the longest run of at least two zero groups, the first if equal. */
static void longest_zero_run(const u16 *group, int *start, int *count)
{
	int i, run = 0;

	*start = -1;
	*count = 1;
	for (i = 0; i < 8; i++) {
		run = group[i] ? 0 : run + 1;
		if (run > *count) {
			*count = run;
			*start = i + 1 - run;
		}
	}
}

static void out_ipv6(struct bailey_out *out, const u8 *bytes)
{
	u16 group[8];
	int start, count, i;

	for (i = 0; i < 8; i++)
		group[i] = bailey_get_be16(bytes + 2 * i);
	longest_zero_run(group, &start, &count);
	for (i = 0; i < 8; i++) {
		if (i == start) {
			bailey_out_bytes(out, "::", 2);
			i += count - 1;
			continue;
		}
		bailey_out_printf(out, "%s%x",
				  i && i != start + count ? ":" : "", group[i]);
	}
}

/**
 * bailey_out_addr() - append an address in its canonical form
 * @out: the buffer
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address; IPv6 is written as RFC 5952 says
 */
void bailey_out_addr(struct bailey_out *out, u8 family,
		     const struct bailey_addr *addr)
{
	u8 bytes[16];

	bailey_addr_to_bytes(family, addr, bytes);
	if (family == BAILEY_IPV4)
		bailey_out_printf(out, "%u.%u.%u.%u", bytes[0], bytes[1],
				  bytes[2], bytes[3]);
	else
		out_ipv6(out, bytes);
}
