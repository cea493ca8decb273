/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that nobody but ACLs asks: see stateless.c.
 */
#ifndef BAILEY_STATELESS_H
#define BAILEY_STATELESS_H

#include "context.h"
#include "engine/evaluate.h"

struct bailey_net;
struct sk_buff;

bool bailey_stateless_judge(struct bailey_net *bn, const struct bailey_binding *binding,
			    const struct bailey_context *context,
			    const struct bailey_packet *packet, enum bailey_reason *reason);
bool bailey_stateless_agrees(struct bailey_net *bn, const struct bailey_binding *binding,
			     const struct bailey_context *context,
			     const struct bailey_where *where, const struct sk_buff *skb,
			     const struct bailey_packet *packet);
void bailey_stateless_learn(const struct bailey_eval *eval);

#endif /* BAILEY_STATELESS_H */
