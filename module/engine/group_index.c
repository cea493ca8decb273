// SPDX-License-Identifier: GPL-2.0
/*
 * The index of a group's rules of one direction.
 *
 * Rules are sorted into classes by their two peers: by the group that the other
 * end must be a member of, or "everybody" (any, or a prefix of length 0), or "who
 * knows" (other prefixes, prefix lists); and by the group that the own end must be
 * a member of, if the rule says so, which is rare. Classes with a group are found
 * by a hash of the groups' slots, so a packet costs one look for each group of the
 * other end, however many groups the rules name. Inside a class rules are tried
 * one after the other, with protocol and ports beside the pointer; a class of more
 * than SCAN_MAX rules has a classifier.
 *
 * Classes are asked in this order, and rules inside of them in theirs: those
 * without a group for the own end before those with one; everybody, then groups
 * by slot, then who knows. The first rule that fits is the answer.
 *
 * Example: "in allow tcp from group web port 80", "in allow from group ops" and
 * "in allow tcp from 10.0.0.0/8 port 22". A packet from a member of web, dns and
 * ops to port 22: web's class has one rule, whose port is another; dns has no class;
 * the rule about ops fits. 10.0.0.0/8 was not looked at.
 *
 * Made when the group is sealed, of its rules alone: other groups are only slots
 * here. Never changed afterwards; freed with the group. Nothing is locked.
 */
#include "group_index.h"

#include "classifier.h"
#include "map.h"

#define SCAN_MAX	16

/* The other end of classes whose rules name no group there. */
#define WHO_KNOWS	BAILEY_NO_SLOT
#define EVERYBODY	(BAILEY_NO_SLOT - 1)

/* A rule, and enough of it to pass over it without reading it. */
struct entry {
	struct bailey_rule *rule;
	u16 dport_first;
	u16 dport_last;
	u16 proto;
	u8 families;
};

/* What rules must agree on to be of one class. */
struct peers {
	u32 other;
	u32 own;	/* BAILEY_NO_SLOT if it need not be in a group */
};

/* A class: entries from @first on, or, of more than SCAN_MAX, big[first]. */
struct class {
	struct peers peers;
	u32 first;
	u32 count;	/* 0 in an empty place of the hash */
};

struct big_class {
	struct bailey_rules rules;
	struct bailey_classifier *classifier;
};

/* Kinds of classes, for each: is there one with no group, with one for the own end? */
struct kinds {
	bool everybody[2];
	bool group[2];
	bool who_knows[2];
};

/**
 * struct bailey_group_index - classes of rules
 * @seed: of the hash
 * @places: length of @hash, 0 when no rule names a group
 * @kinds: which kinds of classes there are
 * @everybody: the class of (everybody, no group)
 * @who_knows: the class of (who knows, no group)
 * @hash: all other classes, open addressing
 * @entries: rules of the classes that are not big
 * @big: big classes; they hold references to their rules
 * @bigs: how many
 */
struct bailey_group_index {
	u64 seed;
	u32 places;
	struct kinds kinds;
	struct class everybody;
	struct class who_knows;
	struct class *hash;
	struct entry *entries;
	struct big_class *big;
	u32 bigs;
};

static u32 peers_hash(const struct bailey_group_index *index, const struct peers *peers)
{
	u32 hash = bailey_hash(index->seed, peers->other, peers->own);

	return (u64)hash * index->places >> 32;
}

static bool peers_equal(const struct peers *a, const struct peers *b)
{
	return a->other == b->other && a->own == b->own;
}

/* The class of these peers, or the empty place where it would stand. */
static struct class *hash_place(const struct bailey_group_index *index,
				const struct peers *peers)
{
	u32 i = peers_hash(index, peers);

	while (index->hash[i].count && !peers_equal(&index->hash[i].peers, peers))
		if (++i == index->places)
			i = 0;
	return &index->hash[i];
}

static struct class *class_of(struct bailey_group_index *index, const struct peers *peers)
{
	if (peers->own == BAILEY_NO_SLOT && peers->other == EVERYBODY)
		return &index->everybody;
	if (peers->own == BAILEY_NO_SLOT && peers->other == WHO_KNOWS)
		return &index->who_knows;
	return hash_place(index, peers);
}

static struct peers peers_of(const struct bailey_match *match, u8 dir)
{
	const struct bailey_peer *other = dir == BAILEY_IN ? &match->from : &match->to;
	const struct bailey_peer *own = dir == BAILEY_IN ? &match->to : &match->from;
	struct peers peers = { WHO_KNOWS, BAILEY_NO_SLOT };

