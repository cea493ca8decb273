/* SPDX-License-Identifier: GPL-2.0 */
/* One account: imported, loaded into the engine, and asked about connections. */
#ifndef BAILEY_TESTS_AWS_RUN_H
#define BAILEY_TESTS_AWS_RUN_H

#include "oracle.h"
#include "engine.h"

/* What has happened. */
struct or_tally {
	u64 pairs, policies, exported;
	u64 requests, responses, denied, cut;
	u64 inside, across, outside;
	u64 accepted;
};

bool or_run_spoilt(u64 seed, struct or_tally *tally);
bool or_run(u64 seed, u32 connections, bool quiet, struct or_tally *tally);

#endif /* BAILEY_TESTS_AWS_RUN_H */
