/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The live policy of one network namespace: build, publish, retire, roll back.
 */
#ifndef BAILEY_POLICY_STORE_H
#define BAILEY_POLICY_STORE_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "engine/binding.h"

/**
 * struct bailey_store - a namespace's policy
 * @net: the namespace
 * @live: what packets are judged by; NULL while no policy asks anything.
 *	  Written under RTNL
 * @unbound: the last change of interfaces could not be followed for lack of
 *	     memory: packets are refused until a retry succeeds. Under RTNL
 * @outdated: the live binding has interfaces that are gone. Under RTNL
 * @bound: how many interfaces there were when all were bound last. Under RTNL
 * @added: how many came since then. Under RTNL
 * @lock: serialises writers; taken before RTNL
 * @policy: the policy in force, never NULL until the end. Written under @lock
 *	    and RTNL, read under either
 * @before: while a policy waits for its confirmation, the one that comes back if
 *	    there is none; else NULL. Under @lock
 * @next_set_id: never given to a group set of this namespace yet. Under @lock
 * @last_epoch: the highest revocation epoch so far. Under @lock
 * @last_stamp: the last number of a context: see context.c. Under its lock
 * @retire_lock: protects @retired, @retired_count and @retired_rules
 * @retired: bindings that packets may still read
 * @retired_count: how many
 * @retired_rules: about how many rules and prefixes only these have
 * @retire: frees them after their last reader
 * @rebind: binds anew after @unbound or @outdated
 */
struct bailey_store {
	struct net *net;
	struct bailey_binding __rcu *live;
	bool unbound;
	bool outdated;
	unsigned int bound;
	unsigned int added;
	struct mutex lock;	/* writers */
	struct bailey_policy *policy;
	struct bailey_policy *before;
	u32 next_set_id;
	u32 last_epoch;
	u32 last_stamp;
	spinlock_t retire_lock;	/* of the list of retired bindings */
	struct bailey_binding *retired;
	unsigned int retired_count;
	u64 retired_rules;
	struct work_struct retire;
	struct delayed_work rebind;
};

int bailey_store_workers_init(void);
void bailey_store_workers_exit(void);
bool bailey_store_queue(struct delayed_work *work, unsigned long delay);

int bailey_store_init(struct bailey_store *store, struct net *net);
void bailey_store_close(struct bailey_store *store);
void bailey_store_exit(struct bailey_store *store);

struct bailey_policy *bailey_store_build(struct bailey_store *store,
					 const char *text, size_t len,
					 u32 first_line, bool cut, u64 max_rules,
					 struct bailey_diag *diag);
struct bailey_binding *bailey_store_bind(struct bailey_store *store,
					 struct bailey_policy *policy);
int bailey_store_publish(struct bailey_store *store, struct bailey_policy *policy);
struct bailey_policy *bailey_store_policy_get(struct bailey_store *store);
void bailey_store_device_event(struct bailey_store *store, unsigned long event,
			       const struct net_device *dev);

#endif /* BAILEY_POLICY_STORE_H */
