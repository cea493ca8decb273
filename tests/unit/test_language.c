// SPDX-License-Identifier: GPL-2.0
/* Every form of the language, and every refusal with its place. */
#include "build.h"

struct accepted {
	const char *text;
	const char *line;	/* that stands in the canonical form */
};

static const struct accepted accepted[] = {
	{ "acl a", "acl a\n" },
	{ "add acl a", "acl a\n" },
	{ "replace acl a", "acl a\n" },
	{ "\t acl  a \r", "acl a\n" },
	{ "acl a # in 1 allow", "acl a\n" },
	{ "acl A.b_c:d-e/f@g+0", "acl A.b_c:d-e/f@g+0\n" },
	{ "acl deny in 1 allow", "acl deny in 1 allow any\n" },
	{ "acl a in 1 allow any", "acl a in 1 allow any\n" },
	{ "acl a in 1 allow all", "acl a in 1 allow any\n" },
	{ "acl a out 4294967295 deny", "acl a out 4294967295 deny any\n" },
	{ "acl a in 1 allow 0", "acl a in 1 allow 0\n" },
	{ "acl a in 1 allow 255", "acl a in 1 allow 255\n" },
	{ "acl a in 1 allow 6", "acl a in 1 allow tcp\n" },
	{ "acl a in 1 allow ipv6-icmp", "acl a in 1 allow icmpv6\n" },
	{ "acl a in 1 allow 58", "acl a in 1 allow icmpv6\n" },
	{ "acl a in 1 allow from any", "acl a in 1 allow any\n" },
	{ "acl a in 1 allow from any to any", "acl a in 1 allow any\n" },
	{ "acl a in 1 allow to 0.0.0.0/0", "acl a in 1 allow any to 0.0.0.0/0\n" },
	{ "acl a in 1 allow from ::/0", "acl a in 1 allow any from ::/0\n" },
	{ "acl a in 1 allow from 10.0.0.1", "acl a in 1 allow any from 10.0.0.1/32\n" },
	{ "acl a in 1 allow from 10.0.0.1/8", "acl a in 1 allow any from 10.0.0.0/8\n" },
	{ "acl a in 1 allow from face::/16", "acl a in 1 allow any from face::/16\n" },
	{ "acl a in 1 allow tcp from any port 0-65535",
	  "acl a in 1 allow tcp from any port 0-65535\n" },
	{ "acl a in 1 allow udp to any port 53-53", "acl a in 1 allow udp to any port 53\n" },
	{ "acl a in 1 allow udplite from any port 1 to any port 2",
	  "acl a in 1 allow udplite from any port 1 to any port 2\n" },
	{ "acl a in 1 allow dccp to any port 9", "acl a in 1 allow dccp to any port 9\n" },
	{ "acl a in 1 allow icmp type 255 code 255",
	  "acl a in 1 allow icmp type 255 code 255\n" },
	{ "acl a in 1 allow icmp from 1.2.3.4 to 5.6.7.8 type 0",
	  "acl a in 1 allow icmp from 1.2.3.4/32 to 5.6.7.8/32 type 0\n" },
	{ "prefix-list l\nacl a in 1 allow from prefix-list l to prefix-list l",
	  "acl a in 1 allow any from prefix-list l to prefix-list l\n" },
	{ "prefix-list prefix-list\nacl a in 1 allow from prefix-list prefix-list",
	  "from prefix-list prefix-list\n" },
	{ "group g in allow", "group g in allow any\n" },
	{ "group g out allow from group g to group g",
	  "group g out allow any from group g to group g\n" },
	{ "replace group g in allow tcp", "group g in allow tcp\n" },
	{ "prefix-list l 1.2.3.4 ::1", "prefix-list l 1.2.3.4/32 ::1/128\n" },
	{ "prefix-list l\nprefix-list l 1.2.3.4", "prefix-list l 1.2.3.4/32\n" },
	{ "replace prefix-list l 1.2.3.4\nreplace prefix-list l ::/0", "prefix-list l ::/0\n" },
	{ "replace prefix-list l 1.2.3.4\nreplace prefix-list l", "prefix-list l\n" },
	{ "attach dev eth0.100 protects host", "attach dev eth0.100 protects host\n" },
	{ "attach dev 123456789012345 protects subnet",
	  "attach dev 123456789012345 protects subnet\n" },
	{ "attach dev ppp* protects subnet", "attach dev ppp* protects subnet\n" },
	{ "attach dev * protects host", "attach dev * protects host\n" },
	{ "attach dev x protects host\nattach dev x protects subnet",
	  "attach dev x protects subnet\n" },
	{ "acl a\nattach dev x protects host acl a", "attach dev x protects host acl a\n" },
	{ "group g\nacl a\nattach dev x protects host groups g acl a",
	  "attach dev x protects host acl a groups g\n" },
	{ "group g\nattach dev x protects host groups g",
	  "attach dev x protects host groups g\n" },
	{ "acl a\nattach dev x protects host\nreplace attach dev x protects host acl a",
	  "attach dev x protects host acl a\n" },
	{ "group g\nendpoint e dev x addr 1.2.3.4,::1 groups g",
	  "endpoint e dev x addr 1.2.3.4,::1 groups g\n" },
	{ "group g\nendpoint e dev x addr ::1 groups g\nreplace endpoint e dev y addr ::2 groups g",
	  "endpoint e dev y addr ::2 groups g\n" },
	{ "delete exempt nd", "delete exempt nd\n" },
	{ "delete exempt nd\nadd exempt nd", "\nexempt nd\n" },
	{ "exempt loopback", "exempt loopback\n" },
	{ "default deny", "default deny\n" },
	{ "default deny\ndefault pass", "default pass\n" },
	{ "default reject", "default reject\n" },
	{ "default deny\nflush\ndefault reject", "default reject\n" },
	{ "acl a in 3 reject tcp to any port 80", "acl a in 3 reject tcp to any port 80\n" },
	{ "acl a in 1 deny tcp\nreplace acl a in 1 reject tcp",
	  "flush\nacl a in 1 reject tcp\nexempt" },
	{ "default deny\ndelete exempt mld\nflush", "exempt mld\n" },
	/* Deleting. */
	{ "acl a in 1 allow\nacl a in 2 deny\ndelete acl a in 1", "acl a in 2 deny any\n" },
	{ "acl a in 1 allow icmp\nacl a in 1 deny icmpv6\ndelete acl a in 1", "acl a\n" },
	{ "acl a in 1 allow icmp\nacl a in 1 deny icmpv6\ndelete acl a in 1 allow icmp",
	  "acl a in 1 deny icmpv6\n" },
	{ "acl a in 1 allow icmp\nacl a in 1 deny icmpv6\n"
	  "replace acl a in 1 deny icmp type 3",
	  "acl a in 1 deny icmp type 3\nacl a in 1 deny icmpv6\n" },
	{ "acl a in 1 allow icmp\nacl a in 1 deny icmpv6\nreplace acl a in 1 deny tcp",
	  "flush\nacl a in 1 deny tcp\nexempt" },
	{ "acl a in 1 allow tcp\nreplace acl a in 1 deny icmp",
	  "flush\nacl a in 1 deny icmp\nexempt" },
	{ "acl a in 1 allow\ndelete acl a", "flush\nexempt" },
	{ "acl a in 1 allow\nreplace acl a", "acl a\n" },
	{ "group g in allow tcp to any port 443\n"
	  "delete group g in allow tcp from any to any port 443",
	  "group g\n" },
	{ "group g in allow tcp\ngroup g in allow udp\ngroup g in allow icmp\n"
	  "delete group g in allow udp",
	  "group g in allow icmp\ngroup g in allow tcp\n" },
	{ "prefix-list l 1.2.3.4 5.6.7.8 ::1\ndelete prefix-list l 5.6.7.8/32 ::1",
	  "prefix-list l 1.2.3.4/32\n" },
	{ "prefix-list l 1.2.3.4\ndelete prefix-list l", "flush\nexempt" },
	{ "attach dev x protects host\ndelete attach dev x protects host", "flush\nexempt" },
	{ "attach dev x* protects host\ndelete attach dev x* protects host", "flush\nexempt" },
	{ "group g\nendpoint e dev x addr ::1 groups g\ndelete endpoint e",
	  "flush\ngroup g\nexempt" },
};

