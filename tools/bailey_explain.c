// SPDX-License-Identifier: GPL-2.0
/*
 * bailey explain: which questions a packet is asked, and what the answers are.
 *
 * The module answers from the policy in force and its connections; with --policy
 * the same code answers here, from a file, as if the connection table were empty.
 */
#include "tool.h"
#include "engine/explain.h"

static const char usage[] =
	"Usage: bailey explain [ --policy FILE ] PACKET\n"
	"\n"
	"PACKET := PROTO from ADDR [ port N ] to ADDR [ port N ] [ type N [ code N ] ]\n"
	"          [ id N ] [ ttl N ] [ in IFNAME ] [ out IFNAME ] [ fragment ] [ alone ]\n"
	"\n"
	"'in' and 'out': a packet that is forwarded; 'in' only: one to this machine;\n"
	"'out' only: one from this machine. 'alone' leaves out the response.\n"
	"'fragment': a later fragment, which nobody has put together with the first.\n"
	"Exit status: 0 if it passes, the response too; 1 if not.\n";

#define RESULT		"result: "

/* The last line of an answer says how it ends. */
static bool passes(const struct bailey_out *answer)
{
	const char *end = answer->buf, *at;

	for (at = end; at && (at = strstr(at, RESULT)); at++)
		if (at == answer->buf || at[-1] == '\n')
			end = at;
	return end && !strncmp(end, RESULT "pass\n", strlen(RESULT "pass\n"));
}

static int show(const struct bailey_out *answer)
{
	int status = TOOL_OK;

	if (tool_options.json)
		status = tool_json_print(tool_explain_json(answer->buf, answer->len));
	else
		tool_print_text(answer->buf, answer->len);
	return passes(answer) ? status : TOOL_REFUSED;
}

/* Interfaces as the question names them get numbers by their place in it. */
static int where(void *arg, const char *in, const char *out,
		 struct bailey_where *where)
{
	const struct bailey_device *device = arg;
	const char *name[2] = { in, out };
	u32 side, i;

	for (side = 0; side < 2; side++)
		for (i = 0; name[side][0] && i < 2; i++)
			if (!strcmp(name[side], device[i].name))
				where->ifindex[side] = device[i].ifindex;
	where->loopback = where->hook != BAILEY_HOOK_FORWARD &&
			  !strcmp(in[0] ? in : out, "lo");
	return 0;
}

static u32 devices_fill(struct bailey_device *device,
			const struct bailey_question *question)
{
	u32 count = 0;

	memset(device, 0, 2 * sizeof(*device));
	if (question->in[0]) {
		device[count].ifindex = count + 1;
		memcpy(device[count++].name, question->in, sizeof(question->in));
	}
	if (question->out[0] && strcmp(question->in, question->out)) {
		device[count].ifindex = count + 1;
		memcpy(device[count++].name, question->out, sizeof(question->out));
	}
	return count;
}

static int answer_offline(const struct bailey_question *question,
			  struct bailey_policy *policy, struct bailey_out *answer,
			  struct bailey_diag *diag)
{
	static const struct bailey_explain_ops ops = { .where = where };
	const struct bailey_track_rules track = {
		.timeouts = &bailey_timeouts_default,
		.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT,
		.loose = true,
	};
	struct bailey_device device[2];
	u32 count = devices_fill(device, question);
	struct bailey_binding *binding = bailey_binding_create(policy, device, count);
	int ret;

	if (!binding)
		return -ENOMEM;
	ret = bailey_explain(question, binding, &track, &ops, device, answer, diag);
	bailey_binding_destroy(binding);
	return ret;
}

static int policy_read(const char *name, struct bailey_policy **policy)
{
	struct tool_source source = { .name = tool_file_name(name) };
	struct bailey_out text = {};
	struct bailey_diag diag = {};
	int status = tool_file_read(name, &text);

	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		if (tool_policy_build(policy, &source, &diag)) {
			tool_answer_show(&diag, &source);
			status = TOOL_REFUSED;
		}
	}
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&text);
	return status;
}

static int explain_file(const char *name, const struct bailey_question *question)
{
	struct bailey_policy *policy = NULL;
	struct bailey_out answer = {};
	struct bailey_diag diag = {};
	int status = policy_read(name, &policy);

	if (status == TOOL_OK && (answer_offline(question, policy, &answer, &diag) ||
				  answer.failed))
		status = tool_fail("out of memory");
	if (status == TOOL_OK)
		status = show(&answer);
	bailey_policy_put(policy);
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&answer);
	return status;
}

static int explain_live(const struct tool_source *source)
{
	struct bailey_out answer = {};
	struct bailey_diag diag = {};
	struct tool_proc proc;
	int ret, status = tool_proc_open(&proc, "explain", true);

	if (status != TOOL_OK)
		return status;
	ret = tool_proc_write(&proc, source->text, source->len);
	status = tool_proc_read_all(&proc, &answer);
	tool_proc_close(&proc);
	if (ret) {
		tool_answer_parse(&diag, answer.buf, answer.len);
		if (diag.error.code)
			tool_answer_show(&diag, source);
		else
			tool_proc_refused(&proc, ret);
		status = TOOL_REFUSED;
	} else if (status == TOOL_OK) {
		status = show(&answer);
	}
	bailey_diag_destroy(&diag);
	bailey_out_destroy(&answer);
	return status;
}

/* What is wrong with the words themselves is a usage error, here and live. */
static int explain_words(const char *file, struct bailey_out *line)
{
	struct tool_source source;
	struct bailey_question question;
	struct bailey_diag diag = {};
	int status;

	bailey_out_bytes(line, "\n", 1);
	if (line->failed)
		return tool_fail("out of memory");
	source = (struct tool_source){ .text = line->buf, .len = line->len };
	if (bailey_question_parse(&question, line->buf, line->len, &diag)) {
		tool_answer_show(&diag, &source);
		status = TOOL_USAGE;
	} else {
		status = file ? explain_file(file, &question) : explain_live(&source);
	}
	bailey_diag_destroy(&diag);
	return status;
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
	struct bailey_out line = {};
	const char *file = NULL;
	int status;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (argc && (!strcmp(argv[0], "--policy") || !strcmp(argv[0], "-policy"))) {
		if (argc < 2)
			return tool_usage(usage, "which file?");
		file = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (!argc)
		return tool_usage(usage, "which packet?");
	status = tool_words(&line, argc, argv, usage);
	if (status == TOOL_OK)
		status = explain_words(file, &line);
	bailey_out_destroy(&line);
	return status;
}
