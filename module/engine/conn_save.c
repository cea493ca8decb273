// SPDX-License-Identifier: GPL-2.0
/*
 * Connections as lines from which they can be made again.
 *
 *	conn tcp src 119.18.36.73 dst 1.3.3.7 sport 40312 dport 443 in eth0 out eth1
 *		sets 0 3 left 431999 flags 5 state ESTABLISHED fin 0 tcp 1 2 3 4 5 6 7 8
 *		9 10 11 7 7 7 3
 *
 * on one line, whose words stand in this order. Numbers that only one kernel knows are
 * names (interfaces, VRFs) or explained by lines of their own ("set 3 web,ssh"),
 * deadlines are the seconds that are left. What is read may be anybody's invention:
 * each value is one that packets could have made, at least by itself. Sequence
 * numbers can be anything.
 */
#include "conn_save.h"

#include "match_text.h"

#define FLAGS_ALL	(BAILEY_CONN_REPLIED | BAILEY_CONN_STREAM | \
			 BAILEY_CONN_ASSURED | BAILEY_CONN_HALF_CLOSED)
#define TCP_BITS_ALL	(3 * BAILEY_TCP_SEEN | BAILEY_TCP_PICKED_UP | BAILEY_TCP_OTHER_SYN | \
			 BAILEY_TCP_CHALLENGED | BAILEY_TCP_TWO_ANSWERS | BAILEY_TCP_SUCCEEDS)
#define SCALE_MAX	14	/* RFC 7323 2.3 */
#define WINDOW_MAX	((u32)U16_MAX << SCALE_MAX)

/**
 * bailey_saved_conn_take() - what is saved of a connection
 * @saved: filled in; @left, @ask, @dev and @vrf are left to the caller
 * @conn: the connection, which nobody changes
 */
void bailey_saved_conn_take(struct bailey_saved_conn *saved, const struct bailey_conn *conn)
{
	memset(saved, 0, sizeof(*saved));
	bailey_conn_request(conn, &saved->request);
	bailey_track_copy(&saved->track, &conn->track, bailey_track_words(conn->key.proto));
	saved->set[0] = conn->set[0];
	saved->set[1] = conn->set[1];
}

/**
 * bailey_saved_conn_give() - make the connection again
 * @saved: what was saved
 * @domain: layer 3 domains of originator and responder
 * @conn: key, originator and track are filled in, the rest is cleared
 */
void bailey_saved_conn_give(const struct bailey_saved_conn *saved, const u32 domain[2],
			    struct bailey_conn *conn)
{
	memset(conn, 0, sizeof(*conn));
	conn->orig_end = bailey_conn_key_make(&conn->key, &saved->request,
					      domain[BAILEY_ORIGINATOR],
					      domain[BAILEY_RESPONDER]);
	bailey_track_copy(&conn->track, &saved->track,
			  bailey_track_words(saved->request.proto));
}

/* An interface's name as one word: neither "-" nor a comment. */
static void name_print(struct bailey_out *out, const char *name)
{
	if (!*name) {
		bailey_out_printf(out, " -");
		return;
	}
	bailey_out_printf(out, " ");
	if (*name == '#' || *name == '-')
		bailey_out_printf(out, "\\x%02x", (u8)*name++);
	bailey_out_escaped(out, name, strlen(name));
}

static void ends_print(const struct bailey_packet *request, struct bailey_out *out)
{
	bailey_proto_print(request->proto, out);
	bailey_out_printf(out, " src ");
	bailey_out_addr(out, request->family, &request->src);
	bailey_out_printf(out, " dst ");
	bailey_out_addr(out, request->family, &request->dst);
	if (request->flags & BAILEY_PKT_PORTS)
		bailey_out_printf(out, " sport %u dport %u", request->sport, request->dport);
	else if (request->flags & BAILEY_PKT_ICMP_QUERY)
		bailey_out_printf(out, " type %u id %u", request->type, request->id);
	else if (request->flags & BAILEY_PKT_ID)
		bailey_out_printf(out, " key %u", request->id);
}

