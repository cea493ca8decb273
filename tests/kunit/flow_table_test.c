// SPDX-License-Identifier: GPL-2.0
/*
 * The flows of a window: what is one flow and what is two, room, policies, and CPUs that
 * have the same flow.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "flow_table.h"

#define FLOWS	40

struct flow_fixture {
	struct bailey_flow_table *table;
	struct bailey_policy *policy[BAILEY_FLOW_POLICIES + 1];
};

static struct bailey_flow flow_of(struct kunit *test, u16 sport)
{
	struct flow_fixture *f = test->priv;

	return (struct bailey_flow){
		.near = { 0x0a080001, 0x0a090001 },
		.addr = { { .hi = 0x0a080001ULL << 32 }, { .hi = 0x0a090001ULL << 32 } },
		.policy = f->policy[0],
		.ifindex = { 2, 3 },
		.sport = sport,
		.dport = 53,
		.family = BAILEY_IPV4,
		.proto = BAILEY_PROTO_UDP,
		.hook = BAILEY_HOOK_FORWARD,
		.side = { { .group = BAILEY_NO_SLOT }, { .group = BAILEY_NO_SLOT } },
	};
}

/* As bailey_flow_log_add() does. Return: false if there was no room. */
static bool add(struct kunit *test, const struct bailey_flow *probe, u32 packets, u32 now)
{
	struct flow_fixture *f = test->priv;
	const struct bailey_flow_amount amount = {
		.packets = packets, .bytes = 100 * packets, .now = now,
	};
	struct bailey_flow *flow;

	rcu_read_lock();
	local_bh_disable();
	flow = bailey_flow_find(f->table, probe, true);
	if (!flow)
		flow = bailey_flow_enter(f->table, probe);
	if (flow)
		bailey_flow_count(flow, &amount);
	else
		bailey_flow_lose(f->table, &amount);
	local_bh_enable();
	rcu_read_unlock();
	return flow;
}

static u32 flows(struct kunit *test, u64 *packets)
{
	struct flow_fixture *f = test->priv;
	const struct bailey_flow *flow;
	u32 at = 0, count = 0;

	*packets = 0;
	while ((flow = bailey_flow_table_next(f->table, &at))) {
		KUNIT_EXPECT_EQ(test, flow->bytes, 100 * flow->packets);
		*packets += flow->packets;
		count++;
	}
	return count;
}

static void expect_flows(struct kunit *test, u32 wanted, u64 wanted_packets)
{
	u64 packets;

	KUNIT_EXPECT_EQ(test, flows(test, &packets), wanted);
	KUNIT_EXPECT_EQ(test, packets, wanted_packets);
}

static void what_is_alike_is_one(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	struct bailey_flow probe = flow_of(test, 1);
	const struct bailey_flow *flow;
	u32 at = 0;

	add(test, &probe, 1, 100);
	add(test, &probe, 45, 103);
	probe.side[1].group = 7;
	add(test, &probe, 1, 102);
	expect_flows(test, 1, 47);
	flow = bailey_flow_table_next(f->table, &at);
	KUNIT_ASSERT_NOT_NULL(test, flow);
	KUNIT_EXPECT_EQ(test, flow->first, 100u);
	KUNIT_EXPECT_EQ(test, flow->last, 102u);
}

/* Each of these makes it another one. */
static void what_differs_is_two(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	struct bailey_flow probe = flow_of(test, 1);
	const struct bailey_rule rule = { .number = 5 };
	u32 count = 0;

#define ANOTHER(change) do { \
		probe = flow_of(test, 1); \
		change; \
		add(test, &probe, 1, 100); \
		count++; \
		expect_flows(test, count, count); \
		add(test, &probe, 0, 100); \
		expect_flows(test, count, count); \
	} while (0)

	ANOTHER();
	ANOTHER(probe.near[0]++);
	ANOTHER(probe.near[1]++);
	ANOTHER(probe.sport++);
	ANOTHER(probe.dport++);
	ANOTHER(probe.ifindex[0]++);
	ANOTHER(probe.ifindex[1]++);
	ANOTHER(probe.hook = BAILEY_HOOK_LOCAL_IN);
	ANOTHER(probe.proto++);
	ANOTHER(probe.family = BAILEY_IPV6);
	ANOTHER(probe.family = BAILEY_IPV6; probe.addr[0].hi++);
	ANOTHER(probe.family = BAILEY_IPV6; probe.addr[0].lo++);
	ANOTHER(probe.family = BAILEY_IPV6; probe.addr[1].hi++);
	ANOTHER(probe.family = BAILEY_IPV6; probe.addr[1].lo++);
	ANOTHER(probe.reason = BAILEY_DROP_GROUP);
	ANOTHER(probe.policy = f->policy[1]);
	ANOTHER(probe.side[0].action = BAILEY_FLOW_ACCEPT);
	ANOTHER(probe.side[1].action = BAILEY_FLOW_REJECT);
	ANOTHER(probe.side[0].rule = &rule);
	ANOTHER(probe.side[1].rule = &rule);
