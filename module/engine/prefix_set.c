// SPDX-License-Identifier: GPL-2.0
/*
 * Prefix sets: written as prefixes, asked as borders.
 *
 * Sealing sorts the prefixes, merges what overlaps or touches, and keeps the
 * addresses where outside becomes inside and where inside becomes outside, by
 * turns. An address is inside if an odd number of borders is not above it. Borders
 * are counted by their upper 64 bits (steps.c), which is all of them for IPv4 and
 * for IPv6 prefixes of up to 64 bits. Where longer ones are in a set, those borders
 * that have the upper half in common stand side by side and are searched in turn.
 *
 * Example: 10.0.0.0/8 and 10.1.0.0/16 have the borders 10.0.0.0 and 11.0.0.0;
 * 10.9.9.9 has one border at or below it, 11.0.0.0 has two.
 *
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
	/* Whoever clones wants to change it, and not have it copied once more. */
	int ret = set_reserve(to, from->count + from->count / 64);

	if (ret || !from->count)
		return ret;
	memcpy(to->at, from->at, (size_t)from->count * sizeof(*to->at));
	to->count = from->count;
	to->sorted = from->sorted;
	return 0;
}

static void covers_destroy(struct bailey_prefix_set *set)
{
	u32 f;

	for (f = 0; f < 2; f++) {
		bailey_steps_destroy(&set->cover[f].hi);
		bailey_free(set->cover[f].first);
		bailey_free(set->cover[f].lo);
		set->cover[f].first = NULL;
		set->cover[f].lo = NULL;
	}
}

/**
 * bailey_prefix_set_destroy() - free it and leave it empty
 * @set: the set
 */
void bailey_prefix_set_destroy(struct bailey_prefix_set *set)
{
	covers_destroy(set);
	bailey_free(set->at);
	memset(set, 0, sizeof(*set));
}

static int prefix_cmp(const void *a, const void *b)
{
	const struct bailey_prefix *x = a, *y = b;
	int order = (int)x->family - y->family;

	/* sort() does not pause */
	bailey_yield();
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
	if (set->sorted == set->count &&
	    (!set->count || prefix_cmp(&set->at[set->count - 1], prefix) < 0))
		set->sorted++;
	set->at[set->count++] = *prefix;
	return 0;
}

