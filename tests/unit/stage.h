/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stage of stories about packets: a box, its policy, and connections.
 *
 * The box has eth0, eth1, eth2 and lo. A packet is written in a few words (see
 * say()); connections live in a plain list that works as the kernel's table.
 */
#ifndef UNIT_STAGE_H
#define UNIT_STAGE_H

#include "build.h"
#include "evaluate.h"

#define MAX_CONNS	16

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" }, { 4, "eth2" },
};

static struct bailey_policy *policy;
static struct bailey_binding *binding;
static struct bailey_conn conns[MAX_CONNS];
static u32 conn_count, now, master;
static bool loose, untracked;
static struct bailey_trace trace;
static struct bailey_verdict verdict;

static inline void bind(void)
{
	bailey_binding_destroy(binding);
	binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
}

static inline void begin(const char *text)
{
	bailey_policy_put(policy);
	policy = build(NULL, text);
	conn_count = 0;
	now = 1000;
	loose = true;
	untracked = false;
	master = 0;
	bind();
}

static inline void change(const char *text, bool cut)
{
	struct bailey_policy *next = bailey_policy_clone(policy);
	struct bailey_diag diag = { 0 };

	next->epoch += cut;
	if (bailey_language_apply(next, text, strlen(text), 1, &diag) ||
	    bailey_policy_seal(next, policy, NO_LIMIT, &diag))
		CHECK_STR("refused", diag.error.reason);
	bailey_diag_destroy(&diag);
	bailey_policy_put(policy);
	policy = next;
	bind();
}

static inline void end(void)
{
	bailey_binding_destroy(binding);
	bailey_policy_put(policy);
	binding = NULL;
	policy = NULL;
}

/* This machine has 10.0.N.254 and 2001:db8:N::fe on ethN. */
static inline bool has_addr(const struct bailey_where *where, u32 ifindex, u8 family,
			    const struct bailey_addr *addr)
{
	(void)where;
	if (family == BAILEY_IPV4)
		return addr->hi == (0x0a0000feULL | (u64)(ifindex - 2) << 8) << 32;
	return addr->hi == (0x20010db800000000ULL | (u64)(ifindex - 2) << 16) &&
	       addr->lo == 0xfe;
}

/* A packet and where it is. */
struct scene {
	struct bailey_packet packet;
	struct bailey_packet quote;
	struct bailey_where where;
};

static inline u32 dev(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (!strcmp(devices[i].name, name))
			return devices[i].ifindex;
	return 0;
}

static inline void set_place(struct scene *s, int end, const char *name)
{
	u32 ifindex = dev(name);

	s->where.ifindex[end] = ifindex;
	if (!ifindex)
		s->where.hook = end == BAILEY_SRC ? BAILEY_HOOK_LOCAL_OUT :
						    BAILEY_HOOK_LOCAL_IN;
	s->where.loopback |= ifindex == 1;
	if (ifindex)
		s->where.master[end] = master;
}

static inline void set_addr(struct bailey_packet *p, int end, const char *text)
{
	struct bailey_addr *addr = end == BAILEY_SRC ? &p->src : &p->dst;

	CHECK(bailey_text_addr(text, strlen(text), &p->family, addr));
}

static inline void set_icmp(struct bailey_packet *p, int type, int code)
{
	p->type = type;
	p->code = code;
	if (type == 8 || type == 128)
		p->flags = BAILEY_PKT_ICMP_QUERY | BAILEY_PKT_ID;
	else if (type == 0 || type == 129)
		p->flags = BAILEY_PKT_ICMP_REPLY | BAILEY_PKT_ID;
	else if (type == 3 || type == 1 || type == 11)
		p->flags = BAILEY_PKT_ICMP_ERROR;
}

