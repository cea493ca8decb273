// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of packets, story by story: each is a policy and a conversation.
 *
 * The box has eth0, eth1, eth2 and lo. A packet is written in a few words (see
 * say()); connections live in a plain list that works as the kernel's table.
 */
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

static void bind(void)
{
	bailey_binding_destroy(binding);
	binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
}

static void begin(const char *text)
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

static void change(const char *text, bool cut)
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

static void end(void)
{
	bailey_binding_destroy(binding);
	bailey_policy_put(policy);
	binding = NULL;
	policy = NULL;
}

/* This machine has 10.0.N.254 and 2001:db8:N::fe on ethN. */
static bool has_addr(const struct bailey_where *where, u32 ifindex, u8 family,
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

static u32 dev(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (!strcmp(devices[i].name, name))
			return devices[i].ifindex;
	return 0;
}

static void set_place(struct scene *s, int end, const char *name)
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

static void set_addr(struct bailey_packet *p, int end, const char *text)
{
	struct bailey_addr *addr = end == BAILEY_SRC ? &p->src : &p->dst;

	CHECK(bailey_text_addr(text, strlen(text), &p->family, addr));
}

static void set_icmp(struct bailey_packet *p, int type, int code)
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

static void set_proto(struct bailey_packet *p, const char *word, int a, int b)
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
static void parse(struct scene *s, const char *text)
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

static struct bailey_conn *find(struct bailey_eval *eval, struct scene *s,
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

static void store(struct bailey_conn *conn)
{
	conn->set[0] = verdict.set[0];
	conn->set[1] = verdict.set[1];
	conn->epoch = verdict.epoch;
	conn->track = verdict.next.track;
	conn->expires = now + verdict.next.timeout;
}

static void carry_out(struct scene *s, struct bailey_conn *conn)
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

static const char *judge(struct scene *s)
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
static const char *say(const char *text)
{
	struct scene s;

	parse(&s, text);
	return judge(&s);
}

/* An ICMP error that quotes another packet. */
static const char *say_error(const char *text, const char *quoted)
{
	struct scene s, q;

	parse(&s, text);
	parse(&q, quoted);
	s.quote = q.packet;
	s.packet.flags |= BAILEY_PKT_QUOTE;
	return judge(&s);
}

static const char *say_hops(const char *text, u8 hops)
{
	struct scene s;

	parse(&s, text);
	s.packet.hop_limit = hops;
	return judge(&s);
}

/* A later fragment, as the parser gives it. */
static const char *say_fragment(const char *text)
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

static void nobody_asks(void)
{
	begin("acl a\ngroup g\nattach dev eth0 protects subnet\n");
	SAY("eth1 eth2 syn 10.0.1.1 10.0.2.1 1000 80", "pass");
	SAY("eth0 eth1 xmas 10.0.0.1 10.0.1.1 1000 80", "pass");
	CHECK_EQ(conn_count, 0);
	end();
}

static void the_response_needs_no_group_rule(void)
{
	begin("group web in allow tcp to any port 443\n"
	      "attach dev eth1 protects subnet groups web\n");
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 443 4000", "group-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "group-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 443", "pass");
	CHECK_EQ(conn_count, 1);
	CHECK(conns[0].set[0] == 0 && conns[0].set[1] != 0);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 443 4000", "pass");
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_SYN_RECV);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 443", "pass");
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_ESTABLISHED);
	SAY("eth1 eth0 ack 10.0.1.1 10.0.0.1 443 4000", "pass");
	/* From another port it is no response. */
	SAY("eth1 eth0 ack 10.0.1.1 10.0.0.1 444 4000", "group-deny");
	SAY("eth1 eth0 syn 10.0.1.1 10.0.0.1 443 4001", "group-deny");
	CHECK_EQ(conn_count, 1);
	end();
}

static void the_response_needs_an_acl_entry(void)
{
	begin("acl a in 100 allow tcp to any port 443\n"
	      "acl a out 100 allow tcp from any port 443 to any port 1024-65535\n"
	      "acl a out 50 deny tcp to any port 2000\n"
	      "group web in allow tcp\nattach dev eth1 protects subnet acl a groups web\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 443", "pass");
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 443 4000", "pass");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 1023 443", "pass");
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 443 1023", "acl-default");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 2000 443", "pass");
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 443 2000", "acl-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "acl-default");
	/* What an ACL denies neither advances nor refreshes: ruling 11. */
	CHECK_EQ(conns[2].track.state, BAILEY_TCP_SYN_SENT);
	change("delete acl a out 100\n", false);
	now += 5;
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 443 4000", "acl-default");
	CHECK_EQ(conns[0].expires, 1000 + 60);
	end();
}

