/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of a flow log as lines: see flow_text.c.
 */
#ifndef BAILEY_FLOW_TEXT_H
#define BAILEY_FLOW_TEXT_H

#include "flow_table.h"

struct net;

/* The longest line: names of all groups, and whatever stands beside them. */
#define BAILEY_FLOW_LINE_MAX	((BAILEY_GROUPS_MAX + 4) * (BAILEY_NAME_MAX + 1) + 1024)

u32 bailey_flow_port(const struct bailey_flow *flow, u32 s);
bool bailey_flow_box(const struct bailey_flow *flow, u32 s);
void bailey_flow_print(struct net *net, const struct bailey_flow *flow, u32 s, u32 start,
		       u32 end, struct bailey_out *out);
void bailey_flow_print_lost(u64 packets, u64 bytes, u32 start, u32 end,
			    struct bailey_out *out);
void bailey_flow_print_nodata(const char *dev, bool host, u32 start, u32 end,
			      struct bailey_out *out);

#endif /* BAILEY_FLOW_TEXT_H */