	if (own->kind == BAILEY_PEER_GROUP)
		peers.own = own->slot;
	if (other->kind == BAILEY_PEER_GROUP)
		peers.other = other->slot;
	else if (other->kind == BAILEY_PEER_ANY ||
		 (other->kind == BAILEY_PEER_CIDR && !other->bits))
		peers.other = EVERYBODY;
	return peers;
}

static void note_kind(struct kinds *kinds, const struct peers *peers)
{
	bool own = peers->own != BAILEY_NO_SLOT;

	if (peers->other == EVERYBODY)
		kinds->everybody[own] = true;
	else if (peers->other == WHO_KNOWS)
		kinds->who_knows[own] = true;
	else
		kinds->group[own] = true;
}

/* Count the rules of each class in a hash that has room for a class for each rule. */
static u32 count_classes(struct bailey_group_index *index,
			 const struct bailey_rules *rules, u8 dir)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 hashed = 0;

	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		struct class *class;
		struct peers peers;

		bailey_rule_match(rule, &match);
		peers = peers_of(&match, dir);
		note_kind(&index->kinds, &peers);
		class = class_of(index, &peers);
		class->peers = peers;
		if (!class->count++)
			hashed += class != &index->everybody && class != &index->who_knows;
	}
	return hashed;
}

static int hash_alloc(struct bailey_group_index *index, u32 classes)
{
	index->places = classes + classes / 2 + 1;
	index->hash = bailey_zalloc((size_t)index->places * sizeof(*index->hash));
	return index->hash ? 0 : -ENOMEM;
}

static bool names_group(const struct bailey_match *match)
{
	return match->from.kind == BAILEY_PEER_GROUP || match->to.kind == BAILEY_PEER_GROUP;
}

static u32 count_named(const struct bailey_rules *rules)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	u32 count = 0;

	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		bailey_rule_match(rule, &match);
		count += names_group(&match);
	}
	return count;
}

/* Find the classes and how many rules each has; leave a hash as large as needed. */
static int make_classes(struct bailey_group_index *index,
			const struct bailey_rules *rules, u8 dir)
{
	struct class *wide;
	u32 i, places, classes;

	if (hash_alloc(index, count_named(rules)))
		return -ENOMEM;
	classes = count_classes(index, rules, dir);
	wide = index->hash;
	places = index->places;
	index->hash = NULL;
	if (!classes || hash_alloc(index, classes)) {
		index->places = 0;
		bailey_free(wide);
		return classes ? -ENOMEM : 0;
	}
	for (i = 0; i < places; i++)
		if (wide[i].count)
			*hash_place(index, &wide[i].peers) = wide[i];
	bailey_free(wide);
	return 0;
}

/* Say where the rules of a class will stand. */
static void class_settle(struct class *class, u32 *entries, u32 *bigs)
{
	if (class->count > SCAN_MAX) {
		class->first = (*bigs)++;
		return;
	}
	class->first = *entries;
	*entries += class->count;
}

static int settle(struct bailey_group_index *index)
{
	u32 i, entries = 0;

	class_settle(&index->everybody, &entries, &index->bigs);
	class_settle(&index->who_knows, &entries, &index->bigs);
	for (i = 0; i < index->places; i++)
		class_settle(&index->hash[i], &entries, &index->bigs);
	if (entries) {
		index->entries = bailey_zalloc((size_t)entries * sizeof(*index->entries));
		if (!index->entries)
			return -ENOMEM;
	}
	if (!index->bigs)
		return 0;
	index->big = bailey_zalloc((size_t)index->bigs * sizeof(*index->big));
	if (!index->big)
		index->bigs = 0;
	return index->big ? 0 : -ENOMEM;
}

static int big_add(struct big_class *big, struct bailey_rule *rule)
{
	bailey_ref_get(&rule->refs);
	return bailey_rules_add(&big->rules, rule);
}

/* Classes of few rules are filled from @first on; an empty entry is the next one. */
static void class_add(struct bailey_group_index *index, const struct class *class,
		      struct bailey_rule *rule, const struct bailey_match *match)
{
	struct entry *entry = &index->entries[class->first];

	while (entry->rule)
		entry++;
	entry->rule = rule;
	entry->dport_first = match->dport_first;
	entry->dport_last = match->dport_last;
	entry->proto = match->proto;
	entry->families = match->families;
}

