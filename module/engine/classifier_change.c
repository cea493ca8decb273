// SPDX-License-Identifier: GPL-2.0
/*
 * The life of classifiers: made of entries, or of an older one and what changed.
 *
 * Most of a classifier is its base, which never changes and is shared by all that
 * came out of it. A change only notes which of the base's entries are gone, one
 * bit each, and indexes the entries that came, again with each change. When these
 * have become many, all is made anew: after OVERLAY_MAX entries that came or went.
 * So one entry among 100,000 is changed in microseconds at first, in about half
 * a millisecond when hundreds of all kinds have come, and now and then in the time
 * of loading. Nothing that packets may see is written, and the
 * indexes hold their entries as long as they live themselves.
 */
#include "classifier_index.h"

#define OVERLAY_MAX	512

static void base_put(struct bailey_classifier_base *base)
{
	if (!base || !bailey_ref_put(&base->refs))
		return;
	bailey_index_destroy(base->index[0]);
	bailey_index_destroy(base->index[1]);
	bailey_free(base);
}

static struct bailey_classifier_base *base_create(struct bailey_rule * const *rules, u32 count)
{
	struct bailey_classifier_base *base = bailey_zalloc(sizeof(*base));

	if (!base)
		return NULL;
	bailey_ref_init(&base->refs);
	base->index[0] = bailey_index_create(rules, count, BAILEY_IPV4);
	base->index[1] = bailey_index_create(rules, count, BAILEY_IPV6);
	if (base->index[0] && base->index[1])
		return base;
	base_put(base);
	return NULL;
}

/**
 * bailey_classifier_create() - make a classifier of entries
 * @rules: the entries, in order of numbers; it takes references of its own
 * @count: how many
 *
 * Return: the classifier with one reference, or NULL when memory is short.
 */
struct bailey_classifier *bailey_classifier_create(struct bailey_rule * const *rules,
						   u32 count)
{
	struct bailey_classifier *classifier = bailey_zalloc(sizeof(*classifier));

	if (!classifier)
		return NULL;
	bailey_ref_init(&classifier->refs);
	classifier->base = base_create(rules, count);
	if (classifier->base)
		return classifier;
	bailey_free(classifier);
	return NULL;
}

/**
 * bailey_classifier_get() - take a reference
 * @classifier: the classifier, or NULL
 */
void bailey_classifier_get(struct bailey_classifier *classifier)
{
	if (classifier)
		bailey_ref_get(&classifier->refs);
}

/**
 * bailey_classifier_put() - give back a reference
 * @classifier: the classifier, or NULL; with the last one it gives back its
 *		entries and is freed. No packet may still see it then
 */
void bailey_classifier_put(struct bailey_classifier *classifier)
{
	u32 family;

	if (!classifier || !bailey_ref_put(&classifier->refs))
		return;
	for (family = 0; family < 2; family++) {
		bailey_index_destroy(classifier->added[family]);
		bailey_free(classifier->gone[family]);
	}
	bailey_free(classifier->rule);
	base_put(classifier->base);
	bailey_free(classifier);
}

static int by_number(const void *a, const void *b)
{
	const struct bailey_rule *x = *(struct bailey_rule * const *)a;
	const struct bailey_rule *y = *(struct bailey_rule * const *)b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (int)x->families - y->families;
}