static void forms(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(accepted); i++) {
		struct bailey_out text = { 0 }, out = { 0 };
		struct bailey_policy *p;

		unit_about("'%s'", accepted[i].text);
		bailey_out_printf(&text, "%s\n", accepted[i].text);
		p = build(NULL, text.buf);
		if (p && !strstr(build_print(p, &out), accepted[i].line))
			CHECK_STR(out.buf, accepted[i].line);
		bailey_out_destroy(&text);
		bailey_out_destroy(&out);
		bailey_policy_put(p);
	}
}

struct refused {
	const char *text;
	int ret;
	u32 line;
	u32 column;
	const char *word;
	const char *reason;	/* a part of it */
};

static const struct refused refused[] = {
	{ "frobnicate", -EINVAL, 1, 1, "frobnicate", "no line begins so" },
	{ "\n\n  # x\n   ACL a", -EINVAL, 4, 4, "ACL", "no line begins so" },
	{ "add", -EINVAL, 1, 4, "", "no line begins so" },
	{ "add add acl a", -EINVAL, 1, 5, "add", "no line begins so" },
	{ "add default deny", -EINVAL, 1, 5, "default", "no verb" },
	{ "delete flush", -EINVAL, 1, 8, "flush", "no verb" },
	{ "flush now", -EINVAL, 1, 7, "now", "too many" },
	{ "default", -EINVAL, 1, 8, "", "to deny or to reject" },
	{ "default allow", -EINVAL, 1, 9, "allow", "to deny or to reject" },
	{ "default deny deny", -EINVAL, 1, 14, "deny", "too many" },
	{ "exempt", -EINVAL, 1, 7, "", "no such exemption" },
	{ "exempt dns", -EINVAL, 1, 8, "dns", "no such exemption" },
	{ "exempt nd mld", -EINVAL, 1, 11, "mld", "too many" },
	{ "delete exempt nd\ndelete exempt nd", -ENOENT, 2, 15, "nd", "does not stand" },
	{ "replace exempt nd", -EINVAL, 1, 1, "replace", "" },
	/* Names. */
	{ "acl", -EINVAL, 1, 4, "", "name should stand" },
	{ "acl #a", -EINVAL, 1, 5, "", "name should stand" },
	{ "acl a,b", -EINVAL, 1, 5, "a,b", "a name has" },
	{ "acl a*", -EINVAL, 1, 5, "a*", "a name has" },
	{ "acl \xc3\xa4", -EINVAL, 1, 5, "\\xc3\\xa4", "a name has" },
	{ "acl a\x1b[0m", -EINVAL, 1, 5, "a\\x1b[0m", "a name has" },
	{ "acl aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -EINVAL,
	  1, 5, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  "a name has" },
	/* ACLs. */
	{ "acl a\nacl a", -EEXIST, 2, 5, "a", "there already" },
	{ "delete acl a", -ENOENT, 1, 12, "a", "no such acl" },
	{ "acl a\ndelete acl a\ndelete acl a", -ENOENT, 3, 12, "a", "no such acl" },
	{ "delete acl a in 1", -ENOENT, 1, 12, "a", "no such acl" },
	{ "acl a inn 1 allow", -EINVAL, 1, 7, "inn", "not a direction" },
	{ "acl a allow", -EINVAL, 1, 7, "allow", "not a direction" },
	{ "acl a in", -EINVAL, 1, 9, "", "line ends" },
	{ "acl a in x allow", -EINVAL, 1, 10, "x", "not a number" },
	{ "acl a in 0 allow", -ERANGE, 1, 10, "0", "out of range" },
	{ "acl a in 4294967296 allow", -EINVAL, 1, 10, "4294967296", "" },
	{ "acl a in -1 allow", -EINVAL, 1, 10, "-1", "not a number" },
	{ "acl a in * deny", -EINVAL, 1, 10, "*", "can't be changed" },
	{ "delete acl a in *\n", -ENOENT, 1, 12, "a", "" },
	{ "acl a in 1", -EINVAL, 1, 11, "", "denies or rejects" },
	{ "acl a in 1 permit", -EINVAL, 1, 12, "permit", "denies or rejects" },
	{ "acl a in 1 allow quic", -EINVAL, 1, 18, "quic", "no such protocol" },
	{ "acl a in 1 allow 256", -EINVAL, 1, 18, "256", "no such protocol" },
	{ "acl a in 1 allow TCP", -EINVAL, 1, 18, "TCP", "no such protocol" },
	{ "acl a in 1 allow tcp udp", -EINVAL, 1, 22, "udp", "not known here" },
	{ "acl a in 1 allow tcp from", -EINVAL, 1, 26, "", "peer should stand" },
	{ "acl a in 1 allow tcp from corp", -EINVAL, 1, 27, "corp", "" },
	{ "acl a in 1 allow tcp from host", -EINVAL, 1, 27, "host", "names no peer" },
	{ "acl a in 1 allow from group g", -EINVAL, 1, 23, "group", "not groups" },
	{ "acl a in 1 allow from prefix-list", -EINVAL, 1, 34, "", "name should stand" },
	{ "acl a in 1 allow from 10.0.0.0/33", -EINVAL, 1, 23, "10.0.0.0/33", "from 0 to 32" },
	{ "acl a in 1 allow from ::/129", -EINVAL, 1, 23, "::/129", "from 0 to 128" },
	{ "acl a in 1 allow from 10.0.0.0/", -EINVAL, 1, 23, "10.0.0.0/", "prefix length" },
	{ "acl a in 1 allow from 10.0.0.0/255.0.0.0", -EINVAL, 1, 23, "10.0.0.0/255.0.0.0",
	  "prefix length" },
	{ "acl a in 1 allow from 10.0.0/8", -EINVAL, 1, 23, "10.0.0/8", "not an address" },
	{ "acl a in 1 allow to any from any", -EINVAL, 1, 25, "from", "wrong place" },
	{ "acl a in 1 allow to any to any", -EINVAL, 1, 25, "to", "not known here" },
	{ "acl a in 1 allow tcp port 80", -EINVAL, 1, 22, "port", "wrong place" },
	{ "acl a in 1 allow from any port 80", -EINVAL, 1, 27, "port", "need a protocol" },
	{ "acl a in 1 allow icmp to any port 80", -EINVAL, 1, 30, "port", "need a protocol" },
	{ "acl a in 1 allow tcp to any port", -EINVAL, 1, 33, "", "not a port" },
	{ "acl a in 1 allow tcp to any port http", -EINVAL, 1, 34, "http", "not a port" },
	{ "acl a in 1 allow tcp to any port 65536", -EINVAL, 1, 34, "65536", "not a port" },
	{ "acl a in 1 allow tcp to any port 90-80", -ERANGE, 1, 34, "90-80", "before it begins" },
	{ "acl a in 1 allow tcp to any port 80-", -EINVAL, 1, 34, "80-", "not a range" },
	{ "acl a in 1 allow tcp to any port -80", -EINVAL, 1, 34, "-80", "not a port" },
	{ "acl a in 1 allow tcp to any port 1-2-3", -EINVAL, 1, 34, "1-2-3", "not a range" },
	{ "acl a in 1 allow tcp to any port 80,443", -EINVAL, 1, 34, "80,443", "not a port" },
	{ "acl a in 1 allow tcp type 8", -EINVAL, 1, 22, "type", "need icmp" },
	{ "acl a in 1 allow icmp type", -EINVAL, 1, 27, "", "line ends" },
	{ "acl a in 1 allow icmp type 256", -ERANGE, 1, 28, "256", "out of range" },
	{ "acl a in 1 allow icmp type echo", -EINVAL, 1, 28, "echo", "not a number" },
	{ "acl a in 1 allow icmp code 1", -EINVAL, 1, 23, "code", "not known here" },
	{ "acl a in 1 allow icmp type 3 code 256", -ERANGE, 1, 35, "256", "out of range" },
	{ "acl a in 1 allow icmp type 3 code 2 x", -EINVAL, 1, 37, "x", "not known here" },
	{ "acl a in 1 allow from 10.0.0.0/8 to ::/0", -EINVAL, 1, 18, "from", "IPv4 and IPv6" },
	{ "acl a in 1 allow icmp from ::/0", -EINVAL, 1, 18, "icmp", "IPv4 and IPv6" },
	{ "acl a in 1 allow 58 to 1.2.3.4", -EINVAL, 1, 18, "58", "IPv4 and IPv6" },
	{ "acl a in 1 allow\ndelete acl a in 2", -ENOENT, 2, 17, "", "no such entry 2" },
	{ "acl a in 1 allow\ndelete acl a out 1", -ENOENT, 2, 18, "", "no such entry 1" },
	{ "acl a in 1 allow\ndelete acl a in 1 deny", -ENOENT, 2, 17, "", "no such entry" },
	{ "acl a in 1 allow\ndelete acl a in 1 tcp", -EINVAL, 2, 19, "tcp", "denies or rejects" },
	/* Groups. */
	{ "acl a in 1 reject tcp\ndelete acl a in 1 deny tcp", -ENOENT, 2, 17, "",
	  "no such entry" },
	{ "group g in reject", -EINVAL, 1, 12, "reject", "only allow" },
	{ "default reject now", -EINVAL, 1, 16, "now", "too many" },
	{ "group g in deny", -EINVAL, 1, 12, "deny", "only allow" },
	{ "group g in", -EINVAL, 1, 11, "", "only allow" },
	{ "group g in allow from group", -EINVAL, 1, 28, "", "name should stand" },
	{ "group g in allow from group a,b", -EINVAL, 1, 29, "a,b", "a name has" },
	{ "group g\ngroup g", -EEXIST, 2, 7, "g", "there already" },
	{ "group g in allow\ndelete group g in allow tcp", -ENOENT, 2, 19, "", "no such rule" },
	/* Prefix lists. */
	{ "prefix-list l any", -EINVAL, 1, 15, "any", "not an address" },
	{ "prefix-list l 1.2.3.4,5.6.7.8", -EINVAL, 1, 15, "1.2.3.4,5.6.7.8", "not an address" },
	{ "prefix-list l\nprefix-list l", -EEXIST, 2, 13, "l", "there already" },
	{ "prefix-list l ::1\ndelete prefix-list l ::2", -ENOENT, 2, 22, "", "no such prefix" },
	{ "prefix-list l 10.0.0.0/8\ndelete prefix-list l 10.0.0.0/9", -ENOENT, 2, 22, "",
	  "no such prefix" },
	{ "delete prefix-list l ::2", -ENOENT, 1, 20, "l", "no such prefix-list" },
	/* Attach. */
	{ "attach", -EINVAL, 1, 7, "", "too early" },
	{ "attach eth0", -EINVAL, 1, 8, "eth0", "another word" },
	{ "attach dev", -EINVAL, 1, 11, "", "interface name" },
	{ "attach dev 1234567890123456 protects host", -EINVAL, 1, 12, "1234567890123456",
	  "interface name" },
	{ "attach dev e*h protects host", -EINVAL, 1, 12, "e*h", "interface name" },
	{ "attach dev a/b protects host", -EINVAL, 1, 12, "a/b", "interface name" },
	{ "attach dev .. protects host", -EINVAL, 1, 12, "..", "interface name" },
	{ "attach dev x", -EINVAL, 1, 13, "", "too early" },
	{ "attach dev x protects", -EINVAL, 1, 22, "", "host or a subnet" },
	{ "attach dev x protects box", -EINVAL, 1, 23, "box", "host or a subnet" },
	{ "attach dev x protects host acl", -EINVAL, 1, 31, "", "name should stand" },
	{ "attach dev x protects host groups", -EINVAL, 1, 34, "", "groups should stand" },
	{ "attach dev x protects host groups g,", -EINVAL, 1, 35, "g,", "not a name" },
	{ "attach dev x protects host groups g,g", -EEXIST, 1, 35, "g,g", "twice" },
	{ "attach dev x protects host groups g groups h", -EINVAL, 1, 37, "groups", "" },
	{ "attach dev x protects host acl a acl b", -EINVAL, 1, 34, "acl", "" },
	{ "attach dev x protects host mtu 5", -EINVAL, 1, 28, "mtu", "not known" },
	{ "attach dev x protects host\nattach dev x protects host", -EEXIST, 2, 12, "",
	  "there already" },
	{ "delete attach dev x protects host", -ENOENT, 1, 19, "", "no attach line" },
	/* Endpoints. */
	{ "endpoint e", -EINVAL, 1, 11, "", "too early" },
	{ "endpoint e dev x*", -EINVAL, 1, 16, "x*", "interface name" },
	{ "endpoint e dev x addr", -EINVAL, 1, 22, "", "addresses should stand" },
	{ "endpoint e dev x addr 1.2.3.4/24 groups g", -EINVAL, 1, 23, "1.2.3.4/24",
	  "not an address" },
	{ "endpoint e dev x addr 1.2.3.4,, groups g", -EINVAL, 1, 23, "1.2.3.4,,",
	  "not an address" },
	{ "endpoint e dev x addr 1.2.3.4", -EINVAL, 1, 30, "", "too early" },
	{ "endpoint e dev x addr 1.2.3.4 groups", -EINVAL, 1, 37, "", "groups should stand" },
	{ "endpoint e dev x addr 1.2.3.4 groups g x", -EINVAL, 1, 40, "x", "too many" },
	{ "delete endpoint e", -ENOENT, 1, 17, "e", "no such endpoint" },
};

