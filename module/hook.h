/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netfilter hooks: see hook.c.
 */
#ifndef BAILEY_HOOK_H
#define BAILEY_HOOK_H

#include "engine/evaluate.h"
#include "net.h"
#include "where.h"

struct bailey_conn_entry *bailey_hook_find(struct bailey_net *bn,
					   const struct bailey_eval *eval,
					   const struct bailey_packet *quote,
					   struct bailey_match_conn *match);

int bailey_hooks_register(struct bailey_net *bn);
void bailey_hooks_unregister(struct bailey_net *bn);

#endif /* BAILEY_HOOK_H */
