// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of packets, story by story: each is a policy and a conversation.
 */
#include "stage.h"

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
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
