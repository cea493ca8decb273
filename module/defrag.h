/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting fragments together: see defrag.c.
 */
#ifndef BAILEY_DEFRAG_H
#define BAILEY_DEFRAG_H

struct net;

void bailey_defrag_prepare(void);
int bailey_defrag_enable(struct net *net);
void bailey_defrag_disable(struct net *net);

#endif /* BAILEY_DEFRAG_H */
