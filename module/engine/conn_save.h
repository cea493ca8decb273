/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections as lines from which they can be made again: see conn_save.c.
 */
#ifndef BAILEY_ENGINE_CONN_SAVE_H
#define BAILEY_ENGINE_CONN_SAVE_H

#include "conn.h"
#include "policy.h"

/* The first line's number: another one says that lines mean something else. */
#define BAILEY_SAVE_VERSION	1

/* Seconds: what the longest timeout that can be set leaves. */
#define BAILEY_SAVE_LEFT_MAX	1073741824

/**
 * struct bailey_saved_conn - a connection without what holds in one kernel only
 * @request: its request, as bailey_conn_request() makes it
 * @track: how far it has come
 * @set: numbers of group sets, for their "set" lines
 * @left: seconds until it dies
 * @ask: what @set said was to be asked again
 * @dev: names of the interfaces towards originator and responder, "" for this machine
 * @vrf: the layer 3 domains' interfaces, "" for the main one
 */
struct bailey_saved_conn {
	struct bailey_packet request;
	struct bailey_track track;
	u32 set[2];
	u32 left;
	bool ask;
	char dev[2][BAILEY_IFNAME_MAX + 1];
	char vrf[2][BAILEY_IFNAME_MAX + 1];
};

void bailey_saved_conn_take(struct bailey_saved_conn *saved, const struct bailey_conn *conn);
void bailey_saved_conn_print(const struct bailey_saved_conn *saved, struct bailey_out *out);
int bailey_saved_conn_parse(struct bailey_saved_conn *saved, struct bailey_lexer *lex);
void bailey_saved_conn_give(const struct bailey_saved_conn *saved, const u32 domain[2],
			    struct bailey_conn *conn);

void bailey_saved_sets_print(const struct bailey_policy *policy, struct bailey_out *out);
int bailey_saved_set_parse(const struct bailey_policy *policy, struct bailey_lexer *lex,
			   u32 *number, u32 *id);

#endif /* BAILEY_ENGINE_CONN_SAVE_H */
