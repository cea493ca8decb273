// SPDX-License-Identifier: GPL-2.0
/*
 * The files in tests/vectors: a policy behind the line "policy", and behind the
 * line "packets" one packet a line, as explain is asked, and what becomes of it:
 *
 *	tcp from ADDR port N to ADDR port N in DEV out DEV | pass
 *	icmp from ADDR to ADDR in DEV | drop group-deny
 *
 * The response counts as well, unless the packet's last word is "alone".
 */
#include <dirent.h>
#include "build.h"
#include "explain.h"

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" }, { 4, "eth2" }, { 5, "eth3" },
};

static u32 dev(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(devices); i++)
		if (!strcmp(devices[i].name, name))
			return devices[i].ifindex;
	return 0;
}

static int where(void *arg, const char *in, const char *out, struct bailey_where *w)
{
	(void)arg;
	w->ifindex[BAILEY_SRC] = dev(in);
	w->ifindex[BAILEY_DST] = dev(out);
	w->loopback = !strcmp(in, "lo") || !strcmp(out, "lo");
	return 0;
}

static const struct bailey_explain_ops ops = { .where = where };

/* "pass", or "drop" and the reason of the request or of its response. */
static const char *outcome(const struct bailey_explanation *answer, char *buf, size_t size)
{
	u32 i;

	for (i = 0; i < answer->count; i++) {
		if (answer->at[i].part == BAILEY_PART_ERROR ||
		    answer->at[i].verdict.reason == BAILEY_PASS)
			continue;
		snprintf(buf, size, "drop %s",
			 bailey_reason_name(answer->at[i].verdict.reason));
		return buf;
	}
	return answer->pass ? "pass" : "?";
}

static void check_packet(struct bailey_binding *binding, char *line)
{
	static const struct bailey_track_rules track = {
		.timeouts = &bailey_timeouts_default, .loose = true,
	};
	char *want = strstr(line, " | ");
	struct bailey_question question;
	struct bailey_diag diag = { 0 };
	struct bailey_explanation answer;
	char got[64];
	char *alone;
	int ret;

	REQUIRE(want);
	*want = '\0';
	alone = strstr(line, " alone");
	if (alone)
		*alone = '\0';
	want += 3;
	want[strcspn(want, "\n")] = '\0';
	ret = bailey_question_parse(&question, line, strlen(line), &diag);
	question.connection = !alone;
	if (!ret)
		ret = bailey_explain(&question, binding, &track, &ops, NULL, &answer, &diag);
	CHECK_STR(ret ? diag.error.reason : outcome(&answer, got, sizeof(got)), want);
	bailey_diag_destroy(&diag);
}

static struct bailey_binding *bind(const struct bailey_out *text)
{
	struct bailey_policy *policy = build(NULL, text->buf ? text->buf : "");
	struct bailey_binding *binding;

	if (!policy)
		return NULL;
	binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
	bailey_policy_put(policy);
	return binding;
}

static u32 run_file(const char *name)
{
	struct bailey_binding *binding = NULL;
	struct bailey_out policy = { 0 };
	char path[512], line[512];
	u32 number = 0, packets = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", VECTORS, name);
	file = fopen(path, "r");
	if (!CHECK(file))
		return 0;
	while (fgets(line, sizeof(line), file)) {
		unit_about("%s:%u", name, ++number);
		if (line[0] == '#' || line[0] == '\n' || !strcmp(line, "policy\n"))
			continue;
		if (!strcmp(line, "packets\n")) {
			binding = bind(&policy);
			if (!binding)
				break;
		} else if (!binding) {
			bailey_out_bytes(&policy, line, strlen(line));
		} else {
			check_packet(binding, line);
			packets++;
		}
	}
	fclose(file);
	bailey_binding_destroy(binding);
	bailey_out_destroy(&policy);
	return packets;
}

static void all_files(void)
{
	DIR *dir = opendir(VECTORS);
	u32 files = 0, packets = 0;
	struct dirent *entry;

	REQUIRE(dir);
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".vec"))
			continue;
		files++;
		packets += run_file(entry->d_name);
	}
	closedir(dir);
	unit_about("%u files", files);
	CHECK(files >= 4);
	CHECK(packets >= 40);
}

static const struct unit_test tests[] = {
	UNIT(all_files),
};

int main(void)
{
	return unit_run(tests, ARRAY_SIZE(tests));
}
