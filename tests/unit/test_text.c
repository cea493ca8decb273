// SPDX-License-Identifier: GPL-2.0
/* Words, numbers, addresses, errors with a place, and text that grows. */
#include <stdlib.h>
#include "text.h"
#include "unit.h"

static struct bailey_diag diag;

static struct bailey_lexer lexer(const char *line)
{
	struct bailey_lexer lex;

	bailey_diag_destroy(&diag);
	bailey_lexer_init(&lex, line, strlen(line), 7, &diag);
	return lex;
}

static void words_and_columns(void)
{
	struct bailey_lexer lex = lexer("  add\tacl  web\r# not a word");

	CHECK(bailey_lexer_next(&lex) && bailey_lexer_is(&lex, "add"));
	CHECK_EQ(bailey_lexer_column(&lex), 3);
	CHECK(!bailey_lexer_is(&lex, "ad") && !bailey_lexer_is(&lex, "add "));
	CHECK(!bailey_lexer_accept(&lex, "delete"));
	CHECK(bailey_lexer_accept(&lex, "add") && bailey_lexer_is(&lex, "acl"));
	CHECK_EQ(bailey_lexer_column(&lex), 7);
	CHECK_EQ(bailey_lexer_end(&lex), -EINVAL);
	CHECK_EQ(diag.error.line, 7);
	CHECK_EQ(diag.error.column, 7);
	CHECK_STR(diag.error.word, "acl");
	CHECK(bailey_lexer_next(&lex) && bailey_lexer_is(&lex, "web"));
	CHECK(!bailey_lexer_next(&lex));
	CHECK_EQ(lex.word_len, 0);
	CHECK(!bailey_lexer_next(&lex));
	CHECK_EQ(bailey_lexer_end(&lex), 0);
	CHECK(!bailey_lexer_is(&lex, ""));
	bailey_diag_destroy(&diag);
}

static void comments_begin_words(void)
{
	struct bailey_lexer lex = lexer("a#b #c d");

	CHECK(bailey_lexer_next(&lex) && bailey_lexer_is(&lex, "a#b"));
	CHECK(!bailey_lexer_next(&lex));
	lex = lexer("");
	CHECK(!bailey_lexer_next(&lex));
	lex = lexer("#");
	CHECK(!bailey_lexer_next(&lex));
	lex = lexer(" \t ");
	CHECK(!bailey_lexer_next(&lex));
}

static void numbers(void)
{
	static const struct {
		const char *text;
		int ret;
		u32 value;
	} rows[] = {
		{ "1", 0, 1 }, { "100", 0, 100 }, { "007", 0, 7 },
		{ "0", -ERANGE, 0 }, { "101", -ERANGE, 0 },
		{ "4294967295", -ERANGE, 0 }, { "4294967296", -EINVAL, 0 },
		{ "99999999999999999999", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 }, { "+1", -EINVAL, 0 }, { "1x", -EINVAL, 0 },
		{ "0x1", -EINVAL, 0 }, { "", -EINVAL, 0 },
	};
	u32 i, value;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bailey_lexer lex = lexer(rows[i].text);

		unit_about("'%s'", rows[i].text);
		bailey_lexer_next(&lex);
		value = 0;
		CHECK_EQ(bailey_lexer_number(&lex, "the number", 1, 100, &value),
			 rows[i].ret);
		if (rows[i].ret) {
			CHECK_STR(diag.error.expected, "a number from 1 to 100");
			CHECK_EQ(diag.error.code, rows[i].ret);
		} else {
			CHECK_EQ(value, rows[i].value);
		}
	}
	bailey_diag_destroy(&diag);
}

static void check_addr(const char *text, const char *canonical)
{
	struct bailey_addr addr;
	struct bailey_out out = { 0 };
	u8 family = 0;
	bool ok = bailey_text_addr(text, strlen(text), &family, &addr);

	unit_about("'%s'", text);
	if (!CHECK_EQ(ok, !!canonical) || !ok)
		return;
	bailey_out_addr(&out, family, &addr);
	CHECK_STR(out.buf, canonical);
	CHECK_EQ(family, strchr(canonical, ':') ? BAILEY_IPV6 : BAILEY_IPV4);
	bailey_out_destroy(&out);
}

