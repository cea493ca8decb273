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
#include "engine.h"

struct options {
	u64 seed;
	u32 policies;
	u32 packets;
	u32 mutate;
	u32 name;		/* say what this mutation is */
	bool count;		/* say how many mutations there are */
};

struct tally {
	u64 pairs;
	u64 changes;
	u64 results[REF_DROP_STATE + 1];
	u64 tracked, opened, known, again, revoked, related, reopened;
};

struct run {
	struct ref_random random;
	struct ref_world world;
	struct ref_policy policy;
	struct ref_traffic traffic;
	struct ref_state state;
	struct engine engine;
	struct bailey_out log;	/* transactions so far, for a report */
	u64 seed;
	u32 now;
	bool loose;
	bool quiet;
};

static void comment(const char *title, const struct bailey_out *out)
{
	const char *line = out->buf ? out->buf : "", *end;

	printf("# %s\n", title);
	for (; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		printf("#   %.*s\n", (int)(end - line), line);
	}
}

static void report_conns(const struct run *run)
{
	struct bailey_out out = { 0 };
	int i;

	for (i = 0; i < run->state.count; i++)
		ref_print_conn(&run->state.conn[i], &out);
	comment("the reference's connections", &out);
	bailey_out_reset(&out);
	for (i = 0; i < (int)run->engine.count; i++)
		engine_print_conn(&run->engine.conn[i], &out);
	comment("the engine's connections", &out);
	bailey_out_destroy(&out);
}

static void report(const struct run *run, const struct ref_packet *packet,
		   const struct ref_verdict *ref, const struct engine_answer *answer)
{
	struct bailey_out out = { 0 };
	int i;

	printf("# mismatch at --seed %llu --policies 1\n", (unsigned long long)run->seed);
	ref_print_world(&run->world, &out);
	comment("interfaces", &out);
	comment("transactions", &run->log);
	bailey_out_reset(&out);
	ref_print_packet(&run->world, packet, &out);
	comment("packet", &out);
	bailey_out_reset(&out);
	ref_print_verdict(ref, &out);
	comment("the reference says", &out);
	printf("# the engine says\n#   %s", bailey_reason_name(answer->verdict.reason));
	for (i = 0; i < answer->verdict.hits; i++)
		printf(", rule %u", answer->verdict.rule[i]->number);
	printf("%s\n", answer->verdict.revoked ? ", revoked" : "");
	bailey_out_destroy(&out);
	report_conns(run);
}

static bool apply(struct run *run, struct bailey_out *text, bool cut)
{
	struct bailey_diag diag = { 0 };
	struct bailey_out out = { 0 };
	int ret = engine_apply(&run->engine, text, cut, &diag);

	bailey_out_printf(&run->log, "begin%s # at %u\n", cut ? " revoke cut" : "",
			  run->now);
	bailey_out_bytes(&run->log, text->buf ? text->buf : "", text->len);
	bailey_out_printf(&run->log, "commit\n");
	ref_policy_changed(&run->policy, &run->state, cut);
	if (ret) {
		printf("# refused at --seed %llu: %d\n", (unsigned long long)run->seed, ret);
		bailey_diag_print(&diag, &out);
		comment("why", &out);
		comment("transactions", &run->log);
	}
	bailey_out_destroy(&out);
	bailey_diag_destroy(&diag);
	return !ret;
}

static bool change(struct run *run)
{
	struct bailey_out text = { 0 };
	bool ok;

	ref_generate_change(&run->random, &run->world, &run->policy, &text);
	ok = apply(run, &text, !ref_random(&run->random, 3));
	bailey_out_destroy(&text);
	return ok;
}

static void pass_time(struct run *run)
{
	static const u32 steps[] = { 0, 1, 5, 31, 61, 121, 200, 700 };
	u32 what = ref_random(&run->random, 40);

	if (what < ARRAY_SIZE(steps))
		run->now += steps[what];
}

static void count(struct tally *tally, const struct engine_answer *answer)
{
	const struct bailey_verdict *verdict = &answer->verdict;

	tally->tracked += answer->tracked;
	tally->opened += verdict->open;
	tally->known += verdict->conn_known;
	tally->again += verdict->doors_changed;
	tally->revoked += verdict->revoked;
	tally->related += answer->related;
	tally->reopened += answer->reopened;
}

