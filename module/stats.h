/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of one network namespace, one set per CPU.
 */
#ifndef BAILEY_STATS_H
#define BAILEY_STATS_H

#include <linux/percpu.h>

#include "engine/text.h"

/**
 * enum bailey_counter - what is counted beside the reasons of drops
 * @BAILEY_COUNT_ACCEPTED: packets that passed all their questions
 * @BAILEY_COUNT_UNASKED: packets that nobody asked, or that are exempt
 * @BAILEY_COUNT_UNTRACKED: of the accepted, those of flows that are not tracked
 * @BAILEY_COUNT_CONN_NEW: connections that entered the table
 * @BAILEY_COUNT_CONN_REOPENED: of these, in place of one that had ended
 * @BAILEY_COUNT_CONN_REVOKED: connections ended by "revoke cut"
 * @BAILEY_COUNT_REJECTS_SENT: answers to rejected packets that left
 * @BAILEY_COUNT_REJECTS_LIMITED: rejected packets without one, by reject_rate
 * @BAILEY_COUNT_COMPARED: remembered packets that were asked in full as well
 * @BAILEY_COUNT_DIFFERED: those that were answered otherwise
 * @BAILEY_COUNTERS: number of counters, not a counter
 */
enum bailey_counter {
	BAILEY_COUNT_ACCEPTED,
	BAILEY_COUNT_UNASKED,
	BAILEY_COUNT_UNTRACKED,
	BAILEY_COUNT_CONN_NEW,
	BAILEY_COUNT_CONN_REOPENED,
	BAILEY_COUNT_CONN_REVOKED,
	BAILEY_COUNT_REJECTS_SENT,
	BAILEY_COUNT_REJECTS_LIMITED,
	BAILEY_COUNT_COMPARED,
	BAILEY_COUNT_DIFFERED,
	BAILEY_COUNTERS
};

/**
 * struct bailey_stats - one CPU's share
 * @count: by &enum bailey_counter
 * @drop: by &enum bailey_reason
 */
struct bailey_stats {
	u64 count[BAILEY_COUNTERS];
	u64 drop[BAILEY_REASON_COUNT];
};

/* Context: any; _bh: BHs disabled. @stats is a struct bailey_stats __percpu pointer. */
#define bailey_stats_count(stats, counter) this_cpu_inc((stats)->count[counter])
#define bailey_stats_count_bh(stats, counter) __this_cpu_inc((stats)->count[counter])
#define bailey_stats_drop(stats, reason)   this_cpu_inc((stats)->drop[reason])
#define bailey_stats_drop_bh(stats, reason) __this_cpu_inc((stats)->drop[reason])

void bailey_stats_print(struct bailey_stats __percpu *stats, struct bailey_out *out);

#endif /* BAILEY_STATS_H */
