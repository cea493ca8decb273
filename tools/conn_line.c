// SPDX-License-Identifier: GPL-2.0
/*
 * One connection as a line of /proc/net/bailey/connections, and filters.
 */
#include <ctype.h>

#include "conn_line.h"
#include "engine/match_text.h"

/* Where the value of a "KEY=VALUE" word goes: a string or a number. */
struct field {
	const char *key;
	size_t string;
	size_t number;
};

#define STRING(k)	{ #k, offsetof(struct conn_line, k), 0 }
#define NUMBER(k)	{ #k, 0, offsetof(struct conn_line, k) }

static const struct field fields[] = {
	STRING(src), STRING(dst), STRING(in), STRING(out), STRING(groups),
	STRING(reason),
	NUMBER(sport), NUMBER(dport), NUMBER(type), NUMBER(code), NUMBER(id),
	NUMBER(key), NUMBER(expires),
};

/* A key that a later module adds is no error. */
static void set_field(struct conn_line *conn, const char *key, const char *value)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strcmp(key, fields[i].key))
			continue;
		if (fields[i].string)
			*(const char **)((char *)conn + fields[i].string) = value;
		else
			*(s64 *)((char *)conn + fields[i].number) = strtoll(value, NULL, 10);
	}
}

static void set_flag(struct conn_line *conn, const char *word)
{
	conn->replied |= !strcmp(word, "REPLIED");
	conn->stream |= !strcmp(word, "STREAM");
	conn->assured |= !strcmp(word, "ASSURED");
}

/**
 * conn_line_parse() - read a line
 * @conn: filled in
 * @line: the line without its newline; cut into words
 *
 * Return: false if there are no two addresses in it.
 */
bool conn_line_parse(struct conn_line *conn, char *line)
{
	char *word, *value;

	memset(conn, 0, sizeof(*conn));
	conn->sport = CONN_NUMBER_NONE;
	conn->dport = CONN_NUMBER_NONE;
	conn->type = CONN_NUMBER_NONE;
	conn->code = CONN_NUMBER_NONE;
	conn->id = CONN_NUMBER_NONE;
	conn->key = CONN_NUMBER_NONE;
	conn->in = "-";
	conn->out = "-";
	conn->groups = "0,0";
	conn->proto = strsep(&line, " ");
	conn->state = line ? strsep(&line, " ") : "-";
	while ((word = strsep(&line, " "))) {
		value = strchr(word, '=');
		if (value) {
			*value = '\0';
			set_field(conn, word, value + 1);
		} else {
			set_flag(conn, word);
		}
	}
	return conn->src && conn->dst;
}

/**
 * conn_reply_type() - the ICMP type of the response
 * @conn: an ICMP or ICMPv6 query
 *
 * Return: the type.
 */
s64 conn_reply_type(const struct conn_line *conn)
{
	if (!strcmp(conn->proto, "icmp") && conn->type == 8)
		return 0;
	return conn->type + 1;
}

/**
 * conn_end_print() - an address with its port
 * @to: filled in
 * @size: room in @to
 * @addr: the address
 * @port: the port, or %CONN_NUMBER_NONE
 *
 * Return: as snprintf().
 */
int conn_end_print(char *to, size_t size, const char *addr, s64 port)
{
	const char *format = strchr(addr, ':') ? "[%s]:%lld" : "%s:%lld";

	if (port == CONN_NUMBER_NONE)
		return snprintf(to, size, "%s", addr);
	return snprintf(to, size, format, addr, (long long)port);
}

/**
 * conn_extra_print() - print what a connection has instead of ports
 * @conn: the connection
 * @response: of its response, not of its request
 */
void conn_extra_print(const struct conn_line *conn, bool response)
{
	s64 type = response ? conn_reply_type(conn) : conn->type;

	if (conn->type != CONN_NUMBER_NONE)
		printf(" type %lld", (long long)type);
	if (conn->code != CONN_NUMBER_NONE)
		printf(" code %lld", (long long)conn->code);
	if (conn->id != CONN_NUMBER_NONE)
		printf(" id %lld", (long long)conn->id);
	if (conn->key != CONN_NUMBER_NONE)
		printf(" key %lld", (long long)conn->key);
}

