/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Choosing the classifier's tables: by how much of which fields rules are found.
 */
#ifndef BAILEY_ENGINE_CLASSIFIER_GRID_H
#define BAILEY_ENGINE_CLASSIFIER_GRID_H

#include "classifier_index.h"

int bailey_grid_choose(struct bailey_index *index, u8 *table_of);
void bailey_grid_lengths(const struct bailey_rule *rule, u8 *bits);

#endif /* BAILEY_ENGINE_CLASSIFIER_GRID_H */