static void refusals(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused *row = &refused[i];
		struct bailey_diag diag = { 0 };
		struct bailey_policy *p;
		int ret;

		unit_about("'%s'", row->text);
		p = build_change(NULL, row->text, &diag, &ret);
		CHECK(!p);
		CHECK_EQ(ret, row->ret);
		CHECK_EQ(diag.error.line, row->line);
		CHECK_EQ(diag.error.column, row->column);
		CHECK_STR(diag.error.word, row->word);
		if (!strstr(diag.error.reason, row->reason))
			CHECK_STR(diag.error.reason, row->reason);
		bailey_diag_destroy(&diag);
		bailey_policy_put(p);
	}
}

static void host_bits_are_said(void)
{
	struct bailey_policy *p = bailey_policy_create();
	struct bailey_diag diag = { 0 };
	static const char text[] = "acl a in 1 allow from 10.1.2.3/8 to 10.0.0.0/8\n"
				   "prefix-list l ::1/127 10.0.0.0/8 1.2.3.4/0\n";

	REQUIRE(p);
	CHECK_EQ(bailey_language_apply(p, text, strlen(text), 1, &diag), 0);
	REQUIRE(diag.notes.buf);
	CHECK(strstr(diag.notes.buf, "note line 1 column 23: 10.1.2.3/8"));
	CHECK(strstr(diag.notes.buf, "note line 2 column 15: ::1/127"));
	CHECK(strstr(diag.notes.buf, "note line 2 column 34: 1.2.3.4/0"));
	CHECK(!strstr(diag.notes.buf, "10.0.0.0/8 has"));
	bailey_diag_destroy(&diag);
	bailey_policy_put(p);
}

