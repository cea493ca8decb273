// SPDX-License-Identifier: GPL-2.0
/*
 * MATCH := [PROTO] [from PEER [port PORTS]] [to PEER [port PORTS]]
 *          [type T [code C]]
 *
 * Read by one function each, in this order, so that a refusal can say what
 * would have been right at that place.
 */
#include "match_text.h"

/* Names of IANA's protocol numbers; the first of a number is the one printed. */
static const struct {
	const char *name;
	u16 proto;
} protocols[] = {
	{ "any", BAILEY_PROTO_ANY }, { "tcp", 6 }, { "udp", 17 },
	{ "icmp", 1 }, { "icmpv6", 58 }, { "igmp", 2 }, { "ipip", 4 },
	{ "ipv6", 41 }, { "gre", 47 }, { "esp", 50 }, { "ah", 51 },
	{ "ospf", 89 }, { "pim", 103 }, { "vrrp", 112 }, { "l2tp", 115 },
	{ "sctp", 132 }, { "dccp", 33 }, { "udplite", 136 },
	{ "all", BAILEY_PROTO_ANY }, { "ipv6-icmp", 58 }, { "ipencap", 4 },
};

/**
 * bailey_proto_name() - the name of a protocol
 * @proto: its number, or %BAILEY_PROTO_ANY
 *
 * Return: a static string, or NULL when it is known by its number only.
 */
const char *bailey_proto_name(u16 proto)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].proto == proto)
			return protocols[i].name;
	return NULL;
}

/**
 * bailey_proto_print() - append a protocol by its name, or else its number
 * @proto: protocol number, or %BAILEY_PROTO_ANY
 * @out: where to
 */
void bailey_proto_print(u16 proto, struct bailey_out *out)
{
	const char *name = bailey_proto_name(proto);

	if (name)
		bailey_out_printf(out, "%s", name);
	else
		bailey_out_printf(out, "%u", proto);
}

/**
 * bailey_proto_parse() - read a protocol, by name or number
 * @s: the word, not terminated
 * @len: its length
 * @proto: filled in
 *
 * Return: false when it is neither.
 */
bool bailey_proto_parse(const char *s, u32 len, u16 *proto)
{
	u32 i, number;

	if (bailey_text_number(s, len, 255, &number)) {
		*proto = number;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (strlen(protocols[i].name) == len &&
		    !memcmp(protocols[i].name, s, len)) {
			*proto = protocols[i].proto;
			return true;
		}
	}
	return false;
}

/**
 * bailey_name_ok() - can this be an object's name?
 * @name: not terminated
 * @len: its length
 *
 * Return: true for 1 to %BAILEY_NAME_MAX letters, digits and ``._:-/@+``.
 */
bool bailey_name_ok(const char *name, u32 len)
{
	u32 i;

	if (!len || len > BAILEY_NAME_MAX)
		return false;
	for (i = 0; i < len; i++) {
		char c = name[i], lower = c | 0x20;

		if ((lower < 'a' || lower > 'z') && (c < '0' || c > '9') &&
		    !(c && strchr("._:-/@+", c)))
			return false;
	}
	return true;
}

/**
 * bailey_name_parse() - insist that the current word can be a name
 * @lex: at the word; not stepped over
 * @what: "the name of an ACL" and the like
 *
 * Return: 0 or -EINVAL.
 */
int bailey_name_parse(struct bailey_lexer *lex, const char *what)
{
	if (!lex->word_len)
		return bailey_lexer_fail(lex, -EINVAL, what,
					 "the line ends where a name should stand");
	if (bailey_name_ok(lex->word, lex->word_len))
		return 0;
	return bailey_lexer_fail(lex, -EINVAL, what,
				 "a name has 1 to %u letters, digits and . _ : - / @ +",
				 BAILEY_NAME_MAX);
}

/**
 * bailey_cidr_parse() - take the current word as a prefix and step over it
 * @lex: at the word
 * @family: filled in
 * @addr: filled in; host bits are cleared, and a note says so
 * @bits: filled in; the whole address when the word has no length
 *
 * Return: 0 or -EINVAL.
 */
int bailey_cidr_parse(struct bailey_lexer *lex, u8 *family,
		      struct bailey_addr *addr, u8 *bits)
{
	static const char expected[] = "a prefix such as 10.0.0.0/8 or 2001:db8::/32";
	const char *slash;
	struct bailey_addr net;
	u32 len, n, most;

