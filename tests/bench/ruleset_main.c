// SPDX-License-Identifier: GPL-2.0
/*
 * ruleset: rule sets as Bailey's policy text, and traces for them.
 *
 *	ruleset list
 *	ruleset policy SET ACL > policy
 *	ruleset trace SET HEADERS > trace
 *
 * SET is FAMILY[-v6]:COUNT[:SEED] ("fw1:10000", "acl3-v6:1000:2"), or the path of a
 * ClassBench filter file. A line of a trace is "SRC DST PROTO SPORT DPORT NUMBER",
 * NUMBER being that of the entry that decides, 0 where none does; one header in ten
 * is drawn at random. A policy's entries stand in ACL's "in" direction, from 1.
 */
#include <stdlib.h>
#include <string.h>
#include "ruleset.h"

static int make(struct ruleset *set, const char *spec)
{
	unsigned int count = 0, seed = 1;
	char family[32] = "";
	bool v6;
	char *end;
	size_t i;

	if (strchr(spec, '/') || sscanf(spec, "%31[a-z0-9-]:%u:%u", family, &count, &seed) < 2)
		return ruleset_read(set, spec);
	end = strstr(family, "-v6");
	v6 = end && !end[3];
	if (v6)
		*end = '\0';
	for (i = 0; ruleset_attacks[i]; i++)
		if (!strcmp(ruleset_attacks[i], family))
			return ruleset_make_attack(set, family, v6, count, seed);
	return ruleset_make(set, family, v6, count, seed);
}

static int list(void)
{
	size_t i;

	for (i = 0; ruleset_families[i]; i++)
		printf("%s\n", ruleset_families[i]);
	for (i = 0; ruleset_attacks[i]; i++)
		printf("%s\n", ruleset_attacks[i]);
	return 0;
}

int main(int argc, char **argv)
{
	struct ruleset_header *trace;
	struct ruleset set;

	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc != 4 || (strcmp(argv[1], "policy") && strcmp(argv[1], "trace"))) {
		fprintf(stderr, "usage: ruleset list | policy SET ACL | trace SET HEADERS\n");
		return 2;
	}
	if (make(&set, argv[2]))
		return 1;
	if (!strcmp(argv[1], "policy")) {
		ruleset_write_policy(&set, argv[3], stdout);
	} else {
		uint32_t count = strtoul(argv[3], NULL, 10);

		trace = ruleset_trace(&set, count, 10, 1);
		if (!trace)
			return 1;
		ruleset_write_trace(&set, trace, count, stdout);
		free(trace);
	}
	ruleset_free(&set);
	return 0;
}
