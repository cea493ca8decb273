// SPDX-License-Identifier: GPL-2.0
/*
 * One record of a flow log, and its fields by the names that AWS has for them.
 */
#include <ctype.h>

#include "flow_line.h"
#include "engine/match_text.h"

/* Where the value of a "KEY=VALUE" word goes. */
#define KEY(k)	{ #k, offsetof(struct flow_line, k) }

static const struct {
	const char *name;
	size_t offset;
} keys[] = {
	KEY(dir), KEY(proto), KEY(src), KEY(dst), KEY(sport), KEY(dport), KEY(packets),
	KEY(bytes), KEY(flags), KEY(dev), KEY(protects), KEY(endpoint), KEY(acl), KEY(rule),
	KEY(groups), KEY(group), KEY(reason),
};

static bool is_number(const char *word)
{
	return word && *word && !word[strspn(word, "0123456789")];
}

/* A key that a later module adds is no error. */
static void set_key(struct flow_line *line, char *word)
{
	char *value = strchr(word, '=');
	u32 i;

	if (!value)
		return;
	*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i].name, word))
			*(const char **)((char *)line + keys[i].offset) = value;
}

/* Of a flow: what follows from its words. */
static bool derive_flow(struct flow_line *line, bool accept)
{
	u16 proto;

	if (!line->src || !line->dst || !line->dir || !line->dev || !line->proto ||
	    !bailey_proto_parse(line->proto, strlen(line->proto), &proto))
		return false;
	snprintf(line->number, sizeof(line->number), "%u", proto);
	line->protocol = line->number;
	line->action = accept ? "ACCEPT" : "REJECT";
	line->status = "OK";
	line->type = strchr(line->src, ':') ? "IPv6" : "IPv4";
	/* Where there are no ports or flags AWS writes 0. */
	line->sport = line->sport ? line->sport : "0";
	line->dport = line->dport ? line->dport : "0";
	line->flags = line->flags ? line->flags : "0";
	return true;
}

static bool derive(struct flow_line *line)
{
	bool accept = !strcmp(line->what, "accept"), nodata = !strcmp(line->what, "nodata");

	line->interface = line->endpoint ? line->endpoint : line->dev;
	if (line->protects && !strcmp(line->protects, "subnet"))
		line->subnet = line->dev;
	line->status = nodata ? "NODATA" : "SKIPDATA";
	if (nodata)
		return line->dev;
	if (!is_number(line->packets) || !is_number(line->bytes))
		return false;
	if (accept || !strcmp(line->what, "reject"))
		return derive_flow(line, accept);
	line->skipped_packets = line->packets;
	line->skipped_bytes = line->bytes;
	line->packets = NULL;
	line->bytes = NULL;
	return !strcmp(line->what, "skipdata");
}

/**
 * flow_line_parse() - read a line
 * @line: filled in
 * @text: the line without its newline; cut into words
 *
 * Return: false if it is none.
 */
bool flow_line_parse(struct flow_line *line, char *text)
{
	char *word;

	memset(line, 0, sizeof(*line));
	line->start = strsep(&text, " ");
	if (!strcmp(line->start, "lost")) {
		line->start = NULL;
		line->what = "lost";
		line->status = "SKIPDATA";
		line->lost = text;
		return is_number(text);
	}
	line->end = strsep(&text, " ");
	line->what = strsep(&text, " ");
	if (!is_number(line->start) || !is_number(line->end) || !line->what)
		return false;
	while ((word = strsep(&text, " ")))
		set_key(line, word);
	return derive(line);
}

#define FIELD(n, v, k)		{ n, v, false, false, offsetof(struct flow_line, k) }
#define NUMBER(n, v, k)		{ n, v, true, false, offsetof(struct flow_line, k) }
#define SETTABLE(n, v, k)	{ n, v, false, true, offsetof(struct flow_line, k) }

/* Those of version 2 in the order of AWS's default format. */
static const struct flow_field flow_fields[] = {
	NUMBER("version", 2, none),
	SETTABLE("account-id", 2, none),
	SETTABLE("interface-id", 2, interface),
	FIELD("srcaddr", 2, src),
	FIELD("dstaddr", 2, dst),
	NUMBER("srcport", 2, sport),
	NUMBER("dstport", 2, dport),
	NUMBER("protocol", 2, protocol),
	NUMBER("packets", 2, packets),
	NUMBER("bytes", 2, bytes),
	NUMBER("start", 2, start),
	NUMBER("end", 2, end),
	FIELD("action", 2, action),
	FIELD("log-status", 2, status),
	SETTABLE("vpc-id", 3, none),
	SETTABLE("subnet-id", 3, subnet),
	SETTABLE("instance-id", 3, none),
	NUMBER("tcp-flags", 3, flags),
	FIELD("type", 3, type),
	FIELD("pkt-srcaddr", 3, src),
	FIELD("pkt-dstaddr", 3, dst),
	SETTABLE("region", 4, none),
	SETTABLE("az-id", 4, none),
	SETTABLE("sublocation-type", 4, none),
	SETTABLE("sublocation-id", 4, none),
	FIELD("pkt-src-aws-service", 5, none),
	FIELD("pkt-dst-aws-service", 5, none),
	FIELD("flow-direction", 5, dir),
	FIELD("traffic-path", 5, none),
	FIELD("reject-reason", 8, reason),
	FIELD("interface", 0, dev),
	FIELD("protects", 0, protects),
	FIELD("endpoint", 0, endpoint),
	FIELD("acl", 0, acl),
	FIELD("rule", 0, rule),
	FIELD("groups", 0, groups),
	FIELD("group", 0, group),
	NUMBER("skipped-packets", 0, skipped_packets),
	NUMBER("skipped-bytes", 0, skipped_bytes),
	NUMBER("lost-records", 0, lost),
};

