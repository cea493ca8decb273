// SPDX-License-Identifier: GPL-2.0
/*
 * TCP's numbers: dialogues in which each segment has its place in sequence space.
 *
 * A step is ">A 1+100 ack 1 win 1000 : ESTABLISHED": who sends (> originator,
 * < responder), flags (S F R P A), sequence number and length, then if need be
 * ack, win, scale, sack; and behind the colon the state that follows, with "="
 * before it if nothing may change, or "out". Numbers count from each side's first SYN;
 * every dialogue is held twice, once where they wrap.
 */
#include "conn.h"
#include "unit.h"

static struct bailey_track_rules rules = {
	.timeouts = &bailey_timeouts_default,
	.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT,
	.loose = true,
};

/* Sequence number 0 of both sides. */
static u32 base[2];

static void read_options(struct bailey_packet *p, const char *text, u8 side)
{
	char name[16];
	int value, n;
	u32 sack = 0;

	while (sscanf(text, " %15[a-z] %d%n", name, &value, &n) == 2) {
		text += n;
		if (!strcmp(name, "ack"))
			p->tcp_ack = base[!side] + value;
		else if (!strcmp(name, "win"))
			p->tcp_window = value;
		else if (!strcmp(name, "scale"))
			p->tcp_scale = value;
		else if (!strcmp(name, "sack"))
			sack = base[!side] + value;
		else
			CHECK(!"a known option");
	}
	p->tcp_sack = sack ? sack : p->tcp_ack;
}

static struct bailey_packet segment(const char *text, u8 side)
{
	struct bailey_packet p = {
		.family = BAILEY_IPV4, .proto = BAILEY_PROTO_TCP,
		.flags = BAILEY_PKT_PORTS | BAILEY_PKT_SEQ,
		.tcp_window = 1000, .tcp_scale = BAILEY_TCP_NO_SCALE,
		.payload_off = 20, .tcp_header = 20,
	};
	int seq = 0, len = 0, n = 0;
	const char *letter;

	for (text++; *text && *text != ' '; text++) {
		letter = strchr("FSRPA", *text);
		if (CHECK(letter))
			p.tcp_flags |= 1 << (letter - "FSRPA");
	}
	CHECK(sscanf(text, " %d%n", &seq, &n) == 1);
	text += n;
	n = 0;
	if (sscanf(text, "+%d%n", &len, &n) == 1)
		text += n;
	p.tcp_seq = base[side] + seq;
	p.tcp_data = len;
	p.len = 40 + len;
	read_options(&p, text, side);
	return p;
}

/* What became of it, as a step says it. */
static const char *take(struct bailey_conn *conn, const struct bailey_packet *p, u8 side)
{
	static char said[32];
	struct bailey_conn_next next;
	enum bailey_reason reason;
	bool same;

	if (bailey_conn_reopens(conn, p))
		return "reopens";
	reason = conn->track.state == BAILEY_TCP_NONE ?
		 bailey_conn_open(p, &rules, &next) :
		 bailey_conn_advance(conn, p, side, &rules, &next);
	if (reason == BAILEY_DROP_TCP_WINDOW)
		return "out";
	if (reason != BAILEY_PASS)
		return "refused";
	same = !next.timeout && next.track.state == conn->track.state &&
	       next.track.flags == conn->track.flags &&
	       !memcmp(next.track.tcp.half, conn->track.tcp.half,
		       sizeof(next.track.tcp.half));
	conn->track = next.track;
	snprintf(said, sizeof(said), "%s%s", next.timeout ? "" : same ? "=" : "~",
		 bailey_tcp_state_name(conn->track.state));
	return said;
}

static void play_once(struct bailey_conn *conn, const char *const *steps)
{
	const char *want, *got;
	struct bailey_packet p;
	u8 side;

	for (; *steps; steps++) {
		want = strchr(*steps, ':') + 2;
		side = **steps == '<';
		p = segment(*steps, side);
		got = take(conn, &p, side);
		if (strcmp(got, want))
			printf("# step \"%s\" came to %s\n", *steps, got);
		CHECK(!strcmp(got, want));
	}
}

