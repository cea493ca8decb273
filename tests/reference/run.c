// SPDX-License-Identifier: GPL-2.0
/* One comparison: a policy, its changes, and packets through all of them. */
#include "run.h"

static void comment(const char *title, const struct bailey_out *out)
{
	const char *line = out->buf ? out->buf : "", *end;

	printf("# %s\n", title);
	for (; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		printf("#   %.*s\n", (int)(end - line), line);
	}
}

static void report_conns(const struct ref_run *run)
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

static void report(const struct ref_run *run, const struct ref_packet *packet,
		   const struct ref_verdict *ref, const struct engine_answer *answer,
		   const struct bailey_explanation *said)
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
	printf("%s%s\n", answer->verdict.revoked ? ", revoked" : "",
	       answer->differs ? ", and the ACLs alone something else" : "");
	bailey_out_reset(&out);
	bailey_explanation_print(run->engine.policy, said, &out);
	comment("explain says", &out);
	bailey_out_destroy(&out);
	report_conns(run);
}

static bool apply(struct ref_run *run, struct bailey_out *text, bool cut)
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

static bool change(struct ref_run *run)
{
	struct bailey_out text = { 0 };
	bool ok;

	ref_generate_change(&run->random, &run->world, &run->policy, &text);
	ok = apply(run, &text, !ref_random(&run->random, 3));
	bailey_out_destroy(&text);
	return ok;
}

static void pass_time(struct ref_run *run)
{
	static const u32 steps[] = { 0, 1, 5, 31, 61, 121, 200, 700 };
	u32 what = ref_random(&run->random, 40);

	if (what < ARRAY_SIZE(steps))
		run->now += steps[what];
}

static void count(struct ref_tally *tally, const struct engine_answer *answer)
{
	const struct bailey_verdict *verdict = &answer->verdict;

	tally->tracked += answer->tracked;
	tally->opened += verdict->open;
	tally->known += verdict->conn_known;
	tally->again += verdict->doors_changed;
	tally->revoked += verdict->revoked;
	tally->related += answer->related;
	tally->reopened += answer->reopened;
	tally->rejected += verdict->reject;
	tally->untracked += verdict->untracked;
	tally->stateless += answer->stateless;
}

static void count_explained(struct ref_tally *tally, const struct bailey_explanation *said)
{
	u32 i;

	tally->explained++;
	for (i = 0; i < BAILEY_QUESTIONS; i++)
		tally->nears += said->at[0].asked[i].nears.count;
}

static bool packet(struct ref_run *run, struct ref_tally *tally)
{
	static struct bailey_explanation said;
	struct engine_answer answer;
	struct ref_verdict verdict;
	struct ref_packet packet;

	ref_generate_packet(&run->random, &run->world, &run->traffic, &packet);
	/* Asked first: if it left anything behind, the engine would judge by it. */
	if (engine_explain(&run->engine, &packet, run->now, run->loose, run->untracked, &said))
		return false;
	count_explained(tally, &said);
	ref_judge(&run->policy, &run->world, &run->state, &packet, run->now,
		  run->loose, run->untracked, &verdict);
	engine_judge(&run->engine, &packet, run->now, run->loose, run->untracked,
		     &answer);
	tally->pairs++;
	tally->results[verdict.result]++;
	count(tally, &answer);
	/* What passed is worth more talk than what did not. */
	if (verdict.result != REF_PASS && ref_random(&run->random, 2))
		run->traffic.count--;
	if (engine_same_verdict(&run->engine, &run->policy, &verdict, &answer) &&
	    engine_same_explanation(&run->engine, &run->policy, &packet, &verdict, &answer,
				    &said) &&
	    engine_same_conns(&run->engine, &run->state))
		return true;
	if (!run->quiet)
		report(run, &packet, &verdict, &answer, &said);
	return false;
}

/**
 * ref_run() - one policy, its changes, and packets through all of them
 * @run: working memory; @quiet is the caller's
 * @seed: where the random numbers begin
 * @packets: how many packets
 * @tally: what happened is added
 *
 * Return: false when engine and reference differ.
 */
bool ref_run(struct ref_run *run, u64 seed, u32 packets, struct ref_tally *tally)
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
	run->untracked = !ref_random(&run->random, 3);
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
		if (!ref_random(&run->random, 40))
			run->untracked = !run->untracked;
		ok = ok && packet(run, tally);
	}
	engine_exit(&run->engine);
	bailey_out_destroy(&text);
	return ok;
}
