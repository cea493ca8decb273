/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In which lines two policies differ: see policy_diff.c.
 */
#ifndef BAILEY_TOOLS_POLICY_DIFF_H
#define BAILEY_TOOLS_POLICY_DIFF_H

#include "tool.h"

/**
 * struct tool_diff_line - a line of a policy in canonical form
 * @text: the line, without its newline; not terminated
 * @len: its length
 * @common: the other policy has it, too
 */
struct tool_diff_line {
	const char *text;
	size_t len;
	bool common;
};

/**
 * struct tool_diff_object - the lines of one object
 * @kind: place of its kind among the kinds in canonical form
 * @title: "acl web", "attach dev eth1 protects subnet"; not terminated
 * @title_len: length of @title
 * @line: its lines
 * @count: how many
 */
struct tool_diff_object {
	u32 kind;
	const char *title;
	size_t title_len;
	struct tool_diff_line *line;
	size_t count;
};

/**
 * struct tool_diff_change - an object of which two policies say different things
 * @title: as in &struct tool_diff_object
 * @title_len: its length
 * @old: the object in the older policy, or NULL where it is new
 * @new: the object in the newer policy, or NULL where it is gone
 *
 * Of @old's lines those that are not common went, of @new's these came.
 */
struct tool_diff_change {
	const char *title;
	size_t title_len;
	const struct tool_diff_object *old;
	const struct tool_diff_object *new;
};

typedef void (*tool_diff_fn)(void *arg, const struct tool_diff_change *change);

int tool_diff(const struct bailey_policy *old, const struct bailey_policy *new,
	      tool_diff_fn each, void *arg, bool *same);
int tool_diff_show(const struct bailey_policy *old, const char *old_name,
		   const struct bailey_policy *new, const char *new_name, bool *same);
void tool_diff_delta(void *delta, const struct tool_diff_change *change);

#endif /* BAILEY_TOOLS_POLICY_DIFF_H */
