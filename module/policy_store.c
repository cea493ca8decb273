// SPDX-License-Identifier: GPL-2.0
/*
 * The live policy: build, publish, retire, roll back.
 *
 * Packets read one pointer, @live: a policy bound to the interfaces that are
 * there. A writer builds the next policy beside it, under @lock and without
 * hurry; publishing is one assignment under RTNL, which also holds still the
 * interfaces. Whatever packet loaded the pointer before is judged by all of the
 * old policy, whatever loads it later by all of the new one.
 *
 * When interfaces come, go or are renamed, the notifier, under RTNL, binds the
 * same policy again. A new interface is bound before it can be brought up.
 *
 * Retiring: unlink (the assignment), wait for readers (a grace period, in a
 * worker, since notifiers must not wait), free. Writers wait for the worker when
 * too many are queued.
 */
#include "policy_store.h"

#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "context.h"
#include "engine/language.h"
#include "engine/seal.h"

/* Bindings queued before a writer waits, and rules that only these have. */
#define RETIRED_MAX	1024
#define RETIRED_RULES	1000000
#define REBIND_DELAY	(HZ / 10)
#define OUTDATED_DELAY	HZ

static struct workqueue_struct *workers;

/**
 * bailey_store_workers_init() - make what retires policies and rolls them back
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_store_workers_init(void)
{
	workers = alloc_workqueue("bailey_policy", WQ_UNBOUND, 0);
	return workers ? 0 : -ENOMEM;
}

/**
 * bailey_store_workers_exit() - end what bailey_store_workers_init() made
 *
 * Context: Process, after the last bailey_store_exit().
 */
void bailey_store_workers_exit(void)
{
	destroy_workqueue(workers);
}

/**
 * bailey_store_queue() - run delayed work among the policies' workers
 * @work: the work; a waiting one is put off or brought forward
 * @delay: jiffies
 *
 * Return: as mod_delayed_work().
 */
bool bailey_store_queue(struct delayed_work *work, unsigned long delay)
{
	return mod_delayed_work(workers, work, delay);
}

static void retire_work(struct work_struct *work)
{
	struct bailey_store *store = container_of(work, struct bailey_store, retire);
	struct bailey_binding *binding, *next;

	spin_lock(&store->retire_lock);
	binding = store->retired;
	store->retired = NULL;
	store->retired_count = 0;
	store->retired_rules = 0;
	spin_unlock(&store->retire_lock);
	if (!binding)
		return;
	synchronize_rcu();
	for (; binding; binding = next) {
		next = binding->next;
		bailey_binding_destroy(binding);
	}
}

static void retire(struct bailey_store *store, struct bailey_binding *binding)
{
	if (!binding)
		return;
	spin_lock(&store->retire_lock);
	binding->next = store->retired;
	store->retired = binding;
	store->retired_count++;
	spin_unlock(&store->retire_lock);
	queue_work(workers, &store->retire);
}

/*
 * One change among many leaves next to nothing behind, and must not wait for a
 * grace period; only who changes faster than these pass does.
 */
static bool retired_too_many(struct bailey_store *store, u64 replaced)
{
	bool many;

	spin_lock(&store->retire_lock);
	if (store->retired_count)
		store->retired_rules += replaced;
	many = store->retired_count > RETIRED_MAX || store->retired_rules > RETIRED_RULES;
	spin_unlock(&store->retire_lock);
	return many;
}

/* Put another binding, or none, in front of packets. */
static void replace_live(struct bailey_store *store, struct bailey_binding *binding)
{
	struct bailey_binding *old = rtnl_dereference(store->live);

	ASSERT_RTNL();
	rcu_assign_pointer(store->live, binding);
	WRITE_ONCE(store->unbound, false);
	retire(store, old);
}

static unsigned int count_devices(struct net *net)
{
	struct net_device *dev;
	unsigned int count = 0;

	for_each_netdev(net, dev)
		count++;
	return count;
}

/* The interfaces of the namespace, to be freed with kvfree(). */
static struct bailey_device *list_devices(struct bailey_store *store, unsigned int *count)
{
	struct bailey_device *devices;
	struct net_device *dev;
	unsigned int n = 0;

	ASSERT_RTNL();
	devices = kvcalloc(count_devices(store->net) + 1, sizeof(*devices),
			   GFP_KERNEL_ACCOUNT);
	if (!devices)
		return NULL;
	for_each_netdev(store->net, dev) {
		devices[n].ifindex = dev->ifindex;
		strscpy(devices[n++].name, dev->name, sizeof(devices->name));
	}
	*count = n;
	return devices;
}

