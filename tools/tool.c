// SPDX-License-Identifier: GPL-2.0
/*
 * Words, messages and colours: what every command needs.
 */
#include <unistd.h>

#include "tool.h"

#define MESSAGE_MAX	1024

struct tool_options tool_options;

/* What others wrote is never handed to the terminal as it is. */
static void make_printable(char *s)
{
	for (; *s; s++)
		if ((u8)*s < ' ' || (u8)*s >= 0x7f)
			*s = '?';
}

static void say(const char *fmt, va_list args)
{
	char message[MESSAGE_MAX];

	vsnprintf(message, sizeof(message), fmt, args);
	make_printable(message);
	fflush(stdout);
	fprintf(stderr, "bailey: %s\n", message);
}

/**
 * tool_fail() - say why something was not done
 * @fmt: one line, without the tool's name
 *
 * Return: %TOOL_REFUSED.
 */
int tool_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return TOOL_REFUSED;
}

/**
 * tool_usage() - say what is wrong with the command line, and how it would be right
 * @usage: the command's help
 * @fmt: what is wrong, or NULL
 *
 * Return: %TOOL_USAGE.
 */
int tool_usage(const char *usage, const char *fmt, ...)
{
	va_list args;

	if (fmt) {
		va_start(args, fmt);
		say(fmt, args);
		va_end(args);
	}
	fputs(usage, stderr);
	return TOOL_USAGE;
}

/**
 * tool_help() - answer "help"
 * @usage: the command's help
 *
 * Return: %TOOL_OK.
 */
int tool_help(const char *usage)
{
	fputs(usage, stdout);
	return TOOL_OK;
}

/**
 * tool_is() - is a word this one, or short for it?
 * @word: what was typed
 * @name: the whole word
 *
 * Return: true if @name begins with @word, which is not empty.
 */
bool tool_is(const char *word, const char *name)
{
	return *word && !strncmp(word, name, strlen(word));
}

/**
 * tool_wants_help() - does the command line ask for help?
 * @argc: words
 * @argv: the words
 *
 * Return: true if the first one is "help", "-h" or "--help".
 */
bool tool_wants_help(int argc, char **argv)
{
	return argc > 0 && (!strcmp(argv[0], "help") || !strcmp(argv[0], "-h") ||
			    !strcmp(argv[0], "-help") ||
			    !strcmp(argv[0], "--help"));
}

static void say_choices(const char *word, const struct tool_choice *choice,
			const char *usage)
{
	char list[MESSAGE_MAX / 2] = "";
	size_t at = 0;

	for (; choice->name; choice++)
		if (tool_is(word, choice->name) && at < sizeof(list))
			at += snprintf(list + at, sizeof(list) - at, "%s%s",
				       at ? ", " : "", choice->name);
	if (at)
		tool_usage(usage, "'%s' may mean %s", word, list);
	else
		tool_usage(usage, "'%s' is unknown", word);
}

/**
 * tool_choose() - find the choice that a word means
 * @choice: the choices, ended by one without a name
 * @word: the word or an abbreviation that fits one of them alone
 * @usage: shown when it fits none or several
 *
 * Return: the choice, or NULL.
 */
const struct tool_choice *tool_choose(const struct tool_choice *choice,
				      const char *word, const char *usage)
{
	const struct tool_choice *at, *found = NULL;
	bool several = false;

	for (at = choice; at->name; at++) {
		if (!strcmp(word, at->name))
			return at;
		if (!tool_is(word, at->name))
			continue;
		several = found && found->run != at->run;
		found = at;
		if (several)
			break;
	}
	if (found && !several)
		return found;
	say_choices(word, choice, usage);
	return NULL;
}

/**
 * tool_words() - append words to a line of the policy language
 * @out: the line
 * @argc: words
 * @argv: the words
 * @usage: shown when a word cannot stand in a line
 *
 * An empty word is refused: it would vanish from the line and change what it
 * says. So is one with a newline in it, which would make two lines.
 *
 * Return: %TOOL_OK or %TOOL_USAGE.
 */
