/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers in order, searched a cache line at a time: see steps.c.
 */
#ifndef BAILEY_ENGINE_STEPS_H
#define BAILEY_ENGINE_STEPS_H

#include "base.h"

#define BAILEY_STEPS_LEVELS	10

/**
 * struct bailey_steps - numbers in ascending order, none twice
 * @key: the numbers, padded to a whole line, then the lines above them
 * @count: how many numbers
 * @levels: lines that a search reads
 * @first: of each level, lowest one first: number of its first line in @key
 * @lines: of each level: how many lines
 * @guess: of each part of the numbers' span: how many of them are below it; NULL
 *	   for few numbers
 * @guesses: how many parts, less one
 * @shift: a part has 2^@shift numbers
 */
struct bailey_steps {
	u64 *key;
	u32 count;
	u32 levels;
	u32 first[BAILEY_STEPS_LEVELS];
	u32 lines[BAILEY_STEPS_LEVELS];
	u32 *guess;
	u64 guesses;
	u32 shift;
};

int bailey_steps_alloc(struct bailey_steps *steps, u32 count);
void bailey_steps_seal(struct bailey_steps *steps);
void bailey_steps_destroy(struct bailey_steps *steps);
u32 bailey_steps_rank(const struct bailey_steps *steps, u64 key);

#endif /* BAILEY_ENGINE_STEPS_H */
