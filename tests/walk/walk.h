/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all parts of the random walk share: random numbers and segments.
 *
 * Sequence numbers are 64 bits wide here and never wrap; only what is on the
 * wire has 32. So the model can't make the mistakes in modular arithmetic for
 * which it looks.
 */
#ifndef BAILEY_TESTS_WALK_H
#define BAILEY_TESTS_WALK_H

#include "packet.h"

#define WALK_SACKS	4

/**
 * struct walk_random - a source of numbers that a seed determines (splitmix64)
 * @state: the seed, then where it is
 */
struct walk_random {
	u64 state;
};

static inline u64 walk_random64(struct walk_random *random)
{
	u64 z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 to @below - 1 */
static inline u32 walk_random(struct walk_random *random, u32 below)
{
	return (u32)((walk_random64(random) >> 32) * below >> 32);
}

/* True @per_mille times of a thousand. */
static inline bool walk_chance(struct walk_random *random, u32 per_mille)
{
	return walk_random(random, 1000) < per_mille;
}

/* The number nearest to @near whose low 32 bits are @wire. */
static inline u64 walk_unwrap(u32 wire, u64 near)
{
	return near + (s64)(s32)(wire - (u32)near);
}

/**
 * struct walk_segment - a TCP segment on its way
 * @seq: first sequence number
 * @ack: acknowledgment, where the flag is set
 * @sack: blocks, left edge and the number behind the right edge
 * @len: bytes of data
 * @window: as on the wire
 * @urgent: urgent pointer
 * @mss: option of a SYN; 0: none
 * @number: for the timeline
 * @flags: BAILEY_TCP_*
 * @from: which endpoint sent it or is said to have
 * @sacks: how many of @sack
 * @shift: window scale option; negative: none
 * @sack_permitted: option of a SYN
 * @timestamps: a timestamps option takes room
 * @probe: its sender waits for an answer, though nothing in it is new
 * @attack: made up by the attacker
 * @refusal: an RST that refuses a SYN; its sequence number means nothing
 * @provoked: an RST that answers the attacker
 * @told: RST: the firewall can see from its number that it will close
 * @closed: the firewall took the connection for ended when this had passed
 * @lags: at the firewall, its acknowledgment lagged behind what was allowed
 * @ghost: the firewall refused it; it travels on to see what would have been
 * @excuse: of a ghost: enum walk_excuse
 */
struct walk_segment {
	u64 seq;
	u64 ack;
	u64 sack[WALK_SACKS][2];
	u32 len;
	u16 window;
	u16 urgent;
	u16 mss;
	u32 number;
	u8 flags;
	u8 from;
	u8 sacks;
	s8 shift;
	bool sack_permitted;
	bool timestamps;
	bool probe;
	bool attack;
	bool refusal;
	bool provoked;
	bool told;
	bool lags;
	bool closed;
	bool ghost;
	u8 excuse;
};

/* The sequence number behind a segment: SYN and FIN count as one each. */
static inline u64 walk_segment_end(const struct walk_segment *segment)
{
	return segment->seq + segment->len + !!(segment->flags & BAILEY_TCP_SYN) +
	       !!(segment->flags & BAILEY_TCP_FIN);
}

#endif /* BAILEY_TESTS_WALK_H */
