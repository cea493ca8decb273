// SPDX-License-Identifier: GPL-2.0
/*
 * Which traffic a rule is about: prefixes, protocols, ports, ICMP types.
 *
 * AWS looks at ports of TCP and UDP and at types of ICMP and ICMPv6 only; of any
 * other protocol a rule is about all packets, whatever ports it has.
 */
#include <ctype.h>

#include "aws.h"
#include "engine/match_text.h"

#define PORT_MAX	65535
#define TYPE_MAX	255

/**
 * aws_cidr_parse() - read a prefix, or an address alone
 * @text: the prefix
 * @cidr: filled in, host bits cleared
 * @cleared: filled in: there were some
 *
 * Return: false if it is none.
 */
bool aws_cidr_parse(const char *text, struct aws_cidr *cidr, bool *cleared)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct bailey_addr addr;
	u32 most, bits;

	if (len > 64 || !bailey_text_addr(text, len, &cidr->family, &addr))
		return false;
	most = cidr->family == BAILEY_IPV4 ? 32 : 128;
	bits = most;
	if (slash && !bailey_text_number(slash + 1, strnlen(slash + 1, 16), most, &bits))
		return false;
	cidr->bits = bits;
	cidr->addr = bailey_prefix_mask(&addr, bits);
	*cleared = !bailey_addr_equal(&cidr->addr, &addr);
	return true;
}

/**
 * aws_cidr_read() - a prefix, or why it is none
 * @aws: the import
 * @at: the place that is to blame
 * @text: the prefix
 * @family: that it should have, or 0
 * @cidr: filled in
 *
 * Return: false if it makes no sense.
 */
bool aws_cidr_read(struct aws_import *aws, const struct aws_at *at, const char *text,
		   u8 family, struct aws_cidr *cidr)
{
	bool cleared;

	if (!aws_cidr_parse(text, cidr, &cleared)) {
		aws_invalid(aws, at, "'%.60s' is not a prefix", text);
		return false;
	}
	if (family && cidr->family != family) {
		aws_invalid(aws, at, "%.60s is not a prefix of %s", text,
			    family == BAILEY_IPV4 ? "IPv4" : "IPv6");
		return false;
	}
	if (cleared)
		aws_remark(aws, at, "%.60s has bits set behind its length; they are cleared",
			   text);
	return true;
}

/**
 * aws_cidr_cmp() - an order of prefixes
 * @a: struct aws_cidr
 * @b: struct aws_cidr
 *
 * Return: below, at or above 0.
 */
int aws_cidr_cmp(const void *a, const void *b)
{
	const struct aws_cidr *x = a, *y = b;
	u8 p[16], q[16];
	int order;

	if (x->family != y->family)
		return x->family == BAILEY_IPV4 ? -1 : 1;
	bailey_addr_to_bytes(x->family, &x->addr, p);
	bailey_addr_to_bytes(y->family, &y->addr, q);
	order = memcmp(p, q, x->family == BAILEY_IPV4 ? 4 : 16);
	return order ? order : (int)x->bits - y->bits;
}

static bool proto_parse(const char *text, u16 *proto)
{
	char word[32];
	size_t i, len = strlen(text);

	if (len >= sizeof(word))
		return false;
	for (i = 0; i <= len; i++)
		word[i] = tolower((u8)text[i]);
	if (!strcmp(word, "-1")) {
		*proto = BAILEY_PROTO_ANY;
		return true;
	}
	return bailey_proto_parse(word, len, proto);
}

/**
 * aws_proto_read() - the protocol of a rule, by name or number
 * @aws: the import
 * @at: the rule
 * @name: the field
 * @traffic: its protocol is filled in
 *
 * Return: false if there is none that makes sense.
 */
bool aws_proto_read(struct aws_import *aws, const struct aws_at *at, const char *name,
		    struct aws_traffic *traffic)
{
	struct aws_at child;
	const char *text;
	char number[24];

