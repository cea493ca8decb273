// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the sender of a rejected packet: a TCP reset, or an ICMP error.
 *
 * The kernel's own helpers (nf_reject_ipv4, nf_reject_ipv6) make the answer,
 * find its route, and refuse to answer what has a bad checksum. They are modules
 * which this one does not link to, so that a bare insmod works; where they can't
 * be had, a rejected packet is dropped like a denied one.
 *
 * The answer leaves by LOCAL_OUT, where our own hook judges it. A reset carries
 * the address of the machine that was to be reached, belongs to no connection,
 * and no rule would have to allow it. So for as long as a helper runs, its CPU
 * knows what the rejected packet was, and the one packet that answers exactly
 * this passes unasked: bailey_reject_owns(). Bottom halves are off meanwhile.
 * What else leaves under the helper's hands (a tunnel's outer packet, a copy made
 * by others) does not look like that answer, and is asked as ever; and while a CPU
 * answers, it begins no second answer.
 *
 * The rate is limited in each namespace by one number, which only answers write:
 * what is rejected in a flood reads it and is dropped.
 */
#include "reject.h"

#include <linux/kmod.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <net/netfilter/ipv4/nf_reject.h>
#if IS_ENABLED(CONFIG_IPV6)
#include <net/netfilter/ipv6/nf_reject.h>
#endif

#include "net.h"

/* What a CPU is answering. */
struct answering {
	bool busy;		/* a helper is at work */
	bool due;		/* its answer has not come by yet */
	const struct net *net;
	const struct task_struct *task;	/* in which it is at work */
	struct bailey_packet about;
};

static DEFINE_PER_CPU(struct answering, answering);

/* The helpers, or NULL: from bailey_reject_init() to bailey_reject_exit(). */
static typeof(nf_send_reset) *send_reset4;
static typeof(nf_send_unreach) *send_unreach4;
#if IS_ENABLED(CONFIG_IPV6)
static typeof(nf_send_reset6) *send_reset6;
static typeof(nf_send_unreach6) *send_unreach6;
#endif

/**
 * bailey_reject_init() - load and hold the kernel's reject helpers
 *
 * Context: Module initialisation, before the first namespace.
 */
void __init bailey_reject_init(void)
{
	request_module("nf_reject_ipv4");
	send_reset4 = symbol_get(nf_send_reset);
	send_unreach4 = symbol_get(nf_send_unreach);
#if IS_ENABLED(CONFIG_IPV6)
	request_module("nf_reject_ipv6");
	send_reset6 = symbol_get(nf_send_reset6);
	send_unreach6 = symbol_get(nf_send_unreach6);
#endif
}

/**
 * bailey_reject_exit() - give the helpers back
 *
 * Context: Process, when no packet can be in a hook any more.
 */
void bailey_reject_exit(void)
{
	if (send_reset4)
		symbol_put(nf_send_reset);
	if (send_unreach4)
		symbol_put(nf_send_unreach);
#if IS_ENABLED(CONFIG_IPV6)
	if (send_reset6)
		symbol_put(nf_send_reset6);
	if (send_unreach6)
		symbol_put(nf_send_unreach6);
#endif
}

/* May another answer be sent? */
static bool pay(atomic64_t *paid, u32 per_second)
{
	s64 old = atomic64_read(paid), new;

	do {
		new = bailey_refusal_pay(old, ktime_get_ns(), per_second);
	} while (new != old && !atomic64_try_cmpxchg(paid, &old, new));
	return new != old;
}

static bool can_send(const struct sk_buff *skb, u8 family)
{
	/* To all on the link, or seen by chance: nobody sent it to one machine. */
	if (skb->pkt_type != PACKET_HOST)
		return false;
	if (family == BAILEY_IPV4)
		return send_reset4 && send_unreach4;
#if IS_ENABLED(CONFIG_IPV6)
	return send_reset6 && send_unreach6;
#else
	return false;
#endif
}

/* Only of these does a helper know how to verify the checksum. */
static bool has_checksum(const struct bailey_packet *packet)
{
	return packet->proto == BAILEY_PROTO_TCP || packet->proto == BAILEY_PROTO_UDP ||
	       bailey_packet_is_icmp(packet);
}

static void send(struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct bailey_packet *packet)
{
	bool reset = bailey_refusal_of(packet) == BAILEY_REFUSAL_RESET;
	u8 family = packet->family;

	if (!has_checksum(packet))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (family == BAILEY_IPV4 && reset)
		send_reset4(state->net, state->sk, skb, state->hook);
	else if (family == BAILEY_IPV4)
		send_unreach4(skb, BAILEY_REFUSAL_CODE4, state->hook);
#if IS_ENABLED(CONFIG_IPV6)
	else if (reset)
		send_reset6(state->net, state->sk, skb, state->hook);
	else
		send_unreach6(state->net, skb, BAILEY_REFUSAL_CODE6, state->hook);
#endif
}

/**
 * bailey_reject_send() - tell the sender of a rejected packet, if that may be
 * @bn: the namespace
 * @skb: the packet, which is dropped then: what is known of its route and its
 *	 checksum may change
 * @state: where it is
 * @packet: the same, parsed
 *
 * Context: In a hook.
 */
void bailey_reject_send(struct bailey_net *bn, struct sk_buff *skb,
			const struct nf_hook_state *state,
			const struct bailey_packet *packet)
{
	struct answering *mine;

	if (bailey_refusal_of(packet) == BAILEY_REFUSAL_SILENT ||
	    !can_send(skb, packet->family))
		return;
	local_bh_disable();
	mine = this_cpu_ptr(&answering);
	if (mine->busy || !pay(&bn->rejects_paid,
			       bailey_sysctl_reject_rate(&bn->sysctls))) {
		bailey_stats_count(bn->stats, BAILEY_COUNT_REJECTS_LIMITED);
	} else {
		mine->about = *packet;
		mine->net = state->net;
		mine->task = current;
		mine->due = true;
		mine->busy = true;
		send(skb, state, packet);
		mine->due = false;
		mine->busy = false;
	}
	local_bh_enable();
}

/**
 * bailey_reject_owns() - is this the answer that bailey_reject_send() is sending?
 * @bn: the namespace
 * @packet: a packet at LOCAL_OUT
 * @quote: what it quotes, if it does
 *
 * It is counted, and no other is it from then on.
 *
 * Context: In a hook.
 * Return: true if it has been decided already that this packet is sent.
 */
bool bailey_reject_owns(const struct bailey_net *bn,
			const struct bailey_packet *packet,
			const struct bailey_packet *quote)
{
	struct answering *mine;
	bool owns;

	if (likely(!this_cpu_read(answering.due)))
		return false;
	/* Whose @due it is has bottom halves off; so it stays on this CPU. */
	local_bh_disable();
	mine = this_cpu_ptr(&answering);
	owns = mine->due && mine->task == current && mine->net == bn->net &&
	       bailey_refusal_is(&mine->about, packet, quote);
	if (owns) {
		mine->due = false;
		bailey_stats_count(bn->stats, BAILEY_COUNT_REJECTS_SENT);
	}
	local_bh_enable();
	return owns;
}
