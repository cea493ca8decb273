// SPDX-License-Identifier: GPL-2.0
/*
 * In what two policies differ, for people and as JSON; and as lines that make the
 * newer one of the older.
 */
#include "policy_diff.h"

/* What stands above the first change. */
struct heading {
	const char *old_name;
	const char *new_name;
	bool printed;
};

static void line_show(const struct tool_diff_line *line, char sign)
{
	printf("%s%c%.*s%s\n", tool_colour(sign == '-' ? TOOL_BAD : TOOL_GOOD), sign,
	       (int)line->len, line->text, tool_colour_end());
}

/* Both have one order: what they have in common says how far the other has come. */
static void lines_show(const struct tool_diff_object *old,
		       const struct tool_diff_object *new)
{
	size_t i = 0, j = 0, old_count = old ? old->count : 0;
	size_t new_count = new ? new->count : 0;

	while (i < old_count || j < new_count) {
		while (i < old_count && !old->line[i].common)
			line_show(&old->line[i++], '-');
		while (j < new_count && !new->line[j].common)
			line_show(&new->line[j++], '+');
		i += i < old_count;
		j += j < new_count;
	}
}

static void heading_show(struct heading *heading)
{
	if (!heading->printed)
		printf("%s--- %s\n+++ %s%s\n", tool_colour(TOOL_BOLD), heading->old_name,
		       heading->new_name, tool_colour_end());
	heading->printed = true;
}

static void change_show(void *arg, const struct tool_diff_change *change)
{
	heading_show(arg);
	printf("%s@@ %.*s @@%s\n", tool_colour(TOOL_ADDR), (int)change->title_len,
	       change->title, tool_colour_end());
	lines_show(change->old, change->new);
}

static json_t *lines_json(const struct tool_diff_object *object)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; object && i < object->count; i++)
		if (!object->line[i].common)
			json_array_append_new(list, tool_json_string(object->line[i].text,
								     object->line[i].len));
	return list;
}

static void change_json(void *arg, const struct tool_diff_change *change)
{
	json_array_append_new(arg, json_pack("{s:o, s:s, s:o, s:o}", "object",
					     tool_json_string(change->title,
							      change->title_len),
					     "change", !change->old ? "added" :
						       !change->new ? "deleted" : "changed",
					     "deleted", lines_json(change->old),
					     "added", lines_json(change->new)));
}

/**
 * tool_diff_show() - print in what two policies differ
 * @old: the older one
 * @old_name: what it is called
 * @new: the newer one
 * @new_name: what it is called
 * @same: filled in: they differ in nothing
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int tool_diff_show(const struct bailey_policy *old, const char *old_name,
		   const struct bailey_policy *new, const char *new_name, bool *same)
{
	struct heading heading = { .old_name = old_name, .new_name = new_name };
	json_t *changes;
	int ret;

	if (!tool_options.json) {
		ret = tool_diff(old, new, change_show, &heading, same);
		return ret ? tool_fail("out of memory") : TOOL_OK;
	}
	changes = json_array();
	ret = tool_diff(old, new, change_json, changes, same);
	if (!ret)
		return tool_json_print(json_pack("{s:s, s:s, s:b, s:o}", "old", old_name,
						 "new", new_name, "same", *same,
						 "changes", changes));
	json_decref(changes);
	return tool_fail("out of memory");
}

/* Objects of one line, which is replaced as a whole. */
static bool one_line(const struct tool_diff_change *change)
{
	return !strncmp(change->title, "attach ", 7) ||
	       !strncmp(change->title, "endpoint ", 9);
}

static bool a_setting(const struct tool_diff_change *change)
{
	return !strncmp(change->title, "exempt ", 7) ||
	       !strncmp(change->title, "default", 7);
}

static void delta_lines(struct bailey_out *out, const char *verb,
			const struct tool_diff_object *object)
{
	size_t i;

	for (i = 0; i < object->count; i++)
		if (!object->line[i].common)
			bailey_out_printf(out, "%s%.*s\n", verb, (int)object->line[i].len,
					  object->line[i].text);
}

/**
 * tool_diff_delta() - append the lines that carry out a change; for tool_diff()
 * @delta: a &struct bailey_out
 * @change: the change
 */
void tool_diff_delta(void *delta, const struct tool_diff_change *change)
{
	struct bailey_out *out = delta;

	if (!change->new) {
		bailey_out_printf(out, "delete %.*s\n", (int)change->title_len, change->title);
		return;
	}
	if (change->old && one_line(change)) {
		delta_lines(out, "replace ", change->new);
		return;
	}
	if (change->old && !a_setting(change))
		delta_lines(out, "delete ", change->old);
	delta_lines(out, "", change->new);
}
