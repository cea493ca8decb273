/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the policy store share.
 *
 * Each test has a store of its own in the initial namespace, followed by a
 * notifier as main.c's does, and at most one interface, which is never brought
 * up. Its end closes the store in whatever state the test left it.
 */
#ifndef BAILEY_POLICY_STORE_FIXTURE_H
#define BAILEY_POLICY_STORE_FIXTURE_H

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/timer.h>
#include <net/net_namespace.h>

#include "engine/policy_text.h"
#include "policy_store.h"

#define NO_LIMIT	U64_MAX

#define GROUP_WEB	"group web in allow tcp from any to any port 443\n"
#define ATTACH_SUBNET	"attach dev bly0 protects subnet groups web\n"
#define ATTACH_HOST	"attach dev bly0 protects host groups web\n"
#define SUBNET_ONLY	"flush\n" GROUP_WEB ATTACH_SUBNET
#define HOST_ONLY	"flush\ndefault deny\n" GROUP_WEB ATTACH_HOST

/* What a binding says about an interface, as bits. */
#define HOST		1
#define SUBNET		2
#define PLACE		4

/**
 * struct fixture - what a test has
 * @store: the store
 * @notifier: lets the store follow interfaces
 * @diag: what the last refused text was refused for
 * @dev: the test's interface, or NULL
 * @ifindex: its number, for readers
 * @closed: the store was closed by the test itself
 * @reads: how often readers in timer or threads found a policy
 * @mixed: how often it was not whole
 * @timer: reads from interrupts
 */
struct fixture {
	struct bailey_store store;
	struct notifier_block notifier;
	struct bailey_diag diag;
	struct net_device *dev;
	u32 ifindex;
	bool closed;
	atomic_t reads;
	atomic_t mixed;
	struct timer_list timer;
};

static inline struct fixture *fixture(struct kunit *test)
{
	return test->priv;
}

static inline struct bailey_store *store(struct kunit *test)
{
	return &fixture(test)->store;
}

/* Build, and publish unless it is refused; two steps under one lock. */
static inline int commit_limited(struct kunit *test, const char *text, bool cut, u64 max_rules)
{
	struct fixture *f = fixture(test);
	struct bailey_policy *policy;
	int ret;

	mutex_lock(&f->store.lock);
	policy = bailey_store_build(&f->store, text, strlen(text), 1, cut, max_rules,
				    &f->diag);
	ret = PTR_ERR_OR_ZERO(policy);
	if (!ret) {
		ret = bailey_store_publish(&f->store, policy);
		bailey_policy_put(policy);
	}
	mutex_unlock(&f->store.lock);
	return ret;
}

static inline int commit(struct kunit *test, const char *text)
{
	return commit_limited(test, text, false, NO_LIMIT);
}

static inline int commit_cut(struct kunit *test, const char *text)
{
	return commit_limited(test, text, true, NO_LIMIT);
}

/* Put back a policy that was in force before, as a roll-back does. */
static inline int publish(struct kunit *test, struct bailey_policy *policy)
{
	int ret;

	mutex_lock(&store(test)->lock);
	ret = bailey_store_publish(store(test), policy);
	mutex_unlock(&store(test)->lock);
	return ret;
}

static inline void forget_refusal(struct kunit *test)
{
	bailey_diag_destroy(&fixture(test)->diag);
	memset(&fixture(test)->diag, 0, sizeof(fixture(test)->diag));
}

/* For comparing only: not to be followed. */
static inline const void *live(struct kunit *test)
{
	return rcu_access_pointer(store(test)->live);
}

static inline const void *in_force(struct kunit *test)
{
	return READ_ONCE(store(test)->policy);
}

static inline unsigned int refs(const struct bailey_policy *policy)
{
	return refcount_read(&policy->refs.count);
}

/* The canonical text of a policy; freed with the test. */
static inline const char *text_of(struct kunit *test, const struct bailey_policy *policy)
{
	struct bailey_out out = {};
	char *text;

	bailey_policy_print(policy, &out);
	text = kunit_kzalloc(test, out.len + 1, GFP_KERNEL);
	if (text && out.buf)
		memcpy(text, out.buf, out.len);
	bailey_out_destroy(&out);
	KUNIT_ASSERT_NOT_NULL(test, text);
	return text;
}

static inline const char *text_in_force(struct kunit *test)
{
	struct bailey_policy *policy = bailey_store_policy_get(store(test));
	const char *text = text_of(test, policy);

	bailey_policy_put(policy);
	return text;
}

/* Bits of what packets find about an interface; -1 without a live binding. */
static inline int found(struct kunit *test, u32 ifindex)
{
	const struct bailey_binding *binding;
	const struct bailey_iface *iface;
	int bits = -1;

	rcu_read_lock();
	binding = rcu_dereference(store(test)->live);
	if (binding) {
		iface = bailey_binding_find(binding, ifindex);
		bits = !iface ? 0 : (iface->host ? HOST : 0) |
				    (iface->subnet ? SUBNET : 0) |
				    (iface->place ? PLACE : 0);
	}
	rcu_read_unlock();
	return bits;
}

