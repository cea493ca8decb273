// SPDX-License-Identifier: GPL-2.0
/*
 * classify: what classification costs, in user space.
 *
 *	classify [-q] [SET...]
 *
 * SET is FAMILY[-v6]:COUNT, a ClassBench filter file, or a folder of such; without
 * any, all families and all attacks at 1,000 and 10,000 rules (-q) and 100,000. Each
 * packet's answer is compared with a linear search's. Then all sets of one size are
 * measured in turn, ROUNDS times, and the median is told, in nanoseconds of this
 * thread's own time: others on the machine cost cache misses, but no time.
 *
 * Changes: one rule among all is replaced, again and again; the mean, and the worst,
 * which is the one that indexes all rules anew.
 */
#include <dirent.h>
#include <math.h>
#include <sys/stat.h>
#include <time.h>
#include "classifier_index.h"
#include "ruleset.h"

#define ROUNDS	9
#define SETS	64
#define CHANGES	600

/* One rule set, all that is measured of it. */
struct subject {
	struct ruleset set;
	struct ruleset_header *trace;
	struct bailey_rule **rules;
	struct bailey_packet *packets;
	struct bailey_classifier *classifier;
	u32 headers;
	u32 wrong;
	double build;
	double change;
	double change_worst;
	double round[ROUNDS];
};

static struct subject subject[SETS];
static u32 subjects;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void to_peer(struct bailey_peer *peer, const struct ruleset_addr *addr, u8 bits, bool v6)
{
	peer->kind = BAILEY_PEER_CIDR;
	peer->family = v6 ? BAILEY_IPV6 : BAILEY_IPV4;
	peer->bits = bits;
	peer->addr.hi = addr->hi;
	peer->addr.lo = addr->lo;
}

static struct bailey_rule *to_rule(const struct ruleset_rule *from, bool v6, u32 number)
{
	struct bailey_match match;

	bailey_match_init(&match);
	match.families = v6 ? BAILEY_FAMILY_IPV6 : BAILEY_FAMILY_IPV4;
	to_peer(&match.from, &from->src, from->src_bits, v6);
	to_peer(&match.to, &from->dst, from->dst_bits, v6);
	match.proto = from->proto;
	match.sport_first = from->sport[0];
	match.sport_last = from->sport[1];
	match.dport_first = from->dport[0];
	match.dport_last = from->dport[1];
	match.sport_given = from->sport[0] || from->sport[1] != 65535;
	match.dport_given = from->dport[0] || from->dport[1] != 65535;
	return bailey_rule_create(&match, number, from->allow ? BAILEY_ALLOW : BAILEY_DENY);
}

static void to_packet(const struct ruleset_header *from, bool v6, struct bailey_packet *packet)
{
	packet->family = v6 ? BAILEY_IPV6 : BAILEY_IPV4;
	packet->src.hi = from->src.hi;
	packet->src.lo = from->src.lo;
	packet->dst.hi = from->dst.hi;
	packet->dst.lo = from->dst.lo;
	packet->proto = from->proto;
	packet->sport = from->sport;
	packet->dport = from->dport;
	packet->flags = bailey_proto_has_ports(from->proto) ? BAILEY_PKT_PORTS : 0;
}

static u32 number_of(const struct subject *s, u32 i)
{
	const struct bailey_rule *rule;
	bool sure;

	rule = bailey_classify(NULL, s->classifier, &s->packets[i], &sure);
	return rule ? rule->number : 0;
}

/* Replace one rule among all, many times, each time starting from the last. */
static void measure_changes(struct subject *s)
{
	struct bailey_classifier *at = s->classifier;
	struct ruleset_random random = { 1 };
	double begin, took, sum = 0;
	u32 i;

	bailey_classifier_get(at);
	for (i = 0; i < CHANGES; i++) {
		u32 k = ruleset_random_below(&random, s->set.count);
		struct bailey_rule *before = s->rules[k];
		struct bailey_classifier *next;

		s->rules[k] = to_rule(&s->set.rule[k], s->set.v6, k + 1);
		begin = now();
		next = bailey_classifier_update(at, &before, 1, &s->rules[k], 1);
		bailey_classifier_put(at);
		took = now() - begin;
		sum += took;
		if (took > s->change_worst)
			s->change_worst = took;
		bailey_rule_put(before);
		at = next;
	}
	s->change = sum / CHANGES;
	bailey_classifier_put(s->classifier);
	s->classifier = at;
}

static void prepare(struct subject *s)
{
	struct bailey_classifier *fresh;
	double begin;
	u32 i;

	s->headers = s->set.count > 50000 ? 20000 : 50000;
	s->trace = ruleset_trace(&s->set, s->headers, 10, 1);
	s->rules = calloc(s->set.count, sizeof(*s->rules));
	s->packets = calloc(s->headers, sizeof(*s->packets));
	for (i = 0; i < s->set.count; i++)
		s->rules[i] = to_rule(&s->set.rule[i], s->set.v6, i + 1);
	for (i = 0; i < s->headers; i++)
		to_packet(&s->trace[i], s->set.v6, &s->packets[i]);
	s->classifier = bailey_classifier_create(s->rules, s->set.count);
	measure_changes(s);
	for (i = 0; i < s->headers; i++)
		s->wrong += number_of(s, i) != s->trace[i].number;
	begin = now();
	fresh = bailey_classifier_create(s->rules, s->set.count);
	s->build = now() - begin;
	bailey_classifier_put(s->classifier);
	s->classifier = fresh;
	for (i = 0; i < s->headers; i++)
		s->wrong += number_of(s, i) != s->trace[i].number;
}