static bool packet(struct run *run, struct tally *tally)
{
	struct engine_answer answer;
	struct ref_verdict verdict;
	struct ref_packet packet;

	ref_generate_packet(&run->random, &run->world, &run->traffic, &packet);
	ref_judge(&run->policy, &run->world, &run->state, &packet, run->now,
		  run->loose, &verdict);
	engine_judge(&run->engine, &packet, run->now, run->loose, &answer);
	tally->pairs++;
	tally->results[verdict.result]++;
	count(tally, &answer);
	/* What passed is worth more talk than what did not. */
	if (verdict.result != REF_PASS && ref_random(&run->random, 2))
		run->traffic.count--;
	if (engine_same_verdict(&run->engine, &run->policy, &verdict, &answer) &&
	    engine_same_conns(&run->engine, &run->state))
		return true;
	if (!run->quiet)
		report(run, &packet, &verdict, &answer);
	return false;
}

static bool one_policy(struct run *run, u64 seed, u32 packets, struct tally *tally)
{
	struct bailey_out text = { 0 };
	bool ok;
	u32 i;

	memset(&run->traffic, 0, sizeof(run->traffic));
	run->state.count = 0;
	run->seed = seed;
	run->random.state = seed * 0x2545f4914f6cdd1dULL;
	run->now = ref_random(&run->random, 2) ? 1000 : 0xffffffa0;
	run->loose = ref_random(&run->random, 4);
	bailey_out_reset(&run->log);
	ref_generate_world(&run->random, &run->world);
	ref_generate_policy(&run->random, &run->world, &run->policy);
	ref_print_policy(&run->policy, &text);
	ok = engine_init(&run->engine, &run->world) && apply(run, &text, false);
	for (i = 0; i < packets && ok; i++) {
		if (!ref_random(&run->random, 16)) {
			ok = change(run);
			tally->changes++;
		}
		pass_time(run);
		ok = ok && packet(run, tally);
	}
	engine_exit(&run->engine);
	bailey_out_destroy(&text);
	return ok;
}

static bool compare(const struct options *options, struct tally *tally)
{
	static struct run run;
	bool ok = true;
	u32 i;

	run.quiet = options->mutate;
	ref_mutation = options->mutate;
	for (i = 0; i < options->policies && ok; i++)
		ok = one_policy(&run, options->seed + i, options->packets, tally);
	bailey_out_destroy(&run.log);
	return ok;
}

static void print_count(const char *what, u64 n)
{
	printf("# %10llu %s\n", (unsigned long long)n, what);
}

static void print_tally(const struct tally *tally)
{
	print_count("pairs of a policy and a packet", tally->pairs);
	print_count("changes of a policy in between", tally->changes);
	print_count("passed", tally->results[REF_PASS]);
	print_count("dropped by default", tally->results[REF_DROP_DEFAULT]);
	print_count("dropped by an entry of an ACL", tally->results[REF_DROP_ACL]);
	print_count("dropped by an ACL's end", tally->results[REF_DROP_ACL_DEFAULT]);
	print_count("dropped by groups", tally->results[REF_DROP_GROUP]);
	print_count("dropped by state", tally->results[REF_DROP_STATE]);
	print_count("asked by groups somewhere", tally->tracked);
	print_count("connections opened", tally->opened);
	print_count("packets of known connections", tally->known);
	print_count("doors asked again", tally->again);
	print_count("connections revoked", tally->revoked);
	print_count("connections reopened", tally->reopened);
	print_count("errors about connections", tally->related);
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
	[REF_MUTATE_REPLY] = "a response is asked about itself",
	[REF_MUTATE_DOOR_ANY] = "a known connection is never asked again",
	[REF_MUTATE_DOOR_FORGETS] = "an answer is not remembered",
	[REF_MUTATE_SOURCE] = "other groups at the source do not matter",
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
	struct options options = { .seed = 1, .policies = 25000, .packets = 80 };
	struct tally tally = { 0 };
	bool ok;

	if (!parse_options(argc, argv, &options)) {
		fprintf(stderr, "usage: compare [--seed N] [--policies N] [--packets N] [--mutate N]\n");
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
