// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP: dialogues of whole associations.
 *
 * A dialogue is a line of steps such as "<INIT_ACK 5 9 COOKIE_WAIT": who sends
 * (> originator, < responder), which chunks (with + between them, .T for the T bit),
 * the verification tag, the initiate tag, and the state behind it, or "tag" and
 * "state" for what is dropped, "refused" for what can't begin, "reopens".
 */
#include <assert.h>

#include "conn.h"
#include "sctp.h"
#include "sctp_chunks.h"
#include "unit.h"

static u8 kind_of(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(chunks); i++)
		if (strlen(chunks[i].name) == len && !strncmp(chunks[i].name, name, len))
			return chunks[i].kind;
	printf("# what is %s\n", name);
	abort();
}

static struct bailey_packet sctp(const char *names, u32 tag, u32 init)
{
	struct bailey_packet p = {
		.src.hi = 1,
		.dst.hi = 2,
		.sport = 40000,
		.dport = 36412,
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_SCTP,
		.flags = BAILEY_PKT_PORTS | BAILEY_PKT_TAG,
		.sctp_tag = tag,
		.sctp_init = init,
	};
	size_t len;

	for (; *names; names += len + (names[len] == '+')) {
		len = strcspn(names, "+.");
		p.sctp_chunks |= 1 << kind_of(names, len);
		if (names[len] == '.') {
			p.sctp_reflected = true;
			break;
		}
	}
	return p;
}

static struct bailey_track_rules rules = { .timeouts = &bailey_timeouts_default };

static const char *step(struct bailey_conn *conn, const struct bailey_packet *p, u8 side,
			bool open, u32 *timeout)
{
	struct bailey_conn_next next;
	enum bailey_reason reason;

	if (!open && bailey_conn_reopens(conn, p))
		return "reopens";
	reason = open ? bailey_conn_open(p, &rules, &next) :
			bailey_conn_advance(conn, p, side, &rules, &next);
	if (reason == BAILEY_DROP_NO_CONNECTION)
		return "refused";
	if (reason == BAILEY_DROP_SCTP_TAG)
		return "tag";
	if (reason != BAILEY_PASS)
		return reason == BAILEY_DROP_SCTP_STATE ? "state" : "?";
	conn->track = next.track;
	if (next.timeout)
		*timeout = next.timeout;
	return bailey_sctp_state_name(next.track.state);
}

/* Plays a dialogue; the first step opens. Returns the last timeout. */
static u32 play_on(struct bailey_conn *conn, const char *const *steps)
{
	char side, names[64], want[32];
	struct bailey_packet p;
	unsigned int tag, init;
	u32 timeout = 0;
	const char *got;

	conn->key.proto = BAILEY_PROTO_SCTP;
	for (; *steps; steps++) {
		assert(sscanf(*steps, "%c%63s %u %u %31s", &side, names, &tag, &init,
			      want) == 5);
		p = sctp(names, tag, init);
		got = step(conn, &p, side == '<', conn->track.state == BAILEY_SCTP_NONE,
			   &timeout);
		if (strcmp(got, want))
			printf("# step \"%s\" came to %s\n", *steps, got);
		CHECK(!strcmp(got, want));
	}
	return timeout;
}

#define PLAY(conn, ...) play_on(conn, (const char *const []){ __VA_ARGS__, NULL })

#define HANDSHAKE ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT", \
		  ">COOKIE_ECHO+DATA 9 0 COOKIE_ECHOED", "<COOKIE_ACK+SACK 5 0 ESTABLISHED"

