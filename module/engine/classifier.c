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
#include "classifier_index.h"
#include "policy.h"

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

static bool rule_gone(const u64 *gone, u32 rank)
{
	return gone && gone[rank / 64] >> rank % 64 & 1;
}

static enum bailey_fit rule_fits(const struct bailey_policy *policy,
				 const struct bailey_rule *rule,
				 const struct bailey_packet *packet)
{
	enum bailey_fit fit = bailey_rule_fields(rule, packet);
	struct bailey_match match;

	if (fit == BAILEY_FIT_NO)
		return fit;
	bailey_rule_match(rule, &match);
	if (!peer_holds(policy, &match.from, packet->family, &packet->src) ||
	    !peer_holds(policy, &match.to, packet->family, &packet->dst))
		return BAILEY_FIT_NO;
	return fit;
}

/* Fragments are rare, and what they don't show makes a difference: one by one. */
static struct bailey_rule *search_plainly(const struct bailey_policy *policy,
					  const struct bailey_index *index, const u64 *gone,
					  const struct bailey_packet *packet)
{
	u32 i;

	for (i = 0; i < index->count; i++)
		if (!rule_gone(gone, i) &&
		    rule_fits(policy, index->rule[i], packet) != BAILEY_FIT_NO)
			return index->rule[i];
	return NULL;
}

struct lookup {
	const struct bailey_policy *policy;
	const struct bailey_index *index;
	const struct bailey_packet *packet;
	const u64 *gone;
	u32 src, dst;
	u16 sport, dport;
	u8 proto;
	u32 portless;
	u32 best;
	u64 hash[BAILEY_INDEX_FIELDS][BAILEY_INDEX_LEVELS];
};


static bool stands(const struct lookup *lookup, const struct bailey_record *record)
{
	u32 rank = record->rank >> BAILEY_RECORD_FLAGS;

	if (rule_gone(lookup->gone, rank))
		return false;
	return !(record->rank & BAILEY_RECORD_ASK) ||
	       rule_fits(lookup->policy, lookup->index->rule[rank], lookup->packet) ==
	       BAILEY_FIT_YES;
}

static inline u32 differs_above(const struct lookup *lookup, const struct bailey_record *record)
{
	return (u32)((u16)(lookup->sport - record->sport) > record->sports) |
	       (u32)((u16)(lookup->dport - record->dport) > record->dports) |
	       ((lookup->proto ^ record->proto) & record->proto_mask) |
	       (record->rank & lookup->portless);
}

static inline bool holds4(const struct lookup *lookup, const struct bailey_record *record)
{
	u64 differs = (u64)(lookup->src ^ record->addr[0]) >> (32 - record->src_bits);

	differs |= (u64)(lookup->dst ^ record->addr[1]) >> (32 - record->dst_bits);
	return !(differs | differs_above(lookup, record));
}

static inline bool holds6(const struct lookup *lookup, const struct bailey_record *record)
{
	const struct bailey_addr *addr = (const void *)record->addr;

	return !differs_above(lookup, record) &&
	       bailey_addr_in_prefix(&lookup->packet->src, &addr[0], record->src_bits) &&
	       bailey_addr_in_prefix(&lookup->packet->dst, &addr[1], record->dst_bits);
}

#ifdef STAT
u64 stat_tables, stat_buckets, stat_records, stat_rest, stat_pass;
#define STAT_ADD(x) (x++)
#else
#define STAT_ADD(x) do {} while (0)
#endif
static inline void scan(struct lookup *lookup, const void *records, u32 from, u32 to, bool v6)
{
	size_t size = v6 ? BAILEY_RECORD_SIZE6 : BAILEY_RECORD_SIZE4;
	const u8 *at = (const u8 *)records + from * size;
	const u8 *end = (const u8 *)records + to * size;

	for (; at < end; at += size) {
		const struct bailey_record *record = (const void *)at;

		if (record->rank >= lookup->best)
			return;
		STAT_ADD(stat_records);
		if (!(v6 ? holds6(lookup, record) : holds4(lookup, record)))
			continue;
		if (unlikely(lookup->gone || record->rank & BAILEY_RECORD_ASK) &&
		    !stands(lookup, record))
			continue;
		lookup->best = record->rank;
		return;
	}
}

static inline void climb(struct lookup *lookup, bool v6)
{
	const struct bailey_index *index = lookup->index;
	const struct bailey_packet *packet = lookup->packet;
	const struct bailey_tree_node *node = index->node;
	u64 point[BAILEY_TREE_DIMS];

	if (!node || index->leaf_first >= lookup->best)
		return;
	point[0] = packet->src.hi;
	point[1] = packet->src.lo;
	point[2] = packet->dst.hi;
	point[3] = packet->dst.lo;
	point[4] = lookup->portless ? 0 : lookup->sport + 1;
	point[5] = lookup->dport;
	point[6] = lookup->proto;
	while (node->dim != BAILEY_TREE_LEAF) {
		node = &index->node[node->next + (point[node->dim] >= node->cut)];
		STAT_ADD(stat_rest);
	}
	scan(lookup, index->leaf, node->next, node->next + node->cut, v6);
}

