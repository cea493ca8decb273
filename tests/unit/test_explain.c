// SPDX-License-Identifier: GPL-2.0
/* What a packet is asked, in words: explain.c and explain_text.c. */
#include "build.h"
#include "explain.h"

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" },
};

static const struct bailey_track_rules track = {
	.timeouts = &bailey_timeouts_default, .loose = true,
};

static u32 dev(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (!strcmp(devices[i].name, name))
			return devices[i].ifindex;
	return 0;
}

static int where(void *arg, const char *in, const char *out, struct bailey_where *w)
{
	(void)arg;
	if ((in[0] && !dev(in)) || (out[0] && !dev(out)))
		return -ENODEV;
	w->ifindex[BAILEY_SRC] = dev(in);
	w->ifindex[BAILEY_DST] = dev(out);
	w->loopback = !strcmp(in, "lo") || !strcmp(out, "lo");
	return 0;
}

static const struct bailey_explain_ops ops = { .where = where };

static int explain(const struct bailey_question *q, const struct bailey_binding *b,
		   const struct bailey_track_rules *rules,
		   const struct bailey_explain_ops *use, void *arg,
		   struct bailey_out *out, struct bailey_diag *diag)
{
	struct bailey_explanation answer;
	int ret = bailey_explain(q, b, rules, use, arg, &answer, diag);

	if (!ret)
		bailey_explanation_print(b->policy, &answer, out);
	return ret;
}

/* The answer to a question about a policy, into @out. */
static int ask_as(const struct bailey_explain_ops *use, void *arg, const char *policy,
		  const char *question, const struct bailey_track_rules *rules,
		  struct bailey_out *out)
{
	struct bailey_policy *p = build(NULL, policy);
	struct bailey_binding *b;
	struct bailey_question q;
	struct bailey_diag diag = { 0 };
	int ret;

	bailey_out_reset(out);
	if (!p)
		return -ENOMEM;
	b = bailey_binding_create(p, devices, ARRAY_SIZE(devices));
	bailey_policy_put(p);
	ret = bailey_question_parse(&q, question, strlen(question), &diag);
	if (!ret)
		ret = bailey_question_resolve(&q, b->policy, &diag);
	if (!ret)
		ret = explain(&q, b, rules, use, arg, out, &diag);
	CHECK_EQ(!ret, !diag.error.code);
	bailey_diag_destroy(&diag);
	bailey_binding_destroy(b);
	return ret;
}

static int ask_with(const struct bailey_explain_ops *use, void *arg, const char *policy,
		    const char *question, struct bailey_out *out)
{
	return ask_as(use, arg, policy, question, &track, out);
}

static int ask(const char *policy, const char *question, struct bailey_out *out)
{
	return ask_with(&ops, NULL, policy, question, out);
}

/* Questions, up to the interface. */
#define GROUPS_OUT	"  ask groups side source dir out protects subnet dev "
#define ACL_OUT		"  ask acl side source dir out protects subnet dev "
#define ACL_IN		"  ask acl side destination dir in protects subnet dev "
#define GROUPS_IN	"  ask groups side destination dir in protects subnet dev "
#define WEB_RULE	"allow tcp to any port 443"
#define EPHEMERAL	" allow tcp from any port 443 to any port 1024-65535\n"
#define BY_ACL		" aws SUBNET_ACL_RESTRICTION"
#define BY_GROUPS	" aws ENI_SG_RULES_MISMATCH"

static const char web[] =
	"group web in allow tcp to any port 443\n"
	"acl edge in 100 allow tcp to any port 443\n"
	"acl edge in 200 allow icmp type 8\n"
	"acl edge out 50 deny tcp to any port 6000\n"
	"acl edge out 100" EPHEMERAL
	"attach dev eth1 protects subnet acl edge groups web\n";

static void check_has(const struct bailey_out *out, const char *text)
{
	if (!out->buf || !strstr(out->buf, text))
		CHECK_STR(out->buf, text);
}