/**
 * conn_row_print() - print the request of a connection in one row
 * @conn: the connection
 */
void conn_row_print(const struct conn_line *conn)
{
	char src[96], dst[96];

	conn_end_print(src, sizeof(src), conn->src, conn->sport);
	conn_end_print(dst, sizeof(dst), conn->dst, conn->dport);
	printf("%-7s %s%-11s%s %s%-*s %-*s%s %-*s %-*s", conn->proto,
	       tool_colour(TOOL_BOLD), conn->state, tool_colour_end(),
	       tool_colour(TOOL_ADDR), CONN_ADDR_WIDTH, src, CONN_ADDR_WIDTH, dst,
	       tool_colour_end(), CONN_DEV_WIDTH, conn->in, CONN_DEV_WIDTH, conn->out);
	conn_extra_print(conn, false);
	if (tool_options.stats)
		printf(" groups %s", conn->groups);
}

static void set_number(json_t *json, const char *key, s64 value)
{
	if (value != CONN_NUMBER_NONE)
		json_object_set_new(json, key, json_integer(value));
}

static json_t *half_json(const struct conn_line *conn, bool response)
{
	json_t *half = json_pack("{s:s, s:s}",
				 "source", response ? conn->dst : conn->src,
				 "destination", response ? conn->src : conn->dst);

	set_number(half, "source_port", response ? conn->dport : conn->sport);
	set_number(half, "destination_port", response ? conn->sport : conn->dport);
	if (conn->type != CONN_NUMBER_NONE)
		set_number(half, "type", response ? conn_reply_type(conn) : conn->type);
	set_number(half, "code", conn->code);
	set_number(half, "id", conn->id);
	set_number(half, "key", conn->key);
	json_object_set_new(half, "in", json_string(response ? conn->out : conn->in));
	json_object_set_new(half, "out", json_string(response ? conn->in : conn->out));
	return half;
}

/**
 * conn_line_json() - a connection with both its halves
 * @conn: the connection
 *
 * Return: a new object, or NULL if its group sets are not two numbers.
 */
json_t *conn_line_json(const struct conn_line *conn)
{
	unsigned int originator = 0, responder = 0;

	if (sscanf(conn->groups, "%9u,%9u", &originator, &responder) != 2)
		return NULL;
	return json_pack("{s:s, s:s?, s:o, s:o, s:{s:i, s:i}, s:I, s:b, s:b, s:b}",
			 "protocol", conn->proto,
			 "state", strcmp(conn->state, "-") ? conn->state : NULL,
			 "request", half_json(conn, false),
			 "response", half_json(conn, true),
			 "groups", "originator", originator, "responder", responder,
			 "expires", (json_int_t)conn->expires,
			 "replied", conn->replied, "stream", conn->stream,
			 "assured", conn->assured);
}

static int prefix_parse(struct conn_prefix *prefix, const char *word,
			const char *usage)
{
	const char *slash = strchr(word, '/');
	size_t len = slash ? (size_t)(slash - word) : strlen(word);
	u32 most, bits;

	if (!bailey_text_addr(word, len, &prefix->family, &prefix->addr))
		return tool_usage(usage, "'%s' is not an address or prefix", word);
	most = prefix->family == BAILEY_IPV4 ? 32 : 128;
	bits = most;
	if (slash && !bailey_text_number(slash + 1, strlen(slash + 1), most, &bits))
		return tool_usage(usage, "the prefix length of '%s' is not from 0 to %u",
				  word, most);
	prefix->given = true;
	prefix->bits = bits;
	prefix->addr = bailey_prefix_mask(&prefix->addr, bits);
	return TOOL_OK;
}

static int port_parse(s64 *port, const char *word, const char *usage)
{
	u32 value;

	if (!bailey_text_number(word, strlen(word), U16_MAX, &value))
		return tool_usage(usage, "'%s' is not a port", word);
	*port = value;
	return TOOL_OK;
}

