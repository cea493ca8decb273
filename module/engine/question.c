// SPDX-License-Identifier: GPL-2.0
/*
 * A packet in words.
 *
 * A question is read in two steps: bailey_question_parse() knows the words alone, so
 * that whoever writes them is told of a slip at once; bailey_question_resolve() looks
 * up in a policy what the names of endpoints stand for, and by which interfaces the
 * ends are reached that have one of their own. What remains open (unplaced) is for
 * whoever knows routes, or it is refused.
 */
#include "question.h"
#include "match_text.h"

#define HOP_LIMIT	64	/* unless the question says another one */
#define CLIENT_PORT	49152	/* likewise; in every range that is ephemeral somewhere */

static const char syntax[] =
	"PROTO from END [port N] to END [port N] [type T] [code C] [in IF] [out IF] [connection]";

/* An address, or the name of an endpoint, whose address is looked up later. */
static int end_parse(struct bailey_lexer *lex, u8 *family, struct bailey_addr *addr,
		     struct bailey_question_word *end)
{
	const char *slash = memchr(lex->word, '/', lex->word_len);
	u8 other;

	end->column = bailey_lexer_column(lex);
	end->length = lex->word_len;
	memcpy(end->text, lex->word, min_t(u32, lex->word_len, BAILEY_NAME_MAX));
	if (!lex->word_len)
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "the line ends where an address or an endpoint should stand");
	if (bailey_text_addr(lex->word, lex->word_len, family, addr)) {
		bailey_lexer_next(lex);
		return 0;
	}
	if (slash && bailey_text_addr(lex->word, slash - lex->word, &other, addr))
		return bailey_lexer_fail(lex, -EINVAL, "one address",
					 "a packet has one address here, not a prefix");
	if (!bailey_name_ok(lex->word, lex->word_len))
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "this is neither an address nor an endpoint's name");
	end->named = true;
	bailey_lexer_next(lex);
	return 0;
}

/* "from END [port N]" or "to END [port N]". */
static int side_parse(struct bailey_lexer *lex, const char *word, u8 proto, u8 *family,
		      struct bailey_addr *addr, struct bailey_question_word *end,
		      u16 *port)
{
	u32 value = 0;
	int ret;

	if (!bailey_lexer_accept(lex, word))
		return bailey_lexer_fail(lex, -EINVAL, syntax, "%s is missing", word);
	ret = end_parse(lex, family, addr, end);
	if (ret || !bailey_lexer_is(lex, "port"))
		return ret;
	if (!bailey_proto_has_ports(proto))
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "this protocol has no ports");
	bailey_lexer_next(lex);
	ret = bailey_lexer_number(lex, "the port", 0, U16_MAX, &value);
	*port = value;
	return ret;
}

static int ifname_word(struct bailey_lexer *lex, char *name)
{
	if (!lex->word_len || lex->word_len > BAILEY_IFNAME_MAX)
		return bailey_lexer_fail(lex, -EINVAL, syntax,
					 "an interface name should stand here");
	memset(name, 0, BAILEY_IFNAME_MAX + 1);
	memcpy(name, lex->word, lex->word_len);
	bailey_lexer_next(lex);
	return 0;
}

static int number_word(struct bailey_lexer *lex, const char *what, u32 max, u32 *value)
{
	bailey_lexer_next(lex);
	return bailey_lexer_number(lex, what, 0, max, value);
}

/* The words without a value. */
static bool flag_parse(struct bailey_lexer *lex, struct bailey_question *question)
{
	if (bailey_lexer_accept(lex, "connection"))
		question->connection = true;
	else if (bailey_lexer_accept(lex, "fragment"))
		question->fragment = true;
	else if (bailey_lexer_accept(lex, "ipv4"))
		question->family = BAILEY_IPV4;
	else if (bailey_lexer_accept(lex, "ipv6"))
		question->family = BAILEY_IPV6;
	else
		return false;
	return true;
}

