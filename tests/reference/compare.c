// SPDX-License-Identifier: GPL-2.0
/*
 * Compare engine and reference on random policies and packets.
 *
 *	compare [--seed N] [--policies N] [--packets N] [--mutate N]
 *	compare --mutations[=N]
 *
 * Each policy has a seed of its own, counted up from the first; a mismatch
 * prints it, and `--seed THAT --policies 1` shows the same again. With --mutate
 * one rule of the reference is altered, and it is a failure if nobody notices.
 */
#include <getopt.h>
#include "run.h"

struct options {
	u64 seed;
	u32 policies;
	u32 packets;
	u32 mutate;
	u32 name;		/* say what this mutation is */
	bool count;		/* say how many mutations there are */
};

static bool compare(const struct options *options, struct ref_tally *tally)
{
	static struct ref_run run;
	bool ok = true;
	u32 i;

	run.quiet = options->mutate;
	ref_mutation = options->mutate;
	for (i = 0; i < options->policies && ok; i++)
		ok = ref_run(&run, options->seed + i, options->packets, tally);
	bailey_out_destroy(&run.log);
	return ok;
}

static void print_count(const char *what, u64 n)
{
	printf("# %10llu %s\n", (unsigned long long)n, what);
}

static void print_tally(const struct ref_tally *tally)
{
	print_count("pairs of a policy and a packet", tally->pairs);
	print_count("changes of a policy in between", tally->changes);
	print_count("passed", tally->results[REF_PASS]);
	print_count("dropped by default", tally->results[REF_DROP_DEFAULT]);
	print_count("dropped by an entry of an ACL", tally->results[REF_DROP_ACL]);
	print_count("dropped by an ACL's end", tally->results[REF_DROP_ACL_DEFAULT]);
	print_count("dropped by groups", tally->results[REF_DROP_GROUP]);
	print_count("dropped as fragments", tally->results[REF_DROP_FRAGMENT]);
	print_count("dropped by state", tally->results[REF_DROP_STATE]);
	print_count("rejected", tally->rejected);
	print_count("not tracked", tally->untracked);
	print_count("asked by groups somewhere", tally->tracked);
	print_count("known to be asked by ACLs alone", tally->stateless);
	print_count("connections opened", tally->opened);
	print_count("packets of known connections", tally->known);
	print_count("doors asked again", tally->again);
	print_count("connections revoked", tally->revoked);
	print_count("connections reopened", tally->reopened);
	print_count("errors about connections", tally->related);
	print_count("explained", tally->explained);
	print_count("near misses in that", tally->nears);
}

static const char * const mutations[REF_MUTATE_COUNT] = {
	[REF_MUTATE_ACL_ORDER] = "the highest number decides",
	[REF_MUTATE_ACL_DEFAULT] = "what no entry matches is allowed",
	[REF_MUTATE_HAIRPIN] = "the ACL is asked inside its boundary",
	[REF_MUTATE_PORT_EDGE] = "the last port of a range does not count",
	[REF_MUTATE_PREFIX_EDGE] = "the last bit of a prefix does not count",
	[REF_MUTATE_FAMILY] = "a rule for both families misses IPv6",
	[REF_MUTATE_MEMBER_ANYWHERE] = "a member's address counts from everywhere",
	[REF_MUTATE_HOST_MEMBER] = "any address of this machine is a member",
	[REF_MUTATE_ENDPOINT_ALONE] = "endpoints are asked where no subnet is protected",
	[REF_MUTATE_ENDPOINT_ADDS] = "an endpoint's groups come on top of the line's",
	[REF_MUTATE_STEM] = "the shortest stem goes first",
	[REF_MUTATE_MASTER] = "a VRF's lines do not hold for its ports",
	[REF_MUTATE_REPLY] = "a response is asked about itself",
	[REF_MUTATE_DOOR_ANY] = "a known connection is never asked again",
	[REF_MUTATE_DOOR_FORGETS] = "an answer is not remembered",
	[REF_MUTATE_SOURCE] = "other groups at the source do not matter",
	[REF_MUTATE_GONE] = "groups that are gone leave a connection to whom it likes",
	[REF_MUTATE_DETOUR] = "a request to another place begins nothing of its own",
	[REF_MUTATE_CUT] = "a revocation is not noticed",
	[REF_MUTATE_CUT_STAYS] = "a revoked connection stays",
	[REF_MUTATE_STATELESS] = "what no group was asked about is remembered",
	[REF_MUTATE_REFRESH] = "what is denied still refreshes",
	[REF_MUTATE_ERROR_TARGET] = "an error may go to whom it likes",
	[REF_MUTATE_ERROR_SOURCE] = "whoever sends an error is not asked",
	[REF_MUTATE_ND_HOPS] = "neighbour discovery comes from afar",
	[REF_MUTATE_DHCP] = "DHCP goes to any port",
	[REF_MUTATE_EXEMPT_FORWARD] = "exemptions hold in FORWARD",
	[REF_MUTATE_OWN_ERROR_ACL] = "our own errors pass ACLs",
	[REF_MUTATE_DEFAULT_SIDE] = "default deny looks at the way in only",
	[REF_MUTATE_UNTRACKED_ONE_WAY] = "untracked without a rule for the response",
	[REF_MUTATE_UNTRACKED_PEER] = "untracked for anybody in particular",
	[REF_MUTATE_UNTRACKED_DOOR] = "an untracked side remembers",
	[REF_MUTATE_FRAGMENT_PORTS] = "rules with ports let fragments through",
	[REF_MUTATE_FRAGMENT_NEXT] = "an entry that a fragment may match is passed over",
	[REF_MUTATE_FRAGMENT_HEADER] = "a fragment's header is taken for its protocol",
	[REF_MUTATE_REJECT] = "what is denied is rejected",
	[REF_MUTATE_NEAR_BEHIND] = "near misses behind the decision count",
	[REF_MUTATE_NEAR_PORTS] = "a protocol is a near miss whatever the ports",
	[REF_MUTATE_NEAR_MEMBER] = "a group is never a near miss by its members",
};

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "policies", required_argument, NULL, 'p' },
		{ "packets", required_argument, NULL, 'n' },
		{ "mutate", required_argument, NULL, 'm' },
		{ "mutations", optional_argument, NULL, 'M' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 's')
			options->seed = strtoull(optarg, NULL, 0);
		else if (c == 'p')
			options->policies = strtoul(optarg, NULL, 0);
		else if (c == 'n')
			options->packets = strtoul(optarg, NULL, 0);
		else if (c == 'm')
			options->mutate = strtoul(optarg, NULL, 0);
		else if (c == 'M' && optarg)
			options->name = strtoul(optarg, NULL, 0);
		else if (c == 'M')
			options->count = true;
		else
			return false;
	}
	return optind == argc && options->mutate < REF_MUTATE_COUNT &&
	       options->name < REF_MUTATE_COUNT;
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1, .policies = 40000, .packets = 80 };
	struct ref_tally tally = { 0 };
	bool ok;

	if (!parse_options(argc, argv, &options)) {
		fprintf(stderr, "usage: compare [--seed N] [--policies N] [--packets N]\n");
		fprintf(stderr, "               [--mutate N] [--mutations[=N]]\n");
		return 2;
	}
	if (options.count || options.name) {
		if (options.name)
			puts(mutations[options.name]);
		else
			printf("%d\n", REF_MUTATE_COUNT - 1);
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seed %llu\n", (unsigned long long)options.seed);
	ok = compare(&options, &tally);
	print_tally(&tally);
	if (options.mutate)
		ok = !ok;
	return ok ? 0 : 1;
}
