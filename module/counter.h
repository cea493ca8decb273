/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of rules: see counter.c, and engine/base.h for what the engine sees.
 */
#ifndef BAILEY_COUNTER_H
#define BAILEY_COUNTER_H

#include "engine/base.h"

void bailey_counter_add_two_bh(const u32 number[2], u32 bytes, u32 now);

#endif /* BAILEY_COUNTER_H */
