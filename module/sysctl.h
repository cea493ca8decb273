/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/sys/net/bailey: timeouts and limits of one network namespace.
 */
#ifndef BAILEY_SYSCTL_H
#define BAILEY_SYSCTL_H

#include <linux/minmax.h>
#include <linux/types.h>

#include "engine/conn.h"

struct bailey_flow_log;
struct ctl_table;
struct ctl_table_header;
struct net;

/**
 * struct bailey_sysctls - the settings of one network namespace
 * @timeouts: for bailey_conn_open() and bailey_conn_advance()
 * @max_connections: entries in the connection table
 * @max_per_source: of these, how many one source may have; 0: all of them
 * @max_rules: rules in the policy, of all ACLs and groups
 * @max_policy_bytes: bytes of the policy's text
 * @reject_rate: answers to rejected packets, per second
 * @event_ring_size: records of connection events kept for those who watch
 * @flow_log_max: flows in a window of the flow log
 * @tcp_max_ack: bytes that an acknowledgment may lag behind, at the least
 * @tcp_loose: 1: pick up TCP and SCTP connections in the middle; 0: only from their
 *	       SYN or INIT
 * @tcp_be_liberal: 1: of the segments outside the windows only resets are dropped
 * @untracked: 1: no entry for flows that rules of both directions let everybody have
 * @net: the namespace
 * @flow_log: the namespace's flow log, which keeps the length of its windows itself
 * @caps: the initial namespace's settings, where those bound these; else NULL
 * @table: what @header registers
 * @header: NULL until bailey_sysctl_init()
 *
 * Written by the sysctl files at any time; readers need no lock. The limits are
 * read through the functions below.
 */
struct bailey_sysctls {
	struct bailey_timeouts timeouts;
	u32 max_connections;
	u32 max_per_source;
	u32 max_rules;
	u32 max_policy_bytes;
	u32 reject_rate;
	u32 event_ring_size;
	u32 flow_log_max;
	u32 tcp_max_ack;
	u8 tcp_loose;
	u8 tcp_be_liberal;
	u8 untracked;
	struct net *net;
	struct bailey_flow_log *flow_log;
	const struct bailey_sysctls *caps;
	struct ctl_table *table;
	struct ctl_table_header *header;
};

/**
 * bailey_sysctl_max_connections() - the limit in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is lower and binding.
 */
static inline u32 bailey_sysctl_max_connections(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->max_connections);

	return s->caps ? min(own, READ_ONCE(s->caps->max_connections)) : own;
}

/**
 * bailey_sysctl_max_per_source() - the limit in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is stricter and binding;
 * 0 if there is none.
 */
static inline u32 bailey_sysctl_max_per_source(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->max_per_source);

	return s->caps ? min_not_zero(own, READ_ONCE(s->caps->max_per_source)) : own;
}

/**
 * bailey_sysctl_max_rules() - the limit in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is lower and binding.
 */
static inline u32 bailey_sysctl_max_rules(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->max_rules);

	return s->caps ? min(own, READ_ONCE(s->caps->max_rules)) : own;
}

/**
 * bailey_sysctl_max_policy_bytes() - the limit in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is lower and binding.
 */
static inline u32 bailey_sysctl_max_policy_bytes(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->max_policy_bytes);

	return s->caps ? min(own, READ_ONCE(s->caps->max_policy_bytes)) : own;
}

/**
 * bailey_sysctl_reject_rate() - the limit in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is lower and binding.
 */
static inline u32 bailey_sysctl_reject_rate(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->reject_rate);

	return s->caps ? min(own, READ_ONCE(s->caps->reject_rate)) : own;
}

/**
 * bailey_sysctl_event_ring_size() - the size in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is lower and binding.
 */
static inline u32 bailey_sysctl_event_ring_size(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->event_ring_size);

	return s->caps ? min(own, READ_ONCE(s->caps->event_ring_size)) : own;
}

/**
 * bailey_sysctl_flow_log_max() - the limit in force
 * @s: a namespace's settings
 *
 * Return: its own, or the initial namespace's if that is lower and binding.
 */
static inline u32 bailey_sysctl_flow_log_max(const struct bailey_sysctls *s)
{
	u32 own = READ_ONCE(s->flow_log_max);

	return s->caps ? min(own, READ_ONCE(s->caps->flow_log_max)) : own;
}

/**
 * bailey_sysctl_track_rules() - what the engine is to know of the settings
 * @s: a namespace's settings; must live as long as what is returned
 *
 * Return: the settings of this moment.
 */
static inline struct bailey_track_rules
bailey_sysctl_track_rules(const struct bailey_sysctls *s)
{
	return (struct bailey_track_rules){
		.timeouts = &s->timeouts,
		.tcp_max_ack = READ_ONCE(s->tcp_max_ack),
		.loose = READ_ONCE(s->tcp_loose),
		.liberal = READ_ONCE(s->tcp_be_liberal),
		.untracked = READ_ONCE(s->untracked),
	};
}

int bailey_sysctl_init(struct net *net, struct bailey_sysctls *s,
		       const struct bailey_sysctls *caps, struct bailey_flow_log *flow_log);
void bailey_sysctl_exit(struct bailey_sysctls *s);

#endif /* BAILEY_SYSCTL_H */