static void whole_life(void)
{
	struct bailey_conn c = { 0 }, d = { 0 };

	CHECK(PLAY(&c, ">INIT 0 5 COOKIE_WAIT") == 60 && c.track.flags == 0);
	CHECK(PLAY(&c, "<INIT_ACK 5 9 COOKIE_WAIT") == 60);
	CHECK(c.track.flags == BAILEY_CONN_REPLIED);
	CHECK(PLAY(&c, ">COOKIE_ECHO 9 0 COOKIE_ECHOED") == 120);
	CHECK(PLAY(&c, "<COOKIE_ACK 5 0 ESTABLISHED") == 210);
	CHECK(c.track.flags == (BAILEY_CONN_REPLIED | BAILEY_CONN_ASSURED));
	PLAY(&c, ">DATA 9 0 ESTABLISHED", "<SACK+DATA 5 0 ESTABLISHED",
	     ">HEARTBEAT 9 0 ESTABLISHED", "<HEARTBEAT_ACK 5 0 ESTABLISHED",
	     "<HEARTBEAT 5 0 ESTABLISHED", ">HEARTBEAT_ACK 9 0 ESTABLISHED");
	CHECK(PLAY(&c, ">SHUTDOWN 9 0 SHUTDOWN_SENT") == 120);
	PLAY(&c, "<DATA 5 0 SHUTDOWN_SENT", ">SHUTDOWN+SACK 9 0 SHUTDOWN_SENT");
	CHECK(PLAY(&c, "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT") == 120);
	CHECK(PLAY(&c, ">SHUTDOWN_COMPLETE 9 0 CLOSED") == 10);
	PLAY(&c, ">INIT 0 6 reopens", "<INIT 0 6 reopens");

	PLAY(&d, HANDSHAKE, "<SHUTDOWN 5 0 SHUTDOWN_RECD", "<SHUTDOWN 5 0 SHUTDOWN_RECD",
	     ">DATA 9 0 SHUTDOWN_RECD", ">SHUTDOWN_ACK 9 0 SHUTDOWN_ACK_SENT",
	     ">SHUTDOWN_ACK 9 0 SHUTDOWN_ACK_SENT", "<SHUTDOWN_COMPLETE 5 0 CLOSED");
}

/* RFC 9260 9.2: both close at once. */
static void both_shut_down(void)
{
	struct bailey_conn c = { 0 };

	PLAY(&c, HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT", "<SHUTDOWN 5 0 SHUTDOWN_SENT",
	     ">SHUTDOWN_ACK 9 0 SHUTDOWN_ACK_SENT", "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT",
	     "<SHUTDOWN_COMPLETE 5 0 CLOSED", ">SHUTDOWN_COMPLETE 9 0 CLOSED");
}

static void wrong_tags(void)
{
	struct bailey_conn c = { 0 }, d = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 6 9 tag", "<ABORT 6 0 tag",
	     "<ABORT.T 5 0 tag", ">COOKIE_ECHO 9 0 tag", ">DATA 9 0 tag", "<DATA 6 0 tag",
	     "<INIT_ACK 5 9 COOKIE_WAIT", ">COOKIE_ECHO 8 0 tag", ">ABORT 5 0 tag",
	     ">COOKIE_ECHO 9 0 COOKIE_ECHOED", "<COOKIE_ACK 9 0 tag");
	PLAY(&d, HANDSHAKE, ">DATA 5 0 tag", "<DATA 9 0 tag", ">SHUTDOWN 1 0 tag",
	     "<SHUTDOWN_ACK 1 0 tag", "<SHUTDOWN_COMPLETE 1 0 tag", ">HEARTBEAT 1 0 tag",
	     "<HEARTBEAT_ACK 1 0 tag", "<INIT_ACK 1 7 tag", "<COOKIE_ACK 1 0 tag",
	     ">COOKIE_ECHO 1 0 tag");
	CHECK(d.track.state == BAILEY_SCTP_ESTABLISHED);
}