/* The order: source out group, ACL; destination in ACL, group. */
static void the_order_of_questions(void)
{
	begin("acl a in 1 allow\nacl a out 1 allow\nacl b in 2 allow\nacl b out 2 allow\n"
	      "group g in allow\ngroup g out allow\ngroup h in allow\ngroup h out allow\n"
	      "attach dev eth0 protects subnet acl a groups g\n"
	      "attach dev eth1 protects subnet acl b groups h\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(trace.count, 4);
	CHECK(trace.step[0].layer_group && trace.step[0].side == BAILEY_SRC);
	CHECK(!trace.step[1].layer_group && trace.step[1].side == BAILEY_SRC);
	CHECK(!trace.step[2].layer_group && trace.step[2].side == BAILEY_DST);
	CHECK(trace.step[3].layer_group && trace.step[3].side == BAILEY_DST);
	CHECK_EQ(trace.step[0].dir, BAILEY_OUT);
	CHECK_EQ(trace.step[1].dir, BAILEY_OUT);
	CHECK_EQ(trace.step[2].dir, BAILEY_IN);
	CHECK_EQ(trace.step[3].dir, BAILEY_IN);
	CHECK_EQ(verdict.hits, 4);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK_EQ(trace.step[0].answer, BAILEY_ANSWER_KNOWN);
	CHECK_EQ(trace.step[3].answer, BAILEY_ANSWER_KNOWN);
	CHECK_EQ(verdict.hits, 2);
	end();
}

/* A packet is outbound for the client and inbound for the server. */
static void perspective_of_host_and_subnet(void)
{
	begin("acl h in 1 allow tcp to any port 22\nacl h out 1 allow tcp from any port 22\n"
	      "acl s in 1 allow udp\nacl s out 1 allow tcp\nacl s out 2 allow udp\n"
	      "attach dev eth0 protects host acl h\nattach dev eth0 protects subnet acl s\n");
	/* To the box: out of the subnet, into the host. */
	SAY("eth0 - syn 10.0.0.1 10.0.0.254 4000 22", "pass");
	SAY("eth0 - syn 10.0.0.1 10.0.0.254 4000 23", "acl-default");
	CHECK_EQ(trace.count, 2);
	CHECK(trace.step[1].who.box && !trace.step[0].who.box);
	SAY("eth0 - udp 10.0.0.1 10.0.0.254 4000 22", "acl-default");
	/* From the box: out of the host, into the subnet. */
	SAY("- eth0 synack 10.0.0.254 10.0.0.1 22 4000", "acl-default");
	CHECK_EQ(trace.step[1].side, BAILEY_DST);
	SAY("- eth0 udp 10.0.0.254 10.0.0.1 22 4000", "acl-default");
	CHECK_EQ(trace.count, 1);
	/* Through the box the host has no say. */
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 23", "pass");
	SAY("eth1 eth0 udp 10.0.1.1 10.0.0.1 4000 23", "pass");
	SAY("eth1 eth0 syn 10.0.1.1 10.0.0.1 4000 22", "acl-default");
	/* The other interfaces of the box are not this one. */
	SAY("eth1 - syn 10.0.1.1 10.0.0.254 4000 23", "pass");
	end();
}

static void inside_its_boundary_no_acl_asks(void)
{
	begin("acl a\ngroup g in allow tcp to any port 80\ngroup g out allow\n"
	      "attach dev eth0 protects subnet acl a groups g\n");
	SAY("eth0 eth0 syn 10.0.0.1 10.0.0.2 4000 80", "pass");
	SAY("eth0 eth0 synack 10.0.0.2 10.0.0.1 80 4000", "pass");
	SAY("eth0 eth0 syn 10.0.0.1 10.0.0.2 4000 81", "group-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.2 4000 80", "acl-default");
	end();
}

static void the_lowest_number_decides(void)
{
	begin("acl a in 200 allow tcp\nacl a in 100 deny tcp to any port 22\n"
	      "acl a in 300 allow icmp\nacl a in 300 deny icmpv6\n"
	      "attach dev eth1 protects subnet acl a\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 22", "acl-deny");
	CHECK_EQ(verdict.rule[0]->number, 100);
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 23", "pass");
	CHECK_EQ(verdict.rule[0]->number, 200);
	SAY("eth0 eth1 icmp 10.0.0.1 10.0.1.1 8", "pass");
	SAY("eth0 eth1 icmp6 2001:db8::1 2001:db8:1::1 128", "acl-deny");
	SAY("eth0 eth1 udp 10.0.0.1 10.0.1.1 1 2", "acl-default");
	CHECK_EQ(verdict.hits, 0);
	CHECK_EQ(conn_count, 0);
	end();
}

static void families_are_apart(void)
{
	begin("acl a in 1 allow from 0.0.0.0/0\nacl b in 1 allow to ::/0\n"
	      "attach dev eth1 protects subnet acl a\nattach dev eth2 protects subnet acl b\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 1 2", "pass");
	SAY("eth0 eth1 syn 2001:db8::1 2001:db8:1::1 1 2", "acl-default");
	SAY("eth0 eth2 syn 10.0.0.1 10.0.1.1 1 2", "acl-default");
	SAY("eth0 eth2 syn 2001:db8::1 2001:db8:1::1 1 2", "pass");
	SAY("eth0 eth2 syn ::ffff:10.0.0.1 ::ffff:10.0.1.1 1 2", "pass");
	end();
}

static void endpoints_go_before_the_line(void)
{
	begin("group one in allow tcp to any port 1\ngroup two in allow tcp to any port 2\n"
	      "group away out allow\n"
	      "attach dev eth1 protects subnet groups one,away\n"
	      "endpoint e dev eth1 addr 10.0.1.7,2001:db8:1::7 groups two\n"
	      "endpoint f dev eth2 addr 10.0.2.7 groups two\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 1", "pass");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.7 4000 1", "group-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.7 4000 2", "pass");
	SAY("eth0 eth1 syn 2001:db8::1 2001:db8:1::7 4000 2", "pass");
	SAY("eth0 eth1 syn 2001:db8::1 2001:db8:1::7 4000 1", "group-deny");
	SAY("eth1 eth0 syn 10.0.1.1 10.0.0.1 4000 9", "pass");
	SAY("eth1 eth0 syn 10.0.1.7 10.0.0.1 4000 9", "group-deny");
	/* Without "protects subnet" an endpoint is a member and nothing more. */
	SAY("eth0 eth2 syn 10.0.0.1 10.0.2.7 4000 9", "pass");
	end();
}

/* Ruling 7, and the packet from the Internet that pretends to be a member. */
static void a_member_is_one_at_its_place(void)
{
	begin("group db\ngroup app out allow\ngroup app in allow\n"
	      "group db in allow tcp from group app to any port 5432\n"
	      "group db out allow tcp to group app port 9\n"
	      "attach dev eth1 protects subnet groups db\n"
	      "attach dev eth2 protects subnet groups app\n"
	      "endpoint a dev eth2 addr 10.0.2.5 groups app\n");
	SAY("eth2 eth1 syn 10.0.2.5 10.0.1.1 4000 5432", "pass");
	SAY("eth0 eth1 syn 10.0.2.5 10.0.1.1 4000 5432", "group-deny");
	/* Who is in a group by the line only is a member for nobody. */
	SAY("eth2 eth1 syn 10.0.2.6 10.0.1.1 4000 5432", "group-deny");
	SAY("eth2 eth1 syn 10.0.2.5 10.0.1.1 4000 5433", "group-deny");
	SAY("eth1 eth2 syn 10.0.1.1 10.0.2.5 4000 9", "pass");
	SAY("eth1 eth0 syn 10.0.1.1 10.0.2.5 4001 9", "group-deny");
	SAY("eth1 eth2 syn 10.0.1.1 10.0.2.6 4000 9", "group-deny");
	end();
}

static void this_machine_is_a_member(void)
{
	begin("group box out allow\ngroup box in allow\n"
	      "group srv in allow tcp from group box\ngroup srv out allow tcp to group box\n"
	      "attach dev eth0 protects host groups box\n"
	      "attach dev eth0 protects subnet groups srv\n"
	      "attach dev eth1 protects subnet groups srv\n");
	SAY("- eth0 syn 10.0.0.254 10.0.0.1 4000 80", "pass");
	SAY("eth0 - syn 10.0.0.1 10.0.0.254 4000 81", "pass");
	SAY("- eth0 syn 2001:db8::fe 2001:db8::1 4000 80", "pass");
	/* Not with another address of the box, nor through another interface. */
	SAY("- eth0 syn 10.0.1.254 10.0.0.1 4000 80", "group-deny");
	SAY("- eth1 syn 10.0.0.254 10.0.1.1 4000 80", "group-deny");
	SAY("eth1 - syn 10.0.1.1 10.0.0.254 4000 80", "group-deny");
	SAY("eth2 eth1 syn 10.0.0.254 10.0.1.1 4000 80", "group-deny");
	end();
}

/* Client behind eth0, server behind eth1; a detour through eth2 and back. */
static void crossing_the_box_twice(void)
{
	begin("group c out allow\ngroup d out allow\ngroup s in allow tcp to any port 80\n"
	      "attach dev eth0 protects subnet groups c\n"
	      "attach dev eth2 protects subnet groups d\n"
	      "attach dev eth1 protects subnet groups s\n");
	SAY("eth0 eth2 syn 10.0.0.1 10.0.1.1 4000 80", "group-deny");
	change("group d in allow\n", false);
	SAY("eth0 eth2 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(conn_count, 1);
	SAY("eth2 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(conn_count, 2);
	CHECK(conns[0].set[0] != conns[1].set[0]);
	SAY("eth1 eth2 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK_EQ(conns[1].track.state, BAILEY_TCP_SYN_RECV);
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_SYN_SENT);
	SAY("eth2 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_SYN_RECV);
	SAY("eth0 eth2 ack 10.0.0.1 10.0.1.1 4000 80", "pass");
	SAY("eth2 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(conn_count, 2);
	/* Nobody asked eth1's client, and port 81 is closed however it comes. */
	SAY("eth2 eth1 syn 10.0.0.1 10.0.1.1 4000 81", "group-deny");
	end();
}

/* The first way had no groups at its end; the second way's side is asked. */
static void a_side_attached_later(void)
{
	begin("group c out allow\ngroup s in allow tcp to any port 80\n"
	      "attach dev eth0 protects subnet groups c\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 81", "pass");
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 81 4000", "pass");
	change("attach dev eth1 protects subnet groups s\n", false);
	/* Asked about the request, though this is the response. */
	SAY("eth1 eth0 ack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK(verdict.doors_changed && trace.step[0].about_request);
	CHECK_EQ(trace.step[0].dir, BAILEY_IN);
	CHECK(conns[0].set[1] && conns[0].set[0]);
	SAY("eth1 eth0 ack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK(!verdict.doors_changed);
	SAY("eth1 eth0 ack 10.0.1.1 10.0.0.1 81 4000", "group-deny");
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 81", "group-deny");
	CHECK_EQ(conns[1].set[1], 0);
	CHECK_EQ(conn_count, 2);
	end();
}

static void revoke_keep_and_cut(void)
{
	begin("group s in allow tcp to any port 80\ngroup s in allow tcp to any port 81\n"
	      "attach dev eth1 protects subnet groups s\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 81", "pass");
	change("delete group s in allow tcp to any port 80\n", false);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4001 80", "group-deny");
	change("", true);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "group-deny");
	CHECK(verdict.revoked);
	CHECK_EQ(conn_count, 1);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 81 4000", "pass");
	CHECK(verdict.doors_changed);
	CHECK_EQ(conns[0].epoch, policy->epoch);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 81", "pass");
	CHECK(!verdict.doors_changed);
	end();
}

static void what_begins_a_connection(void)
{
	begin("group s in allow\ngroup s out allow\nattach dev eth1 protects subnet groups s\n");
	SAY("eth0 eth1 synack 10.0.0.1 10.0.1.1 4000 80", "no-connection");
	SAY("eth0 eth1 rst 10.0.0.1 10.0.1.1 4000 80", "no-connection");
	SAY("eth0 eth1 xmas 10.0.0.1 10.0.1.1 4000 80", "tcp-flags");
	SAY("eth0 eth1 icmp 10.0.0.1 10.0.1.1 0", "no-connection");
	SAY("eth0 eth1 icmp6 2001:db8::1 2001:db8:1::1 129", "no-connection");
	CHECK_EQ(conn_count, 0);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(conn_count, 1);
	loose = false;
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4001 80", "no-connection");
	SAY("eth0 eth1 icmp 10.0.0.1 10.0.1.1 8", "pass");
	SAY("eth1 eth0 icmp 10.0.1.1 10.0.0.1 0", "pass");
	SAY("eth0 eth1 esp 10.0.0.1 10.0.1.1", "pass");
	SAY("eth0 eth1 sctp 10.0.0.1 10.0.1.1 1 2", "pass");
	CHECK_EQ(conn_count, 4);
	/* Other messages are judged each by itself. */
	SAY("eth0 eth1 icmp 10.0.0.1 10.0.1.1 5", "pass");
	CHECK_EQ(conn_count, 4);
	end();
}

static void a_syn_after_the_end_begins_anew(void)
{
	begin("group s in allow tcp to any port 80\nattach dev eth1 protects subnet groups s\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	SAY("eth1 eth0 rst 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_CLOSE);
	SAY("eth1 eth0 syn 10.0.1.1 10.0.0.1 80 4000", "group-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_SYN_SENT);
	CHECK_EQ(conn_count, 1);
	end();
}

static const char request[] = "eth0 eth1 udp 10.0.0.1 10.0.1.1 4000 53";

static void errors_belong_to_what_they_quote(void)
{
	begin("group c out allow udp\ngroup s in allow udp\n"
	      "attach dev eth0 protects subnet groups c\n"
	      "attach dev eth1 protects subnet groups s\n");
	SAY(request, "pass");
	now += 7;
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.1 3 3", request), "pass");
	CHECK_EQ(trace.step[0].answer, BAILEY_ANSWER_RELATED);
	CHECK_EQ(trace.step[1].answer, BAILEY_ANSWER_RELATED);
	CHECK_EQ(conn_count, 1);
	CHECK_EQ(conns[0].expires, 1030);
	CHECK(!(conns[0].track.flags & BAILEY_CONN_REPLIED));
	/* A router behind eth1 may tell, too; one elsewhere is asked for itself. */
	CHECK_STR(say_error("eth1 eth0 icmp 10.9.9.9 10.0.0.1 11", request), "pass");
	CHECK_STR(say_error("eth2 eth0 icmp 10.9.9.9 10.0.0.1 11", request), "pass");
	change("attach dev eth2 protects subnet groups s\n"
	       "endpoint r dev eth1 addr 10.0.1.9 groups c,s\n", false);
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.9 10.0.0.1 11", request), "group-deny");
	change("group c out allow icmp type 11\n", false);
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.9 10.0.0.1 11", request), "pass");
	/* Not to somebody else, and not about something unknown. */
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.2 3", request), "group-deny");
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.1 3",
			    "eth0 eth1 udp 10.0.0.1 10.0.1.1 4000 54"), "group-deny");
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.1 3",
			    "eth1 eth0 udp 10.0.1.1 10.0.0.1 53 4000"), "group-deny");
	end();
}

static void errors_meet_acls(void)
{
	begin("acl a in 1 allow udp\ngroup s in allow udp\n"
	      "attach dev eth1 protects subnet groups s\n"
	      "attach dev eth0 protects subnet acl a\n");
	change("acl a out 1 allow udp\n", false);
	SAY(request, "pass");
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.1 3", request), "acl-default");
	change("acl a in 2 allow icmp type 3 code 4\n", false);
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.1 3 4", request), "pass");
	CHECK_STR(say_error("eth1 eth0 icmp 10.0.1.1 10.0.0.1 3 3", request), "acl-default");
	end();
}

static void own_errors(void)
{
	begin("acl a out 1 allow icmp type 11\nacl a in 1 allow\ngroup g in allow udp\n"
	      "attach dev eth0 protects host acl a groups g\n");
	SAY("- eth0 icmp 10.0.0.254 10.0.0.1 11", "pass");
	SAY("- eth0 icmp 10.0.0.254 10.0.0.1 3", "acl-default");
	SAY("- eth0 icmp 10.0.0.254 10.0.0.1 8", "group-deny");
	SAY("eth0 - icmp 10.0.0.1 10.0.0.254 11", "group-deny");
	change("delete exempt icmp-error\n", false);
	SAY("- eth0 icmp 10.0.0.254 10.0.0.1 11", "group-deny");
	end();
}

static void exemptions(void)
{
	begin("default deny\n");
	SAY("lo - syn 127.0.0.1 127.0.0.1 1 2", "pass");
	SAY("- lo syn 127.0.0.1 127.0.0.1 1 2", "pass");
	CHECK_EQ(trace.exempt, BAILEY_EXEMPT_LOOPBACK);
	CHECK_STR(say_hops("eth0 - icmp6 2001:db8::1 ff02::1 135", 255), "pass");
	CHECK_EQ(trace.exempt, BAILEY_EXEMPT_ND);
	CHECK_STR(say_hops("eth0 - icmp6 2001:db8::1 ff02::1 135", 254), "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 2001:db8::1 ff02::1 134", 255), "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 fe80::1 ff02::1 134", 255), "pass");
	CHECK_STR(say_hops("eth0 - icmp6 2001:db8::1 ff02::1 137", 255), "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 :: ff02::1 133", 255), "pass");
	CHECK_STR(say_hops("eth0 - icmp6 fe80::1 ff02::1 138", 255), "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 fe80::1 ff02::1 132", 255), "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 fe80::1 ff02::1 132", 1), "pass");
	CHECK_EQ(trace.exempt, BAILEY_EXEMPT_MLD);
	CHECK_STR(say_hops("- eth0 icmp6 :: ff02::16 143", 1), "pass");
	CHECK_STR(say_hops("- eth0 icmp6 2001:db8::1 ff02::16 143", 1), "default-deny");
	SAY("eth0 - udp 0.0.0.0 255.255.255.255 68 67", "pass");
	CHECK_EQ(trace.exempt, BAILEY_EXEMPT_DHCP);
	SAY("- eth0 udp 10.0.0.254 10.0.0.9 67 68", "pass");
	SAY("eth0 - udp 0.0.0.0 255.255.255.255 68 68", "default-deny");
	SAY("eth0 - udp 0.0.0.0 255.255.255.255 68 69", "default-deny");
	SAY("eth0 - udp fe80::1 ff02::1:2 546 547", "pass");
	SAY("- eth0 udp 2001:db8::fe fe80::1 547 546", "pass");
	SAY("- eth0 udp 2001:db8::fe 2001:db8::1 547 546", "default-deny");
	SAY("eth0 - udp fe80::1 ff02::1:2 68 67", "default-deny");
	SAY("eth0 - udp 10.0.0.1 10.0.0.254 546 547", "default-deny");
	/* At FORWARD nothing is exempt. */
	CHECK_STR(say_hops("eth0 eth1 icmp6 fe80::1 fe80::2 135", 255), "default-deny");
	SAY("eth0 eth1 udp 10.0.0.1 10.0.1.1 68 67", "default-deny");
	change("delete exempt nd\ndelete exempt mld\ndelete exempt dhcp\n"
	       "delete exempt loopback\n", false);
	SAY("lo - syn 127.0.0.1 127.0.0.1 1 2", "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 fe80::1 ff02::1 135", 255), "default-deny");
	CHECK_STR(say_hops("eth0 - icmp6 fe80::1 ff02::1 132", 1), "default-deny");
	SAY("eth0 - udp 0.0.0.0 255.255.255.255 68 67", "default-deny");
	end();
}

