// SPDX-License-Identifier: GPL-2.0
/*
 * classify: what classification costs, in user space.
 */
#include <math.h>
#include <time.h>
#include "classifier.h"
#include "classifier_index.h"
#include "ruleset.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}
#ifdef STAT
extern u64 stat_tables, stat_buckets, stat_records, stat_rest, stat_pass;
#endif

static struct bailey_rule **to_rules(const struct ruleset *set)
{
	struct bailey_rule **rules = calloc(set->count, sizeof(*rules));
	u32 i;

	for (i = 0; i < set->count; i++) {
		const struct ruleset_rule *r = &set->rule[i];
		struct bailey_match m;

		bailey_match_init(&m);
		m.families = set->v6 ? BAILEY_FAMILY_IPV6 : BAILEY_FAMILY_IPV4;
		m.from.kind = BAILEY_PEER_CIDR;
		m.from.family = set->v6 ? 6 : 4;
		m.from.bits = r->src_bits;
		m.from.addr.hi = r->src.hi;
		m.from.addr.lo = r->src.lo;
		m.to = m.from;
		m.to.bits = r->dst_bits;
		m.to.addr.hi = r->dst.hi;
		m.to.addr.lo = r->dst.lo;
		m.proto = r->proto;
		m.sport_first = r->sport[0];
		m.sport_last = r->sport[1];
		m.dport_first = r->dport[0];
		m.dport_last = r->dport[1];
		m.sport_given = r->sport[0] || r->sport[1] != 65535;
		m.dport_given = r->dport[0] || r->dport[1] != 65535;
		rules[i] = bailey_rule_create(&m, i + 1, r->allow ? BAILEY_ALLOW : BAILEY_DENY);
	}
	return rules;
}

static struct bailey_packet *to_packets(const struct ruleset *set, const struct ruleset_header *h, u32 n)
{
	struct bailey_packet *p = calloc(n, sizeof(*p));
	u32 i;

	for (i = 0; i < n; i++) {
		p[i].family = set->v6 ? 6 : 4;
		p[i].src.hi = h[i].src.hi;
		p[i].src.lo = h[i].src.lo;
		p[i].dst.hi = h[i].dst.hi;
		p[i].dst.lo = h[i].dst.lo;
		p[i].proto = h[i].proto;
		p[i].sport = h[i].sport;
		p[i].dport = h[i].dport;
		if (bailey_proto_has_ports(h[i].proto))
			p[i].flags = BAILEY_PKT_PORTS;
	}
	return p;
}

int main(int argc, char **argv)
{
	double lsum = 0, worst = 0;
	int a;

	for (a = 1; a < argc; a++) {
		struct ruleset set;
		char n[32];
		unsigned int k;

		if (sscanf(argv[a], "%31[a-z0-9-]:%u", n, &k) == 2) {
			char *v = strstr(n, "-v6");
			int i, att = 0;

			if (v)
				*v = 0;
			for (i = 0; ruleset_attacks[i]; i++)
				att |= !strcmp(ruleset_attacks[i], n);
			if (att)
				ruleset_make_attack(&set, n, v, k, 1);
			else
				ruleset_make(&set, n, v, k, 1);
		} else {
			ruleset_read(&set, argv[a]);
		}
		u32 nt = set.count > 50000 ? 20000 : 50000;
		u32 reps = set.count > 50000 ? 7 : 7, wrong = 0;
		struct ruleset_header *h = ruleset_trace(&set, nt, 10, 1);
		struct bailey_rule **rules = to_rules(&set);
		struct bailey_packet *p = to_packets(&set, h, nt);
		double t0 = now(), t1, best = 1e18;
		struct bailey_classifier *c = bailey_classifier_create(rules, set.count);
		double build = now() - t0;
		bool sure;
		u32 i, r, number;
		struct bailey_index *x = c->base->index[set.v6];

		for (i = 0; i < nt; i++) {
			struct bailey_rule *m = bailey_classify(NULL, c, &p[i], &sure);

			number = m ? m->number : 0;
			wrong += number != h[i].number;
		}
#ifdef STAT
		stat_tables = stat_buckets = stat_records = stat_rest = 0;
#endif
		for (r = 0; r < reps; r++) {
			u64 sum = 0;

			t0 = now();
			for (i = 0; i < nt; i++)
				sum += (u64)bailey_classify(NULL, c, &p[i], &sure);
			t1 = (now() - t0) / nt;
			if (t1 < best)
				best = t1;
			asm volatile("" :: "r"(sum));
		}
		lsum += log(best);
		if (best > worst)
			worst = best;
		printf("%-12s n=%u %6.1f ns wrong %u build %.1f ms %.1f B/rule tables %u rest %u", set.name, set.count, best, wrong, build / 1e6, (double)x->bytes / x->count, x->tables, x->count - x->hashed);
#ifdef STAT
		printf(" | tables %.1f buckets %.1f records %.1f steps %.1f", 1.0*stat_tables / nt / reps, 1.0*stat_buckets / nt / reps, 1.0*stat_records / nt / reps, 1.0*stat_rest/nt/reps);
#endif
		printf("\n");
		if (getenv("V"))
			for (i = 0; i < x->tables; i++)
				printf("  %u: s%u d%u %u %u %u\n", i, x->grid.bits[0][x->table[i].level[0]], x->grid.bits[1][x->table[i].level[1]], x->table[i].level[2], x->table[i].level[3], x->table[i].level[4]);
		bailey_classifier_put(c);
		for (i = 0; i < set.count; i++)
			bailey_rule_put(rules[i]);
		free(rules);
		free(p);
		free(h);
		ruleset_free(&set);
	}
	printf("geometric mean %.1f worst %.1f\n", exp(lsum / (argc - 1)), worst);
	return 0;
}
