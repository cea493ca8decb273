// SPDX-License-Identifier: GPL-2.0
/*
 * Connections as text.
 *
 *	tcp ESTABLISHED src=119.18.36.73 dst=1.3.3.7 sport=40312 dport=443
 *		in=eth0 out=eth1 groups=0,3 expires=431999 REPLIED ASSURED
 *
 * on one line: the request's addresses and ports, the interfaces towards both
 * sides ("-" for this machine), the group sets that said yes, the seconds left.
 * What became of one is
 *
 *	1234567.123 closed tcp TIME_WAIT src=119.18.36.73 dst=1.3.3.7 sport=40312
 *		dport=443 in=eth0 out=eth1 groups=0,3 REPLIED ASSURED reason=fin
 *
 * the seconds since boot, the event, and the same without the time that is left.
 */
#include "conn_text.h"

#include <linux/math64.h>

#include "engine/match_text.h"

static const char filter_syntax[] =
	"proto P, src CIDR, dst CIDR, sport N, dport N, state S or the end of the line";

static int cidr_word(struct bailey_conn_filter *filter, struct bailey_lexer *lex, u32 side)
{
	u8 family;
	int ret = bailey_cidr_parse(lex, &family, &filter->addr[side], &filter->bits[side]);

	if (ret)
		return ret;
	if (filter->family && filter->family != family)
		return bailey_lexer_fail(lex, -EINVAL, "", "src and dst are of different families");
	filter->family = family;
	return 0;
}

static int set_state(struct bailey_conn_filter *filter, const char *state)
{
	filter->state = state;
	return 0;
}

static int state_word(struct bailey_conn_filter *filter, struct bailey_lexer *lex)
{
	u8 state;

	for (state = BAILEY_TCP_SYN_SENT; state < BAILEY_TCP_STATE_COUNT; state++)
		if (bailey_lexer_accept(lex, bailey_tcp_state_name(state)))
			return set_state(filter, bailey_tcp_state_name(state));
	for (state = BAILEY_SCTP_CLOSED; state < BAILEY_SCTP_STATE_COUNT; state++)
		if (bailey_lexer_accept(lex, bailey_sctp_state_name(state)))
			return set_state(filter, bailey_sctp_state_name(state));
	return bailey_lexer_fail(lex, -EINVAL, "SYN_SENT, ESTABLISHED, …",
				 "there is no such state");
}

static int proto_word(struct bailey_conn_filter *filter, struct bailey_lexer *lex)
{
	u16 proto;

	if (!bailey_proto_parse(lex->word, lex->word_len, &proto) ||
	    proto == BAILEY_PROTO_ANY)
		return bailey_lexer_fail(lex, -EINVAL, "a protocol by name or number",
					 "there is no such protocol");
	filter->proto = proto;
	bailey_lexer_next(lex);
	return 0;
}

static int port_word(struct bailey_conn_filter *filter, struct bailey_lexer *lex, u32 side)
{
	u32 port;
	int ret = bailey_lexer_number(lex, "the port", 0, U16_MAX, &port);

	filter->port[side] = port;
	return ret;
}

static int filter_word(struct bailey_conn_filter *filter, struct bailey_lexer *lex)
{
	if (bailey_lexer_accept(lex, "proto"))
		return proto_word(filter, lex);
	if (bailey_lexer_accept(lex, "src"))
		return cidr_word(filter, lex, BAILEY_ORIGINATOR);
	if (bailey_lexer_accept(lex, "dst"))
		return cidr_word(filter, lex, BAILEY_RESPONDER);
	if (bailey_lexer_accept(lex, "sport"))
		return port_word(filter, lex, BAILEY_ORIGINATOR);
	if (bailey_lexer_accept(lex, "dport"))
		return port_word(filter, lex, BAILEY_RESPONDER);
	if (bailey_lexer_accept(lex, "state"))
		return state_word(filter, lex);
	return bailey_lexer_fail(lex, -EINVAL, filter_syntax, "this word is not known here");
}

/**
 * bailey_conn_filter_parse() - read a filter up to the end of a line
 * @filter: filled in
 * @lex: at the filter's first word
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int bailey_conn_filter_parse(struct bailey_conn_filter *filter, struct bailey_lexer *lex)
{
	int ret = 0;

	memset(filter, 0, sizeof(*filter));
	filter->proto = -1;
	filter->port[0] = -1;
	filter->port[1] = -1;
	while (lex->word_len && !ret)
		ret = filter_word(filter, lex);
	return ret;
}

/**
 * bailey_conn_filter_holds() - is a request about this connection?
 * @filter: the filter
 * @conn: the connection
 *
 * Context: Any.
 * Return: true if all that the filter names agrees.
 */
bool bailey_conn_filter_holds(const struct bailey_conn_filter *filter,
			      const struct bailey_conn *conn)
{
	const struct bailey_conn_key *key = &conn->key;
	struct bailey_addr addr;
	u32 side, end;

	if (filter->family && filter->family != key->family)
		return false;
	if (filter->proto >= 0 && filter->proto != key->proto)
		return false;
	if (filter->state && strcmp(filter->state, bailey_conn_state_name(conn)))
		return false;
	for (side = 0; side < 2; side++) {
		end = side == BAILEY_ORIGINATOR ? conn->orig_end : !conn->orig_end;
		if (filter->port[side] >= 0 && (!bailey_proto_has_ports(key->proto) ||
						filter->port[side] != key->port[end]))
			return false;
		addr = bailey_conn_key_addr(key, end);
		if (!bailey_addr_in_prefix(&addr, &filter->addr[side], filter->bits[side]))
			return false;
	}
	return true;
}

