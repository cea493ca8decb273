// SPDX-License-Identifier: GPL-2.0
/*
 * What is said of what was read, and where it stood: file and path in the JSON.
 */
#include "aws.h"

/* Refusals and remarks that are printed; the others are counted. */
#define SAID_MAX	40
#define TEXT_MAX	600

static void out_path(struct bailey_out *out, const struct aws_at *at)
{
	if (!at->up)
		return;
	out_path(out, at->up);
	if (at->key)
		bailey_out_printf(out, "%s%.100s", at->up->up ? "." : "", at->key);
	else
		bailey_out_printf(out, "[%zu]", at->index);
}

/**
 * aws_where() - a place in words
 * @aws: the import
 * @at: the place; NULL for the file as a whole
 *
 * Return: "FILE: PATH", to be freed.
 */
char *aws_where(const struct aws_import *aws, const struct aws_at *at)
{
	struct bailey_out out = {};
	char *where;

	bailey_out_printf(&out, "%.400s", aws->file ? aws->file : "");
	if (aws->document > 1)
		bailey_out_printf(&out, ", document %zu", aws->document);
	if (at && at->up) {
		bailey_out_printf(&out, ": ");
		out_path(&out, at);
	}
	where = aws_copy(out.buf ? out.buf : "");
	bailey_out_destroy(&out);
	return where;
}

static void refuse(struct aws_import *aws, const char *where, const char *fmt,
		   va_list args)
{
	char text[TEXT_MAX];

	aws->refused++;
	vsnprintf(text, sizeof(text), fmt, args);
	if (aws->refused <= SAID_MAX)
		tool_fail("%s%s%s", where ? where : "", where ? ": " : "", text);
	else if (aws->refused == SAID_MAX + 1)
		tool_fail("and so on");
}

/**
 * aws_refuse() - say why the import is refused
 * @aws: the import
 * @at: the place; NULL for the file as a whole
 * @fmt: the reason
 */
void aws_refuse(struct aws_import *aws, const struct aws_at *at, const char *fmt, ...)
{
	char *where = aws_where(aws, at);
	va_list args;

	va_start(args, fmt);
	refuse(aws, where, fmt, args);
	va_end(args);
	free(where);
}

/**
 * aws_refuse_where() - say why the import is refused, of a place that is gone
 * @aws: the import
 * @where: what aws_where() said then; NULL if no place is to blame
 * @fmt: the reason
 */
void aws_refuse_where(struct aws_import *aws, const char *where, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	refuse(aws, where, fmt, args);
	va_end(args);
}

static void remark(struct aws_import *aws, const char *where, const char *text)
{
	aws->remark_count++;
	bailey_out_printf(&aws->remarks, "# note: ");
	if (where) {
		aws_comment(&aws->remarks, where);
		bailey_out_printf(&aws->remarks, ": ");
	}
	aws_comment(&aws->remarks, text);
	bailey_out_printf(&aws->remarks, "\n");
	if (aws->remark_count <= SAID_MAX)
		tool_fail("note: %s%s%s", where ? where : "", where ? ": " : "", text);
	else if (aws->remark_count == SAID_MAX + 1)
		tool_fail("note: and so on; the policy begins with all of them");
}

/**
 * aws_remark() - say what is to be known of something that was accepted
 * @aws: the import
 * @at: the place; NULL if no place is to blame
 * @fmt: the remark
 *
 * It also stands at the head of the policy.
 */
void aws_remark(struct aws_import *aws, const struct aws_at *at, const char *fmt, ...)
{
	char *where = at ? aws_where(aws, at) : NULL;
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	remark(aws, where, text);
	free(where);
}

/**
 * aws_invalid() - a rule that makes no sense: refuse it, or leave it out
 * @aws: the import; its @skip_invalid decides
 * @at: the place
 * @fmt: the reason
 */
void aws_invalid(struct aws_import *aws, const struct aws_at *at, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (aws->skip_invalid)
		aws_remark(aws, at, "left out: %s", text);
	else
		aws_refuse(aws, at, "%s", text);
}
