// SPDX-License-Identifier: GPL-2.0
/*
 * What a change opens and closes, in sets, with an example of each line that the engine
 * has judged by both policies.
 *
 * What rules let through now and did not before is told in lines; among it may be
 * what was exempt before, which is not new: that is said, and no example is of that
 * kind. What is new only because it is exempt now comes behind it, in lines of its own.
 */
#include "report.h"

#include "judge.h"

/* One direction of a change: from the policy @was to the policy @is. */
struct change {
	struct report *report;
	const char *word;
	u32 was;
	u32 is;
	u32 exact;		/* what passes and did not pass before */
	bool but_exempt;	/* lines may also have what was exempt before */
	bool headed;
	json_t *sets;
};

/* "in eth0 out eth1", for explain. */
static void devices_print(const struct reach *reach, const struct reach_pair *pair,
			  struct bailey_out *out)
{
	const struct world_device *device = reach->world->device;

	if (pair->hook != BAILEY_HOOK_LOCAL_OUT)
		bailey_out_printf(out, " in %s", device[pair->from->device].device.name);
	if (pair->hook != BAILEY_HOOK_LOCAL_IN)
		bailey_out_printf(out, " out %s", device[pair->to->device].device.name);
}

static int print_set(struct change *change, struct reach *reach,
		     const struct reach_pair *pair, const struct line *line,
		     const struct bailey_packet *packet)
{
	struct bailey_out out = {};
	json_t *object;

	space_packet_print(packet, &out);
	devices_print(reach, pair, &out);
	if (out.failed) {
		bailey_out_destroy(&out);
		return -ENOMEM;
	}
	if (change->sets) {
		object = report_json_line(line);
		json_object_set_new(object, "example", json_string(out.buf));
		json_array_append_new(change->sets, object);
	} else {
		if (!change->headed)
			report_heading(reach, change->word, pair);
		printf("    %s\n        as: %s\n", line->text, out.buf);
	}
	change->headed = true;
	bailey_out_destroy(&out);
	return 0;
}

/* The example is checked by the engine: it passes now, and did not before. */
static int show_line(struct change *change, struct reach *reach,
		     const struct reach_pair *pair, const struct line *line)
{
	u32 space = space_and(reach->spaces, line_space(reach->spaces, line), change->exact);
	struct bailey_packet packet;
	struct bailey_out out = {};

	if (!space_example(reach->spaces, space, &packet))
		return reach->spaces->bdd.failure ? -E2BIG : 0;
	if (!bailey_addr_equal(&packet.src, &packet.dst) &&
	    (!reach_judge(reach, change->is, pair, &packet) ||
	     reach_judge(reach, change->was, pair, &packet))) {
		space_packet_print(&packet, &out);
		tool_fail("the engine does not agree about %s; please report this",
			  out.buf ? out.buf : "");
		bailey_out_destroy(&out);
		change->report->wrong = true;
	}
	return print_set(change, reach, pair, line, &packet);
}

static int show_lines(struct change *change, struct reach *reach,
		      const struct reach_pair *pair, u32 space)
{
	struct lines lines;
	int ret;
	u32 i;

	if (space == SPACE_NONE)
		return 0;
	ret = lines_create(&lines, reach, pair, space);
	if (!ret)
		ret = report_count(change->report, &lines);
	for (i = 0; i < lines.count && !ret; i++)
		ret = show_line(change, reach, pair, &lines.at[i]);
	lines_destroy(&lines);
	return ret;
}

static int end_change(struct change *change, struct reach *reach,
		      const struct reach_pair *pair)
{
	json_t *object;

	if (!change->sets) {
		if (change->headed && change->but_exempt)
			printf("    but for what was exempt before\n");
		return 0;
	}
	if (!change->headed) {
		json_decref(change->sets);
		return 0;
	}
	object = report_json_pair(reach, pair);
	json_object_set_new(object, "change", json_string(change->word));
	json_object_set_new(object, "sets", change->sets);
	json_object_set_new(object, "but_exempt", json_boolean(change->but_exempt));
	return json_array_append_new(change->report->json, object) ? -ENOMEM : 0;
}

static int one_way(struct change *change, struct reach *reach,
		   const struct reach_pair *pair, const u32 allowed[2], const u32 exempt[2])
{
	struct spaces *spaces = reach->spaces;
	u32 was = space_or(spaces, allowed[change->was], exempt[change->was]);
	u32 is = space_or(spaces, allowed[change->is], exempt[change->is]);
	u32 filter = change->report->filter->space;
	u32 lines = space_minus(spaces, allowed[change->is], allowed[change->was]);
	int ret;

	lines = space_and(spaces, lines, filter);
	change->exact = space_and(spaces, space_minus(spaces, is, was), filter);
	if (!reach->packets)
		change->exact = space_minus(spaces, change->exact, spaces->replies);
	change->but_exempt = space_and(spaces, lines, exempt[change->was]) != SPACE_NONE;
	if (change->report->json)
		change->sets = json_array();
	ret = show_lines(change, reach, pair, lines);
	if (!ret)
		ret = show_lines(change, reach, pair,
				 space_minus(spaces, change->exact, lines));
	if (!ret)
		ret = end_change(change, reach, pair);
	else if (change->sets)
		json_decref(change->sets);
	return ret;
}

/**
 * report_diff_pair() - print what a change opens and closes between two places
 * @reach: has the old policy and the new one
 * @pair: the places
 * @arg: a struct report
 *
 * Return: 0, -ENOMEM, or -E2BIG if it is too much.
 */
int report_diff_pair(struct reach *reach, const struct reach_pair *pair, void *arg)
{
	struct report *report = arg;
	struct change opened = { .report = report, .word = "opened", .was = 0, .is = 1 };
	struct change closed = { .report = report, .word = "closed", .was = 1, .is = 0 };
	const u32 allowed[2] = {
		reach_allowed(reach, 0, pair), reach_allowed(reach, 1, pair),
	};
	const u32 exempt[2] = {
		reach_exempt(reach, 0, pair, BAILEY_EXEMPT_ALL),
		reach_exempt(reach, 1, pair, BAILEY_EXEMPT_ALL),
	};
	int ret = 0;

	if (allowed[0] != allowed[1] || exempt[0] != exempt[1])
		ret = one_way(&opened, reach, pair, allowed, exempt);
	if (!ret && (allowed[0] != allowed[1] || exempt[0] != exempt[1]))
		ret = one_way(&closed, reach, pair, allowed, exempt);
	if (!ret && reach->spaces->bdd.failure)
		ret = -E2BIG;
	if (spaces_crowded(reach->spaces))
		reach_collect(reach, &report->filter->space, 1);
	return ret;
}
