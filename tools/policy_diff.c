// SPDX-License-Identifier: GPL-2.0
/*
 * In which lines two policies differ.
 *
 * Both are written in canonical form, a prefix a line, and cut into objects. In
 * canonical form objects and the lines of each have one order, so that a walk
 * along both finds what only one of them has; which lines of an object the other
 * policy has as well is found by sorting.
 */
#include "policy_diff.h"
#include "engine/policy_text.h"

/* A policy as lines; objects point into @line, and lines into @text. */
struct side {
	struct bailey_out text;
	struct tool_diff_line *line;
	size_t lines;
	struct tool_diff_object *object;
	size_t objects;
};

/* Kinds in the order in which they are printed, and words that name an object. */
static const struct {
	const char *word;
	u8 words;
} kinds[] = {
	{ "prefix-list", 2 }, { "group", 2 }, { "acl", 2 }, { "attach", 5 },
	{ "endpoint", 2 }, { "exempt", 2 }, { "default", 1 },
};

/* The first of them have lines inside. */
#define CONTAINERS	3

static size_t words_len(const char *text, size_t len, u32 words)
{
	size_t at = 0;

	while (at < len && words) {
		if (text[at] == ' ')
			words--;
		at++;
	}
	return words ? at : at - 1;
}

static u32 kind_of(const char *text, size_t len)
{
	u32 k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		size_t word = strlen(kinds[k].word);

		if (len > word && text[word] == ' ' && !memcmp(text, kinds[k].word, word))
			break;
	}
	return k;
}

/* Which object is a line about? "delete exempt mld" is about exempt mld. */
static void title_find(struct tool_diff_object *object, const struct tool_diff_line *line)
{
	size_t skip = line->len > 7 && !memcmp(line->text, "delete ", 7) ? 7 : 0;

	object->title = line->text + skip;
	object->kind = kind_of(object->title, line->len - skip);
	if (object->kind < ARRAY_SIZE(kinds))
		object->title_len = words_len(object->title, line->len - skip,
					      kinds[object->kind].words);
}

/* "prefix-list NAME A B C" becomes a line for each prefix. */
static void spread(struct bailey_out *out, const char *line, size_t len)
{
	size_t head = words_len(line, len, 2), word;

	if (head == len) {
		bailey_out_bytes(out, line, len);
		bailey_out_bytes(out, "\n", 1);
	}
	while (head < len) {
		size_t at = head + 1;

		word = at + words_len(line + at, len - at, 1);
		bailey_out_bytes(out, line, words_len(line, len, 2));
		bailey_out_bytes(out, line + head, word - head);
		bailey_out_bytes(out, "\n", 1);
		head = word;
	}
}

static bool frames(const char *line, size_t len)
{
	return (len == 5 && (!memcmp(line, "begin", 5) || !memcmp(line, "flush", 5))) ||
	       (len == 6 && !memcmp(line, "commit", 6));
}

static void side_text(struct side *side, const struct bailey_policy *policy)
{
	struct bailey_out canonical = {};
	const char *text, *line;
	size_t len, line_len;

	bailey_policy_print(policy, &canonical);
	text = canonical.buf;
	len = canonical.len;
	while (tool_next_line(&text, &len, &line, &line_len)) {
		if (frames(line, line_len))
			continue;
		if (kind_of(line, line_len) == 0) {
			spread(&side->text, line, line_len);
			continue;
		}
		bailey_out_bytes(&side->text, line, line_len);
		bailey_out_bytes(&side->text, "\n", 1);
	}
	side->text.failed |= canonical.failed;
	bailey_out_destroy(&canonical);
}

static size_t count_lines(const struct bailey_out *text)
{
	size_t i, count = 0;

	for (i = 0; i < text->len; i++)
		count += text->buf[i] == '\n';
	return count;
}

static bool same_object(const struct tool_diff_object *a, const struct tool_diff_object *b)
{
	return a->kind == b->kind && a->title_len == b->title_len &&
	       !memcmp(a->title, b->title, a->title_len);
}

static int side_make(struct side *side, const struct bailey_policy *policy)
{
	const char *text, *line;
	size_t len, line_len, lines;

	side_text(side, policy);
	lines = count_lines(&side->text);
	side->line = calloc(lines + 1, sizeof(*side->line));
	side->object = calloc(lines + 1, sizeof(*side->object));
	if (side->text.failed || !side->line || !side->object)
		return -ENOMEM;
	text = side->text.buf;
	len = side->text.len;
	while (tool_next_line(&text, &len, &line, &line_len)) {
		struct tool_diff_line *at = &side->line[side->lines++];
		struct tool_diff_object object = { .line = at };

		at->text = line;
		at->len = line_len;
		title_find(&object, at);
		if (!side->objects ||
		    !same_object(&side->object[side->objects - 1], &object))
			side->object[side->objects++] = object;
		side->object[side->objects - 1].count++;
	}
	return 0;
}

