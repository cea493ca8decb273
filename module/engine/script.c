// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions in a stream of bytes.
 *
 * Outside begin … commit, the lines of one write are one transaction. Inside,
 * bytes are gathered until the commit line is there, wherever the writes are
 * cut. Lines are only looked at here for begin, commit, abort and confirm; what
 * else they say is language.c's business, once they are complete.
 *
 * After a refusal inside a transaction none of its later lines may slip in as a
 * transaction of their own: the stream is poisoned, and refuses all up to the
 * commit line and that line too, or until abort or begin.
 */
#include "script.h"

/* What a line is to the stream. */
enum line_kind {
	LINE_OBJECT,
	LINE_BEGIN,
	LINE_COMMIT,
	LINE_ABORT,
	LINE_CONFIRM,
};

/**
 * bailey_script_init() - begin a stream
 * @script: filled in
 * @ops: who carries it out
 * @arg: handed to @ops
 * @max_bytes: longest text of one transaction
 */
void bailey_script_init(struct bailey_script *script,
			const struct bailey_script_ops *ops, void *arg,
			size_t max_bytes)
{
	memset(script, 0, sizeof(*script));
	script->ops = ops;
	script->arg = arg;
	script->max_bytes = max_bytes;
	script->line = 1;
}

/**
 * bailey_script_destroy() - end a stream; an open transaction is thrown away
 * @script: the stream
 */
void bailey_script_destroy(struct bailey_script *script)
{
	bailey_out_destroy(&script->text);
}

/* Forget the text that was carried out or thrown away. */
static void drop_text(struct bailey_script *script)
{
	size_t rest = script->text.len - script->scanned;

	if (!rest)
		bailey_out_destroy(&script->text);
	else
		memmove(script->text.buf, script->text.buf + script->scanned, rest);
	script->text.len = rest;
	script->scanned = 0;
	script->body = 0;
}

static enum line_kind classify(struct bailey_lexer *lex)
{
	bailey_lexer_next(lex);
	if (bailey_lexer_is(lex, "begin"))
		return LINE_BEGIN;
	if (bailey_lexer_is(lex, "commit"))
		return LINE_COMMIT;
	if (bailey_lexer_is(lex, "abort"))
		return LINE_ABORT;
	if (bailey_lexer_is(lex, "confirm"))
		return LINE_CONFIRM;
	return LINE_OBJECT;
}

static int revoke_parse(struct bailey_lexer *lex, struct bailey_commit *commit)
{
	commit->cut = bailey_lexer_is(lex, "cut");
	if (!commit->cut && !bailey_lexer_is(lex, "keep"))
		return bailey_lexer_fail(lex, -EINVAL, "keep or cut",
					 "connections are kept or cut");
	bailey_lexer_next(lex);
	return 0;
}

/* begin [check] [revoke keep|cut] [confirm SECONDS], in any order. */
static int begin_parse(struct bailey_lexer *lex, struct bailey_commit *commit)
{
	int ret = 0;

	memset(commit, 0, sizeof(*commit));
	bailey_lexer_next(lex);
	while (lex->word_len && !ret) {
		if (bailey_lexer_accept(lex, "check"))
			commit->check = true;
		else if (bailey_lexer_accept(lex, "revoke"))
			ret = revoke_parse(lex, commit);
		else if (bailey_lexer_accept(lex, "confirm"))
			ret = bailey_lexer_number(lex, "the time to confirm", 1,
						  BAILEY_CONFIRM_MAX, &commit->confirm);
		else
			ret = bailey_lexer_fail(lex, -EINVAL,
						"check, revoke keep|cut, confirm SECONDS or the end of the line",
						"begin takes no such word");
	}
	return ret;
}

static int run(struct bailey_script *script, size_t end, struct bailey_diag *diag)
{
	script->commit.text = script->text.buf + script->body;
	script->commit.len = end - script->body;
	return script->ops->commit(script->arg, &script->commit, diag);
}