static void the_whole_exchange_passes(void)
{
	static const char question[] =
		"tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 in eth0 out eth1 connection";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(web, question, &out), 0);
	CHECK_STR(out.buf,
		  "request tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 in eth0 out eth1\n"
		  "  exempt answer not-asked\n"
		  "  default answer pass\n"
		  "  connection answer none\n"
		  GROUPS_OUT "eth0 answer not-asked why unattached\n"
		  ACL_OUT "eth0 answer not-asked why unattached\n"
		  ACL_IN "eth1 acl edge answer allow rule 100 allow tcp to any port 443\n"
		  GROUPS_IN "eth1 groups web answer allow group web rule " WEB_RULE "\n"
		  "  verdict pass code allowed\n"
		  "response tcp from 1.3.3.7 port 443 to 119.18.36.73 port 40000 in eth1 out eth0\n"
		  "  exempt answer not-asked\n"
		  "  default answer pass\n"
		  "  connection answer imagined state SYN_SENT part response\n"
		  GROUPS_OUT "eth1 groups web answer known\n"
		  ACL_OUT "eth1 acl edge answer allow rule 100" EPHEMERAL
		  "    near field to-port value 40000 rule 50 deny tcp to any port 6000\n"
		  ACL_IN "eth0 answer not-asked why unattached\n"
		  GROUPS_IN "eth0 answer not-asked why unattached\n"
		  "  verdict pass code connection\n"
		  "error icmp from 1.3.3.7 to 119.18.36.73 type 3 code 4 in eth1 out eth0\n"
		  "  exempt answer not-asked\n"
		  "  default answer pass\n"
		  "  connection answer imagined state SYN_SENT part quoted\n"
		  GROUPS_OUT "eth1 groups web answer related\n"
		  ACL_OUT "eth1 acl edge answer deny rule * deny\n"
		  ACL_IN "eth0 answer not-asked why unattached\n"
		  GROUPS_IN "eth0 answer not-asked why unattached\n"
		  "  verdict drop reason acl-default code acl-out-default" BY_ACL "\n"
		  "result pass\n");
	bailey_out_destroy(&out);
}

static void the_response_is_denied(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(web, "tcp from ::1 port 6000 to ::2 port 443 in eth0 out eth1 connection",
		     &out), 0);
	check_has(&out, "acl edge answer deny rule 50 deny tcp to any port 6000\n"
		  "    near field number value 50 rule 100" EPHEMERAL);
	check_has(&out, "  verdict drop reason acl-deny code acl-out-entry" BY_ACL "\n");
	check_has(&out, "result drop\n");
	CHECK(strstr(out.buf, "verdict pass") < strstr(out.buf, "\nresponse "));
	CHECK_EQ(ask(web, "tcp from ::1 port 80 to ::2 port 443 in eth0 out eth1 connection",
		     &out), 0);
	check_has(&out, "acl edge answer deny rule * deny\n"
		  "    near field to-port value 80 rule 100" EPHEMERAL);
	check_has(&out, "verdict drop reason acl-default");
	/* Of one packet alone, the response does not matter. */
	CHECK_EQ(ask(web, "tcp from 10.0.0.1 port 80 to 1.3.3.7 port 443 in eth0 out eth1",
		     &out), 0);
	check_has(&out, "result pass\n");
	CHECK(!strstr(out.buf, "response "));
	bailey_out_destroy(&out);
}

static void the_request_is_denied(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(web, "icmp from 10.0.0.1 to 1.3.3.7 in eth0 out eth1 connection", &out), 0);
	check_has(&out, "type 8 code 0");
	check_has(&out, "acl edge answer allow rule 200 allow icmp type 8\n");
	check_has(&out, "groups web answer deny\n");
	check_has(&out, "verdict drop reason group-deny code group-in-mismatch" BY_GROUPS "\n"
		  "result drop\n");
	CHECK(!strstr(out.buf, "response "));
	/* What comes behind a no is not asked. */
	CHECK_EQ(ask(web, "tcp from 10.0.0.1 to 1.3.3.7 port 80 in eth0 out eth1", &out), 0);
	check_has(&out, "    near field to-port value 80 rule 100 allow tcp to any port 443\n");
	check_has(&out, "dev eth1 groups web answer not-asked why dropped\n");
	bailey_out_destroy(&out);
}

