// SPDX-License-Identifier: GPL-2.0
/*
 * Any question about any policy: the input is a question, or, parted by a byte
 * 0xff, a policy and a question.
 */
#include "explain.h"
#include "fuzz.h"
#include "language.h"
#include "seal.h"

static const struct bailey_device devices[] = {
	{ 1, "lo" }, { 2, "eth0" }, { 3, "eth1" },
};

static const char default_policy[] =
	"prefix-list corp 10.0.0.0/8 2001:db8::/32\n"
	"group web in allow tcp from any to any port 80-443\n"
	"group web out allow icmp type 8\ngroup db in allow from group web\n"
	"acl edge in 100 allow from prefix-list corp\nacl edge out 100 deny udp\n"
	"acl edge out 200 allow\n"
	"attach dev eth0 protects host acl edge groups web\n"
	"attach dev eth1 protects subnet acl edge groups db\n"
	"endpoint e dev eth0 addr 10.0.0.1,2001:db8::1 groups web\ndefault deny\n";

static int where(void *arg, const char *in, const char *out, struct bailey_where *w)
{
	u32 i;

	(void)arg;
	MUST(in[0] || out[0]);
	MUST(strlen(in) <= BAILEY_IFNAME_MAX && strlen(out) <= BAILEY_IFNAME_MAX);
	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		if (!strcmp(devices[i].name, in))
			w->ifindex[BAILEY_SRC] = devices[i].ifindex;
		if (!strcmp(devices[i].name, out))
			w->ifindex[BAILEY_DST] = devices[i].ifindex;
	}
	if ((in[0] && !w->ifindex[BAILEY_SRC]) || (out[0] && !w->ifindex[BAILEY_DST]))
		return -ENODEV;
	return 0;
}

/* Every other question finds a connection, in a state that the question picks. */
static bool find(void *arg, const struct bailey_eval *eval, struct bailey_conn *conn, u8 *side)
{
	const u8 *seed = arg;
	bool related;

	if (!(*seed & 1))
		return false;
	memset(conn, 0, sizeof(*conn));
	*side = *seed >> 1 & 1;
	conn->orig_end = bailey_eval_key(eval, NULL, &conn->key, &related) ^ *side;
	conn->set[0] = *seed >> 2 & 3;
	conn->set[1] = *seed >> 4 & 3;
	if (conn->key.proto == BAILEY_PROTO_TCP)
		conn->track.state = 1 + *seed % (BAILEY_TCP_STATE_COUNT - 1);
	if (conn->key.proto == BAILEY_PROTO_SCTP)
		conn->track.state = 1 + *seed % (BAILEY_SCTP_STATE_COUNT - 1);
	return true;
}

static const struct bailey_explain_ops ops = { .where = where, .find = find };

static struct bailey_binding *bind(const uint8_t *text, size_t len)
{
	struct bailey_policy *policy = bailey_policy_create();
	struct bailey_binding *binding = NULL;
	struct bailey_diag diag = { 0 };
	char *copy = fuzz_copy(text, len);

	MUST(policy);
	if (!bailey_language_apply(policy, copy, len, 1, &diag) &&
	    !bailey_policy_seal(policy, NULL, 10000, &diag))
		binding = bailey_binding_create(policy, devices, ARRAY_SIZE(devices));
	free(copy);
	bailey_policy_put(policy);
	bailey_diag_destroy(&diag);
	return binding;
}

/* An answer that makes sense in itself. */
static void check(const struct bailey_policy *policy, const struct bailey_explanation *answer)
{
	struct bailey_out out = { 0 };
	u32 i, k;

	MUST(answer->count >= 1 && answer->count <= BAILEY_PART_COUNT);
	for (i = 0; i < answer->count; i++) {
		const struct bailey_explained *one = &answer->at[i];
		bool pass = one->verdict.reason == BAILEY_PASS;

		MUST(one->code < BAILEY_CODE_COUNT);
		MUST(pass == (one->code < BAILEY_CODE_DEFAULT));
		MUST(one->part == BAILEY_PART_ERROR || answer->pass <= pass);
		for (k = 0; k < BAILEY_QUESTIONS; k++)
			MUST(!one->asked[k].unasked || !one->asked[k].nears.count);
	}
	bailey_explanation_print(policy, answer, &out);
	MUST(out.len > 13 && out.buf[out.len - 1] == '\n' && !memchr(out.buf, 0, out.len));
	MUST(strstr(out.buf, answer->pass ? "\nresult pass\n" : "\nresult drop\n"));
	bailey_out_destroy(&out);
}

/* What is sent on of a resolved question is read back as the same. */
static void check_printed(const struct bailey_question *question)
{
	struct bailey_question again;
	struct bailey_diag diag = { 0 };
	struct bailey_out out = { 0 };

	bailey_question_print(question, &out);
	MUST(!bailey_question_parse(&again, out.buf, out.len, &diag));
	MUST(!again.unplaced && again.fragment == question->fragment);
	MUST(!memcmp(&again.packet, &question->packet, sizeof(again.packet)));
	bailey_out_destroy(&out);
	bailey_diag_destroy(&diag);
}

static void ask(struct bailey_binding *binding, const uint8_t *text, size_t len)
{
	struct bailey_track_rules track = {
		.timeouts = &bailey_timeouts_default, .loose = len & 1, .untracked = len & 2,
	};
	struct bailey_question question;
	struct bailey_explanation answer;
	struct bailey_diag diag = { 0 };
	char *copy = fuzz_copy(text, len);
	u8 seed = len ? text[len - 1] : 0;
	int ret = bailey_question_parse(&question, copy, len, &diag);

	if (!ret)
		ret = bailey_question_resolve(&question, binding->policy, &diag);
	if (!ret && !question.unplaced)
		check_printed(&question);
	if (!ret)
		ret = bailey_explain(&question, binding, &track, &ops, &seed, &answer, &diag);
	MUST(!ret == !diag.error.code);
	if (!ret)
		check(binding->policy, &answer);
	free(copy);
	bailey_diag_destroy(&diag);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	const uint8_t *question = size ? memchr(data, 0xff, size) : NULL;
	struct bailey_binding *binding;

	if (question)
		binding = bind(data, question - data);
	else
		binding = bind((const uint8_t *)default_policy, strlen(default_policy));
	if (!binding)
		return 0;
	if (question)
		ask(binding, question + 1, data + size - question - 1);
	else
		ask(binding, data, size);
	bailey_binding_destroy(binding);
	return 0;
}
