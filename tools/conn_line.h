/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One connection as a line of /proc/net/bailey/connections, and filters; and
 * what becomes of connections.
 */
#ifndef BAILEY_TOOLS_CONN_LINE_H
#define BAILEY_TOOLS_CONN_LINE_H

#include "tool.h"

#define CONN_NUMBER_NONE	(-1)
#define CONN_ADDR_WIDTH		22	/* 119.18.36.73:40000 and a little more */
#define CONN_DEV_WIDTH		5

/**
 * struct conn_line - one connection; words point into the line it was read from
 * @proto: protocol name or number
 * @state: TCP or SCTP state, or "-"
 * @src: source address of the request
 * @dst: destination address of the request
 * @in: interface towards the originator, or "-" for this machine
 * @out: interface towards the responder, likewise
 * @groups: set ids of the two doors, "N,N"
 * @reason: why it ended, or NULL
 * @sport: source port of the request, %CONN_NUMBER_NONE without ports
 * @dport: destination port of the request, likewise
 * @type: ICMP type of the request, or %CONN_NUMBER_NONE
 * @code: ICMP code, or %CONN_NUMBER_NONE
 * @id: ICMP query identifier, or %CONN_NUMBER_NONE
 * @key: GRE key, or %CONN_NUMBER_NONE
 * @expires: seconds left
 * @replied: the responder has answered
 * @stream: UDP that goes on
 * @assured: TCP or SCTP that was established
 */
struct conn_line {
	const char *proto;
	const char *state;
	const char *src;
	const char *dst;
	const char *in;
	const char *out;
	const char *groups;
	const char *reason;
	s64 sport;
	s64 dport;
	s64 type;
	s64 code;
	s64 id;
	s64 key;
	s64 expires;
	bool replied;
	bool stream;
	bool assured;
};

/**
 * struct conn_prefix - addresses that a filter lets through
 * @given: the filter speaks of them
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @bits: prefix length
 * @addr: the network
 */
struct conn_prefix {
	bool given;
	u8 family;
	u8 bits;
	struct bailey_addr addr;
};

/**
 * struct conn_filter - which connections are meant; all that it says must hold
 * @proto: protocol, %CONN_NUMBER_NONE for all
 * @src: source of the request
 * @dst: destination of the request
 * @sport: source port of the request, %CONN_NUMBER_NONE for all
 * @dport: destination port of the request, likewise
 * @state: TCP or SCTP state in capitals, or NULL for all
 */
struct conn_filter {
	int proto;
	struct conn_prefix src;
	struct conn_prefix dst;
	s64 sport;
	s64 dport;
	const char *state;
};

bool conn_line_parse(struct conn_line *conn, char *line);
s64 conn_reply_type(const struct conn_line *conn);
int conn_end_print(char *to, size_t size, const char *addr, s64 port);
void conn_extra_print(const struct conn_line *conn, bool response);
void conn_row_print(const struct conn_line *conn);
json_t *conn_line_json(const struct conn_line *conn);
int conn_filter_parse(struct conn_filter *filter, int argc, char **argv,
		      const char *usage);
bool conn_filter_holds(const struct conn_filter *filter, const struct conn_line *conn);

/* conn_watch.c */
int conn_watch(const struct conn_filter *filter);

#endif /* BAILEY_TOOLS_CONN_LINE_H */