static int fill(struct bailey_group_index *index, const struct bailey_rules *rules, u8 dir)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;

	for (rule = bailey_rules_first(rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		struct class *class;
		struct peers peers;

		bailey_rule_match(rule, &match);
		peers = peers_of(&match, dir);
		class = class_of(index, &peers);
		if (class->count <= SCAN_MAX)
			class_add(index, class, rule, &match);
		else if (big_add(&index->big[class->first], rule))
			return -ENOMEM;
	}
	return 0;
}

static int classify_big(struct bailey_group_index *index)
{
	u32 i;

	for (i = 0; i < index->bigs; i++) {
		struct big_class *big = &index->big[i];
		struct bailey_rule **list = bailey_rules_list(&big->rules);

		if (list)
			big->classifier = bailey_classifier_create(list, big->rules.count);
		bailey_free(list);
		if (!big->classifier)
			return -ENOMEM;
	}
	return 0;
}

/**
 * bailey_group_index_create() - make an index of rules
 * @rules: sorted; must outlive the index
 * @dir: their direction
 *
 * Return: the index, or NULL when memory is short.
 */
struct bailey_group_index *bailey_group_index_create(const struct bailey_rules *rules,
						     u8 dir)
{
	struct bailey_group_index *index = bailey_zalloc(sizeof(*index));

	if (!index)
		return NULL;
	index->seed = bailey_random();
	if (!make_classes(index, rules, dir) && !settle(index) &&
	    !fill(index, rules, dir) && !classify_big(index))
		return index;
	bailey_group_index_destroy(index);
	return NULL;
}

/**
 * bailey_group_index_destroy() - free an index
 * @index: the index, or NULL; no packet may still read it
 */
void bailey_group_index_destroy(struct bailey_group_index *index)
{
	u32 i;

	if (!index)
		return;
	for (i = 0; i < index->bigs; i++) {
		bailey_classifier_put(index->big[i].classifier);
		bailey_rules_destroy(&index->big[i].rules);
	}
	bailey_free(index->big);
	bailey_free(index->entries);
	bailey_free(index->hash);
	bailey_free(index);
}

/**
 * bailey_group_index_has_peers() - does any rule ask of which groups an end is?
 * @index: the index
 * @end: 0 for the other end, 1 for the own
 *
 * Context: Any.
 * Return: true if so; else the question need not say it.
 */
bool bailey_group_index_has_peers(const struct bailey_group_index *index, u32 end)
{
	const struct kinds *kinds = &index->kinds;

	if (!end)
		return kinds->group[0] || kinds->group[1];
	return kinds->everybody[1] || kinds->group[1] || kinds->who_knows[1];
}

static bool list_holds(const struct bailey_policy *policy, const struct bailey_peer *peer,
		       u8 family, const struct bailey_addr *addr)
{
	const struct bailey_object *list;

	if (peer->kind != BAILEY_PEER_PREFIX_LIST)
		return true;
	list = bailey_policy_object(policy, BAILEY_PREFIX_LIST, peer->slot);
	return bailey_prefix_set_contains(&bailey_prefix_list_of(list)->set, family, addr);
}

/* Does a rule fit whose groups, if it names any, are those of its class? */
static enum bailey_fit rule_fits(const struct bailey_group_question *question,
				 const struct bailey_rule *rule)
{
	const struct bailey_packet *packet = question->packet;
	enum bailey_fit fit = bailey_rule_fields(rule, packet);
	struct bailey_match match;

	if (fit == BAILEY_FIT_NO)
		return fit;
	bailey_rule_match(rule, &match);
	if (!list_holds(question->policy, &match.from, packet->family, &packet->src) ||
	    !list_holds(question->policy, &match.to, packet->family, &packet->dst))
		return BAILEY_FIT_NO;
	return fit;
}

/* Can a rule fit, by what stands beside its pointer? A fragment shows less than that. */
static bool entry_may_fit(const struct entry *entry, const struct bailey_packet *packet)
{
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		return true;
	return entry->families & bailey_family_bit(packet->family) &&
	       (entry->proto == packet->proto || entry->proto == BAILEY_PROTO_ANY) &&
	       entry->dport_first <= packet->dport && packet->dport <= entry->dport_last;
}

