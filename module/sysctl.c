// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/sys/net/bailey: timeouts and limits of one network namespace.
 *
 * Each file is one number in struct bailey_sysctls, checked against its range
 * when it is written. In a namespace that belongs to a user namespace of its own
 * a limit cannot be set above the initial namespace's, nor switched off where that
 * has one; and as that may be lowered later, the limits are also compared where
 * they are used. No locks: numbers are written and read whole.
 */
#include <linux/capability.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "conn_table.h"
#include "flow_log.h"
#include "sysctl.h"

#define RULES_DEFAULT		1000000
#define POLICY_BYTES_DEFAULT	(64 << 20)
#define REJECT_RATE_DEFAULT	100
#define CONNECTIONS_LEAST	65536	/* whatever the memory */
#define CONNECTIONS_MOST	1048576
#define EVENTS_DEFAULT		16384
#define EVENTS_MOST		1048576	/* what one allocation can hold */
#define FLOWS_DEFAULT		16384
#define FLOWS_MOST		1048576	/* likewise */
#define FLOW_LOG_MOST		600	/* seconds in a window, as AWS has it */
#define MEMORY_SHARE		32	/* 1/32 of all memory at the most */

/* Timeouts in seconds fit into a signed 32-bit difference; limits follow suit. */
static const unsigned int least = 1;
static const unsigned int most = 1 << 30;
static const unsigned int flow_log_most = FLOW_LOG_MOST;

/*
 * A file: its name, and the u32 or (a switch) u8 that it stands for. A limit
 * may be switched off by a 0, and may have a highest value of its own.
 */
struct row {
	const char *name;
	size_t offset;
	unsigned int most;
	bool can_be_off;
};

#define SETTING(member)	offsetof(struct bailey_sysctls, member)
#define TCP(state)	SETTING(timeouts.tcp[BAILEY_TCP_##state])
#define SCTP(state)	SETTING(timeouts.sctp[BAILEY_SCTP_##state])

static const struct row number_rows[] = {
	{ "tcp_timeout_syn_sent",	TCP(SYN_SENT) },
	{ "tcp_timeout_syn_recv",	TCP(SYN_RECV) },
	{ "tcp_timeout_established",	TCP(ESTABLISHED) },
	{ "tcp_timeout_fin_wait",	TCP(FIN_WAIT) },
	{ "tcp_timeout_close_wait",	TCP(CLOSE_WAIT) },
	{ "tcp_timeout_last_ack",	TCP(LAST_ACK) },
	{ "tcp_timeout_time_wait",	TCP(TIME_WAIT) },
	{ "tcp_timeout_close",		TCP(CLOSE) },
	{ "tcp_timeout_syn_sent2",	TCP(SYN_SENT2) },
	{ "sctp_timeout_closed",	SCTP(CLOSED) },
	{ "sctp_timeout_cookie_wait",	SCTP(COOKIE_WAIT) },
	{ "sctp_timeout_cookie_echoed",	SCTP(COOKIE_ECHOED) },
	{ "sctp_timeout_established",	SCTP(ESTABLISHED) },
	{ "sctp_timeout_shutdown_sent",	SCTP(SHUTDOWN_SENT) },
	{ "sctp_timeout_shutdown_recd",	SCTP(SHUTDOWN_RECD) },
	{ "sctp_timeout_shutdown_ack_sent", SCTP(SHUTDOWN_ACK_SENT) },
	{ "sctp_timeout_heartbeat_sent", SCTP(HEARTBEAT_SENT) },
	{ "udp_timeout",		SETTING(timeouts.udp) },
	{ "udp_timeout_stream",		SETTING(timeouts.udp_stream) },
	{ "icmp_timeout",		SETTING(timeouts.icmp) },
	{ "generic_timeout",		SETTING(timeouts.other) },
	{ "tcp_max_ack",		SETTING(tcp_max_ack) },
};

static const struct row limit_rows[] = {
	{ "max_connections",		SETTING(max_connections) },
	{ "max_connections_per_source",	SETTING(max_per_source), .can_be_off = true },
	{ "max_rules",			SETTING(max_rules) },
	{ "max_policy_bytes",		SETTING(max_policy_bytes) },
	{ "reject_rate",		SETTING(reject_rate) },
	{ "event_ring_size",		SETTING(event_ring_size), .most = EVENTS_MOST },
	{ "flow_log_max",		SETTING(flow_log_max), .most = FLOWS_MOST },
};