static void default_deny(void)
{
	begin("default deny\nacl a in 1 allow\nacl a out 1 allow\n"
	      "attach dev eth0 protects subnet acl a\nattach dev eth1 protects host acl a\n"
	      "group g\nendpoint e dev eth2 addr 10.0.2.1 groups g\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 1 2", "pass");
	SAY("eth0 eth2 syn 10.0.0.1 10.0.2.1 1 2", "default-deny");
	SAY("eth2 eth0 syn 10.0.2.1 10.0.0.1 1 2", "default-deny");
	SAY("eth2 - syn 10.0.2.1 10.0.2.254 1 2", "default-deny");
	SAY("- eth2 syn 10.0.2.254 10.0.2.1 1 2", "default-deny");
	SAY("eth0 - syn 10.0.0.1 10.0.0.254 1 2", "pass");
	change("default pass\n", false);
	SAY("eth2 - syn 10.0.2.1 10.0.2.254 1 2", "pass");
	end();
}

/* Only an entry or the default that says so tells the sender, whatever else denies. */
static void rejecting(void)
{
	begin("acl a in 1 reject tcp to any port 80\nacl a in 2 deny tcp to any port 81\n"
	      "acl a in 3 allow tcp to any port 82-83\nacl a out 1 allow\n"
	      "group g in allow tcp to any port 83\ngroup g out allow\n"
	      "acl b out 1 reject tcp from 10.0.0.9\nacl b out 2 allow\nacl b in 1 allow\n"
	      "attach dev eth0 protects subnet acl b\n"
	      "attach dev eth1 protects subnet acl a groups g\n");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "acl-deny");
	CHECK(verdict.reject);
	CHECK_EQ(trace.step[trace.count - 1].answer, BAILEY_ANSWER_REJECT);
	CHECK_EQ(verdict.hits, 2);
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 81", "acl-deny");
	CHECK(!verdict.reject);
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 82", "group-deny");
	CHECK(!verdict.reject);
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 84", "acl-default");
	CHECK(!verdict.reject);
	SAY("eth0 eth1 syn 10.0.0.9 10.0.1.1 4000 83", "acl-deny");
	CHECK(verdict.reject);
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 83", "pass");
	CHECK(!verdict.reject);
	SAY("eth0 eth2 syn 10.0.0.1 10.0.1.1 4000 83", "pass");
	change("default reject\n", false);
	SAY("eth0 eth2 syn 10.0.0.1 10.0.1.1 4000 83", "default-deny");
	CHECK(verdict.reject);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 83 4000", "pass");
	change("default deny\n", false);
	SAY("eth0 eth2 syn 10.0.0.1 10.0.1.1 4000 83", "default-deny");
	CHECK(!verdict.reject);
	end();
}

