// SPDX-License-Identifier: GPL-2.0
/*
 * bailey explain: which questions a packet is asked, and what the answers are.
 *
 * The module answers from the policy in force and its connections; with --policy
 * the same code answers here, from a file, as if the connection table were empty
 * (ask.c). Where the question leaves it open by which interfaces the packet passes, the
 * policy's endpoints say so, or else the kernel's routing (route.c), with --policy
 * the only other interface of the policy.
 */
#include "tool.h"
#include "ask.h"
#include "route.h"

static const char usage[] =
	"Usage: bailey explain [ --policy FILE ] [ --connection ] PACKET\n"
	"\n"
	"PACKET := PROTO from END [ port N ] to END [ port N ] [ type N [ code N ] ]\n"
	"          [ id N ] [ ttl N ] [ in IFNAME ] [ out IFNAME ] [ fragment ]\n"
	"          [ ipv4 | ipv6 ]\n"
	"END    := ADDRESS | ENDPOINT\n"
	"\n"
	"'in' and 'out': a packet that is forwarded; 'in' only: one to this machine;\n"
	"'out' only: one from this machine. Without either, endpoints and the routing\n"
	"table tell. 'from' without a port: 49152, an ephemeral one.\n"
	"--connection: the response as well, and an ICMP error about the request.\n"
	"'fragment': a later fragment, which nobody has put together with the first.\n"
	"Exit status: 0 if it passes, and with --connection the response, too; 1 if not;\n"
	"2 if it could not be asked.\n";

/* What the command exits with. */
#define EXPLAIN_PASS	0
#define EXPLAIN_DROP	1
#define EXPLAIN_FAILED	2

/**
 * struct request - the command line
 * @file: the policy to be asked, or NULL for the one in force
 * @source: the packet in words, for messages
 * @question: the same, parsed
 * @asked: which ends the question itself left open
 */
struct request {
	const char *file;
	struct tool_source source;
	struct bailey_question question;
	u8 asked;
};

static int fail_at(const struct request *request, const struct bailey_diag *diag, int ret)
{
	if (diag->error.code)
		tool_answer_show(diag, &request->source);
	else if (ret == -ENOMEM)
		tool_fail("out of memory");
	else
		tool_fail("%s", strerror(-ret));
	return EXPLAIN_FAILED;
}

/* Who has told by which interface an end is reached? */
static const char *placed_by(const struct request *request, u32 s, u8 open)
{
	if (!(request->asked & 1 << s))
		return "question";
	if (!(open & 1 << s))
		return "endpoint";
	return request->file ? "policy" : "route";
}

static json_t *end_json(const struct request *request, u32 s, u8 open)
{
	const struct bailey_question *question = &request->question;
	const struct bailey_packet *packet = &question->packet;
	const char *dev = s == BAILEY_SRC ? question->in : question->out;
	struct bailey_out addr = {};
	json_t *json = json_object();

	bailey_out_addr(&addr, packet->family, s == BAILEY_SRC ? &packet->src : &packet->dst);
	json_object_set_new(json, "end", json_string(s == BAILEY_SRC ? "from" : "to"));
	json_object_set_new(json, "text", json_string(question->end[s].text));
	json_object_set_new(json, "address", json_string(addr.buf ? addr.buf : ""));
	json_object_set_new(json, "dev", *dev ? json_string(dev) : json_null());
	json_object_set_new(json, "by", json_string(placed_by(request, s, open)));
	bailey_out_destroy(&addr);
	return json;
}

/* Print the answer; whether it passes is its last line. */
static int show(const struct request *request, u8 open, const struct bailey_out *answer)
{
	json_t *json = tool_explain_json(answer->buf, answer->len);
	const char *result = json_string_value(json_object_get(json, "result"));
	int status = !result ? EXPLAIN_FAILED :
		     !strcmp(result, "pass") ? EXPLAIN_PASS : EXPLAIN_DROP;
	json_t *ends;

	if (!result) {
		json_decref(json);
		tool_fail("the module gave no answer that this tool understands");
		return EXPLAIN_FAILED;
	}
	ends = json_array();
	json_array_append_new(ends, end_json(request, BAILEY_SRC, open));
	json_array_append_new(ends, end_json(request, BAILEY_DST, open));
	json_object_set_new(json, "ends", ends);
	if (tool_options.json)
		return tool_json_print(json) == TOOL_OK ? status : EXPLAIN_FAILED;
	tool_explain_show(json);
	json_decref(json);
	return status;
}

static int ask_file(struct request *request, struct tool_ask *ask,
		    struct bailey_out *answer, u8 *open)
{
	struct bailey_explanation said;
	struct bailey_diag diag = {};
	int ret = bailey_question_resolve(&request->question, ask->policy, &diag);

	*open = request->question.unplaced;
	if (!ret)
		ret = tool_ask_place(ask, &request->question, &diag);
	if (!ret)
		ret = tool_ask(ask, &request->question, &said, &diag);
	if (!ret)
		bailey_explanation_print(ask->policy, &said, answer);
	if (!ret && answer->failed)
		ret = -ENOMEM;
	ret = ret ? fail_at(request, &diag, ret) : EXPLAIN_PASS;
	bailey_diag_destroy(&diag);
	return ret;
}

