// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of ACLs and groups as lines, with their counters behind them in a
 * comment, so that a line that was shown is one that can be written.
 */
#include "tool.h"
#include "engine/policy_text.h"

static void count_print(json_t *count, struct bailey_out *out)
{
	json_t *ago = json_object_get(count, "last_seconds_ago");

	bailey_out_printf(out, "  # %lld packets, %lld bytes, ",
			  (long long)json_integer_value(json_object_get(count, "packets")),
			  (long long)json_integer_value(json_object_get(count, "bytes")));
	if (json_is_integer(ago))
		bailey_out_printf(out, "last %lld s ago",
				  (long long)json_integer_value(ago));
	else
		bailey_out_printf(out, "never hit");
}

/**
 * tool_rules_print() - append the rules of one direction, a line each
 * @view: the policy, and counters if they are shown
 * @object: whose rules
 * @rules: the rules
 * @dir: %BAILEY_IN or %BAILEY_OUT
 * @out: where to
 */
void tool_rules_print(const struct tool_view *view,
		      const struct bailey_object *object,
		      const struct bailey_rules *rules, int dir,
		      struct bailey_out *out)
{
	json_t *count;
	u32 i;

	for (i = 0; i < rules->count; i++) {
		bailey_out_printf(out, "%s %s %s ", bailey_kind_name(object->kind),
				  object->name, dir == BAILEY_IN ? "in" : "out");
		bailey_rule_print(view->policy, bailey_rules_at(rules, i), out);
		count = tool_counters_find(view->counters, object, dir, i);
		if (count)
			count_print(count, out);
		bailey_out_bytes(out, "\n", 1);
	}
}