/* From the beginning, with two sets of numbers. */
static struct bailey_conn play(const char *const *steps)
{
	struct bailey_conn conn = { .epoch = 0 };

	base[0] = 1000;
	base[1] = 5000;
	play_once(&conn, steps);
	memset(&conn, 0, sizeof(conn));
	base[0] = 0U - 3;
	base[1] = 0U - 40;
	play_once(&conn, steps);
	return conn;
}

#define PLAY(...)	play((const char *const []){ __VA_ARGS__, NULL })

/* Windows of 1000 both ways, not scaled. */
#define OPEN	">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", ">A 1 ack 1 : ESTABLISHED"

static void inside_and_outside(void)
{
	PLAY(OPEN, ">A 1+500 ack 1 : ESTABLISHED", "<A 1+200 ack 501 : ESTABLISHED",
	     ">A 1503 ack 1 : out", ">A 1502 ack 1 : ESTABLISHED",
	     ">A 1400+500 ack 201 : ESTABLISHED", "<A 1201+1 ack 501 : ESTABLISHED",
	     "<A 1203+1 ack 501 : out", "<A 2000+1 ack 501 : out");
}

/* RFC 9293 3.8.6.1, 3.8.4 */
static void probes_and_keepalives(void)
{
	PLAY(OPEN, ">A 1+1000 ack 1 : ESTABLISHED", "<A 1 ack 1001 win 0 : ESTABLISHED",
	     ">A 1001+1 ack 1 : ESTABLISHED", "<A 1 ack 1001 win 0 : ESTABLISHED",
	     ">A 1000+1 ack 1 : ESTABLISHED", ">A 1000 ack 1 : ESTABLISHED",
	     "<A 0 ack 1001 win 0 : ESTABLISHED", "<A 1 ack 1001 : ESTABLISHED",
	     ">A 1001+1000 ack 1 : ESTABLISHED");
}

/* The acknowledgment was lost behind us: what r has must come again, older not. */
static void sent_again(void)
{
	PLAY(OPEN, ">A 1+1000 ack 1 : ESTABLISHED", "<A 1 ack 1001 : ESTABLISHED",
	     ">A 1+1000 ack 1 : ESTABLISHED", ">A 1001+1000 ack 1 : ESTABLISHED",
	     "<A 1 ack 2001 : ESTABLISHED", ">A 1+1000 ack 1 : ESTABLISHED",
	     ">A 1+998 ack 1 : out");
}

/* RFC 5961 5.2: not what was never sent; old ones within bounds */
static void acknowledgments(void)
{
	rules.tcp_max_ack = 1;
	PLAY(OPEN, "<A 1+1000 ack 1 : ESTABLISHED", ">A 1 ack 1002 : out",
	     ">A 1 ack 1001 : ESTABLISHED", "<A 1001+1000 ack 1 : ESTABLISHED",
	     ">A 1 ack 2001 : ESTABLISHED", "<A 2001+1000 ack 1 : ESTABLISHED",
	     ">A 1 ack 1000 : ESTABLISHED", ">A 1 ack 999 : out");
	rules.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT;
	PLAY(OPEN, "<A 1+1000 ack 1 : ESTABLISHED", ">A 1 ack 1001 : ESTABLISHED",
	     "<A 1001+1000 ack 1 : ESTABLISHED", ">A 1 ack 2001 : ESTABLISHED",
	     "<A 2001+1000 ack 1 : ESTABLISHED", ">A 1 ack 1 : ESTABLISHED");
}

/* RFC 2018: blocks of what has arrived, which must have been sent */
static void selective_acknowledgments(void)
{
	PLAY(OPEN, "<A 1+100 ack 1 : ESTABLISHED", "<A 201+100 ack 1 : ESTABLISHED",
	     ">A 1 ack 101 sack 301 : ESTABLISHED", ">A 1 ack 101 sack 302 : out");
}