static int byte_word(struct bailey_lexer *lex, const char *what, u8 *byte)
{
	u32 value = 0;
	int ret = number_word(lex, what, 255, &value);

	*byte = value;
	return ret;
}

/* One word, or one word and its value, behind the addresses. */
static int option_parse(struct bailey_lexer *lex, struct bailey_question *question)
{
	struct bailey_packet *packet = &question->packet;
	bool icmp = packet->proto == BAILEY_PROTO_ICMP ||
		    packet->proto == BAILEY_PROTO_ICMPV6;

	if (flag_parse(lex, question))
		return 0;
	if (bailey_lexer_accept(lex, "in"))
		return ifname_word(lex, question->in);
	if (bailey_lexer_accept(lex, "out"))
		return ifname_word(lex, question->out);
	if (bailey_lexer_is(lex, "ttl"))
		return byte_word(lex, "the hop limit", &packet->hop_limit);
	if (bailey_lexer_is(lex, "id"))
		return number_word(lex, "the identifier", U32_MAX, &packet->id);
	if (icmp && bailey_lexer_is(lex, "type"))
		return byte_word(lex, "the type", &packet->type);
	if (icmp && bailey_lexer_is(lex, "code"))
		return byte_word(lex, "the code", &packet->code);
	return bailey_lexer_fail(lex, -EINVAL, syntax, "this word is not known here");
}

/* A later fragment shows nothing of what is above IP. */
static void strip_packet(struct bailey_packet *packet)
{
	packet->flags = BAILEY_PKT_FRAGMENT;
	packet->sport = 0;
	packet->dport = 0;
	packet->type = 0;
	packet->code = 0;
	packet->id = 0;
	packet->tcp_flags = 0;
}

/* What follows from the words: kind of ICMP message, ports, TCP flags. */
static void complete_packet(struct bailey_question *question)
{
	struct bailey_packet *packet = &question->packet;

	packet->len = packet->family == BAILEY_IPV4 ? 20 : 40;
	if (bailey_packet_is_icmp(packet))
		packet->flags = bailey_packet_icmp_flags(packet->proto, packet->type);
	else if (bailey_proto_has_ports(packet->proto))
		packet->flags = BAILEY_PKT_PORTS;
	if (packet->proto == BAILEY_PROTO_TCP)
		packet->tcp_flags = BAILEY_TCP_SYN;
	if (question->fragment)
		strip_packet(packet);
}

static void packet_defaults(struct bailey_packet *packet)
{
	packet->hop_limit = HOP_LIMIT;
	if (packet->proto == BAILEY_PROTO_ICMP)
		packet->type = 8;
	if (packet->proto == BAILEY_PROTO_ICMPV6)
		packet->type = 128;
	if (bailey_proto_has_ports(packet->proto))
		packet->sport = CLIENT_PORT;
}

/* The family that protocol and words leave; 0 for both, 2 for none. */
static u8 family_of_words(const struct bailey_question *question)
{
	u8 said = question->family;

	if (question->packet.proto == BAILEY_PROTO_ICMP)
		return said == BAILEY_IPV6 ? 2 : BAILEY_IPV4;
	if (question->packet.proto == BAILEY_PROTO_ICMPV6)
		return said == BAILEY_IPV4 ? 2 : BAILEY_IPV6;
	return said;
}

/* Do the addresses that stand in it agree with each other, and with all else? */
static int families_check(struct bailey_question *question, const u8 *family,
			  struct bailey_diag *diag)
{
	u8 words = family_of_words(question);
	u8 first = family[BAILEY_SRC] ? family[BAILEY_SRC] : family[BAILEY_DST];