static inline u32 sift(struct lookup *lookup, u32 side, const struct bailey_addr *addr, bool v6)
{
	const struct bailey_index *index = lookup->index;
	u32 tables = index->open[side], level;

	for (level = 1; level < index->grid.levels[side]; level++) {
		const struct bailey_index_sieve *sieve = &index->sieve[side][level];
		const struct bailey_addr *mask = &index->mask[side][level];
		struct bailey_addr net = { addr->hi & mask->hi, v6 ? addr->lo & mask->lo : 0 };
		u64 hash = bailey_index_hash_addr(&net, index->seed + side);

		lookup->hash[side][level] = hash;
		tables |= sieve->tables[hash >> sieve->shift];
	}
	return tables;
}

static inline u32 sift_port(struct lookup *lookup, u32 field, u16 port)
{
	const struct bailey_index *index = lookup->index;
	const struct bailey_index_sieve *sieve = &index->sieve[field][1];
	u64 hash = bailey_index_hash_word(port, index->seed + field);

	lookup->hash[field][1] = hash;
	return index->open[field] | sieve->tables[hash >> sieve->shift];
}

static inline void search(struct lookup *lookup, bool v6)
{
	const struct bailey_index *index = lookup->index;
	u32 tables = index->by_proto[lookup->proto];
	u32 i;

	for (i = 0; i < BAILEY_INDEX_FIELDS; i++)
		lookup->hash[i][0] = 0;
	lookup->hash[BAILEY_INDEX_PROTO][1] =
		bailey_index_hash_word(lookup->proto, index->seed + BAILEY_INDEX_PROTO);
	tables &= sift(lookup, BAILEY_INDEX_SRC, &lookup->packet->src, v6);
	tables &= sift(lookup, BAILEY_INDEX_DST, &lookup->packet->dst, v6);
	tables &= sift_port(lookup, BAILEY_INDEX_SPORT, lookup->sport);
	tables &= sift_port(lookup, BAILEY_INDEX_DPORT, lookup->dport);
	for (; tables; tables &= tables - 1) {
		const struct bailey_index_table *table = &index->table[bailey_lowest_bit(tables)];
		u64 hash = table->salt;
		const u32 *bucket;

		if (table->first >= lookup->best)
			break;
		STAT_ADD(stat_tables);
		for (i = 0; i < BAILEY_INDEX_FIELDS; i++)
			hash += lookup->hash[i][table->level[i]];
		hash = bailey_index_hash_end(hash);
		bucket = &index->bucket[bailey_index_bucket(hash, index->buckets)];
		if (!(bucket[0] & bailey_index_mark(hash)))
			continue;
		STAT_ADD(stat_buckets);
		scan(lookup, index->records, bucket[0] >> 8, bucket[1] >> 8, v6);
	}
}

static inline struct bailey_rule *search_family(struct lookup *lookup, bool v6)
{
	lookup->best = U32_MAX;
	if (lookup->index->buckets)
		search(lookup, v6);
	climb(lookup, v6);
	if (lookup->best == U32_MAX)
		return NULL;
	return lookup->index->rule[lookup->best >> BAILEY_RECORD_FLAGS];
}

static struct bailey_rule *search_index(const struct bailey_policy *policy,
					const struct bailey_index *index, const u64 *gone,
					const struct bailey_packet *packet)
{
	struct lookup lookup;

	if (unlikely(packet->flags & BAILEY_PKT_FRAGMENT))
		return search_plainly(policy, index, gone, packet);
	lookup.policy = policy;
	lookup.index = index;
	lookup.packet = packet;
	lookup.gone = gone;
	lookup.src = packet->src.hi >> 32;
	lookup.dst = packet->dst.hi >> 32;
	lookup.sport = packet->sport;
	lookup.dport = packet->dport;
	lookup.proto = packet->proto;
	lookup.portless = 0;
	if (!(packet->flags & BAILEY_PKT_PORTS)) {
		lookup.portless = BAILEY_RECORD_PORTS;
		lookup.dport = (u16)(packet->type << 8 | packet->code);
	}
	if (packet->family == BAILEY_IPV6)
		return search_family(&lookup, true);
	return search_family(&lookup, false);
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
	bool v6 = packet->family == BAILEY_IPV6;
	struct bailey_rule *rule, *added;

	*sure = true;
	if (!classifier)
		return NULL;
	rule = search_index(policy, classifier->base->index[v6], classifier->gone[v6], packet);
	if (unlikely(classifier->added[v6])) {
		added = search_index(policy, classifier->added[v6], NULL, packet);
		if (added && (!rule || added->number < rule->number))
			rule = added;
	}
	if (unlikely(packet->flags & BAILEY_PKT_FRAGMENT) && rule)
		*sure = bailey_rule_fields(rule, packet) == BAILEY_FIT_YES;
	return rule;
}
