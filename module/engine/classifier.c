// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier: the first entry, in order of numbers, that matches a packet.
 *
 * Rules are found by hash. A table is a way of doing so: "24 bits of the source,
 * all of the destination, the destination port, the protocol", say. Each rule is
 * in the table that looks at most of what the rule fixes, and a packet may be in
 * any of them, since it does not say how wide the rules are that it matches. What
 * keeps this fast:
 *
 * - There are at most 32 tables over at most four prefix lengths a side
 *   (classifier_grid.c): longer prefixes are found by fewer bits than they have,
 *   and records hold all of them, so that nothing is lost but a comparison.
 * - Before any table is asked, five sieves say which can know the packet: one for
 *   each field, a word of 32 bits, one for each table, by the hash of the field.
 *   What is left after ANDing them is two to five tables of 32. The sieves' loads
 *   do not depend on each other, so that misses overlap.
 * - Tables are numbered by their lowest rule, and none is asked that has no lower
 *   number than the one already found. As people write narrow rules before wide
 *   ones, this halves what is left.
 * - All tables share one array of buckets, a word each: where its records begin,
 *   and a mark of the hashes in it. An absent key costs that word, a present one
 *   the record, of 24 bytes (IPv6: 48), which holds all there is to compare. The
 *   rule itself is touched only for prefix lists, and to count.
 * - What no hash tells apart - the rules of a bucket that are too many, and those
 *   that fix no address and no port - becomes a tree of cuts (classifier_tree.c).
 *
 * Example: "100 deny tcp from 10.1.0.0/16 to any port 22", "200 allow tcp from
 * 10.0.0.0/8 to any port 22", "300 deny udp". With levels 0 and 8 for sources, 100
 * and 200 are in one table (8 bits of the source, port, protocol), under one key,
 * (10, 22, tcp); 300 fixes too little and is alone in the tree. A packet from
 * 10.9.9.9 to tcp port 22 passes all sieves of the table, finds the bucket of
 * (10, 22, tcp), fails at the record of 100 in its second byte, and holds at 200;
 * the tree's lowest rule is 300, so that it is not asked. A udp packet is known to no
 * table by its protocol, and goes to the tree at once.
 *
 * The worst case. A packet costs the sieves, at most one bucket of each table, each
 * of at most BUCKET_MAX records, and one way through the tree, at most 28 cuts
 * deep. A leaf holds few rules unless cutting would have made too many copies: the
 * leaves have at most twice the tree's rules and a quarter of all together. Rules
 * that can't be cut apart at that price (thousands that all hold the same packets)
 * are read one by one, 24 bytes each, in order, up to the first that matches. Memory is
 * linear, whatever the rules. Hashes are not keyed: packets choose only where they
 * look, and what stands there was bounded when it was built. Later fragments that
 * nobody has put together are the exception (they come where tracking is switched off,
 * else hardly ever): little but their addresses is known, and they read rule after rule
 * up to the first that may match.
 *
 * Other ways that were tried: the same without the order of tables (seven of 32 asked
 * instead of two, 1.6 times the time at 1,000 rules); buckets of 32 records with the
 * rest read one by one (about twice the time); 64 tables and ten lengths, before the
 * tables had an order (half the records compared, a third more memory); leaving out of
 * a leaf what is behind a rule that covers all of it (no difference, and no rule could
 * be taken out of such a tree).
 *
 * Made when a policy is sealed, never changed; packets read it under RCU.
 */
#include "classifier_index.h"
#include "policy.h"

/**
 * struct lookup - one packet's search in one index
 * @policy: has the prefix lists
 * @index: where it searches
 * @gone: bits by rank of rules that are no longer, or NULL
 * @packet: the packet
 * @src: its source, IPv4
 * @dst: its destination, IPv4
 * @sport: source port
 * @dport: destination port, or type and code
 * @proto: its protocol
 * @portless: %BAILEY_RECORD_PORTS if it has no ports
 * @best: what was found, as in records; U32_MAX for nothing yet
 * @hash: by field and level
 */
struct lookup {
	const struct bailey_policy *policy;
	const struct bailey_index *index;
	const u64 *gone;
	const struct bailey_packet *packet;
	u32 src;
	u32 dst;
	u16 sport;
	u16 dport;
	u8 proto;
	u32 portless;
	u32 best;
	u64 hash[BAILEY_INDEX_FIELDS][BAILEY_INDEX_LEVELS];
};

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
		if (!bailey_index_gone(gone, i) &&
		    rule_fits(policy, index->rule[i], packet) != BAILEY_FIT_NO)
			return index->rule[i];
	return NULL;
}