	if (family[BAILEY_SRC] && family[BAILEY_DST] &&
	    family[BAILEY_SRC] != family[BAILEY_DST])
		return bailey_question_fail(question, BAILEY_DST, diag, "one family",
					    "from and to are of different families");
	if (words == 2 || (words && first && words != first))
		return bailey_question_fail(question, family[BAILEY_SRC] ? BAILEY_SRC :
					    BAILEY_DST, diag,
					    "icmp and ipv4 with IPv4, icmpv6 and ipv6 with IPv6",
					    "protocol and addresses are of different families");
	question->packet.family = first;
	if (!question->family)
		question->family = first ? first : words;
	return 0;
}

/*
 * Interfaces that are given say all there is to say of an address; an endpoint by
 * name is always behind one, and is looked up.
 */
static u8 unplaced_ends(const struct bailey_question *question)
{
	u8 ends = 0;

	if (!question->in[0] && !question->out[0])
		return 1 << BAILEY_SRC | 1 << BAILEY_DST;
	if (!question->in[0] && question->end[BAILEY_SRC].named)
		ends |= 1 << BAILEY_SRC;
	if (!question->out[0] && question->end[BAILEY_DST].named)
		ends |= 1 << BAILEY_DST;
	return ends;
}

static int proto_word(struct bailey_lexer *lex, struct bailey_packet *packet)
{
	u16 proto;

	if (!bailey_lexer_next(lex) ||
	    !bailey_proto_parse(lex->word, lex->word_len, &proto) ||
	    proto == BAILEY_PROTO_ANY)
		return bailey_lexer_fail(lex, -EINVAL, syntax, "a protocol should stand here");
	bailey_lexer_next(lex);
	packet->proto = proto;
	return 0;
}

/**
 * bailey_question_parse() - read a packet in words
 * @question: filled in; addresses of endpoints that are named, and interfaces that
 *	      are left out, by bailey_question_resolve()
 * @text: one line, with or without its newline
 * @len: its length
 * @diag: says what is wrong with it
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int bailey_question_parse(struct bailey_question *question, const char *text,
			  size_t len, struct bailey_diag *diag)
{
	const char *newline = memchr(text, '\n', len);
	struct bailey_packet *packet = &question->packet;
	struct bailey_lexer lex;
	u8 family[2] = { 0, 0 };
	int ret;

	memset(question, 0, sizeof(*question));
	bailey_lexer_init(&lex, text, newline ? (size_t)(newline - text) : len, 1, diag);
	ret = proto_word(&lex, packet);
	packet_defaults(packet);
	if (!ret)
		ret = side_parse(&lex, "from", packet->proto, &family[BAILEY_SRC],
				 &packet->src, &question->end[BAILEY_SRC], &packet->sport);
	if (!ret)
		ret = side_parse(&lex, "to", packet->proto, &family[BAILEY_DST],
				 &packet->dst, &question->end[BAILEY_DST], &packet->dport);
	if (ret)
		return ret;
	while (lex.word_len && !ret)
		ret = option_parse(&lex, question);
	if (!ret)
		ret = families_check(question, family, diag);
	question->unplaced = unplaced_ends(question);
	if (!ret && packet->family)
		complete_packet(question);
	return ret;
}

/* The first of an endpoint's addresses that is of a family. */
static bool endpoint_addr(const struct bailey_endpoint *endpoint, u8 family,
			  struct bailey_addr *addr)
{
	u32 i;

	for (i = 0; i < endpoint->count; i++) {
		if (endpoint->at[i].family != family)
			continue;
		*addr = endpoint->at[i].addr;
		return true;
	}
	return false;
}

static const struct bailey_endpoint *endpoint_named(const struct bailey_policy *policy,
						    const char *name)
{
	u32 slot = bailey_policy_slot(policy, BAILEY_ENDPOINT, name, strlen(name));
	const struct bailey_object *object = bailey_policy_object(policy, BAILEY_ENDPOINT, slot);

	return object && object->defined ? bailey_endpoint_of(object) : NULL;
}

