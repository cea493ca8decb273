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
 * Numbers that are spread out are found sooner: their span is cut into about as many
 * parts as there are pairs of numbers, and a table says how many numbers are below
 * each part. Where few numbers share a part, they are compared at once: two lines
 * are read in all. Where many do, the lines above are searched.
 *
 * Filled and sealed by a writer, then never changed; nothing is locked.
 */
#include "steps.h"

#define LINE	8		/* numbers in 64 bytes */
#define FAN	(LINE + 1)	/* lines below a line */
#define GUESS_MIN	32	/* numbers that are worth a table */
#define CROWD		16	/* numbers in a part that are not compared one by one */

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

static u32 bits_of(u64 n)
{
	return n ? 64 - __builtin_clzll(n) : 0;
}

/* The table is a help that can be done without, if there is no memory. */
static void make_guess(struct bailey_steps *steps)
{
	u64 span = steps->key[steps->count - 1] - steps->key[0], part;
	u32 i, bits = bits_of(steps->count) - 2;

	steps->shift = bits_of(span) > bits ? bits_of(span) - bits : 0;
	steps->guesses = span >> steps->shift;
	steps->guess = bailey_zalloc(((size_t)steps->guesses + 2) * sizeof(*steps->guess));
	if (!steps->guess)
		return;
	for (i = 0; i < steps->count; i++) {
		part = (steps->key[i] - steps->key[0]) >> steps->shift;
		steps->guess[part + 1] = i + 1;
	}
	for (part = 1; part <= steps->guesses + 1; part++)
		if (!steps->guess[part])
			steps->guess[part] = steps->guess[part - 1];
}

/**
 * bailey_steps_seal() - make what a search needs beside the numbers
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
	if (steps->count >= GUESS_MIN)
		make_guess(steps);
}

/**
 * bailey_steps_destroy() - free it and leave it empty
 * @steps: the numbers
 */
void bailey_steps_destroy(struct bailey_steps *steps)
{
	bailey_free(steps->key);
	bailey_free(steps->guess);
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

/* Search from the uppermost line down. */
static u32 search(const struct bailey_steps *steps, u64 key)
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
	u32 from, to;
	u64 part;

	if (!steps->guess)
		return search(steps, key);
	if (key < steps->key[0])
		return 0;
	part = (key - steps->key[0]) >> steps->shift;
	if (part > steps->guesses)
		return steps->count;
	from = steps->guess[part];
	to = steps->guess[part + 1];
	if (to - from > CROWD)
		return search(steps, key);
	while (from < to && steps->key[from] <= key)
		from++;
	return from;
}