static void what_is_rejected_says_what_is_sent(void)
{
	static const char policy[] =
		"acl a in 5 reject tcp to any port 80\nacl a in 6 reject\n"
		"attach dev eth1 protects subnet acl a\n";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(policy, "tcp from 10.0.0.1 port 1 to 10.0.1.1 port 80 in eth0 out eth1",
		     &out), 0);
	check_has(&out, "answer reject rule 5 reject tcp to any port 80\n");
	check_has(&out, GROUPS_IN "eth1 answer not-asked why none\n");
	check_has(&out, "code acl-in-entry" BY_ACL " sends tcp-reset\nresult drop\n");
	CHECK_EQ(ask(policy, "udp from 10.0.0.1 port 1 to 10.0.1.1 port 80 in eth0 out eth1",
		     &out), 0);
	check_has(&out, " sends icmp-3-13\n");
	CHECK_EQ(ask(policy, "89 from 2001:db8::1 to 2001:db8:1::1 in eth0 out eth1", &out), 0);
	check_has(&out, " sends icmpv6-1-1\n");
	CHECK_EQ(ask(policy, "icmp from 10.0.0.1 to 10.0.1.1 type 3 in eth0 out eth1", &out), 0);
	check_has(&out, " sends nothing\n");
	CHECK_EQ(ask("default reject\n", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 in eth0",
		     &out), 0);
	check_has(&out, "  default answer reject\n");
	check_has(&out, "  verdict drop reason default-deny code default-deny sends icmp-3-13\n");
	CHECK_EQ(ask("default deny\n", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 in eth0",
		     &out), 0);
	check_has(&out, "  default answer deny\n");
	CHECK(!strstr(out.buf, "sends"));
	bailey_out_destroy(&out);
}

static void what_is_not_tracked(void)
{
	static const struct bailey_track_rules untracked = {
		.timeouts = &bailey_timeouts_default, .loose = true, .untracked = true,
	};
	static const char question[] =
		"tcp from 10.0.0.1 port 4000 to 10.0.1.1 port 80 in eth0 out eth1 connection";
	static const char policy[] =
		"group g in allow tcp to any port 80\ngroup g out allow\n"
		"attach dev eth1 protects subnet groups g\n";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(policy, question, &out), 0);
	CHECK(!strstr(out.buf, "untracked"));
	check_has(&out, "groups g answer known\n");
	CHECK_EQ(ask_as(&ops, NULL, policy, question, &untracked, &out), 0);
	check_has(&out, "answer allow group g rule allow tcp to any port 80\n"
		  "  verdict pass code allowed-untracked\n");
	check_has(&out, "connection answer none\n"
		  GROUPS_OUT "eth1 groups g answer allow group g rule allow any\n");
	check_has(&out, "result pass\n");
	bailey_out_destroy(&out);
}