/* What rules of both directions let everybody have is not tracked, if so wanted. */
static void untracked_flows(void)
{
	static const char policy_text[] =
		"group s in allow tcp to any port 80-82\ngroup s in allow udp from 0.0.0.0/0\n"
		"group s in allow tcp from 10.0.0.0/8 to any port 90\n"
		"group s in allow icmp\ngroup s in allow sctp\n"
		"group s out allow tcp to any port 1024-65535\ngroup s out allow udp to ::/0\n"
		"group s out allow udp to 0.0.0.0/0 port 1024-65535\n"
		"group s out allow icmp\ngroup s out allow sctp\n"
		"attach dev eth1 protects subnet groups s\n";

	begin(policy_text);
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK(!verdict.untracked);
	CHECK_EQ(conn_count, 1);
	untracked = true;
	/* An entry that exists stays what it is. */
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK(verdict.conn_known);
	CHECK_EQ(conns[0].track.state, BAILEY_TCP_SYN_RECV);
	CHECK(conns[0].set[1]);
	/* No entry; the response, and whatever else, passes by its own rule. */
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4001 80", "pass");
	CHECK(verdict.untracked);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4001", "pass");
	CHECK(verdict.untracked);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4001 80", "pass");
	SAY("eth1 eth0 rst 10.0.1.1 10.0.0.1 80 4001", "pass");
	SAY("eth0 eth1 udp 10.0.0.1 10.0.1.1 4001 53", "pass");
	SAY("eth1 eth0 udp 10.0.1.1 10.0.0.1 53 4001", "pass");
	CHECK_EQ(conn_count, 1);
	/* Whose response has no rule, or whose peer is somebody, is tracked. */
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 1023 80", "pass");
	CHECK(!verdict.untracked);
	CHECK_EQ(conn_count, 2);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 1023", "pass");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 90", "pass");
	CHECK_EQ(conn_count, 3);
	SAY("eth0 eth1 udp 10.0.0.1 10.0.1.1 1023 53", "pass");
	CHECK_EQ(conn_count, 4);
	/* The rule for everybody is one for everybody of the family. */
	SAY("eth0 eth1 udp 2001:db8::1 2001:db8:1::1 4000 53", "group-deny");
	/* All other protocols are tracked. */
	SAY("eth0 eth1 icmp 10.0.0.1 10.0.1.1 8", "pass");
	SAY("eth0 eth1 sctp 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK_EQ(conn_count, 6);
	/* Without its rule it is cut at once. */
	change("delete group s in allow tcp to any port 80-82\n", false);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4001 80", "group-deny");
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "pass");
	end();
}