/* Lines before a begin, confirm or the end of the write, which nobody bracketed. */
static int run_loose(struct bailey_script *script, size_t end,
		     struct bailey_diag *diag)
{
	if (end == script->body)
		return 0;
	return run(script, end, diag);
}

/* The next lines, if nobody brackets them, are a transaction by themselves. */
static void start_loose(struct bailey_script *script)
{
	memset(&script->commit, 0, sizeof(script->commit));
	script->open = false;
	script->body = script->scanned;
	script->commit.first_line = script->line;
}

static int begin_line(struct bailey_script *script, struct bailey_lexer *lex,
		      size_t start, struct bailey_diag *diag)
{
	int ret;

	if (script->open && !script->poisoned)
		return bailey_lexer_fail(lex, -EINVAL, "commit or abort",
					 "there is a transaction under way already");
	if (!script->poisoned) {
		ret = run_loose(script, start, diag);
		if (ret)
			return ret;
	}
	script->poisoned = false;
	script->open = true;
	ret = begin_parse(lex, &script->commit);
	script->body = script->scanned;
	script->commit.first_line = script->line;
	return ret;
}

static int commit_line(struct bailey_script *script, struct bailey_lexer *lex,
		       size_t start, struct bailey_diag *diag)
{
	int ret;

	if (!script->open)
		return bailey_lexer_fail(lex, -EINVAL, "begin before it",
					 "there is no transaction to commit");
	bailey_lexer_next(lex);
	ret = bailey_lexer_end(lex);
	if (!ret)
		ret = run(script, start, diag);
	start_loose(script);
	return ret;
}

static int abort_line(struct bailey_script *script, struct bailey_lexer *lex)
{
	if (!script->open && !script->poisoned)
		return bailey_lexer_fail(lex, -EINVAL, "begin before it",
					 "there is no transaction to abort");
	bailey_lexer_next(lex);
	script->poisoned = false;
	start_loose(script);
	return bailey_lexer_end(lex);
}

static int confirm_line(struct bailey_script *script, struct bailey_lexer *lex,
			size_t start, struct bailey_diag *diag)
{
	int ret;

	if (script->open)
		return bailey_lexer_fail(lex, -EINVAL, "commit or abort before it",
					 "confirm stands outside a transaction");
	bailey_lexer_next(lex);
	ret = bailey_lexer_end(lex);
	if (!ret)
		ret = run_loose(script, start, diag);
	if (!ret)
		ret = script->ops->confirm(script->arg, diag);
	if (!ret)
		start_loose(script);
	return ret;
}

/* One whole line, which begins at @start and ends at script->scanned. */
static int take_line(struct bailey_script *script, size_t start, size_t len,
		     struct bailey_diag *diag)
{
	const char *text = script->text.buf + start;
	const char *nul = memchr(text, '\0', len);
	struct bailey_lexer lex;
	enum line_kind kind;

	bailey_lexer_init(&lex, text, len, script->line++, diag);
	if (nul) {
		lex.word = nul;
		lex.word_len = 1;
		return bailey_lexer_fail(&lex, -EINVAL, "text", "a NUL byte is no text");
	}
	if (len > BAILEY_LINE_MAX)
		return bailey_lexer_fail(&lex, -E2BIG, "", "a line has at most %u bytes",
					 BAILEY_LINE_MAX);
	kind = classify(&lex);
	if (script->poisoned && kind != LINE_BEGIN && kind != LINE_ABORT) {
		script->poisoned = kind != LINE_COMMIT;
		return bailey_lexer_fail(&lex, -EINVAL, "begin or abort",
					 "an earlier line of this transaction was refused");
	}
	switch (kind) {
	case LINE_BEGIN:
		return begin_line(script, &lex, start, diag);
	case LINE_COMMIT:
		return commit_line(script, &lex, start, diag);
	case LINE_ABORT:
		return abort_line(script, &lex);
	case LINE_CONFIRM:
		return confirm_line(script, &lex, start, diag);
	default:
		return 0;
	}
}

