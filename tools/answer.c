// SPDX-License-Identifier: GPL-2.0
/*
 * What the parser says about lines, be it the kernel's or the tool's own: read
 * from the form that bailey_diag_print() writes, moved to the lines of the
 * user's file, and shown as compilers show errors.
 */
#include "conn_line.h"

#define VIEW_BEFORE	60	/* of a long line, how much before the word */
#define VIEW_MAX	160	/* of a long line, how much at all */

static bool take_key(const char **text, size_t *len, const char *key)
{
	size_t key_len = strlen(key);

	if (*len < key_len || memcmp(*text, key, key_len))
		return false;
	if (*len > key_len && (*text)[key_len] != ' ')
		return false;
	*text += key_len;
	*len -= key_len;
	if (*len) {
		(*text)++;
		(*len)--;
	}
	return true;
}

static void copy_text(char *to, size_t size, const char *text, size_t len)
{
	snprintf(to, size, "%.*s", (int)min_t(size_t, len, size - 1), text);
}

static void parse_line(struct bailey_diag *diag, const char *text, size_t len)
{
	struct bailey_error *error = &diag->error;
	const char *whole = text;
	size_t whole_len = len;

	if (take_key(&text, &len, "line")) {
		bailey_text_number(text, len, U32_MAX, &error->line);
	} else if (take_key(&text, &len, "column")) {
		bailey_text_number(text, len, U32_MAX, &error->column);
	} else if (take_key(&text, &len, "length")) {
		bailey_text_number(text, len, U32_MAX, &error->length);
	} else if (take_key(&text, &len, "word")) {
		copy_text(error->word, sizeof(error->word), text, len);
	} else if (take_key(&text, &len, "reason")) {
		copy_text(error->reason, sizeof(error->reason), text, len);
		error->code = -EINVAL;
	} else if (take_key(&text, &len, "expected")) {
		copy_text(error->expected, sizeof(error->expected), text, len);
	} else if (take_key(&text, &len, "note") || take_key(&text, &len, "check") ||
		   take_key(&text, &len, "cut") || take_key(&text, &len, "deleted") ||
		   take_key(&text, &len, "restored")) {
		bailey_out_bytes(&diag->notes, whole, whole_len);
		bailey_out_bytes(&diag->notes, "\n", 1);
	}
}

/**
 * tool_answer_parse() - read an answer of the kernel
 * @diag: filled in; @diag->error.code is not 0 if something was refused
 * @text: the answer; other lines than those of an answer are left out, since a
 *	  write that failed early has none, and reads give the file's contents
 * @len: its length
 */
void tool_answer_parse(struct bailey_diag *diag, const char *text, size_t len)
{
	const char *line;
	size_t line_len;

	while (tool_next_line(&text, &len, &line, &line_len))
		parse_line(diag, line, line_len);
}

/* A note with a place in it: "note line 3 column 5: text". */
struct note {
	unsigned long line;
	unsigned long column;
	const char *text;
	size_t len;
};

static bool note_parse(struct note *note, const char *line, size_t len)
{
	char head[64];
	int used = 0;

	snprintf(head, sizeof(head), "%.*s",
		 (int)min_t(size_t, len, sizeof(head) - 1), line);
	if (sscanf(head, "note line %9lu column %9lu: %n", &note->line,
		   &note->column, &used) != 2 || !used)
		return false;
	note->text = line + used;
	note->len = len - used;
	return true;
}

static u32 moved(u32 line, u32 head, u32 first_line)
{
	return line > head ? line - head - 1 + first_line : 0;
}

/**
 * tool_answer_move() - from lines of what was sent to lines of the user's file
 * @diag: what was said
 * @head: how many lines of what was sent are not the file's; what is said about
 *	  them gets line 0
 * @first_line: the number in the file of the line behind them
 */