/* The rank of a rule in an index; its count if it is not there. */
static u32 rank_of(const struct bailey_index *index, const struct bailey_rule *rule)
{
	u32 low = 0, high = index->count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (index->rule[middle]->number < rule->number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < index->count && index->rule[low] == rule ? low : index->count;
}

static size_t gone_size(const struct bailey_index *index)
{
	return (index->count / 64 + 1) * sizeof(u64);
}

/* One bit for each rule of the base that is no longer: those before, and @removed. */
static int note_gone(struct bailey_classifier *to, const struct bailey_classifier *old,
		     struct bailey_rule * const *removed, u32 count)
{
	u32 family, i;

	to->gone_count = old->gone_count;
	for (family = 0; family < 2; family++) {
		const struct bailey_index *index = to->base->index[family];
		u64 *gone = bailey_zalloc(gone_size(index));

		to->gone[family] = gone;
		if (!gone)
			return -ENOMEM;
		if (old->gone[family])
			memcpy(gone, old->gone[family], gone_size(index));
		for (i = 0; i < count; i++) {
			u32 rank = rank_of(index, removed[i]);

			if (rank == index->count || bailey_index_gone(gone, rank))
				continue;
			gone[rank / 64] |= 1ULL << rank % 64;
			to->gone_count++;
		}
	}
	return 0;
}

static bool is_among(const struct bailey_rule *rule, struct bailey_rule * const *rules, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (rules[i] == rule)
			return true;
	return false;
}

/* What came since the base was made: that of @old without @removed, and @added. */
static int note_added(struct bailey_classifier *to, const struct bailey_classifier *old,
		      struct bailey_rule * const *removed, u32 nr,
		      struct bailey_rule * const *added, u32 na)
{
	u32 i;

	if (!old->count && !na)
		return 0;
	to->rule = bailey_zalloc(((size_t)old->count + na) * sizeof(*to->rule));
	if (!to->rule)
		return -ENOMEM;
	for (i = 0; i < old->count; i++)
		if (!is_among(old->rule[i], removed, nr))
			to->rule[to->count++] = old->rule[i];
	for (i = 0; i < na; i++)
		to->rule[to->count++] = added[i];
	sort(to->rule, to->count, sizeof(*to->rule), by_number, NULL);
	return 0;
}

static int index_added(struct bailey_classifier *to)
{
	if (!to->count)
		return 0;
	to->added[0] = bailey_index_create(to->rule, to->count, BAILEY_IPV4);
	to->added[1] = bailey_index_create(to->rule, to->count, BAILEY_IPV6);
	return to->added[0] && to->added[1] ? 0 : -ENOMEM;
}

/* Merge the rules of one family into what is there, all in order of numbers. */
static u32 merge(struct bailey_rule **to, struct bailey_rule * const *from, u32 count,
		 const u64 *gone, u32 have)
{
	u32 left = 0, i, at, rest = have;

	for (i = 0; i < count; i++)
		left += !bailey_index_gone(gone, i);
	at = have + left;
	for (i = count; i--;) {
		if (bailey_index_gone(gone, i))
			continue;
		while (rest && by_number(&to[rest - 1], &from[i]) > 0)
			to[--at] = to[--rest];
		to[--at] = from[i];
	}
	return have + left;
}

/* Index all that stands: the base's rules that are not gone, and what came since. */
static int rebase(struct bailey_classifier *to)
{
	struct bailey_classifier_base *base = to->base;
	struct bailey_rule **all;
	u32 family, i, have, kept = 0;

	all = bailey_zalloc(((size_t)base->index[0]->count + base->index[1]->count + to->count) *
			    sizeof(*all) + 1);
	if (!all)
		return -ENOMEM;
	have = merge(all, to->rule, to->count, NULL, 0);
	for (family = 0; family < 2; family++)
		have = merge(all, base->index[family]->rule, base->index[family]->count,
			     to->gone[family], have);
	/* what is of both families came twice */
	for (i = 0; i < have; i++)
		if (!kept || all[kept - 1] != all[i])
			all[kept++] = all[i];
	to->base = base_create(all, kept);
	bailey_free(all);
	base_put(base);
	for (family = 0; family < 2; family++) {
		bailey_free(to->gone[family]);
		to->gone[family] = NULL;
	}
	bailey_free(to->rule);
	to->rule = NULL;
	to->gone_count = 0;
	to->count = 0;
	return to->base ? 0 : -ENOMEM;
}

/**
 * bailey_classifier_update() - make a classifier that differs a little
 * @old: of the entries before; it stays as it is, and keeps its reference
 * @removed: entries of @old, by object, that are no longer there
 * @nr: how many
 * @added: entries, in any order, that @old does not have
 * @na: how many
 *
 * An entry that changes is both removed and added.
 *
 * Return: the classifier with one reference, or NULL when memory is short.
 */
struct bailey_classifier *
bailey_classifier_update(struct bailey_classifier *old,
			 struct bailey_rule * const *removed, u32 nr,
			 struct bailey_rule * const *added, u32 na)
{
	struct bailey_classifier *to = bailey_zalloc(sizeof(*to));
	int ret;

	if (!to)
		return NULL;
	bailey_ref_init(&to->refs);
	to->base = old->base;
	bailey_ref_get(&to->base->refs);
	ret = note_gone(to, old, removed, nr);
	if (!ret)
		ret = note_added(to, old, removed, nr, added, na);
	if (!ret)
		ret = to->gone_count + to->count > OVERLAY_MAX ? rebase(to) : index_added(to);
	if (!ret)
		return to;
	bailey_classifier_put(to);
	return NULL;
}
