// SPDX-License-Identifier: GPL-2.0
/*
 * How long the writer takes: loading a policy of many rules, changing one of
 * them, and orders of lines that are meant to hurt. Times are those of the engine
 * in a program: text in, sealed policy out, as bailey_store_build() does it.
 *
 *	load [RULES]	100000 unless given
 *
 * One line for each measure: its name, the median and the 99th percentile in
 * microseconds of processor time, which other programs do not count in, and how many
 * times it was done.
 */
#include <malloc.h>
#include <time.h>

#include "language.h"
#include "script.h"
#include "seal.h"

#define CHANGES	500

/* The namespace of this program: what the store is in the kernel. */
struct world {
	struct bailey_policy *policy;
};

static u64 random_state = 1;

static u32 random_below(u32 limit)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % limit;
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int world_commit(void *arg, const struct bailey_commit *commit,
			struct bailey_diag *diag)
{
	struct world *world = arg;
	struct bailey_policy *policy = bailey_policy_clone(world->policy);
	int ret = policy ? 0 : -ENOMEM;

	if (!ret)
		ret = bailey_language_apply(policy, commit->text, commit->len,
					    commit->first_line, diag);
	if (!ret)
		ret = bailey_policy_seal(policy, world->policy, ~0ULL, diag);
	if (ret) {
		bailey_policy_put(policy);
		return ret;
	}
	bailey_policy_put(world->policy);
	world->policy = policy;
	return 0;
}

static int world_confirm(void *arg, struct bailey_diag *diag)
{
	(void)arg;
	(void)diag;
	return 0;
}

static const struct bailey_script_ops ops = { world_commit, world_confirm };

/* One descriptor's life: text in writes of at most @piece bytes. */
static double feed(struct world *world, const char *text, size_t len, size_t piece)
{
	struct bailey_script script;
	struct bailey_diag diag = { 0 };
	double start = now_us();

	bailey_script_init(&script, &ops, world, (size_t)1 << 30);
	while (len) {
		size_t n = len < piece ? len : piece;

		if (bailey_script_feed(&script, text, n, &diag)) {
			fprintf(stderr, "line %u column %u: %s\n", diag.error.line,
				diag.error.column, diag.error.reason);
			exit(1);
		}
		text += n;
		len -= n;
	}
	bailey_script_destroy(&script);
	bailey_diag_destroy(&diag);
	return now_us() - start;
}

/* A rule as firewalls have them: prefixes, mostly one port, one in ten IPv6. */
static void rule_text(struct bailey_out *out, const char *verb, u32 number)
{
	static const u16 ports[] = { 22, 25, 53, 80, 123, 443, 993, 3306, 5432, 8080 };
	bool tcp = random_below(4);

	bailey_out_printf(out, "%sacl X in %u %s %s from ", verb, number,
			  random_below(3) ? "allow" : "deny", tcp ? "tcp" : "udp");
	if (number % 100 == 0)
		bailey_out_printf(out, "2001:db8:%x:%x::/64 to 2001:db8:%x::/48",
				  random_below(65536), random_below(65536),
				  random_below(65536));
	else
		bailey_out_printf(out, "%u.%u.%u.0/24 to 10.%u.%u.%u/32",
				  1 + random_below(220), random_below(256),
				  random_below(256), random_below(256),
				  random_below(256), random_below(256));
	if (random_below(5))
		bailey_out_printf(out, " port %u", ports[random_below(10)]);
	else
		bailey_out_printf(out, " port 1024-65535");
	bailey_out_bytes(out, "\n", 1);
}

static u32 *numbers(u32 count, bool shuffled)
{
	u32 *number = calloc(count, sizeof(*number)), i, k, swap;

	for (i = 0; i < count; i++)
		number[i] = (i + 1) * 10;
	for (i = count - 1; shuffled && i; i--) {
		k = random_below(i + 1);
		swap = number[i];
		number[i] = number[k];
		number[k] = swap;
	}
	return number;
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void report(const char *name, double *times, u32 count)
{
	qsort(times, count, sizeof(*times), double_cmp);
	printf("%-24s %12.1f us %12.1f us %6u\n", name, times[count / 2],
	       times[count - 1 - count / 100], count);
	fflush(stdout);
}

/* All numbers once with a verb, in one transaction. */
static void all_text(struct bailey_out *out, const char *verb, u32 count, bool shuffled)
{
	u32 *number = numbers(count, shuffled), i;

	bailey_out_printf(out, "begin\n");
	for (i = 0; i < count; i++)
		if (!strcmp(verb, "delete "))
			bailey_out_printf(out, "delete acl X in %u\n", number[i]);
		else
			rule_text(out, verb, number[i]);
	bailey_out_printf(out, "commit\n");
	free(number);
}

static void measure_all(struct world *world, const char *name, const char *verb,
			u32 count, bool shuffled)
{
	struct bailey_out out = { 0 };
	double time;

	all_text(&out, verb, count, shuffled);
	time = feed(world, out.buf, out.len, 65536);
	report(name, &time, 1);
	bailey_out_destroy(&out);
}

/* The same file again and again, as "bailey policy load" does it. */
static void measure_reload(struct world *world, u32 count)
{
	struct bailey_out out = { 0 }, rules = { 0 };
	double times[5];
	u32 i;

	random_state = 1;
	all_text(&rules, "", count, false);
	bailey_out_printf(&out, "begin\nflush\n");
	bailey_out_bytes(&out, rules.buf + 6, rules.len - 6);
	for (i = 0; i < 5; i++)
		times[i] = feed(world, out.buf, out.len, 65536);
	report("load again", times, 5);
	bailey_out_destroy(&out);
	bailey_out_destroy(&rules);
}

static void measure_changes(struct world *world, u32 count, const char *name, u32 kind)
{
	double times[CHANGES];
	u32 i;

	for (i = 0; i < CHANGES; i++) {
		struct bailey_out out = { 0 };
		u32 number = (random_below(count) + 1) * 10;

		if (kind == 0)
			rule_text(&out, "replace ", number);
		else if (kind == 1)
			rule_text(&out, "", number + 1 + i % 9);
		else
			bailey_out_printf(&out, "delete acl X in %u\n", number);
		if (kind == 2) {
			struct bailey_out back = { 0 };

			rule_text(&back, "", number);
			times[i] = feed(world, out.buf, out.len, 65536);
			feed(world, back.buf, back.len, 65536);
			bailey_out_destroy(&back);
		} else {
			times[i] = feed(world, out.buf, out.len, 65536);
		}
		bailey_out_destroy(&out);
	}
	report(name, times, CHANGES);
}

int main(int argc, char **argv)
{
	u32 count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	struct world world = { bailey_policy_create() };
	size_t before;

	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	measure_all(&world, "load", "", count, false);
	printf("%-24s %12.1f bytes a rule with malloc's\n", "memory",
	       (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / count);
	measure_reload(&world, count);
	measure_changes(&world, count, "replace one", 0);
	measure_changes(&world, count, "delete one", 2);
	measure_all(&world, "replace all shuffled", "replace ", count, true);
	measure_all(&world, "delete all shuffled", "delete ", count, true);
	measure_all(&world, "load shuffled", "", count, true);
	measure_changes(&world, count, "add one", 1);
	bailey_policy_put(world.policy);
	return 0;
}