/* RFC 7323 2.2, 2.3: windows of SYNs are not scaled; both must have the option */
static void window_scaling(void)
{
	PLAY(">S 0 win 1000 scale 3 : SYN_SENT",
	     "<SA 0 ack 1 win 1000 scale 7 : SYN_RECV",
	     ">A 1001 ack 1 : ESTABLISHED", ">A 1003 ack 1 : out",
	     "<A 1 ack 1 win 1000 : ESTABLISHED", ">A 128001 ack 1 : ESTABLISHED",
	     ">A 128003 ack 1 : out", "<A 8001 ack 1 : ESTABLISHED",
	     "<A 8003 ack 1 : out");
	PLAY(">S 0 scale 3 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV",
	     ">A 1 ack 1 win 1000 : ESTABLISHED", "<A 1003 ack 1 : out");
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 scale 3 : SYN_RECV",
	     ">A 1 ack 1 : ESTABLISHED", "<A 1 ack 1 : ESTABLISHED",
	     ">A 1003 ack 1 : out");
}

/* RFC 5961 3.2: only an exact reset resets */
static void resets(void)
{
	PLAY(OPEN, "<A 1+300 ack 1 : ESTABLISHED", ">A 1 ack 201 : ESTABLISHED",
	     "<R 500 : =ESTABLISHED", "<R 2000 : out", ">R 2 : =ESTABLISHED",
	     "<R 201 : CLOSE");
	PLAY(OPEN, "<A 1+300 ack 1 : ESTABLISHED", "<RA 301 ack 1 : CLOSE");
	PLAY(OPEN, ">A 1+300 ack 1 : ESTABLISHED", ">R 1 : CLOSE");
	PLAY(OPEN, "<RA 1 ack 99999 : CLOSE");
}

/* RFC 9293 3.10.7.3: what refuses a SYN acknowledges it */
static void early_resets(void)
{
	PLAY(">S 0 : SYN_SENT", "<R 0 : out", "<R 1 : out", "<RA 0 ack 2 : out",
	     "<RA 0 ack 0 : out", "<RA 77 ack 1 : CLOSE", "<RA 77 ack 1 : CLOSE");
	PLAY(">S 0 : SYN_SENT", ">R 2 : out", ">R 1 : CLOSE");
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", "<RA 77 ack 2 : =SYN_RECV",
	     "<RA 9999 ack 1 : CLOSE");
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", ">R 1 : CLOSE");
}

/* RFC 9293 3.5.1: the server still has a connection that we have not */
static void half_open_server(void)
{
	PLAY(">S 0 : SYN_SENT", "<A 300 ack 700 : ~SYN_SENT", ">R 699 : out",
	     ">R 700 : =SYN_SENT", ">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV");
	PLAY(">S 0 : SYN_SENT", "<A 300+10 ack 700 : out", "<FA 300 ack 700 : ~SYN_SENT");
}

/* RFC 5961 4.2, RFC 9293 3.5.1: the client has forgotten, and perhaps both have */
static void syn_in_the_middle(void)
{
	PLAY(OPEN, ">A 1+100 ack 1 : ESTABLISHED", "<A 1 ack 101 : ESTABLISHED",
	     ">S 70000 : =ESTABLISHED", "<A 1 ack 101 : ESTABLISHED", ">R 101 : CLOSE",
	     ">S 70000 : reopens");
	PLAY(OPEN, ">S 70000 scale 2 : =ESTABLISHED",
	     "<SA 90000 ack 70002 : out",
	     "<SA 90000 ack 70001 win 500 scale 1 : SYN_RECV",
	     ">A 70001 ack 90001 win 100 : ESTABLISHED", "<A 90401 ack 70001 : ESTABLISHED",
	     "<A 90402+1 ack 70001 win 100 : ESTABLISHED", ">A 1 ack 1 : out");
	PLAY(OPEN, ">S 70000 : =ESTABLISHED", "<RA 0 ack 70001 : =ESTABLISHED");
	PLAY(OPEN, "<S 70000 : =ESTABLISHED", "<SA 90000 ack 70001 : out");
}

