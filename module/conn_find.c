// SPDX-License-Identifier: GPL-2.0
/*
 * The connection that a packet belongs to.
 *
 * Mostly one entry of the table has a packet's key. Where doors differ (the same
 * addresses behind two interfaces, say) several may have it, and then the one counts
 * whose doors fit the packet best. Nothing is changed, and no lock is taken.
 */
#include "conn_find.h"

#include "conn_table.h"

/**
 * bailey_conn_find_key() - of all connections with a key, the one that fits a packet best
 * @bn: the namespace
 * @eval: begun, tracked
 * @quote: the packet that an ICMP error quotes
 * @key: the packet's key
 * @hash: of @key
 * @end: of @key, from which it came
 * @match: filled in when there is one
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns.
 * Return: the connection, or NULL.
 */
struct bailey_conn_entry *bailey_conn_find_key(struct bailey_net *bn,
					       const struct bailey_eval *eval,
					       const struct bailey_packet *quote,
					       const struct bailey_conn_key *key, u32 hash, u8 end,
					       struct bailey_match_conn *match)
{
	struct bailey_conn_entry *entry, *best = NULL;
	u32 rank, best_rank = 0, now = bailey_conn_now();
	bool related = eval->packet->flags & BAILEY_PKT_ICMP_ERROR;
	struct bailey_conn_probe probe;
	u8 side;

	for (entry = bailey_conn_index_first(&bn->conns.index, key, hash, &probe);
	     entry; entry = bailey_conn_index_next(&probe, entry)) {
		if (!bailey_conn_entry_live(entry, now))
			continue;
		side = bailey_conn_side(&entry->conn, end);
		rank = bailey_eval_rank(eval, quote, &entry->conn, side, related);
		if (rank <= best_rank)
			continue;
		best_rank = rank;
		best = entry;
		match->conn = &entry->conn;
		match->side = side;
		match->related = related;
	}
	return best;
}

/**
 * bailey_conn_find() - the connection that a packet belongs to
 * @bn: the namespace
 * @eval: begun, tracked
 * @quote: the packet that an ICMP error quotes
 * @match: filled in when there is one
 *
 * Context: Under rcu_read_lock(), and so is the use of what it returns.
 * Return: the connection, or NULL.
 */
struct bailey_conn_entry *bailey_conn_find(struct bailey_net *bn,
					   const struct bailey_eval *eval,
					   const struct bailey_packet *quote,
					   struct bailey_match_conn *match)
{
	struct bailey_conn_key key;
	bool related;
	u8 end;

	end = bailey_eval_key(eval, quote, &key, &related);
	if (end > 1)
		return NULL;
	return bailey_conn_find_key(bn, eval, quote, &key, bailey_conn_hash(&key), end, match);
}
