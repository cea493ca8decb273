/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting while there is no memory for it: see counter_reserve.c. For counter.c only.
 */
#ifndef BAILEY_COUNTER_RESERVE_H
#define BAILEY_COUNTER_RESERVE_H

#include "engine/base.h"

#define BAILEY_RESERVE_PLACES	256

bool bailey_reserve_add(u32 number, u32 bytes, u32 now);
void bailey_reserve_read(u32 number, struct bailey_count *count);
void bailey_reserve_clear(u32 number);

/**
 * bailey_count_sum() - add what was counted in one place to what was in others
 * @count: the sum so far
 * @packets: how many there were here; 0 for none
 * @bytes: their lengths
 * @last: the second of the last one
 */
static inline void bailey_count_sum(struct bailey_count *count, u64 packets, u64 bytes, u32 last)
{
	if (!packets)
		return;
	if (!count->packets || (s32)(last - count->last) > 0)
		count->last = last;
	count->packets += packets;
	count->bytes += bytes;
}

#endif /* BAILEY_COUNTER_RESERVE_H */
