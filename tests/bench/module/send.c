// SPDX-License-Identifier: GPL-2.0
/*
 * Sends flows' packets through the hooks of a namespace, one at a time, and
 * counts verdicts.
 *
 * The buffer is one and the same, always in the cache, as are the buffers that
 * a driver has just recycled; the headers are written into it from the flow.
 * It has a reference of its own, so that a firewall that drops it gives a
 * reference back and no more; nobody's memory is measured but the firewall's.
 * Whatever a firewall hung on the packet (conntrack's entry) is taken off as
 * the stack does when a packet leaves.
 *
 * A worker runs slices with bottom halves off and under rcu_read_lock(), as the
 * stack does in its softirq, and looks at the clock between them.
 */
#include "bench.h"

#include <linux/completion.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kthread.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/sort.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/vmalloc.h>
#include <net/dst.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/route.h>

#define SLICES		65536
#define WORKERS		8

#define FLAG_FIN	0x01
#define FLAG_SYN	0x02
#define FLAG_RST	0x04
#define FLAG_PSH	0x08
#define FLAG_ACK	0x10

/* One way through the namespace: from an interface, to an interface. */
struct way {
	struct net_device *in;
	struct net_device *out;
	struct dst_entry *dst4;
	struct dst_entry *dst6;
};

struct run {
	struct net *net;
	const struct bench_options *options;
	struct bench_flows *flows;
	struct way way[2];		/* original, reply */
};

struct worker {
	struct run *run;
	struct sk_buff *skb;
	u8 *data;
	u32 begin, end;			/* its flows */
	u32 at, pass;
	u64 drawn;			/* BENCH_STORM: what its packets are drawn from */
	u64 left;			/* packets to send */
	struct bench_result result;
	u32 *slice;			/* nanoseconds for 100 packets of each slice */
	u32 slices;
	struct task_struct *task;
	struct completion done;
	int ret;
};

static int finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

/* The buffer as a driver hands it up, the headers as they are in it. */
static void renew(struct worker *w, const struct bench_flow *flow)
{
	struct sk_buff *skb = w->skb;
	u32 ip = flow->family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	skb->data = w->data;
	skb->len = flow->length + w->run->options->payload;
	skb_set_tail_pointer(skb, skb->len);
	skb->protocol = flow->family == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip);
	skb->ip_summed = w->run->options->checksum ? CHECKSUM_NONE : CHECKSUM_UNNECESSARY;
	skb->csum = 0;
	skb->csum_valid = 0;
	skb->csum_complete_sw = 0;
}

static void swap_addresses(u8 *header, u8 family)
{
	struct ipv6hdr *ip6 = (struct ipv6hdr *)header;
	struct iphdr *ip = (struct iphdr *)header;

	if (family == 4)
		swap(ip->saddr, ip->daddr);
	else
		swap(ip6->saddr, ip6->daddr);
}

/* Somebody may want to know whether this sum is right. */
static void sum(const struct worker *w, const struct bench_flow *flow, struct tcphdr *th)
{
	const struct iphdr *ip = (const struct iphdr *)w->data;
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)w->data;
	u32 length = sizeof(*th) + w->run->options->payload;
	__wsum sum;

	th->check = 0;
	sum = csum_partial(th, sizeof(*th), 0);
	if (flow->family == 4)
		th->check = csum_tcpudp_magic(ip->saddr, ip->daddr, length, IPPROTO_TCP, sum);
	else
		th->check = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, length, IPPROTO_TCP, sum);
}

/* Write the headers of the next packet of a flow. @flags: TCP's. */
static void write_headers(struct worker *w, const struct bench_flow *flow, bool reply, u8 flags)
{
	struct tcphdr *th;

	memcpy(w->data, flow->header, BENCH_HEADER);
	renew(w, flow);
	th = tcp_hdr(w->skb);
	if (reply) {
		swap_addresses(w->data, flow->family);
		swap(th->source, th->dest); /* UDP's are there as well */
	}
	if (flow->proto != IPPROTO_TCP)
		return;
	if (reply)
		swap(th->seq, th->ack_seq);
	if (!(flags & FLAG_ACK))
		th->ack_seq = 0;
	((u8 *)th)[13] = flags;
	if (w->run->options->checksum)
		sum(w, flow, th);
}

