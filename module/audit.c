// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of the policy in the kernel's audit log.
 *
 * A record NETFILTER_CFG for each change that has come into force, as nftables and
 * iptables leave them, with the words that these have for whole tables:
 *
 *	table=bailey:4026531840 family=1 entries=12 op=xt_replace pid=812 subj=… comm="bailey"
 *
 * The number behind the name is the network namespace's, as /proc/PID/ns/net shows
 * it; entries are rules, prefixes and addresses. What was refused or only checked
 * leaves none. Without CONFIG_AUDITSYSCALL there is no such log.
 */
#include "audit.h"

#include <linux/audit.h>
#include <linux/netfilter.h>

#define NAME_ROOM	sizeof("bailey:4294967295")

/**
 * bailey_audit_policy() - tell that another policy is in force
 * @net: where
 * @asked: the one before asked something of packets
 * @policy: the new one; NULL if there is none any more
 *
 * Nothing is told if a policy goes that asked nothing.
 *
 * Context: Process; may sleep.
 */
void bailey_audit_policy(const struct net *net, bool asked,
			 const struct bailey_policy *policy)
{
	bool asks = policy && bailey_policy_in_use(policy);
	enum audit_nfcfgop op = AUDIT_XT_OP_REPLACE;
	char name[NAME_ROOM];

	if (!policy && !asked)
		return;
	if (asks && !asked)
		op = AUDIT_XT_OP_REGISTER;
	else if (asked && !asks)
		op = AUDIT_XT_OP_UNREGISTER;
	snprintf(name, sizeof(name), "bailey:%u", net->ns.inum);
	audit_log_nfcfg(name, NFPROTO_INET, policy ? policy->rules : 0, op, GFP_KERNEL);
}
