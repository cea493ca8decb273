// SPDX-License-Identifier: GPL-2.0
/* Questions in words, and answers in words. */
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
		ret = bailey_explain(&q, b, rules, use, arg, out, &diag);
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

static const char web[] =
	"group web in allow tcp to any port 443\n"
	"acl edge in 100 allow tcp to any port 443\n"
	"acl edge in 200 allow icmp type 8\n"
	"acl edge out 50 deny tcp to any port 6000\n"
	"acl edge out 100 allow tcp from any port 443 to any port 1024-65535\n"
	"attach dev eth1 protects subnet acl edge groups web\n";

static void check_has(const struct bailey_out *out, const char *text)
{
	if (!out->buf || !strstr(out->buf, text))
		CHECK_STR(out->buf, text);
}

static void both_halves_pass(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(web, "tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 in eth0 out eth1",
		     &out), 0);
	check_has(&out,
		  "request: tcp from 119.18.36.73 port 40000 to 1.3.3.7 port 443 in eth0 out eth1\n");
	check_has(&out, "acl edge in 100 allow tcp to any port 443 -> allow\n");
	check_has(&out, "groups web in: group web allow tcp to any port 443 -> allow\n");
	check_has(&out,
		  "response: tcp from 1.3.3.7 port 443 to 119.18.36.73 port 40000 in eth1 out eth0\n");
	check_has(&out, "has said yes to this connection -> allow\n");
	check_has(&out,
		  "acl edge out 100 allow tcp from any port 443 to any port 1024-65535 -> allow\n");
	check_has(&out, "\nresult: pass\n");
	bailey_out_destroy(&out);
}

static void the_response_is_denied(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(web, "tcp from 10.0.0.1 port 6000 to 1.3.3.7 port 443 in eth0 out eth1",
		     &out), 0);
	check_has(&out, "acl edge out 50 deny tcp to any port 6000 -> deny\n");
	check_has(&out, "verdict: drop, acl-deny\n");
	check_has(&out, "result: drop\n");
	CHECK(strstr(out.buf, "verdict: pass") < strstr(out.buf, "response:"));
	CHECK_EQ(ask(web, "tcp from 10.0.0.1 port 80 to 1.3.3.7 port 443 in eth0 out eth1",
		     &out), 0);
	check_has(&out, "acl edge out * deny -> deny\n");
	check_has(&out, "verdict: drop, acl-default\n");
	/* Asked alone, the response does not matter. */
	CHECK_EQ(ask(web, "tcp from 10.0.0.1 port 80 to 1.3.3.7 port 443 in eth0 out eth1 alone",
		     &out), 0);
	check_has(&out, "result: pass\n");
	CHECK(!strstr(out.buf, "response:"));
	bailey_out_destroy(&out);
}

static void the_request_is_denied(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(web, "icmp from 10.0.0.1 to 1.3.3.7 in eth0 out eth1", &out), 0);
	check_has(&out, "type 8 code 0");
	check_has(&out, "acl edge in 200 allow icmp type 8 -> allow\n");
	check_has(&out, "groups web in: no rule allows it -> deny\n");
	check_has(&out, "verdict: drop, group-deny\nresult: drop\n");
	CHECK(!strstr(out.buf, "response:"));
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
	check_has(&out, "acl a in 5 reject tcp to any port 80 -> reject\n"
		  "  sends: tcp reset\n  verdict: drop, acl-deny\nresult: drop\n");
	CHECK_EQ(ask(policy, "udp from 10.0.0.1 port 1 to 10.0.1.1 port 80 in eth0 out eth1",
		     &out), 0);
	check_has(&out, "  sends: icmp type 3 code 13\n");
	CHECK_EQ(ask(policy, "89 from 2001:db8::1 to 2001:db8:1::1 in eth0 out eth1", &out), 0);
	check_has(&out, "  sends: icmpv6 type 1 code 1\n");
	CHECK_EQ(ask(policy, "icmp from 10.0.0.1 to 10.0.1.1 type 3 in eth0 out eth1", &out), 0);
	check_has(&out, "  sends: nothing, it must not be answered\n");
	CHECK_EQ(ask("default reject\n", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 in eth0",
		     &out), 0);
	check_has(&out, "  default reject: an interface has nothing attached\n"
		  "  sends: icmp type 3 code 13\n  verdict: drop, default-deny\n");
	CHECK_EQ(ask("default deny\n", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 in eth0",
		     &out), 0);
	CHECK(!strstr(out.buf, "sends"));
	bailey_out_destroy(&out);
}

static void what_is_not_tracked(void)
{
	static const struct bailey_track_rules untracked = {
		.timeouts = &bailey_timeouts_default, .loose = true, .untracked = true,
	};
	static const char question[] =
		"tcp from 10.0.0.1 port 4000 to 10.0.1.1 port 80 in eth0 out eth1";
	static const char policy[] =
		"group g in allow tcp to any port 80\ngroup g out allow\n"
		"attach dev eth1 protects subnet groups g\n";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(policy, question, &out), 0);
	CHECK(!strstr(out.buf, "not tracked"));
	check_has(&out, "has said yes to this connection");
	CHECK_EQ(ask_as(&ops, NULL, policy, question, &untracked, &out), 0);
	check_has(&out, "group g allow tcp to any port 80 -> allow\n"
		  "  not tracked: rules of both directions let everybody\n  verdict: pass\n");
	check_has(&out, "groups g out: group g allow any -> allow\n  not tracked");
	check_has(&out, "result: pass\n");
	bailey_out_destroy(&out);
}