/* The hooks, in their order. Return: 1 if all let it pass, <0 if one dropped it. */
static int pass_hooks(struct worker *w, u8 pf, const struct way *way)
{
	struct net *net = w->run->net;
	struct sk_buff *skb = w->skb;
	int ret;

	if (w->run->options->probe)
		return bench_probe_find(w->data, w->run->options->probe) ? 1 : -EPERM;
	skb->dev = way->in;
	ret = nf_hook(pf, NF_INET_PRE_ROUTING, net, NULL, skb, way->in, NULL, finish);
	if (ret != 1)
		return ret;
	skb_dst_set_noref(skb, pf == NFPROTO_IPV4 ? way->dst4 : way->dst6);
	if (w->run->options->local)
		return nf_hook(pf, NF_INET_LOCAL_IN, net, NULL, skb, way->in, NULL, finish);
	ret = nf_hook(pf, NF_INET_FORWARD, net, NULL, skb, way->in, way->out, finish);
	if (ret != 1)
		return ret;
	skb->dev = way->out;
	return nf_hook(pf, NF_INET_POST_ROUTING, net, NULL, skb, way->in, way->out, finish);
}

/* Send what write_headers() wrote. Return: 1 if it passed, 0 if it was dropped. */
static bool send(struct worker *w, const struct bench_flow *flow, bool reply)
{
	int ret = pass_hooks(w, flow->family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
			     &w->run->way[reply]);

	w->result.packets++;
	if (ret < 0) {
		skb_get(w->skb);
		w->result.dropped++;
	} else if (ret == 1) {
		w->result.accepted++;
	} else {
		w->result.wrong++; /* stolen: the bench's end */
		w->ret = -EIO;
	}
	nf_reset_ct(w->skb);
	skb_dst_drop(w->skb);
	return ret == 1;
}

static void expect(struct worker *w, bool passed, bool drop)
{
	if (passed == drop && !w->run->options->any)
		w->result.wrong++;
}

/* A number of a TCP header goes on. */
static void add(__be32 *number, u32 more)
{
	*number = htonl(ntohl(*number) + more);
}

static struct tcphdr *tcp_of(struct bench_flow *flow)
{
	return (struct tcphdr *)(flow->header + flow->length - sizeof(struct tcphdr));
}

/* All that opens a connection. */
static void open_flow(struct worker *w, struct bench_flow *flow)
{
	write_headers(w, flow, false, FLAG_SYN);
	expect(w, send(w, flow, false), false);
	if (flow->proto == IPPROTO_TCP)
		add(&tcp_of(flow)->seq, 1);
	write_headers(w, flow, true, FLAG_SYN | FLAG_ACK);
	expect(w, send(w, flow, true), false);
	if (flow->proto != IPPROTO_TCP)
		return;
	add(&tcp_of(flow)->ack_seq, 1);
	write_headers(w, flow, false, FLAG_ACK);
	expect(w, send(w, flow, false), false);
}

static void send_established(struct worker *w, struct bench_flow *flow, bool reply)
{
	const struct bench_options *options = w->run->options;
	u8 flags = options->payload ? FLAG_ACK | FLAG_PSH : FLAG_ACK;

	write_headers(w, flow, reply, flags);
	expect(w, send(w, flow, reply), false);
	if (options->advance && flow->proto == IPPROTO_TCP)
		add(reply ? &tcp_of(flow)->ack_seq : &tcp_of(flow)->seq, options->payload);
}

static bool reply_now(const struct worker *w)
{
	switch (w->run->options->dir) {
	case BENCH_BOTH:
		return (w->at ^ w->pass) & 1;
	default:
		return w->run->options->dir == BENCH_REPLY;
	}
}

/*
 * What comes next in a storm: any flow of all workers, in any state, from either end.
 * Flows are only read, so that workers need not wait for each other.
 */
