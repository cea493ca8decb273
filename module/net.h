/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Bailey keeps for each network namespace.
 */
#ifndef BAILEY_NET_H
#define BAILEY_NET_H

#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "conn_table.h"
#include "flow_log.h"
#include "policy_store.h"
#include "stats.h"
#include "sysctl.h"

struct proc_dir_entry;

/**
 * struct bailey_net - one network namespace
 * @net: the namespace; it outlives this
 * @store: the policy
 * @conns: the connections; made with the first policy that needs hooks
 * @conns_ready: @conns is made. Under @store.lock; set before hooks stand
 * @hooked: hooks and defragmentation are registered. Under @store.lock
 * @waiting: a policy waits for its confirmation: connections that it refuses are
 *	     suspended, not ended. Written under @store.lock
 * @events: those who watch connections
 * @sysctls: settings
 * @stats: counters
 * @flow_log: what becomes of packets, flow by flow; its first word is read by each
 * @rejects_paid: for bailey_refusal_pay(): answers to rejected packets
 * @confirm: rolls back when its time has come
 * @confirm_by: that time, in jiffies. Under @store.lock
 * @error: text of the last refusal, for /proc/net/bailey/error. Under @store.lock
 * @proc: /proc/net/bailey
 * @by_capability: the files of @proc have no owner: see procfs.c
 */
struct bailey_net {
	struct net *net;
	struct bailey_store store;
	struct bailey_conn_table conns;
	bool conns_ready;
	bool hooked;
	bool waiting;
	struct bailey_events events;
	struct bailey_sysctls sysctls;
	struct bailey_stats __percpu *stats;
	struct bailey_flow_log flow_log;
	atomic64_t rejects_paid;
	struct delayed_work confirm;
	unsigned long confirm_by;
	struct bailey_out error;
	struct proc_dir_entry *proc;
	bool by_capability;
};

extern unsigned int bailey_net_id;

/**
 * bailey_net_of() - Bailey's part of a namespace
 * @net: the namespace
 *
 * Context: Any, between init and exit of the namespace.
 * Return: never NULL.
 */
static inline struct bailey_net *bailey_net_of(const struct net *net)
{
	return net_generic(net, bailey_net_id);
}

/**
 * bailey_net_has_conns() - is there a connection table?
 * @bn: the namespace
 *
 * For those who hold neither the store's lock nor stand in a hook.
 *
 * Context: Any.
 * Return: true from the first policy that asked something on.
 */
static inline bool bailey_net_has_conns(const struct bailey_net *bn)
{
	/* Pairs with the release in control.c, after the table was made. */
	return smp_load_acquire(&bn->conns_ready);
}

#endif /* BAILEY_NET_H */
