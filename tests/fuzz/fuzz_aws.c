// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as what "aws ec2 describe-..." prints. The importer makes a policy of it that
 * loads, or refuses and says why; what it has accepted is exported, and that is accepted too.
 * The first byte has the options; a byte 0xff parts two files.
 */
#include <stdarg.h>

#include "aws/aws.h"
#include "aws/export.h"
#include "binding.h"
#include "fuzz.h"
#include "language.h"
#include "seal.h"

#define MAX_RULES	1000000

static u32 refusals;
static char last_words[1024];

struct tool_options tool_options;

/* Stands in for the tool's, which speaks to people. */
int tool_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(last_words, sizeof(last_words), fmt, args);
	va_end(args);
	refusals++;
	return TOOL_REFUSED;
}

static struct bailey_policy *load(const struct bailey_out *text)
{
	struct bailey_policy *policy = bailey_policy_create();
	struct bailey_diag diag = { 0 };
	int ret;

	MUST(policy);
	MUST(!text->failed && (!text->len || text->buf[text->len - 1] == '\n'));
	ret = bailey_language_apply(policy, text->buf ? text->buf : "", text->len, 1, &diag);
	if (!ret)
		ret = bailey_policy_seal(policy, NULL, MAX_RULES, &diag);
	if (ret)
		fprintf(stderr, "line %u: %s\n%s", diag.error.line, diag.error.reason, text->buf);
	MUST(!ret);
	bailey_diag_destroy(&diag);
	return policy;
}

static bool read_parts(struct aws_import *aws, const uint8_t *data, size_t size)
{
	const uint8_t *part = size ? memchr(data, 0xff, size) : NULL;
	size_t len = part ? (size_t)(part - data) : size;
	char *copy = fuzz_copy(data, len);
	bool ok = aws_read(aws, "one.json", copy, len);

	free(copy);
	if (!ok || !part)
		return ok;
	copy = fuzz_copy(part + 1, size - len - 1);
	ok = aws_read(aws, "two.json", copy, size - len - 1);
	free(copy);
	return ok;
}

static void round_trip(const struct bailey_policy *policy)
{
	json_t *document = aws_export(policy);
	char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
	struct bailey_out out = { 0 };
	struct aws_import aws;

	json_decref(document);
	if (!text)
		return;
	aws_import_init(&aws);
	MUST(aws_read(&aws, "export.json", text, strlen(text)));
	MUST(aws_import_finish(&aws, &out));
	aws_import_destroy(&aws);
	bailey_policy_put(load(&out));
	bailey_out_destroy(&out);
	free(text);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	struct aws_pair devs[2] = {
		{ (char *)"subnet-1", "eth1", false }, { (char *)"subnet-2", "eth2", false },
	};
	struct bailey_policy *policy;
	struct bailey_out out = { 0 };
	struct aws_import aws;
	bool ok;

	if (!size)
		return 0;
	refusals = 0;
	aws_import_init(&aws);
	aws.allow_missing = data[0] & 1;
	aws.skip_invalid = data[0] & 2;
	aws.devs = devs;
	aws.dev_count = data[0] >> 2 & 1 ? ARRAY_SIZE(devs) : 0;
	ok = read_parts(&aws, data + 1, size - 1) && aws_import_finish(&aws, &out);
	aws_import_destroy(&aws);
	MUST(ok || (refusals && last_words[0]));
	if (ok) {
		policy = load(&out);
		round_trip(policy);
		bailey_policy_put(policy);
	}
	bailey_out_destroy(&out);
	return 0;
}
