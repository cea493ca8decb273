/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a connection remembers of a full evaluation: see conn_memo.c.
 */
#ifndef BAILEY_CONN_MEMO_H
#define BAILEY_CONN_MEMO_H

#include "engine/conn.h"

struct bailey_conn_entry;
struct bailey_conn_table;

/**
 * struct bailey_conn_memo - of one half of a connection: everybody said yes
 * @stamp: in which context (context.c); 0: nothing is remembered
 * @counter: of the rules that said so, to be counted for each packet; 0 for none
 */
struct bailey_conn_memo {
	u32 stamp;
	u32 counter[2];
};

/**
 * struct bailey_conn_recall - a packet, and what its connection remembers of it
 * @packet: a packet of TCP or UDP
 * @key: its key, if @end is one
 * @hash: of @key
 * @end: of @key, from which it came; 2 if nobody has looked
 * @entry: its connection, or the first of several with that key; NULL if there was none
 * @side: which side sent it
 * @counter: what is to be counted
 */
struct bailey_conn_recall {
	const struct bailey_packet *packet;
	struct bailey_conn_key key;
	u32 hash;
	u8 end;
	u8 side;
	u32 counter[2];
	struct bailey_conn_entry *entry;
};

bool bailey_conn_recall(struct bailey_conn_recall *recall,
			const struct bailey_conn_table *table, const u32 domain[2],
			u32 stamp, u32 now);
bool bailey_conn_recall_holds(const struct bailey_conn_recall *recall, u32 stamp);
bool bailey_conn_recall_moved(const struct bailey_conn_recall *recall,
			      const struct bailey_track *before);
bool bailey_conn_go_on(const struct bailey_conn_recall *recall,
		       const struct bailey_track_rules *rules, u32 now);
void bailey_conn_remember(struct bailey_conn_entry *entry, u8 side,
			  const struct bailey_conn_memo *memo, const u32 set[2],
			  u32 epoch);
void bailey_conn_forget(struct bailey_conn_entry *entry);

#endif /* BAILEY_CONN_MEMO_H */