void tool_answer_move(struct bailey_diag *diag, u32 head, u32 first_line)
{
	struct bailey_out old = diag->notes;
	const char *text = old.buf, *line;
	size_t len = old.len, line_len;
	struct note note;

	if (diag->error.code)
		diag->error.line = moved(diag->error.line, head, first_line);
	memset(&diag->notes, 0, sizeof(diag->notes));
	while (tool_next_line(&text, &len, &line, &line_len)) {
		if (note_parse(&note, line, line_len)) {
			bailey_out_printf(&diag->notes,
					  "note line %u column %lu: ",
					  moved(note.line, head, first_line),
					  note.column);
			bailey_out_bytes(&diag->notes, note.text, note.len);
		} else {
			bailey_out_bytes(&diag->notes, line, line_len);
		}
		bailey_out_bytes(&diag->notes, "\n", 1);
	}
	bailey_out_destroy(&old);
}

static const char *error_colour(const char *sequence)
{
	return tool_options.colour_errors ? sequence : "";
}

static void show_place(const struct tool_source *source, u32 line, u32 column)
{
	if (!source->name)
		fputs("bailey: ", stderr);
	else if (!line)
		fprintf(stderr, "%s: ", source->name);
	else
		fprintf(stderr, "%s:%u:%u: ", source->name, line, column);
}

/* Words of the parser: UTF-8 without control characters. */
static void show_text(const char *s)
{
	for (; *s; s++)
		putc((u8)*s < ' ' || *s == 0x7f ? '?' : *s, stderr);
}

/* Bytes of the user's file: one column each, whatever they are. */
static void show_bytes(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] == '\t')
			putc(' ', stderr);
		else
			putc((u8)s[i] < ' ' || (u8)s[i] >= 0x7f ? '?' : s[i], stderr);
	}
}

/* The line, or of a long line what is around the word, and a caret below. */
static void show_caret(const char *line, size_t len, const struct bailey_error *error)
{
	size_t column = min_t(size_t, error->column - 1, len);
	size_t start = len > VIEW_MAX && column > VIEW_BEFORE ?
		       column - VIEW_BEFORE : 0;
	size_t end = min_t(size_t, len, start + VIEW_MAX), i;
	size_t word = min_t(size_t, error->length, end - column);

	fputs(start ? " ..." : " ", stderr);
	show_bytes(line + start, end - start);
	fputs(end < len ? "...\n" : "\n", stderr);
	fprintf(stderr, "%*s%s^", (int)(column - start + (start ? 4 : 1)), "",
		error_colour("\033[32m"));
	for (i = 1; i < word; i++)
		putc('~', stderr);
	fprintf(stderr, "%s\n", error_colour("\033[0m"));
}

static void show_source(const struct tool_source *source,
			const struct bailey_error *error)
{
	const char *text = source->text, *line;
	size_t len = source->len, line_len;
	u32 n = 0;

	if (!error->line || !error->column)
		return;
	while (tool_next_line(&text, &len, &line, &line_len)) {
		if (++n == error->line) {
			show_caret(line, line_len, error);
			return;
		}
	}
}

static void show_error(const struct bailey_error *error,
		       const struct tool_source *source)
{
	show_place(source, error->line, error->column);
	fprintf(stderr, "%serror:%s ", error_colour("\033[1;31m"),
		error_colour("\033[0m"));
	show_text(error->reason);
	putc('\n', stderr);
	show_source(source, error);
	if (*error->expected) {
		fputs("expected: ", stderr);
		show_text(error->expected);
		putc('\n', stderr);
	}
}

/*
 * "cut CONNECTION", which check names: a copy cut into words, to be freed, or NULL
 * if the line is something else.
 */
static char *cut_parse(struct conn_line *conn, const char *line, size_t len)
{
	char *copy;

	if (!take_key(&line, &len, "cut"))
		return NULL;
	copy = strndup(line, len);
	if (!copy || conn_line_parse(conn, copy))
		return copy;
	free(copy);
	return NULL;
}

