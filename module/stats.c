// SPDX-License-Identifier: GPL-2.0
/*
 * Adding up and printing a namespace's counters.
 */
#include "stats.h"

#include "engine/evaluate.h"

static const char * const counter_name[BAILEY_COUNTERS] = {
	[BAILEY_COUNT_ACCEPTED] = "packets_accepted",
	[BAILEY_COUNT_UNASKED] = "packets_unasked",
	[BAILEY_COUNT_UNTRACKED] = "packets_untracked",
	[BAILEY_COUNT_CONN_NEW] = "connections_new",
	[BAILEY_COUNT_CONN_REOPENED] = "connections_reopened",
	[BAILEY_COUNT_CONN_REVOKED] = "connections_revoked",
	[BAILEY_COUNT_REJECTS_SENT] = "rejects_sent",
	[BAILEY_COUNT_REJECTS_LIMITED] = "rejects_limited",
	[BAILEY_COUNT_COMPARED] = "packets_compared",
	[BAILEY_COUNT_DIFFERED] = "packets_differed",
};

static void add_up(struct bailey_stats __percpu *stats, struct bailey_stats *sum)
{
	unsigned int i;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct bailey_stats *share = per_cpu_ptr(stats, cpu);

		for (i = 0; i < BAILEY_COUNTERS; i++)
			sum->count[i] += READ_ONCE(share->count[i]);
		for (i = 0; i < BAILEY_REASON_COUNT; i++)
			sum->drop[i] += READ_ONCE(share->drop[i]);
	}
}

/**
 * bailey_stats_print() - append all counters, one a line
 * @stats: per-CPU counters
 * @out: where to: "NAME VALUE", and "drop REASON VALUE" for each reason
 *
 * Context: Process.
 */
void bailey_stats_print(struct bailey_stats __percpu *stats, struct bailey_out *out)
{
	struct bailey_stats sum;
	unsigned int i;

	add_up(stats, &sum);
	for (i = 0; i < BAILEY_COUNTERS; i++)
		bailey_out_printf(out, "%s %llu\n", counter_name[i], sum.count[i]);
	for (i = BAILEY_PASS + 1; i < BAILEY_REASON_COUNT; i++)
		bailey_out_printf(out, "drop %s %llu\n", bailey_reason_name(i),
				  sum.drop[i]);
}