/* RFC 9260 8.5.1: without the T bit the tag of the receiver, with it the sender's. */
static void aborts(void)
{
	static const char *const before[][8] = {
		{ HANDSHAKE },
		{ HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT" },
		{ HANDSHAKE, "<SHUTDOWN 5 0 SHUTDOWN_RECD" },
		{ HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT",
		  "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT" },
		{ ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT" },
		{ ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT",
		  ">COOKIE_ECHO 9 0 COOKIE_ECHOED" },
	};
	static const char *const good[] = { ">ABORT 9 0 CLOSED", "<ABORT 5 0 CLOSED",
		">ABORT.T 5 0 CLOSED", "<ABORT.T 9 0 CLOSED", "<ERROR+ABORT 5 0 CLOSED" };
	static const char *const bad[] = { ">ABORT 5 0 tag", "<ABORT 9 0 tag",
		">ABORT.T 9 0 tag", "<ABORT.T 5 0 tag", ">ABORT 1 0 tag", "<ABORT.T 1 0 tag" };
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(before); i++) {
		for (k = 0; k < ARRAY_SIZE(good); k++) {
			struct bailey_conn c = { 0 };

			play_on(&c, before[i]);
			CHECK(PLAY(&c, good[k]) == 10);
			PLAY(&c, ">DATA 9 0 CLOSED", "<SACK 5 0 CLOSED",
			     ">ABORT.T 5 0 CLOSED", "<DATA 1 0 tag");
		}
		for (k = 0; k < ARRAY_SIZE(bad); k++) {
			struct bailey_conn c = { 0 };
			u8 state;

			play_on(&c, before[i]);
			state = c.track.state;
			PLAY(&c, bad[k]);
			CHECK(c.track.state == state);
		}
	}
}

/* The server refuses: its ABORT carries the tag that the INIT gave. */
static void refused(void)
{
	struct bailey_conn c = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT", "<ABORT 5 0 CLOSED", ">INIT 0 5 reopens");
}

static void retransmits(void)
{
	struct bailey_conn c = { 0 }, d = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT", ">INIT 0 5 COOKIE_WAIT",
	     "<INIT_ACK 5 9 COOKIE_WAIT", "<INIT_ACK 5 10 COOKIE_WAIT",
	     ">COOKIE_ECHO 9 0 COOKIE_ECHOED", "<INIT_ACK 5 11 COOKIE_ECHOED",
	     ">COOKIE_ECHO 9 0 COOKIE_ECHOED", "<DATA 5 0 COOKIE_ECHOED",
	     "<COOKIE_ACK 5 0 ESTABLISHED", ">COOKIE_ECHO 9 0 ESTABLISHED",
	     "<COOKIE_ACK 5 0 ESTABLISHED", "<INIT_ACK 5 9 ESTABLISHED",
	     ">SHUTDOWN 9 0 SHUTDOWN_SENT", "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT",
	     ">SHUTDOWN 9 0 SHUTDOWN_ACK_SENT", "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT",
	     ">SHUTDOWN_COMPLETE 9 0 CLOSED", "<SHUTDOWN_ACK 5 0 CLOSED",
	     ">SHUTDOWN_COMPLETE.T 5 0 CLOSED");
	/* The first answer is lost behind us; the second one counts. */
	PLAY(&d, ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT",
	     ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 10 COOKIE_WAIT", ">INIT 0 5 COOKIE_WAIT",
	     ">COOKIE_ECHO 10 0 COOKIE_ECHOED", "<COOKIE_ACK 5 0 ESTABLISHED",
	     ">DATA 10 0 ESTABLISHED", ">DATA 9 0 tag");
}

