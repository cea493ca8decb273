// SPDX-License-Identifier: GPL-2.0
/* Transactions in streams of bytes: torn, nested, poisoned, oversized. */
#include <stdlib.h>
#include "script.h"
#include "unit.h"

#define MAX_BYTES	(4 << 20)

/* What the script asked for, one line each: "commit flags first: text". */
static struct bailey_out log_text;
static struct bailey_diag diag;
static struct bailey_script script;
static int commit_ret, confirm_ret;

static int commit(void *arg, const struct bailey_commit *commit, struct bailey_diag *d)
{
	(void)arg;
	if (commit_ret)
		return bailey_diag_fail(d, commit_ret, commit->first_line, 1, "no");
	bailey_out_printf(&log_text, "commit%s%s confirm=%u line=%u<",
			  commit->check ? " check" : "", commit->cut ? " cut" : "",
			  commit->confirm, commit->first_line);
	bailey_out_bytes(&log_text, commit->text, commit->len);
	bailey_out_printf(&log_text, ">\n");
	return 0;
}

static int confirm(void *arg, struct bailey_diag *d)
{
	(void)arg;
	if (confirm_ret)
		return bailey_diag_fail(d, confirm_ret, 1, 1, "nothing waits");
	bailey_out_printf(&log_text, "confirm\n");
	return 0;
}

static const struct bailey_script_ops ops = { .commit = commit, .confirm = confirm };

static void start(size_t max_bytes)
{
	bailey_script_destroy(&script);
	bailey_script_init(&script, &ops, NULL, max_bytes);
	bailey_out_destroy(&log_text);
	bailey_diag_destroy(&diag);
	commit_ret = 0;
	confirm_ret = 0;
}

static int feed_bytes(const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, data, len);
	bailey_diag_destroy(&diag);
	ret = bailey_script_feed(&script, copy, len, &diag);
	free(copy);
	return ret;
}

static int feed(const char *text)
{
	return feed_bytes(text, strlen(text));
}

static const char *said(void)
{
	return log_text.buf ? log_text.buf : "";
}

static void stop(void)
{
	bailey_script_destroy(&script);
	bailey_out_destroy(&log_text);
	bailey_diag_destroy(&diag);
}

static void one_write_is_one_transaction(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("acl a\nacl b\n"), 0);
	CHECK_EQ(feed("acl c\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl a\nacl b\n>\n"
		  "commit confirm=0 line=1<acl c\n>\n");
	CHECK_EQ(feed(""), 0);
	CHECK_EQ(feed("\n"), 0);
	stop();
}

static void a_write_must_end_its_line(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("acl a\nacl b"), -EINVAL);
	CHECK_EQ(diag.error.line, 2);
	CHECK_EQ(diag.error.column, 6);
	CHECK_STR(said(), "");
	/* What was refused is forgotten. */
	CHECK_EQ(feed("acl c\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl c\n>\n");
	stop();
}

static const char long_script[] =
	"# head\nbegin check revoke cut confirm 60 # x\nacl a\n\n  # c\nacl b\ncommit\n"
	"begin\ncommit\nbegin revoke keep\nacl d\nabort\nbegin\nacl e\n commit #\n";
static const char long_answer[] =
	"commit check cut confirm=60 line=3<acl a\n\n  # c\nacl b\n>\n"
	"commit confirm=0 line=9<>\n"
	"commit confirm=0 line=14<acl e\n>\n";

/* Two cuts at any two bytes: before begin is complete they are refused. */
static void torn_at_every_byte(void)
{
	static const char answer[] =
		"commit cut confirm=0 line=2<acl a\n\n# c\nacl b\n>\n";
	static const char text[] = "begin revoke cut\nacl a\n\n# c\nacl b\n commit #\n";
	size_t head = strcspn(text, "\n") + 1, len = strlen(text), a, b;

	for (a = 0; a <= len; a++) {
		for (b = a; b <= len; b++) {
			bool good = (!a || a >= head) && (!b || b >= head);
			int ret;

			start(MAX_BYTES);
			ret = feed_bytes(text, a);
			if (!ret)
				ret = feed_bytes(text + a, b - a);
			if (!ret)
				ret = feed_bytes(text + b, len - b);
			unit_about("cut at %zu and %zu", a, b);
			CHECK_EQ(ret, good ? 0 : -EINVAL);
			CHECK_STR(said(), good ? answer : "");
		}
	}
	stop();
}

