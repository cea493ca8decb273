// SPDX-License-Identifier: GPL-2.0
/*
 * Connections as lines: what is printed is read as the same, and what nobody
 * can have printed is refused at its place.
 */
#include "conn_save.h"
#include "language.h"
#include "seal.h"
#include "unit.h"

static struct bailey_out out;
static struct bailey_diag diag;

static int parse(const char *line, struct bailey_saved_conn *saved)
{
	struct bailey_lexer lex;

	bailey_diag_destroy(&diag);
	memset(&diag, 0, sizeof(diag));
	bailey_lexer_init(&lex, line, strlen(line), 1, &diag);
	bailey_lexer_next(&lex);
	if (!bailey_lexer_accept(&lex, "conn"))
		return -1;
	return bailey_saved_conn_parse(saved, &lex);
}

/* The line of a connection, without its newline. */
static const char *print(const struct bailey_saved_conn *saved)
{
	bailey_out_reset(&out);
	bailey_saved_conn_print(saved, &out);
	out.buf[out.len - 1] = '\0';
	return out.buf;
}

static u32 random32(void)
{
	static u64 state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 32;
}

static void random_key(struct bailey_conn *conn, u8 family, u8 proto, u32 domain)
{
	static const u8 query[2][2] = { { 8, 13 }, { 128, 128 } };
	struct bailey_packet packet = { .family = family, .proto = proto };

	packet.src.hi = (u64)random32() << 32;
	packet.dst.hi = (u64)(random32() % 3 ? random32() : 7) << 32;
	if (family == BAILEY_IPV6) {
		packet.src.lo = random32();
		packet.dst.hi |= random32();
	}
	if (bailey_proto_has_ports(proto)) {
		packet.flags = BAILEY_PKT_PORTS;
		packet.sport = random32();
		packet.dport = random32();
	} else if (bailey_packet_is_icmp(&packet)) {
		packet.type = query[family == BAILEY_IPV6][random32() % 2];
		packet.id = random32() & 0xffff;
		packet.flags = BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID;
	} else if (proto == BAILEY_PROTO_GRE) {
		packet.id = random32() % 2 ? random32() : 0;
	}
	conn->orig_end = bailey_conn_key_make(&conn->key, &packet, domain, domain / 2);
}

static void random_track(struct bailey_track *track, u8 proto)
{
	u32 i;

	memset(track, 0, sizeof(*track));
	if (bailey_track_words(proto) > 1)
		for (i = 1; i < BAILEY_TRACK_WORDS; i++)
			track->word[i] = random32();
	track->flags = random32() % 16;
	if (proto == BAILEY_PROTO_SCTP) {
		track->state = 1 + random32() % (BAILEY_SCTP_STATE_COUNT - 1);
		memset(&track->sctp + 1, 0, sizeof(*track) - offsetof(struct bailey_track, sctp) -
		       sizeof(track->sctp));
	}
	if (proto != BAILEY_PROTO_TCP)
		return;
	track->state = 1 + random32() % (BAILEY_TCP_STATE_COUNT - 1);
	track->last_dir = random32() % 2;
	for (i = 0; i < 2; i++) {
		track->tcp.half[i].max_win %= 65535 << 14;
		track->tcp.scale[i] %= 15;
	}
	track->tcp.syn_scale %= 15;
	track->tcp.bits &= 0x7f;
	if (random32() % 4 || (track->tcp.bits & 3) == 3)
		return;
	track->tcp.scale[random32() % 2] = BAILEY_TCP_NO_SCALE;
	track->tcp.syn_scale = BAILEY_TCP_NO_SCALE;
}

/* Any connection: its line gives it again. */
static void comes_back(void)
{
	static const u8 protos[] = { 1, 6, 6, 6, 17, 33, 47, 50, 58, 132, 136 };
	struct bailey_saved_conn saved, again;
	struct bailey_conn conn, made;
	u32 i, domain, domains[2];

	for (i = 0; i < 20000; i++) {
		u8 proto = protos[i % ARRAY_SIZE(protos)];

		memset(&conn, 0, sizeof(conn));
		domain = random32() % 3;
		domains[0] = domain;
		domains[1] = domain / 2;
		random_key(&conn, i / 16 % 2 ? BAILEY_IPV4 : BAILEY_IPV6, proto, domain);
		random_track(&conn.track, proto);
		conn.set[0] = random32();
		conn.set[1] = 1;
		bailey_saved_conn_take(&saved, &conn);
		saved.left = random32() >> 2;
		saved.ask = random32() % 2;
		strcpy(saved.dev[0], i % 2 ? "eth0" : "");
		strcpy(saved.dev[1], i % 5 ? "-" : "#\x1b\\ 7");
		strcpy(saved.vrf[0], domain ? "red" : "");
		strcpy(saved.vrf[1], domain / 2 ? "blue" : "");
		unit_about("%s", print(&saved));
		REQUIRE(out.len < 1024);
		REQUIRE(CHECK_EQ(parse(out.buf, &again), 0));
		REQUIRE(CHECK_EQ(memcmp(&saved, &again, sizeof(saved)), 0));
		bailey_saved_conn_give(&again, domains, &made);
		REQUIRE(CHECK_EQ(memcmp(&made.key, &conn.key, sizeof(conn.key)), 0));
		REQUIRE(CHECK_EQ(made.orig_end, conn.orig_end));
		REQUIRE(CHECK(bailey_track_equal(&made.track, &conn.track, BAILEY_TRACK_WORDS)));
	}
}

