// SPDX-License-Identifier: GPL-2.0
/*
 * What can go from where to where, printed pair by pair; nothing is said of pairs
 * between which nothing can go.
 */
#include "report.h"

/**
 * report_heading() - which places the lines that follow are about
 * @reach: knows the places
 * @word: stands before them, or NULL
 * @pair: the places
 */
void report_heading(const struct reach *reach, const char *word,
		    const struct reach_pair *pair)
{
	struct bailey_out out = {};

	if (word)
		bailey_out_printf(&out, "%s: ", word);
	world_place_print(reach->world, pair->from, &out);
	bailey_out_printf(&out, " -> ");
	world_place_print(reach->world, pair->to, &out);
	if (out.buf)
		printf("%s%s%s\n", tool_colour(TOOL_BOLD), out.buf, tool_colour_end());
	bailey_out_destroy(&out);
}

/**
 * report_count() - is there room for more lines?
 * @report: the answer so far
 * @lines: that are to be added
 *
 * Return: 0 or -E2BIG.
 */
int report_count(struct report *report, const struct lines *lines)
{
	report->lines += lines->count;
	report->pairs++;
	return report->lines > REPORT_LINES_MAX ? -E2BIG : 0;
}

/**
 * report_exempts() - names of exempt lines
 * @exempts: bit per &enum bailey_exempt
 * @out: gets them, with commas
 */
void report_exempts(u8 exempts, struct bailey_out *out)
{
	u32 i, n = 0;

	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (exempts & 1 << i)
			bailey_out_printf(out, "%s%s", n++ ? ", " : "", bailey_exempt_name(i));
}

/* The exempt lines by which more passes than by rules, of what is wanted. */
static u8 exempts_of(struct reach *reach, const struct report *report,
		     const struct reach_pair *pair, u32 allowed)
{
	u8 exempts = 0;
	u32 i, more;

	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++) {
		more = space_and(reach->spaces, report->filter->space,
				 reach_exempt(reach, 0, pair, 1 << i));
		if (space_minus(reach->spaces, more, allowed) != SPACE_NONE)
			exempts |= 1 << i;
	}
	return exempts;
}

static void print_pair(const struct reach *reach, const struct reach_pair *pair,
		       const struct lines *lines, u8 exempts)
{
	struct bailey_out out = {};
	u32 i;

	report_heading(reach, NULL, pair);
	for (i = 0; i < lines->count; i++)
		printf("    %s\n", lines->at[i].text);
	if (exempts) {
		report_exempts(exempts, &out);
		printf("    exempt: %s\n", out.buf ? out.buf : "");
	}
	bailey_out_destroy(&out);
}

static int json_pair(struct report *report, const struct reach *reach,
		     const struct reach_pair *pair, const struct lines *lines, u8 exempts)
{
	json_t *object = report_json_pair(reach, pair), *allow = json_array();
	u32 i;

	for (i = 0; i < lines->count; i++)
		json_array_append_new(allow, report_json_line(&lines->at[i]));
	if (json_object_set_new(object, "allow", allow) ||
	    json_object_set_new(object, "exempt", report_json_exempts(exempts)) ||
	    json_array_append_new(report->json, object))
		return -ENOMEM;
	return 0;
}

/**
 * report_pair() - print what can go from one place to another
 * @reach: knows
 * @pair: the places
 * @arg: a struct report
 *
 * Return: 0, -ENOMEM, or -E2BIG if it is too much.
 */
int report_pair(struct reach *reach, const struct reach_pair *pair, void *arg)
{
	struct report *report = arg;
	u32 space = space_and(reach->spaces, reach_allowed(reach, 0, pair),
			      report->filter->space);
	u8 exempts = exempts_of(reach, report, pair, space);
	struct lines lines;
	int ret;

	if (space == SPACE_NONE && !exempts)
		return reach->spaces->bdd.failure ? -E2BIG : 0;
	ret = lines_create(&lines, reach, pair, space);
	if (!ret)
		ret = report_count(report, &lines);
	if (!ret && report->json)
		ret = json_pair(report, reach, pair, &lines, exempts);
	else if (!ret)
		print_pair(reach, pair, &lines, exempts);
	lines_destroy(&lines);
	if (spaces_crowded(reach->spaces))
		reach_collect(reach, &report->filter->space, 1);
	return ret;
}
