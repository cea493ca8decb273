// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to the policy of a namespace, as control.c carries them out: commits, checks,
 * revocations, confirmations and roll-backs, writes that are lost, less memory for rules.
 * What is in force is at all times what the last commit that was accepted has made, to the
 * byte; and what waits to come back stays as it was.
 *
 * A byte 0xff parts two writes, the one behind it says what happens between them.
 */
#include "binding.h"
#include "fuzz.h"
#include "language.h"
#include "policy_text.h"
#include "script.h"
#include "seal.h"

#define MAX_BYTES	65536
#define MAX_RULES	10000

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" }, { 17, "veth7" },
};

/* The policy of a namespace, and what it must look like. */
struct store {
	struct bailey_policy *policy;
	struct bailey_policy *before;
	struct bailey_out text;
	struct bailey_out before_text;
	u32 next_set_id;
	u32 last_epoch;
	u64 max_rules;
};

static void must_be(const struct bailey_policy *policy, const struct bailey_out *text)
{
	struct bailey_out now = { 0 };

	bailey_policy_print(policy, &now);
	MUST(now.len == text->len && !memcmp(now.buf, text->buf, now.len));
	bailey_out_destroy(&now);
}

static void must_hold(const struct store *store)
{
	must_be(store->policy, &store->text);
	if (store->before)
		must_be(store->before, &store->before_text);
}

/* In force from now on; a binding of it is what packets would meet. */
static void publish(struct store *store, struct bailey_policy *policy)
{
	struct bailey_binding *binding;

	bailey_policy_get(policy);
	binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
	MUST(binding);
	bailey_binding_destroy(binding);
	bailey_policy_put(store->policy);
	store->policy = policy;
	bailey_out_reset(&store->text);
	bailey_policy_print(policy, &store->text);
}

static void forget_before(struct store *store)
{
	bailey_policy_put(store->before);
	store->before = NULL;
}

static void roll_back(struct store *store)
{
	if (!store->before)
		return;
	publish(store, store->before);
	MUST(store->text.len == store->before_text.len &&
	     !memcmp(store->text.buf, store->before_text.buf, store->text.len));
	forget_before(store);
}

static struct bailey_policy *build(struct store *store, const struct bailey_commit *commit,
				   struct bailey_diag *diag, int *ret)
{
	struct bailey_policy *policy = bailey_policy_clone(store->policy);

	MUST(policy);
	policy->next_set_id = store->next_set_id;
	policy->max_rules = store->max_rules;
	if (commit->cut)
		policy->epoch = ++store->last_epoch;
	*ret = bailey_language_apply(policy, commit->text, commit->len, commit->first_line, diag);
	if (!*ret)
		*ret = bailey_policy_seal(policy, store->policy, store->max_rules, diag);
	MUST(policy->next_set_id >= store->next_set_id);
	store->next_set_id = policy->next_set_id;
	return policy;
}

static int commit(void *arg, const struct bailey_commit *commit, struct bailey_diag *diag)
{
	struct store *store = arg;
	struct bailey_policy *policy;
	int ret;

	if (!commit->check && store->before)
		return bailey_diag_fail(diag, -EBUSY, 1, 1, "one waits");
	policy = build(store, commit, diag, &ret);
	must_hold(store);
	if (!ret && !commit->check) {
		MUST(policy->rules <= store->max_rules);
		if (commit->confirm) {
			store->before = store->policy;
			bailey_policy_get(store->before);
			bailey_out_reset(&store->before_text);
			bailey_policy_print(store->before, &store->before_text);
		}
		publish(store, policy);
	}
	bailey_policy_put(policy);
	return ret;
}

static int confirm(void *arg, struct bailey_diag *diag)
{
	struct store *store = arg;

	if (!store->before)
		return bailey_diag_fail(diag, -ENOENT, 1, 1, "nothing waits");
	forget_before(store);
	return 0;
}

static const struct bailey_script_ops ops = { .commit = commit, .confirm = confirm };

static void feed(struct store *store, struct bailey_script *script, const uint8_t *data,
		 size_t len)
{
	struct bailey_diag diag = { 0 };
	void *copy = fuzz_copy(data, len);
	int ret = bailey_script_feed(script, copy, len, &diag);

	MUST(!ret == !diag.error.code);
	free(copy);
	bailey_diag_destroy(&diag);
	must_hold(store);
}

/* Returns whether the next write gets lost. */
static bool between(struct store *store, uint8_t what)
{
	switch (what & 7) {
	case 1:
		return true;
	case 2:
		roll_back(store);
		break;
	case 3:
		store->max_rules = what >> 3;
		break;
	case 4:
		store->max_rules = MAX_RULES;
		break;
	}
	return false;
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	struct store store = { .policy = bailey_policy_create(), .max_rules = MAX_RULES };
	const uint8_t *end = data + size, *part;
	struct bailey_script script;
	bool lost = false;

	MUST(store.policy);
	store.next_set_id = store.policy->next_set_id;
	bailey_policy_print(store.policy, &store.text);
	bailey_script_init(&script, &ops, &store, MAX_BYTES);
	while (data < end) {
		part = memchr(data, 0xff, end - data);
		if (!part)
			part = end;
		if (lost)
			bailey_script_lose(&script, part > data && part[-1] != '\n');
		else
			feed(&store, &script, data, part - data);
		lost = part + 1 < end && between(&store, part[1]);
		data = part + 2 < end ? part + 2 : end;
	}
	bailey_script_destroy(&script);
	roll_back(&store);
	bailey_policy_put(store.policy);
	bailey_out_destroy(&store.text);
	bailey_out_destroy(&store.before_text);
	return 0;
}
