// SPDX-License-Identifier: GPL-2.0
/*
 * Places for sets of packets, and what they may cost: so much for one question, so
 * much for a whole check. A small place is a fast one, so that it is replaced when
 * it has filled up.
 */
#include "lint.h"

/**
 * lint_sets_ready() - make ready for the next question
 * @lint: the examination
 * @spaces: the place; NULL at first; to be freed with spaces_destroy()
 * @fresh: filled in: it is another one, in which no set of before is good
 *
 * Return: false if the check has cost too much already, or memory is short.
 */
bool lint_sets_ready(struct lint *lint, struct spaces **spaces, bool *fresh)
{
	*fresh = false;
	if (*spaces) {
		lint->steps += (*spaces)->bdd.steps;
		(*spaces)->bdd.steps = 0;
	}
	if (lint->steps > LINT_STEPS_ALL)
		return false;
	if (*spaces && !spaces_failed(*spaces) && !spaces_crowded(*spaces))
		return true;
	spaces_destroy(*spaces);
	*spaces = spaces_create(LINT_NODES, LINT_STEPS);
	*fresh = true;
	lint->failed |= !*spaces;
	return *spaces;
}
