/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier: which entry of an ACL's direction decides a packet. Counted;
 * it holds a reference on each of its entries, and never changes once made.
 */
#ifndef BAILEY_ENGINE_CLASSIFIER_H
#define BAILEY_ENGINE_CLASSIFIER_H

#include "rule.h"

struct bailey_classifier;
struct bailey_policy;

struct bailey_classifier *bailey_classifier_create(struct bailey_rule * const *rules,
						   u32 count);
struct bailey_classifier *
bailey_classifier_update(struct bailey_classifier *old,
			 struct bailey_rule * const *removed, u32 nr,
			 struct bailey_rule * const *added, u32 na);
void bailey_classifier_get(struct bailey_classifier *classifier);
void bailey_classifier_put(struct bailey_classifier *classifier);
struct bailey_rule *bailey_classify(const struct bailey_policy *policy,
				    const struct bailey_classifier *classifier,
				    const struct bailey_packet *packet, bool *sure);

#endif /* BAILEY_ENGINE_CLASSIFIER_H */