/* No line is longer than what readers make room for. */
static void fits(void)
{
	struct bailey_saved_conn saved = {
		.request = {
			.src = { ~0ULL, ~0ULL }, .dst = { ~0ULL, ~0ULL },
			.family = BAILEY_IPV6, .proto = BAILEY_PROTO_TCP,
			.sport = 65535, .dport = 65535, .flags = BAILEY_PKT_PORTS,
		},
		.left = U32_MAX, .ask = true, .set = { U32_MAX, U32_MAX },
	};
	u32 i;

	memset(&saved.track, 0xff, sizeof(saved.track));
	saved.track.state = BAILEY_TCP_ESTABLISHED;
	for (i = 0; i < 2; i++) {
		memset(saved.dev[i], 1, BAILEY_IFNAME_MAX);
		memset(saved.vrf[i], 1, BAILEY_IFNAME_MAX);
	}
	print(&saved);
	CHECK(out.len < 1024);
	CHECK(!out.failed);
}

#define ENDS(proto) "conn " proto " src 1.1.1.1 dst 2.2.2.2"
#define ESP	ENDS("esp") " in - out -"
#define TCP	ENDS("tcp") " sport 1 dport 2 in eth0 out - sets 1 0 left 9 flags 5"
#define SCTP	ENDS("sctp") " sport 1 dport 2 in - out - sets 1 0 left 9 flags 1"
#define CLOSED	TCP " state CLOSE fin 0"
#define NUMBERS	" tcp 1 2 3 4 5 6 7 8 9 10 11 7 8 9 3"

#define PROTO_BAD	"there is no such protocol"
#define NUMBER_BAD	"the number is out of range"
#define STATE_BAD	"there is no such state"
#define WORD_BAD	"another word should stand here"
#define NAME_BAD	"this is not the name of an interface"

/* What is wrong, and the word that is. */
static const struct {
	const char *line;
	const char *word;
	const char *reason;
} bad[] = {
	{ "conn", "", PROTO_BAD },
	{ "conn any src 1.1.1.1", "any", PROTO_BAD },
	{ "conn 256 src 1.1.1.1", "256", PROTO_BAD },
	{ "conn tcp dst 1.1.1.1", "dst", WORD_BAD },
	{ "conn tcp src 1.1.1", "1.1.1", "this is not an address" },
	{ "conn tcp src 1.1.1.1 dst :: sport 1", "sport",
	  "src and dst are of different families" },
	{ ENDS("tcp") " sport 65536", "65536", NUMBER_BAD },
	{ ENDS("tcp") " type 8", "type", WORD_BAD },
	{ ENDS("icmp") " type 0 id 1", "id", "no query has this type" },
	{ ENDS("icmp") " type 3 id 1", "id", "no query has this type" },
	{ ENDS("icmp") " type 8 id 65536", "65536", NUMBER_BAD },
	{ ENDS("gre") " key 0", "0", NUMBER_BAD },
	{ ENDS("esp") " key 1", "key", WORD_BAD },
	{ ENDS("esp") " in a/b", "a/b", NAME_BAD },
	{ ENDS("esp") " in 1234567890123456", "1234567890123456", NAME_BAD },
	{ ENDS("esp") " in \\x0", "\\x5cx0", NAME_BAD },
	{ ENDS("esp") " in \\x00", "\\x5cx00", NAME_BAD },
	{ ESP " sets 0 0 left", "left",
	  "nobody was asked about it, so that it is no connection" },
	{ ESP " sets 1 0 left 2147483647", "2147483647", NUMBER_BAD },
	{ ESP " sets 1 0 left 9 flags 16", "16", NUMBER_BAD },
	{ ESP " sets 1 0 left 9 flags 1 more", "more", "there is a word too many" },
	{ ESP " sets 1 0 left -1", "-1", "the number is not a number" },
	{ TCP, "", "the line ends too early" },
	{ TCP " state NONE fin 0", "NONE", STATE_BAD },
	{ TCP " state COOKIE_WAIT fin 0", "COOKIE_WAIT", STATE_BAD },
	{ TCP " state CLOSE fin 2" NUMBERS, "2", NUMBER_BAD },
	{ CLOSED " tcp 1 2 1073725441", "1073725441", "the window is out of range" },
	{ CLOSED " tcp 1 2 3 4 5 6 7 8 9 10 11 15", "15", "the shift is out of range" },
	{ CLOSED " tcp 1 2 3 4 5 6 7 8 9 10 11 1 1 1 128", "128", NUMBER_BAD },
	{ CLOSED " tcp 1 2 3 4 5 6 7 8 9 10 11 1 255 1 3", "3",
	  "both ends are known, but not how they scale" },
	{ CLOSED NUMBERS " 1", "1", "there is a word too many" },
	{ SCTP " state SYN_SENT", "SYN_SENT", STATE_BAD },
	{ SCTP " state CLOSED sctp 1 2 3 4 5 6 7", "",
	  "the line ends where the number should stand" },
};

