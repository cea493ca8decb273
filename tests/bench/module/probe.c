// SPDX-License-Identifier: GPL-2.0
/*
 * The probe: what finding a connection costs at the least, in place of the hooks.
 *
 * A packet's addresses and ports are hashed, and the one cache line that holds its flow
 * is read and compared (probe=1, as if entries were inline in an index of three
 * quarters' load), or a line of an index and then, by a pointer in it, the flow's line
 * (probe=2). Nothing is locked, judged, counted or written. IPv4 alone.
 */
#include "bench.h"

#include <linux/ip.h>
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/tcp.h>
#include <linux/vmalloc.h>

#define PROBE_SLOTS	5	/* of an index's line */
#define PROBE_LOAD	4	/* flows for each of these lines */

/* A flow: its two ends, in order; an empty one has both 0. */
struct probe_flow {
	u64 end[2];
	u64 reserved[6];
};

struct probe_line {
	const struct probe_flow *flow[PROBE_SLOTS];
	u16 tag[PROBE_SLOTS];
} __aligned(64);

/* @flow: @places of them. @index: with probe=2, @lines. */
struct probe_table {
	struct probe_flow *flow;
	struct probe_line *index;
	u32 places;
	u32 lines;
};

static struct probe_table tables[2];

static const hsiphash_key_t secret = { { 0x9e3779b97f4a7c15ull, 0x2545f4914f6cdd1dull } };

static u32 probe_key(const u8 *header, u64 end[2])
{
	const struct iphdr *ip = (const struct iphdr *)header;
	const struct tcphdr *th = (const struct tcphdr *)(ip + 1);

	end[0] = (u64)ntohl(ip->saddr) << 16 | ntohs(th->source);
	end[1] = (u64)ntohl(ip->daddr) << 16 | ntohs(th->dest);
	if (end[0] > end[1])
		swap(end[0], end[1]);
	return hsiphash_4u32(end[0] >> 16, end[1] >> 16,
			     (end[0] & 0xffff) << 16 | (end[1] & 0xffff), ip->protocol, &secret);
}

static bool is_flow(const struct probe_flow *flow, const u64 end[2])
{
	return flow->end[0] == end[0] && flow->end[1] == end[1];
}

static u32 place_of(u32 hash, u32 places)
{
	return ((u64)hash * places) >> 32;
}

static bool find_inline(const struct probe_table *table, const u64 end[2], u32 hash)
{
	u32 at = place_of(hash, table->places);

	for (; table->flow[at].end[1]; at = at + 1 == table->places ? 0 : at + 1)
		if (is_flow(&table->flow[at], end))
			return true;
	return false;
}

static bool find_behind(const struct probe_table *table, const u64 end[2], u32 hash)
{
	const struct probe_line *line;
	u32 i, at = place_of(hash, table->lines);

	for (;; at = at + 1 == table->lines ? 0 : at + 1) {
		line = &table->index[at];
		for (i = 0; i < PROBE_SLOTS; i++) {
			if (!line->flow[i])
				return false;
			if (line->tag[i] == (u16)hash && is_flow(line->flow[i], end))
				return true;
		}
	}
}

static void put_inline(struct probe_table *table, const struct probe_flow *flow, u32 hash)
{
	u32 at = place_of(hash, table->places);

	while (table->flow[at].end[1])
		at = at + 1 == table->places ? 0 : at + 1;
	table->flow[at] = *flow;
}

static void put_behind(struct probe_table *table, const struct probe_flow *flow, u32 hash)
{
	u32 i, at = place_of(hash, table->lines);

	for (;; at = at + 1 == table->lines ? 0 : at + 1) {
		for (i = 0; i < PROBE_SLOTS; i++) {
			if (table->index[at].flow[i])
				continue;
			table->index[at].flow[i] = flow;
			table->index[at].tag[i] = hash;
			return;
		}
	}
}

static int make_table(struct probe_table *table, u32 places, u32 lines)
{
	table->places = places;
	table->lines = lines;
	table->flow = vzalloc(array_size(places, sizeof(*table->flow)));
	table->index = vzalloc(array_size(lines, sizeof(*table->index)));
	return table->flow && table->index ? 0 : -ENOMEM;
}

static void free_table(struct probe_table *table)
{
	vfree(table->flow);
	vfree(table->index);
	memset(table, 0, sizeof(*table));
}

static void put(struct probe_table *table, const struct bench_flows *flows, bool behind)
{
	struct probe_flow flow = {};
	u32 i, hash;

	for (i = 0; i < flows->count; i++) {
		hash = probe_key(flows->flow[i].header, flow.end);
		if (behind) {
			table->flow[i] = flow;
			put_behind(table, &table->flow[i], hash);
		} else {
			put_inline(table, &flow, hash);
		}
	}
}

/* Put all flows where probes find them. */
int bench_probe_make(const struct bench_flows *flows, const struct bench_options *options)
{
	bool behind = options->probe == 2;
	struct probe_table *table = &tables[behind];
	int ret;

	if (options->family != 4 || options->trace)
		return -EINVAL;
	free_table(table);
	ret = behind ? make_table(table, flows->count, flows->count / PROBE_LOAD + 1) :
		       make_table(table, flows->count + flows->count / 3 + 1, 1);
	if (ret)
		free_table(table);
	else
		put(table, flows, behind);
	return ret;
}

/* Is there a flow of these headers? */
bool bench_probe_find(const u8 *header, u32 probe)
{
	const struct probe_table *table = &tables[probe == 2];
	u64 end[2];
	u32 hash = probe_key(header, end);

	if (!table->flow)
		return false;
	return probe == 2 ? find_behind(table, end, hash) : find_inline(table, end, hash);
}

void bench_probe_free(void)
{
	free_table(&tables[0]);
	free_table(&tables[1]);
}
