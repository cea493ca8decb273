/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bench module: what its files share. main.c says what it does.
 */
#ifndef BAILEY_BENCH_H
#define BAILEY_BENCH_H

#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/types.h>

/* What is sent for each flow. */
enum bench_mode {
	BENCH_OPEN,		/* all that opens a connection, both ways */
	BENCH_ESTABLISHED,	/* one packet of an open connection */
	BENCH_NEW,		/* the first packet, once for each flow, in their order */
	BENCH_PLAIN,		/* the first packet, over and over, shuffled */
	BENCH_STORM,		/* anything, of any flow, by all workers at once */
};

enum bench_dir {
	BENCH_ORIGINAL,
	BENCH_REPLY,
	BENCH_BOTH,		/* by turns for each flow, half of them a turn ahead */
};

/**
 * struct bench_options - one run, as the command says
 * @mode: what is sent
 * @family: 4 or 6; flows from a trace bring their own
 * @proto: IPPROTO_TCP or IPPROTO_UDP; so here
 * @flows: how many
 * @first: number of the first one, so that runs can have flows apart
 * @sources: how many clients have them; 0: four flows for each
 * @packets: how many to send in all; 0: one for each flow
 * @dir: which way, in BENCH_ESTABLISHED
 * @advance: TCP numbers go on with each packet, by @payload
 * @checksum: the stack has not verified it: whoever wants to must
 * @payload: bytes, all zero
 * @drop: the expected verdict is to drop; of a trace's packets each has its own
 * @any: any verdict will do, there is no firewall
 * @local: LOCAL_IN in place of FORWARD and POST_ROUTING
 * @trace: flows are those that were written to the trace file
 * @cpus: kernel threads, each bound to a CPU and with flows of its own; 0:
 *	in the caller's context
 * @slice: packets between two looks at the clock
 * @probe: 1 or 2: in place of the hooks the probe (probe.c) looks the flow up, in so
 *	many lines of memory; BENCH_OPEN puts all flows there
 * @seed: of all that is shuffled
 * @in: interface through which requests come
 * @out: interface through which they leave
 */
struct bench_options {
	enum bench_mode mode;
	u32 family;
	u32 proto;
	u32 flows;
	u32 first;
	u32 sources;
	u32 packets;
	enum bench_dir dir;
	u32 advance;
	u32 checksum;
	u32 payload;
	u32 drop;
	u32 any;
	u32 local;
	u32 trace;
	u32 cpus;
	u32 slice;
	u32 probe;
	u32 seed;
	char in[IFNAMSIZ];
	char out[IFNAMSIZ];
};

#define BENCH_HEADER	60

/**
 * struct bench_flow - one cache line: a packet's headers, as they were sent last
 * @header: IP header and behind it the transport's, of the original direction;
 *	TCP: the next sequence number to send, and to be received
 * @family: 4 or 6
 * @proto: IPPROTO_*
 * @length: of the headers, bytes
 * @drop: expected verdict
 */
struct bench_flow {
	u8 header[BENCH_HEADER];
	u8 family;
	u8 proto;
	u8 length;
	u8 drop;
} __aligned(64);

/**
 * struct bench_flows - those of the run
 * @flow: in the order in which they are sent, so that the headers come as they
 *	do from a network card: into the cache ahead of the processor
 * @count: how many
 * @made: the options that they were made for
 * @edition: and of the trace
 * @shuffled: since connections were opened in this order
 */
struct bench_flows {
	struct bench_flow *flow;
	u32 count;
	struct bench_options made;
	u32 edition;
	bool shuffled;
};

/**
 * struct bench_result - what came out
 * @packets: sent
 * @accepted: of them
 * @dropped: of them
 * @wrong: of them, those with another verdict than expected
 * @busy: nanoseconds in slices
 * @wall: nanoseconds from the first packet to the last
 * @median: of the slices' nanoseconds for 100 packets
 * @least: and the least
 */
struct bench_result {
	u64 packets;
	u64 accepted;
	u64 dropped;
	u64 wrong;
	u64 busy;
	u64 wall;
	u64 median;
	u64 least;
};

int bench_flows_make(struct bench_flows *flows, const struct bench_options *options);
void bench_flows_shuffle(struct bench_flows *flows, u32 seed);
void bench_flows_free(struct bench_flows *flows);

void bench_flow_set_addr(struct bench_flow *flow, bool dst, const u8 *addr);
void bench_flow_finish(struct bench_flow *flow, u16 sport, u16 dport, u32 payload);

int bench_trace_init(void);
void bench_trace_exit(void);
u32 bench_trace_edition(void);
int bench_trace_copy(struct bench_flows *flows, u32 payload);

int bench_probe_make(const struct bench_flows *flows, const struct bench_options *options);
bool bench_probe_find(const u8 *header, u32 probe);
void bench_probe_free(void);

int bench_send(struct net *net, struct bench_flows *flows,
	       const struct bench_options *options, struct bench_result *result);

#endif /* BAILEY_BENCH_H */