static_assert(ARRAY_SIZE(flow_fields) <= FLOW_FIELDS);

static const struct flow_field *find_field(const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(flow_fields); i++)
		if (strlen(flow_fields[i].name) == len &&
		    !memcmp(flow_fields[i].name, name, len))
			return &flow_fields[i];
	return NULL;
}

static const char *value_of(const struct flow_format *format, const struct flow_field *field,
			    const struct flow_line *line)
{
	const char *set = format->set[field - flow_fields];

	return set ? set : *(const char *const *)((const char *)line + field->offset);
}

static void begin_fields(struct flow_format *format)
{
	format->count = 0;
	format->version = 2;
	format->set[0] = format->number;
}

static void add_field(struct flow_format *format, const struct flow_field *field)
{
	format->field[format->count++] = field;
	if (field->version > format->version)
		format->version = field->version;
	snprintf(format->number, sizeof(format->number), "%u", format->version);
}

/**
 * flow_format_parse() - read which fields are wanted
 * @format: filled in, but for what is set
 * @words: names between blanks or commas, each alone or as "${NAME}"
 * @usage: shown when they are wrong
 *
 * Return: %TOOL_OK or %TOOL_USAGE.
 */
int flow_format_parse(struct flow_format *format, const char *words, const char *usage)
{
	const struct flow_field *field;
	bool dollar;
	size_t len;

	begin_fields(format);
	for (words += strspn(words, " ,"); *words; words += strspn(words, " ,")) {
		dollar = !strncmp(words, "${", 2);
		words += dollar ? 2 : 0;
		len = strcspn(words, dollar ? " ,}" : " ,");
		field = find_field(words, len);
		if (!field || (dollar && words[len] != '}'))
			return tool_usage(usage, "there is no field '%.*s'", (int)len, words);
		if (format->count == FLOW_FIELDS)
			return tool_usage(usage, "no more than %d fields", FLOW_FIELDS);
		add_field(format, field);
		words += len + dollar;
	}
	if (!format->count)
		return tool_usage(usage, "which fields?");
	return TOOL_OK;
}

/**
 * flow_format_default() - the fields of AWS's default format, or all there are
 * @format: filled in, but for what is set
 * @all: all
 */
void flow_format_default(struct flow_format *format, bool all)
{
	u32 i;

	begin_fields(format);
	for (i = 0; i < ARRAY_SIZE(flow_fields); i++)
		if (all || flow_fields[i].version == 2)
			add_field(format, &flow_fields[i]);
}

/**
 * flow_format_set() - the user says what a field is
 * @format: the format
 * @word: "NAME=VALUE"; must live as long as @format
 * @usage: shown when it is wrong
 *
 * Return: %TOOL_OK or %TOOL_USAGE.
 */
int flow_format_set(struct flow_format *format, const char *word, const char *usage)
{
	size_t len = strcspn(word, "=");
	const struct flow_field *field = find_field(word, len);
	const char *value = word[len] ? word + len + 1 : "";

	if (!field)
		return tool_usage(usage, "there is no field '%.*s'", (int)len, word);
	if (!field->settable)
		return tool_usage(usage, "what '%s' is cannot be set", field->name);
	if (!*value || value[strcspn(value, " \t\r\n")])
		return tool_usage(usage, "--set takes NAME=VALUE, without blanks in VALUE");
	format->set[field - flow_fields] = value;
	return TOOL_OK;
}

/**
 * flow_header_print() - print the names of the fields in a line
 * @format: which ones
 */
void flow_header_print(const struct flow_format *format)
{
	u32 i;

	for (i = 0; i < format->count; i++)
		printf("%s%s", i ? " " : "", format->field[i]->name);
	putchar('\n');
}

/**
 * flow_line_print() - print a record in a line
 * @format: which fields
 * @line: the record
 */
void flow_line_print(const struct flow_format *format, const struct flow_line *line)
{
	const char *value;
	u32 i;

	for (i = 0; i < format->count; i++) {
		value = value_of(format, format->field[i], line);
		printf("%s%s", i ? " " : "", value ? value : "-");
	}
	putchar('\n');
}

static void json_name(char *to, size_t size, const char *name)
{
	size_t i;

	for (i = 0; name[i] && i + 1 < size; i++)
		to[i] = name[i] == '-' ? '_' : name[i];
	to[i] = '\0';
}

/**
 * flow_line_json() - a record as an object
 * @format: which fields
 * @line: the record
 *
 * Return: a new object; NULL if memory ran out.
 */
json_t *flow_line_json(const struct flow_format *format, const struct flow_line *line)
{
	json_t *json = json_object(), *member;
	char name[32];
	const char *value;
	u32 i;

	for (i = 0; i < format->count; i++) {
		value = value_of(format, format->field[i], line);
		json_name(name, sizeof(name), format->field[i]->name);
		if (!value)
			member = json_null();
		else if (format->field[i]->number && is_number(value))
			member = json_integer(strtoll(value, NULL, 10));
		else
			member = tool_json_string(value, strlen(value));
		json_object_set_new(json, name, member);
	}
	return json;
}
