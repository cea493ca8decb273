// SPDX-License-Identifier: GPL-2.0
/*
 * Any text: a policy is refused with a place, or its canonical form can be read
 * again and says the same. A byte 0xff parts two transactions: the second is a
 * change of the first, which stays as it is.
 */
#include "binding.h"
#include "fuzz.h"
#include "language.h"
#include "policy_text.h"
#include "seal.h"

#define MAX_RULES	100000

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" }, { 17, "veth7" },
};

static void check_refusal(const struct bailey_diag *diag, int ret, size_t len)
{
	const struct bailey_error *error = &diag->error;

	MUST(ret < 0);
	if (!error->code) {
		MUST(ret == -ENOMEM);
		return;
	}
	MUST(error->code == ret);
	MUST(error->line >= 1 && error->line <= len + 1);
	MUST(error->column >= 1 && error->column <= len + 1);
	MUST(error->length <= len);
	MUST(error->reason[0]);
	MUST(strlen(error->word) < sizeof(error->word));
}

/* A policy from text on top of @base, or NULL. */
static struct bailey_policy *make(const struct bailey_policy *base, const void *text,
				  size_t len)
{
	struct bailey_policy *policy = base ? bailey_policy_clone(base) :
					      bailey_policy_create();
	struct bailey_diag diag = { 0 };
	char *copy = fuzz_copy(text, len);
	struct bailey_out out = { 0 };
	int ret;

	MUST(policy);
	ret = bailey_language_apply(policy, copy, len, 1, &diag);
	free(copy);
	if (!ret)
		ret = bailey_policy_seal(policy, base, MAX_RULES, &diag);
	if (ret) {
		check_refusal(&diag, ret, len);
		bailey_policy_put(policy);
		policy = NULL;
	}
	bailey_diag_print(&diag, &out);
	bailey_out_destroy(&out);
	bailey_diag_destroy(&diag);
	return policy;
}

/* The canonical form without the lines around it that are not the language's. */
static void print_body(const struct bailey_policy *policy, struct bailey_out *out)
{
	bailey_policy_print(policy, out);
	MUST(!out->failed && out->len > 13);
	MUST(!memcmp(out->buf, "begin\n", 6));
	MUST(!memcmp(out->buf + out->len - 7, "commit\n", 7));
}

static void check_round_trip(const struct bailey_policy *policy,
			     const struct bailey_policy *base)
{
	struct bailey_out first = { 0 }, again = { 0 };
	struct bailey_policy *copy;

	print_body(policy, &first);
	copy = make(base, first.buf + 6, first.len - 13);
	MUST(copy);
	print_body(copy, &again);
	MUST(first.len == again.len && !memcmp(first.buf, again.buf, first.len));
	bailey_out_destroy(&first);
	bailey_out_destroy(&again);
	bailey_policy_put(copy);
}

static void check_binding(struct bailey_policy *policy)
{
	struct bailey_binding *binding;
	u32 i;

	binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
	MUST(binding);
	for (i = 0; i < 20; i++)
		bailey_binding_find(binding, i);
	bailey_binding_destroy(binding);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	const uint8_t *second = size ? memchr(data, 0xff, size) : NULL;
	size_t len = second ? (size_t)(second - data) : size;
	struct bailey_policy *base = make(NULL, data, len), *policy;
	struct bailey_out before = { 0 }, after = { 0 };

	if (!base)
		return 0;
	check_binding(base);
	check_round_trip(base, NULL);
	check_round_trip(base, base);
	if (second) {
		print_body(base, &before);
		policy = make(base, second + 1, size - len - 1);
		print_body(base, &after);
		MUST(before.len == after.len &&
		     !memcmp(before.buf, after.buf, before.len));
		if (policy) {
			check_round_trip(policy, NULL);
			check_round_trip(policy, base);
			check_binding(policy);
		}
		bailey_policy_put(policy);
		bailey_out_destroy(&before);
		bailey_out_destroy(&after);
	}
	bailey_policy_put(base);
	return 0;
}