/* RFC 9260 5.2.1: both ask at once, in each order of what follows. */
static void collisions(void)
{
	static const char *const acks[][3] = {
		{ "<INIT_ACK 5 9 COOKIE_WAIT", ">INIT_ACK 9 5 COOKIE_WAIT" },
		{ ">INIT_ACK 9 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT" },
		{ ">INIT_ACK 9 5 COOKIE_WAIT" },
		{ "<INIT_ACK 5 9 COOKIE_WAIT" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(acks); i++) {
		struct bailey_conn c = { 0 };

		PLAY(&c, ">INIT 0 5 COOKIE_WAIT", "<INIT 0 9 COOKIE_WAIT");
		play_on(&c, acks[i]);
		if (i < 3)
			PLAY(&c, "<COOKIE_ECHO 5 0 COOKIE_ECHOED");
		if (i != 2)
			PLAY(&c, ">COOKIE_ECHO 9 0 COOKIE_ECHOED");
		PLAY(&c, ">COOKIE_ACK 9 0 ESTABLISHED", "<COOKIE_ACK 5 0 ESTABLISHED",
		     ">DATA 9 0 ESTABLISHED", "<DATA 5 0 ESTABLISHED", ">DATA 5 0 tag");
	}
}

/* RFC 9260 5.2.6: the cookie is stale, the originator asks again. */
static void stale_cookie(void)
{
	struct bailey_conn c = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT",
	     ">COOKIE_ECHO 9 0 COOKIE_ECHOED", "<ERROR 5 0 COOKIE_ECHOED",
	     ">INIT 0 6 COOKIE_ECHOED", "<INIT_ACK 6 10 COOKIE_ECHOED",
	     ">COOKIE_ECHO 10 0 COOKIE_ECHOED", "<COOKIE_ACK 6 0 ESTABLISHED",
	     "<DATA 5 0 tag", "<DATA 6 0 ESTABLISHED", ">DATA 10 0 ESTABLISHED");
}

/* Somebody who sees nothing sends INITs, and each is answered. */
static void forged_inits(void)
{
	struct bailey_conn c = { 0 }, d = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT", ">INIT 0 66 COOKIE_WAIT",
	     "<INIT_ACK 5 9 COOKIE_WAIT", "<INIT_ACK 66 67 COOKIE_WAIT",
	     ">COOKIE_ECHO 9 0 COOKIE_ECHOED", ">INIT 0 68 COOKIE_ECHOED",
	     "<INIT_ACK 68 69 COOKIE_ECHOED", "<COOKIE_ACK 5 0 ESTABLISHED");
	PLAY(&d, HANDSHAKE);
	CHECK(PLAY(&d, ">INIT 0 66 ESTABLISHED", "<INIT_ACK 66 67 ESTABLISHED",
		   "<ABORT.T 67 0 ESTABLISHED", ">ABORT.T 66 0 ESTABLISHED") == 0);
	PLAY(&d, ">COOKIE_ECHO 68 0 tag", "<COOKIE_ACK 68 0 tag", ">DATA 9 0 ESTABLISHED",
	     "<DATA 5 0 ESTABLISHED", "<ABORT 66 0 ESTABLISHED", ">ABORT 68 0 tag");
	/* An acceptance of what was not answered yet proves nothing. */
	PLAY(&d, ">INIT 0 70 ESTABLISHED", ">COOKIE_ECHO 67 0 tag",
	     "<COOKIE_ACK 70 0 ESTABLISHED", ">DATA 9 0 ESTABLISHED");
	CHECK(d.track.sctp.tag[0] == 5 && d.track.sctp.tag[1] == 9);
}

/* RFC 9260 5.2.4 A: an end has lost its memory. */
static void restarts(void)
{
	struct bailey_conn a = { 0 }, b = { 0 }, c = { 0 };

	PLAY(&a, HANDSHAKE, ">INIT 0 6 ESTABLISHED", "<DATA 5 0 ESTABLISHED",
	     "<INIT_ACK 6 10 ESTABLISHED", ">COOKIE_ECHO 10 0 ESTABLISHED",
	     "<COOKIE_ACK 6 0 ESTABLISHED", ">DATA 10 0 ESTABLISHED",
	     "<DATA 6 0 ESTABLISHED", "<DATA 5 0 tag", ">DATA 9 0 tag");
	PLAY(&b, HANDSHAKE, "<INIT 0 10 ESTABLISHED", ">INIT_ACK 10 6 ESTABLISHED",
	     "<COOKIE_ECHO 6 0 ESTABLISHED", ">COOKIE_ACK 10 0 ESTABLISHED",
	     ">DATA 10 0 ESTABLISHED", "<DATA 6 0 ESTABLISHED", ">DATA 9 0 tag");
	/* In the middle of closing; the other end closes at once. */
	PLAY(&c, HANDSHAKE, "<SHUTDOWN 5 0 SHUTDOWN_RECD", ">INIT 0 6 SHUTDOWN_RECD",
	     "<INIT_ACK 6 10 SHUTDOWN_RECD", ">COOKIE_ECHO 10 0 SHUTDOWN_RECD",
	     "<COOKIE_ACK+SHUTDOWN 6 0 SHUTDOWN_RECD", ">SHUTDOWN_ACK 10 0 SHUTDOWN_ACK_SENT",
	     "<SHUTDOWN_COMPLETE 6 0 CLOSED");
}

