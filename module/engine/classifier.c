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
 * - All tables share one array of buckets. Sixteen of them are half a cache line: a
 *   byte each with a mark for the hashes in it, four bits each with how many records
 *   it has, and where the first one's records begin. The places in it of all tables
 *   that are left are fetched at once, then the records of those whose mark is there,
 *   and only then anything is compared: so misses overlap here as well.
 * - A record has 16 bytes (classifier_record.c), four in a cache line, and is all
 *   there is to compare: 32 bits of each address, and the number of a service, as
 *   protocol and ports are called together, of which a policy has few. The rule itself
 *   is touched for prefix lists, for IPv6 prefixes longer than /32, of which records
 *   have the last 32 bits, and to count.
 * - What no hash tells apart - the rules of a bucket that are too many, and those
 *   that fix no address and no port - becomes a tree of cuts (classifier_tree.c).
 *
 * Example: "100 deny tcp from 10.1.0.0/16 to any port 22", "200 allow tcp from
 * 10.0.0.0/8 to any port 22", "300 deny udp". With levels 0 and 8 for sources, 100
 * and 200 are in one table (8 bits of the source, port, protocol), under one key,
 * (10, 22, tcp); 300 fixes too little and is alone in the tree. A packet from
 * 10.9.9.9 to tcp port 22 passes all sieves of the table, finds the mark of (10, 22,
 * tcp) in its bucket, and two records: it fails at that of 100, whose first 16 bits are
 * 10.1 and not 10.9, and holds at that of 200, with 8 bits of the source, none of the
 * destination, and the same service, "tcp to port 22"; the tree's lowest rule is 300,
 * so that it is not asked. A udp packet is known to no
 * table by its protocol, and goes to the tree at once.
 *
 * The worst case. A packet costs the sieves, at most one bucket of each table, each
 * of at most BAILEY_INDEX_BUCKET records, and one way through the tree, at most 28 cuts
 * deep. A leaf holds few rules unless cutting would have made too many copies: the
 * leaves have at most twice the tree's rules and a quarter of all together. Rules
 * that can't be cut apart at that price (thousands that all hold the same packets)
 * are read one by one, 16 bytes and the service's 12 each, in order, up to the first
 * that matches; where there are more than 65,535 services, the rules of the others are
 * read, too. Memory is linear, whatever the rules. Hashes are not keyed: packets choose
 * only where they look, and what stands there was bounded when it was built. Later
 * fragments that nobody has put together are the exception (they come where tracking is
 * switched off, else hardly ever): little but their addresses is known, and they read
 * rule after rule up to the first that may match.
 *
 * Other ways that were tried: the same without the order of tables (seven of 32 asked
 * instead of two, 1.6 times the time at 1,000 rules); buckets of 32 records with the
 * rest read one by one (about twice the time); 64 tables and ten lengths, before the
 * tables had an order (half the records compared, a third more memory); leaving out of
 * a leaf what is behind a rule that covers all of it (no difference, and no rule could
 * be taken out of such a tree); records of 24 bytes with ports and protocol in them, and
 * of 48 with all of both IPv6 addresses (a third to a half more memory for IPv4, twice as
 * much for IPv6, and no faster at 10,000 rules).
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
 * @part: its source and destination as bailey_record_parts() has them
 * @sport: source port
 * @dport: destination port, or type and code
 * @proto: its protocol
 * @portless: 1 if it has no ports
 * @best: what was found, as in records; U32_MAX for nothing yet
 * @addr: hashes of its addresses, by side and level
 * @above: hashes of what is above: by set of BAILEY_ABOVE_*
 */