static void fragments(void)
{
	static const char policy[] =
		"acl a in 5 allow udp from 10.0.0.1 to any port 53\nacl a in 6 allow udp\n"
		"group g in allow udp to any port 53\nattach dev eth1 protects subnet acl a\n"
		"attach dev lo protects subnet groups g\n";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(policy, "udp from 10.0.0.2 to 10.0.1.1 in eth0 out eth1 fragment connection",
		     &out), 0);
	check_has(&out, "request udp from 10.0.0.2 to 10.0.1.1 fragment in eth0 out eth1\n");
	check_has(&out, "answer allow rule 6 allow udp\n");
	check_has(&out, "result pass\n");
	CHECK(!strstr(out.buf, "response "));
	CHECK_EQ(ask(policy, "udp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out eth1", &out), 0);
	check_has(&out, "answer undecided rule 5 allow udp from 10.0.0.1/32 to any port 53\n"
		  "    near field number value 5 rule 6 allow udp\n");
	check_has(&out, "  verdict drop reason fragment code fragment\nresult drop\n");
	CHECK_EQ(ask(policy, "udp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out lo", &out), 0);
	check_has(&out, "groups g answer undecided\n"
		  "    near field to-port value unseen group g rule allow udp to any port 53\n");
	CHECK_EQ(ask(policy, "icmp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out eth1", &out), 0);
	check_has(&out, "request icmp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out eth1\n");
	bailey_out_destroy(&out);
}

static void exempts_and_defaults(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask("", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 out eth0", &out), 0);
	check_has(&out, "  exempt answer none\n  default answer pass\n"
		  "  connection answer not-asked\n");
	check_has(&out, "  verdict pass code nobody-asks\n");
	CHECK_EQ(ask("default deny\n", "icmpv6 from fe80::1 to ff02::1 type 135 ttl 255 in eth0",
		     &out), 0);
	check_has(&out, "  exempt answer nd\n  default answer not-asked\n");
	check_has(&out, "answer not-asked why exempt\n  verdict pass code exempt\n");
	CHECK_EQ(ask("default deny\n", "89 from 10.0.0.1 to 10.0.0.2 in lo", &out), 0);
	check_has(&out, "exempt answer loopback\n");
	/* The box's own errors are not asked by groups. */
	CHECK_EQ(ask("group g in allow\nattach dev eth0 protects host groups g\n",
		     "icmp from 10.0.0.1 to 10.0.0.2 type 3 out eth0", &out), 0);
	check_has(&out, "protects host dev eth0 groups g answer exempt\n");
	CHECK_EQ(ask("attach dev eth1 protects subnet\ndefault deny\n",
		     "udp from 10.0.0.1 to 10.0.1.1 port 9 in eth1 out eth1", &out), 0);
	check_has(&out, "verdict pass code nobody-asks\n");
	bailey_out_destroy(&out);
}

static void who_is_asked(void)
{
	static const char policy[] =
		"group g in allow\ngroup h in allow\ngroup e\nacl a in 1 allow\n"
		"attach dev eth1 protects subnet acl a groups h\n"
		"endpoint box1 dev eth1 addr 10.0.1.7 groups g\n"
		"endpoint box2 dev eth1 addr 10.0.1.8 groups e\n";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(policy, "esp from 10.0.0.1 to 10.0.1.7 in eth0 out eth1", &out), 0);
	check_has(&out, "eth1 endpoint box1 groups g answer allow group g rule allow any\n");
	CHECK_EQ(ask(policy, "esp from 10.0.1.9 to 10.0.1.8 in eth1 out eth1", &out), 0);
	check_has(&out, "acl a answer not-asked why inside\n");
	check_has(&out, "code group-out-mismatch" BY_GROUPS "\n");
	CHECK_EQ(ask(policy, "esp from 10.0.0.1 to 10.0.1.8 in eth0 out eth1", &out), 0);
	check_has(&out, "code group-in-empty aws SG_HAS_NO_RULES\n");
	CHECK_EQ(ask(policy, "esp from 10.0.0.1 to 10.0.1.8 in eth0", &out), 0);
	check_has(&out, "protects host dev eth0 answer not-asked why unattached\n");
	bailey_out_destroy(&out);
}