/* An end that has forgotten all says so with the tag that it was sent. */
static void out_of_the_blue(void)
{
	struct bailey_conn a = { 0 }, b = { 0 };

	PLAY(&a, HANDSHAKE, ">DATA 9 0 ESTABLISHED", "<ABORT.T 9 0 CLOSED",
	     ">INIT 0 7 reopens");
	PLAY(&b, HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT",
	     "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT", ">SHUTDOWN_COMPLETE.T 9 0 tag",
	     ">SHUTDOWN_COMPLETE.T 5 0 CLOSED");
}

/* A new one where the responder has not heard the SHUTDOWN COMPLETE (9.2). */
static void succeeds(bool turned)
{
	struct bailey_conn old = { 0 }, c = { 0 };

	PLAY(&old, HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT",
	     "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT", ">SHUTDOWN_COMPLETE 9 0 CLOSED");
	PLAY(&c, ">INIT 0 7 COOKIE_WAIT");
	c.orig_end = turned;
	bailey_conn_succeeds(&c, &old);
	if (turned) {
		PLAY(&c, "<SHUTDOWN_ACK 5 0 tag", "<SHUTDOWN_ACK 9 0 COOKIE_WAIT",
		     ">SHUTDOWN_COMPLETE.T 9 0 COOKIE_WAIT");
	} else {
		CHECK(PLAY(&c, "<SHUTDOWN_ACK 5 0 COOKIE_WAIT",
			   ">SHUTDOWN_COMPLETE.T 5 0 COOKIE_WAIT") == 0);
		PLAY(&c, "<DATA 5 0 tag", "<ABORT 5 0 tag", "<SHUTDOWN_ACK 6 0 tag",
		     ">SHUTDOWN_COMPLETE.T 6 0 tag");
	}
	PLAY(&c, ">INIT 0 7 COOKIE_WAIT", "<INIT_ACK 7 11 COOKIE_WAIT",
	     ">COOKIE_ECHO 11 0 COOKIE_ECHOED", "<COOKIE_ACK 7 0 ESTABLISHED");
}

static void after_a_lost_shutdown_complete(void)
{
	succeeds(false);
	succeeds(true);
}

static void nothing_begins_strictly(void)
{
	static const char *const steps[] = { ">INIT_ACK 5 9 refused",
		">COOKIE_ECHO 9 0 refused", ">COOKIE_ACK 9 0 refused", ">DATA 9 0 refused",
		">HEARTBEAT 9 0 refused", ">HEARTBEAT_ACK 9 0 refused",
		">SHUTDOWN 9 0 refused", ">SHUTDOWN_ACK 9 0 refused",
		">SHUTDOWN_COMPLETE 9 0 refused", ">SHUTDOWN_COMPLETE.T 9 0 refused",
		">ABORT 9 0 refused", ">ABORT.T 9 0 refused", ">ERROR+ABORT 9 0 refused" };
	static const char *const picked_up[] = { ">COOKIE_ECHO 9 0 COOKIE_ECHOED",
		">DATA 9 0 ESTABLISHED", ">HEARTBEAT 9 0 HEARTBEAT_SENT",
		">SHUTDOWN 9 0 SHUTDOWN_SENT", ">SACK+HEARTBEAT 9 0 ESTABLISHED" };
	struct bailey_conn c = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		PLAY(&c, steps[i]);
	rules.loose = true;
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strstr(steps[i], "DATA") && !strstr(steps[i], "HEARTBEAT 9") &&
		    !strstr(steps[i], "SHUTDOWN 9") && !strstr(steps[i], "COOKIE_ECHO"))
			PLAY(&c, steps[i]);
	for (i = 0; i < ARRAY_SIZE(picked_up); i++) {
		struct bailey_conn d = { 0 };

		PLAY(&d, picked_up[i]);
		CHECK(d.track.flags == 0 && d.track.sctp.tag[BAILEY_RESPONDER] == 9);
	}
	rules.loose = false;
}

