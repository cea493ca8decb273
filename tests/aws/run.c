// SPDX-License-Identifier: GPL-2.0
/*
 * One account on its way: described as JSON, read by the importer, sealed by the
 * engine, and asked about connections there, by the tool's explain, and by the oracle.
 * Every fourth policy is exported and imported once more before it is asked.
 */
#include <stdarg.h>

#include "run.h"
#include "aws/export.h"
#include "seal.h"
#include "tools/ask.h"

#define UPLINK		OR_SUBNETS

/* What the importer says ends up here: of a refusal, the last words. */
static char last_words[1024];

struct tool_options tool_options;

/**
 * tool_fail() - stands in for the tool's, which speaks to people
 * @fmt: what it would say
 *
 * Return: %TOOL_REFUSED.
 */
int tool_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(last_words, sizeof(last_words), fmt, args);
	va_end(args);
	return TOOL_REFUSED;
}

/* Interfaces sn0 to sn3 for the subnets, and one for the rest of the world. */
static void make_devices(struct ref_world *world)
{
	int i;

	memset(world, 0, sizeof(*world));
	world->count = OR_SUBNETS + 1;
	for (i = 0; i < world->count; i++) {
		snprintf(world->iface[i].name, sizeof(world->iface[i].name),
			 i == UPLINK ? "up0" : "dev%d", i);
		world->iface[i].ifindex = i + 1;
		world->iface[i].master = -1;
	}
}

static bool read_lists(struct aws_import *aws, const struct or_world *world)
{
	char file[32], *text;
	bool ok = true;
	int i;

	for (i = 0; i < world->lists && ok; i++) {
		if (!world->list[i].known || !world->list[i].apart)
			continue;
		snprintf(file, sizeof(file), "dir/pl-%08x.json", i);
		text = or_write_entries(&world->list[i]);
		ok = aws_read(aws, file, text, strlen(text));
		free(text);
	}
	return ok;
}

static bool import_world(const struct or_world *world, const char *text,
			 struct bailey_out *policy)
{
	char subnet[OR_SUBNETS][16], dev[OR_SUBNETS][16];
	struct aws_pair devs[OR_SUBNETS] = {};
	struct aws_import aws;
	bool ok;
	int i;

	aws_import_init(&aws);
	for (i = 0; i < world->subnets; i++) {
		snprintf(subnet[i], sizeof(subnet[i]), "subnet-%d", i);
		snprintf(dev[i], sizeof(dev[i]), "dev%d", i);
		devs[i].from = subnet[i];
		devs[i].to = dev[i];
	}
	aws.devs = devs;
	aws.dev_count = world->subnets;
	aws.allow_missing = world->missing;
	aws.skip_invalid = world->invalid;
	ok = aws_read(&aws, "account.json", text, strlen(text)) && read_lists(&aws, world) &&
	     aws_import_finish(&aws, policy);
	aws_import_destroy(&aws);
	return ok;
}

static bool build(struct engine *engine, const struct ref_world *devices,
		  const struct bailey_out *policy)
{
	struct bailey_diag diag = {};
	bool ok = engine_init(engine, devices) && !engine_apply(engine, policy, false, &diag);

	if (!ok)
		snprintf(last_words, sizeof(last_words), "line %u: %s", diag.error.line,
			 diag.error.reason);
	bailey_diag_destroy(&diag);
	return ok;
}

/* Out to AWS's words and back: the same policy must come of it. */
static bool round_trip(struct engine *engine, struct bailey_out *policy)
{
	json_t *document = aws_export(engine->policy);
	char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
	struct aws_import aws;
	bool ok;

	json_decref(document);
	if (!text)
		return false;
	bailey_out_reset(policy);
	aws_import_init(&aws);
	ok = aws_read(&aws, "export.json", text, strlen(text)) &&
	     aws_import_finish(&aws, policy);
	aws_import_destroy(&aws);
	free(text);
	return ok;
}

