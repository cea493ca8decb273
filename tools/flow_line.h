/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One record of a flow log as a line of /proc/net/bailey/flow_log, and its fields by the
 * names that AWS has for them.
 */
#ifndef BAILEY_TOOLS_FLOW_LINE_H
#define BAILEY_TOOLS_FLOW_LINE_H

#include "tool.h"

/**
 * struct flow_line - one record; words point into the line it was read from, NULL for
 * those that are not there
 * @start: Unix seconds
 * @end: Unix seconds
 * @what: "accept", "reject", "skipdata", "nodata" or "lost"
 * @lost: how many records the reader was too slow for
 * @dir: "ingress" or "egress"
 * @proto: protocol name or number
 * @src: source address
 * @dst: destination address
 * @sport: source port
 * @dport: destination port
 * @packets: packets
 * @bytes: bytes
 * @flags: TCP flags
 * @dev: interface
 * @protects: "subnet" or "host"
 * @endpoint: endpoint
 * @acl: ACL
 * @rule: number of its entry, or "*"
 * @groups: groups, "NAME,…"
 * @group: that of the rule
 * @reason: why it was rejected
 * @interface: that endpoint, or else the interface
 * @subnet: the interface, if the subnet behind it is protected
 * @protocol: protocol number
 * @action: "ACCEPT" or "REJECT"
 * @status: "OK", "NODATA" or "SKIPDATA"
 * @type: "IPv4" or "IPv6"
 * @skipped_packets: packets that there was no room for
 * @skipped_bytes: their bytes
 * @none: never there
 * @number: memory for @protocol
 */
struct flow_line {
	const char *start;
	const char *end;
	const char *what;
	const char *lost;
	const char *dir;
	const char *proto;
	const char *src;
	const char *dst;
	const char *sport;
	const char *dport;
	const char *packets;
	const char *bytes;
	const char *flags;
	const char *dev;
	const char *protects;
	const char *endpoint;
	const char *acl;
	const char *rule;
	const char *groups;
	const char *group;
	const char *reason;
	const char *interface;
	const char *subnet;
	const char *protocol;
	const char *action;
	const char *status;
	const char *type;
	const char *skipped_packets;
	const char *skipped_bytes;
	const char *none;
	char number[6];
};

/**
 * struct flow_field - a field that can be printed
 * @name: its name
 * @version: of AWS's flow logs that brought it; 0: it is our own
 * @number: it is one in JSON
 * @settable: the user may say what it is
 * @offset: where it stands in &struct flow_line
 */
struct flow_field {
	const char *name;
	u32 version;
	bool number;
	bool settable;
	size_t offset;
};

#define FLOW_FIELDS	64	/* at the most */

/**
 * struct flow_format - what is printed of each record
 * @field: fields, in order
 * @count: how many
 * @version: the highest among them
 * @set: by field, in the order of flow_fields: what it is in all records, or NULL
 * @number: @version in words
 */
struct flow_format {
	const struct flow_field *field[FLOW_FIELDS];
	u32 count;
	u32 version;
	const char *set[FLOW_FIELDS];
	char number[12];
};

bool flow_line_parse(struct flow_line *line, char *text);
int flow_format_parse(struct flow_format *format, const char *words, const char *usage);
void flow_format_default(struct flow_format *format, bool all);
int flow_format_set(struct flow_format *format, const char *word, const char *usage);
void flow_header_print(const struct flow_format *format);
void flow_line_print(const struct flow_format *format, const struct flow_line *line);
json_t *flow_line_json(const struct flow_format *format, const struct flow_line *line);

#endif /* BAILEY_TOOLS_FLOW_LINE_H */
