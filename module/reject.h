/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling senders that their packet was rejected: see reject.c.
 */
#ifndef BAILEY_REJECT_H
#define BAILEY_REJECT_H

#include <linux/types.h>

#include "engine/refusal.h"

struct bailey_net;
struct nf_hook_state;
struct sk_buff;

void bailey_reject_init(void);
void bailey_reject_exit(void);
void bailey_reject_send(struct bailey_net *bn, struct sk_buff *skb,
			const struct nf_hook_state *state,
			const struct bailey_packet *packet);
bool bailey_reject_owns(const struct bailey_net *bn,
			const struct bailey_packet *packet,
			const struct bailey_packet *quote);

#endif /* BAILEY_REJECT_H */
