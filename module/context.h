/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contexts: all that a verdict depends on, but for the packet and its connection.
 * See context.c.
 */
#ifndef BAILEY_CONTEXT_H
#define BAILEY_CONTEXT_H

#include <linux/cache.h>
#include <linux/spinlock.h>

#include "engine/acls.h"

/**
 * struct bailey_context - where packets were judged under one binding; a cache line
 * @stamp: its number, not 0, or 0 in an empty place; written last, and once
 * @hook: &enum bailey_hook
 * @stateless: nobody but ACLs asks here: @acls
 * @ifindex: as in &struct bailey_where
 * @master: likewise
 * @acls: the ACLs, if they are all; the binding's policy holds them
 */
struct bailey_context {
	u32 stamp;
	u8 hook;
	bool stateless;
	u32 ifindex[2];
	u32 master[2];
	struct bailey_acls acls;
} ____cacheline_aligned;

/**
 * struct bailey_contexts - the contexts of one binding
 * @last_stamp: the namespace's last number so far. Changed under a lock of context.c
 * @count: contexts. Likewise
 * @mask: places in @at, less one
 * @at: hashed, linear probing, never more than half full; they only come
 */
struct bailey_contexts {
	u32 *last_stamp;
	u32 count;
	u32 mask;
	struct bailey_context at[];
};

struct bailey_contexts *bailey_contexts_create(u32 interfaces, u32 *last_stamp);
const struct bailey_context *bailey_context_make(struct bailey_contexts *contexts,
						 const struct bailey_where *where,
						 const struct bailey_acls *acls);

/**
 * bailey_context_first() - where the search for a context begins
 * @contexts: those of the binding
 * @where: where the packet is
 *
 * Return: index of a place.
 */
static inline u32 bailey_context_first(const struct bailey_contexts *contexts,
				       const struct bailey_where *where)
{
	return (where->ifindex[0] * 0x9e3779b1U + where->ifindex[1] * 31 + where->hook) &
	       contexts->mask;
}

/**
 * bailey_context_is() - is this a packet's context?
 * @context: a context
 * @where: where the packet is
 *
 * Return: true if it is.
 */
static inline bool bailey_context_is(const struct bailey_context *context,
				     const struct bailey_where *where)
{
	return context->hook == where->hook &&
	       context->ifindex[0] == where->ifindex[0] &&
	       context->ifindex[1] == where->ifindex[1] &&
	       context->master[0] == where->master[0] &&
	       context->master[1] == where->master[1];
}

/**
 * bailey_context_find() - a packet's context
 * @contexts: those of the binding, or NULL
 * @where: where the packet is
 *
 * Context: Under the RCU lock that protects the binding.
 * Return: the context, with its number, or NULL if it has none.
 */
static inline const struct bailey_context *
bailey_context_find(const struct bailey_contexts *contexts, const struct bailey_where *where)
{
	const struct bailey_context *context;
	u32 i;

	if (!contexts)
		return NULL;
	for (i = bailey_context_first(contexts, where);; i = (i + 1) & contexts->mask) {
		context = &contexts->at[i];
		/* Pairs with the release in bailey_context_make(). */
		if (!smp_load_acquire(&context->stamp))
			return NULL;
		if (bailey_context_is(context, where))
			return context;
	}
}

#endif /* BAILEY_CONTEXT_H */