int tool_words(struct bailey_out *out, int argc, char **argv, const char *usage)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!*argv[i])
			return tool_usage(usage, "word %d is empty", i + 1);
		if (strchr(argv[i], '\n'))
			return tool_usage(usage, "word %d has a newline in it", i + 1);
		if (out->len)
			bailey_out_bytes(out, " ", 1);
		bailey_out_bytes(out, argv[i], strlen(argv[i]));
	}
	return out->failed ? tool_fail("out of memory") : TOOL_OK;
}

/**
 * tool_colour() - how standard output changes to a colour
 * @colour: which one
 *
 * Return: a terminal's escape sequence; empty unless colours are asked for.
 */
const char *tool_colour(enum tool_colour colour)
{
	static const char * const sequence[] = {
		[TOOL_GOOD] = "\033[32m",
		[TOOL_BAD] = "\033[31m",
		[TOOL_ADDR] = "\033[35m",
		[TOOL_BOLD] = "\033[1m",
	};

	return tool_options.colour ? sequence[colour] : "";
}

/**
 * tool_colour_end() - how standard output changes back
 *
 * Return: a terminal's escape sequence; empty unless colours are asked for.
 */
const char *tool_colour_end(void)
{
	return tool_options.colour ? "\033[0m" : "";
}

static bool word_in(const char *word, size_t len, const char * const *list)
{
	for (; *list; list++)
		if (strlen(*list) == len && !memcmp(word, *list, len))
			return true;
	return false;
}

static const char *word_colour(const char *word, size_t len)
{
	static const char * const good[] = { "allow", "allowed", "pass", "passes", NULL };
	static const char * const bad[] = { "deny", "denied", "reject", "undecided", "drop",
					    "dropped", NULL };
	const char *slash = memchr(word, '/', len);
	size_t addr_len = slash ? (size_t)(slash - word) : len;
	struct bailey_addr addr;
	u8 family;

	if (word_in(word, len, good))
		return tool_colour(TOOL_GOOD);
	if (word_in(word, len, bad))
		return tool_colour(TOOL_BAD);
	if (bailey_text_addr(word, addr_len, &family, &addr))
		return tool_colour(TOOL_ADDR);
	return NULL;
}

/**
 * tool_print_line() - print one line, with colours if they are asked for
 * @line: the line, without its newline
 * @len: its length
 */
void tool_print_line(const char *line, size_t len)
{
	size_t at = 0, start;
	const char *colour;

	while (tool_options.colour && at < len) {
		for (start = at; at < len && line[at] == ' '; at++)
			;
		fwrite(line + start, 1, at - start, stdout);
		for (start = at; at < len && line[at] != ' '; at++)
			;
		colour = word_colour(line + start, at - start);
		if (colour)
			fputs(colour, stdout);
		fwrite(line + start, 1, at - start, stdout);
		if (colour)
			fputs(tool_colour_end(), stdout);
	}
	fwrite(line + at, 1, len - at, stdout);
	putchar('\n');
}

/**
 * tool_next_line() - take the next line of a text
 * @text: what is left of it, NULL if @len is 0; moved on
 * @len: its length; moved on
 * @line: filled in
 * @line_len: filled in, without the newline
 *
 * Return: false when nothing is left.
 */
bool tool_next_line(const char **text, size_t *len, const char **line,
		    size_t *line_len)
{
	const char *newline;

	if (!*len)
		return false;
	newline = memchr(*text, '\n', *len);
	*line = *text;
	*line_len = newline ? (size_t)(newline - *text) : *len;
	*text += *line_len + !!newline;
	*len -= *line_len + !!newline;
	return true;
}

/**
 * tool_print_text() - print lines, with colours if they are asked for
 * @text: the lines
 * @len: their length
 */
void tool_print_text(const char *text, size_t len)
{
	const char *line;
	size_t line_len;

	while (tool_next_line(&text, &len, &line, &line_len))
		tool_print_line(line, line_len);
}

/**
 * tool_finish() - make sure that what was printed has arrived
 * @status: what the command exits with
 *
 * Return: @status, or %TOOL_REFUSED when standard output could not be written.
 */
int tool_finish(int status)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) || failed)
		return tool_fail("cannot write to standard output: %s",
				 errno ? strerror(errno) : "it failed before");
	return status;
}