/* A door that need not remember stores nothing, whatever the other one does. */
static void untracked_on_one_side(void)
{
	begin("group s in allow tcp\ngroup s out allow\ngroup c out allow tcp to any port 80\n"
	      "attach dev eth0 protects subnet groups c\n"
	      "attach dev eth1 protects subnet groups s\n");
	untracked = true;
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "group-deny");
	SAY("eth0 eth1 syn 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK(!verdict.untracked);
	CHECK_EQ(conn_count, 1);
	CHECK(conns[0].set[0] && !conns[0].set[1]);
	SAY("eth1 eth0 synack 10.0.1.1 10.0.0.1 80 4000", "pass");
	CHECK_EQ(trace.step[0].answer, BAILEY_ANSWER_ALLOW);
	CHECK(trace.step[0].about_request);
	CHECK_EQ(trace.step[1].answer, BAILEY_ANSWER_KNOWN);
	CHECK(!verdict.doors_changed);
	CHECK(conns[0].set[0] && !conns[0].set[1]);
	/* A revocation is felt at once at that side, and at that side only. */
	change("delete group s in allow tcp\n", false);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "group-deny");
	SAY("eth1 eth0 ack 10.0.1.1 10.0.0.1 80 4000", "group-deny");
	change("group s in allow tcp\ndelete group c out allow tcp to any port 80\n", false);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "pass");
	/* Once its response has no rule, there is something to remember. */
	change("delete group s out allow\n", false);
	SAY("eth0 eth1 ack 10.0.0.1 10.0.1.1 4000 80", "pass");
	CHECK(conns[0].set[0] && conns[0].set[1]);
	end();
}