/* Bind to the interfaces that are there: to all of them anew. */
static struct bailey_binding *bind_all(struct bailey_store *store,
				       struct bailey_policy *policy)
{
	struct bailey_binding *binding;
	struct bailey_device *devices;
	unsigned int count;

	devices = list_devices(store, &count);
	if (!devices)
		return NULL;
	binding = bailey_binding_create(policy, devices, count);
	kvfree(devices);
	if (!binding)
		return NULL;
	store->bound = count;
	store->added = 0;
	store->outdated = false;
	return binding;
}

/* The same, but as they are bound now, if this policy says the same of them. */
static struct bailey_binding *bind(struct bailey_store *store,
				   struct bailey_policy *policy, bool anew)
{
	const struct bailey_binding *live = rtnl_dereference(store->live);
	struct bailey_binding *binding = NULL;

	ASSERT_RTNL();
	if (!anew && live && !store->unbound && !store->outdated)
		binding = bailey_binding_share(policy, live);
	if (!binding)
		binding = bind_all(store, policy);
	/* Without them nothing is remembered. */
	if (binding)
		binding->contexts = bailey_contexts_create(store->bound + store->added,
							   &store->last_stamp);
	return binding;
}

static void rebind(struct bailey_store *store)
{
	struct bailey_binding *binding;

	if (!rtnl_dereference(store->live) && !store->unbound)
		return;
	binding = bind(store, store->policy, true);
	if (binding) {
		replace_live(store, binding);
		return;
	}
	WRITE_ONCE(store->unbound, true);
	bailey_store_queue(&store->rebind, REBIND_DELAY);
}

static void rebind_work(struct work_struct *work)
{
	struct bailey_store *store = container_of(to_delayed_work(work),
						  struct bailey_store, rebind);

	rtnl_lock();
	if (store->unbound || store->outdated)
		rebind(store);
	rtnl_unlock();
}

/**
 * bailey_store_init() - begin with the policy that asks nothing
 * @store: the store
 * @net: its namespace
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_store_init(struct bailey_store *store, struct net *net)
{
	store->net = net;
	store->policy = bailey_policy_create();
	if (!store->policy)
		return -ENOMEM;
	store->next_set_id = store->policy->next_set_id;
	mutex_init(&store->lock);
	spin_lock_init(&store->retire_lock);
	INIT_WORK(&store->retire, retire_work);
	INIT_DELAYED_WORK(&store->rebind, rebind_work);
	return 0;
}

/**
 * bailey_store_close() - take the policy away from packets and writers
 * @store: the store; device events leave it alone from now on
 *
 * Context: Process, when no writer can come any more.
 */
void bailey_store_close(struct bailey_store *store)
{
	mutex_lock(&store->lock);
	bailey_policy_put(store->before);
	store->before = NULL;
	rtnl_lock();
	replace_live(store, NULL);
	bailey_policy_put(store->policy);
	store->policy = NULL;
	rtnl_unlock();
	mutex_unlock(&store->lock);
	cancel_delayed_work_sync(&store->rebind);
}

/**
 * bailey_store_exit() - free what is left after bailey_store_close()
 * @store: the store
 *
 * Context: Process.
 */
void bailey_store_exit(struct bailey_store *store)
{
	flush_work(&store->retire);
}

/**
 * bailey_store_build() - make the policy that a transaction asks for
 * @store: whose policy in force is changed
 * @text: the transaction's lines
 * @len: their length
 * @first_line: number of the first one
 * @cut: connections are to be asked again
 * @max_rules: limit on rules, prefixes and addresses
 * @diag: says what was refused
 *
 * Context: Process, under @store->lock.
 * Return: a sealed policy that is the caller's, or an ERR_PTR().
 */
struct bailey_policy *bailey_store_build(struct bailey_store *store,
					 const char *text, size_t len,
					 u32 first_line, bool cut, u64 max_rules,
					 struct bailey_diag *diag)
{
	struct bailey_policy *policy;
	int ret;

	lockdep_assert_held(&store->lock);
	policy = bailey_policy_clone(store->policy);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	policy->next_set_id = store->next_set_id;
	policy->max_rules = max_rules;
	if (cut)
		policy->epoch = ++store->last_epoch;
	ret = bailey_language_apply(policy, text, len, first_line, diag);
	if (!ret)
		ret = bailey_policy_seal(policy, store->policy, max_rules, diag);
	/* Numbers are never given twice, not even after a failure or a roll-back. */
	store->next_set_id = policy->next_set_id;
	if (ret) {
		bailey_policy_put(policy);
		return ERR_PTR(ret);
	}
	return policy;
}

