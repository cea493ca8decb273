// SPDX-License-Identifier: GPL-2.0
/* What the sender of a rejected packet is told, and which packet tells it. */
#include "refusal.h"
#include "text.h"
#include "unit.h"

static void set_addr(const char *text, u8 *family, struct bailey_addr *addr)
{
	CHECK(bailey_text_addr(text, strlen(text), family, addr));
}

static struct bailey_packet packet(u8 proto, const char *src, const char *dst)
{
	struct bailey_packet p = { .proto = proto };

	set_addr(src, &p.family, &p.src);
	set_addr(dst, &p.family, &p.dst);
	if (bailey_proto_has_ports(proto)) {
		p.flags = BAILEY_PKT_PORTS;
		p.sport = 4000;
		p.dport = 80;
	}
	if (proto == BAILEY_PROTO_TCP)
		p.tcp_flags = BAILEY_TCP_SYN;
	return p;
}

static void tcp_is_reset_and_the_rest_told(void)
{
	struct bailey_packet p = packet(6, "10.0.0.1", "10.0.1.1");

	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_RESET);
	p.tcp_flags = BAILEY_TCP_ACK | BAILEY_TCP_FIN;
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_RESET);
	p.tcp_flags = BAILEY_TCP_RST;
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_SILENT);
	p.tcp_flags = BAILEY_TCP_RST | BAILEY_TCP_ACK;
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_SILENT);
	p = packet(6, "2001:db8::1", "2001:db8:1::1");
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_RESET);
	p = packet(17, "10.0.0.1", "10.0.1.1");
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_ICMP);
	p = packet(17, "2001:db8::1", "2001:db8:1::1");
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_ICMP);
	p = packet(89, "10.0.0.1", "10.0.1.1");
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_ICMP);
	p.flags |= BAILEY_PKT_FRAGMENT;
	CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_SILENT);
}

static void icmp_errors_stay_unanswered(void)
{
	static const u8 silent4[] = { 3, 4, 5, 11, 12 };
	static const u8 silent6[] = { 0, 1, 2, 3, 4, 5, 100, 127, 137 };
	struct bailey_packet p4 = packet(1, "10.0.0.1", "10.0.1.1");
	struct bailey_packet p6 = packet(58, "2001:db8::1", "2001:db8:1::1");
	u32 type;

	for (type = 0; type < 256; type++) {
		bool silent = memchr(silent4, type, sizeof(silent4));

		unit_about("type %u", type);
		p4.type = type;
		CHECK_EQ(bailey_refusal_of(&p4), silent ? BAILEY_REFUSAL_SILENT :
							  BAILEY_REFUSAL_ICMP);
		p6.type = type;
		silent = type < 128 || memchr(silent6, type, sizeof(silent6));
		CHECK_EQ(bailey_refusal_of(&p6), silent ? BAILEY_REFUSAL_SILENT :
							  BAILEY_REFUSAL_ICMP);
	}
	unit_about("%s", "");
	/* In the other family it is a protocol like others. */
	p4 = packet(58, "10.0.0.1", "10.0.1.1");
	CHECK_EQ(bailey_refusal_of(&p4), BAILEY_REFUSAL_ICMP);
}

static void only_between_two_machines(void)
{
	static const char * const none[] = {
		"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1",
		"255.255.255.255", "::", "ff02::1", "ff0e::1",
	};
	static const char * const one[] = {
		"1.0.0.0", "127.0.0.1", "223.255.255.255", "::1", "1::", "fe80::1",
		"feff::1",
	};
	struct bailey_packet p;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		const char *other = strchr(none[i], ':') ? "2001:db8::1" : "10.0.0.1";

		unit_about("%s", none[i]);
		p = packet(17, none[i], other);
		CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_SILENT);
		p = packet(6, other, none[i]);
		CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_SILENT);
	}
	for (i = 0; i < ARRAY_SIZE(one); i++) {
		const char *other = strchr(one[i], ':') ? "2001:db8::1" : "10.0.0.1";

		unit_about("%s", one[i]);
		p = packet(17, one[i], other);
		CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_ICMP);
		p = packet(6, other, one[i]);
		CHECK_EQ(bailey_refusal_of(&p), BAILEY_REFUSAL_RESET);
	}
	unit_about("%s", "");
}