static void tcp_print(const struct bailey_tcp_track *tcp, struct bailey_out *out)
{
	const struct bailey_tcp_half *half;
	u32 side;

	bailey_out_printf(out, " tcp");
	for (side = 0; side < 2; side++) {
		half = &tcp->half[side];
		bailey_out_printf(out, " %u %u %u %u", half->end, half->max_end,
				  half->max_win, half->max_ack);
	}
	bailey_out_printf(out, " %u %u %u %u %u %u %u", tcp->syn, tcp->other, tcp->answer,
			  tcp->scale[0], tcp->scale[1], tcp->syn_scale, tcp->bits);
}

static void sctp_print(const struct bailey_sctp_track *sctp, struct bailey_out *out)
{
	bailey_out_printf(out, " sctp %u %u %u %u %u %u %u %u", sctp->tag[0], sctp->tag[1],
			  sctp->init[0], sctp->init[1], sctp->answer[0], sctp->answer[1],
			  sctp->old[0], sctp->old[1]);
}

/**
 * bailey_saved_conn_print() - append a connection as a line
 * @saved: the connection
 * @out: where to; less than 1024 bytes are needed
 */
void bailey_saved_conn_print(const struct bailey_saved_conn *saved, struct bailey_out *out)
{
	const struct bailey_track *track = &saved->track;
	u8 proto = saved->request.proto;

	bailey_out_printf(out, "conn ");
	ends_print(&saved->request, out);
	bailey_out_printf(out, " in");
	name_print(out, saved->dev[BAILEY_ORIGINATOR]);
	bailey_out_printf(out, " out");
	name_print(out, saved->dev[BAILEY_RESPONDER]);
	if (*saved->vrf[0] || *saved->vrf[1]) {
		bailey_out_printf(out, " vrf");
		name_print(out, saved->vrf[BAILEY_ORIGINATOR]);
		name_print(out, saved->vrf[BAILEY_RESPONDER]);
	}
	bailey_out_printf(out, " sets %u %u%s left %u flags %u", saved->set[0], saved->set[1],
			  saved->ask ? " ask" : "", saved->left, track->flags);
	if (proto == BAILEY_PROTO_TCP) {
		bailey_out_printf(out, " state %s fin %u", bailey_tcp_state_name(track->state),
				  track->last_dir);
		tcp_print(&track->tcp, out);
	} else if (proto == BAILEY_PROTO_SCTP && track->state != BAILEY_SCTP_NONE) {
		bailey_out_printf(out, " state %s", bailey_sctp_state_name(track->state));
		sctp_print(&track->sctp, out);
	}
	bailey_out_printf(out, "\n");
}

static int word(struct bailey_lexer *lex, const char *wanted)
{
	if (bailey_lexer_accept(lex, wanted))
		return 0;
	return bailey_lexer_fail(lex, -EINVAL, wanted, lex->word_len ?
				 "another word should stand here" : "the line ends too early");
}

/* "WANTED N" */
static int number(struct bailey_lexer *lex, const char *wanted, u32 min, u32 max, u32 *value)
{
	int ret = word(lex, wanted);

	return ret ? ret : bailey_lexer_number(lex, "the number", min, max, value);
}