static void packet_of(const struct or_conn *conn, bool response, struct ref_packet *packet)
{
	int end;

	memset(packet, 0, sizeof(*packet));
	packet->hook = REF_FORWARD;
	packet->proto = conn->proto;
	packet->hop_limit = 64;
	packet->type = response ? conn->reply_type : conn->type;
	packet->code = response ? 0 : conn->code;
	if (conn->proto == 6)
		packet->tcp_flags = response ? 0x12 : 0x02;
	if (conn->proto == 1 || conn->proto == 58) {
		packet->has_id = conn->reply_type >= 0;
		packet->id = 77;
	}
	for (end = 0; end < 2; end++) {
		const struct or_end *at = &conn->end[response ? !end : end];

		packet->iface[end] = at->subnet == OR_OUTSIDE ? UPLINK : at->subnet;
		packet->addr[end].family = at->addr.family;
		memcpy(packet->addr[end].byte, at->addr.byte, sizeof(at->addr.byte));
		packet->port[end] = at->port;
	}
}

static bool passes(struct engine *engine, const struct or_conn *conn, bool response,
		   bool untracked)
{
	struct engine_answer answer;
	struct ref_packet packet;

	packet_of(conn, response, &packet);
	engine_judge(engine, &packet, 1000, true, untracked, &answer);
	return answer.verdict.reason == BAILEY_PASS;
}

static void count(struct or_tally *tally, const struct or_conn *conn,
		  const struct or_verdict *verdict)
{
	const struct or_end *a = &conn->end[0], *b = &conn->end[1];

	tally->pairs++;
	tally->requests += verdict->request;
	tally->denied += !verdict->request;
	if (verdict->request && conn->reply_type >= 0) {
		tally->responses += verdict->response;
		tally->cut += !verdict->response;
	}
	if (a->subnet == b->subnet)
		tally->inside++;
	else if (a->subnet == OR_OUTSIDE || b->subnet == OR_OUTSIDE)
		tally->outside++;
	else
		tally->across++;
}

static void print_end(const struct or_end *end)
{
	struct bailey_addr addr = bailey_addr_from_bytes(end->addr.family, end->addr.byte);
	struct bailey_out out = {};

	bailey_out_addr(&out, end->addr.family, &addr);
	printf("%s port %d (subnet %d, eni %d)", out.buf, end->port, end->subnet, end->nic);
	bailey_out_destroy(&out);
}

static void report(u64 seed, const struct or_conn *conn, const struct or_verdict *verdict,
		   bool request, bool response, const struct bailey_out *policy)
{
	const char *line = policy->buf, *end;

	printf("# mismatch at --seed %llu --policies 1\n# protocol %d type %d code %d from ",
	       (unsigned long long)seed, conn->proto, conn->type, conn->code);
	print_end(&conn->end[0]);
	printf(" to ");
	print_end(&conn->end[1]);
	printf("\n# AWS: request %d response %d; engine: request %d response %d\n",
	       verdict->request, verdict->response, request, response);
	for (; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		printf("#   %.*s\n", (int)(end - line), line);
	}
}

static void out_end(struct bailey_out *words, const char *word, const struct or_conn *conn,
		    int end)
{
	const struct or_end *at = &conn->end[end];
	struct bailey_addr addr = bailey_addr_from_bytes(at->addr.family, at->addr.byte);

	bailey_out_printf(words, " %s ", word);
	bailey_out_addr(words, at->addr.family, &addr);
	if (bailey_proto_has_ports(conn->proto))
		bailey_out_printf(words, " port %d", at->port);
}

static void out_dev(struct bailey_out *words, const char *word, int subnet)
{
	if (subnet == OR_OUTSIDE)
		bailey_out_printf(words, " %s %s", word, TOOL_ELSEWHERE);
	else
		bailey_out_printf(words, " %s dev%d", word, subnet);
}

/* The same question in the words of "bailey explain". */
static bool explain_agrees(struct tool_ask *ask, const struct or_conn *conn,
			   const struct or_verdict *verdict)
{
	bool whole = conn->reply_type >= 0;
	struct bailey_explanation answer;
	struct bailey_diag diag = {};
	struct bailey_out words = {};
	bool ok;

	bailey_out_printf(&words, "%d", conn->proto);
	out_end(&words, "from", conn, 0);
	out_end(&words, "to", conn, 1);
	if (conn->proto == 1 || conn->proto == 58)
		bailey_out_printf(&words, " type %d code %d", conn->type, conn->code);
	out_dev(&words, "in", conn->end[0].subnet);
	out_dev(&words, "out", conn->end[1].subnet);
	bailey_out_printf(&words, "%s", whole ? " connection" : "");
	ok = !tool_ask_words(ask, words.buf, &answer, &diag);
	if (!ok)
		printf("# explain refuses '%s': %s\n", words.buf, diag.error.reason);
	ok = ok && answer.pass == (verdict->request && (verdict->response || !whole));
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&words);
	return ok;
}