static void repeat(struct bailey_out *out, const char *what, u32 count)
{
	while (count--)
		bailey_out_bytes(out, what, strlen(what));
}

static int apply(const struct bailey_out *text)
{
	struct bailey_policy *p = bailey_policy_create();
	struct bailey_diag diag = { 0 };
	int ret = bailey_language_apply(p, text->buf, text->len, 1, &diag);

	bailey_diag_destroy(&diag);
	bailey_policy_put(p);
	return ret;
}

static void limits(void)
{
	struct bailey_out text = { 0 };
	u32 i;

	bailey_out_printf(&text, "attach dev x protects host groups g0");
	for (i = 1; i < BAILEY_GROUPS_MAX; i++)
		bailey_out_printf(&text, ",g%u", i);
	CHECK_EQ(apply(&text), 0);
	bailey_out_printf(&text, ",more");
	CHECK_EQ(apply(&text), -E2BIG);
	bailey_out_reset(&text);
	bailey_out_printf(&text, "endpoint e dev x addr 10.0.0.0");
	for (i = 1; i < BAILEY_ADDRS_MAX; i++)
		bailey_out_printf(&text, ",10.0.%u.%u", i / 256, i % 256);
	bailey_out_printf(&text, " groups g");
	CHECK_EQ(apply(&text), 0);
	bailey_out_reset(&text);
	bailey_out_printf(&text, "endpoint e dev x addr ");
	repeat(&text, "::1,", BAILEY_ADDRS_MAX);
	bailey_out_printf(&text, "::1 groups g");
	CHECK_EQ(apply(&text), -E2BIG);
	bailey_out_reset(&text);
	bailey_out_printf(&text, "acl a\n#");
	repeat(&text, "x", BAILEY_LINE_MAX - 1);
	CHECK_EQ(apply(&text), 0);
	bailey_out_printf(&text, "\n");
	CHECK_EQ(apply(&text), 0);
	bailey_out_reset(&text);
	repeat(&text, "#", BAILEY_LINE_MAX + 1);
	CHECK_EQ(apply(&text), -E2BIG);
	repeat(&text, "################", 65536);
	CHECK_EQ(apply(&text), -E2BIG);
	bailey_out_destroy(&text);
}

