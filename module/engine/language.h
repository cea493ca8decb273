/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy language: from lines to a policy (Documentation/language.md).
 */
#ifndef BAILEY_ENGINE_LANGUAGE_H
#define BAILEY_ENGINE_LANGUAGE_H

#include "policy.h"

int bailey_language_apply(struct bailey_policy *policy, const char *text,
			  size_t len, u32 first_line, struct bailey_diag *diag);

#endif /* BAILEY_ENGINE_LANGUAGE_H */
