// SPDX-License-Identifier: GPL-2.0
/*
 * Findings as people and editors read them: "FILE:LINE:COLUMN: SEVERITY: TEXT", with
 * the line, the example and the suggestion below.
 */
#include "lint.h"

static const char *severity_colour(enum lint_severity severity)
{
	static const enum tool_colour colour[] = { TOOL_ADDR, TOOL_BOLD, TOOL_BAD };

	return tool_colour(colour[severity]);
}

static void show_place(const struct lint *lint, const struct lint_finding *finding)
{
	const char *name = lint->source.name ? lint->source.name : "policy";

	if (finding->spot.line)
		printf("%s:%u:%u: ", name, finding->spot.line, finding->spot.column);
	else
		printf("%s: ", name);
}

static void show_line(const char *head, const char *text)
{
	printf("    %s", head);
	tool_print_line(text, strlen(text));
}

static void show(const struct lint *lint, const struct lint_finding *finding)
{
	const struct lint_about *about = &lint_about[finding->code];

	show_place(lint, finding);
	printf("%s%s:%s %s [%s %s]\n", severity_colour(about->severity),
	       lint_severity_name(about->severity), tool_colour_end(), finding->text,
	       about->id, about->name);
	if (finding->subject)
		show_line("", finding->subject);
	if (finding->example) {
		show_line("example: ", finding->example);
		show_line("         ", finding->shows ? finding->shows : "");
	}
	if (finding->suggestion)
		show_line("suggested: ", finding->suggestion);
}

/**
 * lint_show() - print what was found and is not silenced
 * @lint: the examination
 */
void lint_show(const struct lint *lint)
{
	size_t i;

	for (i = 0; i < lint->count; i++)
		if (!lint->finding[i].reason)
			show(lint, &lint->finding[i]);
}

static json_t *text_json(const char *text)
{
	return text ? tool_json_string(text, strlen(text)) : json_null();
}

static json_t *number_json(u32 number)
{
	return number ? json_integer(number) : json_null();
}

static json_t *finding_json(const struct lint *lint, const struct lint_finding *finding)
{
	const struct lint_about *about = &lint_about[finding->code];

	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o}",
			 "file", text_json(lint->source.name),
			 "line", number_json(finding->spot.line),
			 "column", number_json(finding->spot.column),
			 "length", number_json(finding->spot.length),
			 "code", about->id, "name", about->name,
			 "severity", lint_severity_name(about->severity),
			 "subject", text_json(finding->subject),
			 "text", text_json(finding->text),
			 "example", text_json(finding->example),
			 "shows", text_json(finding->shows),
			 "suggestion", text_json(finding->suggestion),
			 "silenced", finding->reason ? 1 : 0,
			 "reason", text_json(finding->reason));
}

/**
 * lint_json() - what was found
 * @lint: the examination
 *
 * Return: a new array of findings, the silenced ones among them.
 */
json_t *lint_json(const struct lint *lint)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < lint->count; i++)
		json_array_append_new(list, finding_json(lint, &lint->finding[i]));
	return list;
}
