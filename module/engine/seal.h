/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a policy that was written to one that packets may read.
 */
#ifndef BAILEY_ENGINE_SEAL_H
#define BAILEY_ENGINE_SEAL_H

#include "policy.h"

int bailey_policy_seal(struct bailey_policy *policy,
		       const struct bailey_policy *old, u64 max_rules,
		       struct bailey_diag *diag);

#endif /* BAILEY_ENGINE_SEAL_H */