struct lookup {
	const struct bailey_policy *policy;
	const struct bailey_index *index;
	const u64 *gone;
	const struct bailey_packet *packet;
	u64 part[2][4];
	u16 sport;
	u16 dport;
	u8 proto;
	u32 portless;
	u32 best;
	u64 addr[2][BAILEY_INDEX_LEVELS];
	u64 above[BAILEY_ABOVE_SETS];
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

/* What a record does not say: is its rule still there, does all of it hold? */
static bool stands(const struct lookup *lookup, const struct bailey_record *record)
{
	u32 rank = record->rank >> BAILEY_RECORD_FLAGS;
	const u8 words[2] = { record->shift[0] >> 6, record->shift[1] >> 6 };
	const struct bailey_rule *rule;

	if (bailey_index_gone(lookup->gone, rank))
		return false;
	rule = lookup->index->rule[rank];
	if (record->rank & BAILEY_RECORD_ASK)
		return rule_fits(lookup->policy, rule, lookup->packet) == BAILEY_FIT_YES;
	return bailey_rule_begins(rule, words, lookup->part[0], lookup->part[1]);
}

static __always_inline u32 differs_in(const struct lookup *lookup,
				      const struct bailey_record *record, u32 side, bool v6)
{
	u8 shift = record->shift[side];
	u64 part = v6 ? lookup->part[side][shift >> 6] : lookup->part[side][0];

	return (u32)(part >> (v6 ? shift & 63 : shift)) ^ record->addr[side];
}

/* One branch for all fields, since which of them differs can't be foreseen. */
static __always_inline bool holds(const struct lookup *lookup,
				  const struct bailey_record *record, bool v6)
{
	const struct bailey_service *service = &lookup->index->service[record->service];

	return !(differs_in(lookup, record, 0, v6) | differs_in(lookup, record, 1, v6) |
		 (u32)((u16)(lookup->sport - service->sport) > service->sports) |
		 (u32)((u16)(lookup->dport - service->dport) > service->dports) |
		 ((lookup->proto ^ service->proto) & service->proto_mask) |
		 (service->ports & lookup->portless));
}

/* Records in order of ranks: the first that holds, if it is below the best. */
static __always_inline void scan(struct lookup *lookup, const struct bailey_record *at,
				 u32 count, bool v6)
{
	const struct bailey_record *end = at + count;

	for (; at < end; at++) {
		if (at->rank >= lookup->best)
			return;
		if (!holds(lookup, at, v6))
			continue;
		if ((lookup->gone || at->rank & (BAILEY_RECORD_ASK | BAILEY_RECORD_LONG)) &&
		    !stands(lookup, at))
			continue;
		lookup->best = at->rank;
		bailey_prefetch(&lookup->index->rule[at->rank >> BAILEY_RECORD_FLAGS]);
		return;
	}
}

/* Up the tree to the one leaf whose rules may hold. */
static __always_inline void climb(struct lookup *lookup, bool v6)
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
	scan(lookup, index->leaf + node->next, (u32)node->cut, v6);
}

/* The tables that may know this much of an address; its hash is kept for their keys. */
static __always_inline u32 sift_level(struct lookup *lookup, u32 side, u32 level,
				      const struct bailey_addr *addr, bool v6)
{
	const struct bailey_index_sieve *sieve = &lookup->index->sieve[side][level];
	const struct bailey_addr *mask = &lookup->index->mask[side][level];
	struct bailey_addr net = { addr->hi & mask->hi, v6 ? addr->lo & mask->lo : 0 };
	u64 hash = bailey_index_hash_addr(&net, side);

	lookup->addr[side][level] = hash;
	return sieve->tables[hash >> sieve->shift];
}

static __always_inline u32 sift(struct lookup *lookup, u32 side,
				const struct bailey_addr *addr, bool v6)
{
	static_assert(BAILEY_INDEX_LEVELS == 4);
	lookup->addr[side][0] = 0;
	return lookup->index->open[side] | sift_level(lookup, side, 1, addr, v6) |
	       sift_level(lookup, side, 2, addr, v6) | sift_level(lookup, side, 3, addr, v6);
}

static __always_inline u32 sift_port(const struct bailey_index *index, u32 field, u64 hash)
{
	const struct bailey_index_sieve *sieve = &index->sieve[field][1];

	return index->open[field] | sieve->tables[hash >> sieve->shift];
}

