// SPDX-License-Identifier: GPL-2.0
/*
 * A random walk through TCP conversations: the program.
 *
 *	walk [--seed N] [--segments N] [--kinds MASK] [--fault N]
 *	walk --faults		how many faults there are
 *	walk --faults=N		what the N-th is
 *
 * Conversations follow each other until so many segments have come to the firewall.
 * Each has a seed of its own, which is printed when it fails; before that, its
 * neighbours are tried for the shortest conversation that fails in the same way.
 */
#include <getopt.h>

#include "net.h"

#define LIMIT		400	/* steps of an ordinary conversation */
#define SHORTER		50000	/* conversations among which to look for a short one */

static struct walk_net net;

static u64 percent(u64 part, u64 whole)
{
	return whole ? 100 * part / whole : 0;
}

static void count(const char *what, u64 number)
{
	printf("# %12llu %s\n", (unsigned long long)number, what);
}

static void report_tally(const struct walk_tally *tally)
{
	static const char *const rules[] = {
		"inside the windows", "outside", "SYN to be challenged",
		"ACK that answers a SYN", "RST that answers such an ACK",
	};
	static const char *const excuses[] = {
		"", "dropped, as nothing is known and they begin no entry in the middle",
		"dropped: an RST or SYN behind the reset that has ended the entry",
		"dropped: after a late copy of a SYN has opened an ended entry",
		"dropped: of a connection that the firewall has forgotten",
		"dropped: an RST for a challenge from before the entry was opened",
		"dropped: overtook the SYN-ACK before the firewall",
		"dropped: an ACK that was too old then, acceptable later",
	};
	u64 conversations = 0;
	char text[80];
	u32 i;

	static_assert(ARRAY_SIZE(rules) == WALK_RULE_COUNT);
	static_assert(ARRAY_SIZE(excuses) == WALK_EXCUSE_COUNT);
	for (i = 0; i < WALK_KIND_COUNT; i++)
		conversations += tally->kinds[i];
	count("segments came to the firewall", tally->segments);
	count("of them accepted by their receivers: all passed", tally->accepted);
	count("of no use to their receivers passed", tally->passed);
	count("of no use to their receivers were dropped", tally->dropped);
	for (i = WALK_OWED + 1; i < WALK_EXCUSE_COUNT; i++)
		count(excuses[i], tally->excused[i]);
	for (i = 0; i < WALK_RULE_COUNT; i++) {
		snprintf(text, sizeof(text), "the attacker's, %s: %llu passed (%llu %%)",
			 rules[i], (unsigned long long)tally->rule_passed[i],
			 (unsigned long long)percent(tally->rule_passed[i], tally->rules[i]));
		count(text, tally->rules[i]);
	}
	count("segments lost on the way", tally->lost);
	count("doubled", tally->duplicated);
	count("that overtook others", tally->overtaken);
	count("went by before the firewall watched", tally->unseen);
	count("conversations", conversations);
	for (i = 0; i < WALK_KIND_COUNT; i++)
		count(walk_kind_name(i), tally->kinds[i]);
	count("ended with both FINs acknowledged", tally->ends[0]);
	count("ended by a reset", tally->ends[1]);
	count("ended otherwise", tally->ends[2]);
	count("conversations whose ended entry a late SYN has opened anew", tally->late_copies);
	count("resets that the firewall could not tell to be exact", tally->resets_untold);
}

/* The shortest conversation that fails in the same way, not far from the first. */
static u64 find_shorter(u64 seed, struct walk_options *options)
{
	u32 steps = net.steps, i, limit = options->limit, kinds = options->kinds;
	enum walk_failure failure = net.failure;
	struct walk_tally tally;
	u64 shortest = seed;

	options->kinds = 1 << net.kind;
	for (i = 1; i < SHORTER; i++) {
		memset(&tally, 0, sizeof(tally));
		options->limit = 1 + i % LIMIT;
		walk_conversation(&net, seed + i, options, &tally);
		if (net.failure != failure || net.steps >= steps)
			continue;
		steps = net.steps;
		shortest = seed + i;
		limit = options->limit;
	}
	options->limit = limit;
	if (shortest == seed)
		options->kinds = kinds;
	return shortest;
}

static void report_failure(u64 seed, struct walk_options options)
{
	struct walk_tally tally = { 0 };
	u64 shorter;

	printf("# at --seed %llu: %s\n", (unsigned long long)seed,
	       walk_failure_name(net.failure));
	if (options.fault)
		return; /* that was to be expected */
	shorter = find_shorter(seed, &options);
	if (shorter != seed)
		printf("# a shorter one, %llu:\n", (unsigned long long)shorter);
	options.verbose = true;
	walk_conversation(&net, shorter, &options, &tally);
	printf("# kind: %s; A is %s, B is %s\n", walk_kind_name(net.kind),
	       net.ep[0].style.bsd ? "BSD" : "Linux", net.ep[1].style.bsd ? "BSD" : "Linux");
	printf("# %s: %s\n", walk_failure_name(net.failure), bailey_reason_name(net.reason));
	walk_trace_entry(&net);
	walk_trace_segment(&net, "the culprit", &net.culprit);
}

static bool walk(const struct walk_options *options, struct walk_tally *tally)
{
	u64 seed = options->seed;

	for (; tally->segments < options->segments; seed++) {
		walk_conversation(&net, seed, options, tally);
		if (net.failure) {
			report_failure(seed, *options);
			return false;
		}
	}
	return true;
}

static void list_faults(const char *number)
{
	if (!number)
		printf("%u\n", WALK_FAULT_COUNT - 1);
	else
		printf("%s\n", walk_fault_name(strtoul(number, NULL, 0) % WALK_FAULT_COUNT));
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "segments", required_argument, NULL, 'n' },
		{ "kinds", required_argument, NULL, 'k' },
		{ "fault", required_argument, NULL, 'f' },
		{ "faults", optional_argument, NULL, 'l' },
		{ }
	};
	struct walk_options options = {
		.seed = 1, .segments = 10000000, .kinds = ~0U, .limit = LIMIT,
	};
	struct walk_tally tally = { 0 };
	bool good;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 's')
			options.seed = strtoull(optarg, NULL, 0);
		else if (c == 'n')
			options.segments = strtoull(optarg, NULL, 0);
		else if (c == 'k')
			options.kinds = strtoul(optarg, NULL, 0) &
					((1 << WALK_KIND_COUNT) - 1);
		else if (c == 'f')
			options.fault = strtoul(optarg, NULL, 0) % WALK_FAULT_COUNT;
		else if (c == 'l')
			return list_faults(optarg), 0;
		else
			return 2;
	}
	good = walk(&options, &tally);
	report_tally(&tally);
	return !good;
}
