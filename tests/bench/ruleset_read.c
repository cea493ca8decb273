// SPDX-License-Identifier: GPL-2.0
/*
 * Filter sets as ClassBench publishes them, one filter a line:
 *
 *	@192.0.2.0/24  198.51.100.7/32  0 : 65535  80 : 80  0x06/0xFF  0x0000/0x0000
 *
 * The TCP flags at the end are not read. Its seeds made other protocols out of
 * some numbers: a filter with ports whose protocol has none is read as TCP
 * (protocol even or any) or UDP (odd), since else no packet could ever match it.
 */
#include <stdlib.h>
#include <string.h>
#include "ruleset.h"

static bool has_ports(uint16_t proto)
{
	return proto == 6 || proto == 17 || proto == 136 || proto == 132 || proto == 33;
}

static struct ruleset_addr net_of(const unsigned int *byte, unsigned int bits)
{
	uint64_t addr = (uint64_t)byte[0] << 24 | byte[1] << 16 | byte[2] << 8 | byte[3];
	struct ruleset_addr net = { addr << 32, 0 };

	net.hi = bits ? net.hi & ~0ULL << (64 - bits) : 0;
	return net;
}

static bool read_line(const char *line, struct ruleset_rule *rule)
{
	unsigned int s[4], d[4], sbits, dbits, sport[2], dport[2], proto, mask;

	if (sscanf(line, "@%u.%u.%u.%u/%u %u.%u.%u.%u/%u %u : %u %u : %u %x/%x",
		   &s[0], &s[1], &s[2], &s[3], &sbits, &d[0], &d[1], &d[2], &d[3], &dbits,
		   &sport[0], &sport[1], &dport[0], &dport[1], &proto, &mask) != 16 ||
	    sbits > 32 || dbits > 32)
		return false;
	memset(rule, 0, sizeof(*rule));
	rule->src = net_of(s, sbits);
	rule->dst = net_of(d, dbits);
	rule->src_bits = sbits;
	rule->dst_bits = dbits;
	rule->sport[0] = sport[0];
	rule->sport[1] = sport[1];
	rule->dport[0] = dport[0];
	rule->dport[1] = dport[1];
	rule->proto = mask ? proto : RULESET_PROTO_ANY;
	if ((sport[0] || dport[0] || sport[1] != 65535 || dport[1] != 65535) &&
	    !has_ports(rule->proto))
		rule->proto = rule->proto & 1 ? 17 : 6;
	return true;
}

int ruleset_read(struct ruleset *set, const char *path)
{
	const char *base = strrchr(path, '/');
	FILE *from = fopen(path, "r");
	struct ruleset_rule rule;
	char line[512];
	int ret = 0;

	memset(set, 0, sizeof(*set));
	snprintf(set->name, sizeof(set->name), "%s", base ? base + 1 : path);
	if (!from) {
		perror(path);
		return -1;
	}
	while (!ret && fgets(line, sizeof(line), from)) {
		if (line[0] != '@')
			continue;
		if (!read_line(line, &rule)) {
			fprintf(stderr, "%s: not a filter: %s", path, line);
			ret = -1;
		} else {
			rule.allow = set->count % 3 != 0;
			ret = ruleset_append(set, &rule);
		}
	}
	fclose(from);
	return ret;
}
