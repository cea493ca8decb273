/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A question about a packet: see ask.c.
 */
#ifndef BAILEY_ASK_H
#define BAILEY_ASK_H

#include "engine/text.h"

struct bailey_net;

int bailey_ask(struct bailey_net *bn, const char *text, size_t len,
	       struct bailey_out *out, struct bailey_diag *diag);

#endif /* BAILEY_ASK_H */