static const struct row switch_rows[] = {
	{ "tcp_loose",			SETTING(tcp_loose) },
	{ "tcp_be_liberal",		SETTING(tcp_be_liberal) },
	{ "untracked",			SETTING(untracked) },
};

/* The last one is flow_log */
#define ROWS	(ARRAY_SIZE(number_rows) + ARRAY_SIZE(limit_rows) + \
		 ARRAY_SIZE(switch_rows) + 1)

static u32 setting(const struct bailey_sysctls *s, size_t offset)
{
	return READ_ONCE(*(const u32 *)((const char *)s + offset));
}

/* Does one limit allow more than another? */
static bool exceeds(const struct row *row, u32 value, u32 cap)
{
	if (row->can_be_off && (!value || !cap))
		return !value && cap;
	return value > cap;
}

/*
 * Files of the kernel's own below /proc/sys/net may be written by whom they belong to,
 * capable or not. These decide how much memory the kernel gives away. It is the file's
 * namespace that counts: the writer may have gone into another one, which is his.
 */
static bool may_write(const struct bailey_sysctls *s)
{
	return ns_capable(s->net->user_ns, CAP_NET_ADMIN);
}

/* extra1 is the number's struct bailey_sysctls. */
static int handle_number(BAILEY_CTL_CONST struct ctl_table *table, int write,
			 void *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table row = *table;

	if (write && !may_write(table->extra1))
		return -EPERM;
	row.extra1 = (void *)&least;
	row.extra2 = (void *)&most;
	return proc_douintvec_minmax(&row, write, buffer, lenp, ppos);
}

/* Likewise the switch's. */
static int handle_switch(BAILEY_CTL_CONST struct ctl_table *table, int write,
			 void *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table row = *table;

	if (write && !may_write(table->extra1))
		return -EPERM;
	row.extra1 = SYSCTL_ZERO;
	row.extra2 = SYSCTL_ONE;
	return proc_dou8vec_minmax(&row, write, buffer, lenp, ppos);
}

