/* SPDX-License-Identifier: GPL-2.0 */
/* Policies from text, for tests: a transaction from beginning to seal. */
#ifndef BAILEY_TESTS_BUILD_H
#define BAILEY_TESTS_BUILD_H

#include "binding.h"
#include "language.h"
#include "policy_text.h"
#include "seal.h"
#include "unit.h"

#define NO_LIMIT	(~(u64)0)

/* Apply a transaction to @base, or to a new policy; NULL when it is refused. */
__attribute__((unused))
static struct bailey_policy *build_change(const struct bailey_policy *base,
					  const char *text, struct bailey_diag *diag,
					  int *ret)
{
	struct bailey_policy *policy = base ? bailey_policy_clone(base) :
					      bailey_policy_create();

	*ret = -ENOMEM;
	if (!policy)
		return NULL;
	*ret = bailey_language_apply(policy, text, strlen(text), 1, diag);
	if (!*ret)
		*ret = bailey_policy_seal(policy, base, NO_LIMIT, diag);
	if (!*ret)
		return policy;
	bailey_policy_put(policy);
	return NULL;
}

/* The same where nothing is expected to go wrong. */
__attribute__((unused))
static struct bailey_policy *build(const struct bailey_policy *base, const char *text)
{
	struct bailey_diag diag = { 0 };
	struct bailey_policy *policy;
	int ret;

	policy = build_change(base, text, &diag, &ret);
	if (ret)
		unit_fail(__FILE__, __LINE__, "refused: %d line %u column %u word '%s': %s",
			  ret, diag.error.line, diag.error.column, diag.error.word,
			  diag.error.reason);
	bailey_diag_destroy(&diag);
	return policy;
}

/* Canonical text into @out, which is emptied first. */
__attribute__((unused))
static const char *build_print(const struct bailey_policy *policy,
			       struct bailey_out *out)
{
	bailey_out_reset(out);
	bailey_policy_print(policy, out);
	return out->buf;
}

/* An object by name, or NULL. */
__attribute__((unused))
static struct bailey_object *build_find(const struct bailey_policy *policy,
					enum bailey_kind kind, const char *name)
{
	return bailey_policy_object(policy, kind,
				    bailey_policy_slot(policy, kind, name, strlen(name)));
}

#endif /* BAILEY_TESTS_BUILD_H */