/* What a record does not say: is its rule still there, do its prefix lists hold? */
static bool stands(const struct lookup *lookup, const struct bailey_record *record)
{
	u32 rank = record->rank >> BAILEY_RECORD_FLAGS;

	if (bailey_index_gone(lookup->gone, rank))
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

/* One branch for all fields, since which of them differs can't be foreseen. */
static inline bool holds4(const struct lookup *lookup, const struct bailey_record *record)
{
	u64 differs = (u64)(lookup->src ^ record->addr[0]) >> (32 - record->src_bits);

	differs |= (u64)(lookup->dst ^ record->addr[1]) >> (32 - record->dst_bits);
	return !(differs | differs_above(lookup, record));
}

static inline bool holds6(const struct lookup *lookup, const struct bailey_record *record)
{
	struct bailey_addr addr[2] BAILEY_UNSET;

	memcpy(addr, record->addr, sizeof(addr));
	return !differs_above(lookup, record) &&
	       bailey_addr_in_prefix(&lookup->packet->src, &addr[0], record->src_bits) &&
	       bailey_addr_in_prefix(&lookup->packet->dst, &addr[1], record->dst_bits);
}

/* Records in order of ranks: the first that holds, if it is below the best. */
static inline void scan(struct lookup *lookup, const void *records, u32 from, u32 to, bool v6)
{
	size_t size = v6 ? BAILEY_RECORD_SIZE6 : BAILEY_RECORD_SIZE4;
	const u8 *at = (const u8 *)records + from * size;
	const u8 *end = (const u8 *)records + to * size;

	for (; at < end; at += size) {
		const struct bailey_record *record = (const void *)at;

		if (record->rank >= lookup->best)
			return;
		if (!(v6 ? holds6(lookup, record) : holds4(lookup, record)))
			continue;
		if (unlikely(lookup->gone || record->rank & BAILEY_RECORD_ASK) &&
		    !stands(lookup, record))
			continue;
		lookup->best = record->rank;
		return;
	}
}

/* Up the tree to the one leaf whose rules may hold. */
static inline void climb(struct lookup *lookup, bool v6)
{
	const struct bailey_index *index = lookup->index;
	const struct bailey_packet *packet = lookup->packet;
	const struct bailey_tree_node *node = index->node;
	u64 point[BAILEY_TREE_DIMS] BAILEY_UNSET;

	if (!node || index->leaf_first >= lookup->best)
		return;
	point[BAILEY_TREE_SRC] = packet->src.hi;
	point[BAILEY_TREE_SRC + 1] = packet->src.lo;
	point[BAILEY_TREE_DST] = packet->dst.hi;
	point[BAILEY_TREE_DST + 1] = packet->dst.lo;
	point[BAILEY_TREE_SPORT] = lookup->portless ? 0 : lookup->sport + 1;
	point[BAILEY_TREE_DPORT] = lookup->dport;
	point[BAILEY_TREE_PROTO] = lookup->proto;
	while (node->dim != BAILEY_TREE_LEAF)
		node = &index->node[node->next + (point[node->dim] >= node->cut)];
	scan(lookup, index->leaf, node->next, node->next + (u32)node->cut, v6);
}

/* The tables that may know an address; its hashes are kept for their keys. */
static inline u32 sift(struct lookup *lookup, u32 side, const struct bailey_addr *addr, bool v6)
{
	const struct bailey_index *index = lookup->index;
	u32 tables = index->open[side], level;

	for (level = 1; level < index->grid.levels[side]; level++) {
		const struct bailey_index_sieve *sieve = &index->sieve[side][level];
		const struct bailey_addr *mask = &index->mask[side][level];
		struct bailey_addr net = { addr->hi & mask->hi, v6 ? addr->lo & mask->lo : 0 };
		u64 hash = bailey_index_hash_addr(&net, side);

		lookup->hash[side][level] = hash;
		tables |= sieve->tables[hash >> sieve->shift];
	}
	return tables;
}

static inline u32 sift_port(struct lookup *lookup, u32 field, u16 port)
{
	const struct bailey_index *index = lookup->index;
	const struct bailey_index_sieve *sieve = &index->sieve[field][1];
	u64 hash = bailey_index_hash_word(port, field);

	lookup->hash[field][1] = hash;
	return index->open[field] | sieve->tables[hash >> sieve->shift];
}

/* The tables that may have a rule for the packet, one bit each. */
static inline u32 sift_all(struct lookup *lookup, bool v6)
{
	u32 tables = lookup->index->by_proto[lookup->proto];
	u32 field;

	for (field = 0; field < BAILEY_INDEX_FIELDS; field++)
		lookup->hash[field][0] = 0;
	lookup->hash[BAILEY_INDEX_PROTO][1] =
		bailey_index_hash_word(lookup->proto, BAILEY_INDEX_PROTO);
	tables &= sift(lookup, BAILEY_INDEX_SRC, &lookup->packet->src, v6);
	tables &= sift(lookup, BAILEY_INDEX_DST, &lookup->packet->dst, v6);
	tables &= sift_port(lookup, BAILEY_INDEX_SPORT, lookup->sport);
	return tables & sift_port(lookup, BAILEY_INDEX_DPORT, lookup->dport);
}

/**
 * struct place - where the records of a table's key may be
 * @bucket: the bucket
 * @mark: what the bucket has to show
 * @first: the table's lowest rule, as in records
 */
struct place {
	const u32 *bucket;
	u32 mark;
	u32 first;
};

/* Where each of the tables has to look; the memory is on its way then. */
static inline u32 locate(const struct lookup *lookup, u32 tables, struct place *place)
{
	const struct bailey_index *index = lookup->index;
	u32 count = 0, field;

	for (; tables; tables &= tables - 1, count++) {
		const struct bailey_index_table *table = &index->table[bailey_lowest_bit(tables)];
		u64 hash = table->salt;

		for (field = 0; field < BAILEY_INDEX_FIELDS; field++)
			hash += lookup->hash[field][table->level[field]];
		hash = bailey_index_hash_end(hash);
		place[count].bucket = &index->bucket[bailey_index_bucket(hash, index->buckets)];
		bailey_prefetch(place[count].bucket);
		place[count].mark = bailey_index_mark(hash);
		place[count].first = table->first;
	}
	return count;
}

/* Only those that have something; their records are on their way then. */
static inline u32 narrow(const struct bailey_index *index, struct place *place, u32 count,
			 bool v6)
{
	size_t size = v6 ? BAILEY_RECORD_SIZE6 : BAILEY_RECORD_SIZE4;
	u32 i, kept = 0;

	for (i = 0; i < count; i++) {
		u32 bucket = place[i].bucket[0];

		place[kept] = place[i];
		bailey_prefetch((const u8 *)index->records +
				(bucket >> BAILEY_INDEX_MARKS) * size);
		kept += !!(bucket & place[i].mark);
	}
	return kept;
}

static inline void ask_tables(struct lookup *lookup, bool v6)
{
	const struct bailey_index *index = lookup->index;
	struct place place[BAILEY_INDEX_TABLES];
	u32 i, count;

	count = locate(lookup, sift_all(lookup, v6), place);
	count = narrow(index, place, count, v6);
	for (i = 0; i < count; i++) {
		const u32 *bucket = place[i].bucket;

		if (place[i].first >= lookup->best)
			return;
		scan(lookup, index->records, bucket[0] >> BAILEY_INDEX_MARKS,
		     bucket[1] >> BAILEY_INDEX_MARKS, v6);
	}
}

static inline struct bailey_rule *search_family(struct lookup *lookup, bool v6)
{
	lookup->best = U32_MAX;
	if (lookup->index->buckets)
		ask_tables(lookup, v6);
	climb(lookup, v6);
	if (lookup->best == U32_MAX)
		return NULL;
	return lookup->index->rule[lookup->best >> BAILEY_RECORD_FLAGS];
}

static struct bailey_rule *search(const struct bailey_policy *policy,
				  const struct bailey_index *index, const u64 *gone,
				  const struct bailey_packet *packet)
{
	struct lookup lookup BAILEY_UNSET;

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
	rule = search(policy, classifier->base->index[v6], classifier->gone[v6], packet);
	if (unlikely(classifier->added[v6])) {
		added = search(policy, classifier->added[v6], NULL, packet);
		if (added && (!rule || added->number < rule->number))
			rule = added;
	}
	if (unlikely(packet->flags & BAILEY_PKT_FRAGMENT) && rule)
		*sure = bailey_rule_fields(rule, packet) == BAILEY_FIT_YES;
	return rule;
}
