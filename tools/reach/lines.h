/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can go from one place to another, in lines: see lines.c.
 */
#ifndef BAILEY_TOOLS_LINES_H
#define BAILEY_TOOLS_LINES_H

#include "reach.h"

/* More lines than this for one pair are refused. */
#define LINES_MAX	100000U

/**
 * struct line - one line
 * @row: the block that it tells of; of two, IPv4's
 * @families: BAILEY_FAMILY_* that it holds for
 * @whole: it holds for all addresses of the source, of the destination
 * @text: the line, owned
 */
struct line {
	const struct space_row *row;
	u8 families;
	bool whole[2];
	char *text;
};

/**
 * struct lines - all lines of a pair
 * @at: the lines, in order
 * @count: how many
 * @rows: what they tell of
 */
struct lines {
	struct line *at;
	u32 count;
	struct space_rows rows;
};

int lines_create(struct lines *lines, struct reach *reach, const struct reach_pair *pair,
		 u32 space);
void lines_destroy(struct lines *lines);
u32 line_space(struct spaces *spaces, const struct line *line);

#endif /* BAILEY_TOOLS_LINES_H */