/* One connection: the request, and if it passed the response, which finds its entry. */
static bool ask(struct engine *engine, const struct or_world *world,
		const struct or_conn *conn, bool untracked, bool *request, bool *response,
		struct or_verdict *verdict)
{
	engine->count = 0;
	or_judge(world, conn, verdict);
	*request = passes(engine, conn, false, untracked);
	*response = false;
	if (*request != verdict->request)
		return false;
	if (!*request || conn->reply_type < 0)
		return true;
	*response = passes(engine, conn, true, untracked);
	return *response == verdict->response;
}

static bool ask_all(struct engine *engine, const struct or_world *world,
		    struct or_random *random, u32 connections, u64 seed, bool quiet,
		    const struct bailey_out *policy, struct or_tally *tally)
{
	bool request, response, untracked = !or_random(random, 3), ok = true;
	struct or_verdict verdict;
	struct tool_ask explain;
	struct or_conn conn;
	u32 i;

	if (tool_ask_open(&explain, engine->policy))
		return false;
	for (i = 0; i < connections && ok; i++) {
		if (!or_connection(random, world, &conn))
			continue;
		ok = ask(engine, world, &conn, untracked, &request, &response, &verdict) &&
		     explain_agrees(&explain, &conn, &verdict);
		if (!ok) {
			if (!quiet)
				report(seed, &conn, &verdict, request, response, policy);
			break;
		}
		count(tally, &conn, &verdict);
	}
	tool_ask_close(&explain);
	return ok;
}

/**
 * or_run_spoilt() - one account with something wrong in it
 * @seed: where the random numbers begin
 * @tally: what happened is added
 *
 * Return: false when the importer makes a policy of it that is none.
 */
bool or_run_spoilt(u64 seed, struct or_tally *tally)
{
	struct or_random random = { seed * 0x9e3779b97f4a7c15ULL + 0x7654321 };
	static struct engine engine;
	struct bailey_out policy = {};
	struct ref_world devices;
	struct or_world world;
	bool accepted, ok = true;
	char *text;

	or_generate(&random, &world);
	text = or_write(&random, &world, 1 + or_random(&random, 3));
	world.missing = or_random(&random, 2);
	world.invalid = or_random(&random, 2);
	make_devices(&devices);
	accepted = import_world(&world, text, &policy);
	tally->policies++;
	if (accepted) {
		tally->accepted++;
		memset(&engine, 0, sizeof(engine));
		ok = build(&engine, &devices, &policy);
		engine_exit(&engine);
	}
	if (!ok)
		printf("# no policy at --spoil --seed %llu --policies 1: %s\n# %s\n%s",
		       (unsigned long long)seed, last_words, text, policy.buf);
	bailey_out_destroy(&policy);
	free(text);
	return ok;
}

/**
 * or_run() - one account and its connections
 * @seed: where the random numbers begin
 * @connections: how many are tried
 * @quiet: do not print what differs
 * @tally: what happened is added
 *
 * Return: false when oracle and engine differ, or the importer refuses.
 */
bool or_run(u64 seed, u32 connections, bool quiet, struct or_tally *tally)
{
	struct or_random random = { seed * 0x9e3779b97f4a7c15ULL + 0x1234567 };
	static struct engine engine;
	struct bailey_out policy = {};
	struct ref_world devices;
	struct or_world world;
	char *text;
	bool ok;

	or_generate(&random, &world);
	text = or_write(&random, &world, 0);
	make_devices(&devices);
	memset(&engine, 0, sizeof(engine));
	last_words[0] = '\0';
	ok = import_world(&world, text, &policy) && build(&engine, &devices, &policy);
	if (ok && !or_random(&random, 4)) {
		ok = round_trip(&engine, &policy);
		engine_exit(&engine);
		ok = build(&engine, &devices, &policy) && ok;
		tally->exported++;
	}
	if (!ok)
		printf("# refused at --seed %llu: %s\n# %s\n", (unsigned long long)seed,
		       last_words, text);
	tally->policies++;
	ok = ok && ask_all(&engine, &world, &random, connections, seed, quiet, &policy, tally);
	engine_exit(&engine);
	bailey_out_destroy(&policy);
	free(text);
	return ok;
}