/* The number of the newest group set, and the epoch, of the policy in force. */
static inline u32 newest_set(struct kunit *test)
{
	struct bailey_policy *policy = bailey_store_policy_get(store(test));
	struct bailey_object *object;
	const struct bailey_set *set;
	u32 n, id = 0;

	for (n = 0; n < policy->objects[BAILEY_ATTACH].named; n++) {
		set = bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, n))->set;
		id = max_t(u32, id, set ? set->id : 0);
	}
	for (n = 0; n < policy->objects[BAILEY_ENDPOINT].named; n++) {
		object = bailey_policy_nth(policy, BAILEY_ENDPOINT, n);
		id = max_t(u32, id, bailey_endpoint_of(object)->set->id);
	}
	bailey_policy_put(policy);
	return id;
}

static inline u32 epoch(struct kunit *test)
{
	struct bailey_policy *policy = bailey_store_policy_get(store(test));
	u32 number = policy->epoch;

	bailey_policy_put(policy);
	return number;
}

static const struct net_device_ops no_ops;

static inline void add_device(struct kunit *test, const char *name)
{
	struct net_device *dev = alloc_netdev(0, name, NET_NAME_USER, ether_setup);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->netdev_ops = &no_ops;
	eth_hw_addr_random(dev);
	if (register_netdev(dev)) {
		free_netdev(dev);
		dev = NULL;
	}
	KUNIT_ASSERT_NOT_NULL(test, dev);
	fixture(test)->dev = dev;
	WRITE_ONCE(fixture(test)->ifindex, dev->ifindex);
}

static inline void remove_device(struct kunit *test)
{
	struct net_device *dev = fixture(test)->dev;

	fixture(test)->dev = NULL;
	unregister_netdev(dev);
	free_netdev(dev);
}

/* As ip link set name does: modules cannot rename an interface otherwise. */
static inline void rename_device(struct kunit *test, const char *name)
{
	u32 len = strlen(name) + 1;
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
		struct nlattr attr;
		char name[IFNAMSIZ];
	} request = {
		.head.nlmsg_len = offsetof(typeof(request), name) + NLA_ALIGN(len),
		.head.nlmsg_type = RTM_NEWLINK,
		.head.nlmsg_flags = NLM_F_REQUEST,
		.info.ifi_index = fixture(test)->dev->ifindex,
		.attr.nla_len = NLA_HDRLEN + len,
		.attr.nla_type = IFLA_IFNAME,
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &kernel, .msg_namelen = sizeof(kernel) };
	struct kvec vec = { .iov_base = &request, .iov_len = request.head.nlmsg_len };
	struct socket *sock;
	int ret;

	strscpy(request.name, name, sizeof(request.name));
	ret = sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &sock);
	KUNIT_ASSERT_EQ(test, ret, 0);
	ret = kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
	sock_release(sock);
	KUNIT_ASSERT_EQ(test, ret, (int)vec.iov_len);
	KUNIT_ASSERT_STREQ(test, fixture(test)->dev->name, name);
}

/* Tell the store of a change as the notifier does. */
static inline void event(struct kunit *test, unsigned long what)
{
	rtnl_lock();
	bailey_store_device_event(store(test), what, NULL);
	rtnl_unlock();
}

static inline void close_store(struct kunit *test)
{
	bailey_store_close(store(test));
	bailey_store_exit(store(test));
	fixture(test)->closed = true;
}

static inline int follow(struct notifier_block *notifier, unsigned long what, void *ptr)
{
	struct fixture *f = container_of(notifier, struct fixture, notifier);
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (net_eq(dev_net(dev), &init_net))
		bailey_store_device_event(&f->store, what, dev);
	return NOTIFY_DONE;
}

static inline int store_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int ret;

	if (!f)
		return -ENOMEM;
	ret = bailey_store_init(&f->store, &init_net);
	if (ret)
		return ret;
	f->notifier.notifier_call = follow;
	ret = register_netdevice_notifier(&f->notifier);
	if (ret) {
		bailey_store_close(&f->store);
		bailey_store_exit(&f->store);
		return ret;
	}
	test->priv = f;
	return 0;
}

static inline void store_exit(struct kunit *test)
{
	struct fixture *f = fixture(test);

	if (!f)
		return;
	if (f->dev)
		remove_device(test);
	unregister_netdevice_notifier(&f->notifier);
	if (!f->closed)
		close_store(test);
	bailey_diag_destroy(&f->diag);
}

static inline int suite_init(struct kunit_suite *suite)
{
	return bailey_store_workers_init();
}

static inline void suite_exit(struct kunit_suite *suite)
{
	bailey_store_workers_exit();
}

#endif /* BAILEY_POLICY_STORE_FIXTURE_H */