	if (!aws_get(at, name, &child)) {
		aws_refuse(aws, at, "%s is missing", name);
		return false;
	}
	if (json_is_integer(child.json)) {
		snprintf(number, sizeof(number), "%lld",
			 (long long)json_integer_value(child.json));
		text = number;
	} else {
		text = aws_string(aws, at, name);
	}
	if (!text)
		return false;
	if (proto_parse(text, &traffic->proto))
		return true;
	aws_invalid(aws, &child, "'%.40s' is no protocol", text);
	return false;
}

static bool ports_check(struct aws_import *aws, const struct aws_at *at, s64 from, s64 to,
			struct aws_traffic *traffic)
{
	const char *proto = bailey_proto_name(traffic->proto);

	if (from == AWS_OPEN && to == AWS_OPEN)
		return true;
	if (from < 0 || to < 0 || from > PORT_MAX || to > PORT_MAX) {
		aws_invalid(aws, at, "%s from port %lld to %lld: ports are from 0 to %d",
			    proto, (long long)from, (long long)to, PORT_MAX);
		return false;
	}
	if (from > to) {
		aws_invalid(aws, at, "%s from port %lld to %lld ends before it begins", proto,
			    (long long)from, (long long)to);
		return false;
	}
	if (from || to != PORT_MAX) {
		traffic->from = from;
		traffic->to = to;
	}
	return true;
}

static bool types_check(struct aws_import *aws, const struct aws_at *at, s64 type, s64 code,
			struct aws_traffic *traffic)
{
	const char *proto = bailey_proto_name(traffic->proto);

	if (type < AWS_OPEN || code < AWS_OPEN || type > TYPE_MAX || code > TYPE_MAX) {
		aws_invalid(aws, at, "%s type %lld code %lld: they are from 0 to %d, or -1",
			    proto, (long long)type, (long long)code, TYPE_MAX);
		return false;
	}
	if (type == AWS_OPEN && code != AWS_OPEN) {
		aws_invalid(aws, at, "%s code %lld of any type makes no sense", proto,
			    (long long)code);
		return false;
	}
	traffic->from = type;
	traffic->to = code;
	return true;
}

/**
 * aws_traffic_check() - ports, or type and code, as far as the protocol has them
 * @aws: the import
 * @at: the rule
 * @has_from: there is a first port, or a type
 * @from: which one
 * @has_to: there is a last port, or a code
 * @to: which one
 * @traffic: its protocol is known; the others are filled in
 *
 * Return: false if they make no sense.
 */
bool aws_traffic_check(struct aws_import *aws, const struct aws_at *at, bool has_from,
		       s64 from, bool has_to, s64 to, struct aws_traffic *traffic)
{
	bool tcp_or_udp = traffic->proto == BAILEY_PROTO_TCP ||
			  traffic->proto == BAILEY_PROTO_UDP;

	traffic->from = AWS_OPEN;
	traffic->to = AWS_OPEN;
	if (!has_from)
		from = AWS_OPEN;
	if (!has_to)
		to = AWS_OPEN;
	if (tcp_or_udp)
		return ports_check(aws, at, from, to, traffic);
	if (traffic->proto == BAILEY_PROTO_ICMP || traffic->proto == BAILEY_PROTO_ICMPV6)
		return types_check(aws, at, from, to, traffic);
	return true;
}

/**
 * aws_traffic_possible() - is there such traffic in a family?
 * @traffic: the traffic
 * @family: the family
 *
 * Return: false for ICMP over IPv6 and ICMPv6 over IPv4.
 */
bool aws_traffic_possible(const struct aws_traffic *traffic, u8 family)
{
	if (traffic->proto == BAILEY_PROTO_ICMP)
		return family == BAILEY_IPV4;
	if (traffic->proto == BAILEY_PROTO_ICMPV6)
		return family == BAILEY_IPV6;
	return true;
}

/**
 * aws_traffic_cmp() - an order of traffic
 * @a: the one
 * @b: the other
 *
 * Return: below, at or above 0.
 */
int aws_traffic_cmp(const struct aws_traffic *a, const struct aws_traffic *b)
{
	if (a->proto != b->proto)
		return (int)a->proto - b->proto;
	if (a->from != b->from)
		return a->from - b->from;
	return a->to - b->to;
}