/* What needs only addresses and protocols is right without reassembly. */
static void fragments_and_acls(void)
{
	begin("acl a in 10 deny any from 10.0.0.66\nacl a in 20 reject 99\n"
	      "acl a in 30 allow udp from 10.0.0.1 to any port 53\n"
	      "acl a in 40 allow udp from 10.0.0.0/24\nacl a in 50 deny icmp type 5\n"
	      "acl a in 60 allow icmp\nacl a in 70 allow sctp to any port 0-65535\n"
	      "acl a in 80 deny tcp from 2001:db8::66 to any port 22\n"
	      "acl a in 90 allow any from 2001:db8::/64\n"
	      "attach dev eth1 protects subnet acl a\n");
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.2 10.0.1.1", "pass");
	CHECK_EQ(verdict.rule[0]->number, 40);
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.66 10.0.1.1", "acl-deny");
	SAY_FRAGMENT("eth0 eth1 udp 10.0.2.1 10.0.1.1", "acl-default");
	SAY_FRAGMENT("eth0 eth1 syn 10.0.0.1 10.0.1.1", "acl-default");
	SAY_FRAGMENT("eth0 eth1 sctp 10.0.2.1 10.0.1.1", "pass");
	/* Entry 30 would allow it, or would not: 40 may not be asked. */
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.1 10.0.1.1", "fragment");
	CHECK_EQ(verdict.hits, 0);
	CHECK_EQ(trace.step[0].answer, BAILEY_ANSWER_UNDECIDED);
	CHECK_EQ(trace.step[0].rule->number, 30);
	SAY_FRAGMENT("eth0 eth1 icmp 10.0.0.1 10.0.1.1", "fragment");
	SAY_FRAGMENT("eth0 eth1 syn 2001:db8::1 2001:db8:1::1", "pass");
	SAY_FRAGMENT("eth0 eth1 syn 2001:db8::66 2001:db8:1::1", "fragment");
	SAY_FRAGMENT("eth0 eth1 udp 2001:db8::66 2001:db8:1::1", "pass");
	CHECK(!verdict.reject);
	/* A first fragment shows all that it is asked for. */
	SAY("eth0 eth1 udp 10.0.0.1 10.0.1.1 4000 53", "pass");
	change("replace acl a\nacl a in 1 reject any\n", false);
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.1 10.0.1.1", "acl-deny");
	CHECK(verdict.reject);
	CHECK_EQ(conn_count, 0);
	end();
}

