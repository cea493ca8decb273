// SPDX-License-Identifier: GPL-2.0
/*
 * Findings: made, put in order, freed.
 */
#include "lint.h"

/**
 * lint_severity_name() - the word for a severity
 * @severity: the severity
 *
 * Return: a static string.
 */
const char *lint_severity_name(enum lint_severity severity)
{
	static const char * const name[] = { "note", "warning", "error", "never" };

	return name[severity];
}

/**
 * lint_code_find() - a kind of findings by its code or name
 * @word: "BL010" or "shadowed"
 * @len: its length
 * @code: filled in
 *
 * Return: false if there is none.
 */
bool lint_code_find(const char *word, size_t len, enum lint_code *code)
{
	u32 i;

	for (i = 0; i < LINT_CODES; i++) {
		const struct lint_about *about = &lint_about[i];

		if ((strlen(about->id) == len && !memcmp(about->id, word, len)) ||
		    (strlen(about->name) == len && !memcmp(about->name, word, len))) {
			*code = i;
			return true;
		}
	}
	return false;
}

/**
 * lint_say() - set a text of a finding
 * @lint: the examination
 * @to: the text; what it was is freed
 * @fmt: what it shall be
 */
void lint_say(struct lint *lint, char **to, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	lint->failed |= !text;
	free(*to);
	*to = text;
}

static bool make_room(struct lint *lint)
{
	size_t cap = lint->cap ? 2 * lint->cap : 32;
	struct lint_finding *more;

	if (lint->count < lint->cap)
		return true;
	more = realloc(lint->finding, cap * sizeof(*more));
	if (!more)
		return false;
	lint->finding = more;
	lint->cap = cap;
	return true;
}

/**
 * lint_find() - report something
 * @lint: the examination
 * @code: what kind of thing
 * @subject: the canonical line, or the object, that it is about; NULL if memory ran out
 *
 * Return: the finding, to be filled in before the next one; NULL when memory is short.
 */
struct lint_finding *lint_find(struct lint *lint, enum lint_code code, const char *subject)
{
	struct lint_finding *finding;

	if (!subject || !make_room(lint)) {
		lint->failed = true;
		return NULL;
	}
	finding = &lint->finding[lint->count++];
	memset(finding, 0, sizeof(*finding));
	finding->code = code;
	finding->spot = lint_places_find(lint->places, subject);
	lint_say(lint, &finding->subject, "%s", subject);
	return finding;
}

/**
 * lint_give_up() - report that a check would take too long
 * @lint: the examination
 * @subject: of what
 * @what: which check, and how far it came
 */
void lint_give_up(struct lint *lint, const char *subject, const char *what)
{
	struct lint_finding *finding = lint_find(lint, LINT_GAVE_UP, subject);

	if (finding)
		lint_say(lint, &finding->text, "%s", what);
}

static int finding_cmp(const void *a, const void *b)
{
	const struct lint_finding *x = a, *y = b;
	int order;

	if (x->spot.line != y->spot.line)
		return x->spot.line < y->spot.line ? -1 : 1;
	order = strcmp(x->subject ? x->subject : "", y->subject ? y->subject : "");
	if (!order && x->code != y->code)
		order = x->code < y->code ? -1 : 1;
	return order ? order : strcmp(x->text ? x->text : "", y->text ? y->text : "");
}

/**
 * lint_findings_settle() - put findings in the order in which they are told
 * @lint: the examination
 */
void lint_findings_settle(struct lint *lint)
{
	if (lint->count)
		qsort(lint->finding, lint->count, sizeof(*lint->finding), finding_cmp);
}

/**
 * lint_findings_free() - free them
 * @lint: the examination
 */
void lint_findings_free(struct lint *lint)
{
	size_t i;

	for (i = 0; i < lint->count; i++) {
		struct lint_finding *finding = &lint->finding[i];

		free(finding->subject);
		free(finding->text);
		free(finding->example);
		free(finding->shows);
		free(finding->suggestion);
		free(finding->reason);
	}
	free(lint->finding);
	lint->finding = NULL;
	lint->count = 0;
	lint->cap = 0;
}