static int explain_file(struct request *request)
{
	struct bailey_policy *policy = NULL;
	struct bailey_out answer = {};
	struct tool_ask ask;
	int status = EXPLAIN_FAILED;
	u8 open = 0;

	if (tool_policy_read(request->file, &policy) != TOOL_OK)
		return EXPLAIN_FAILED;
	if (tool_ask_open(&ask, policy))
		tool_fail("out of memory");
	else
		status = ask_file(request, &ask, &answer, &open);
	if (status == EXPLAIN_PASS)
		status = show(request, open, &answer);
	tool_ask_close(&ask);
	bailey_policy_put(policy);
	bailey_out_destroy(&answer);
	return status;
}

/* Send the question, which says all now, and read the answer. */
static int ask_module(const struct request *request, struct bailey_out *answer)
{
	struct bailey_out line = {};
	struct bailey_diag diag = {};
	struct tool_proc proc;
	int ret, status = tool_proc_open(&proc, "explain", true);

	if (status != TOOL_OK)
		return EXPLAIN_FAILED;
	bailey_question_print(&request->question, &line);
	bailey_out_bytes(&line, "\n", 1);
	ret = line.failed ? -ENOMEM : tool_proc_write(&proc, line.buf, line.len);
	status = tool_proc_read_all(&proc, answer);
	tool_proc_close(&proc);
	if (ret) {
		tool_answer_parse(&diag, answer->buf, answer->len);
		/* Its place is one in the line that was sent, not in the words. */
		if (diag.error.code)
			tool_fail("%s", diag.error.reason);
		else
			tool_proc_refused(&proc, ret);
		status = TOOL_REFUSED;
	}
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&line);
	return status == TOOL_OK ? EXPLAIN_PASS : EXPLAIN_FAILED;
}

/* Endpoints are looked up in the policy in force, which is read for that. */
static int resolve_live(struct request *request, u8 *open)
{
	struct bailey_policy *policy = NULL;
	struct bailey_diag diag = {};
	int ret;

	*open = request->asked;
	if (!request->asked && !request->question.end[0].named &&
	    !request->question.end[1].named)
		return EXPLAIN_PASS;
	if (tool_policy_live(&policy) != TOOL_OK)
		return EXPLAIN_FAILED;
	ret = bailey_question_resolve(&request->question, policy, &diag);
	*open = request->question.unplaced;
	if (!ret)
		ret = tool_route_place(&request->question, &diag);
	ret = ret ? fail_at(request, &diag, ret) : EXPLAIN_PASS;
	bailey_policy_put(policy);
	bailey_diag_destroy(&diag);
	return ret;
}

static int explain_live(struct request *request)
{
	struct bailey_out answer = {};
	u8 open;
	int status = resolve_live(request, &open);

	if (status == EXPLAIN_PASS)
		status = ask_module(request, &answer);
	if (status == EXPLAIN_PASS)
		status = show(request, open, &answer);
	bailey_out_destroy(&answer);
	return status;
}

/* What is wrong with the words themselves is the same, here and live. */
static int explain_words(struct request *request, bool connection, struct bailey_out *line)
{
	struct bailey_diag diag = {};
	int ret;

	bailey_out_bytes(line, "\n", 1);
	if (line->failed) {
		tool_fail("out of memory");
		return EXPLAIN_FAILED;
	}
	request->source = (struct tool_source){ .text = line->buf, .len = line->len };
	ret = bailey_question_parse(&request->question, line->buf, line->len, &diag);
	if (ret) {
		ret = fail_at(request, &diag, ret);
		bailey_diag_destroy(&diag);
		return ret;
	}
	request->question.connection |= connection;
	request->asked = request->question.unplaced;
	return request->file ? explain_file(request) : explain_live(request);
}

/* Take the options out of the words, wherever they stand; -1 for a wrong one. */
static int take_options(struct request *request, bool *connection, int argc, char **argv)
{
	int i, words = 0;

	for (i = 0; i < argc; i++) {
		const char *option = argv[i] + (argv[i][0] == '-' && argv[i][1] == '-');

		if (argv[i][0] != '-') {
			argv[words++] = argv[i];
		} else if (!strcmp(option, "-connection")) {
			*connection = true;
		} else if (!strcmp(option, "-policy") && ++i < argc) {
			request->file = argv[i];
		} else {
			if (i == argc)
				tool_usage(usage, "which file?");
			else
				tool_usage(usage, "option '%s' is unknown", argv[i]);
			return -1;
		}
	}
	return words;
}

/**
 * tool_explain_main() - bailey explain
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_explain_main(int argc, char **argv)
{
	struct request request = {};
	struct bailey_out line = {};
	bool connection = false;
	int status, words;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	words = take_options(&request, &connection, argc, argv);
	if (words < 0)
		return EXPLAIN_FAILED;
	if (!words)
		return tool_usage(usage, "which packet?");
	status = tool_words(&line, words, argv, usage);
	if (status == TOOL_OK)
		status = explain_words(&request, connection, &line);
	else
		status = EXPLAIN_FAILED;
	bailey_out_destroy(&line);
	return status;
}
