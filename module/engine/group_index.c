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
 * by slot, then who knows. The first rule that fits is the answer; of a class with a
 * classifier, the rule that this one finds.
 *
 * Example: "in allow tcp from group web port 80", "in allow from group ops" and
 * "in allow tcp from 10.0.0.0/8 port 22". A packet from a member of web, dns and
 * ops to port 22: web's class has one rule, whose port is another; dns has no class;
 * the rule about ops fits. 10.0.0.0/8 was not looked at.
 *
 * Before the hash stands a filter, a bit or two for each group that it has, so that
 * groups that no rule names hardly ever cost a look. Where they are few it is a part
 * of the index itself, which is a part of the group.
 *
 * Made when the group is sealed, of its rules alone: other groups are only slots
 * here. Never changed afterwards; freed with the group. Nothing is locked.
 */
#include "group_index.h"

#include "classifier.h"
#include "map.h"
#include "policy.h"

#define SCAN_MAX	16	/* rules of a class that are tried one by one */
#define NARROW_MAX	12	/* groups for which 64 bits of filter will do */
#define WIDE_WORDS	8	/* of the filter before the hash: a cache line */

/* The other end of classes whose rules name no group there. */
#define WHO_KNOWS	BAILEY_NO_SLOT
#define EVERYBODY	(BAILEY_NO_SLOT - 1)

/* Kinds of classes: with no group for the own end, and with one. */
#define KIND_EVERYBODY	0x01
#define KIND_GROUP	0x02
#define KIND_WHO_KNOWS	0x04
#define KIND_ALL	0x07
#define KIND_OWN(kind)	((kind) << 3)

/* What rules must agree on to be of one class. */
struct peers {
	u32 other;
	u32 own;	/* BAILEY_NO_SLOT if it need not be in a group */
};

/* A class of the hash; an empty place has no rules. */
struct hashed {
	struct peers peers;
	struct bailey_group_class class;
};

struct bailey_group_hash {
	u64 filter[WIDE_WORDS];
	struct hashed place[];
};

/*
 * A rule, and enough of it to pass over it without reading it. In front of the rules
 * of a big class stands an entry with their classifier.
 */
struct bailey_group_entry {
	union {
		struct bailey_rule *rule;
		struct bailey_classifier *classifier;
	};
	union {
		struct {
			u16 dport_first;
			u16 dport_last;
			u16 proto;
			u8 families;
		};
		u32 filled;	/* of a big class, while it is being filled */
	};
};

static_assert(sizeof(struct bailey_group_entry) == sizeof(void *) + 8);

static_assert(sizeof(struct bailey_group_index) <= 64);

static u32 peers_hash(const struct bailey_group_index *index, const struct peers *peers)
{
	u64 seed = index->seed * 0x9e3779b97f4a7c15ULL;
	u32 hash = bailey_hash(seed, peers->other, peers->own);

	return (u64)hash * index->places >> 32;
}

static bool peers_equal(const struct peers *a, const struct peers *b)
{
	return a->other == b->other && a->own == b->own;
}

/* The class of these peers, or the empty place where it would stand. */
static struct hashed *hash_place(const struct bailey_group_index *index,
				 const struct peers *peers)
{
	struct hashed *place = index->hash->place;
	u32 i = peers_hash(index, peers);

	while (place[i].class.count && !peers_equal(&place[i].peers, peers))
		if (++i == index->places)
			i = 0;
	return &place[i];
}

/* Nine bits of a group's slot: a word of the filter, and a bit there. */
static u32 filter_bit(const struct bailey_group_index *index, u32 slot)
{
	return (slot + index->seed) * 0x9e3779b1 >> 23;
}

