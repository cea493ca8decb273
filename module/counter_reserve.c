// SPDX-License-Identifier: GPL-2.0
/*
 * Counting while there is no memory for it: some places that are always there.
 *
 * A counter's slots come with its first packet on a CPU. If there is not even a page of
 * memory at that moment, the packet takes a place here, for all CPUs and until the
 * counter goes. What a counter says is the sum of its slots and of its places
 * here; it may have several, as two CPUs may take one each.
 *
 * A place is not given back before its counter goes, be there memory again or not. If all
 * have other counters the packet is not counted, and the log is told: 256 rules that meet their
 * first packets when there is no page to be had are more than a shortage brings, as each page
 * that comes serves 170 of them.
 *
 * Locking: none. A place is taken by whoever first writes a number into it, counted in
 * with atomic operations, and given back by the counter's owner, when no packet can have the
 * number any more.
 */
#include <linux/atomic.h>

#include "counter_reserve.h"

/* Free if @number is 0. */
struct place {
	atomic_t number;
	u32 last;
	atomic64_t packets;
	atomic64_t bytes;
};

static struct place places[BAILEY_RESERVE_PLACES];
static atomic_t taken = ATOMIC_INIT(0);

static bool is_or_becomes(struct place *place, u32 number)
{
	u32 has = atomic_read(&place->number);

	if (has)
		return has == number;
	if (atomic_cmpxchg(&place->number, 0, number))
		return (u32)atomic_read(&place->number) == number;
	atomic_inc(&taken);
	return true;
}

/**
 * bailey_reserve_add() - count a packet
 * @number: the counter
 * @bytes: the packet's length
 * @now: the caller's seconds
 *
 * Context: Any; the counter is not given up meanwhile.
 * Return: false if all places have other counters: the packet is not counted.
 */
bool bailey_reserve_add(u32 number, u32 bytes, u32 now)
{
	struct place *place;
	u32 i;

	for (i = 0; i < BAILEY_RESERVE_PLACES; i++) {
		place = &places[(number + i) % BAILEY_RESERVE_PLACES];
		if (!is_or_becomes(place, number))
			continue;
		atomic64_inc(&place->packets);
		atomic64_add(bytes, &place->bytes);
		WRITE_ONCE(place->last, now);
		return true;
	}
	return false;
}

/**
 * bailey_reserve_read() - add what was counted here
 * @number: the counter
 * @count: added to
 *
 * Context: Any.
 */
void bailey_reserve_read(u32 number, struct bailey_count *count)
{
	struct place *place;

	if (!atomic_read(&taken))
		return;
	for (place = places; place < places + BAILEY_RESERVE_PLACES; place++)
		/* Of what it has now, not of what another counter had there before */
		if ((u32)atomic_read_acquire(&place->number) == number)
			bailey_count_sum(count, atomic64_read(&place->packets),
					 atomic64_read(&place->bytes), READ_ONCE(place->last));
}

/**
 * bailey_reserve_clear() - a counter goes
 * @number: the counter; no packet can have it any more
 *
 * Context: Any.
 */
void bailey_reserve_clear(u32 number)
{
	struct place *place;

	if (!atomic_read(&taken))
		return;
	for (place = places; place < places + BAILEY_RESERVE_PLACES; place++) {
		if ((u32)atomic_read(&place->number) != number)
			continue;
		atomic64_set(&place->packets, 0);
		atomic64_set(&place->bytes, 0);
		WRITE_ONCE(place->last, 0);
		/* Whoever takes it finds it empty. */
		atomic_set_release(&place->number, 0);
		atomic_dec(&taken);
	}
}
