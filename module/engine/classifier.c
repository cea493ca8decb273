// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier: the first entry, in order of numbers, that matches a packet.
 *
 * This one is the plain reading: an array in order, searched from the front. Made
 * when a policy is sealed, read by packets without a lock, freed with the last
 * ACL that has it.
 *
 * Example: entries "100 allow tcp to any port 443", "200 deny tcp from
 * 10.0.0.0/8", "300 allow tcp" become [100, 200, 300]. A packet from 10.1.2.3 to
 * port 80 fails at 100 on its port, matches at 200, and is denied.
 */
#include "classifier.h"
#include "policy.h"

/**
 * struct bailey_classifier - the entries of one direction
 * @refs: one for each ACL that has it
 * @count: how many
 * @rule: in order; each holds a reference
 */
struct bailey_classifier {
	struct bailey_refcount refs;
	u32 count;
	struct bailey_rule *rule[];
};

static int by_number(const void *a, const void *b)
{
	const struct bailey_rule *x = *(struct bailey_rule * const *)a;
	const struct bailey_rule *y = *(struct bailey_rule * const *)b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static struct bailey_classifier *make(struct bailey_rule * const *kept, u32 nk,
				      struct bailey_rule * const *removed, u32 nr,
				      struct bailey_rule * const *added, u32 na)
{
	struct bailey_classifier *classifier;
	u32 i, k;

	classifier = bailey_zalloc(sizeof(*classifier) +
				   ((size_t)nk + na) * sizeof(*classifier->rule));
	if (!classifier)
		return NULL;
	bailey_ref_init(&classifier->refs);
	for (i = 0; i < nk; i++) {
		for (k = 0; k < nr && removed[k] != kept[i]; k++)
			;
		if (k == nr)
			classifier->rule[classifier->count++] = kept[i];
	}
	for (i = 0; i < na; i++)
		classifier->rule[classifier->count++] = added[i];
	sort(classifier->rule, classifier->count, sizeof(*classifier->rule),
	     by_number, NULL);
	for (i = 0; i < classifier->count; i++)
		bailey_ref_get(&classifier->rule[i]->refs);
	return classifier;
}

/**
 * bailey_classifier_create() - make a classifier of entries
 * @rules: the entries, in any order; it takes references of its own
 * @count: how many
 *
 * Return: the classifier with one reference, or NULL when memory is short.
 */
struct bailey_classifier *bailey_classifier_create(struct bailey_rule * const *rules,
						   u32 count)
{
	return make(rules, count, NULL, 0, NULL, 0);
}

/**
 * bailey_classifier_update() - make a classifier that differs a little
 * @old: of the entries before; it stays as it is, and keeps its reference
 * @removed: entries of @old, by object, that are no longer there
 * @nr: how many
 * @added: entries, in any order, that @old does not have
 * @na: how many
 *
 * An entry that changes is both removed and added. Cheap for few changes; each
 * now and then costs as much as making it anew.
 *
 * Return: the classifier with one reference, or NULL when memory is short.
 */
struct bailey_classifier *
bailey_classifier_update(struct bailey_classifier *old,
			 struct bailey_rule * const *removed, u32 nr,
			 struct bailey_rule * const *added, u32 na)
{
	return make(old->rule, old->count, removed, nr, added, na);
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
	u32 i;

	if (!classifier || !bailey_ref_put(&classifier->refs))
		return;
	for (i = 0; i < classifier->count; i++)
		bailey_rule_put(classifier->rule[i]);
	bailey_free(classifier);
}

static bool peer_holds(const struct bailey_policy *policy,
		       const struct bailey_peer *peer, u8 family,
		       const struct bailey_addr *addr)
{
	const struct bailey_object *list;

	if (peer->kind != BAILEY_PEER_PREFIX_LIST)
		return true;
	list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
	return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set,
					  family, addr);
}

/**
 * bailey_classify() - the entry that decides a packet
 * @policy: the sealed policy that the ACL belongs to
 * @classifier: of the packet's direction; NULL for no entries
 * @packet: the packet
 * @sure: filled in: false if a later fragment does not show whether the entry
 *	  matches; then this packet can't be decided
 *
 * Context: Any.
 * Return: the matching entry with the lowest number, or NULL when none matches.
 */
struct bailey_rule *bailey_classify(const struct bailey_policy *policy,
				    const struct bailey_classifier *classifier,
				    const struct bailey_packet *packet, bool *sure)
{
	struct bailey_rule * const *rule;
	struct bailey_match match;
	enum bailey_fit fit;
	u32 i;

	*sure = true;
	if (!classifier)
		return NULL;
	rule = classifier->rule;
	for (i = 0; i < classifier->count; i++) {
		fit = bailey_rule_fields(rule[i], packet);
		if (fit == BAILEY_FIT_NO)
			continue;
		bailey_rule_match(rule[i], &match);
		if (!peer_holds(policy, &match.from, packet->family, &packet->src) ||
		    !peer_holds(policy, &match.to, packet->family, &packet->dst))
			continue;
		*sure = fit == BAILEY_FIT_YES;
		return rule[i];
	}
	return NULL;
}