/* No rule with ports lets them through, and they belong to no connection. */
static void fragments_and_groups(void)
{
	begin("group s in allow udp from 10.0.0.0/24 to any port 53\n"
	      "group s in allow 89\ngroup s in allow icmp type 8\n"
	      "attach dev eth1 protects subnet groups s\n");
	SAY("eth0 eth1 udp 10.0.0.1 10.0.1.1 4000 53", "pass");
	CHECK_EQ(conn_count, 1);
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.1 10.0.1.1", "fragment");
	CHECK_EQ(trace.step[0].answer, BAILEY_ANSWER_UNDECIDED);
	SAY_FRAGMENT("eth1 eth0 udp 10.0.1.1 10.0.0.1", "group-deny");
	SAY_FRAGMENT("eth0 eth1 udp 10.0.2.1 10.0.1.1", "group-deny");
	SAY_FRAGMENT("eth0 eth1 syn 10.0.0.1 10.0.1.1", "group-deny");
	SAY_FRAGMENT("eth0 eth1 icmp 10.0.0.1 10.0.1.1", "fragment");
	change("group s in allow udp from 10.0.0.1\n", false);
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.1 10.0.1.1", "pass");
	CHECK(!verdict.open && !verdict.untracked);
	untracked = true;
	change("group s in allow any\ngroup s out allow any\n", false);
	SAY_FRAGMENT("eth0 eth1 udp 10.0.0.1 10.0.1.1", "pass");
	CHECK(!verdict.open && !verdict.untracked);
	CHECK_EQ(conn_count, 1);
	/* Not the machine's own error either, nor anything exempt. */
	change("replace group s\nattach dev eth1 protects host groups s\n", false);
	SAY_FRAGMENT("- eth1 icmp 10.0.1.254 10.0.1.1", "group-deny");
	SAY_FRAGMENT("- eth1 icmp6 fe80::1 ff02::1", "group-deny");
	end();
}