static inline void set_proto(struct bailey_packet *p, const char *word, int a, int b)
{
	static const struct {
		const char *word;
		u8 proto;
		u8 flags;
	} protos[] = {
		{ "syn", 6, 0x02 }, { "synack", 6, 0x12 }, { "ack", 6, 0x10 },
		{ "fin", 6, 0x11 }, { "rst", 6, 0x14 }, { "xmas", 6, 0x29 },
		{ "udp", 17, 0 }, { "icmp", 1, 0 }, { "icmp6", 58, 0 },
		{ "esp", 50, 0 }, { "sctp", 132, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		if (strcmp(protos[i].word, word))
			continue;
		p->proto = protos[i].proto;
		p->tcp_flags = protos[i].flags;
	}
	if (bailey_proto_has_ports(p->proto)) {
		p->flags = BAILEY_PKT_PORTS;
		p->sport = a;
		p->dport = b;
	} else if (p->proto == 1 || p->proto == 58) {
		set_icmp(p, a, b);
	}
	p->hop_limit = 64;
	p->len = 100;
}

/* "IN OUT PROTO SRC DST A B": interfaces ("-": this machine), ports or type, code. */
static inline void parse(struct scene *s, const char *text)
{
	char in[16], out[16], proto[16], src[48], dst[48];
	int a = 0, b = 0;

	memset(s, 0, sizeof(*s));
	s->where.hook = BAILEY_HOOK_FORWARD;
	s->where.has_addr = has_addr;
	CHECK(sscanf(text, "%15s %15s %15s %47s %47s %d %d", in, out, proto, src, dst,
		     &a, &b) >= 5);
	set_place(s, BAILEY_SRC, in);
	set_place(s, BAILEY_DST, out);
	set_addr(&s->packet, BAILEY_SRC, src);
	set_addr(&s->packet, BAILEY_DST, dst);
	set_proto(&s->packet, proto, a, b);
}

static inline struct bailey_conn *find(struct bailey_eval *eval, struct scene *s,
				       struct bailey_match_conn *match)
{
	struct bailey_conn *best = NULL;
	struct bailey_conn_key key;
	u32 i, rank, best_rank = 0;
	u8 from = bailey_eval_key(eval, &s->quote, &key, &match->related);

	for (i = 0; from != 2 && i < conn_count; i++) {
		struct bailey_conn *conn = &conns[i];
		u8 side = bailey_conn_side(conn, from);

		if (memcmp(&conn->key, &key, sizeof(key)) ||
		    bailey_conn_expired(conn, now))
			continue;
		rank = bailey_eval_rank(eval, &s->quote, conn, side, match->related);
		if (rank > best_rank) {
			best_rank = rank;
			best = conn;
			match->side = side;
		}
	}
	match->conn = best;
	return best;
}

static inline void store(struct bailey_conn *conn)
{
	conn->set[0] = verdict.set[0];
	conn->set[1] = verdict.set[1];
	conn->epoch = verdict.epoch;
	conn->track = verdict.next.track;
	conn->expires = now + verdict.next.timeout;
}

static inline void carry_out(struct scene *s, struct bailey_conn *conn)
{
	if (verdict.revoked) {
		*conn = conns[--conn_count];
	} else if (verdict.open) {
		if (!conn)
			conn = &conns[conn_count++];
		memset(conn, 0, sizeof(*conn));
		conn->orig_end = bailey_conn_key_make(&conn->key, &s->packet,
						      s->where.domain[0],
						      s->where.domain[1]);
		store(conn);
	} else if (verdict.conn_known && verdict.reason == BAILEY_PASS) {
		store(conn);
	}
}

static inline const char *judge(struct scene *s)
{
	struct bailey_track_rules track = {
		.timeouts = &bailey_timeouts_default, .loose = loose,
		.untracked = untracked,
	};
	struct bailey_match_conn match = { 0 };
	struct bailey_conn *conn = NULL;
	struct bailey_eval eval;
	bool ended;

	if (bailey_eval_begin(&eval, binding, &s->packet, BAILEY_PASS, &s->where, &trace,
			      &verdict))
		return bailey_reason_name(verdict.reason);
	if (eval.tracked)
		conn = find(&eval, s, &match);
	ended = conn && !match.related && bailey_conn_reopens(conn, &s->packet);
	bailey_evaluate(&eval, conn && !ended ? &match : NULL, &track, &verdict);
	carry_out(s, conn);
	return bailey_reason_name(verdict.reason);
}

/* What becomes of a packet, in the words of its reason. */
static inline const char *say(const char *text)
{
	struct scene s;

	parse(&s, text);
	return judge(&s);
}

/* An ICMP error that quotes another packet. */
static inline const char *say_error(const char *text, const char *quoted)
{
	struct scene s, q;

	parse(&s, text);
	parse(&q, quoted);
	s.quote = q.packet;
	s.packet.flags |= BAILEY_PKT_QUOTE;
	return judge(&s);
}

static inline const char *say_hops(const char *text, u8 hops)
{
	struct scene s;

	parse(&s, text);
	s.packet.hop_limit = hops;
	return judge(&s);
}

/* A later fragment, as the parser gives it. */
static inline const char *say_fragment(const char *text)
{
	struct scene s;

	parse(&s, text);
	s.packet.flags = BAILEY_PKT_FRAGMENT;
	s.packet.sport = 0;
	s.packet.dport = 0;
	s.packet.type = 0;
	s.packet.code = 0;
	s.packet.tcp_flags = 0;
	return judge(&s);
}

#define SAY_FRAGMENT(text, reason)	CHECK_STR(say_fragment(text), reason)
#define SAY(text, reason)	CHECK_STR(say(text), reason)

#endif /* UNIT_STAGE_H */
