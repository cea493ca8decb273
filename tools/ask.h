/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions about packets, answered from a policy alone: no module, no routes, no
 * connections. A policy is loaded once and asked as often as one likes:
 *
 *	struct tool_ask ask;
 *	struct bailey_explanation answer;
 *
 *	tool_ask_open(&ask, policy);
 *	tool_ask_words(&ask, "tcp from db1 to web1 port 80 connection", &answer, &diag);
 *	if (!answer.pass)
 *		puts(bailey_code_name(answer.at[answer.count - 1].code));
 *	tool_ask_close(&ask);
 */
#ifndef BAILEY_TOOLS_ASK_H
#define BAILEY_TOOLS_ASK_H

#include "engine/explain.h"

/* Where a packet comes from or goes to that no interface of the policy is about. */
#define TOOL_ELSEWHERE	"elsewhere"

/**
 * struct tool_ask - a policy that can be asked
 * @track: what a namespace would have set about connections; the caller may change it
 * @policy: the policy; holds a reference
 * @binding: it, and the interfaces that were mentioned so far
 * @device: these interfaces, numbered from 1 in this order
 * @count: how many
 * @cap: room in @device
 * @names: the same, to be found by name
 */
struct tool_ask {
	struct bailey_track_rules track;
	struct bailey_policy *policy;
	struct bailey_binding *binding;
	struct bailey_device *device;
	u32 count;
	u32 cap;
	void *names;
};

int tool_ask_open(struct tool_ask *ask, struct bailey_policy *policy);
void tool_ask_close(struct tool_ask *ask);
int tool_ask_place(const struct tool_ask *ask, struct bailey_question *question,
		   struct bailey_diag *diag);
int tool_ask(struct tool_ask *ask, const struct bailey_question *question,
	     struct bailey_explanation *answer, struct bailey_diag *diag);
int tool_ask_words(struct tool_ask *ask, const char *words,
		   struct bailey_explanation *answer, struct bailey_diag *diag);

#endif /* BAILEY_TOOLS_ASK_H */
