// SPDX-License-Identifier: GPL-2.0
/*
 * A policy, its changes and packets, all drawn from the input's bytes: engine
 * and reference must agree (tests/reference).
 */
#include "fuzz.h"
#include "run.h"

int fuzz_one_input(const uint8_t *data, size_t size)
{
	static struct ref_run run;
	struct ref_tally tally = { 0 };

	if (size < 64)
		return 0;
	run.random.data = data;
	run.random.left = size;
	MUST(ref_run(&run, 0, 24, &tally));
	bailey_out_destroy(&run.log);
	return 0;
}
