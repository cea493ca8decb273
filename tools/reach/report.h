/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers, printed: see report.c, report_diff.c, report_json.c and draw.c.
 */
#ifndef BAILEY_TOOLS_REPORT_H
#define BAILEY_TOOLS_REPORT_H

#include "lines.h"
#include "tool.h"

/* What does not fit is refused: so many lines in all. */
#define REPORT_LINES_MAX	200000U

/**
 * struct report - an answer that is being printed
 * @filter: what is wanted
 * @json: array that the answer goes into, or NULL for text
 * @lines: lines so far
 * @pairs: pairs of places of which something was said
 * @wrong: the engine did not agree with an example
 */
struct report {
	const struct reach_filter *filter;
	json_t *json;
	u32 lines;
	u32 pairs;
	bool wrong;
};

/* report.c */
int report_pair(struct reach *reach, const struct reach_pair *pair, void *arg);
void report_heading(const struct reach *reach, const char *word,
		    const struct reach_pair *pair);
int report_count(struct report *report, const struct lines *lines);
void report_exempts(u8 exempts, struct bailey_out *out);

/* report_diff.c */
int report_diff_pair(struct reach *reach, const struct reach_pair *pair, void *arg);

/* report_json.c */
json_t *report_json_pair(const struct reach *reach, const struct reach_pair *pair);
json_t *report_json_line(const struct line *line);
json_t *report_json_exempts(u8 exempts);

/* draw.c */
int draw(struct reach *reach, const struct reach_filter *filter, FILE *to);
int draw_svg(struct reach *reach, const struct reach_filter *filter);

#endif /* BAILEY_TOOLS_REPORT_H */
