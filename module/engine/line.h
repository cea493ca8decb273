/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of the policy language on its way into the policy: what language.c
 * and language_place.c share.
 */
#ifndef BAILEY_ENGINE_LINE_H
#define BAILEY_ENGINE_LINE_H

#include "policy.h"

enum bailey_verb {
	BAILEY_VERB_ADD,
	BAILEY_VERB_REPLACE,
	BAILEY_VERB_DELETE,
};

/**
 * struct bailey_line - one line
 * @policy: being changed
 * @lex: the line's words
 * @verb: what is to be done
 */
struct bailey_line {
	struct bailey_policy *policy;
	struct bailey_lexer lex;
	enum bailey_verb verb;
};

/* The object in a slot of the line's policy. */
static inline struct bailey_object *bailey_line_at(struct bailey_line *line,
						   enum bailey_kind kind, u32 slot)
{
	return bailey_policy_object(line->policy, kind, slot);
}

int bailey_line_name(struct bailey_line *line, enum bailey_kind kind,
		     const char *what, u32 *slot, u32 *column);
int bailey_line_undefined(struct bailey_line *line, enum bailey_kind kind);
int bailey_line_whole(struct bailey_line *line, enum bailey_kind kind, u32 slot,
		      u32 column);
bool bailey_line_at_last(const struct bailey_lexer *lex);

int bailey_line_attach(struct bailey_line *line);
int bailey_line_endpoint(struct bailey_line *line);
int bailey_line_exempt(struct bailey_line *line);
int bailey_line_default(struct bailey_line *line);

#endif /* BAILEY_ENGINE_LINE_H */