static int numbers(struct bailey_lexer *lex, u32 *value, u32 count)
{
	int ret = 0;

	while (count-- && !ret)
		ret = bailey_lexer_number(lex, "the number", 0, U32_MAX, value++);
	return ret;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character of a name, as name_print() writes it; 0 if it is none. */
static char name_char(const char **at, const char *end)
{
	int high, low;

	if (**at != '\\') {
		char c = *(*at)++;

		return c > ' ' && c < 0x7f && c != '/' && c != ':' ? c : 0;
	}
	if (end - *at < 4 || (*at)[1] != 'x')
		return 0;
	high = hex_value((*at)[2]);
	low = hex_value((*at)[3]);
	*at += 4;
	return high < 0 || low < 0 ? 0 : (char)(high << 4 | low);
}

static int name_parse(struct bailey_lexer *lex, char *name)
{
	const char *at = lex->word, *end = at + lex->word_len;
	u32 len = 0;
	char c = 1;

	memset(name, 0, BAILEY_IFNAME_MAX + 1);
	if (bailey_lexer_accept(lex, "-"))
		return 0;
	while (at < end && len < BAILEY_IFNAME_MAX && c) {
		c = name_char(&at, end);
		name[len++] = c;
	}
	if (at < end || !len || !c)
		return bailey_lexer_fail(lex, -EINVAL, "an interface name, or -",
					 "this is not the name of an interface");
	bailey_lexer_next(lex);
	return 0;
}

static int addr_parse(struct bailey_lexer *lex, const char *wanted, u8 *family,
		      struct bailey_addr *addr)
{
	int ret = word(lex, wanted);

	if (ret)
		return ret;
	if (!bailey_text_addr(lex->word, lex->word_len, family, addr))
		return bailey_lexer_fail(lex, -EINVAL, "an address", "this is not an address");
	bailey_lexer_next(lex);
	return 0;
}

static int addrs_parse(struct bailey_packet *request, struct bailey_lexer *lex)
{
	u8 family;
	int ret = addr_parse(lex, "src", &request->family, &request->src);

	if (!ret)
		ret = addr_parse(lex, "dst", &family, &request->dst);
	if (!ret && family != request->family)
		ret = bailey_lexer_fail(lex, -EINVAL, "", "src and dst are of different families");
	return ret;
}

static int ports_parse(struct bailey_packet *request, struct bailey_lexer *lex)
{
	u32 sport = 0, dport = 0;
	int ret = number(lex, "sport", 0, U16_MAX, &sport);

	if (!ret)
		ret = number(lex, "dport", 0, U16_MAX, &dport);
	request->sport = sport;
	request->dport = dport;
	request->flags |= BAILEY_PKT_PORTS;
	if (request->proto == BAILEY_PROTO_TCP)
		request->tcp_flags = BAILEY_TCP_SYN;
	return ret;
}

static int query_parse(struct bailey_packet *request, struct bailey_lexer *lex)
{
	u32 type = 0, id = 0;
	int ret = number(lex, "type", 0, 255, &type);

	if (ret)
		return ret;
	if (!(bailey_packet_icmp_flags(request->proto, type) & BAILEY_PKT_ICMP_QUERY))
		return bailey_lexer_fail(lex, -EINVAL, "", "no query has this type");
	ret = number(lex, "id", 0, U16_MAX, &id);
	request->type = type;
	request->id = id;
	request->flags |= BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID;
	return ret;
}

/* Who talks with whom. */
static int request_parse(struct bailey_packet *request, struct bailey_lexer *lex)
{
	u16 proto;
	int ret;

	if (!bailey_proto_parse(lex->word, lex->word_len, &proto) || proto > 255)
		return bailey_lexer_fail(lex, -EINVAL, "a protocol by name or number",
					 "there is no such protocol");
	request->proto = proto;
	bailey_lexer_next(lex);
	ret = addrs_parse(request, lex);
	if (ret)
		return ret;
	if (bailey_proto_has_ports(proto))
		return ports_parse(request, lex);
	if (bailey_packet_is_icmp(request))
		return query_parse(request, lex);
	if (proto != BAILEY_PROTO_GRE || !bailey_lexer_is(lex, "key"))
		return 0;
	request->flags |= BAILEY_PKT_ID;
	return number(lex, "key", 1, U32_MAX, &request->id);
}

static int places_parse(struct bailey_saved_conn *saved, struct bailey_lexer *lex)
{
	int ret = word(lex, "in");

	if (!ret)
		ret = name_parse(lex, saved->dev[BAILEY_ORIGINATOR]);
	if (!ret)
		ret = word(lex, "out");
	if (!ret)
		ret = name_parse(lex, saved->dev[BAILEY_RESPONDER]);
	if (ret || !bailey_lexer_accept(lex, "vrf"))
		return ret;
	ret = name_parse(lex, saved->vrf[BAILEY_ORIGINATOR]);
	return ret ? ret : name_parse(lex, saved->vrf[BAILEY_RESPONDER]);
}

static int doors_parse(struct bailey_saved_conn *saved, struct bailey_lexer *lex)
{
	u32 flags = 0;
	int ret = number(lex, "sets", 0, U32_MAX, &saved->set[0]);

	if (!ret)
		ret = numbers(lex, &saved->set[1], 1);
	if (ret)
		return ret;
	if (!saved->set[0] && !saved->set[1])
		return bailey_lexer_fail(lex, -EINVAL, "",
					 "nobody was asked about it, so that it is no connection");
	saved->ask = bailey_lexer_accept(lex, "ask");
	ret = number(lex, "left", 0, BAILEY_SAVE_LEFT_MAX, &saved->left);
	if (!ret)
		ret = number(lex, "flags", 0, FLAGS_ALL, &flags);
	saved->track.flags = flags;
	return ret;
}

static int state_parse(struct bailey_lexer *lex, const char *(*name)(u8 state), u8 count,
		       u8 *state)
{
	int ret = word(lex, "state");
	u8 i;

	for (i = 1; i < count && !ret; i++) {
		if (!bailey_lexer_accept(lex, name(i)))
			continue;
		*state = i;
		return 0;
	}
	return ret ? ret : bailey_lexer_fail(lex, -EINVAL, "SYN_SENT, ESTABLISHED, …",
					     "there is no such state");
}

static int half_parse(struct bailey_tcp_half *half, struct bailey_lexer *lex)
{
	int ret = numbers(lex, &half->end, 1);

	if (!ret)
		ret = numbers(lex, &half->max_end, 1);
	if (!ret)
		ret = bailey_lexer_number(lex, "the window", 0, WINDOW_MAX, &half->max_win);
	return ret ? ret : numbers(lex, &half->max_ack, 1);
}

/* "255" where there was no option, which after the handshake means no shift. */
static int shift_parse(struct bailey_lexer *lex, u8 *shift)
{
	u32 value = BAILEY_TCP_NO_SCALE;
	int ret = 0;

	if (!bailey_lexer_accept(lex, "255"))
		ret = bailey_lexer_number(lex, "the shift", 0, SCALE_MAX, &value);
	*shift = value;
	return ret;
}

/* Once both SYNs were seen, both shifts are known. */
static int bits_parse(struct bailey_tcp_track *tcp, struct bailey_lexer *lex)
{
	const u32 both = BAILEY_TCP_SEEN << 0 | BAILEY_TCP_SEEN << 1;
	bool known = tcp->scale[0] <= SCALE_MAX && tcp->scale[1] <= SCALE_MAX;
	struct bailey_lexer at = *lex;
	u32 bits = 0;
	int ret = bailey_lexer_number(lex, "the number", 0, TCP_BITS_ALL, &bits);

	tcp->bits = bits;
	if (!ret && !known && (bits & both) == both)
		ret = bailey_lexer_fail(&at, -EINVAL, "",
					"both ends are known, but not how they scale");
	return ret;
}

static int tcp_parse(struct bailey_track *track, struct bailey_lexer *lex)
{
	struct bailey_tcp_track *tcp = &track->tcp;
	u32 fin = 0, i;
	int ret = state_parse(lex, bailey_tcp_state_name, BAILEY_TCP_STATE_COUNT, &track->state);

	if (!ret)
		ret = number(lex, "fin", 0, 1, &fin);
	if (!ret)
		ret = word(lex, "tcp");
	for (i = 0; i < 2 && !ret; i++)
		ret = half_parse(&tcp->half[i], lex);
	if (!ret)
		ret = numbers(lex, &tcp->syn, 1);
	if (!ret)
		ret = numbers(lex, &tcp->other, 1);
	if (!ret)
		ret = numbers(lex, &tcp->answer, 1);
	track->last_dir = fin;
	for (i = 0; i < 2 && !ret; i++)
		ret = shift_parse(lex, &tcp->scale[i]);
	if (!ret)
		ret = shift_parse(lex, &tcp->syn_scale);
	return ret ? ret : bits_parse(tcp, lex);
}

static int sctp_parse(struct bailey_track *track, struct bailey_lexer *lex)
{
	struct bailey_sctp_track *sctp = &track->sctp;
	int ret;

	/* Judged by its ports alone. */
	if (!lex->word_len)
		return 0;
	ret = state_parse(lex, bailey_sctp_state_name, BAILEY_SCTP_STATE_COUNT, &track->state);
	if (!ret)
		ret = word(lex, "sctp");
	if (!ret)
		ret = numbers(lex, sctp->tag, 2);
	if (!ret)
		ret = numbers(lex, sctp->init, 2);
	if (!ret)
		ret = numbers(lex, sctp->answer, 2);
	return ret ? ret : numbers(lex, sctp->old, 2);
}

/**
 * bailey_saved_conn_parse() - read a line behind the word "conn"
 * @saved: filled in
 * @lex: the line; the current word is the protocol
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int bailey_saved_conn_parse(struct bailey_saved_conn *saved, struct bailey_lexer *lex)
{
	int ret;

	memset(saved, 0, sizeof(*saved));
	ret = request_parse(&saved->request, lex);
	if (!ret)
		ret = places_parse(saved, lex);
	if (!ret)
		ret = doors_parse(saved, lex);
	if (!ret && saved->request.proto == BAILEY_PROTO_TCP)
		ret = tcp_parse(&saved->track, lex);
	else if (!ret && saved->request.proto == BAILEY_PROTO_SCTP)
		ret = sctp_parse(&saved->track, lex);
	return ret ? ret : bailey_lexer_end(lex);
}

/* A policy's sets on their way out. */
struct sets_out {
	const struct bailey_policy *policy;
	struct bailey_out *out;
};

static void set_print(const struct bailey_set *set, void *arg)
{
	const struct sets_out *to = arg;
	u32 i;

	bailey_out_printf(to->out, "set %u ", set->id);
	for (i = 0; i < set->count; i++)
		bailey_out_printf(to->out, "%s%s", i ? "," : "",
				  bailey_policy_object(to->policy, BAILEY_GROUP,
						       set->slot[i])->name);
	bailey_out_printf(to->out, "\n");
}

/**
 * bailey_saved_sets_print() - append what numbers of sets stand for, a line for each
 * @policy: sealed
 * @out: where to
 *
 * Context: Process.
 */
void bailey_saved_sets_print(const struct bailey_policy *policy, struct bailey_out *out)
{
	struct sets_out to = { .policy = policy, .out = out };

	bailey_sets_each(&policy->sets, set_print, &to);
}

/* One group more. Returns false if it is there already, or if there are too many. */
static bool slot_add(u32 *slots, u32 *count, u32 slot)
{
	u32 i;

	for (i = *count; i && slots[i - 1] >= slot; i--)
		if (slots[i - 1] == slot)
			return false;
	if (*count == BAILEY_GROUPS_MAX)
		return false;
	memmove(slots + i + 1, slots + i, (*count - i) * sizeof(*slots));
	slots[i] = slot;
	(*count)++;
	return true;
}

/**
 * bailey_saved_set_parse() - read a line behind the word "set"
 * @policy: sealed: whose groups they are
 * @lex: the line; the current word is the number
 * @number: filled in: the number by which connections refer to it
 * @id: filled in: its number in @policy; 0 if nobody has these groups there
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int bailey_saved_set_parse(const struct bailey_policy *policy, struct bailey_lexer *lex,
			   u32 *number, u32 *id)
{
	static const char expected[] = "names of groups, with commas between, each once";
	u32 slots[BAILEY_GROUPS_MAX], count = 0, len, rest, slot;
	const char *list, *name;
	bool all = true;
	int ret = bailey_lexer_number(lex, "the number", 1, U32_MAX, number);

	if (ret)
		return ret;
	if (!lex->word_len)
		return bailey_lexer_fail(lex, -EINVAL, expected,
					 "the line ends where groups should stand");
	list = lex->word;
	rest = lex->word_len;
	while (bailey_text_item(&list, &rest, &name, &len)) {
		if (!bailey_name_ok(name, len))
			return bailey_lexer_fail(lex, -EINVAL, expected,
						 "one of these is not a name");
		slot = bailey_policy_slot(policy, BAILEY_GROUP, name, len);
		if (slot == BAILEY_NO_SLOT)
			all = false;
		else if (!slot_add(slots, &count, slot))
			return bailey_lexer_fail(lex, -EINVAL, expected,
						 "a group stands twice, or there are too many");
	}
	bailey_lexer_next(lex);
	*id = all ? bailey_sets_find(&policy->sets, slots, count) : 0;
	return bailey_lexer_end(lex);
}
