/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netfilter hooks: see hook.c.
 */
#ifndef BAILEY_HOOK_H
#define BAILEY_HOOK_H

#include "net.h"

int bailey_hooks_register(struct bailey_net *bn);
void bailey_hooks_unregister(struct bailey_net *bn);

#endif /* BAILEY_HOOK_H */