	slash = lex->word_len ? memchr(lex->word, '/', lex->word_len) : NULL;
	len = slash ? slash - lex->word : lex->word_len;
	if (!len || !bailey_text_addr(lex->word, len, family, addr))
		return bailey_lexer_fail(lex, -EINVAL, expected,
					 len ? "this is not an address" :
					 "the line ends where an address should stand");
	most = *family == BAILEY_IPV4 ? 32 : 128;
	n = most;
	if (slash && !bailey_text_number(slash + 1, lex->word_len - len - 1, most, &n))
		return bailey_lexer_fail(lex, -EINVAL, expected,
					 "the prefix length must be from 0 to %u", most);
	net = bailey_prefix_mask(addr, n);
	if (!bailey_addr_equal(&net, addr))
		bailey_lexer_note(lex, "%.*s has bits set behind its length; they are cleared",
				  (int)min_t(u32, lex->word_len, 64), lex->word);
	*addr = net;
	*bits = n;
	bailey_lexer_next(lex);
	return 0;
}

/* "prefix-list NAME" and "group NAME": the second word, and its slot. */
static int named_peer_parse(struct bailey_policy *policy, struct bailey_lexer *lex,
			    enum bailey_kind kind, struct bailey_peer *peer)
{
	int ret;

	bailey_lexer_next(lex);
	ret = bailey_name_parse(lex, kind == BAILEY_GROUP ?
				"the name of a group" : "the name of a prefix list");
	if (ret)
		return ret;
	peer->kind = kind == BAILEY_GROUP ? BAILEY_PEER_GROUP : BAILEY_PEER_PREFIX_LIST;
	ret = bailey_policy_mention(policy, kind, lex->word, lex->word_len, lex->lineno,
				    bailey_lexer_column(lex), &peer->slot);
	bailey_lexer_next(lex);
	return ret;
}

static int peer_parse(struct bailey_policy *policy, struct bailey_lexer *lex,
		      bool groups, struct bailey_peer *peer)
{
	char c;

	if (bailey_lexer_accept(lex, "any"))
		return 0;
	if (bailey_lexer_is(lex, "prefix-list"))
		return named_peer_parse(policy, lex, BAILEY_PREFIX_LIST, peer);
	if (bailey_lexer_is(lex, "group")) {
		if (groups)
			return named_peer_parse(policy, lex, BAILEY_GROUP, peer);
		return bailey_lexer_fail(lex, -EINVAL, "any, a CIDR or prefix-list NAME",
					 "an ACL knows addresses, not groups");
	}
	c = lex->word_len ? lex->word[0] | 0x20 : 0;
	if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && c != (':' | 0x20))
		return bailey_lexer_fail(lex, -EINVAL, groups ?
					 "any, a CIDR, prefix-list NAME or group NAME" :
					 "any, a CIDR or prefix-list NAME",
					 lex->word_len ? "this names no peer" :
					 "the line ends where a peer should stand");
	peer->kind = BAILEY_PEER_CIDR;
	return bailey_cidr_parse(lex, &peer->family, &peer->addr, &peer->bits);
}

/* "N" or "N-M", behind "port". */
static int ports_parse(struct bailey_lexer *lex, u16 proto, u16 *first, u16 *last)
{
	static const char expected[] = "a port from 0 to 65535, or a range such as 1024-65535";
	const char *dash;
	u32 low, high, len;

	if (proto == BAILEY_PROTO_ANY || !bailey_proto_has_ports(proto))
		return bailey_lexer_fail(lex, -EINVAL,
					 "tcp, udp, udplite, sctp or dccp as the protocol",
					 "ports need a protocol that has them");
	bailey_lexer_next(lex);
	dash = lex->word_len ? memchr(lex->word, '-', lex->word_len) : NULL;
	len = dash ? dash - lex->word : lex->word_len;
	if (!bailey_text_number(lex->word, len, U16_MAX, &low))
		return bailey_lexer_fail(lex, -EINVAL, expected, "this is not a port");
	high = low;
	if (dash && !bailey_text_number(dash + 1, lex->word_len - len - 1, U16_MAX, &high))
		return bailey_lexer_fail(lex, -EINVAL, expected, "this is not a range of ports");
	if (low > high)
		return bailey_lexer_fail(lex, -ERANGE, expected,
					 "the range ends before it begins");
	*first = low;
	*last = high;
	bailey_lexer_next(lex);
	return 0;
}

