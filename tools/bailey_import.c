// SPDX-License-Identifier: GPL-2.0
/*
 * bailey import: policies of others, in the policy language.
 */
#include "tool.h"
#include "aws/aws.h"

static const char usage[] =
	"Usage: bailey import aws [ OPTIONS ] { FILE | - } ...\n"
	"\n"
	"FILEs hold what 'aws ec2 describe-network-acls', describe-security-groups,\n"
	"describe-security-group-rules, describe-subnets, describe-network-interfaces,\n"
	"describe-instances, describe-managed-prefix-lists, describe-prefix-lists and\n"
	"get-managed-prefix-list-entries print, in any order. A policy that means the\n"
	"same goes to standard output; if anything is refused, nothing does.\n"
	"\n"
	"--dev SUBNET=IFNAME   the subnet is behind this interface (once for each)\n"
	"--entries LIST=FILE   the entries in FILE are those of this prefix list\n"
	"--allow-missing       what is not at hand stands for nobody\n"
	"--skip-invalid        leave out rules that make no sense, and say which\n"
	"-o, --output FILE     write the policy to FILE\n";

/* What the command line says. */
struct request {
	struct aws_import aws;
	const char *output;
	char **files;
	int file_count;
};

static int pair_option(struct aws_pair **pairs, size_t *count, const char *option,
		       const char *value)
{
	const char *equals = strchr(value, '=');
	struct aws_pair *pair;

	if (!equals || equals == value || !equals[1])
		return tool_usage(usage, "%s takes NAME=VALUE, not '%s'", option, value);
	*pairs = realloc(*pairs, (*count + 1) * sizeof(**pairs));
	if (!*pairs)
		exit(tool_fail("out of memory"));
	pair = &(*pairs)[(*count)++];
	pair->from = strndup(value, equals - value);
	pair->to = equals + 1;
	pair->used = false;
	if (!pair->from)
		exit(tool_fail("out of memory"));
	return TOOL_OK;
}

static int value_option(struct request *request, const char *option, const char *value)
{
	if (!strcmp(option, "--dev"))
		return pair_option(&request->aws.devs, &request->aws.dev_count, option, value);
	if (!strcmp(option, "--entries"))
		return pair_option(&request->aws.entries, &request->aws.entry_count, option,
				   value);
	request->output = value;
	return TOOL_OK;
}

static bool takes_value(const char *option)
{
	return !strcmp(option, "--dev") || !strcmp(option, "--entries") ||
	       !strcmp(option, "--output") || !strcmp(option, "-o");
}

/* "--dev=X" is "--dev X". Returns how many words an option is, or -1. */
static int take_option(struct request *request, int argc, char **argv)
{
	char *equals = argv[0][1] == '-' ? strchr(argv[0], '=') : NULL;
	char *value = equals ? equals + 1 : argc > 1 ? argv[1] : NULL;

	if (!strcmp(argv[0], "--allow-missing")) {
		request->aws.allow_missing = true;
		return 1;
	}
	if (!strcmp(argv[0], "--skip-invalid")) {
		request->aws.skip_invalid = true;
		return 1;
	}
	if (equals)
		*equals = '\0';
	if (!takes_value(argv[0])) {
		tool_usage(usage, "'%s' is unknown", argv[0]);
		return -1;
	}
	if (!value) {
		tool_usage(usage, "a word is missing behind %s", argv[0]);
		return -1;
	}
	if (value_option(request, argv[0], value))
		return -1;
	return equals ? 1 : 2;
}

/* Options and files may be mixed; behind "--" there are files only. */
static int take_words(struct request *request, int argc, char **argv)
{
	int i, words = 1;

	for (i = 0; i < argc; i += words) {
		words = 1;
		if (!strcmp(argv[i], "--")) {
			for (i++; i < argc; i++)
				request->files[request->file_count++] = argv[i];
			break;
		}
		if (argv[i][0] == '-' && argv[i][1]) {
			words = take_option(request, argc - i, argv + i);
			if (words < 0)
				return TOOL_USAGE;
		} else {
			request->files[request->file_count++] = argv[i];
		}
	}
	if (!request->file_count)
		return tool_usage(usage, "which files? ('-' is standard input)");
	return TOOL_OK;
}

static int read_file(struct request *request, const char *path)
{
	struct bailey_out text = {};
	int status = tool_file_read(path, &text);

	if (status == TOOL_OK &&
	    !aws_read(&request->aws, tool_file_name(path), text.buf, text.len))
		status = TOOL_REFUSED;
	bailey_out_destroy(&text);
	return status;
}

/* What is printed is read back first: nobody gets a policy that is no policy. */
static int check(const struct bailey_out *text)
{
	struct tool_source source = {
		.name = "the policy", .text = text->buf, .len = text->len
	};
	struct bailey_policy *policy = NULL;
	struct bailey_diag diag = {};
	int status = TOOL_OK;

	if (tool_policy_build(&policy, &source, &diag)) {
		tool_answer_show(&diag, &source);
		status = tool_fail("this can't be said in the policy language");
	}
	bailey_policy_put(policy);
	bailey_diag_destroy(&diag);
	return status;
}

static int put(const struct request *request, const struct bailey_out *text)
{
	int status = check(text);

	if (status != TOOL_OK)
		return status;
	if (request->output && strcmp(request->output, "-"))
		return tool_file_save(request->output, text->buf, text->len);
	fwrite(text->buf, 1, text->len, stdout);
	return TOOL_OK;
}

static int run(struct request *request)
{
	struct bailey_out text = {};
	int i, status = TOOL_OK;

	for (i = 0; i < request->file_count; i++)
		if (read_file(request, request->files[i]))
			status = TOOL_REFUSED;
	if (status == TOOL_OK && !aws_import_finish(&request->aws, &text))
		status = TOOL_REFUSED;
	if (status == TOOL_OK)
		status = put(request, &text);
	bailey_out_destroy(&text);
	return status;
}

static int import_aws(int argc, char **argv)
{
	struct request request = {};
	size_t i;
	int status;

	aws_import_init(&request.aws);
	request.files = calloc(argc + 1, sizeof(*request.files));
	if (!request.files)
		return tool_fail("out of memory");
	status = take_words(&request, argc, argv);
	if (status == TOOL_OK)
		status = run(&request);
	aws_import_destroy(&request.aws);
	for (i = 0; i < request.aws.dev_count; i++)
		free(request.aws.devs[i].from);
	for (i = 0; i < request.aws.entry_count; i++)
		free(request.aws.entries[i].from);
	free(request.aws.devs);
	free(request.aws.entries);
	free(request.files);
	return status;
}

/**
 * tool_import_main() - bailey import
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_import_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = { { "aws", import_aws }, {} };
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv) || (argc > 1 && tool_wants_help(argc - 1, argv + 1)))
		return tool_help(usage);
	if (!argc)
		return tool_usage(usage, "from where?");
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
