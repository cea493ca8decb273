/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier: which entry of an ACL's direction decides a packet. It is one
 * block of memory, which bailey_free() frees.
 */
#ifndef BAILEY_ENGINE_CLASSIFIER_H
#define BAILEY_ENGINE_CLASSIFIER_H

#include "policy.h"

struct bailey_classifier;

struct bailey_classifier *bailey_classifier_create(const struct bailey_rules *rules);
struct bailey_rule *bailey_classify(const struct bailey_policy *policy,
				    const struct bailey_classifier *classifier,
				    const struct bailey_packet *packet, bool *sure);

#endif /* BAILEY_ENGINE_CLASSIFIER_H */