/* A VRF's lines hold for its ports that have none of their own. */
static void vrf_masters(void)
{
	begin("acl a in 1 allow tcp to any port 80\nacl a out 1 allow\n"
	      "attach dev eth2 protects subnet acl a\nacl b in 1 allow tcp to any port 81\n"
	      "attach dev eth1 protects subnet acl b\n");
	master = 4;
	SAY("eth0 - syn 10.0.0.1 10.0.1.1 1 80", "pass");
	SAY("- eth0 syn 10.0.0.1 10.0.1.1 1 80", "pass");
	SAY("- eth0 syn 10.0.0.1 10.0.1.1 1 81", "acl-default");
	SAY("- eth1 syn 10.0.0.1 10.0.1.1 1 81", "pass");
	SAY("- eth1 syn 10.0.0.1 10.0.1.1 1 80", "acl-default");
	end();
}

static void malformed_packets(void)
{
	static const enum bailey_reason reasons[] = {
		BAILEY_DROP_MALFORMED, BAILEY_DROP_TRUNCATED, BAILEY_DROP_EXT_HEADERS,
	};
	struct bailey_eval eval;
	struct scene s;
	u32 i;

	begin("group g in allow\nattach dev eth1 protects subnet groups g\n");
	parse(&s, "eth0 eth1 syn 10.0.0.1 10.0.1.1 1 2");
	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		CHECK(bailey_eval_begin(&eval, binding, &s.packet, reasons[i], &s.where,
					NULL, &verdict));
		CHECK_EQ(verdict.reason, reasons[i]);
	}
	/* What can't be read is not answered either. */
	change("default reject\n", false);
	CHECK(bailey_eval_begin(&eval, binding, &s.packet, BAILEY_DROP_MALFORMED, &s.where,
				NULL, &verdict));
	CHECK_EQ(verdict.reason, BAILEY_DROP_DEFAULT);
	CHECK(!verdict.reject);
	change("default pass\n", false);
	/* Where nobody asks, nobody looks either. */
	parse(&s, "eth0 eth2 syn 10.0.0.1 10.0.1.1 1 2");
	CHECK(bailey_eval_begin(&eval, binding, &s.packet, BAILEY_DROP_MALFORMED, &s.where,
				NULL, &verdict));
	CHECK_EQ(verdict.reason, BAILEY_PASS);
	end();
}

/* Both ends equal in address and port: always request, never reply (ruling 10). */
static void talking_to_oneself(void)
{
	begin("delete exempt loopback\ngroup g in allow udp to any port 7\ngroup g out allow\n"
	      "attach dev lo protects host groups g\n");
	SAY("- lo udp 127.0.0.1 127.0.0.1 7 7", "pass");
	SAY("lo - udp 127.0.0.1 127.0.0.1 7 7", "pass");
	CHECK(!(conns[0].track.flags & BAILEY_CONN_REPLIED));
	SAY("lo - udp 127.0.0.1 127.0.0.1 7 8", "group-deny");
	end();
}

static const struct unit_test tests[] = {
	UNIT(nobody_asks),
	UNIT(the_response_needs_no_group_rule),
	UNIT(the_response_needs_an_acl_entry),
	UNIT(the_order_of_questions),
	UNIT(perspective_of_host_and_subnet),
	UNIT(inside_its_boundary_no_acl_asks),
	UNIT(the_lowest_number_decides),
	UNIT(families_are_apart),
	UNIT(endpoints_go_before_the_line),
	UNIT(a_member_is_one_at_its_place),
	UNIT(this_machine_is_a_member),
	UNIT(crossing_the_box_twice),
	UNIT(a_side_attached_later),
	UNIT(revoke_keep_and_cut),
	UNIT(what_begins_a_connection),
	UNIT(a_syn_after_the_end_begins_anew),
	UNIT(errors_belong_to_what_they_quote),
	UNIT(errors_meet_acls),
	UNIT(own_errors),
	UNIT(exemptions),
	UNIT(default_deny),
	UNIT(rejecting),
	UNIT(untracked_flows),
	UNIT(untracked_on_one_side),
	UNIT(fragments_and_acls),
	UNIT(fragments_and_groups),
	UNIT(vrf_masters),
	UNIT(malformed_packets),
	UNIT(talking_to_oneself),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