/* Not inlined, so that callgrind can be told to count in here only. */
static __attribute__((noinline)) void measure(struct subject *s, u32 round)
{
	double begin = now();
	u64 sum = 0;
	u32 i;

	for (i = 0; i < s->headers; i++) {
		const struct bailey_rule *rule;
		bool sure;

		/* Who asks wants to know what the rule says: its memory is read, too. */
		rule = bailey_classify(NULL, s->classifier, &s->packets[i], &sure);
		sum += rule ? rule->action : 0;
	}
	s->round[round] = (now() - begin) / s->headers;
	__asm__ volatile("" : : "r" (sum));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static u32 report(const struct subject *s)
{
	const struct bailey_index *index = s->classifier->base->index[s->set.v6];

	printf("%-14s %6u rules %6.1f ns (%.1f to %.1f) %5.1f B a rule, %4.1f ms to build, ",
	       s->set.name, s->set.count, s->round[ROUNDS / 2], s->round[0],
	       s->round[ROUNDS - 1], (double)index->bytes / s->set.count, s->build / 1e6);
	printf("%.3f ms to change (%.1f at worst), %u tables, %u in the tree%s\n",
	       s->change / 1e6, s->change_worst / 1e6, index->tables,
	       index->count - index->hashed, s->wrong ? " WRONG" : "");
	return s->wrong;
}

static void forget(struct subject *s)
{
	u32 i;

	bailey_classifier_put(s->classifier);
	for (i = 0; i < s->set.count; i++)
		bailey_rule_put(s->rules[i]);
	free(s->rules);
	free(s->packets);
	free(s->trace);
	ruleset_free(&s->set);
	memset(s, 0, sizeof(*s));
}

/* All that wait: prepared, measured in turn, told. Wrong answers. */
static u32 run(const char *what)
{
	double logs = 0, worst = 0;
	u32 i, round, wrong = 0;

	for (i = 0; i < subjects; i++)
		prepare(&subject[i]);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < subjects; i++)
			measure(&subject[i], round);
	for (i = 0; i < subjects; i++) {
		double *median = &subject[i].round[ROUNDS / 2];

		qsort(subject[i].round, ROUNDS, sizeof(double), by_value);
		wrong += report(&subject[i]);
		logs += log(*median);
		if (*median > worst)
			worst = *median;
		forget(&subject[i]);
	}
	if (subjects)
		printf("%s: geometric mean %.1f ns, worst %.1f ns, %u wrong\n\n", what,
		       exp(logs / subjects), worst, wrong);
	subjects = 0;
	return wrong;
}

static int add_path(const char *path)
{
	struct dirent *entry;
	struct stat stat_of;
	char file[4096];
	DIR *dir;
	int ret = 0;

	if (stat(path, &stat_of) || !S_ISDIR(stat_of.st_mode))
		return subjects < SETS ? ruleset_read(&subject[subjects++].set, path) : -1;
	dir = opendir(path);
	while (dir && !ret && (entry = readdir(dir))) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			ret = add_path(file);
	}
	if (dir)
		closedir(dir);
	return ret;
}

static int add(const char *spec)
{
	char name[32];
	u32 count, i;
	char *v6;

	if (subjects == SETS)
		return -1;
	if (strchr(spec, '/') || sscanf(spec, "%31[a-z0-9-]:%u", name, &count) != 2)
		return add_path(spec);
	v6 = strstr(name, "-v6");
	if (v6)
		*v6 = '\0';
	for (i = 0; ruleset_attacks[i]; i++)
		if (!strcmp(ruleset_attacks[i], name))
			return ruleset_make_attack(&subject[subjects++].set, name, v6, count, 1);
	return ruleset_make(&subject[subjects++].set, name, v6, count, 1);
}

static u32 run_all(const char * const *names, const char *suffix, u32 count)
{
	char spec[64];

	for (; *names; names++) {
		snprintf(spec, sizeof(spec), "%s%s:%u", *names, suffix, count);
		if (add(spec))
			return 1;
	}
	snprintf(spec, sizeof(spec), "%u rules%s", count, suffix);
	return run(spec);
}

int main(int argc, char **argv)
{
	bool quick = argc > 1 && !strcmp(argv[1], "-q");
	u32 count, wrong = 0;
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1 + quick; i < argc; i++)
		if (add(argv[i]))
			return 2;
	if (subjects)
		return run("all") ? 1 : 0;
	for (count = 1000; count <= (quick ? 10000 : 100000); count *= 10) {
		wrong += run_all(ruleset_families, "", count);
		wrong += run_all(ruleset_families, "-v6", count);
		wrong += run_all(ruleset_attacks, "", count);
		wrong += run_all(ruleset_attacks, "-v6", count);
	}
	return wrong ? 1 : 0;
}