/* A fragment asks all rules: a later one may fit for certain where one only may. */
static struct bailey_rule *scan_big(const struct big_class *big,
				    const struct bailey_group_question *question,
				    bool *perhaps)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	enum bailey_fit fit;

	for (rule = bailey_rules_first(&big->rules, &iter); rule;
	     rule = bailey_rules_next(&iter)) {
		fit = rule_fits(question, rule);
		if (fit == BAILEY_FIT_YES)
			return rule;
		*perhaps |= fit == BAILEY_FIT_PERHAPS;
	}
	return NULL;
}

/* The first rule of a class that fits for certain. */
static struct bailey_rule *ask_class(const struct bailey_group_index *index,
				     const struct class *class,
				     const struct bailey_group_question *question,
				     bool *perhaps)
{
	const struct bailey_packet *packet = question->packet;
	const struct entry *entry;
	enum bailey_fit fit;
	bool sure;
	u32 i;

	if (class->count > SCAN_MAX) {
		if (unlikely(packet->flags & BAILEY_PKT_FRAGMENT))
			return scan_big(&index->big[class->first], question, perhaps);
		return bailey_classify(question->policy,
				       index->big[class->first].classifier, packet, &sure);
	}
	for (i = 0; i < class->count; i++) {
		entry = &index->entries[class->first + i];
		if (!entry_may_fit(entry, packet))
			continue;
		fit = rule_fits(question, entry->rule);
		if (fit == BAILEY_FIT_YES)
			return entry->rule;
		*perhaps |= fit == BAILEY_FIT_PERHAPS;
	}
	return NULL;
}

static struct bailey_rule *ask_peers(const struct bailey_group_index *index,
				     u32 other, u32 own,
				     const struct bailey_group_question *question,
				     bool *perhaps)
{
	const struct peers peers = { other, own };

	return ask_class(index, hash_place(index, &peers), question, perhaps);
}

/* Classes of each group of the other end, with one group or none for the own end. */
static struct bailey_rule *ask_groups(const struct bailey_group_index *index, u32 own,
				      const struct bailey_group_question *question,
				      bool *perhaps)
{
	const struct bailey_set *set = question->member[0];
	struct bailey_rule *rule = NULL;
	u32 i;

	for (i = 0; set && i < set->count && !rule; i++)
		rule = ask_peers(index, set->slot[i], own, question, perhaps);
	return rule;
}

/* All classes without a group for the own end. */
static struct bailey_rule *ask_plain(const struct bailey_group_index *index,
				     const struct bailey_group_question *question,
				     bool *perhaps)
{
	struct bailey_rule *rule;

	rule = ask_class(index, &index->everybody, question, perhaps);
	if (!rule && !question->everybody && index->kinds.group[0])
		rule = ask_groups(index, BAILEY_NO_SLOT, question, perhaps);
	if (!rule && !question->everybody)
		rule = ask_class(index, &index->who_knows, question, perhaps);
	return rule;
}

/* All classes of one group for the own end. */
static struct bailey_rule *ask_own(const struct bailey_group_index *index, u32 own,
				   const struct bailey_group_question *question,
				   bool *perhaps)
{
	const struct kinds *kinds = &index->kinds;
	struct bailey_rule *rule = NULL;

	if (kinds->everybody[1])
		rule = ask_peers(index, EVERYBODY, own, question, perhaps);
	if (!rule && !question->everybody && kinds->group[1])
		rule = ask_groups(index, own, question, perhaps);
	if (!rule && !question->everybody && kinds->who_knows[1])
		rule = ask_peers(index, WHO_KNOWS, own, question, perhaps);
	return rule;
}

/**
 * bailey_group_index_find() - the rule that lets a packet through
 * @index: of the packet's direction; NULL for no rules
 * @question: what is asked
 * @perhaps: set if a later fragment does not show whether a rule that was met fits
 *
 * Context: Any.
 * Return: the first rule that fits, in the order that is told above, or NULL.
 */
struct bailey_rule *bailey_group_index_find(const struct bailey_group_index *index,
					    const struct bailey_group_question *question,
					    bool *perhaps)
{
	const struct bailey_set *set = question->member[1];
	struct bailey_rule *rule;
	u32 i;

	if (!index)
		return NULL;
	rule = ask_plain(index, question, perhaps);
	if (rule || !set || !bailey_group_index_has_peers(index, 1))
		return rule;
	for (i = 0; i < set->count && !rule; i++)
		rule = ask_own(index, set->slot[i], question, perhaps);
	return rule;
}
