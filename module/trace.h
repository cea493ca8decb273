/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoint bailey:bailey_verdict: each packet that was judged, and why.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM bailey

#if !defined(BAILEY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define BAILEY_TRACE_H

#include <linux/tracepoint.h>

#include "engine/evaluate.h"

TRACE_EVENT(bailey_verdict,
	TP_PROTO(const struct bailey_where *where,
		 const struct bailey_packet *packet, enum bailey_reason reason),
	TP_ARGS(where, packet, reason),
	TP_STRUCT__entry(
		__field(u64, src_hi)
		__field(u64, src_lo)
		__field(u64, dst_hi)
		__field(u64, dst_lo)
		__field(u32, in)
		__field(u32, out)
		__field(u16, sport)
		__field(u16, dport)
		__field(u8, hook)
		__field(u8, family)
		__field(u8, proto)
		__field(u8, reason)
	),
	TP_fast_assign(
		__entry->hook = where->hook;
		__entry->family = packet->family;
		__entry->proto = packet->proto;
		__entry->reason = reason;
		__entry->in = where->ifindex[BAILEY_SRC];
		__entry->out = where->ifindex[BAILEY_DST];
		__entry->src_hi = packet->src.hi;
		__entry->src_lo = packet->src.lo;
		__entry->dst_hi = packet->dst.hi;
		__entry->dst_lo = packet->dst.lo;
		__entry->sport = packet->sport;
		__entry->dport = packet->dport;
	),
	TP_printk("hook=%u ipv%u proto=%u src=%016llx%016llx dst=%016llx%016llx sport=%u dport=%u in=%u out=%u verdict=%s",
		  __entry->hook, __entry->family, __entry->proto,
		  __entry->src_hi, __entry->src_lo, __entry->dst_hi,
		  __entry->dst_lo, __entry->sport, __entry->dport, __entry->in,
		  __entry->out, bailey_reason_name(__entry->reason))
);

#endif /* BAILEY_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