static void send_any(struct worker *w)
{
	static const u8 flags[8] = {
		FLAG_SYN, FLAG_SYN | FLAG_ACK, FLAG_ACK, FLAG_ACK, FLAG_ACK | FLAG_PSH,
		FLAG_ACK | FLAG_FIN, FLAG_RST | FLAG_ACK, FLAG_SYN,
	};
	const struct bench_flows *flows = w->run->flows;
	const struct bench_flow *flow;
	bool reply;
	u32 what;

	w->drawn = w->drawn * 6364136223846793005ull + 1442695040888963407ull;
	what = w->drawn >> 32;
	flow = &flows->flow[((u64)what * flows->count) >> 32];
	what = w->drawn >> 24;
	reply = what & 8;
	/* A SYN that is answered comes from where it should. */
	if ((flags[what & 7] & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN)
		reply = false;
	write_headers(w, flow, reply, flags[what & 7]);
	if (flow->proto == IPPROTO_TCP && (flags[what & 7] & FLAG_SYN))
		add(&tcp_hdr(w->skb)->seq, -1);
	expect(w, send(w, flow, reply), flow->drop);
}

static void send_next(struct worker *w)
{
	struct bench_flow *flow = &w->run->flows->flow[w->at];

	switch (w->run->options->mode) {
	case BENCH_OPEN:
		open_flow(w, flow);
		break;
	case BENCH_ESTABLISHED:
		send_established(w, flow, reply_now(w));
		break;
	case BENCH_NEW:
	case BENCH_PLAIN:
		write_headers(w, flow, false, FLAG_SYN);
		expect(w, send(w, flow, false), flow->drop);
		break;
	case BENCH_STORM:
		send_any(w);
		break;
	}
	if (++w->at == w->end) {
		w->at = w->begin;
		w->pass++;
	}
}

static void run_slice(struct worker *w)
{
	u32 i, size = min_t(u64, w->left, w->run->options->slice);
	u64 began, took;

	local_bh_disable();
	rcu_read_lock();
	memset(w->skb->cb, 0, sizeof(w->skb->cb));
	began = ktime_get_ns();
	for (i = 0; i < size; i++)
		send_next(w);
	took = ktime_get_ns() - began;
	rcu_read_unlock();
	local_bh_enable();
	w->left -= size;
	w->result.busy += took;
	if (w->slices < SLICES)
		w->slice[w->slices++] = div_u64(took * 100, size);
}

static int work(void *data)
{
	struct worker *w = data;
	u64 began = ktime_get_ns();

	while (w->left && !w->ret) {
		run_slice(w);
		cond_resched();
		if (signal_pending(current))
			w->ret = -EINTR;
	}
	w->result.wall = ktime_get_ns() - began;
	complete(&w->done);
	return 0;
}

static int worker_init(struct worker *w, struct run *run, u32 begin, u32 end, u64 packets)
{
	u32 headroom = 128;

	memset(w, 0, sizeof(*w));
	init_completion(&w->done);
	w->run = run;
	w->begin = begin;
	w->at = begin;
	w->end = end;
	w->left = packets;
	w->drawn = ((u64)run->options->seed << 32) + begin;
	w->slice = vmalloc(array_size(SLICES, sizeof(*w->slice)));
	w->skb = alloc_skb(headroom + BENCH_HEADER + run->options->payload + 64, GFP_KERNEL);
	if (!w->slice || !w->skb)
		return -ENOMEM;
	skb_get(w->skb); /* whoever drops it gives this one back */
	skb_reserve(w->skb, headroom);
	skb_reset_mac_header(w->skb);
	memset(w->skb->data, 0, BENCH_HEADER + run->options->payload);
	w->data = w->skb->data;
	w->skb->pkt_type = PACKET_HOST;
	return 0;
}

static void worker_exit(struct worker *w)
{
	if (w->skb)
		kfree_skb(w->skb);
	kfree_skb(w->skb);
	vfree(w->slice);
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void add_result(struct bench_result *result, struct worker *w)
{
	result->packets += w->result.packets;
	result->accepted += w->result.accepted;
	result->dropped += w->result.dropped;
	result->wrong += w->result.wrong;
	result->busy += w->result.busy;
	result->wall = max(result->wall, w->result.wall);
	if (!w->slices)
		return;
	sort(w->slice, w->slices, sizeof(*w->slice), compare, NULL);
	result->median = max_t(u64, result->median, w->slice[w->slices / 2]);
	result->least = max_t(u64, result->least, w->slice[0]);
}

static int start_threads(struct worker *w, u32 workers)
{
	u32 i;

	for (i = 0; i < workers; i++) {
		w[i].task = kthread_create(work, &w[i], "bailey_bench/%u", i);
		if (IS_ERR(w[i].task))
			return PTR_ERR(w[i].task);
		kthread_bind(w[i].task, i);
		get_task_struct(w[i].task);
	}
	for (i = 0; i < workers; i++)
		wake_up_process(w[i].task);
	for (i = 0; i < workers; i++)
		wait_for_completion(&w[i].done);
	return 0;
}

/* Ends threads that have ended, or never ran. */
static void stop_threads(struct worker *w, u32 workers)
{
	u32 i;

	for (i = 0; i < workers; i++) {
		if (IS_ERR_OR_NULL(w[i].task))
			continue;
		kthread_stop(w[i].task);
		put_task_struct(w[i].task);
	}
}

static int run_workers(struct run *run, struct bench_result *result)
{
	u32 i, workers = max(run->options->cpus, 1u), count = run->flows->count;
	u64 packets = run->options->packets ? run->options->packets : count;
	struct worker *w = kcalloc(workers, sizeof(*w), GFP_KERNEL);
	int ret = w ? 0 : -ENOMEM;

	for (i = 0; i < workers && !ret; i++)
		ret = worker_init(&w[i], run, (u64)count * i / workers,
				  (u64)count * (i + 1) / workers, packets / workers);
	if (!ret && run->options->cpus) {
		ret = start_threads(w, workers);
		stop_threads(w, workers);
	} else if (!ret) {
		work(w);
	}
	for (i = 0; w && i < workers; i++) {
		if (!ret)
			ret = w[i].ret;
		add_result(result, &w[i]);
		worker_exit(&w[i]);
	}
	kfree(w);
	return ret;
}

/* A route to what is behind an interface; NULL does for who does not look. */
static void find_routes(struct net *net, struct way *way)
{
	struct flowi4 fl4 = { .flowi4_oif = way->out->ifindex,
			      .daddr = htonl(0xac100001) };
	struct flowi6 fl6 = { .flowi6_oif = way->out->ifindex,
			      .daddr.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, 0, 2 } };
	struct rtable *rt = ip_route_output_key(net, &fl4);

	way->dst4 = IS_ERR(rt) ? NULL : &rt->dst;
	way->dst6 = ip6_route_output(net, NULL, &fl6);
}

static int find_ways(struct run *run)
{
	struct way *way = run->way;

	way[0].in = dev_get_by_name(run->net, run->options->in);
	way[0].out = dev_get_by_name(run->net, run->options->out);
	if (!way[0].in || !way[0].out)
		return -ENODEV;
	way[1].in = way[0].out;
	way[1].out = way[0].in;
	find_routes(run->net, &way[0]);
	find_routes(run->net, &way[1]);
	return way[0].dst4 && way[0].dst6 ? 0 : -ENETUNREACH;
}

/* Sends; wrong verdicts are in the result and no error. */
int bench_send(struct net *net, struct bench_flows *flows,
	       const struct bench_options *options, struct bench_result *result)
{
	struct run run = { .net = net, .flows = flows, .options = options };
	u32 i;
	int ret;

	memset(result, 0, sizeof(*result));
	if (options->cpus > min_t(u32, num_online_cpus(), WORKERS) || !options->slice ||
	    flows->count < max(options->cpus, 1u))
		return -EINVAL;
	ret = find_ways(&run);
	if (!ret)
		ret = run_workers(&run, result);
	for (i = 0; i < 2; i++) {
		dst_release(run.way[i].dst4);
		dst_release(run.way[i].dst6);
	}
	dev_put(run.way[0].in);
	dev_put(run.way[0].out);
	return ret;
}