static void no_more_than_eight_near_misses(void)
{
	struct bailey_out out = { 0 }, policy = { 0 };
	const char *at;
	u32 i, lines = 0;

	for (i = 1; i <= 20; i++)
		bailey_out_printf(&policy, "acl a in %u allow tcp to any port %u\n", i, i);
	bailey_out_printf(&policy, "attach dev eth1 protects subnet acl a\n");
	CHECK_EQ(ask(policy.buf, "tcp from 1.1.1.1 to 1.1.1.2 port 99 in eth0 out eth1", &out), 0);
	for (at = out.buf; (at = strstr(at, "    near field to-port value 99 rule ")); at++)
		lines++;
	CHECK_EQ(lines, BAILEY_NEAR_MAX);
	check_has(&out, "    near-more count 12\n");
	bailey_out_destroy(&out);
	bailey_out_destroy(&policy);
}

/* A connection that the table has. */
static bool find(void *arg, const struct bailey_eval *eval, struct bailey_conn *conn,
		 u8 *side)
{
	bool related;
	u8 end;

	memset(conn, 0, sizeof(*conn));
	end = bailey_eval_key(eval, NULL, &conn->key, &related);
	conn->orig_end = end;
	conn->track.state = BAILEY_TCP_ESTABLISHED;
	conn->set[1] = *(const u32 *)arg;
	*side = BAILEY_ORIGINATOR;
	return true;
}

static void known_connections(void)
{
	static const struct bailey_explain_ops with = { .where = where, .find = find };
	static const char policy[] = "group web in allow udp\n"
				     "attach dev eth1 protects subnet groups web\n";
	static const char question[] =
		"tcp from 10.0.0.1 port 1 to 10.0.1.1 port 2 in eth0 out eth1 connection";
	struct bailey_out out = { 0 };
	u32 set = 1;

	CHECK_EQ(ask_with(&with, &set, policy, question, &out), 0);
	check_has(&out, "  connection answer table state ESTABLISHED part request\n");
	check_has(&out, "  verdict pass code connection\n");
	check_has(&out, "  connection answer table state ESTABLISHED part response\n");
	check_has(&out, "  connection answer table state ESTABLISHED part quoted\n");
	check_has(&out, "  verdict pass code related\n");
	check_has(&out, "result pass\n");
	set = 0;
	CHECK_EQ(ask_with(&with, &set, policy, question, &out), 0);
	check_has(&out, "groups web answer deny about request\n"
		  "    near field protocol value tcp group web rule allow udp\n");
	check_has(&out, "verdict drop reason group-deny code group-in-mismatch");
	check_has(&out, "result drop\n");
	bailey_out_destroy(&out);
}

static void bad_questions(void)
{
	static const char * const rows[] = {
		"", "\n", "quic", "any from 1.2.3.4 to 1.2.3.5 in eth0", "tcp",
		"tcp from", "tcp from 1.2.3.4", "tcp from 1.2.3.4 to", "tcp to 1.2.3.4 from ::1",
		"tcp from 1.2.3.4 to ::1 in eth0", "icmp from ::1 to ::2 in eth0",
		"icmpv6 from 1.2.3.4 to 1.2.3.5 in eth0", "tcp from 1.2.3.4 to 1.2.3.5",
		"tcp from 1.2.3.4 port x to 1.2.3.5 in eth0",
		"tcp from 1.2.3.4 port 65536 to 1.2.3.5 in eth0",
		"esp from 1.2.3.4 port 1 to 1.2.3.5 in eth0",
		"tcp from 1.2.3.4 to 1.2.3.5 in", "tcp from 1.2.3.4 to 1.2.3.5 in 1234567890123456",
		"tcp from 1.2.3.4 to 1.2.3.5 in eth0 type 8",
		"icmp from 1.2.3.4 to 1.2.3.5 in eth0 type 256",
		"tcp from 1.2.3.4 to 1.2.3.5 in eth0 ttl 256",
		"tcp from 1.2.3.4 to 1.2.3.5 in eth0 now",
		"tcp from 1.2.3.4/24 to 1.2.3.5 in eth0", "tcp from 1.2.3.4 to :: in eth0",
		"tcp from 1.2.3.4 to 1.2.3.5 in eth0 ipv6", "icmp from 1.2.3.4 to db in eth0 ipv6",
		"tcp from db to 1.2.3.5 in eth0", "tcp from 1.2.3.4 to d!b in eth0",
		"tcp from 1.2.3.4 to 1.2.3.5 in nosuch", "tcp from 1.2.3.4 to 1.2.3.5 out nosuch",
		"tcp from 1.2.3.4 to 1.2.3.5 in eth0 out nosuch",
	};
	struct bailey_out out = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int ret;

		unit_about("'%s'", rows[i]);
		ret = ask("", rows[i], &out);
		CHECK(ret == -EINVAL || ret == -ERANGE || ret == -ENODEV || ret == -ENOENT);
	}
	bailey_out_destroy(&out);
}

