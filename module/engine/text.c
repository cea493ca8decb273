// SPDX-License-Identifier: GPL-2.0
/*
 * Text in.
 *
 * The lexer knows blanks, '#' comments and nothing else; what words mean is
 * the callers' business. A line's bytes are not trusted: a NUL or any other
 * control character is part of a word, and is escaped wherever it is shown.
 */
#include "text.h"

/**
 * bailey_diag_destroy() - free what was said and leave it empty
 * @diag: the remarks
 */
void bailey_diag_destroy(struct bailey_diag *diag)
{
	bailey_out_destroy(&diag->notes);
	memset(diag, 0, sizeof(*diag));
}

/**
 * bailey_diag_print() - write what was said in the form of /proc/net/bailey/error
 * @diag: the remarks
 * @out: where to; a line "KEY VALUE" each for line, column, length, word,
 *	 reason and expected when something was refused, then the notes; marked as
 *	 failed when notes are missing and nothing was refused
 */
void bailey_diag_print(const struct bailey_diag *diag, struct bailey_out *out)
{
	const struct bailey_error *error = &diag->error;

	if (error->code) {
		bailey_out_printf(out, "line %u\ncolumn %u\nlength %u\n",
				  error->line, error->column, error->length);
		bailey_out_printf(out, "word %s\nreason %s\n",
				  error->word, error->reason);
		bailey_out_printf(out, "expected %s\n", error->expected);
	} else if (diag->notes.failed) {
		out->failed = true;
	}
	bailey_out_bytes(out, diag->notes.buf ? diag->notes.buf : "",
			 diag->notes.len);
}

/**
 * bailey_diag_fail() - refuse something at a place that is no word of a lexer
 * @diag: where it is said; the first error stays
 * @code: negative errno
 * @line: line, from 1
 * @column: column, from 1
 * @fmt: the reason
 *
 * Return: @code.
 */
int bailey_diag_fail(struct bailey_diag *diag, int code, u32 line, u32 column,
		     const char *fmt, ...)
{
	struct bailey_error *error = &diag->error;
	va_list args;

	if (error->code)
		return code;
	error->code = code;
	error->line = line;
	error->column = column;
	va_start(args, fmt);
	vsnprintf(error->reason, sizeof(error->reason), fmt, args);
	va_end(args);
	return code;
}

/**
 * bailey_lexer_init() - stand before the first word of a line
 * @lex: the lexer
 * @line: the line without its newline; must outlive @lex
 * @len: its length
 * @lineno: its number, from 1
 * @diag: where errors and notes go
 */
