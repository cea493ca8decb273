// SPDX-License-Identifier: GPL-2.0
/*
 * Prefix sets: written as prefixes, asked as ranges.
 *
 * Sealing sorts the prefixes and merges what overlaps or touches into disjoint
 * ranges, so that one binary search answers a packet whatever the prefixes.
 * A sealed set does not change; a writer clones it.
 */
#include "prefix_set.h"

/**
 * bailey_prefix_mask() - clear the host bits of an address
 * @addr: the address
 * @bits: prefix length
 *
 * Return: the network.
 */
struct bailey_addr bailey_prefix_mask(const struct bailey_addr *addr, u8 bits)
{
	struct bailey_addr net = { 0, 0 };

	if (bits > 64) {
		net.hi = addr->hi;
		net.lo = addr->lo & ~(u64)0 << (128 - bits);
	} else if (bits) {
		net.hi = addr->hi & ~(u64)0 << (64 - bits);
	}
	return net;
}

static struct bailey_addr prefix_last(const struct bailey_prefix *prefix)
{
	struct bailey_addr last = prefix->addr;

	if (prefix->bits < 64)
		last.hi |= ~(u64)0 >> prefix->bits;
	if (prefix->bits <= 64)
		last.lo = ~(u64)0;
	else if (prefix->bits < 128)
		last.lo |= ~(u64)0 >> (prefix->bits - 64);
	return last;
}

static int set_reserve(struct bailey_prefix_set *set, u32 cap)
{
	struct bailey_prefix *at;

	if (cap <= set->cap)
		return 0;
	at = bailey_zalloc((size_t)cap * sizeof(*at));
	if (!at)
		return -ENOMEM;
	if (set->count)
		memcpy(at, set->at, (size_t)set->count * sizeof(*at));
	bailey_free(set->at);
	set->at = at;
	set->cap = cap;
	return 0;
}

/**
 * bailey_prefix_set_clone() - copy the prefixes, unsealed
 * @to: empty; filled in
 * @from: the set
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_prefix_set_clone(struct bailey_prefix_set *to,
			    const struct bailey_prefix_set *from)
{
	int ret = set_reserve(to, from->count);

	if (ret || !from->count)
		return ret;
	memcpy(to->at, from->at, (size_t)from->count * sizeof(*to->at));
	to->count = from->count;
	to->sorted = from->sorted;
	return 0;
}

/**
 * bailey_prefix_set_destroy() - free it and leave it empty
 * @set: the set
 */
void bailey_prefix_set_destroy(struct bailey_prefix_set *set)
{
	bailey_free(set->at);
	bailey_free(set->range[0]);
	bailey_free(set->range[1]);
	memset(set, 0, sizeof(*set));
}

static int prefix_cmp(const void *a, const void *b)
{
	const struct bailey_prefix *x = a, *y = b;
	int order = (int)x->family - y->family;

	if (!order)
		order = bailey_addr_cmp(&x->addr, &y->addr);
	return order ? order : (int)x->bits - y->bits;
}

/**
 * bailey_prefix_set_add() - add a prefix
 * @set: not sealed
 * @prefix: copied; duplicates are found by bailey_prefix_set_sort()
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_prefix_set_add(struct bailey_prefix_set *set,
			  const struct bailey_prefix *prefix)
{
	if (set->count == set->cap &&
	    set_reserve(set, set->cap ? 2 * set->cap : 8))
		return -ENOMEM;
	if (!set->count)
		set->sorted = true;
	else if (prefix_cmp(&set->at[set->count - 1], prefix) >= 0)
		set->sorted = false;
	set->at[set->count++] = *prefix;
	return 0;
}

/**
 * bailey_prefix_set_sort() - put the prefixes in order and look for duplicates
 * @set: the set
 *
 * Return: NULL, or a prefix that is there twice, as the later line has it.
 */
const struct bailey_prefix *bailey_prefix_set_sort(struct bailey_prefix_set *set)
{
	u32 i;

	if (set->sorted || !set->count)
		return NULL;
	sort(set->at, set->count, sizeof(*set->at), prefix_cmp, NULL);
	bailey_yield();
	for (i = 1; i < set->count; i++)
		if (!prefix_cmp(&set->at[i - 1], &set->at[i]))
			return set->at[i - 1].line > set->at[i].line ?
			       &set->at[i - 1] : &set->at[i];
	set->sorted = true;
	return NULL;
}

/**
 * bailey_prefix_set_remove() - take a prefix out
 * @set: sorted, not sealed
 * @prefix: which; must be equal, covering is not enough
 *
 * Return: false if it is not there.
 */
bool bailey_prefix_set_remove(struct bailey_prefix_set *set,
			      const struct bailey_prefix *prefix)
{
	u32 low = 0, high = set->count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (prefix_cmp(&set->at[middle], prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == set->count || prefix_cmp(&set->at[low], prefix))
		return false;
	set->count--;
	memmove(set->at + low, set->at + low + 1,
		(size_t)(set->count - low) * sizeof(*set->at));
	return true;
}

static u32 family_index(u8 family)
{
	return family == BAILEY_IPV6;
}

/* Prefixes nest or are disjoint, so a range grows only by touching the next. */
static bool range_joins(const struct bailey_range *range,
			const struct bailey_prefix *prefix)
{
	struct bailey_addr next = range->last;

	if (bailey_addr_cmp(&prefix->addr, &range->last) <= 0)
		return true;
	if (!++next.lo)
		next.hi++;
	return bailey_addr_equal(&next, &prefix->addr);
}

/**
 * bailey_prefix_set_seal() - make a set ready to be asked
 * @set: sorted
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_prefix_set_seal(struct bailey_prefix_set *set)
{
	u32 i, f, count[2] = { 0, 0 };

	for (i = 0; i < set->count; i++)
		count[family_index(set->at[i].family)]++;
	for (f = 0; f < 2; f++) {
		if (!count[f] || set->range[f])
			continue;
		set->range[f] = bailey_zalloc((size_t)count[f] *
					      sizeof(struct bailey_range));
		if (!set->range[f])
			return -ENOMEM;
	}
	set->ranges[0] = 0;
	set->ranges[1] = 0;
	for (i = 0; i < set->count; i++) {
		const struct bailey_prefix *prefix = &set->at[i];
		struct bailey_addr last = prefix_last(prefix);
		struct bailey_range *top;

		f = family_index(prefix->family);
		top = set->range[f] + set->ranges[f];
		if (set->ranges[f] && range_joins(top - 1, prefix)) {
			if (bailey_addr_cmp(&last, &top[-1].last) > 0)
				top[-1].last = last;
			continue;
		}
		top->first = prefix->addr;
		top->last = last;
		set->ranges[f]++;
	}
	return 0;
}

/**
 * bailey_prefix_set_contains() - is an address in one of the prefixes?
 * @set: sealed
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @addr: the address
 *
 * Context: Any.
 * Return: true if it is.
 */
bool bailey_prefix_set_contains(const struct bailey_prefix_set *set, u8 family,
				const struct bailey_addr *addr)
{
	const struct bailey_range *range = set->range[family_index(family)];
	u32 low = 0, high = set->ranges[family_index(family)];

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (bailey_addr_cmp(&range[middle].last, addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->ranges[family_index(family)] &&
	       bailey_addr_cmp(&range[low].first, addr) <= 0;
}