/* An answer that was asked for; counts the connections that check names. */
static void show_answer(const char *line, size_t len, unsigned long *named)
{
	struct conn_line conn;
	char *copy = cut_parse(&conn, line, len);

	if (!copy) {
		tool_print_line(line, len);
		return;
	}
	printf("%scut%s ", tool_colour(TOOL_BAD), tool_colour_end());
	conn_row_print(&conn);
	putchar('\n');
	free(copy);
	(*named)++;
}

/* How many does check speak of? Left as it is by another line. */
static void count_cut(const char *line, size_t len, unsigned long *cut)
{
	unsigned long count;
	char head[64];

	snprintf(head, sizeof(head), "%.*s",
		 (int)min_t(size_t, len, sizeof(head) - 1), line);
	if (sscanf(head, "check revoke cut would end %9lu", &count) == 1)
		*cut = count;
}

/**
 * tool_answer_show() - print what was said about lines
 * @diag: what was said
 * @source: the lines
 *
 * Notes and the error go to standard error, answers that were asked for (the
 * lines of a check, of connections some at the most) to standard output.
 */
void tool_answer_show(const struct bailey_diag *diag,
		      const struct tool_source *source)
{
	unsigned long cut = 0, named = 0;
	const char *text = diag->notes.buf, *line;
	size_t len = diag->notes.len, line_len;
	struct note note;

	while (tool_next_line(&text, &len, &line, &line_len)) {
		if (!note_parse(&note, line, line_len)) {
			count_cut(line, line_len, &cut);
			show_answer(line, line_len, &named);
			continue;
		}
		fflush(stdout);
		show_place(source, note.line, note.column);
		fprintf(stderr, "%snote:%s ", error_colour("\033[1;36m"),
			error_colour("\033[0m"));
		show_bytes(note.text, note.len);
		putc('\n', stderr);
	}
	if (named && named < cut)
		printf("and %lu more\n", cut - named);
	fflush(stdout);
	if (diag->error.code)
		show_error(&diag->error, source);
}

static json_t *error_json(const struct bailey_error *error)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}",
			 "line", (json_int_t)error->line,
			 "column", (json_int_t)error->column,
			 "length", (json_int_t)error->length,
			 "word", tool_json_string(error->word, strlen(error->word)),
			 "reason", tool_json_string(error->reason, strlen(error->reason)),
			 "expected", tool_json_string(error->expected,
						      strlen(error->expected)));
}

static json_t *note_json(const struct note *note)
{
	return json_pack("{s:I, s:I, s:o}", "line", (json_int_t)note->line,
			 "column", (json_int_t)note->column,
			 "text", tool_json_string(note->text, note->len));
}

/**
 * tool_answer_json() - what was said about lines
 * @diag: what was said
 * @name: the file, or NULL for the command line
 *
 * Return: a new object.
 */
json_t *tool_answer_json(const struct bailey_diag *diag, const char *name)
{
	json_t *notes = json_array(), *answers = json_array(), *cut = json_array();
	const char *text = diag->notes.buf, *line;
	size_t len = diag->notes.len, line_len;
	struct conn_line conn;
	struct note note;
	char *copy;

	while (tool_next_line(&text, &len, &line, &line_len)) {
		copy = cut_parse(&conn, line, line_len);
		if (copy)
			json_array_append_new(cut, conn_line_json(&conn));
		else if (note_parse(&note, line, line_len))
			json_array_append_new(notes, note_json(&note));
		else
			json_array_append_new(answers, tool_json_string(line, line_len));
		free(copy);
	}
	return json_pack("{s:o, s:b, s:o, s:o, s:o, s:o}",
			 "file", name ? tool_json_string(name, strlen(name)) : json_null(),
			 "ok", !diag->error.code,
			 "error", diag->error.code ? error_json(&diag->error) : json_null(),
			 "notes", notes, "answers", answers, "cut", cut);
}
