/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections, their events and counters as text: a line each, and filters in words.
 */
#ifndef BAILEY_CONN_TEXT_H
#define BAILEY_CONN_TEXT_H

#include "engine/text.h"
#include "net.h"

/**
 * struct bailey_conn_filter - which connections a request is about
 * @proto: protocol, or -1 for any
 * @state: from bailey_tcp_state_name() or bailey_sctp_state_name(), which may share
 *	   it; NULL for any
 * @port: source and destination port of the request, or -1 for any
 * @family: of the prefixes, 0 where there are none
 * @addr: source and destination prefix of the request
 * @bits: their lengths; 0 for any
 */
struct bailey_conn_filter {
	int proto;
	const char *state;
	int port[2];
	u8 family;
	struct bailey_addr addr[2];
	u8 bits[2];
};

int bailey_conn_filter_parse(struct bailey_conn_filter *filter,
			     struct bailey_lexer *lex);
bool bailey_conn_filter_holds(const struct bailey_conn_filter *filter,
			      const struct bailey_conn *conn);
void bailey_conn_print(struct net *net, const struct bailey_conn *conn, u32 now,
		       struct bailey_out *out);
void bailey_event_print(struct net *net, const struct bailey_event_record *record,
			struct bailey_out *out);
void bailey_conns_print_stats(struct bailey_net *bn, struct bailey_out *out);

#endif /* BAILEY_CONN_TEXT_H */
