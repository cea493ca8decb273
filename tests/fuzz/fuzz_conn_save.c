// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a snapshot: whatever is taken prints as what is taken again, and makes a
 * connection that packets can move.
 */
#include "conn_save.h"
#include "fuzz.h"

static const struct bailey_track_rules rules = {
	.timeouts = &bailey_timeouts_default,
	.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT,
};

static int parse(const char *line, size_t len, struct bailey_saved_conn *saved)
{
	struct bailey_diag diag = { 0 };
	struct bailey_lexer lex;
	int ret;

	bailey_lexer_init(&lex, line, len, 1, &diag);
	bailey_lexer_next(&lex);
	bailey_lexer_accept(&lex, "conn");
	ret = bailey_saved_conn_parse(saved, &lex);
	MUST(!ret == !diag.error.code);
	MUST(diag.error.column <= len + 1);
	bailey_diag_destroy(&diag);
	return ret;
}

/* Any segment, both ways, with numbers of the connection's own among others. */
static void move(const struct bailey_conn *conn)
{
	struct bailey_conn_next next;
	struct bailey_packet packet;
	u8 flags, side;

	if (conn->key.proto != BAILEY_PROTO_TCP)
		return;
	for (flags = 0; flags < 32; flags++) {
		side = flags & 1;
		bailey_conn_request(conn, &packet);
		packet.flags |= BAILEY_PKT_SEQ;
		packet.tcp_flags = flags;
		packet.tcp_header = 20;
		packet.tcp_scale = BAILEY_TCP_NO_SCALE;
		packet.tcp_window = 1000;
		packet.tcp_seq = conn->track.tcp.half[side].end + flags;
		packet.tcp_ack = conn->track.tcp.half[!side].end;
		packet.tcp_sack = packet.tcp_ack;
		bailey_conn_advance(conn, &packet, side, &rules, &next);
		bailey_conn_quoted(conn, &packet, side);
	}
}

static void take(const char *line, size_t len)
{
	struct bailey_saved_conn saved, again;
	struct bailey_out first = { 0 }, second = { 0 };
	struct bailey_conn conn;
	struct bailey_packet request;
	u32 domain[2] = { 0 };

	if (parse(line, len, &saved))
		return;
	bailey_saved_conn_print(&saved, &first);
	MUST(first.len < 1024);
	MUST(!parse(first.buf, first.len - 1, &again));
	MUST(!memcmp(&saved, &again, sizeof(saved)));
	bailey_saved_conn_print(&again, &second);
	MUST(first.len == second.len && !memcmp(first.buf, second.buf, first.len));
	bailey_saved_conn_give(&saved, domain, &conn);
	bailey_conn_request(&conn, &request);
	MUST(!memcmp(&request, &saved.request, sizeof(request)));
	MUST(bailey_conn_state_name(&conn));
	move(&conn);
	bailey_out_destroy(&first);
	bailey_out_destroy(&second);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy(data, size);
	size_t at = 0, end;

	for (; at < size; at = end + 1) {
		for (end = at; end < size && text[end] != '\n'; end++)
			;
		take(text + at, end - at);
	}
	free(text);
	return 0;
}
