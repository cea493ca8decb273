/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the sender of a rejected packet is told: see refusal.c.
 */
#ifndef BAILEY_ENGINE_REFUSAL_H
#define BAILEY_ENGINE_REFUSAL_H

#include "packet.h"

/* "Communication administratively prohibited": RFC 1812 5.2.7.1, RFC 4443 3.1. */
#define BAILEY_REFUSAL_TYPE4	3
#define BAILEY_REFUSAL_CODE4	13
#define BAILEY_REFUSAL_TYPE6	1
#define BAILEY_REFUSAL_CODE6	1

/**
 * enum bailey_refusal - how the sender of a rejected packet is told
 * @BAILEY_REFUSAL_SILENT: not at all
 * @BAILEY_REFUSAL_RESET: by a TCP reset
 * @BAILEY_REFUSAL_ICMP: by ICMP or ICMPv6, "administratively prohibited"
 */
enum bailey_refusal {
	BAILEY_REFUSAL_SILENT,
	BAILEY_REFUSAL_RESET,
	BAILEY_REFUSAL_ICMP,
};

enum bailey_refusal bailey_refusal_of(const struct bailey_packet *packet);
u64 bailey_refusal_pay(u64 paid, u64 now, u32 per_second);
bool bailey_refusal_is(const struct bailey_packet *about,
		       const struct bailey_packet *packet,
		       const struct bailey_packet *quote);

#endif /* BAILEY_ENGINE_REFUSAL_H */