static void fragments(void)
{
	static const char policy[] =
		"acl a in 5 allow udp from 10.0.0.1 to any port 53\nacl a in 6 allow udp\n"
		"group g in allow udp to any port 53\nattach dev eth1 protects subnet acl a\n"
		"attach dev lo protects subnet groups g\n";
	struct bailey_out out = { 0 };

	CHECK_EQ(ask(policy, "udp from 10.0.0.2 to 10.0.1.1 in eth0 out eth1 fragment", &out), 0);
	check_has(&out, "request: udp from 10.0.0.2 to 10.0.1.1 fragment in eth0 out eth1\n");
	check_has(&out, "acl a in 6 allow udp -> allow\n");
	check_has(&out, "result: pass\n");
	CHECK(!strstr(out.buf, "response:"));
	CHECK_EQ(ask(policy, "udp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out eth1", &out), 0);
	check_has(&out, "acl a in 5 allow udp from 10.0.0.1/32 to any port 53 -> undecided\n"
		  "  verdict: drop, fragment\nresult: drop\n");
	CHECK_EQ(ask(policy, "udp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out lo", &out), 0);
	check_has(&out, "a rule may allow it, which a fragment does not show -> undecided\n");
	CHECK_EQ(ask(policy, "icmp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out eth1", &out), 0);
	check_has(&out, "request: icmp from 10.0.0.1 to 10.0.1.1 fragment in eth0 out eth1\n");
	bailey_out_destroy(&out);
}

static void other_answers(void)
{
	struct bailey_out out = { 0 };

	CHECK_EQ(ask("default deny\n", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 in eth0",
		     &out), 0);
	check_has(&out, "default deny: an interface has nothing attached\n");
	check_has(&out, "verdict: drop, default-deny\n");
	CHECK_EQ(ask("", "udp from 10.0.0.1 port 1 to 10.0.0.2 port 2 out eth0", &out), 0);
	check_has(&out, "nobody asks\n");
	CHECK_EQ(ask("default deny\n", "icmpv6 from fe80::1 to ff02::1 type 135 ttl 255 in eth0",
		     &out), 0);
	check_has(&out, "exempt nd\n");
	CHECK_EQ(ask("default deny\n", "89 from 10.0.0.1 to 10.0.0.2 in lo", &out), 0);
	check_has(&out, "exempt loopback\n");
	CHECK_EQ(ask("group g in allow\ngroup h in allow\n"
		     "attach dev eth1 protects subnet groups h\n"
		     "endpoint box1 dev eth1 addr 10.0.1.7 groups g\n",
		     "esp from 10.0.0.1 to 10.0.1.7 in eth0 out eth1", &out), 0);
	check_has(&out, "endpoint box1, groups g in: group g allow any -> allow\n");
	bailey_out_destroy(&out);
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
		"tcp from 10.0.0.1 port 1 to 10.0.1.1 port 2 in eth0 out eth1";
	struct bailey_out out = { 0 };
	u32 set = 1;

	CHECK_EQ(ask_with(&with, &set, policy, question, &out), 0);
	check_has(&out, "connection: ESTABLISHED, this is its request\n");
	check_has(&out, "connection: ESTABLISHED, this is its response\n");
	check_has(&out, "result: pass\n");
	set = 0;
	CHECK_EQ(ask_with(&with, &set, policy, question, &out), 0);
	check_has(&out, "(asked about the request): no rule allows it -> deny\n");
	check_has(&out, "result: drop\n");
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
		"tcp from 1.2.3.4/24 to 1.2.3.5 in eth0",
		"tcp from 1.2.3.4 to 1.2.3.5 in nosuch", "tcp from 1.2.3.4 to 1.2.3.5 out nosuch",
		"tcp from 1.2.3.4 to 1.2.3.5 in eth0 out nosuch",
	};
	struct bailey_out out = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int ret;

		unit_about("'%s'", rows[i]);
		ret = ask("", rows[i], &out);
		CHECK(ret == -EINVAL || ret == -ERANGE || ret == -ENODEV);
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
			snprintf(question, sizeof(question), "%u from %s to %s in eth0 out eth1\n",
				 proto, v6 ? "::1" : "10.0.0.1", v6 ? "::2" : "10.0.1.1");
			unit_about("%s", question);
			if (proto == (v6 ? BAILEY_PROTO_ICMP : BAILEY_PROTO_ICMPV6))
				continue;
			CHECK_EQ(ask(policy, question, &out), 0);
			check_has(&out, "result: pass\n");
			check_has(&out, "response: ");
		}
	}
	bailey_out_destroy(&out);
}

static const struct unit_test tests[] = {
	UNIT(both_halves_pass),
	UNIT(the_response_is_denied),
	UNIT(the_request_is_denied),
	UNIT(what_is_rejected_says_what_is_sent),
	UNIT(what_is_not_tracked),
	UNIT(fragments),
	UNIT(other_answers),
	UNIT(known_connections),
	UNIT(bad_questions),
	UNIT(every_protocol),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