/* An old copy of a SYN before or behind the true one (RFC 9293 figure 9) */
static void old_syns(void)
{
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 500 : out", ">S 700 : =SYN_SENT",
	     "<SA 0 ack 1 : SYN_RECV", ">R 1 : CLOSE", "<SA 50 ack 701 : SYN_RECV",
	     ">A 701 ack 51 : ESTABLISHED");
	PLAY(">S 0 : SYN_SENT", ">S 700 : =SYN_SENT", "<A 9 ack 300 : ~SYN_SENT",
	     ">R 300 : =SYN_SENT", "<SA 50 ack 701 : SYN_RECV", ">A 701 ack 51 : ESTABLISHED");
}

/* Forged SYNs of either side, and an answer that fits one by chance: no harm */
static void forged_syns(void)
{
	PLAY(">S 0 : SYN_SENT", ">S 77777 : =SYN_SENT", "<SA 0 ack 1 : SYN_RECV",
	     ">A 1 ack 1 : ESTABLISHED", ">A 1+100 ack 1 : ESTABLISHED");
	PLAY(">S 0 : SYN_SENT", "<S 77777 : SYN_SENT2", "<SA 0 ack 1 : SYN_RECV",
	     ">A 1 ack 1 : ESTABLISHED");
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", ">S -1671229 : =SYN_RECV",
	     "<SA -397354 ack 0 : out", ">PA 1+506 ack 1 : ESTABLISHED");
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", ">A 1 ack 0 : out",
	     ">A 1 ack -60000 : out", ">A 1 ack 1 : ESTABLISHED");
}

/* RFC 7413: data in the SYN, acknowledged or not */
static void fast_open(void)
{
	PLAY(">S 0+100 : SYN_SENT", "<SA 0+50 ack 101 : SYN_RECV",
	     "<A 51+100 ack 101 : SYN_RECV", ">A 101 ack 151 : ESTABLISHED");
	PLAY(">S 0+100 : SYN_SENT", "<SA 0 ack 1 win 3 : SYN_RECV",
	     ">A 1+3 ack 1 : ESTABLISHED", "<A 1 ack 4 win 3 : ESTABLISHED");
	PLAY(">S 0+100 : SYN_SENT", ">S 0 : SYN_SENT", "<SA 0 ack 102 : out",
	     "<SA 0 ack 101 : SYN_RECV");
}

/* SYN cookies: the answer to a SYN that comes again may have another number */
static void other_answers(void)
{
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", ">S 0 : =SYN_RECV",
	     "<SA 7000 ack 1 : SYN_RECV", ">A 1 ack 7001 : ESTABLISHED",
	     "<SA 7000 ack 1 : =ESTABLISHED");
	/* Both are on their way, and the first comes first. */
	PLAY(">S 0 : SYN_SENT", "<SA 0 ack 1 : SYN_RECV", "<SA 7000 ack 1 : SYN_RECV",
	     ">A 1 ack 2 : out", ">A 1+10 ack 1 : ESTABLISHED", "<A 1+100 ack 11 : ESTABLISHED",
	     ">A 11 ack 7001 : out", ">A 11 ack 101 : ESTABLISHED");
}

/* RFC 9293 figure 7 */
static void simultaneous_open(void)
{
	PLAY(">S 0 scale 1 : SYN_SENT", "<S 0 scale 1 : SYN_SENT2", ">SA 0 ack 1 : SYN_RECV",
	     "<SA 0 ack 1 : SYN_RECV", ">A 1 ack 1 : ESTABLISHED",
	     "<A 1+100 ack 1 : ESTABLISHED");
	PLAY(">S 0 scale 3 : SYN_SENT", "<S 0 scale 8 : SYN_SENT2",
	     ">SA 0 ack 1 : SYN_RECV", "<A 1+900 ack 1 : SYN_RECV",
	     "<SA 0 ack 1 : SYN_RECV", ">A 1 ack 901 : ESTABLISHED");
}