static bool filter_has(const struct bailey_group_index *index, u32 slot)
{
	u32 bit = filter_bit(index, slot);
	u64 word = index->wide ? index->hash->filter[bit / 64] : index->filter;

	return word >> bit % 64 & 1;
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

static u8 kind_of(const struct peers *peers)
{
	u8 kind = KIND_GROUP;

	if (peers->other == EVERYBODY)
		kind = KIND_EVERYBODY;
	else if (peers->other == WHO_KNOWS)
		kind = KIND_WHO_KNOWS;
	return peers->own == BAILEY_NO_SLOT ? kind : KIND_OWN(kind);
}

static bool in_hash(const struct peers *peers)
{
	return kind_of(peers) & ~(KIND_EVERYBODY | KIND_WHO_KNOWS);
}

static struct bailey_group_class *class_of(struct bailey_group_index *index,
					   const struct peers *peers)
{
	if (in_hash(peers))
		return &hash_place(index, peers)->class;
	return peers->other == EVERYBODY ? &index->everybody : &index->who_knows;
}

/* Call a function for each rule with its match and peers, until one fails. */
typedef int (*rule_fn)(struct bailey_group_index *index, struct bailey_rule *rule,
		       const struct bailey_match *match, const struct peers *peers);

static int each_rule(struct bailey_group_index *index, const struct bailey_rules *rules,
		     u8 dir, rule_fn fn)
{
	struct bailey_rules_iter iter;
	struct bailey_match match;
	struct bailey_rule *rule;
	struct peers peers;
	u32 n = 0;
	int ret = 0;

	for (rule = bailey_rules_first(rules, &iter); rule && !ret;
	     rule = bailey_rules_next(&iter)) {
		bailey_yield_often(n++);
		bailey_rule_match(rule, &match);
		peers = peers_of(&match, dir);
		ret = fn(index, rule, &match, &peers);
	}
	return ret;
}

/* First: how many rules are of classes in the hash? */
static int count_hashed(struct bailey_group_index *index, struct bailey_rule *rule,
			const struct bailey_match *match, const struct peers *peers)
{
	(void)rule;
	(void)match;
	index->kinds |= kind_of(peers);
	index->places += in_hash(peers);
	return 0;
}

/* Second: how many has each class? */
static int count_class(struct bailey_group_index *index, struct bailey_rule *rule,
		       const struct bailey_match *match, const struct peers *peers)
{
	(void)rule;
	(void)match;
	if (in_hash(peers))
		hash_place(index, peers)->peers = *peers;
	class_of(index, peers)->count++;
	return 0;
}

static int hash_alloc(struct bailey_group_index *index, u32 classes)
{
	index->places = classes + classes / 2 + 1;
	index->hash = bailey_zalloc(sizeof(*index->hash) +
				    (size_t)index->places * sizeof(*index->hash->place));
	return index->hash ? 0 : -ENOMEM;
}

/* Make room for as many classes as there are, instead of as there are rules. */
static int shrink_hash(struct bailey_group_index *index)
{
	struct bailey_group_hash *wide = index->hash;
	u32 i, places = index->places, classes = 0;
	int ret;

	for (i = 0; i < places; i++)
		classes += wide->place[i].class.count != 0;
	ret = hash_alloc(index, classes);
	for (i = 0; i < places && !ret; i++)
		if (wide->place[i].class.count)
			*hash_place(index, &wide->place[i].peers) = wide->place[i];
	bailey_free(wide);
	return ret;
}

static void fill_filter(struct bailey_group_index *index)
{
	u32 i, bit;

	index->wide = index->places > NARROW_MAX + NARROW_MAX / 2 + 1;
	for (i = 0; i < index->places; i++) {
		if (!index->hash->place[i].class.count)
			continue;
		bit = filter_bit(index, index->hash->place[i].peers.other);
		index->filter |= 1ULL << bit % 64;
		index->hash->filter[bit / 64] |= 1ULL << bit % 64;
	}
}

static int make_classes(struct bailey_group_index *index,
			const struct bailey_rules *rules, u8 dir)
{
	int ret = 0;

	each_rule(index, rules, dir, count_hashed);
	if (index->places)
		ret = hash_alloc(index, index->places);
	if (ret)
		return ret;
	each_rule(index, rules, dir, count_class);
	if (!index->places)
		return 0;
	ret = shrink_hash(index);
	if (!ret)
		fill_filter(index);
	return ret;
}

static bool is_big(const struct bailey_group_class *class)
{
	return class->count > SCAN_MAX;
}

/* Say where the rules of a class will stand. */
static void class_settle(struct bailey_group_class *class, u32 *entries)
{
	class->first = *entries;
	*entries += class->count + is_big(class);
}

static int settle(struct bailey_group_index *index)
{
	u32 i, entries = 0;

	class_settle(&index->everybody, &entries);
	class_settle(&index->who_knows, &entries);
	for (i = 0; i < index->places; i++)
		class_settle(&index->hash->place[i].class, &entries);
	if (!entries)
		return 0;
	index->entry = bailey_zalloc((size_t)entries * sizeof(*index->entry));
	return index->entry ? 0 : -ENOMEM;
}

/* Third: put each rule into its class. */
static int class_add(struct bailey_group_index *index, struct bailey_rule *rule,
		     const struct bailey_match *match, const struct peers *peers)
{
	const struct bailey_group_class *class = class_of(index, peers);
	struct bailey_group_entry *entry = &index->entry[class->first];

	if (is_big(class))
		entry += ++entry->filled;
	/* In a small one an empty entry is the next one. */
	while (entry->rule)
		entry++;
	entry->rule = rule;
	entry->dport_first = match->dport_first;
	entry->dport_last = match->dport_last;
	entry->proto = match->proto;
	entry->families = match->families;
	return 0;
}

static int class_classify(const struct bailey_group_index *index,
			  const struct bailey_group_class *class)
{
	struct bailey_group_entry *entry;
	struct bailey_rule **list;
	u32 i;

	if (!is_big(class))
		return 0;
	entry = &index->entry[class->first];
	list = bailey_zalloc((size_t)class->count * sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (i = 0; i < class->count; i++)
		list[i] = entry[i + 1].rule;
	entry->classifier = bailey_classifier_create(list, class->count);
	bailey_free(list);
	return entry->classifier ? 0 : -ENOMEM;
}

static int classify_big(struct bailey_group_index *index)
{
	u32 i;
	int ret = class_classify(index, &index->everybody);

	if (!ret)
		ret = class_classify(index, &index->who_knows);
	for (i = 0; i < index->places && !ret; i++)
		ret = class_classify(index, &index->hash->place[i].class);
	return ret;
}

/**
 * bailey_group_index_init() - make an index of rules
 * @index: zero; filled in
 * @rules: sorted; must outlive the index
 * @dir: their direction
 *
 * Return: 0, or -ENOMEM with an index that is good for
 * bailey_group_index_exit() only.
 */
int bailey_group_index_init(struct bailey_group_index *index,
			    const struct bailey_rules *rules, u8 dir)
{
	index->seed = (u32)bailey_random();
	if (make_classes(index, rules, dir) || settle(index) ||
	    each_rule(index, rules, dir, class_add) || classify_big(index))
		return -ENOMEM;
	return 0;
}

static void class_exit(const struct bailey_group_index *index,
		       const struct bailey_group_class *class)
{
	if (is_big(class) && index->entry)
		bailey_classifier_put(index->entry[class->first].classifier);
}

/**
 * bailey_group_index_exit() - free what an index has
 * @index: the index; no packet may still read it
 */
void bailey_group_index_exit(struct bailey_group_index *index)
{
	u32 i;

	class_exit(index, &index->everybody);
	class_exit(index, &index->who_knows);
	for (i = 0; i < index->places && index->hash; i++)
		class_exit(index, &index->hash->place[i].class);
	bailey_free(index->entry);
	bailey_free(index->hash);
	memset(index, 0, sizeof(*index));
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
	if (!end)
		return index->kinds & (KIND_GROUP | KIND_OWN(KIND_GROUP));
	return index->kinds & KIND_OWN(KIND_ALL);
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
static bool entry_may_fit(const struct bailey_group_entry *entry,
			  const struct bailey_packet *packet)
{
	if (packet->flags & BAILEY_PKT_FRAGMENT)
		return true;
	return entry->families & bailey_family_bit(packet->family) &&
	       (entry->proto == packet->proto || entry->proto == BAILEY_PROTO_ANY) &&
	       entry->dport_first <= packet->dport && packet->dport <= entry->dport_last;
}

static struct bailey_rule *ask_big(const struct bailey_group_entry *entry,
				   const struct bailey_group_question *question)
{
	bool sure;

	return bailey_classify(question->policy, entry->classifier, question->packet, &sure);
}

/* The first rule of a class that fits for certain. */
static struct bailey_rule *ask_class(const struct bailey_group_index *index,
				     const struct bailey_group_class *class,
				     const struct bailey_group_question *question,
				     bool *perhaps)
{
	const struct bailey_group_entry *entry;
	enum bailey_fit fit;
	u32 i;

	if (!class->count)
		return NULL;
	entry = &index->entry[class->first];
	/* A fragment asks all: where one rule may fit, a later one may for certain. */
	if (is_big(class) && !(question->packet->flags & BAILEY_PKT_FRAGMENT))
		return ask_big(entry, question);
	entry += is_big(class);
	for (i = 0; i < class->count; i++, entry++) {
		if (!entry_may_fit(entry, question->packet))
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

	return ask_class(index, &hash_place(index, &peers)->class, question, perhaps);
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
		if (filter_has(index, set->slot[i]))
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
	if (rule || question->everybody)
		return rule;
	if (index->kinds & KIND_GROUP)
		rule = ask_groups(index, BAILEY_NO_SLOT, question, perhaps);
	return rule ? rule : ask_class(index, &index->who_knows, question, perhaps);
}

/* All classes of one group for the own end. */
static struct bailey_rule *ask_own(const struct bailey_group_index *index, u32 own,
				   const struct bailey_group_question *question,
				   bool *perhaps)
{
	struct bailey_rule *rule = NULL;

	if (index->kinds & KIND_OWN(KIND_EVERYBODY))
		rule = ask_peers(index, EVERYBODY, own, question, perhaps);
	if (rule || question->everybody)
		return rule;
	if (index->kinds & KIND_OWN(KIND_GROUP))
		rule = ask_groups(index, own, question, perhaps);
	if (!rule && index->kinds & KIND_OWN(KIND_WHO_KNOWS))
		rule = ask_peers(index, WHO_KNOWS, own, question, perhaps);
	return rule;
}

/**
 * bailey_group_index_find() - the rule that lets a packet through
 * @index: of the packet's direction
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
	struct bailey_rule *rule = ask_plain(index, question, perhaps);
	u32 i;

	if (rule || !set || !bailey_group_index_has_peers(index, 1))
		return rule;
	for (i = 0; i < set->count && !rule; i++)
		rule = ask_own(index, set->slot[i], question, perhaps);
	return rule;
}