#undef ANOTHER
}

static void a_quick_packet_knows_no_sides(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	struct bailey_flow probe = flow_of(test, 1);

	probe.side[1].action = BAILEY_FLOW_ACCEPT;
	add(test, &probe, 1, 100);
	probe = flow_of(test, 1);
	rcu_read_lock();
	local_bh_disable();
	KUNIT_EXPECT_NULL(test, bailey_flow_find(f->table, &probe, true));
	KUNIT_EXPECT_NOT_NULL(test, bailey_flow_find(f->table, &probe, false));
	probe.reason = BAILEY_DROP_ACL;
	KUNIT_EXPECT_NULL(test, bailey_flow_find(f->table, &probe, false));
	local_bh_enable();
	rcu_read_unlock();
}

/* What is skipped has its own places, and what these have no room for a sum. */
static void all_is_counted_when_it_is_full(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	struct bailey_flow probe;
	u64 packets, bytes;
	u32 i;

	for (i = 0; i < FLOWS; i++) {
		probe = flow_of(test, i);
		KUNIT_ASSERT_TRUE(test, add(test, &probe, 1, 100));
	}
	KUNIT_EXPECT_FALSE(test, bailey_flow_room(f->table));
	probe = flow_of(test, FLOWS);
	KUNIT_EXPECT_FALSE(test, add(test, &probe, 3, 100));
	probe = flow_of(test, 0);
	KUNIT_EXPECT_TRUE(test, add(test, &probe, 1, 100));
	for (i = 0; i < BAILEY_FLOW_RESERVE + 6; i++) {
		probe = (struct bailey_flow){ .policy = f->policy[0], .ifindex = { i + 1 } };
		KUNIT_EXPECT_EQ(test, add(test, &probe, 1, 100), i < BAILEY_FLOW_RESERVE);
	}
	expect_flows(test, FLOWS + BAILEY_FLOW_RESERVE, FLOWS + 1 + BAILEY_FLOW_RESERVE);
	bailey_flow_table_lost(f->table, &packets, &bytes);
	KUNIT_EXPECT_EQ(test, packets, 9ULL);
	KUNIT_EXPECT_EQ(test, bytes, 900ULL);
	bailey_flow_table_clear(f->table);
	expect_flows(test, 0, 0);
	bailey_flow_table_lost(f->table, &packets, &bytes);
	KUNIT_EXPECT_EQ(test, packets, 0ULL);
	probe = flow_of(test, FLOWS);
	KUNIT_EXPECT_TRUE(test, add(test, &probe, 1, 100));
}

static void policies_are_held(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	struct bailey_flow probe;
	u32 i;

	for (i = 0; i <= BAILEY_FLOW_POLICIES; i++) {
		probe = flow_of(test, 1);
		probe.policy = f->policy[i];
		KUNIT_EXPECT_FALSE(test, f->table->crowded);
		KUNIT_EXPECT_EQ(test, add(test, &probe, 1, 100), i < BAILEY_FLOW_POLICIES);
		KUNIT_EXPECT_EQ(test, bailey_ref_shared(&f->policy[i]->refs),
				i < BAILEY_FLOW_POLICIES);
	}
	KUNIT_EXPECT_TRUE(test, f->table->crowded);
	bailey_flow_table_clear(f->table);
	KUNIT_EXPECT_FALSE(test, f->table->crowded);
	for (i = 0; i <= BAILEY_FLOW_POLICIES; i++)
		KUNIT_EXPECT_FALSE(test, bailey_ref_shared(&f->policy[i]->refs));
}

