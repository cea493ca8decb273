/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzz targets have in common. */
#ifndef BAILEY_TESTS_FUZZ_H
#define BAILEY_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include "base.h"

/* libFuzzer's name for it stands in the Makefile. */
int fuzz_one_input(const uint8_t *data, size_t size);

/* A property that must hold for any input. */
#define MUST(cond) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
		abort(); \
	} \
} while (0)

/* Bytes in memory of their own, so that reading past their end is seen. */
static inline void *fuzz_copy(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	return copy;
}

#endif /* BAILEY_TESTS_FUZZ_H */