/* A second path of an association that was begun elsewhere. */
static void heartbeats_on_a_new_path(void)
{
	struct bailey_conn a = { 0 }, b = { 0 }, c = { 0 };

	rules.loose = true;
	CHECK(PLAY(&a, ">HEARTBEAT 9 0 HEARTBEAT_SENT") == 30);
	CHECK(PLAY(&a, ">HEARTBEAT 9 0 HEARTBEAT_SENT") == 30);
	CHECK(PLAY(&a, "<HEARTBEAT_ACK 5 0 ESTABLISHED") == 210);
	CHECK(a.track.flags == (BAILEY_CONN_REPLIED | BAILEY_CONN_ASSURED));
	PLAY(&a, ">DATA 9 0 ESTABLISHED", "<SACK 5 0 ESTABLISHED", ">DATA 8 0 tag",
	     "<DATA 6 0 tag", "<ABORT 6 0 tag", "<SHUTDOWN 5 0 SHUTDOWN_RECD");
	/* A guess is worth no more than the next, until it is answered. */
	PLAY(&b, ">HEARTBEAT 66 0 HEARTBEAT_SENT", ">HEARTBEAT 9 0 HEARTBEAT_SENT",
	     "<ABORT 7 0 HEARTBEAT_SENT", "<SHUTDOWN_COMPLETE 8 0 HEARTBEAT_SENT",
	     "<ABORT.T 66 0 tag", "<HEARTBEAT_ACK 5 0 ESTABLISHED", ">HEARTBEAT 66 0 tag");
	/* Nobody knows it there. */
	PLAY(&c, ">HEARTBEAT 9 0 HEARTBEAT_SENT", "<ABORT.T 9 0 CLOSED");
	rules.loose = false;
}

/* Picked up by data, never answered: not believed for long. */
static void data_in_the_middle(void)
{
	struct bailey_conn a = { 0 };

	rules.loose = true;
	CHECK(PLAY(&a, ">DATA 9 0 ESTABLISHED") == 30 && a.track.flags == 0);
	CHECK(PLAY(&a, "<SACK 5 0 ESTABLISHED") == 210);
	CHECK(a.track.flags == (BAILEY_CONN_REPLIED | BAILEY_CONN_ASSURED));
	PLAY(&a, ">INIT 0 6 ESTABLISHED", "<INIT_ACK 6 10 ESTABLISHED",
	     ">COOKIE_ECHO 10 0 ESTABLISHED", "<COOKIE_ACK 6 0 ESTABLISHED",
	     "<DATA 6 0 ESTABLISHED");
	rules.loose = false;
}

static void states_refuse(void)
{
	struct bailey_conn c = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT", "<COOKIE_ACK 5 0 state", "<DATA 5 0 state",
	     "<SHUTDOWN 5 0 state", "<INIT_ACK 5 9 COOKIE_WAIT", ">DATA 9 0 state",
	     ">SHUTDOWN 9 0 state", ">HEARTBEAT 9 0 COOKIE_WAIT",
	     "<HEARTBEAT_ACK 5 0 ESTABLISHED");
}

