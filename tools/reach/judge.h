/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine, asked about one packet and what comes back: see judge.c.
 */
#ifndef BAILEY_TOOLS_JUDGE_H
#define BAILEY_TOOLS_JUDGE_H

#include "reach.h"

bool reach_judge(const struct reach *reach, u32 policy, const struct reach_pair *pair,
		 const struct bailey_packet *packet);

#endif /* BAILEY_TOOLS_JUDGE_H */