/* The tables that may have a rule for the packet, one bit each. */
static __always_inline u32 sift_all(struct lookup *lookup, bool v6)
{
	u64 proto = bailey_index_hash_word(lookup->proto, BAILEY_INDEX_PROTO);
	u64 sport = bailey_index_hash_word(lookup->sport, BAILEY_INDEX_SPORT);
	u64 dport = bailey_index_hash_word(lookup->dport, BAILEY_INDEX_DPORT);
	u64 *above = lookup->above;

	above[0] = 0;
	above[BAILEY_ABOVE_PROTO] = proto;
	above[BAILEY_ABOVE_DPORT] = dport;
	above[BAILEY_ABOVE_DPORT | BAILEY_ABOVE_PROTO] = dport + proto;
	above[BAILEY_ABOVE_SPORT] = sport;
	above[BAILEY_ABOVE_SPORT | BAILEY_ABOVE_PROTO] = sport + proto;
	above[BAILEY_ABOVE_SPORT | BAILEY_ABOVE_DPORT] = sport + dport;
	above[BAILEY_ABOVE_SPORT | BAILEY_ABOVE_DPORT | BAILEY_ABOVE_PROTO] =
		sport + dport + proto;
	return lookup->index->by_proto[lookup->proto] &
	       sift_port(lookup->index, BAILEY_INDEX_SPORT, sport) &
	       sift_port(lookup->index, BAILEY_INDEX_DPORT, dport) &
	       sift(lookup, BAILEY_INDEX_SRC, &lookup->packet->src, v6) &
	       sift(lookup, BAILEY_INDEX_DST, &lookup->packet->dst, v6);
}

/*
 * Where the tables have records for the packet: those whose bucket has its mark. Which
 * are left depends on no branch, so that the buckets are fetched at once. A place is
 * bucket << 32 | the table's lowest rule.
 */
static __always_inline u32 locate(const struct lookup *lookup, u32 tables, u64 *place)
{
	const struct bailey_index *index = lookup->index;
	u32 count = 0;

	for (; tables; tables &= tables - 1) {
		const struct bailey_index_table *table = &index->table[bailey_lowest_bit(tables)];
		u64 hash = table->salt + lookup->addr[0][table->level[0]] +
			   lookup->addr[1][table->level[1]] + lookup->above[table->above];
		const struct bailey_index_block *block;
		u32 bucket;

		hash = bailey_index_hash_end(hash);
		bucket = bailey_index_bucket(hash, index->buckets);
		block = &index->block[bucket / BAILEY_INDEX_BLOCK];
		place[count] = (u64)bucket << 32 | table->first;
		count += block->mark[bucket % BAILEY_INDEX_BLOCK] >>
			 (hash & (BAILEY_INDEX_MARKS - 1)) & 1;
	}
	return count;
}

static __always_inline const struct bailey_record *
records_of(const struct bailey_index *index, u64 place, u32 *count)
{
	u32 bucket = place >> 32;

	return &index->records[bailey_index_records(&index->block[bucket / BAILEY_INDEX_BLOCK],
						    bucket % BAILEY_INDEX_BLOCK, count)];
}

static __always_inline void ask_tables(struct lookup *lookup, bool v6)
{
	const struct bailey_record *record[BAILEY_INDEX_TABLES];
	u32 size[BAILEY_INDEX_TABLES], i, count;
	u64 place[BAILEY_INDEX_TABLES];

	count = locate(lookup, sift_all(lookup, v6), place);
	for (i = 0; i < count; i++) {
		record[i] = records_of(lookup->index, place[i], &size[i]);
		bailey_prefetch(record[i]);
	}
	for (i = 0; i < count; i++) {
		if ((u32)place[i] >= lookup->best)
			return;
		scan(lookup, record[i], size[i], v6);
	}
}

static __always_inline struct bailey_rule *search_family(struct lookup *lookup, bool v6)
{
	const struct bailey_packet *packet = lookup->packet;

	lookup->best = U32_MAX;
	if (v6) {
		bailey_record_parts(&packet->src, lookup->part[0]);
		bailey_record_parts(&packet->dst, lookup->part[1]);
	} else {
		lookup->part[0][0] = packet->src.hi >> 32;
		lookup->part[1][0] = packet->dst.hi >> 32;
	}
	if (lookup->index->buckets)
		ask_tables(lookup, v6);
	climb(lookup, v6);
	if (lookup->best == U32_MAX)
		return NULL;
	return lookup->index->rule[lookup->best >> BAILEY_RECORD_FLAGS];
}

static inline struct bailey_rule *search(const struct bailey_policy *policy,
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
	lookup.sport = packet->sport;
	lookup.dport = packet->dport;
	lookup.proto = packet->proto;
	lookup.portless = 0;
	if (!(packet->flags & BAILEY_PKT_PORTS)) {
		lookup.portless = 1;
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
