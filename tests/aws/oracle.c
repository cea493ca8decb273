// SPDX-License-Identifier: GPL-2.0
/*
 * Compare importer and engine with the oracle, on random accounts and connections.
 *
 *	oracle [--seed N] [--policies N] [--connections N] [--mutate N]
 *	oracle --spoil [--seed N] [--policies N]
 *	oracle --mutations[=N]
 *
 * Each account has a seed of its own, counted up from the first; a mismatch prints
 * it. With --mutate one sentence of the oracle is altered, and it is a failure if
 * nobody notices. With --spoil files have something wrong in them, and what the importer
 * makes of them must be a policy, or nothing.
 */
#include <getopt.h>

#include "run.h"

struct options {
	u64 seed;
	u32 policies, connections, mutate;
	u32 name;		/* say what this mutation is */
	bool spoil;
	bool count;		/* say how many mutations there are */
};

static const char * const mutations[OR_MUTATE_COUNT] = {
	[OR_MUTATE_ORDER] = "the highest number decides",
	[OR_MUTATE_END] = "what no entry matches is allowed",
	[OR_MUTATE_INSIDE] = "the ACL is asked inside its subnet",
	[OR_MUTATE_PORT_EDGE] = "the last port of a range does not count",
	[OR_MUTATE_PORT_ANY] = "ports count for any protocol",
	[OR_MUTATE_CODE] = "ICMP codes do not count",
	[OR_MUTATE_TYPE_OPEN] = "ICMP type -1 matches nothing",
	[OR_MUTATE_HOST_BITS] = "bits behind a prefix's length count",
	[OR_MUTATE_FAMILY] = "0.0.0.0/0 is IPv6, too",
	[OR_MUTATE_STATELESS] = "groups are asked about responses",
	[OR_MUTATE_PRIMARY] = "a group's members have one address each",
	[OR_MUTATE_DELEGATED] = "groups are not asked about delegated prefixes",
	[OR_MUTATE_ONE_GROUP] = "an interface's first group decides",
	[OR_MUTATE_NO_GROUPS] = "an interface without groups is closed",
	[OR_MUTATE_UNKNOWN] = "a group that is not described allows everything",
	[OR_MUTATE_UNKNOWN_MEMBER] = "nobody is in a group that is not described",
	[OR_MUTATE_DEAD] = "peerings that are over lead somewhere",
	[OR_MUTATE_EGRESS] = "out needs no rule",
	[OR_MUTATE_MISSING] = "a list without entries is everybody",
	[OR_MUTATE_INVALID] = "tcp from 443 to 80 is tcp",
	[OR_MUTATE_DEFAULT_ACL] = "a VPC has no default ACL",
	[OR_MUTATE_RESPONSE_ACL] = "ACLs are not asked about responses",
	[OR_MUTATE_ALL_PORTS] = "tcp without ports is no port",
	[OR_MUTATE_NUMBERS] = "entry 32766 is not there",
};

static void print_count(const char *what, u64 n)
{
	printf("# %10llu %s\n", (unsigned long long)n, what);
}

static void print_tally(const struct or_tally *tally)
{
	print_count("pairs of a policy and a connection", tally->pairs);
	print_count("policies imported", tally->policies);
	print_count("of these exported, and imported again", tally->exported);
	print_count("requests passed", tally->requests);
	print_count("requests did not", tally->denied);
	print_count("responses passed", tally->responses);
	print_count("responses did not", tally->cut);
	print_count("within a subnet", tally->inside);
	print_count("from subnet to subnet", tally->across);
	print_count("from or to elsewhere", tally->outside);
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "policies", required_argument, NULL, 'p' },
		{ "connections", required_argument, NULL, 'n' },
		{ "mutate", required_argument, NULL, 'm' },
		{ "spoil", no_argument, NULL, 'S' },
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
			options->connections = strtoul(optarg, NULL, 0);
		else if (c == 'm')
			options->mutate = strtoul(optarg, NULL, 0);
		else if (c == 'S')
			options->spoil = true;
		else if (c == 'M' && optarg)
			options->name = strtoul(optarg, NULL, 0);
		else if (c == 'M')
			options->count = true;
		else
			return false;
	}
	return options->mutate < OR_MUTATE_COUNT && options->name < OR_MUTATE_COUNT;
}

static bool compare(const struct options *options, struct or_tally *tally)
{
	bool ok = true;
	u32 i;

	or_mutation = options->mutate;
	for (i = 0; i < options->policies && ok && options->spoil; i++)
		ok = or_run_spoilt(options->seed + i, tally);
	for (i = 0; i < options->policies && ok && !options->spoil; i++)
		ok = or_run(options->seed + i, options->connections, options->mutate, tally);
	return ok;
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1, .policies = 10000, .connections = 125 };
	struct or_tally tally = {};
	bool same;

	if (!parse_options(argc, argv, &options)) {
		fprintf(stderr,
			"usage: %s [--seed N] [--policies N] [--connections N] [--mutate N]\n",
			argv[0]);
		return 2;
	}
	if (options.count || options.name) {
		if (options.count)
			printf("%d\n", OR_MUTATE_COUNT - 1);
		else
			printf("%s\n", mutations[options.name]);
		return 0;
	}
	same = compare(&options, &tally);
	if (options.spoil)
		printf("# %llu of %llu spoilt accounts were accepted\n",
		       (unsigned long long)tally.accepted, (unsigned long long)tally.policies);
	else if (!options.mutate)
		print_tally(&tally);
	return same == !options.mutate ? 0 : 1;
}