static int proto_parse(int *proto, const char *word, const char *usage)
{
	u16 value;

	if (!bailey_proto_parse(word, strlen(word), &value) ||
	    value == BAILEY_PROTO_ANY)
		return tool_usage(usage, "'%s' is not a protocol", word);
	*proto = value;
	return TOOL_OK;
}

/* Not their first, which no connection has. */
static const char *find_state(const char *const *names, u32 count, const char *word)
{
	u32 i;

	for (i = 1; i < count; i++)
		if (!strcmp(word, names[i]))
			return names[i];
	return NULL;
}

static int state_parse(const char **state, char *word, const char *usage)
{
	static const char * const tcp[] = BAILEY_TCP_STATE_NAMES;
	static const char * const sctp[] = BAILEY_SCTP_STATE_NAMES;
	u32 i;

	for (i = 0; word[i]; i++)
		word[i] = toupper((u8)word[i]);
	*state = find_state(tcp, ARRAY_SIZE(tcp), word);
	if (!*state)
		*state = find_state(sctp, ARRAY_SIZE(sctp), word);
	if (!*state)
		return tool_usage(usage, "'%s' is not a state of TCP or SCTP", word);
	return TOOL_OK;
}

static int filter_word(struct conn_filter *filter, const char *key, char *word,
		       const char *usage)
{
	if (!strcmp(key, "proto"))
		return proto_parse(&filter->proto, word, usage);
	if (!strcmp(key, "src"))
		return prefix_parse(&filter->src, word, usage);
	if (!strcmp(key, "dst"))
		return prefix_parse(&filter->dst, word, usage);
	if (!strcmp(key, "sport"))
		return port_parse(&filter->sport, word, usage);
	if (!strcmp(key, "dport"))
		return port_parse(&filter->dport, word, usage);
	if (!strcmp(key, "state"))
		return state_parse(&filter->state, word, usage);
	return tool_usage(usage, "'%s' is unknown", key);
}

/**
 * conn_filter_parse() - read a filter
 * @filter: filled in
 * @argc: words
 * @argv: the words; a state is put into capitals, as the module has it
 * @usage: shown when they are wrong
 *
 * Return: %TOOL_OK or %TOOL_USAGE.
 */
int conn_filter_parse(struct conn_filter *filter, int argc, char **argv,
		      const char *usage)
{
	int i;

	memset(filter, 0, sizeof(*filter));
	filter->proto = CONN_NUMBER_NONE;
	filter->sport = CONN_NUMBER_NONE;
	filter->dport = CONN_NUMBER_NONE;
	for (i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return tool_usage(usage, "a word is missing behind '%s'", argv[i]);
		if (filter_word(filter, argv[i], argv[i + 1], usage))
			return TOOL_USAGE;
	}
	return TOOL_OK;
}

static bool prefix_holds(const struct conn_prefix *prefix, const char *word)
{
	struct bailey_addr addr;
	u8 family;

	if (!prefix->given)
		return true;
	return bailey_text_addr(word, strlen(word), &family, &addr) &&
	       family == prefix->family &&
	       bailey_addr_in_prefix(&addr, &prefix->addr, prefix->bits);
}

static bool proto_holds(int proto, const char *word)
{
	u16 value;

	return proto == CONN_NUMBER_NONE ||
	       (bailey_proto_parse(word, strlen(word), &value) && value == proto);
}

/**
 * conn_filter_holds() - is this connection meant?
 * @filter: the filter
 * @conn: the connection
 *
 * Return: true if all that the filter says holds.
 */
bool conn_filter_holds(const struct conn_filter *filter, const struct conn_line *conn)
{
	return proto_holds(filter->proto, conn->proto) &&
	       prefix_holds(&filter->src, conn->src) &&
	       prefix_holds(&filter->dst, conn->dst) &&
	       (filter->sport == CONN_NUMBER_NONE || filter->sport == conn->sport) &&
	       (filter->dport == CONN_NUMBER_NONE || filter->dport == conn->dport) &&
	       (!filter->state || !strcmp(filter->state, conn->state));
}