/**
 * bailey_store_publish() - put a policy in force
 * @store: whose
 * @policy: sealed; the store takes a reference
 *
 * A policy that asks nothing of any packet leaves no live binding. The policy in
 * force so far is given back.
 *
 * Context: Process, under @store->lock, without RTNL; may wait for a grace period.
 * Return: 0, or -ENOMEM with all as it was.
 */
int bailey_store_publish(struct bailey_store *store, struct bailey_policy *policy)
{
	struct bailey_binding *binding = NULL;
	struct bailey_policy *old;

	lockdep_assert_held(&store->lock);
	rtnl_lock();
	if (bailey_policy_in_use(policy)) {
		binding = bind(store, policy, false);
		if (!binding) {
			rtnl_unlock();
			return -ENOMEM;
		}
	}
	replace_live(store, binding);
	bailey_policy_get(policy);
	old = store->policy;
	store->policy = policy;
	rtnl_unlock();
	bailey_policy_put(old);
	if (retired_too_many(store, policy->replaced))
		flush_work(&store->retire);
	return 0;
}

/**
 * bailey_store_policy_get() - the policy in force
 * @store: whose
 *
 * Context: Process; may sleep.
 * Return: the policy with a reference for the caller; NULL after
 * bailey_store_close().
 */
struct bailey_policy *bailey_store_policy_get(struct bailey_store *store)
{
	struct bailey_policy *policy;

	mutex_lock(&store->lock);
	policy = store->policy;
	if (policy)
		bailey_policy_get(policy);
	mutex_unlock(&store->lock);
	return policy;
}

/**
 * bailey_store_bind() - bind a policy to the interfaces that are there now
 * @store: whose namespace
 * @policy: sealed, or NULL for the policy in force
 *
 * For questions that take their time: packets use the live binding.
 *
 * Context: Process, without RTNL; may sleep.
 * Return: a binding that is the caller's; NULL when memory is short, or after
 * bailey_store_close().
 */
struct bailey_binding *bailey_store_bind(struct bailey_store *store,
					 struct bailey_policy *policy)
{
	struct bailey_binding *binding = NULL;
	struct bailey_device *devices = NULL;
	unsigned int count;

	rtnl_lock();
	if (!policy)
		policy = store->policy;
	if (policy) {
		bailey_policy_get(policy);
		devices = list_devices(store, &count);
	}
	rtnl_unlock();
	if (devices)
		binding = bailey_binding_create(policy, devices, count);
	kvfree(devices);
	bailey_policy_put(policy);
	return binding;
}

/*
 * An interface is there that was not. Now and then all are bound anew: so there is
 * room, and it grows with the number of interfaces.
 */
static void add_device(struct bailey_store *store, const struct net_device *dev)
{
	struct bailey_binding *live = rtnl_dereference(store->live);
	struct bailey_device device = { .ifindex = dev->ifindex };

	/* A number that is given again must not meet what packets of the other left. */
	if (!live || store->unbound || store->outdated || store->added > store->bound) {
		rebind(store);
		return;
	}
	strscpy(device.name, dev->name, sizeof(device.name));
	store->added++;
	if (!bailey_binding_add(live, &device))
		rebind(store);
}

/**
 * bailey_store_device_event() - follow a change of the namespace's interfaces
 * @store: whose
 * @event: NETDEV_*
 * @dev: the interface; NULL if that is not known
 *
 * Where memory is short, packets are refused until a retry has it.
 *
 * Context: Netdevice notifier, under RTNL.
 */
void bailey_store_device_event(struct bailey_store *store, unsigned long event,
			       const struct net_device *dev)
{
	ASSERT_RTNL();
	if (!store->policy)
		return;
	switch (event) {
	case NETDEV_REGISTER:
		if (dev)
			add_device(store, dev);
		else
			rebind(store);
		break;
	case NETDEV_CHANGENAME:
		rebind(store);
		break;
	case NETDEV_UNREGISTER:
		/* Its number is not given again; many may go at once. */
		if (!rtnl_dereference(store->live))
			break;
		store->outdated = true;
		bailey_store_queue(&store->rebind, OUTDATED_DELAY);
		break;
	}
}