static void torn_inside_byte_by_byte(void)
{
	static const char body[] = "acl a\nacl b # commit\n\tcommit\n";
	size_t i;

	start(MAX_BYTES);
	CHECK_EQ(feed("begin\n"), 0);
	for (i = 0; i < strlen(body); i++)
		CHECK_EQ(feed_bytes(body + i, 1), 0);
	CHECK_STR(said(), "commit confirm=0 line=2<acl a\nacl b # commit\n>\n");
	CHECK_EQ(feed("acl c\n"), 0);
	stop();
}

static void many_in_one_write(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed(long_script), 0);
	/* The comment before begin is a transaction of nothing. */
	CHECK(strstr(said(), long_answer));
	start(MAX_BYTES);
	CHECK_EQ(feed("acl a\nbegin\nacl b\ncommit\nacl c\nconfirm\nacl d\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl a\n>\n"
		  "commit confirm=0 line=3<acl b\n>\n"
		  "commit confirm=0 line=5<acl c\n>\nconfirm\n"
		  "commit confirm=0 line=7<acl d\n>\n");
	stop();
}

static void begin_words(void)
{
	static const struct {
		const char *line;
		int ret;
		u32 column;
	} rows[] = {
		{ "begin\n", 0, 0 }, { "  begin  check\t# x\n", 0, 0 },
		{ "begin confirm 1 revoke keep check\n", 0, 0 },
		{ "begin confirm 86400\n", 0, 0 },
		{ "begin now\n", -EINVAL, 7 }, { "begin revoke\n", -EINVAL, 13 },
		{ "begin revoke all\n", -EINVAL, 14 }, { "begin confirm\n", -EINVAL, 14 },
		{ "begin confirm 0\n", -ERANGE, 15 },
		{ "begin confirm 86401\n", -ERANGE, 15 },
		{ "begin confirm 60s\n", -EINVAL, 15 },
		{ "begin check confirm 9 now\n", -EINVAL, 23 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		start(MAX_BYTES);
		unit_about("'%s'", rows[i].line);
		CHECK_EQ(feed(rows[i].line), rows[i].ret);
		CHECK_EQ(diag.error.column, rows[i].column);
		CHECK_EQ(feed("acl a\ncommit\n"), rows[i].ret ? -EINVAL : 0);
		if (rows[i].ret)
			CHECK_STR(said(), "");
	}
	stop();
}

static void stray_words(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("commit\n"), -EINVAL);
	CHECK_EQ(feed("abort\n"), -EINVAL);
	CHECK_EQ(feed("acl a\ncommit\n"), -EINVAL);
	CHECK_EQ(diag.error.line, 2);
	CHECK_STR(said(), "");
	CHECK_EQ(feed("begin\nconfirm\n"), -EINVAL);
	CHECK_EQ(feed("abort\n"), 0);
	CHECK_EQ(feed("confirm now\n"), -EINVAL);
	CHECK_EQ(feed("begin\ncommit now\n"), -EINVAL);
	CHECK_STR(said(), "");
	CHECK_EQ(feed("begin\nabort now\n"), -EINVAL);
	CHECK_STR(said(), "");
	confirm_ret = -ENOENT;
	CHECK_EQ(feed("confirm\n"), -ENOENT);
	confirm_ret = 0;
	CHECK_EQ(feed("confirm\n"), 0);
	CHECK_STR(said(), "confirm\n");
	stop();
}