/* How many of the first @count prefixes, which are in order, are below one. */
static u32 count_below(const struct bailey_prefix_set *set, u32 count,
		       const struct bailey_prefix *prefix)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (prefix_cmp(&set->at[middle], prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct bailey_prefix *sort_all(struct bailey_prefix_set *set)
{
	u32 i;

	sort(set->at, set->count, sizeof(*set->at), prefix_cmp, NULL);
	bailey_yield();
	for (i = 1; i < set->count; i++)
		if (!prefix_cmp(&set->at[i - 1], &set->at[i]))
			return set->at[i - 1].line > set->at[i].line ?
			       &set->at[i - 1] : &set->at[i];
	return NULL;
}

/*
 * Put the last prefixes, which are in order among themselves and are here in
 * @tail, where they belong, from the back, so that each of the others moves once.
 */
static const struct bailey_prefix *merge_tail(struct bailey_prefix_set *set,
					      const struct bailey_prefix *tail, u32 count)
{
	u32 end = set->count - count, place;

	while (count--) {
		place = count_below(set, end, &tail[count]);
		if (place < end && !prefix_cmp(&set->at[place], &tail[count])) {
			if (set->at[place].line < tail[count].line)
				set->at[place] = tail[count];
			return &set->at[place];
		}
		memmove(set->at + place + count + 1, set->at + place,
			(size_t)(end - place) * sizeof(*set->at));
		set->at[place + count] = tail[count];
		end = place;
	}
	return NULL;
}

/* A few that came to many: only the few are sorted. */
static const struct bailey_prefix *sort_tail(struct bailey_prefix_set *set)
{
	struct bailey_prefix_set rest = {
		.at = set->at + set->sorted,
		.count = set->count - set->sorted,
	};
	const struct bailey_prefix *twice = sort_all(&rest);
	struct bailey_prefix *tail;

	if (twice)
		return twice;
	tail = bailey_zalloc((size_t)rest.count * sizeof(*tail));
	if (!tail)
		return sort_all(set);
	memcpy(tail, rest.at, (size_t)rest.count * sizeof(*tail));
	twice = merge_tail(set, tail, rest.count);
	bailey_free(tail);
	return twice;
}

/**
 * bailey_prefix_set_sort() - put the prefixes in order and look for duplicates
 * @set: the set
 *
 * Return: NULL, or a prefix that is there twice, as the later line has it; then
 * the set is good for bailey_prefix_set_destroy() only.
 */
const struct bailey_prefix *bailey_prefix_set_sort(struct bailey_prefix_set *set)
{
	const struct bailey_prefix *twice;

	if (set->sorted == set->count)
		return NULL;
	twice = set->count - set->sorted < set->sorted ? sort_tail(set) : sort_all(set);
	if (!twice)
		set->sorted = set->count;
	return twice;
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
	u32 low = count_below(set, set->count, prefix);

	if (low == set->count || prefix_cmp(&set->at[low], prefix))
		return false;
	set->count--;
	set->sorted--;
	memmove(set->at + low, set->at + low + 1,
		(size_t)(set->count - low) * sizeof(*set->at));
	return true;
}

/* Addresses from @first up to the one before @end; an @end of zero is the end of all. */
struct span {
	struct bailey_addr first;
	struct bailey_addr end;
};

static struct bailey_addr prefix_end(const struct bailey_prefix *prefix)
{
	struct bailey_addr end = prefix_last(prefix);

	if (!++end.lo)
		end.hi++;
	return end;
}

static bool is_zero(const struct bailey_addr *addr)
{
	return !addr->hi && !addr->lo;
}

/*
 * The next addresses of one family that are inside, from prefix *@i on. Prefixes
 * nest or are disjoint, so a span grows only by touching the next.
 */
static bool next_span(const struct bailey_prefix_set *set, u8 family, u32 *i,
		      struct span *span)
{
	if (*i == set->count || set->at[*i].family != family)
		return false;
	span->first = set->at[*i].addr;
	span->end = prefix_end(&set->at[*i]);
	for (++*i; *i < set->count && set->at[*i].family == family; ++*i) {
		const struct bailey_prefix *prefix = &set->at[*i];
		struct bailey_addr end;

		if (is_zero(&span->end))
			continue;
		if (bailey_addr_cmp(&prefix->addr, &span->end) > 0)
			break;
		end = prefix_end(prefix);
		if (is_zero(&end) || bailey_addr_cmp(&end, &span->end) > 0)
			span->end = end;
	}
	return true;
}

/* Borders on their way into a cover, or, when @cover has no memory, being counted. */
struct borders {
	struct bailey_cover *cover;
	u32 count;
	u32 his;
	bool lows;	/* a lower half is not zero */
	u64 hi;		/* of the last one */
};

static void add_border(struct borders *borders, const struct bailey_addr *addr)
{
	struct bailey_cover *cover = borders->cover;

	if (!borders->count || borders->hi != addr->hi) {
		if (cover->hi.key)
			cover->hi.key[borders->his] = addr->hi;
		if (cover->first)
			cover->first[borders->his] = borders->count;
		borders->his++;
	}
	if (cover->lo)
		cover->lo[borders->count] = addr->lo;
	borders->lows |= addr->lo != 0;
	borders->hi = addr->hi;
	borders->count++;
	if (cover->first)
		cover->first[borders->his] = borders->count;
}

static void add_borders(struct borders *borders, const struct bailey_prefix_set *set,
			u8 family, u32 i)
{
	struct span span;

	while (next_span(set, family, &i, &span)) {
		add_border(borders, &span.first);
		if (!is_zero(&span.end))
			add_border(borders, &span.end);
	}
}

static int cover_alloc(struct bailey_cover *cover, const struct borders *borders)
{
	if (bailey_steps_alloc(&cover->hi, borders->his))
		return -ENOMEM;
	if (!borders->lows)
		return 0;
	cover->first = bailey_zalloc(((size_t)borders->his + 1) * sizeof(*cover->first));
	cover->lo = bailey_zalloc((size_t)borders->count * sizeof(*cover->lo));
	return cover->first && cover->lo ? 0 : -ENOMEM;
}

/**
 * bailey_prefix_set_seal() - make a set ready to be asked
 * @set: sorted
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_prefix_set_seal(struct bailey_prefix_set *set)
{
	static const u8 family[2] = { BAILEY_IPV4, BAILEY_IPV6 };
	u32 f;

	covers_destroy(set);
	for (f = 0; f < 2; f++) {
		const struct bailey_prefix least = { .family = family[f] };
		u32 i = count_below(set, set->count, &least);
		struct borders counted = { .cover = &set->cover[f] };
		struct borders filled = { .cover = &set->cover[f] };

		add_borders(&counted, set, family[f], i);
		if (cover_alloc(&set->cover[f], &counted))
			return -ENOMEM;
		add_borders(&filled, set, family[f], i);
		bailey_steps_seal(&set->cover[f].hi);
		bailey_yield();
	}
	return 0;
}

/* How many of the borders with one upper half are not above a lower half? */
static u32 rank_low(const u64 *lo, u32 count, u64 key)
{
	u32 low = 0, high = count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (lo[middle] <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
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
	const struct bailey_cover *cover = &set->cover[family == BAILEY_IPV6];
	u32 at = bailey_steps_rank(&cover->hi, addr->hi), first;

	if (!cover->first)
		return at & 1;
	if (!at)
		return false;
	if (cover->hi.key[at - 1] != addr->hi)
		return cover->first[at] & 1;
	first = cover->first[at - 1];
	return (first + rank_low(cover->lo + first, cover->first[at] - first, addr->lo)) & 1;
}