void bailey_lexer_init(struct bailey_lexer *lex, const char *line, u32 len,
		       u32 lineno, struct bailey_diag *diag)
{
	memset(lex, 0, sizeof(*lex));
	lex->line = line;
	lex->len = len;
	lex->lineno = lineno;
	lex->word = line;
	lex->diag = diag;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/**
 * bailey_lexer_next() - go to the next word
 * @lex: the lexer
 *
 * Return: false when there is none; the current word is empty then.
 */
bool bailey_lexer_next(struct bailey_lexer *lex)
{
	while (lex->pos < lex->len && is_blank(lex->line[lex->pos]))
		lex->pos++;
	lex->word = lex->line + lex->pos;
	lex->word_len = 0;
	if (lex->pos < lex->len && lex->line[lex->pos] == '#') {
		lex->len = lex->pos;
		return false;
	}
	while (lex->pos < lex->len && !is_blank(lex->line[lex->pos]))
		lex->pos++;
	lex->word_len = lex->line + lex->pos - lex->word;
	return lex->word_len > 0;
}

/**
 * bailey_lexer_is() - is the current word this one?
 * @lex: the lexer
 * @word: terminated
 *
 * Return: true if so.
 */
bool bailey_lexer_is(const struct bailey_lexer *lex, const char *word)
{
	return lex->word_len && strlen(word) == lex->word_len &&
	       !memcmp(lex->word, word, lex->word_len);
}

/**
 * bailey_lexer_accept() - step over the current word if it is this one
 * @lex: the lexer
 * @word: terminated
 *
 * Return: true if it was; the current word is then the one after it.
 */
bool bailey_lexer_accept(struct bailey_lexer *lex, const char *word)
{
	if (!bailey_lexer_is(lex, word))
		return false;
	bailey_lexer_next(lex);
	return true;
}

/**
 * bailey_lexer_column() - where the current word begins
 * @lex: the lexer
 *
 * Return: its column, from 1.
 */
u32 bailey_lexer_column(const struct bailey_lexer *lex)
{
	return lex->word - lex->line + 1;
}

static void escape_word(const struct bailey_lexer *lex, char *to, size_t size)
{
	size_t i, at = 0;

	for (i = 0; i < lex->word_len && at + 5 < size; i++) {
		u8 c = lex->word[i];

		if (c > ' ' && c < 0x7f && c != '\\')
			to[at++] = c;
		else
			at += snprintf(to + at, size - at, "\\x%02x", c);
	}
	to[at] = '\0';
}

/**
 * bailey_lexer_fail() - refuse the current word
 * @lex: the lexer
 * @code: negative errno for the writer
 * @expected: what would have been right, or ""
 * @fmt: the reason
 *
 * Return: @code.
 */
int bailey_lexer_fail(struct bailey_lexer *lex, int code, const char *expected,
		      const char *fmt, ...)
{
	struct bailey_error *error = &lex->diag->error;
	va_list args;

	if (error->code)
		return code;
	error->code = code;
	error->line = lex->lineno;
	error->column = bailey_lexer_column(lex);
	error->length = lex->word_len;
	escape_word(lex, error->word, sizeof(error->word));
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	va_start(args, fmt);
	vsnprintf(error->reason, sizeof(error->reason), fmt, args);
	va_end(args);
	return code;
}

/**
 * bailey_lexer_note() - say something about the current word, which is accepted
 * @lex: the lexer
 * @fmt: what to say
 */
void bailey_lexer_note(struct bailey_lexer *lex, const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	bailey_out_printf(&lex->diag->notes, "note line %u column %u: %s\n",
			  lex->lineno, bailey_lexer_column(lex), text);
}

static int number_fail(struct bailey_lexer *lex, int code, const char *reason,
		       const char *what, u32 min, u32 max)
{
	char range[48], said[96];

	snprintf(range, sizeof(range), "a number from %u to %u", min, max);
	snprintf(said, sizeof(said), reason, what);
	return bailey_lexer_fail(lex, code, range, "%s", said);
}

/**
 * bailey_lexer_number() - take the current word as a number and step over it
 * @lex: the lexer
 * @what: its name in an error
 * @min: smallest legal value
 * @max: largest legal value
 * @value: filled in
 *
 * Return: 0, -EINVAL when it is no number, -ERANGE when out of range.
 */
int bailey_lexer_number(struct bailey_lexer *lex, const char *what, u32 min,
			u32 max, u32 *value)
{
	if (!bailey_text_number(lex->word, lex->word_len, U32_MAX, value))
		return number_fail(lex, -EINVAL, lex->word_len ? "%s is not a number" :
				   "the line ends where %s should stand", what, min, max);
	if (*value < min || *value > max)
		return number_fail(lex, -ERANGE, "%s is out of range", what, min, max);
	bailey_lexer_next(lex);
	return 0;
}

/**
 * bailey_lexer_end() - insist that the line is over
 * @lex: the lexer
 *
 * Return: 0, or -EINVAL when a word is left.
 */
int bailey_lexer_end(struct bailey_lexer *lex)
{
	if (!lex->word_len)
		return 0;
	return bailey_lexer_fail(lex, -EINVAL, "the end of the line",
				 "there is a word too many");
}

/**
 * bailey_text_number() - read a decimal number
 * @s: digits, not terminated
 * @len: how many
 * @max: largest value
 * @value: filled in
 *
 * Return: false if there is anything but digits, or the value is above @max.
 */
bool bailey_text_number(const char *s, u32 len, u32 max, u32 *value)
{
	u64 n = 0;
	u32 i;

	if (!len || len > 10)
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (s[i] - '0');
	}
	if (n > max)
		return false;
	*value = n;
	return true;
}