/* After a refusal inside a transaction nothing slips in until it is over. */
static void poison(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nacl a\nbegin\n"), -EINVAL);
	CHECK_EQ(diag.error.line, 3);
	CHECK_EQ(feed("acl b\n"), -EINVAL);
	CHECK_EQ(feed("acl c\nconfirm\n"), -EINVAL);
	CHECK_EQ(feed("acl d\ncommit\n"), -EINVAL);
	CHECK_EQ(feed("commit\n"), -EINVAL);
	CHECK_STR(said(), "");
	CHECK_EQ(feed("acl e\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl e\n>\n");

	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nbegin\n"), -EINVAL);
	CHECK_EQ(feed("abort\n"), 0);
	CHECK_EQ(feed("acl e\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl e\n>\n");

	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nbegin\n"), -EINVAL);
	CHECK_EQ(feed("begin\nacl f\ncommit\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=2<acl f\n>\n");
	stop();
}

/* A poisoned stream that is cut inside a line: its end is no line of its own. */
static void poison_and_torn_lines(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nbegin\n"), -EINVAL);
	CHECK_EQ(feed("acl x # do not "), -EINVAL);
	CHECK_EQ(feed("abort\nacl y\n"), -EINVAL);
	CHECK_EQ(feed("acl z\n"), -EINVAL);
	CHECK_STR(said(), "");
	stop();
}

static void refused_commits(void)
{
	start(MAX_BYTES);
	commit_ret = -EEXIST;
	CHECK_EQ(feed("begin\nacl a\ncommit\nacl b\n"), -EEXIST);
	CHECK_EQ(diag.error.line, 2);
	CHECK_EQ(feed("acl c\n"), -EEXIST);
	commit_ret = 0;
	CHECK_STR(said(), "");
	CHECK_EQ(feed("acl d\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl d\n>\n");
	/* What is left of a write whose first part was refused does not count. */
	start(MAX_BYTES);
	commit_ret = -EEXIST;
	CHECK_EQ(feed("acl a\nbegin\nacl b\ncommit\n"), -EEXIST);
	commit_ret = 0;
	CHECK_EQ(feed("acl d\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl d\n>\n");
	stop();
}

static void nul_bytes(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed_bytes("acl a\nac\0l b\n", 13), -EINVAL);
	CHECK_EQ(diag.error.line, 2);
	CHECK_EQ(diag.error.column, 3);
	CHECK_STR(diag.error.word, "\\x00");
	CHECK_EQ(feed_bytes("\0", 1), -EINVAL);
	CHECK_EQ(feed_bytes("#\0\n", 3), -EINVAL);
	CHECK_EQ(feed("begin\n"), 0);
	CHECK_EQ(feed_bytes("\0\n", 2), -EINVAL);
	CHECK_EQ(feed("acl c\ncommit\n"), -EINVAL);
	CHECK_STR(said(), "");
	stop();
}

static void long_lines(void)
{
	size_t len = 1 << 20, i;
	char *line = malloc(len);
	int ret = 0;

	REQUIRE(line);
	memset(line, 'x', len);
	start(MAX_BYTES);
	CHECK_EQ(feed_bytes(line, len), -E2BIG);
	line[len - 1] = '\n';
	CHECK_EQ(feed_bytes(line, len), -E2BIG);
	CHECK_EQ(feed("begin\n"), 0);
	for (i = 0; i + 4096 <= len && !ret; i += 4096)
		ret = feed_bytes(line, 4096);
	CHECK_EQ(ret, -E2BIG);
	CHECK_EQ(i, 16 * 4096);
	CHECK_EQ(feed("\nabort\n"), 0);
	line[BAILEY_LINE_MAX] = '\n';
	CHECK_EQ(feed_bytes(line, BAILEY_LINE_MAX + 1), 0);
	line[BAILEY_LINE_MAX] = 'x';
	line[BAILEY_LINE_MAX + 1] = '\n';
	log_text.len = 0;
	CHECK_EQ(feed_bytes(line, BAILEY_LINE_MAX + 2), -E2BIG);
	CHECK_EQ(log_text.len, 0);
	free(line);
	stop();
}

static void big_transactions(void)
{
	u32 i;
	int ret = 0;

	start(1000);
	CHECK_EQ(feed("begin\n"), 0);
	for (i = 0; i < 200 && !ret; i++)
		ret = feed("acl abc\n");
	CHECK_EQ(ret, -EFBIG);
	CHECK_EQ(i, 126);
	CHECK_EQ(feed("commit\n"), -EINVAL);
	CHECK_STR(said(), "");
	/* Each transaction has the whole room. */
	for (i = 0; i < 20; i++) {
		u32 k;

		CHECK_EQ(feed("begin\n"), 0);
		for (k = 0; k < 120; k++)
			CHECK_EQ(feed("acl abc\n"), 0);
		CHECK_EQ(feed("commit\n"), 0);
	}
	stop();
}

static void closing_commits_nothing(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nacl a\n"), 0);
	CHECK_EQ(feed("acl b"), 0);
	bailey_script_destroy(&script);
	CHECK_STR(said(), "");
	stop();
}

/* Words of the stream inside other lines are nothing but words. */
static void words_in_other_places(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("acl begin\nacl commit in 1 allow # abort\n"), 0);
	CHECK_EQ(feed("begin\nacl begin\n# begin\nadd commit\ncommit\n"), 0);
	CHECK(strstr(said(), "<acl begin\n# begin\nadd commit\n>"));
	CHECK_EQ(feed("beginning\n"), 0);
	stop();
}

static u32 seed = 1;

static u32 below(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* However a text is cut inside its transactions, the same is carried out. */
static void random_cuts(void)
{
	static const char * const lines[] = {
		"acl a\n", "\n", "# c\n", "\tx y z\r\n", "begin-ning\n", "commit-ment x\n"
	};
	u32 round, i, n;

	for (round = 0; round < 3000; round++) {
		struct bailey_out text = { 0 };
		char *whole;
		size_t at = 6, cut;

		bailey_out_printf(&text, "begin\n");
		for (i = 0, n = below(8); i < n; i++)
			bailey_out_printf(&text, "%s", lines[below(6)]);
		bailey_out_printf(&text, "commit\n");
		start(MAX_BYTES);
		CHECK_EQ(feed(text.buf), 0);
		whole = strdup(said());
		start(MAX_BYTES);
		CHECK_EQ(feed("begin\n"), 0);
		while (at < text.len) {
			cut = 1 + below(text.len - at);
			CHECK_EQ(feed_bytes(text.buf + at, cut), 0);
			at += cut;
		}
		CHECK_STR(said(), whole);
		free(whole);
		bailey_out_destroy(&text);
	}
	stop();
}

/* A write that never came must not leave a hole in a transaction. */
static void a_lost_write_is_a_refused_one(void)
{
	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nacl a\n"), 0);
	bailey_script_lose(&script, false);
	CHECK(feed("acl c\n") < 0);
	CHECK(feed("commit\n") < 0);
	CHECK_STR(said(), "");
	CHECK_EQ(feed("acl d\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl d\n>\n");

	/* The rest of a line whose beginning is lost is no line */
	start(MAX_BYTES);
	CHECK_EQ(feed("begin\nacl a\n"), 0);
	bailey_script_lose(&script, true);
	CHECK_EQ(feed("begin\nbegin\nacl c\ncommit\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=2<acl c\n>\n");

	/* Where nothing is open there is nothing to refuse */
	start(MAX_BYTES);
	bailey_script_lose(&script, true);
	CHECK_EQ(feed("acl a\n"), 0);
	CHECK_STR(said(), "commit confirm=0 line=1<acl a\n>\n");
	stop();
}

static const struct unit_test tests[] = {
	UNIT(one_write_is_one_transaction),
	UNIT(a_write_must_end_its_line),
	UNIT(torn_at_every_byte),
	UNIT(torn_inside_byte_by_byte),
	UNIT(many_in_one_write),
	UNIT(begin_words),
	UNIT(stray_words),
	UNIT(poison),
	UNIT(poison_and_torn_lines),
	UNIT(a_lost_write_is_a_refused_one),
	UNIT(refused_commits),
	UNIT(nul_bytes),
	UNIT(long_lines),
	UNIT(big_transactions),
	UNIT(closing_commits_nothing),
	UNIT(words_in_other_places),
	UNIT(random_cuts),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
