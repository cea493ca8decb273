/* SPDX-License-Identifier: GPL-2.0 */
/* One comparison: a policy, its changes, and packets through all of them. */
#ifndef BAILEY_TESTS_REFERENCE_RUN_H
#define BAILEY_TESTS_REFERENCE_RUN_H

#include "engine.h"

struct ref_tally {
	u64 pairs;
	u64 changes;
	u64 results[REF_DROP_STATE + 1];
	u64 tracked, opened, known, again, revoked, related, reopened;
	u64 rejected, untracked, stateless;
	u64 explained, nears;
};

struct ref_run {
	struct ref_random random;
	struct ref_world world;
	struct ref_policy policy;
	struct ref_traffic traffic;
	struct ref_state state;
	struct engine engine;
	struct bailey_out log;	/* transactions so far, for a report */
	u64 seed;
	u32 now;
	bool loose;
	bool untracked;
	bool quiet;
};

bool ref_run(struct ref_run *run, u64 seed, u32 packets, struct ref_tally *tally);

#endif /* BAILEY_TESTS_REFERENCE_RUN_H */