static int find_named(const struct bailey_question *question,
		      const struct bailey_policy *policy,
		      const struct bailey_endpoint **endpoint, struct bailey_diag *diag)
{
	u32 s;

	for (s = 0; s < 2; s++) {
		endpoint[s] = NULL;
		if (!question->end[s].named)
			continue;
		endpoint[s] = endpoint_named(policy, question->end[s].text);
		if (!endpoint[s])
			return bailey_question_fail(question, s, diag,
						    "an address, or an endpoint of the policy",
						    "there is no endpoint of this name");
	}
	return 0;
}

static bool has_family(const struct bailey_endpoint *endpoint, u8 family)
{
	struct bailey_addr addr;

	return !endpoint || endpoint_addr(endpoint, family, &addr);
}

/* What the names stand for, in one family: IPv4 if nothing else is said. */
static int addrs_of_names(struct bailey_question *question,
			  const struct bailey_endpoint *const *endpoint,
			  struct bailey_diag *diag)
{
	struct bailey_addr *addr[2] = { &question->packet.src, &question->packet.dst };
	u8 family = question->family;
	u32 s;

	if (!family)
		family = has_family(endpoint[BAILEY_SRC], BAILEY_IPV4) &&
			 has_family(endpoint[BAILEY_DST], BAILEY_IPV4) ? BAILEY_IPV4 :
									 BAILEY_IPV6;
	for (s = 0; s < 2; s++)
		if (endpoint[s] && !endpoint_addr(endpoint[s], family, addr[s]))
			return bailey_question_fail(question, s, diag, "",
						    "this endpoint has no address of IPv%u",
						    family);
	question->packet.family = family;
	complete_packet(question);
	return 0;
}

/*
 * The interface of the endpoint that has an address; NULL for none. @several when
 * different interfaces have one.
 */
static const char *dev_of_addr(const struct bailey_policy *policy, u8 family,
			       const struct bailey_addr *addr, bool *several)
{
	const struct bailey_endpoint *endpoint;
	const char *dev = NULL;
	u32 n, i;

	*several = false;
	for (n = 0; n < policy->objects[BAILEY_ENDPOINT].named; n++) {
		bailey_yield_often(n);
		endpoint = bailey_endpoint_of(bailey_policy_nth(policy, BAILEY_ENDPOINT, n));
		for (i = 0; i < endpoint->count; i++) {
			if (endpoint->at[i].family != family ||
			    !bailey_addr_equal(&endpoint->at[i].addr, addr))
				continue;
			*several |= dev && strcmp(dev, endpoint->dev);
			dev = endpoint->dev;
		}
	}
	return dev;
}

static int place_end(struct bailey_question *question, u32 s,
		     const struct bailey_policy *policy,
		     const struct bailey_endpoint *endpoint, struct bailey_diag *diag)
{
	const struct bailey_packet *packet = &question->packet;
	char *to = s == BAILEY_SRC ? question->in : question->out;
	bool several = false;
	const char *dev;

	if (endpoint)
		dev = endpoint->dev;
	else
		dev = dev_of_addr(policy, packet->family,
				  s == BAILEY_SRC ? &packet->src : &packet->dst, &several);
	if (several)
		return bailey_question_fail(question, s, diag, "in IFNAME, out IFNAME or both",
					    "endpoints behind several interfaces have this address");
	if (!dev)
		return 0;
	memcpy(to, dev, BAILEY_IFNAME_MAX + 1);
	question->unplaced &= ~(1 << s);
	return 0;
}

/**
 * bailey_question_resolve() - look up what a question leaves to the policy
 * @question: parsed; endpoints get their addresses and interfaces. An end that is an
 *	      address is placed behind the interface whose endpoint has it, where the
 *	      question names no interface at all
 * @policy: sealed
 * @diag: says which end is not to be found
 *
 * Context: Process.
 * Return: 0, -ENOENT or -EINVAL.
 */