static void side_free(struct side *side)
{
	bailey_out_destroy(&side->text);
	free(side->line);
	free(side->object);
}

static int line_cmp(const struct tool_diff_line *a, const struct tool_diff_line *b)
{
	int order = memcmp(a->text, b->text, min_t(size_t, a->len, b->len));

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int line_place_cmp(const void *a, const void *b)
{
	return line_cmp(*(struct tool_diff_line * const *)a,
			*(struct tool_diff_line * const *)b);
}

static struct tool_diff_line **lines_sorted(const struct tool_diff_object *object)
{
	struct tool_diff_line **list = calloc(object->count, sizeof(*list));
	size_t i;

	for (i = 0; list && i < object->count; i++)
		list[i] = &object->line[i];
	if (list)
		qsort(list, object->count, sizeof(*list), line_place_cmp);
	return list;
}

/* Marks the lines that both have; returns how many, or -1. */
static ssize_t mark_common(const struct tool_diff_object *a,
			   const struct tool_diff_object *b)
{
	struct tool_diff_line **x = lines_sorted(a), **y = lines_sorted(b);
	size_t i = 0, j = 0;
	ssize_t common = 0;

	while (x && y && i < a->count && j < b->count) {
		int order = line_cmp(x[i], y[j]);

		if (!order) {
			x[i]->common = true;
			y[j]->common = true;
			common++;
		}
		i += order <= 0;
		j += order >= 0;
	}
	if (!x || !y)
		common = -1;
	free(x);
	free(y);
	return common;
}

static int object_cmp(const struct tool_diff_object *a, const struct tool_diff_object *b)
{
	int order;

	if (!a || !b)
		return !a - !b;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = memcmp(a->title, b->title, min_t(size_t, a->title_len, b->title_len));
	return order ? order : (a->title_len > b->title_len) - (a->title_len < b->title_len);
}

/* "acl web" alone stands for an empty object: no change where both have it. */
static void skip_bare(const struct tool_diff_object *object)
{
	if (object->kind < CONTAINERS && object->count == 1 &&
	    object->line->len == object->title_len)
		object->line->common = true;
}

static int both_have(const struct tool_diff_object *old, const struct tool_diff_object *new,
		     struct tool_diff_change *change)
{
	ssize_t common = mark_common(old, new);

	if (common < 0)
		return -ENOMEM;
	if ((size_t)common == old->count && old->count == new->count)
		return 0;
	skip_bare(old);
	skip_bare(new);
	change->old = old;
	change->new = new;
	return 0;
}

static int walk(const struct side *a, const struct side *b, tool_diff_fn each, void *arg,
		bool *same)
{
	size_t i = 0, j = 0;

	while (i < a->objects || j < b->objects) {
		const struct tool_diff_object *old = i < a->objects ? &a->object[i] : NULL;
		const struct tool_diff_object *new = j < b->objects ? &b->object[j] : NULL;
		struct tool_diff_change change = {};
		int order = object_cmp(old, new);

		if (order < 0)
			change.old = old;
		else if (order > 0)
			change.new = new;
		else if (both_have(old, new, &change))
			return -ENOMEM;
		i += order <= 0;
		j += order >= 0;
		if (!change.old && !change.new)
			continue;
		*same = false;
		change.title = (change.old ? change.old : change.new)->title;
		change.title_len = (change.old ? change.old : change.new)->title_len;
		each(arg, &change);
	}
	return 0;
}

/**
 * tool_diff() - find out in what two policies differ
 * @old: the older one, sealed
 * @new: the newer one, sealed
 * @each: called for each object of which they say different things, in the order
 *	  of canonical form
 * @arg: handed to @each
 * @same: filled in: they differ in nothing
 *
 * Return: 0 or -ENOMEM.
 */
int tool_diff(const struct bailey_policy *old, const struct bailey_policy *new,
	      tool_diff_fn each, void *arg, bool *same)
{
	struct side a = {}, b = {};
	int ret = side_make(&a, old);

	*same = true;
	if (!ret)
		ret = side_make(&b, new);
	if (!ret)
		ret = walk(&a, &b, each, arg, same);
	side_free(&a);
	side_free(&b);
	return ret;
}