static void device_print(struct net *net, const char *word, u32 ifindex,
			 struct bailey_out *out)
{
	const struct net_device *dev = ifindex ? dev_get_by_index_rcu(net, ifindex) : NULL;

	bailey_out_printf(out, " %s=", word);
	if (dev)
		bailey_out_escaped(out, dev->name, strlen(dev->name));
	else if (ifindex)
		bailey_out_printf(out, "if%u", ifindex);
	else
		bailey_out_printf(out, "-");
}

static void ends_print(const struct bailey_packet *request, struct bailey_out *out)
{
	bailey_out_printf(out, "src=");
	bailey_out_addr(out, request->family, &request->src);
	bailey_out_printf(out, " dst=");
	bailey_out_addr(out, request->family, &request->dst);
	if (request->flags & BAILEY_PKT_PORTS)
		bailey_out_printf(out, " sport=%u dport=%u", request->sport, request->dport);
	else if (request->flags & BAILEY_PKT_ICMP_QUERY)
		bailey_out_printf(out, " type=%u code=%u id=%u", request->type,
				  request->code, request->id);
	else if (request->flags & BAILEY_PKT_ID)
		bailey_out_printf(out, " key=%u", request->id);
}

/* What stands in front of the time that is left. */
static void conn_print(struct net *net, const struct bailey_conn *conn,
		       struct bailey_out *out)
{
	const char *name = bailey_proto_name(conn->key.proto);
	struct bailey_packet request;

	bailey_conn_request(conn, &request);
	if (name)
		bailey_out_printf(out, "%s ", name);
	else
		bailey_out_printf(out, "%u ", conn->key.proto);
	bailey_out_printf(out, "%s ", bailey_conn_state_name(conn));
	ends_print(&request, out);
	device_print(net, "in", READ_ONCE(conn->ifindex[BAILEY_ORIGINATOR]), out);
	device_print(net, "out", READ_ONCE(conn->ifindex[BAILEY_RESPONDER]), out);
	bailey_out_printf(out, " groups=%u,%u", READ_ONCE(conn->set[0]),
			  READ_ONCE(conn->set[1]));
}

static void flags_print(const struct bailey_conn *conn, struct bailey_out *out)
{
	u8 flags = READ_ONCE(conn->track.flags);

	bailey_out_printf(out, "%s%s%s", flags & BAILEY_CONN_REPLIED ? " REPLIED" : "",
			  flags & BAILEY_CONN_STREAM ? " STREAM" : "",
			  flags & BAILEY_CONN_ASSURED ? " ASSURED" : "");
}

/**
 * bailey_conn_print() - append a connection as a line
 * @net: its namespace
 * @conn: the connection
 * @now: bailey_conn_now()
 * @out: where to; has room for 1024 bytes, so that nothing is allocated here
 *
 * Context: Under rcu_read_lock().
 */
void bailey_conn_print(struct net *net, const struct bailey_conn *conn, u32 now,
		       struct bailey_out *out)
{
	/* The deadline is rounded up by a second: see bailey_conn_deadline(). */
	s32 left = READ_ONCE(conn->expires) - now - 1;

	conn_print(net, conn, out);
	bailey_out_printf(out, " expires=%d", max(left, 0));
	flags_print(conn, out);
	bailey_out_printf(out, "\n");
}

/**
 * bailey_event_print() - append what became of a connection as a line
 * @net: its namespace
 * @record: the event
 * @out: where to; has room for 1024 bytes, so that nothing is allocated here
 *
 * Context: Under rcu_read_lock().
 */
void bailey_event_print(struct net *net, const struct bailey_event_record *record,
			struct bailey_out *out)
{
	static const char * const event_names[] = BAILEY_EVENT_NAMES;
	static const char * const end_names[] = BAILEY_END_NAMES;
	u32 rest;

	static_assert(ARRAY_SIZE(event_names) == BAILEY_EVENT_COUNT);
	static_assert(ARRAY_SIZE(end_names) == BAILEY_END_COUNT);
	if (record->what == BAILEY_EVENT_LOST) {
		bailey_out_printf(out, "lost %llu\n", record->lost);
		return;
	}
	bailey_out_printf(out, "%llu.", div_u64_rem(record->time, NSEC_PER_SEC, &rest));
	bailey_out_printf(out, "%03u %s ", rest / (u32)NSEC_PER_MSEC,
			  event_names[record->what]);
	conn_print(net, &record->conn, out);
	flags_print(&record->conn, out);
	if (record->end)
		bailey_out_printf(out, " reason=%s", end_names[record->end]);
	bailey_out_printf(out, "\n");
}

/**
 * bailey_conns_print_stats() - append what became of a namespace's connections
 * @bn: the namespace
 * @out: where to: "NAME VALUE" a line
 *
 * Context: Process.
 */
void bailey_conns_print_stats(struct bailey_net *bn, struct bailey_out *out)
{
	struct bailey_conn_tally tally = { };
	s64 count = 0;

	if (bailey_net_has_conns(bn)) {
		bailey_conn_table_tally(&bn->conns, &tally);
		count = bailey_conn_table_count(&bn->conns);
	}
	bailey_out_printf(out, "connections_expired %llu\nconnections_early_dropped %llu\n",
			  tally.expired, tally.early);
	bailey_out_printf(out, "collector_us %llu\nconnections %lld\nconnections_max %u\n",
			  tally.collect_us, count,
			  bailey_sysctl_max_connections(&bn->sysctls));
}
