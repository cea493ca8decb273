/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of the policy in the kernel's audit log.
 */
#ifndef BAILEY_AUDIT_H
#define BAILEY_AUDIT_H

#include "net.h"

void bailey_audit_policy(const struct net *net, bool asked,
			 const struct bailey_policy *policy);

#endif /* BAILEY_AUDIT_H */