/* The question's kinds of packets through a policy that asks everything. */
static void every_protocol(void)
{
	static const char policy[] =
		"acl a in 1 allow\nacl a out 1 allow\ngroup g in allow\ngroup g out allow\n"
		"attach dev eth0 protects subnet acl a groups g\n"
		"attach dev eth1 protects subnet acl a groups g\n";
	struct bailey_out out = { 0 };
	char question[128];
	u32 proto, v6;

	for (proto = 0; proto < 256; proto++) {
		for (v6 = 0; v6 < 2; v6++) {
			snprintf(question, sizeof(question),
				 "%u from %s to %s in eth0 out eth1 connection\n",
				 proto, v6 ? "::1" : "10.0.0.1", v6 ? "::2" : "10.0.1.1");
			unit_about("%s", question);
			if (proto == (v6 ? BAILEY_PROTO_ICMP : BAILEY_PROTO_ICMPV6))
				continue;
			CHECK_EQ(ask(policy, question, &out), 0);
			check_has(&out, "result pass\n");
			check_has(&out, "\nresponse ");
			check_has(&out, "\nerror ");
		}
	}
	bailey_out_destroy(&out);
}

/* Names and interfaces that the policy knows. */
static void endpoints_are_found(void)
{
	static const char policy[] =
		"group g in allow\ngroup g out allow\nattach dev eth1 protects subnet groups g\n"
		"attach dev eth0 protects subnet\n"
		"endpoint db dev eth1 addr fd00::7,10.0.1.7 groups g\n"
		"endpoint web dev eth0 addr 10.0.0.7,fd01::7 groups g\n"
		"endpoint six dev eth0 addr fd01::6 groups g\n"
		"endpoint twin dev eth0 addr 10.0.1.7 groups g\n";
	static const struct {
		const char *question, *request;
	} rows[] = {
		{ "udp from web to db port 53",
		  "request udp from 10.0.0.7 port 49152 to 10.0.1.7 port 53 in eth0 out eth1\n" },
		{ "udp from web to db port 53 ipv6",
		  "request udp from fd01::7 port 49152 to fd00::7 port 53 in eth0 out eth1\n" },
		{ "icmpv6 from db to web",
		  "request icmpv6 from fd00::7 to fd01::7 type 128 code 0 in eth1 out eth0\n" },
		{ "esp from six to db",
		  "request esp from fd01::6 to fd00::7 in eth0 out eth1\n" },
		{ "esp from 10.0.0.7 to db",
		  "request esp from 10.0.0.7 to 10.0.1.7 in eth0 out eth1\n" },
		{ "esp from fd00::7 to fd01::6",
		  "request esp from fd00::7 to fd01::6 in eth1 out eth0\n" },
		{ "esp from 9.9.9.9 to db in lo",
		  "request esp from 9.9.9.9 to 10.0.1.7 in lo out eth1\n" },
		/* Interfaces that are given say all about addresses. */
		{ "esp from 10.0.0.7 to 10.0.1.7 in eth1",
		  "request esp from 10.0.0.7 to 10.0.1.7 in eth1\n" },
	};
	static const char * const bad[] = {
		"udp from web to db2 port 53", "udp from web to 10.0.1.7 port 53",
		"udp from web to 9.9.9.9", "icmp from six to db", "tcp from six to 10.0.0.7",
		"tcp from web to six ipv4",
	};
	struct bailey_out out = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		unit_about("'%s'", rows[i].question);
		CHECK_EQ(ask(policy, rows[i].question, &out), 0);
		check_has(&out, rows[i].request);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		int ret;

		unit_about("'%s'", bad[i]);
		ret = ask(policy, bad[i], &out);
		CHECK(ret == -ENOENT || ret == -EINVAL);
	}
	bailey_out_destroy(&out);
}