/* Chains of a CPU that is not there stand in for those of a second one. */
static void flows_of_several_cpus_become_one(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	struct bailey_flow_share *share = this_cpu_ptr(f->table->share);
	struct bailey_flow probe;
	u32 *first = share->head, *second, i;
	struct bailey_flow *flow;

	second = kvcalloc(f->table->mask + 1, sizeof(*second), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, second);
	for (i = 0; i < 10; i++) {
		probe = flow_of(test, i);
		add(test, &probe, 1, 100 + i);
	}
	share->head = second;
	share->policy = NULL;
	for (i = 5; i < 15; i++) {
		probe = flow_of(test, i);
		probe.side[0].group = 9;
		add(test, &probe, 10, 50);
	}
	expect_flows(test, 20, 110);
	bailey_flow_table_join(f->table, first, second);
	expect_flows(test, 15, 110);
	share->head = first;
	rcu_read_lock();
	local_bh_disable();
	probe = flow_of(test, 5);
	flow = bailey_flow_find(f->table, &probe, true);
	KUNIT_EXPECT_TRUE(test, flow && flow->packets == 11 && flow->first == 50 &&
			  flow->last == 105 && flow->side[0].group == 9);
	probe = flow_of(test, 14);
	KUNIT_EXPECT_NOT_NULL(test, bailey_flow_find(f->table, &probe, true));
	local_bh_enable();
	rcu_read_unlock();
	kvfree(second);
}

/* No chain gets much longer than chance has it, whichever field differs. */
static void chains_are_short(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	u32 max = 4096, i, field, chain, at, longest;
	struct bailey_flow_share *share;
	struct bailey_flow probe;

	for (field = 0; field < 4; field++) {
		bailey_flow_table_destroy(f->table);
		f->table = bailey_flow_table_create(max);
		KUNIT_ASSERT_NOT_NULL(test, f->table);
		share = this_cpu_ptr(f->table->share);
		for (i = 0; i < max; i++) {
			probe = flow_of(test, field ? 1 : i);
			probe.family = field > 1 ? BAILEY_IPV6 : BAILEY_IPV4;
			probe.near[0] += field == 1 ? i : 0;
			probe.addr[0].lo = field == 2 ? i : 0;
			probe.addr[1].hi += field == 3 ? i : 0;
			KUNIT_ASSERT_TRUE(test, add(test, &probe, 1, 100));
		}
		longest = 0;
		for (i = 0; i <= f->table->mask; i++) {
			chain = 0;
			for (at = share->head[i]; at; at = f->table->flow[at - 1].next)
				chain++;
			longest = max(longest, chain);
		}
		KUNIT_EXPECT_LE(test, longest, 16u);
	}
}

static int flow_test_init(struct kunit *test)
{
	struct flow_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	u32 i;

	if (!f)
		return -ENOMEM;
	test->priv = f;
	for (i = 0; i < ARRAY_SIZE(f->policy); i++) {
		f->policy[i] = bailey_policy_create();
		if (!f->policy[i])
			return -ENOMEM;
	}
	f->table = bailey_flow_table_create(FLOWS);
	if (!f->table)
		return -ENOMEM;
	bailey_flow_table_begin(f->table, 1);
	return 0;
}

static void flow_test_exit(struct kunit *test)
{
	struct flow_fixture *f = test->priv;
	u32 i;

	if (!f)
		return;
	bailey_flow_table_destroy(f->table);
	for (i = 0; i < ARRAY_SIZE(f->policy); i++)
		if (f->policy[i])
			bailey_policy_put(f->policy[i]);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(what_is_alike_is_one),
	KUNIT_CASE(what_differs_is_two),
	KUNIT_CASE(a_quick_packet_knows_no_sides),
	KUNIT_CASE(all_is_counted_when_it_is_full),
	KUNIT_CASE(policies_are_held),
	KUNIT_CASE(flows_of_several_cpus_become_one),
	KUNIT_CASE(chains_are_short),
	{}
};

static struct kunit_suite bailey_flow_suite = {
	.name = "bailey_flow_table",
	.init = flow_test_init,
	.exit = flow_test_exit,
	.test_cases = flow_cases,
};

kunit_test_suite(bailey_flow_suite);
