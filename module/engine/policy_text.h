/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies written out: canonical form, single rules, counters.
 */
#ifndef BAILEY_ENGINE_POLICY_TEXT_H
#define BAILEY_ENGINE_POLICY_TEXT_H

#include "policy.h"

void bailey_policy_print(const struct bailey_policy *policy, struct bailey_out *out);
void bailey_policy_print_stats(const struct bailey_policy *policy, u32 now,
			       struct bailey_out *out);
void bailey_match_print(const struct bailey_policy *policy,
			const struct bailey_match *match, struct bailey_out *out);
void bailey_rule_print(const struct bailey_policy *policy,
		       const struct bailey_rule *rule, struct bailey_out *out);
void bailey_set_print(const struct bailey_policy *policy,
		      const struct bailey_set *set, struct bailey_out *out);

#endif /* BAILEY_ENGINE_POLICY_TEXT_H */