/* Bytes that are no text at all, at every place of a good line. */
static void strange_bytes(void)
{
	static const char line[] =
		"acl web in 100 allow tcp from 10.0.0.0/8 port 1-2 to any port 3";
	char copy[sizeof(line)];
	u32 i, c;

	for (i = 0; i < sizeof(line) - 1; i++) {
		for (c = 0; c < 256; c++) {
			struct bailey_policy *p = bailey_policy_create();
			struct bailey_diag diag = { 0 };
			int ret;

			memcpy(copy, line, sizeof(line));
			copy[i] = c;
			ret = bailey_language_apply(p, copy, sizeof(line) - 1, 1, &diag);
			if ((c < 9 || c >= 0x7f) && !ret)
				CHECK_EQ(ret, -EINVAL);
			bailey_diag_destroy(&diag);
			bailey_policy_put(p);
		}
	}
}

/* Half a line is refused or says something else, but is never misread past its end. */
static void cut_anywhere(void)
{
	static const char text[] =
		"endpoint e dev eth0 addr 10.0.0.1,2001:db8::1 groups a,b\n"
		"acl web in 100 allow icmp from ::ffff:1.2.3.4/96 to prefix-list x type 8 code 0\n";
	size_t len;

	for (len = 0; len < sizeof(text); len++) {
		struct bailey_policy *p = bailey_policy_create();
		struct bailey_diag diag = { 0 };
		char *copy = malloc(len ? len : 1);

		REQUIRE(p && copy);
		memcpy(copy, text, len);
		bailey_language_apply(p, copy, len, 1, &diag);
		free(copy);
		bailey_diag_destroy(&diag);
		bailey_policy_put(p);
	}
}

static void duplicates_found_while_deleting(void)
{
	struct bailey_diag diag = { 0 };
	struct bailey_policy *p;
	int ret;

	p = build_change(NULL, "acl a in 1 allow\nacl a in 1 deny\ndelete acl a in 1\n",
			 &diag, &ret);
	CHECK(!p);
	CHECK_EQ(ret, -EEXIST);
	bailey_diag_destroy(&diag);
	p = build_change(NULL, "prefix-list l ::1 ::1\ndelete prefix-list l ::1\n",
			 &diag, &ret);
	CHECK(!p);
	CHECK_EQ(ret, -EEXIST);
	bailey_diag_destroy(&diag);
}

static const struct unit_test tests[] = {
	UNIT(forms),
	UNIT(refusals),
	UNIT(host_bits_are_said),
	UNIT(limits),
	UNIT(strange_bytes),
	UNIT(cut_anywhere),
	UNIT(duplicates_found_while_deleting),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
