// SPDX-License-Identifier: GPL-2.0
/*
 * Bailey: a firewall with a stateless outer gate and a stateful inner door.
 *
 * Loading and unloading, namespaces coming and going, interfaces changing: the
 * ladder by which everything is set up, and the same ladder downwards. The
 * packet's story is in hook.c, that of a change in control.c.
 */
#include <linux/module.h>
#include <linux/netdevice.h>

#include "control.h"
#include "defrag.h"
#include "procfs.h"
#include "reject.h"

unsigned int bailey_net_id __read_mostly;

static const struct bailey_sysctls *caps_of(const struct net *net)
{
	return net_eq(net, &init_net) ? NULL : &bailey_net_of(&init_net)->sysctls;
}

static int __net_init net_enter(struct net *net)
{
	struct bailey_net *bn = bailey_net_of(net);
	int ret;

	bn->net = net;
	bailey_events_init(&bn->events);
	bailey_flow_log_init(&bn->flow_log, net, &bn->store);
	bn->stats = alloc_percpu_gfp(struct bailey_stats, GFP_KERNEL_ACCOUNT);
	if (!bn->stats)
		return -ENOMEM;
	ret = bailey_control_init(bn);
	if (ret)
		goto free_stats;
	ret = bailey_sysctl_init(net, &bn->sysctls, caps_of(net), &bn->flow_log);
	if (ret)
		goto exit_control;
	ret = bailey_procfs_init(bn);
	if (ret)
		goto exit_sysctl;
	return 0;

exit_sysctl:
	bailey_sysctl_exit(&bn->sysctls);
	bailey_flow_log_exit(&bn->flow_log);
exit_control:
	bailey_control_close(bn);
	bailey_control_exit(bn);
free_stats:
	free_percpu(bn->stats);
	return ret;
}

/* Writers first, then hooks; the core waits for packets before net_exit(). */
static void __net_exit net_leave(struct net *net)
{
	struct bailey_net *bn = bailey_net_of(net);

	bailey_procfs_exit(bn);
	bailey_control_close(bn);
}

static void __net_exit net_exit(struct net *net)
{
	struct bailey_net *bn = bailey_net_of(net);

	bailey_sysctl_exit(&bn->sysctls);
	bailey_flow_log_exit(&bn->flow_log);
	bailey_control_exit(bn);
	free_percpu(bn->stats);
}

static struct pernet_operations net_ops = {
	.init = net_enter,
	.pre_exit = net_leave,
	.exit = net_exit,
	.id = &bailey_net_id,
	.size = sizeof(struct bailey_net),
};

static int device_event(struct notifier_block *block, unsigned long event, void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	bailey_store_device_event(&bailey_net_of(dev_net(dev))->store, event, dev);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

static int __init bailey_init(void)
{
	int ret;

	bailey_defrag_prepare();
	bailey_reject_init();
	ret = bailey_rule_pools_init();
	if (ret)
		goto exit_reject;
	ret = bailey_conn_cache_init();
	if (ret)
		goto exit_rules;
	ret = bailey_store_workers_init();
	if (ret)
		goto exit_cache;
	ret = register_pernet_subsys(&net_ops);
	if (ret)
		goto exit_workers;
	ret = register_netdevice_notifier(&device_notifier);
	if (ret)
		goto exit_pernet;
	return 0;

exit_pernet:
	unregister_pernet_subsys(&net_ops);
exit_workers:
	bailey_store_workers_exit();
exit_cache:
	bailey_conn_cache_exit();
exit_rules:
	bailey_rule_pools_exit();
exit_reject:
	bailey_reject_exit();
	return ret;
}

static void __exit bailey_exit(void)
{
	unregister_netdevice_notifier(&device_notifier);
	unregister_pernet_subsys(&net_ops);
	bailey_store_workers_exit();
	bailey_conn_cache_exit();
	bailey_rule_pools_exit();
	bailey_reject_exit();
}

module_init(bailey_init);
module_exit(bailey_exit);
MODULE_DESCRIPTION("Stateless ACLs and stateful groups, explained");
MODULE_LICENSE("GPL");
MODULE_SOFTDEP("pre: nf_defrag_ipv4 nf_defrag_ipv6 nf_reject_ipv4 nf_reject_ipv6");
MODULE_VERSION(BAILEY_VERSION);
