// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers in order, searched a cache line at a time.
 *
 * A binary search of n numbers reads log2(n) places that lie far apart. Here the
 * numbers stand in lines of eight. Above them are lines with the first number of
 * each line but the leftmost of nine, and so on, up to a single line, so that a
 * search reads log9(n) lines: 200,000 numbers have six levels, of which the upper
 * four (50 kB) tend to be in a processor's own cache. Pointers there are none: of
 * the children of line i the k-th is line 9 * i + k of the level below.
 *
 * Filled and sealed by a writer, then never changed; nothing is locked.
 */
#include "steps.h"

#define LINE	8		/* numbers in 64 bytes */
#define FAN	(LINE + 1)	/* lines below a line */

static u32 divide_up(u32 n, u32 by)
{
	return n / by + !!(n % by);
}

/**
 * bailey_steps_alloc() - make room for numbers
 * @steps: filled in; the caller puts @count numbers into @key and seals it
 * @count: how many
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_steps_alloc(struct bailey_steps *steps, u32 count)
{
	u32 level = 0, lines = divide_up(count, LINE), total = 0;

	memset(steps, 0, sizeof(*steps));
	if (!count)
		return 0;
	for (;;) {
		steps->first[level] = total;
		steps->lines[level++] = lines;
		total += lines;
		if (lines == 1)
			break;
		lines = divide_up(lines, FAN);
	}
	steps->key = bailey_zalloc((size_t)total * LINE * sizeof(*steps->key));
	if (!steps->key)
		return -ENOMEM;
	steps->count = count;
	steps->levels = level;
	return 0;
}

/* The lowest number that is found below a line of a level. */
static u64 lowest(const struct bailey_steps *steps, u32 level, u32 line)
{
	while (level--)
		line *= FAN;
	return steps->key[(size_t)line * LINE];
}

/**
 * bailey_steps_seal() - make the lines above the numbers
 * @steps: with its numbers in place
 */
void bailey_steps_seal(struct bailey_steps *steps)
{
	u32 i, level;

	if (!steps->count)
		return;
	for (i = steps->count; i < steps->lines[0] * LINE; i++)
		steps->key[i] = ~(u64)0;
	for (level = 1; level < steps->levels; level++) {
		u64 *key = steps->key + (size_t)steps->first[level] * LINE;

		for (i = 0; i < steps->lines[level] * LINE; i++) {
			u32 below = i / LINE * FAN + i % LINE + 1;

			key[i] = below < steps->lines[level - 1] ?
				 lowest(steps, level - 1, below) : ~(u64)0;
		}
	}
}

/**
 * bailey_steps_destroy() - free it and leave it empty
 * @steps: the numbers
 */
void bailey_steps_destroy(struct bailey_steps *steps)
{
	bailey_free(steps->key);
	memset(steps, 0, sizeof(*steps));
}

static u32 rank_in_line(const u64 *line, u64 key)
{
	u32 i, rank = 0;

	/* No early end: eight comparisons are cheaper than one wrong guess. */
	for (i = 0; i < LINE; i++)
		rank += line[i] <= key;
	return rank;
}

/**
 * bailey_steps_rank() - how many of the numbers are not above a number?
 * @steps: sealed
 * @key: the number
 *
 * Context: Any.
 * Return: their count.
 */
u32 bailey_steps_rank(const struct bailey_steps *steps, u64 key)
{
	u32 level = steps->levels, line = 0, rank = 0;

	while (level--) {
		const u64 *keys = steps->key +
				  (size_t)(steps->first[level] + line) * LINE;

		rank = line * LINE + rank_in_line(keys, key);
		/* Padding equals the highest number; there is no line for it. */
		line = line * FAN + rank - line * LINE;
		if (level)
			line = min_t(u32, line, steps->lines[level - 1] - 1);
	}
	return min_t(u32, rank, steps->count);
}