static void refuses(void)
{
	struct bailey_saved_conn saved;
	u32 i;

	CHECK_EQ(parse(CLOSED NUMBERS, &saved), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		unit_about("%s", bad[i].line);
		CHECK(parse(bad[i].line, &saved) < 0);
		CHECK_STR(diag.error.word, bad[i].word);
		CHECK_STR(diag.error.reason, bad[i].reason);
	}
}

/* A good line with some bytes changed: refused, or read as what prints and reads alike. */
static void bent(void)
{
	static const char good[] = CLOSED NUMBERS;
	struct bailey_saved_conn saved, again;
	char line[sizeof(good)], kept[1200];
	u32 i, taken = 0;

	for (i = 0; i < 100000; i++) {
		memcpy(line, good, sizeof(good));
		line[5 + random32() % (sizeof(good) - 6)] = " \t019afs\\x.:-#\xff"[random32() % 15];
		line[5 + random32() % (sizeof(good) - 6)] = random32() % 255 + 1;
		if (parse(line, &saved))
			continue;
		taken++;
		snprintf(kept, sizeof(kept), "%s", print(&saved));
		unit_about("%s -> %s", line, kept);
		REQUIRE(CHECK_EQ(parse(kept, &again), 0));
		REQUIRE(CHECK_STR(print(&again), kept));
	}
	CHECK(taken > 100);
}

static struct bailey_policy *policy_of(const char *text)
{
	struct bailey_policy *empty = bailey_policy_create(), *policy = bailey_policy_clone(empty);

	if (bailey_language_apply(policy, text, strlen(text), 1, &diag) ||
	    bailey_policy_seal(policy, empty, 1000, &diag))
		unit_fail(__FILE__, __LINE__, "%s", diag.error.reason);
	bailey_policy_put(empty);
	return policy;
}

static int set_parse(const struct bailey_policy *policy, const char *line, u32 *number, u32 *id)
{
	struct bailey_lexer lex;

	bailey_diag_destroy(&diag);
	memset(&diag, 0, sizeof(diag));
	bailey_lexer_init(&lex, line, strlen(line), 1, &diag);
	bailey_lexer_next(&lex);
	bailey_lexer_accept(&lex, "set");
	return bailey_saved_set_parse(policy, &lex, number, id);
}

/* Sets of the same groups find each other in another policy, by other numbers. */
static void sets_come_back(void)
{
	struct bailey_policy *old = policy_of("group web\ngroup db\n"
		"attach dev eth0 protects subnet groups web\n"
		"attach dev eth1 protects subnet groups db,web\n");
	struct bailey_policy *new = policy_of("group x\ngroup db\ngroup web\n"
		"attach dev eth9 protects host groups x\n"
		"attach dev eth1 protects subnet groups web,db\n");
	const char *text, *end;
	u32 number, id, found = 0, lines = 0;

	bailey_out_reset(&out);
	bailey_saved_sets_print(old, &out);
	for (text = out.buf; (end = strchr(text, '\n')); text = end + 1) {
		char line[64];

		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		unit_about("%s", line);
		CHECK_EQ(set_parse(new, line, &number, &id), 0);
		CHECK(bailey_policy_set_live(old, number));
		CHECK(!id == !strchr(line, ','));
		found += id && bailey_policy_set_live(new, id);
		lines++;
	}
	CHECK_EQ(lines, 2);
	CHECK_EQ(found, 1);
	CHECK_EQ(set_parse(new, "set 0 web", &number, &id), -ERANGE);
	CHECK_EQ(set_parse(new, "set 1", &number, &id), -EINVAL);
	CHECK_EQ(set_parse(new, "set 1 web,web", &number, &id), -EINVAL);
	CHECK_EQ(set_parse(new, "set 1 web,", &number, &id), -EINVAL);
	CHECK_EQ(set_parse(new, "set 1 w\"b", &number, &id), -EINVAL);
	CHECK_EQ(set_parse(new, "set 1 web db", &number, &id), -EINVAL);
	CHECK_EQ(set_parse(new, "set 1 web,nobody", &number, &id), 0);
	CHECK_EQ(id, 0);
	bailey_policy_put(old);
	bailey_policy_put(new);
}

/* What the tests left to free. */
static void ends(void)
{
	bailey_out_destroy(&out);
	bailey_diag_destroy(&diag);
}

UNIT_MAIN(UNIT(comes_back), UNIT(fits), UNIT(refuses), UNIT(bent), UNIT(sets_come_back), UNIT(ends))