int bailey_question_resolve(struct bailey_question *question,
			    const struct bailey_policy *policy, struct bailey_diag *diag)
{
	const struct bailey_endpoint *endpoint[2];
	int ret = find_named(question, policy, endpoint, diag);
	u32 s;

	if (!ret && (endpoint[0] || endpoint[1]))
		ret = addrs_of_names(question, endpoint, diag);
	for (s = 0; s < 2 && !ret; s++)
		if (question->unplaced & 1 << s)
			ret = place_end(question, s, policy, endpoint[s], diag);
	return ret;
}

/**
 * bailey_question_placed() - insist that a question says where the packet passes
 * @question: resolved
 * @diag: says of which end it does not
 *
 * Return: 0 or -EINVAL.
 */
int bailey_question_placed(const struct bailey_question *question,
			   struct bailey_diag *diag)
{
	if (!question->unplaced)
		return 0;
	return bailey_question_fail(question, question->unplaced & 1 << BAILEY_SRC ?
				    BAILEY_SRC : BAILEY_DST, diag,
				    "in IFNAME, out IFNAME or both",
				    "no endpoint has this address: say where the packet comes in, goes out, or both");
}

/**
 * bailey_question_fail() - refuse a question because of one of its ends
 * @question: the question
 * @end: %BAILEY_SRC or %BAILEY_DST
 * @diag: where it is said; the first error stays
 * @expected: what would have been right, or ""
 * @fmt: the reason
 *
 * Return: -EINVAL, or -ENOENT for an endpoint's name.
 */
int bailey_question_fail(const struct bailey_question *question, u32 end,
			 struct bailey_diag *diag, const char *expected,
			 const char *fmt, ...)
{
	const struct bailey_question_word *word = &question->end[end];
	struct bailey_error *error = &diag->error;
	va_list args;

	if (error->code)
		return error->code;
	va_start(args, fmt);
	vsnprintf(error->reason, sizeof(error->reason), fmt, args);
	va_end(args);
	snprintf(error->word, sizeof(error->word), "%s", word->text);
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	error->code = word->named ? -ENOENT : -EINVAL;
	error->line = 1;
	error->column = word->column;
	error->length = word->length;
	return error->code;
}

/**
 * bailey_packet_print() - append a packet in words
 * @packet: the packet
 * @in: the interface it comes in by, or ""
 * @out_dev: the interface it leaves by, or ""
 * @out: where to
 */
void bailey_packet_print(const struct bailey_packet *packet, const char *in,
			 const char *out_dev, struct bailey_out *out)
{
	bool ports = packet->flags & BAILEY_PKT_PORTS;

	bailey_proto_print(packet->proto, out);
	bailey_out_printf(out, " from ");
	bailey_out_addr(out, packet->family, &packet->src);
	if (ports)
		bailey_out_printf(out, " port %u", packet->sport);
	bailey_out_printf(out, " to ");
	bailey_out_addr(out, packet->family, &packet->dst);
	if (ports)
		bailey_out_printf(out, " port %u", packet->dport);
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		bailey_out_printf(out, " fragment");
	else if (bailey_packet_is_icmp(packet))
		bailey_out_printf(out, " type %u code %u", packet->type, packet->code);
	if (in[0])
		bailey_out_printf(out, " in %s", in);
	if (out_dev[0])
		bailey_out_printf(out, " out %s", out_dev);
}

/**
 * bailey_question_print() - append a question that is resolved, as it is read again
 * @question: resolved
 * @out: where to; no newline
 */
void bailey_question_print(const struct bailey_question *question,
			   struct bailey_out *out)
{
	const struct bailey_packet *packet = &question->packet;

	bailey_packet_print(packet, question->in, question->out, out);
	if (packet->id)
		bailey_out_printf(out, " id %u", packet->id);
	if (packet->hop_limit != HOP_LIMIT)
		bailey_out_printf(out, " ttl %u", packet->hop_limit);
	if (question->connection)
		bailey_out_printf(out, " connection");
}
