// SPDX-License-Identifier: GPL-2.0
/*
 * Where in a file the lines of its policy stand.
 *
 * The engine does not keep the places of what it has accepted. So each line is read
 * once more, by the engine into a policy of its own, and found again by the canonical
 * form of what that policy then has. Of a rule that is written twice the later line
 * counts, as the earlier one was deleted or replaced; of an object the first.
 */
#include "lint.h"
#include "engine/match_text.h"
#include "engine/policy_text.h"

/* A canonical form, and where it stands. */
struct place {
	char *subject;
	bool rule;
	struct lint_spot spot;
};

struct lint_places {
	struct place *at;
	size_t count;
	size_t cap;
	bool failed;
};

static void remember(struct lint_places *places, const struct bailey_out *subject,
		     const struct lint_spot *spot, bool rule)
{
	size_t cap = places->cap ? 2 * places->cap : 64;
	struct place *more = places->at, *place;

	if (places->count == places->cap) {
		more = realloc(more, cap * sizeof(*more));
		if (more) {
			places->at = more;
			places->cap = cap;
		}
	}
	if (!more || subject->failed) {
		places->failed = true;
		return;
	}
	place = &places->at[places->count++];
	place->subject = strdup(subject->buf);
	place->spot = *spot;
	place->rule = rule;
	places->failed |= !place->subject;
}

static void remember_rules(struct lint_places *places, const struct bailey_policy *policy,
			   const struct bailey_object *object,
			   const struct bailey_rules *rules, const struct lint_spot *spot)
{
	struct bailey_rules_iter iter;
	struct bailey_out out = {};
	struct bailey_rule *rule;
	u32 dir;

	for (dir = 0; dir < 2; dir++) {
		for (rule = bailey_rules_first(&rules[dir], &iter); rule;
		     rule = bailey_rules_next(&iter)) {
			bailey_out_reset(&out);
			bailey_out_printf(&out, "%s %s %s ", bailey_kind_name(object->kind),
					  object->name, lint_text_dir(dir));
			bailey_rule_print(policy, rule, &out);
			remember(places, &out, spot, true);
		}
	}
	bailey_out_destroy(&out);
}

static void remember_object(struct lint_places *places, const struct bailey_policy *policy,
			    const struct bailey_object *object, const struct lint_spot *spot)
{
	char *text = lint_text_object(object);
	struct bailey_out out = { .buf = text, .failed = !text };
	bool one_line = object->kind == BAILEY_ATTACH || object->kind == BAILEY_ENDPOINT;

	remember(places, &out, spot, one_line);
	free(text);
	if (object->kind == BAILEY_ACL)
		remember_rules(places, policy, object, bailey_acl_of(object)->rules, spot);
	if (object->kind == BAILEY_GROUP)
		remember_rules(places, policy, object, bailey_group_of(object)->rules, spot);
}

/* From the first word of a line to the last; a comment is no part of it. */
static bool spot_of(const char *line, size_t len, u32 number, struct lint_spot *spot)
{
	struct bailey_diag diag = {};
	struct bailey_lexer lex;

	*spot = (struct lint_spot){ .line = number };
	bailey_lexer_init(&lex, line, min_t(size_t, len, BAILEY_LINE_MAX), number, &diag);
	while (bailey_lexer_next(&lex)) {
		if (!spot->column)
			spot->column = bailey_lexer_column(&lex);
		spot->length = bailey_lexer_column(&lex) + lex.word_len - spot->column;
	}
	return spot->column;
}

static void read_line(struct lint_places *places, const char *line, size_t len, u32 number)
{
	struct bailey_policy *policy;
	struct bailey_diag diag = {};
	struct bailey_object *object;
	struct lint_spot spot;
	u32 kind, slot;

	if (!spot_of(line, len, number, &spot))
		return;
	policy = bailey_policy_create();
	if (!policy) {
		places->failed = true;
		return;
	}
	if (!bailey_language_apply(policy, line, len, number, &diag)) {
		for (kind = 0; kind < BAILEY_KIND_COUNT; kind++) {
			for (slot = 0; slot < policy->objects[kind].slots; slot++) {
				object = bailey_policy_object(policy, kind, slot);
				if (object && object->defined)
					remember_object(places, policy, object, &spot);
			}
		}
	}
	bailey_diag_destroy(&diag);
	bailey_policy_put(policy);
}

static int place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->subject, y->subject);

	if (order)
		return order;
	/* The one that counts first */
	order = (x->spot.line > y->spot.line) - (x->spot.line < y->spot.line);
	return x->rule ? -order : order;
}

/**
 * lint_places_read() - find out where the lines of a file stand
 * @source: the file, which the engine has accepted
 *
 * Return: the places, or NULL when memory is short.
 */
struct lint_places *lint_places_read(const struct tool_source *source)
{
	struct lint_places *places = calloc(1, sizeof(*places));
	const char *text = source->text, *line;
	size_t len = source->len, line_len;
	u32 number = 0;

	if (!places)
		return NULL;
	/* With its newline, as the language wants it */
	while (tool_next_line(&text, &len, &line, &line_len))
		read_line(places, line, line_len + (line + line_len < text), ++number);
	if (places->failed) {
		lint_places_free(places);
		return NULL;
	}
	if (places->count)
		qsort(places->at, places->count, sizeof(*places->at), place_cmp);
	return places;
}

/**
 * lint_places_free() - free them
 * @places: the places, or NULL
 */
void lint_places_free(struct lint_places *places)
{
	size_t i;

	if (!places)
		return;
	for (i = 0; i < places->count; i++)
		free(places->at[i].subject);
	free(places->at);
	free(places);
}

/**
 * lint_places_find() - where does a line or object stand?
 * @places: the places, or NULL
 * @subject: its canonical form
 *
 * Return: the place; line 0 where there is none.
 */
struct lint_spot lint_places_find(const struct lint_places *places, const char *subject)
{
	size_t low = 0, high = places ? places->count : 0, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(places->at[middle].subject, subject) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!places || low == places->count || strcmp(places->at[low].subject, subject))
		return (struct lint_spot){};
	return places->at[low].spot;
}
