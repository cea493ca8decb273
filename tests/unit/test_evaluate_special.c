// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of packets that are not just asked: errors, exempt ones, fragments,
 * malformed ones, what is rejected or not tracked.
 */
#include "stage.h"

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
