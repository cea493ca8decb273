/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text in: words of a line, addresses, numbers, and errors with a place.
 */
#ifndef BAILEY_ENGINE_TEXT_H
#define BAILEY_ENGINE_TEXT_H

#include "out.h"

/**
 * struct bailey_error - why text was refused
 * @line: line of the text, from 1; 0 when nothing was refused
 * @column: byte of the line at which the word begins, from 1
 * @length: bytes of the word in the text; 0 at the end of a line
 * @code: negative errno for the writer
 * @word: the offending word, escaped, cut to fit
 * @reason: what is wrong with it
 * @expected: what would have been right; empty where nothing would
 */
struct bailey_error {
	u32 line;
	u32 column;
	u32 length;
	int code;
	char word[80];
	char reason[200];
	char expected[200];
};

/**
 * struct bailey_diag - what is said about a text while it is read
 * @error: the first thing that was refused
 * @notes: remarks on what was accepted but changed; one a line
 */
struct bailey_diag {
	struct bailey_error error;
	struct bailey_out notes;
};

void bailey_diag_destroy(struct bailey_diag *diag);
void bailey_diag_print(const struct bailey_diag *diag, struct bailey_out *out);

/**
 * struct bailey_lexer - the words of one line
 * @line: the line, without its newline; not terminated
 * @len: its length in bytes
 * @pos: where the next word is looked for
 * @lineno: its number, from 1
 * @word: the current word; not terminated
 * @word_len: its length; 0 behind the last word
 * @diag: where errors and notes go
 */
struct bailey_lexer {
	const char *line;
	u32 len;
	u32 pos;
	u32 lineno;
	const char *word;
	u32 word_len;
	struct bailey_diag *diag;
};

void bailey_lexer_init(struct bailey_lexer *lex, const char *line, u32 len,
		       u32 lineno, struct bailey_diag *diag);
bool bailey_lexer_next(struct bailey_lexer *lex);
bool bailey_lexer_is(const struct bailey_lexer *lex, const char *word);
bool bailey_lexer_accept(struct bailey_lexer *lex, const char *word);
int bailey_lexer_number(struct bailey_lexer *lex, const char *what, u32 min,
			u32 max, u32 *value);
int bailey_lexer_end(struct bailey_lexer *lex);
u32 bailey_lexer_column(const struct bailey_lexer *lex);
__printf(4, 5) int bailey_lexer_fail(struct bailey_lexer *lex, int code,
				     const char *expected, const char *fmt, ...);
__printf(2, 3) void bailey_lexer_note(struct bailey_lexer *lex,
				      const char *fmt, ...);
__printf(5, 6) int bailey_diag_fail(struct bailey_diag *diag, int code,
				    u32 line, u32 column, const char *fmt, ...);

bool bailey_text_number(const char *s, u32 len, u32 max, u32 *value);
bool bailey_text_addr(const char *s, u32 len, u8 *family,
		      struct bailey_addr *addr);

/* A cursor over a list such as "web,ssh,db" inside one word. */
bool bailey_text_item(const char **list, u32 *list_len, const char **item,
		      u32 *item_len);

#endif /* BAILEY_ENGINE_TEXT_H */