/* A dotted quad; leading zeros are refused, since some read them as octal. */
static bool text_ipv4(const char *s, u32 len, u8 *bytes)
{
	u32 part, digits, i, at = 0;

	for (i = 0; i < 4; i++) {
		for (digits = 0; at + digits < len; digits++)
			if (s[at + digits] == '.')
				break;
		if (digits > 1 && s[at] == '0')
			return false;
		if (!bailey_text_number(s + at, digits, 255, &part))
			return false;
		bytes[i] = part;
		at += digits;
		if (i < 3 && (at >= len || s[at++] != '.'))
			return false;
	}
	return at == len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One group of up to four hex digits; returns the digits read, 0 if none or too many. */
static u32 text_group(const char *s, u32 len, u16 *group)
{
	u32 n = 0, value = 0;

	while (n < len && hex_digit(s[n]) >= 0) {
		value = value << 4 | hex_digit(s[n++]);
		if (n > 4)
			return 0;
	}
	*group = value;
	return n;
}

static void put_group(u8 *bytes, int at, u16 group)
{
	bytes[2 * at] = group >> 8;
	bytes[2 * at + 1] = group & 0xff;
}

/* The groups of an IPv6 address (RFC 4291 2.2); "::" is at group *gap. */
static bool text_ipv6_groups(const char *s, u32 len, u8 *bytes, int *groups,
			     int *gap)
{
	u32 at = 0, n;
	u16 group;

	while (at < len && *groups < 8) {
		if (len - at >= 2 && s[at] == ':' && s[at + 1] == ':') {
			if (*gap >= 0)
				return false;
			*gap = *groups;
			at += 2;
			continue;
		}
		n = text_group(s + at, len - at, &group);
		if (n && at + n < len && s[at + n] == '.') {
			if (*groups > 6 || !text_ipv4(s + at, len - at, bytes + 2 * *groups))
				return false;
			*groups += 2;
			return true;
		}
		if (!n)
			return false;
		put_group(bytes, (*groups)++, group);
		at += n;
		if (at == len || (s[at] == ':' && at + 1 < len && s[at + 1] == ':'))
			continue;
		if (s[at] != ':' || ++at == len)
			return false;
	}
	return at == len;
}

static bool text_ipv6(const char *s, u32 len, u8 *bytes)
{
	int groups = 0, gap = -1, tail;

	memset(bytes, 0, 16);
	if (len < 2 || !text_ipv6_groups(s, len, bytes, &groups, &gap))
		return false;
	if (gap < 0)
		return groups == 8;
	if (groups > 7)
		return false;
	tail = groups - gap;
	memmove(bytes + 16 - 2 * tail, bytes + 2 * gap, 2 * tail);
	memset(bytes + 2 * gap, 0, 16 - 2 * groups);
	return true;
}

/**
 * bailey_text_addr() - read an IPv4 or IPv6 address
 * @s: text, not terminated
 * @len: its length
 * @family: filled in
 * @addr: filled in
 *
 * Return: false if it is neither.
 */
bool bailey_text_addr(const char *s, u32 len, u8 *family,
		      struct bailey_addr *addr)
{
	u8 bytes[16];

	if (text_ipv4(s, len, bytes))
		*family = BAILEY_IPV4;
	else if (text_ipv6(s, len, bytes))
		*family = BAILEY_IPV6;
	else
		return false;
	*addr = bailey_addr_from_bytes(*family, bytes);
	return true;
}

/**
 * bailey_text_item() - take the next item of a comma-separated list
 * @list: what is left of the list; moved on
 * @list_len: its length; moved on
 * @item: filled in; an empty item is one of length 0
 * @item_len: filled in
 *
 * Return: false when the list is used up.
 */
bool bailey_text_item(const char **list, u32 *list_len, const char **item,
		      u32 *item_len)
{
	const char *comma;

	if (!*list)
		return false;
	*item = *list;
	comma = memchr(*list, ',', *list_len);
	if (!comma) {
		*item_len = *list_len;
		*list = NULL;
		return true;
	}
	*item_len = comma - *list;
	*list_len -= *item_len + 1;
	*list = comma + 1;
	return true;
}
