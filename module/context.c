// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts of packets, by number.
 *
 * What becomes of a packet of a known connection depends on its connection, on its
 * addresses, ports and protocol, which are the same in all packets of one half, and
 * on where it is: the policy as it is bound to interfaces, the hook, the two
 * interfaces and their VRFs. The latter is a context. It has a number that no other
 * one of the namespace ever has, so that "once more the same" is one comparison:
 * see conn_memo.h. Where no connection matters, since nobody but ACLs asks what comes by,
 * the context has these ACLs: see stateless.c.
 *
 * A binding has the contexts in which packets have met it. They come with the first
 * packet that wants to be remembered, under one lock, and go with the
 * binding. Packets search them without a lock. When there is no room or no number left, a
 * packet has no context, and is asked in full; nor does it ask for the lock, which all
 * CPUs and namespaces share.
 *
 * Of few interfaces there is room for each pair, and for each with this machine in
 * both directions. Of many, only some pairs will meet: room for all would be quadratic.
 */
#include <linux/log2.h>
#include <linux/mm.h>

#include "context.h"

#define PLACES_LEAST	64
#define PLACES_PAIRS	4096	/* 256 KiB: every pair of 44 interfaces */
#define PLACES_MOST	16384

static DEFINE_SPINLOCK(lock);

/* Never more than half full */
static u32 places_for(u32 interfaces)
{
	u32 n = min_t(u32, interfaces, PLACES_MOST);
	u32 pairs = min_t(u32, 2 * (n * (n + 2) + 1), PLACES_PAIRS);

	return roundup_pow_of_two(clamp_t(u32, max(8 * n, pairs), PLACES_LEAST, PLACES_MOST));
}

/**
 * bailey_contexts_create() - room for the contexts of a binding
 * @interfaces: how many interfaces there are
 * @last_stamp: the namespace's last number so far, in memory that outlives this
 *
 * Context: Process; may sleep.
 * Return: no contexts, to be freed by kvfree(), or NULL when memory is short.
 */
struct bailey_contexts *bailey_contexts_create(u32 interfaces, u32 *last_stamp)
{
	u32 places = places_for(interfaces);
	struct bailey_contexts *contexts;

	contexts = kvzalloc(struct_size(contexts, at, places),
			    GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!contexts)
		return NULL;
	contexts->last_stamp = last_stamp;
	contexts->mask = places - 1;
	return contexts;
}

static bool is_full(const struct bailey_contexts *contexts)
{
	return READ_ONCE(*contexts->last_stamp) == U32_MAX ||
	       2 * READ_ONCE(contexts->count) >= contexts->mask;
}

/* One more, if there is room, and a number. */
static const struct bailey_context *add(struct bailey_contexts *contexts,
					const struct bailey_where *where,
					const struct bailey_acls *acls)
{
	u32 stamp = *contexts->last_stamp, i = bailey_context_first(contexts, where);
	struct bailey_context *context;

	lockdep_assert_held(&lock);
	if (is_full(contexts))
		return NULL;
	while (contexts->at[i].stamp)
		i = (i + 1) & contexts->mask;
	context = &contexts->at[i];
	context->hook = where->hook;
	context->stateless = acls;
	if (acls)
		context->acls = *acls;
	memcpy(context->ifindex, where->ifindex, sizeof(context->ifindex));
	memcpy(context->master, where->master, sizeof(context->master));
	WRITE_ONCE(contexts->count, contexts->count + 1);
	WRITE_ONCE(*contexts->last_stamp, ++stamp);
	/* Who reads the number reads what it stands for. */
	smp_store_release(&context->stamp, stamp);
	return context;
}

/**
 * bailey_context_make() - a packet's context, a new one if need be
 * @contexts: those of the binding, or NULL
 * @where: where the packet is
 * @acls: who asks there, if that is ACLs alone; else NULL
 *
 * Context: Under the RCU lock that protects the binding.
 * Return: the context; NULL if it can't have one.
 */
const struct bailey_context *bailey_context_make(struct bailey_contexts *contexts,
						 const struct bailey_where *where,
						 const struct bailey_acls *acls)
{
	const struct bailey_context *context = bailey_context_find(contexts, where);

	if (context || !contexts || is_full(contexts))
		return context;
	spin_lock_bh(&lock);
	context = bailey_context_find(contexts, where);
	if (!context)
		context = add(contexts, where, acls);
	spin_unlock_bh(&lock);
	return context;
}
