/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection that a packet belongs to: see conn_find.c.
 */
#ifndef BAILEY_CONN_FIND_H
#define BAILEY_CONN_FIND_H

#include "engine/evaluate.h"
#include "net.h"

struct bailey_conn_entry *bailey_conn_find_key(struct bailey_net *bn,
					       const struct bailey_eval *eval,
					       const struct bailey_packet *quote,
					       const struct bailey_conn_key *key, u32 hash, u8 end,
					       struct bailey_match_conn *match);
struct bailey_conn_entry *bailey_conn_find(struct bailey_net *bn,
					   const struct bailey_eval *eval,
					   const struct bailey_packet *quote,
					   struct bailey_match_conn *match);

#endif /* BAILEY_CONN_FIND_H */