/* A refusal shows the word: line, column, length. */
static void refusals_have_a_place(void)
{
	struct bailey_policy *policy = build(NULL, "");
	struct bailey_question question;
	struct bailey_diag diag = { 0 };
	static const char words[] = "tcp from 1.2.3.4 to nobody port 5";

	REQUIRE(policy);
	CHECK_EQ(bailey_question_parse(&question, words, strlen(words), &diag), 0);
	CHECK_EQ(bailey_question_resolve(&question, policy, &diag), -ENOENT);
	CHECK_EQ(diag.error.line, 1);
	CHECK_EQ(diag.error.column, 21);
	CHECK_EQ(diag.error.length, 6);
	CHECK_STR(diag.error.word, "nobody");
	bailey_diag_destroy(&diag);
	bailey_policy_put(policy);
}

/* What is printed of a question is read back as the same one. */
static void questions_come_back(void)
{
	static const char * const rows[] = {
		"tcp from 1.2.3.4 port 7 to 1.2.3.5 port 8 in eth0 out eth1 connection",
		"icmpv6 from ::1 to ::2 type 135 code 0 in eth0 ttl 255",
		"gre from 1.2.3.4 to 1.2.3.5 out eth0 id 77",
		"udp from 1.2.3.4 to 1.2.3.5 fragment in eth0",
	};
	struct bailey_question question;
	struct bailey_diag diag = { 0 };
	struct bailey_out out = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bailey_out_reset(&out);
		CHECK_EQ(bailey_question_parse(&question, rows[i], strlen(rows[i]), &diag), 0);
		bailey_question_print(&question, &out);
		CHECK_STR(out.buf, rows[i]);
	}
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&out);
}

/* The lists of words are as long as their enums, and no word stands twice. */
static void every_code_has_a_word(void)
{
	u32 i, k;

	for (i = 0; i < BAILEY_CODE_COUNT; i++)
		for (k = 0; k < i; k++)
			CHECK(strcmp(bailey_code_name(i), bailey_code_name(k)));
	CHECK_STR(bailey_code_name(BAILEY_CODE_STATE), "state");
	CHECK_STR(bailey_code_aws_name(BAILEY_CODE_ACL_IN_DEFAULT), "SUBNET_ACL_RESTRICTION");
	CHECK_STR(bailey_code_aws_name(BAILEY_CODE_GROUP_IN_MISMATCH), "ENI_SG_RULES_MISMATCH");
	CHECK_STR(bailey_code_aws_name(BAILEY_CODE_GROUP_OUT_EMPTY), "SG_HAS_NO_RULES");
	CHECK_STR(bailey_code_aws_name(BAILEY_CODE_REVOKED), "");
}

static const struct unit_test tests[] = {
	UNIT(the_whole_exchange_passes),
	UNIT(the_response_is_denied),
	UNIT(the_request_is_denied),
	UNIT(what_is_rejected_says_what_is_sent),
	UNIT(what_is_not_tracked),
	UNIT(fragments),
	UNIT(exempts_and_defaults),
	UNIT(who_is_asked),
	UNIT(no_more_than_eight_near_misses),
	UNIT(known_connections),
	UNIT(bad_questions),
	UNIT(every_protocol),
	UNIT(endpoints_are_found),
	UNIT(refusals_have_a_place),
	UNIT(questions_come_back),
	UNIT(every_code_has_a_word),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
