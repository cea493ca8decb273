// SPDX-License-Identifier: GPL-2.0
/*
 * A stream of writes, cut as the first bytes of the input say. However it is
 * cut, nothing breaks; and a transaction that is good in one piece is the same
 * in any number of pieces.
 */
#include "fuzz.h"
#include "script.h"

#define MAX_BYTES	65536
#define CUTS		4

static int commit(void *arg, const struct bailey_commit *commit, struct bailey_diag *diag)
{
	struct bailey_out *log = arg;

	MUST(commit->first_line >= 1);
	MUST(commit->len <= MAX_BYTES);
	MUST(!commit->len || !memchr(commit->text, '\0', commit->len));
	if (commit->len >= 3 && !memcmp(commit->text, "bad", 3))
		return bailey_diag_fail(diag, -EINVAL, commit->first_line, 1, "bad");
	bailey_out_printf(log, "commit %d %d %u %zu\n", commit->check, commit->cut,
			  commit->confirm, commit->len);
	bailey_out_bytes(log, commit->text, commit->len);
	return 0;
}

static int confirm(void *arg, struct bailey_diag *diag)
{
	(void)diag;
	bailey_out_printf(arg, "confirm\n");
	return 0;
}

static const struct bailey_script_ops ops = { .commit = commit, .confirm = confirm };

static int feed(struct bailey_script *script, const void *data, size_t len)
{
	struct bailey_diag diag = { 0 };
	void *copy = fuzz_copy(data, len);
	int ret = bailey_script_feed(script, copy, len, &diag);

	MUST(!ret == !diag.error.code || ret == -ENOMEM);
	free(copy);
	bailey_diag_destroy(&diag);
	return ret;
}

/* Feed @data in pieces; 0 if all of them were taken. */
static int feed_pieces(struct bailey_script *script, const uint8_t *cuts,
		       const uint8_t *data, size_t len)
{
	size_t at = 0, piece, n = 0;
	int ret = 0;

	while (at < len) {
		piece = 1 + cuts[n++ % CUTS] % 64;
		if (piece > len - at)
			piece = len - at;
		if (feed(script, data + at, piece))
			ret = -1;
		at += piece;
	}
	return ret;
}

/* Behind an abort each write is a transaction of its own, and cuts do matter. */
static bool may_abort(const uint8_t *data, size_t len)
{
	size_t at;

	for (at = 0; at + 5 <= len; at++)
		if (!memcmp(data + at, "abort", 5))
			return true;
	return false;
}

static void whole_and_in_pieces(const uint8_t *cuts, const uint8_t *data, size_t len)
{
	struct bailey_out whole = { 0 }, pieces = { 0 };
	struct bailey_script script;
	int ret;

	bailey_script_init(&script, &ops, &whole, MAX_BYTES);
	ret = feed(&script, "begin\n", 6);
	MUST(!ret);
	ret = feed(&script, data, len);
	/* Only if the transaction is still open cuts may not matter. */
	if (ret || whole.len || !script.open || script.poisoned || may_abort(data, len)) {
		bailey_script_destroy(&script);
		bailey_out_destroy(&whole);
		return;
	}
	ret = feed(&script, "\ncommit\n", 8);
	bailey_script_destroy(&script);

	bailey_script_init(&script, &ops, &pieces, MAX_BYTES);
	MUST(!feed(&script, "begin\n", 6));
	feed_pieces(&script, cuts, data, len);
	MUST(feed(&script, "\ncommit\n", 8) == ret);
	MUST(whole.len == pieces.len);
	MUST(!whole.len || !memcmp(whole.buf, pieces.buf, whole.len));
	bailey_script_destroy(&script);
	bailey_out_destroy(&whole);
	bailey_out_destroy(&pieces);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	struct bailey_out log = { 0 };
	struct bailey_script script;

	if (size < CUTS)
		return 0;
	bailey_script_init(&script, &ops, &log, MAX_BYTES);
	feed_pieces(&script, data, data + CUTS, size - CUTS);
	bailey_script_destroy(&script);
	bailey_out_destroy(&log);
	whole_and_in_pieces(data, data + CUTS, size - CUTS);
	return 0;
}
