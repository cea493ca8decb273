// SPDX-License-Identifier: GPL-2.0
/*
 * Silences: comments that say of a finding that it is meant.
 *
 *	# lint: ignore BL010,BL030 because the reason
 *
 * at the end of the line that the finding is about, or on a line of its own before
 * it. A silence without a reason, or one that silences nothing, is a finding itself,
 * which nothing silences.
 */
#include "lint.h"

#define MARK	"lint:"

/* A comment that wants to silence. */
struct silence {
	struct lint_spot spot;
	u32 target;	/* the line that it is about, or 0 */
	const char *codes;
	size_t codes_len;
	const char *reason;
	size_t reason_len;
	const char *wrong;
};

/* All of them, and which codes of each were needed. */
struct silences {
	struct silence *at;
	size_t count;
};

static void skip_blanks(const char **text, size_t *len)
{
	while (*len && (**text == ' ' || **text == '\t')) {
		++*text;
		--*len;
	}
}

static size_t word_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != ' ' && text[n] != '\t')
		n++;
	return n;
}

static bool take_word(const char **text, size_t *len, const char *word)
{
	size_t n = strlen(word);

	skip_blanks(text, len);
	if (word_len(*text, *len) != n || memcmp(*text, word, n))
		return false;
	*text += n;
	*len -= n;
	return true;
}

/* Where the comment begins: a '#' that begins a word; NULL where there is none. */
static const char *comment_of(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (line[i] == '#' && (!i || line[i - 1] == ' ' || line[i - 1] == '\t'))
			return line + i;
	return NULL;
}

static void read_codes(struct silence *silence, const char *text, size_t len)
{
	const char *item;
	u32 list_len, item_len;
	enum lint_code code;

	skip_blanks(&text, &len);
	silence->codes = text;
	silence->codes_len = word_len(text, len);
	list_len = silence->codes_len;
	while (bailey_text_item(&text, &list_len, &item, &item_len))
		if (!lint_code_find(item, item_len, &code))
			silence->wrong = "there is no such kind of finding";
	text = silence->codes + silence->codes_len;
	len -= silence->codes_len;
	if (!silence->codes_len)
		silence->wrong = "it does not say what it silences";
	else if (!take_word(&text, &len, "because"))
		silence->wrong = silence->wrong ? silence->wrong : "it does not say why";
	skip_blanks(&text, &len);
	silence->reason = text;
	silence->reason_len = len;
	if (!len && !silence->wrong)
		silence->wrong = "it does not say why";
}

/* Is a comment meant for lint? */
static bool read_comment(struct silence *silence, const char *text, size_t len)
{
	while (len && *text == '#') {
		text++;
		len--;
	}
	if (!take_word(&text, &len, MARK))
		return false;
	if (!take_word(&text, &len, "ignore"))
		silence->wrong = "only 'lint: ignore CODE because REASON' is known";
	else
		read_codes(silence, text, len);
	return true;
}

static bool only_comment(const char *line, const char *comment)
{
	return strspn(line, " \t") == (size_t)(comment - line);
}

/* A comment alone is about the next line that says something. */
static void aim(struct silences *silences, u32 number)
{
	size_t i = silences->count;

	while (i && !silences->at[i - 1].target)
		silences->at[--i].target = number;
}

static bool read_line(struct silences *silences, const char *line, size_t len, u32 number)
{
	const char *comment = comment_of(line, len);
	size_t blank = 0;
	struct silence *more;

	while (blank < len && (line[blank] == ' ' || line[blank] == '\t'))
		blank++;
	if (blank < len && line[blank] != '#')
		aim(silences, number);
	if (!comment)
		return true;
	more = realloc(silences->at, (silences->count + 1) * sizeof(*more));
	if (!more)
		return false;
	silences->at = more;
	more += silences->count;
	*more = (struct silence){
		.spot = { number, comment - line + 1, line + len - comment },
		.target = only_comment(line, comment) ? 0 : number,
	};
	if (read_comment(more, comment, line + len - comment))
		silences->count++;
	return true;
}

static bool names(const struct silence *silence, enum lint_code code)
{
	const char *list = silence->codes, *item;
	u32 list_len = silence->codes_len, item_len;
	enum lint_code named;

	while (bailey_text_item(&list, &list_len, &item, &item_len))
		if (lint_code_find(item, item_len, &named) && named == code)
			return true;
	return false;
}

/* Silence what it is about; was each of its codes needed? */
static bool apply(struct lint *lint, const struct silence *silence, size_t count)
{
	const char *list = silence->codes, *item;
	u32 list_len = silence->codes_len, item_len;
	bool needed, all = true;
	enum lint_code code;
	size_t i;

	for (i = 0; i < count; i++)
		if (lint->finding[i].spot.line == silence->target &&
		    names(silence, lint->finding[i].code))
			lint_say(lint, &lint->finding[i].reason, "%.*s",
				 (int)silence->reason_len, silence->reason);
	while (bailey_text_item(&list, &list_len, &item, &item_len)) {
		needed = false;
		lint_code_find(item, item_len, &code);
		for (i = 0; i < count; i++)
			needed |= lint->finding[i].spot.line == silence->target &&
				  lint->finding[i].code == code;
		all &= needed;
	}
	return all;
}

static void complain(struct lint *lint, const struct silence *silence, enum lint_code code,
		     const char *text)
{
	struct lint_finding *finding = lint_find(lint, code, "comment");

	if (!finding)
		return;
	finding->spot = silence->spot;
	lint_say(lint, &finding->text, "%s", text);
}

/**
 * lint_silences_apply() - mark the findings that comments of the file silence
 * @lint: the examination, all else of which is done
 */
void lint_silences_apply(struct lint *lint)
{
	const char *text = lint->source.text, *line;
	size_t len = lint->source.len, line_len, count = lint->count, i;
	struct silences silences = {};
	u32 number = 0;

	while (tool_next_line(&text, &len, &line, &line_len))
		lint->failed |= !read_line(&silences, line, line_len, ++number);
	for (i = 0; i < silences.count; i++) {
		if (silences.at[i].wrong)
			complain(lint, &silences.at[i], LINT_NO_REASON, silences.at[i].wrong);
		else if (!apply(lint, &silences.at[i], count))
			complain(lint, &silences.at[i], LINT_SILENCES_NOTHING,
				 "this is not found here");
	}
	free(silences.at);
}