static int type_parse(struct bailey_lexer *lex, struct bailey_match *match)
{
	u32 value;
	int ret;

	if (!bailey_lexer_is(lex, "type"))
		return 0;
	if (match->proto != BAILEY_PROTO_ICMP && match->proto != BAILEY_PROTO_ICMPV6)
		return bailey_lexer_fail(lex, -EINVAL, "icmp or icmpv6 as the protocol",
					 "types need icmp or icmpv6");
	bailey_lexer_next(lex);
	ret = bailey_lexer_number(lex, "the type", 0, 255, &value);
	if (ret)
		return ret;
	match->type = value;
	if (!bailey_lexer_accept(lex, "code"))
		return 0;
	ret = bailey_lexer_number(lex, "the code", 0, 255, &value);
	if (!ret)
		match->code = value;
	return ret;
}

static u8 peer_families(const struct bailey_peer *peer)
{
	return peer->kind == BAILEY_PEER_CIDR ? bailey_family_bit(peer->family) :
						 BAILEY_FAMILY_BOTH;
}

/* What is left of the two families must not be nothing. */
static int families_check(struct bailey_lexer *lex, u32 pos, struct bailey_match *match)
{
	match->families = peer_families(&match->from) & peer_families(&match->to);
	if (match->proto == BAILEY_PROTO_ICMP)
		match->families &= BAILEY_FAMILY_IPV4;
	if (match->proto == BAILEY_PROTO_ICMPV6)
		match->families &= BAILEY_FAMILY_IPV6;
	if (match->families)
		return 0;
	lex->pos = pos;
	bailey_lexer_next(lex);
	return bailey_lexer_fail(lex, -EINVAL, "from, to and protocol of one family",
				 "IPv4 and IPv6 meet in this match: no packet has both");
}

static int proto_parse(struct bailey_lexer *lex, struct bailey_match *match)
{
	if (!lex->word_len || bailey_lexer_is(lex, "from") || bailey_lexer_is(lex, "to"))
		return 0;
	if (!bailey_proto_parse(lex->word, lex->word_len, &match->proto))
		return bailey_lexer_fail(lex, -EINVAL,
					 "a protocol (any, tcp, udp, icmp, icmpv6 or a number from 0 to 255), from, to or the end of the line",
					 "there is no such protocol");
	bailey_lexer_next(lex);
	return 0;
}

static int sides_parse(struct bailey_policy *policy, struct bailey_lexer *lex,
		       bool groups, struct bailey_match *match)
{
	int ret = 0;

	if (bailey_lexer_accept(lex, "from")) {
		ret = peer_parse(policy, lex, groups, &match->from);
		if (!ret && bailey_lexer_is(lex, "port")) {
			match->sport_given = true;
			ret = ports_parse(lex, match->proto, &match->sport_first,
					  &match->sport_last);
		}
	}
	if (!ret && bailey_lexer_accept(lex, "to")) {
		ret = peer_parse(policy, lex, groups, &match->to);
		if (!ret && bailey_lexer_is(lex, "port")) {
			match->dport_given = true;
			ret = ports_parse(lex, match->proto, &match->dport_first,
					  &match->dport_last);
		}
	}
	return ret;
}

static int rest_fail(struct bailey_lexer *lex, const struct bailey_match *match)
{
	bool icmp = match->proto == BAILEY_PROTO_ICMP ||
		    match->proto == BAILEY_PROTO_ICMPV6;

	if (bailey_lexer_is(lex, "from"))
		return bailey_lexer_fail(lex, -EINVAL, "from before to",
					 "from stands in the wrong place");
	if (bailey_lexer_is(lex, "port"))
		return bailey_lexer_fail(lex, -EINVAL, "from PEER port N or to PEER port N",
					 "port stands in the wrong place");
	return bailey_lexer_fail(lex, -EINVAL,
				 icmp ? "from, to, type or the end of the line" :
					"from, to, port or the end of the line",
				 "this word is not known here");
}

/**
 * bailey_match_parse() - read a MATCH up to the end of the line
 * @policy: names of lists and groups get their slots there
 * @lex: at its first word, which may be the end of the line
 * @groups: groups may be peers
 * @match: filled in
 *
 * Return: 0, -EINVAL, -ERANGE or -ENOMEM.
 */
int bailey_match_parse(struct bailey_policy *policy, struct bailey_lexer *lex,
		       bool groups, struct bailey_match *match)
{
	u32 pos = lex->word - lex->line;
	int ret;

	bailey_match_init(match);
	ret = proto_parse(lex, match);
	if (!ret)
		ret = sides_parse(policy, lex, groups, match);
	if (!ret)
		ret = type_parse(lex, match);
	if (!ret && lex->word_len)
		ret = rest_fail(lex, match);
	return ret ? ret : families_check(lex, pos, match);
}
