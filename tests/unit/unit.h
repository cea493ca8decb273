/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A harness for unit tests that fits in one header: cases, checks, KTAP.
 *
 *	static void adds(void)
 *	{
 *		CHECK_EQ(1 + 1, 2);
 *	}
 *
 *	static const struct unit_test tests[] = {
 *		UNIT(adds),
 *	};
 *
 *	int main(void)
 *	{
 *		return unit_run(tests, ARRAY_SIZE(tests));
 *	}
 *
 * A check that fails prints where and why and lets the case go on; REQUIRE()
 * ends it. Each test_*.c is one program; ../unit/run.sh sums them up.
 */
#ifndef BAILEY_TESTS_UNIT_H
#define BAILEY_TESTS_UNIT_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/**
 * struct unit_test - one test
 * @name: printed in its result
 * @run: the test
 */
struct unit_test {
	const char *name;
	void (*run)(void);
};

#define UNIT(fn)	{ #fn, fn }

static unsigned int unit_failures;
static char unit_context[128];

/* What the checks that follow are about, for tests that walk over a table. */
__attribute__((format(printf, 1, 2), unused))
static void unit_about(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(unit_context, sizeof(unit_context), fmt, args);
	va_end(args);
}

__attribute__((format(printf, 3, 4), unused))
static int unit_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	unit_failures++;
	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("%s%s\n", unit_context[0] ? " -- " : "", unit_context);
	return 0;
}

__attribute__((unused))
static int unit_eq(const char *file, int line, const char *what, intmax_t got,
		   intmax_t want)
{
	if (got == want)
		return 1;
	return unit_fail(file, line, "%s is %jd, not %jd", what, got, want);
}

__attribute__((unused))
static int unit_str(const char *file, int line, const char *what, const char *got,
		    const char *want)
{
	if (got && !strcmp(got, want))
		return 1;
	return unit_fail(file, line, "%s is \"%s\", not \"%s\"", what,
			 got ? got : "(null)", want);
}

#define CHECK(cond) \
	((cond) ? 1 : unit_fail(__FILE__, __LINE__, "not true: %s", #cond))
#define CHECK_EQ(got, want) \
	unit_eq(__FILE__, __LINE__, #got, (intmax_t)(got), (intmax_t)(want))
#define CHECK_STR(got, want) \
	unit_str(__FILE__, __LINE__, #got, got, want)
#define REQUIRE(cond) do { \
	if (!CHECK(cond)) \
		return; \
} while (0)

__attribute__((unused))
static int unit_run(const struct unit_test *cases, unsigned int count)
{
	unsigned int i, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%u\n", count);
	for (i = 0; i < count; i++) {
		unit_failures = 0;
		unit_context[0] = '\0';
		cases[i].run();
		failed += !!unit_failures;
		printf("%sok %u - %s\n", unit_failures ? "not " : "", i + 1,
		       cases[i].name);
	}
	return failed ? 1 : 0;
}

/* The same in one line, where the tests are few. */
#define UNIT_MAIN(...) \
int main(void) \
{ \
	static const struct unit_test all_tests[] = { __VA_ARGS__ }; \
\
	return unit_run(all_tests, sizeof(all_tests) / sizeof(all_tests[0])); \
}

#endif /* BAILEY_TESTS_UNIT_H */