/* extra1 is the limit's struct bailey_sysctls, extra2 its struct row. */
static int handle_limit(BAILEY_CTL_CONST struct ctl_table *table, int write,
			void *buffer, size_t *lenp, loff_t *ppos)
{
	const struct bailey_sysctls *s = table->extra1;
	const struct row *limit = table->extra2;
	u32 value = setting(s, limit->offset);
	struct ctl_table row = {
		.procname = table->procname,
		.data = &value,
		.maxlen = sizeof(value),
		.mode = table->mode,
		.extra1 = limit->can_be_off ? SYSCTL_ZERO : (void *)&least,
		.extra2 = (void *)(limit->most ? &limit->most : &most),
	};
	int err = write && !may_write(s) ? -EPERM : 0;

	if (!err)
		err = proc_douintvec_minmax(&row, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	if (s->caps && exceeds(limit, value, setting(s->caps, limit->offset)))
		return -EINVAL;
	WRITE_ONCE(*(u32 *)table->data, value);
	return 0;
}

/* extra1 is the namespace's struct bailey_sysctls. A write ends the window at hand. */
static int handle_flow_log(BAILEY_CTL_CONST struct ctl_table *table, int write,
			   void *buffer, size_t *lenp, loff_t *ppos)
{
	const struct bailey_sysctls *s = table->extra1;
	u32 seconds = READ_ONCE(s->flow_log->seconds);
	struct ctl_table row = {
		.procname = table->procname,
		.data = &seconds,
		.maxlen = sizeof(seconds),
		.mode = table->mode,
		.extra1 = SYSCTL_ZERO,
		.extra2 = (void *)&flow_log_most,
	};
	int err = write && !may_write(s) ? -EPERM : 0;

	if (!err)
		err = proc_douintvec_minmax(&row, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	return bailey_flow_log_switch(s->flow_log, seconds, bailey_sysctl_flow_log_max(s));
}

static void fill_table(struct ctl_table *table, struct bailey_sysctls *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(number_rows); i++)
		*table++ = (struct ctl_table){
			.procname = number_rows[i].name,
			.data = (char *)s + number_rows[i].offset,
			.maxlen = sizeof(u32),
			.mode = 0644,
			.proc_handler = handle_number,
			.extra1 = s,
		};
	for (i = 0; i < ARRAY_SIZE(limit_rows); i++)
		*table++ = (struct ctl_table){
			.procname = limit_rows[i].name,
			.data = (char *)s + limit_rows[i].offset,
			.maxlen = sizeof(u32),
			.mode = 0644,
			.proc_handler = handle_limit,
			.extra1 = s,
			.extra2 = (void *)&limit_rows[i],
		};
	for (i = 0; i < ARRAY_SIZE(switch_rows); i++)
		*table++ = (struct ctl_table){
			.procname = switch_rows[i].name,
			.data = (char *)s + switch_rows[i].offset,
			.maxlen = sizeof(u8),
			.mode = 0644,
			.proc_handler = handle_switch,
			.extra1 = s,
		};
	*table = (struct ctl_table){
		.procname = "flow_log",
		.data = &s->flow_log->seconds,
		.maxlen = sizeof(u32),
		.mode = 0644,
		.proc_handler = handle_flow_log,
		.extra1 = s,
	};
}

/* As many as a small share of the memory holds, in a round number. */
static u32 connections_default(void)
{
	unsigned long fit = totalram_pages() / MEMORY_SHARE *
			    (PAGE_SIZE / sizeof(struct bailey_conn_entry));

	return roundup_pow_of_two(clamp_t(unsigned long, fit, CONNECTIONS_LEAST,
					  CONNECTIONS_MOST));
}

static void set_defaults(struct bailey_sysctls *s)
{
	s->timeouts = bailey_timeouts_default;
	s->max_connections = connections_default();
	s->max_per_source = 0;
	s->max_rules = RULES_DEFAULT;
	s->max_policy_bytes = POLICY_BYTES_DEFAULT;
	s->reject_rate = REJECT_RATE_DEFAULT;
	s->event_ring_size = EVENTS_DEFAULT;
	s->flow_log_max = FLOWS_DEFAULT;
	s->tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT;
	s->tcp_loose = 1;
	s->untracked = 0;
	/* Start with what is in force. */
	s->max_connections = bailey_sysctl_max_connections(s);
	s->max_per_source = bailey_sysctl_max_per_source(s);
	s->max_rules = bailey_sysctl_max_rules(s);
	s->max_policy_bytes = bailey_sysctl_max_policy_bytes(s);
	s->reject_rate = bailey_sysctl_reject_rate(s);
	s->event_ring_size = bailey_sysctl_event_ring_size(s);
	s->flow_log_max = bailey_sysctl_flow_log_max(s);
}

/**
 * bailey_sysctl_init() - set the defaults and make the files
 * @net: the namespace
 * @s: its settings, embedded in what @net owns
 * @caps: the initial namespace's, for as long as @s lives; they bind @s if @net
 *	  belongs to another user namespace than the initial one. NULL for the
 *	  initial namespace itself
 * @flow_log: its flow log; lives as long as @s
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int bailey_sysctl_init(struct net *net, struct bailey_sysctls *s,
		       const struct bailey_sysctls *caps, struct bailey_flow_log *flow_log)
{
	s->net = net;
	s->flow_log = flow_log;
	s->caps = net->user_ns == &init_user_ns ? NULL : caps;
	set_defaults(s);
	/* One row more than is counted, for kernels that look for the empty one */
	s->table = kcalloc(ROWS + 1, sizeof(*s->table), GFP_KERNEL_ACCOUNT);
	if (!s->table)
		return -ENOMEM;
	fill_table(s->table, s);
	s->header = register_net_sysctl_sz(net, "net/bailey", s->table, ROWS);
	if (!s->header) {
		kfree(s->table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * bailey_sysctl_exit() - remove the files
 * @s: settings that bailey_sysctl_init() returned 0 for; they may still be read
 *
 * Context: Process context. Waits for those who are reading or writing a file.
 */
void bailey_sysctl_exit(struct bailey_sysctls *s)
{
	unregister_net_sysctl_table(s->header);
	kfree(s->table);
}