/* A FIN is answered by what acknowledges it, not by any ACK. */
static void closing(void)
{
	struct bailey_conn conn;

	conn = PLAY(OPEN, ">A 1+100 ack 1 : ESTABLISHED", ">FA 101 ack 1 : FIN_WAIT",
		    "<A 1 ack 101 : FIN_WAIT", "<A 1+900 ack 102 : CLOSE_WAIT",
		    ">A 102 ack 901 : CLOSE_WAIT", "<A 901+1000 ack 102 : CLOSE_WAIT",
		    "<FA 1901 ack 102 : LAST_ACK",
		    ">A 102 ack 1901 : LAST_ACK", ">A 102 ack 1902 : TIME_WAIT");
	CHECK(conn.track.last_dir == BAILEY_ORIGINATOR);
	PLAY(OPEN, ">FA 1 ack 1 : FIN_WAIT", "<FA 1 ack 1 : LAST_ACK",
	     ">A 2 ack 2 : TIME_WAIT", "<A 2 ack 2 : TIME_WAIT");
}

/* Nothing is known of what was before, and nothing true may be refused. */
static void picked_up(void)
{
	PLAY(">A 1000 ack 50000 win 100 : ESTABLISHED",
	     "<A 50000+1000 ack 900 win 100 : ESTABLISHED",
	     ">A 900+100 ack 49000 : ESTABLISHED", ">A 1000 ack 60000 : ESTABLISHED",
	     "<R 40000 : =ESTABLISHED", "<R 60000 : CLOSE");
	/* The other half goes another way, for more than a window of any size. */
	PLAY(">A 0+1 ack 0 : ESTABLISHED", ">A 1000000000+1 ack 1 : ESTABLISHED",
	     ">A 2000000000+1 ack 1 : ESTABLISHED", ">A 1999000000+1 ack 1 : ESTABLISHED");
}

static void liberal(void)
{
	rules.liberal = true;
	PLAY(OPEN, ">A 9000+10 ack 1 : ESTABLISHED", ">A 1+10 ack 1 : ESTABLISHED",
	     "<A 1 ack 9010 : ESTABLISHED", "<R 9000 : out", "<R 1 : CLOSE");
	rules.liberal = false;
}

/* A long segment that begins just inside does not push out what is to come. */
static void forged_length(void)
{
	PLAY(OPEN, ">A 1001+60000 ack 1 : ESTABLISHED", ">A 1+100 ack 1 : ESTABLISHED",
	     "<A 1 ack 101 : ESTABLISHED");
}

/* RFC 5927 4.1: an error quotes what is under way */
static void quotes(void)
{
	struct bailey_conn conn = PLAY(OPEN, ">A 1+500 ack 1 : ESTABLISHED");
	struct bailey_packet quote = segment(">A 1", BAILEY_ORIGINATOR);

	CHECK(bailey_conn_quoted(&conn, &quote, BAILEY_ORIGINATOR));
	quote.tcp_seq = base[0] + 501;
	CHECK(bailey_conn_quoted(&conn, &quote, BAILEY_ORIGINATOR));
	quote.tcp_seq = base[0] + 502;
	CHECK(!bailey_conn_quoted(&conn, &quote, BAILEY_ORIGINATOR));
	quote.tcp_seq = base[0] - 1001;
	CHECK(!bailey_conn_quoted(&conn, &quote, BAILEY_ORIGINATOR));
	conn = PLAY(">S 0 : SYN_SENT");
	quote.tcp_seq = base[0];
	CHECK(bailey_conn_quoted(&conn, &quote, BAILEY_ORIGINATOR));
	CHECK(!bailey_conn_quoted(&conn, &quote, BAILEY_RESPONDER));
	quote.tcp_seq = base[0] + 1;
	CHECK(!bailey_conn_quoted(&conn, &quote, BAILEY_ORIGINATOR));
}

int main(void)
{
	static const struct unit_test tests[] = {
		UNIT(inside_and_outside),
		UNIT(probes_and_keepalives),
		UNIT(sent_again),
		UNIT(acknowledgments),
		UNIT(selective_acknowledgments),
		UNIT(window_scaling),
		UNIT(resets),
		UNIT(early_resets),
		UNIT(half_open_server),
		UNIT(syn_in_the_middle),
		UNIT(old_syns),
		UNIT(forged_syns),
		UNIT(fast_open),
		UNIT(other_answers),
		UNIT(simultaneous_open),
		UNIT(closing),
		UNIT(picked_up),
		UNIT(liberal),
		UNIT(forged_length),
		UNIT(quotes),
	};

	return unit_run(tests, ARRAY_SIZE(tests));
}