static void good_addresses(void)
{
	static const char * const rows[][2] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "119.18.36.73", "119.18.36.73" },
		{ "::", "::" }, { "::1", "::1" }, { "1::", "1::" },
		{ "2001:DB8::0007", "2001:db8::7" },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "1:0:0:4:0:0:0:8", "1:0:0:4::8" },
		{ "1:0:0:4:5:0:0:8", "1::4:5:0:0:8" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "::ffff:1.2.3.4", "::ffff:102:304" },
		{ "::1.2.3.4", "::102:304" },
		{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
		{ "fe80::ABCD:0:1", "fe80::abcd:0:1" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_addr(rows[i][0], rows[i][1]);
}

static void bad_addresses(void)
{
	static const char * const rows[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3",
		"256.1.1.1", "01.2.3.4", "1.2.3.04", "1.2.3.4 ", " 1.2.3.4",
		"1.2.3.0x4", "-1.2.3.4", "1,2.3.4", ":", ":::", "1:", ":1",
		"1::2::3", "::1::", "12345::", "g::", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1.2.3", "::1.2.3.4:1",
		"fe80::1%eth0", "::1/64", "1:::2", "::00000", "1::2:",
		"[::1]",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_addr(rows[i], NULL);
}

/* A word that is no whole string: nothing behind its end may be read. */
static void addresses_are_not_terminated(void)
{
	static const char text[] = "2001:db8:1:2:3:4:5:6";
	struct bailey_addr addr;
	u8 family;
	u32 len;

	for (len = 0; len < sizeof(text); len++) {
		char *copy = malloc(len + !len);

		if (!copy)
			return;
		memcpy(copy, text, len);
		bailey_text_addr(copy, len, &family, &addr);
		free(copy);
	}
	CHECK(bailey_text_addr("1.2.3.45", 7, &family, &addr));
	CHECK_EQ(addr.hi, 0x0102030400000000ULL);
}

static void random_addresses_come_back(void)
{
	u64 seed = 88172645463325252ULL;
	u32 i, k;

	for (i = 0; i < 20000; i++) {
		struct bailey_out out = { 0 };
		u8 bytes[16], again[16], family = i & 1 ? BAILEY_IPV6 : BAILEY_IPV4;
		struct bailey_addr addr;

		for (k = 0; k < 16; k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			bytes[k] = seed & 0x300 ? 0 : seed >> 32;
		}
		addr = bailey_addr_from_bytes(family, bytes);
		bailey_out_addr(&out, family, &addr);
		memset(&addr, 0xff, sizeof(addr));
		unit_about("%s", out.buf);
		CHECK(bailey_text_addr(out.buf, out.len, &family, &addr));
		CHECK_EQ(family, i & 1 ? BAILEY_IPV6 : BAILEY_IPV4);
		bailey_addr_to_bytes(family, &addr, again);
		CHECK(!memcmp(bytes, again, i & 1 ? 16 : 4));
		bailey_out_destroy(&out);
	}
}

static void lists(void)
{
	static const struct {
		const char *text;
		const char *item[4];
	} rows[] = {
		{ "web", { "web" } }, { "web,ssh", { "web", "ssh" } },
		{ "", { "" } }, { ",", { "", "" } }, { "a,,b", { "a", "", "b" } },
		{ "a,", { "a", "" } },
	};
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *list = rows[i].text, *item;
		u32 left = strlen(list), len;

		unit_about("'%s'", rows[i].text);
		for (n = 0; bailey_text_item(&list, &left, &item, &len); n++) {
			if (!CHECK(n < 4 && rows[i].item[n]))
				break;
			CHECK_EQ(len, strlen(rows[i].item[n]));
			CHECK(!memcmp(item, rows[i].item[n], len));
		}
		CHECK(n == 4 || !rows[i].item[n]);
	}
}

static void escapes(void)
{
	static const char raw[] = "a\\b\x1b[31m\0\xff\n\x7f c";
	struct bailey_out out = { 0 };

	bailey_out_escaped(&out, raw, sizeof(raw) - 1);
	CHECK_STR(out.buf, "a\\x5cb\\x1b[31m\\x00\\xff\\x0a\\x7f\\x20c");
	bailey_out_destroy(&out);
}

/* A word of 1 MiB of anything fits into an error, cut, and always terminated. */
static void long_words_are_cut(void)
{
	struct bailey_lexer lex;
	u32 len = 1 << 20;
	char *line = malloc(len);

	REQUIRE(line);
	memset(line, 0xff, len);
	bailey_lexer_init(&lex, line, len, 1, &diag);
	CHECK(bailey_lexer_next(&lex));
	CHECK_EQ(lex.word_len, len);
	bailey_lexer_fail(&lex, -EINVAL, "", "%s is %0300d", "it", 1);
	CHECK_EQ(diag.error.length, len);
	CHECK(strlen(diag.error.word) < sizeof(diag.error.word));
	CHECK(!strncmp(diag.error.word, "\\xff\\xff", 8));
	CHECK(strlen(diag.error.word) % 4 == 0);
	CHECK_EQ(strlen(diag.error.reason), sizeof(diag.error.reason) - 1);
	free(line);
	bailey_diag_destroy(&diag);
}

static void the_first_error_stays(void)
{
	struct bailey_lexer lex = lexer("one two");
	struct bailey_out out = { 0 };

	bailey_lexer_next(&lex);
	CHECK_EQ(bailey_lexer_fail(&lex, -EINVAL, "1", "first"), -EINVAL);
	bailey_lexer_next(&lex);
	CHECK_EQ(bailey_lexer_fail(&lex, -ERANGE, "2", "second"), -ERANGE);
	CHECK_EQ(bailey_diag_fail(&diag, -ENOENT, 9, 9, "third"), -ENOENT);
	bailey_lexer_note(&lex, "by the %s", "way");
	bailey_diag_print(&diag, &out);
	CHECK_STR(out.buf, "line 7\ncolumn 1\nlength 3\nword one\nreason first\n"
		  "expected 1\nnote line 7 column 5: by the way\n");
	bailey_out_destroy(&out);
	bailey_diag_destroy(&diag);
	bailey_diag_print(&diag, &out);
	CHECK_EQ(out.len, 0);
	bailey_out_destroy(&out);
}

/* Notes that there was no memory for: an answer without them is marked. */
static void missing_notes_are_told(void)
{
	struct bailey_diag said = { .notes = { .failed = true } };
	struct bailey_out out = { 0 };

	bailey_diag_print(&said, &out);
	CHECK(out.failed);
	bailey_out_destroy(&out);
	/* But not instead of an error */
	bailey_diag_fail(&said, -EINVAL, 1, 2, "no");
	bailey_diag_print(&said, &out);
	CHECK(!out.failed && !strncmp(out.buf, "line 1\ncolumn 2\n", 16));
	bailey_out_destroy(&out);
	bailey_diag_destroy(&said);
}

static void text_grows(void)
{
	struct bailey_out out = { 0 };
	u32 i;

	for (i = 0; i < 5000; i++)
		bailey_out_printf(&out, "%u ", i % 10);
	CHECK_EQ(out.len, 10000);
	CHECK_EQ(strlen(out.buf), 10000);
	CHECK(!strncmp(out.buf + 9980, "0 1 2 3 4 5 6 7 8 9 ", 20));
	bailey_out_printf(&out, "%0600d", 1);
	CHECK_EQ(out.len, 10511);
	CHECK(!out.failed);
	bailey_out_reset(&out);
	CHECK_STR(out.buf, "");
	bailey_out_destroy(&out);
}

static const struct unit_test tests[] = {
	UNIT(words_and_columns),
	UNIT(comments_begin_words),
	UNIT(numbers),
	UNIT(good_addresses),
	UNIT(bad_addresses),
	UNIT(addresses_are_not_terminated),
	UNIT(random_addresses_come_back),
	UNIT(lists),
	UNIT(escapes),
	UNIT(long_words_are_cut),
	UNIT(the_first_error_stays),
	UNIT(missing_notes_are_told),
	UNIT(text_grows),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