/*
 * Every chunk in every state, with the tags that belong to it: COOKIE_WAIT,
 * COOKIE_ECHOED, ESTABLISHED, SHUTDOWN_SENT, SHUTDOWN_RECD, SHUTDOWN_ACK_SENT,
 * HEARTBEAT_SENT, CLOSED; "-" is refused, "*" reopens.
 */
static void whole_table(void)
{
	static const char *const before[][7] = {
		{ ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT" },
		{ ">INIT 0 5 COOKIE_WAIT", "<INIT_ACK 5 9 COOKIE_WAIT",
		  ">COOKIE_ECHO 9 0 COOKIE_ECHOED" },
		{ HANDSHAKE },
		{ HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT" },
		{ HANDSHAKE, "<SHUTDOWN 5 0 SHUTDOWN_RECD" },
		{ HANDSHAKE, ">SHUTDOWN 9 0 SHUTDOWN_SENT",
		  "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT" },
		{ ">HEARTBEAT 9 0 HEARTBEAT_SENT", "<HEARTBEAT 5 0 HEARTBEAT_SENT" },
		{ HANDSHAKE, "<ABORT 5 0 CLOSED" },
	};
	static const char *const names[] = { "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED",
		"SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT",
		"CLOSED", "state", "reopens" };
	static const char letters[] = "WEDsrahc-*";
	static const struct {
		const char *chunk;
		const char *want[2];
	} table[] = {
		{ "INIT",		{ "WEDsrah*", "WEDsrah*" } },
		{ "INIT_ACK",		{ "WEDsrahc", "WEDsrahc" } },
		{ "COOKIE_ECHO",	{ "EEDsrahc", "EEDsrahc" } },
		{ "COOKIE_ACK",		{ "-DDsraDc", "-DDsraDc" } },
		{ "DATA",		{ "-EDsraDc", "-EDsraDc" } },
		{ "HEARTBEAT",		{ "WEDsrahc", "WEDsrahc" } },
		{ "HEARTBEAT_ACK",	{ "DEDsraDc", "DEDsraDc" } },
		{ "SHUTDOWN",		{ "-Essrasc", "-Ersrarc" } },
		{ "SHUTDOWN_ACK",	{ "WEaaaaac", "WEaaaaac" } },
		{ "SHUTDOWN_COMPLETE",	{ "WEDccchc", "WEDccchc" } },
		{ "ABORT",		{ "cccccccc", "cccccccc" } },
	};
	char text[128];
	u32 i, k, side;

	rules.loose = true;
	for (i = 0; i < ARRAY_SIZE(table); i++)
		for (k = 0; k < ARRAY_SIZE(before); k++)
			for (side = 0; side < 2; side++) {
				const char *at = strchr(letters, table[i].want[side][k]);
				struct bailey_conn c = { 0 };
				bool init = !strcmp(table[i].chunk, "INIT");

				snprintf(text, sizeof(text), "%c%s %u %u %s", "><"[side],
					 table[i].chunk, init ? 0 : side ? 5 : 9,
					 side ? 9 : 5, names[at - letters]);
				play_on(&c, before[k]);
				PLAY(&c, text);
			}
	rules.loose = false;
}

static bool quoted(const struct bailey_conn *conn, const char *name, u32 tag, u32 init,
		   u8 side)
{
	struct bailey_packet quote = sctp(name, tag, init);

	return bailey_conn_quoted(conn, &quote, side);
}

/* RFC 9260 10: what an error must quote. */
static void errors(void)
{
	struct bailey_conn c = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT");
	CHECK(quoted(&c, "INIT", 0, 5, 0) && !quoted(&c, "INIT", 0, 6, 0));
	CHECK(!quoted(&c, "", 0, 0, 0));	/* too short to show it */
	CHECK(!quoted(&c, "INIT", 0, 5, 1) && !quoted(&c, "", 9, 0, 0));
	CHECK(quoted(&c, "", 5, 0, 1) && !quoted(&c, "", 6, 0, 1));
	PLAY(&c, "<INIT_ACK 5 9 COOKIE_WAIT", ">COOKIE_ECHO 9 0 COOKIE_ECHOED",
	     "<COOKIE_ACK 5 0 ESTABLISHED");
	CHECK(quoted(&c, "", 9, 0, 0) && !quoted(&c, "", 5, 0, 0));
	CHECK(quoted(&c, "", 5, 0, 1) && !quoted(&c, "", 9, 0, 1));
	CHECK(!quoted(&c, "INIT", 0, 6, 0));
	PLAY(&c, ">INIT 0 6 ESTABLISHED");
	CHECK(quoted(&c, "INIT", 0, 6, 0) && quoted(&c, "", 6, 0, 1));
	CHECK(!quoted(&c, "", 10, 0, 0));
	PLAY(&c, "<INIT_ACK 6 10 ESTABLISHED");
	CHECK(quoted(&c, "", 10, 0, 0));
}

/* What an INIT from nowhere leaves goes first when there is no room. */
static void makes_room(void)
{
	struct bailey_conn c = { 0 };

	PLAY(&c, ">INIT 0 5 COOKIE_WAIT");
	CHECK(bailey_conn_expendable(&c));
	PLAY(&c, "<INIT_ACK 5 9 COOKIE_WAIT");
	CHECK(bailey_conn_expendable(&c));
	PLAY(&c, ">COOKIE_ECHO 9 0 COOKIE_ECHOED", "<COOKIE_ACK 5 0 ESTABLISHED");
	CHECK(!bailey_conn_expendable(&c));
	PLAY(&c, ">SHUTDOWN 9 0 SHUTDOWN_SENT", "<SHUTDOWN_ACK 5 0 SHUTDOWN_ACK_SENT");
	CHECK(!bailey_conn_expendable(&c) && !bailey_conn_closed(&c, c.track.state));
	PLAY(&c, ">SHUTDOWN_COMPLETE 9 0 CLOSED");
	CHECK(bailey_conn_expendable(&c) && bailey_conn_closed(&c, c.track.state));
}

static void names(void)
{
	struct bailey_conn c = { .key.proto = BAILEY_PROTO_SCTP };

	CHECK(!strcmp(bailey_sctp_state_name(BAILEY_SCTP_SHUTDOWN_ACK_SENT),
		      "SHUTDOWN_ACK_SENT"));
	CHECK(!strcmp(bailey_sctp_state_name(BAILEY_SCTP_HEARTBEAT_SENT), "HEARTBEAT_SENT"));
	CHECK(!strcmp(bailey_sctp_state_name(BAILEY_SCTP_STATE_COUNT), "?"));
	CHECK(!strcmp(bailey_conn_state_name(&c), "-"));
	c.track.state = BAILEY_SCTP_COOKIE_WAIT;
	CHECK(!strcmp(bailey_conn_state_name(&c), "COOKIE_WAIT"));
	c.key.proto = BAILEY_PROTO_TCP;
	CHECK(!strcmp(bailey_conn_state_name(&c), "SYN_RECV"));
	c.key.proto = BAILEY_PROTO_UDP;
	CHECK(!strcmp(bailey_conn_state_name(&c), "-"));
}

UNIT_MAIN(UNIT(whole_life), UNIT(both_shut_down), UNIT(wrong_tags), UNIT(aborts),
	  UNIT(refused), UNIT(retransmits), UNIT(collisions), UNIT(stale_cookie),
	  UNIT(forged_inits), UNIT(restarts), UNIT(out_of_the_blue),
	  UNIT(after_a_lost_shutdown_complete), UNIT(nothing_begins_strictly),
	  UNIT(heartbeats_on_a_new_path), UNIT(data_in_the_middle), UNIT(states_refuse),
	  UNIT(whole_table), UNIT(errors), UNIT(makes_room), UNIT(names));