/* Nothing but the very answer is it: each alteration makes it something else. */
static void a_reset_and_its_like(void)
{
	struct bailey_packet about = packet(6, "10.0.0.1", "10.0.1.1"), q = { 0 };
	struct bailey_packet good = packet(6, "10.0.1.1", "10.0.0.1"), p;

	good.sport = 80;
	good.dport = 4000;
	good.tcp_flags = BAILEY_TCP_RST | BAILEY_TCP_ACK;
	CHECK(bailey_refusal_is(&about, &good, &q));
	p = good;
	p.tcp_flags = BAILEY_TCP_SYN | BAILEY_TCP_ACK;
	CHECK(!bailey_refusal_is(&about, &p, &q));
	p = good;
	p.sport = 81;
	CHECK(!bailey_refusal_is(&about, &p, &q));
	p = good;
	p.dport = 4001;
	CHECK(!bailey_refusal_is(&about, &p, &q));
	p = good;
	set_addr("10.0.1.2", &p.family, &p.src);
	CHECK(!bailey_refusal_is(&about, &p, &q));
	p = good;
	set_addr("10.0.0.2", &p.family, &p.dst);
	CHECK(!bailey_refusal_is(&about, &p, &q));
	p = good;
	p.proto = BAILEY_PROTO_UDP;
	CHECK(!bailey_refusal_is(&about, &p, &q));
	p = good;
	p.family = BAILEY_IPV6;
	CHECK(!bailey_refusal_is(&about, &p, &q));
	about.tcp_flags = BAILEY_TCP_RST;
	CHECK(!bailey_refusal_is(&about, &good, &q));
}

static void an_error_and_its_like(void)
{
	struct bailey_packet about = packet(17, "10.0.0.1", "10.0.1.1"), quote = about;
	struct bailey_packet good = packet(1, "10.0.0.254", "10.0.0.1"), p, q;

	good.type = BAILEY_REFUSAL_TYPE4;
	good.code = BAILEY_REFUSAL_CODE4;
	good.flags = BAILEY_PKT_ICMP_ERROR | BAILEY_PKT_QUOTE;
	CHECK(bailey_refusal_is(&about, &good, &quote));
	p = good;
	p.code = 3;
	CHECK(!bailey_refusal_is(&about, &p, &quote));
	p = good;
	p.type = 11;
	CHECK(!bailey_refusal_is(&about, &p, &quote));
	p = good;
	p.flags = BAILEY_PKT_ICMP_ERROR;
	CHECK(!bailey_refusal_is(&about, &p, &quote));
	p = good;
	set_addr("10.0.0.2", &p.family, &p.dst);
	CHECK(!bailey_refusal_is(&about, &p, &quote));
	q = quote;
	q.dport = 81;
	CHECK(!bailey_refusal_is(&about, &good, &q));
	q = quote;
	q.sport = 81;
	CHECK(!bailey_refusal_is(&about, &good, &q));
	q = quote;
	q.proto = 6;
	CHECK(!bailey_refusal_is(&about, &good, &q));
	q = quote;
	set_addr("10.0.1.2", &q.family, &q.dst);
	CHECK(!bailey_refusal_is(&about, &good, &q));
	about = packet(17, "2001:db8::1", "2001:db8:1::1");
	quote = about;
	good = packet(58, "2001:db8::fe", "2001:db8::1");
	good.type = BAILEY_REFUSAL_TYPE6;
	good.code = BAILEY_REFUSAL_CODE6;
	good.flags = BAILEY_PKT_ICMP_ERROR | BAILEY_PKT_QUOTE;
	CHECK(bailey_refusal_is(&about, &good, &quote));
	good.code = 0;
	CHECK(!bailey_refusal_is(&about, &good, &quote));
}

static u32 send_all(u64 *paid, u64 now, u32 rate)
{
	u32 sent = 0;
	u64 after;

	while (sent < 10000) {
		after = bailey_refusal_pay(*paid, now, rate);
		if (after == *paid)
			break;
		*paid = after;
		sent++;
	}
	return sent;
}

static void the_rate(void)
{
	const u64 second = 1000000000;
	u64 paid = 0, now = 5 * second;
	u32 i, sent;

	/* One second's worth at once, and no more. */
	CHECK_EQ(send_all(&paid, now, 100), 100);
	CHECK_EQ(send_all(&paid, now, 100), 0);
	CHECK_EQ(send_all(&paid, now + second / 100 - 1, 100), 0);
	CHECK_EQ(send_all(&paid, now + second / 100, 100), 1);
	now += 2 * second;
	CHECK_EQ(send_all(&paid, now, 100), 100);
	/* A flood for ten seconds: in small steps, nothing gets lost. */
	for (i = 0, sent = 0; i < 100000; i++) {
		now += second / 10000;
		sent += send_all(&paid, now, 100);
	}
	CHECK_EQ(sent, 1000);
	/* Long silence saves up no more than a second. */
	CHECK_EQ(send_all(&paid, now + 1000 * second, 7), 7);
	/* Right after the beginning of time, and at absurd rates. */
	paid = 0;
	CHECK_EQ(send_all(&paid, second / 10, 100), 10);
	paid = 0;
	CHECK_EQ(send_all(&paid, 1, 1U << 30), 1);
	CHECK_EQ(send_all(&paid, 1, 1U << 30), 0);
}

static const struct unit_test tests[] = {
	UNIT(tcp_is_reset_and_the_rest_told),
	UNIT(icmp_errors_stay_unanswered),
	UNIT(only_between_two_machines),
	UNIT(a_reset_and_its_like),
	UNIT(an_error_and_its_like),
	UNIT(the_rate),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