/* Refuse what was fed: what was open stays refused until somebody says begin. */
static int refuse(struct bailey_script *script, int ret, bool torn)
{
	script->poisoned |= script->open;
	script->torn = script->poisoned && torn;
	script->open = false;
	script->scanned = script->text.len;
	drop_text(script);
	script->line = 1;
	return ret;
}

static int fail_unterminated(struct bailey_script *script, struct bailey_diag *diag)
{
	size_t len = script->text.len - script->scanned;
	struct bailey_lexer lex;

	bailey_lexer_init(&lex, script->text.buf + script->scanned,
			  min_t(size_t, len, BAILEY_LINE_MAX), script->line, diag);
	lex.pos = lex.len;
	bailey_lexer_next(&lex);
	return bailey_lexer_fail(&lex, -EINVAL,
				 "a newline, or begin … commit around what takes several writes",
				 "the write ends inside a line");
}

/* The rest of a line of which an earlier write was refused is no line of its own. */
static void skip_torn(struct bailey_script *script, const char **data, size_t *len)
{
	const char *end = memchr(*data, '\n', *len);
	size_t n = end ? (size_t)(end - *data) + 1 : *len;

	*data += n;
	*len -= n;
	script->torn = !end;
}

static int fail_too_big(struct bailey_script *script, struct bailey_diag *diag)
{
	return bailey_diag_fail(diag, -EFBIG, script->line, 1,
				"the transaction is longer than %zu bytes (sysctl max_policy_bytes)",
				script->max_bytes);
}

static int take_lines(struct bailey_script *script, struct bailey_diag *diag)
{
	int ret = 0;

	while (!ret && script->scanned < script->text.len) {
		size_t start = script->scanned, rest = script->text.len - start;
		const char *end = memchr(script->text.buf + start, '\n', rest);

		if (!end)
			break;
		script->scanned += end - (script->text.buf + start) + 1;
		ret = take_line(script, start, script->scanned - start - 1, diag);
		bailey_yield();
		if (!ret && bailey_killed())
			ret = -EINTR;
	}
	return ret;
}

/**
 * bailey_script_feed() - take the bytes of one write
 * @script: the stream
 * @data: the bytes
 * @len: how many
 * @diag: emptied by the caller; says what was refused, and notes
 *
 * Return: 0 when all bytes were taken; a negative errno when something was
 * refused: then nothing of this write's unfinished transaction counts, but
 * transactions that the same write had completed before stay.
 */
int bailey_script_feed(struct bailey_script *script, const char *data,
		       size_t len, struct bailey_diag *diag)
{
	bool torn = len && data[len - 1] != '\n';
	int ret;

	if (script->torn)
		skip_torn(script, &data, &len);
	if (script->torn)
		return bailey_diag_fail(diag, -EINVAL, 1, 1,
					"an earlier part of this line was refused");
	if (!script->open && !script->poisoned) {
		script->line = 1;
		start_loose(script);
	}
	if (script->text.len - script->body + len > script->max_bytes)
		return refuse(script, fail_too_big(script, diag), torn);
	bailey_out_bytes(&script->text, data, len);
	if (script->text.failed) {
		bailey_out_destroy(&script->text);
		script->scanned = 0;
		return refuse(script, -ENOMEM, torn);
	}
	ret = take_lines(script, diag);
	if (!ret && script->text.len - script->scanned > BAILEY_LINE_MAX)
		ret = bailey_diag_fail(diag, -E2BIG, script->line, 1,
				       "a line has at most %u bytes", BAILEY_LINE_MAX);
	if (!ret && !script->open && script->scanned < script->text.len)
		ret = fail_unterminated(script, diag);
	if (!ret && !script->open)
		ret = run_loose(script, script->text.len, diag);
	if (ret)
		return refuse(script, ret, torn);
	if (!script->open)
		drop_text(script);
	return 0;
}

/**
 * bailey_script_lose() - a write did not get here
 * @script: the stream
 * @torn: it ended inside a line, for all that is known
 *
 * What is open is refused as if the write had been, so that no transaction is carried
 * out without a piece from its middle.
 */
void bailey_script_lose(struct bailey_script *script, bool torn)
{
	refuse(script, 0, torn);
}
