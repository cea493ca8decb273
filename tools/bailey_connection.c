// SPDX-License-Identifier: GPL-2.0
/*
 * bailey connection: what passes without being asked again.
 *
 * The table may hold millions, so that nothing is kept: a batch of lines is
 * read, shown, and forgotten. Columns are as wide as the batches so far needed.
 */
#include "conn_line.h"

#define CHUNK		((size_t)64 << 10)
#define BATCH		256
#define STATE_WIDTH	11

static const char usage[] =
	"Usage: bailey connection [ { list | show } [ FILTER ] ]\n"
	"       bailey connection watch [ FILTER ]\n"
	"       bailey connection delete FILTER\n"
	"       bailey connection flush\n"
	"       bailey connection save [ FILE ]\n"
	"       bailey connection load { FILE | - }\n"
	"\n"
	"FILTER := [ proto PROTO ] [ src CIDR ] [ dst CIDR ] [ sport N ] [ dport N ]\n"
	"          [ state STATE ]\n"
	"\n"
	"Addresses and ports are those of the request, STATE that of TCP or SCTP. watch\n"
	"prints what becomes of connections, from now on and until it is interrupted. What\n"
	"save writes can be loaded by another module or kernel, once the policy is in force.\n";

/* A batch of connections, and the widths of columns. */
struct listing {
	const struct conn_filter *filter;
	char *line[BATCH];
	struct conn_line conn[BATCH];
	u32 count;
	int addr_width;
	int dev_width;
	int state_width;
	bool header;
	bool any;
	unsigned long number;
};

static void widen(struct listing *listing, const struct conn_line *conn)
{
	char text[96];
	int src = conn_end_print(text, sizeof(text), conn->src, conn->sport);
	int dst = conn_end_print(text, sizeof(text), conn->dst, conn->dport);
	int in = strlen(conn->in), out = strlen(conn->out), state = strlen(conn->state);

	listing->addr_width = max_t(int, listing->addr_width, max_t(int, src, dst));
	listing->dev_width = max_t(int, listing->dev_width, max_t(int, in, out));
	listing->state_width = max_t(int, listing->state_width, state);
}

static void row_print(const struct listing *listing, const char *half,
		      const char *from, const char *to, const char *in,
		      const char *out)
{
	printf("%-8s %s%-*s %-*s%s %-*s %-*s", half, tool_colour(TOOL_ADDR),
	       listing->addr_width, from, listing->addr_width, to,
	       tool_colour_end(), listing->dev_width, in, listing->dev_width, out);
}

static void table_print(const struct listing *listing, const struct conn_line *conn)
{
	char src[96], dst[96];

	conn_end_print(src, sizeof(src), conn->src, conn->sport);
	conn_end_print(dst, sizeof(dst), conn->dst, conn->dport);
	printf("%-7s %s%-*s%s ", conn->proto, tool_colour(TOOL_BOLD),
	       listing->state_width, conn->state, tool_colour_end());
	row_print(listing, "request", src, dst, conn->in, conn->out);
	printf(" %7lld", (long long)conn->expires);
	conn_extra_print(conn, false);
	printf("%s%s%s\n%-7s %-*s ", conn->replied ? " REPLIED" : "",
	       conn->stream ? " STREAM" : "", conn->assured ? " ASSURED" : "", "",
	       listing->state_width, "");
	row_print(listing, "response", dst, src, conn->out, conn->in);
	if (tool_options.stats)
		printf("         groups %s", conn->groups);
	if (conn->type != CONN_NUMBER_NONE) {
		printf("%8s", "");
		conn_extra_print(conn, true);
	}
	putchar('\n');
}

static void header_print(struct listing *listing)
{
	if (listing->header)
		return;
	listing->header = true;
	printf("%-7s %-*s %-8s %-*s %-*s %-*s %-*s %7s\n", "PROTO",
	       listing->state_width, "STATE", "HALF",
	       listing->addr_width, "FROM", listing->addr_width, "TO",
	       listing->dev_width, "IN", listing->dev_width, "OUT", "EXPIRES");
}

/* One element of the array at a time. */
static void element_print(struct listing *listing, const struct conn_line *conn)
{
	json_t *json = conn_line_json(conn);

	fputs(listing->any ? ",\n" : "\n", stdout);
	listing->any = true;
	if (json)
		json_dumpf(json, stdout,
			   tool_options.pretty ? JSON_INDENT(4) : JSON_COMPACT);
	json_decref(json);
}

static void batch_print(struct listing *listing)
{
	u32 i;

	if (!tool_options.json)
		header_print(listing);
	for (i = 0; i < listing->count; i++) {
		if (tool_options.json)
			element_print(listing, &listing->conn[i]);
		else
			table_print(listing, &listing->conn[i]);
		free(listing->line[i]);
	}
	listing->count = 0;
}

static int take_line(struct listing *listing, const char *text, size_t len)
{
	struct conn_line *conn = &listing->conn[listing->count];
	char *line = strndup(text, len);

	listing->number++;
	if (!line)
		return tool_fail("out of memory");
	if (!conn_line_parse(conn, line)) {
		free(line);
		return tool_fail("connections: line %lu is not understood",
				 listing->number);
	}
	if (!conn_filter_holds(listing->filter, conn)) {
		free(line);
		return TOOL_OK;
	}
	widen(listing, conn);
	listing->line[listing->count++] = line;
	if (listing->count == BATCH)
		batch_print(listing);
	return ferror(stdout) ? TOOL_REFUSED : TOOL_OK;
}

/* Whole lines of what was read; what is left of the last one moves to the front. */
static int take_lines(struct listing *listing, char *buf, size_t *len)
{
	char *at = buf, *end = buf + *len, *newline;
	int status = TOOL_OK;

	while (status == TOOL_OK && (newline = memchr(at, '\n', end - at))) {
		if (newline > at)
			status = take_line(listing, at, newline - at);
		at = newline + 1;
	}
	*len = end - at;
	memmove(buf, at, *len);
	return status;
}

static int list_all(struct listing *listing, struct tool_proc *proc, char *buf)
{
	size_t len = 0;
	int status = TOOL_OK;
	ssize_t got = 1;

	while (status == TOOL_OK && got > 0) {
		if (len == CHUNK)
			return tool_fail("connections: a line without an end");
		got = tool_proc_read(proc, buf + len, CHUNK - len);
		if (got < 0)
			return tool_proc_refused(proc, got);
		len += got;
		status = take_lines(listing, buf, &len);
	}
	if (status == TOOL_OK && len)
		status = take_line(listing, buf, len);
	return status;
}

static int list(int argc, char **argv)
{
	struct listing *listing;
	struct conn_filter filter;
	struct tool_proc proc;
	char *buf;
	int status;

	if (conn_filter_parse(&filter, argc, argv, usage))
		return TOOL_USAGE;
	if (tool_proc_open(&proc, "connections", false))
		return TOOL_REFUSED;
	listing = calloc(1, sizeof(*listing));
	buf = malloc(CHUNK);
	if (!listing || !buf) {
		status = tool_fail("out of memory");
	} else {
		listing->filter = &filter;
		listing->addr_width = CONN_ADDR_WIDTH;
		listing->dev_width = CONN_DEV_WIDTH;
		listing->state_width = STATE_WIDTH;
		if (tool_options.json)
			putchar('[');
		status = list_all(listing, &proc, buf);
		batch_print(listing);
		if (tool_options.json)
			fputs(listing->any ? "\n]\n" : "]\n", stdout);
	}
	tool_proc_close(&proc);
	free(listing);
	free(buf);
	return status;
}

static int watch(int argc, char **argv)
{
	struct conn_filter filter;

	if (conn_filter_parse(&filter, argc, argv, usage))
		return TOOL_USAGE;
	return conn_watch(&filter);
}

static int delete(int argc, char **argv)
{
	struct bailey_out line = {};
	struct conn_filter filter;
	int status;

	if (!argc)
		return tool_usage(usage, "which connections? (all: bailey connection flush)");
	if (conn_filter_parse(&filter, argc, argv, usage))
		return TOOL_USAGE;
	bailey_out_printf(&line, "delete");
	status = tool_words(&line, argc, argv, usage);
	bailey_out_bytes(&line, "\n", 1);
	if (status == TOOL_OK)
		status = tool_send_word("connections", line.buf);
	bailey_out_destroy(&line);
	return status;
}

static int flush(int argc, char **argv)
{
	if (argc)
		return tool_usage(usage, "'%s' is a word too many", argv[0]);
	return tool_send_word("connections", "flush\n");
}

static int save(int argc, char **argv)
{
	struct bailey_out text = {};
	int status;

	if (argc > 1)
		return tool_usage(usage, "'%s' is a word too many", argv[1]);
	status = tool_proc_get("snapshot", &text);
	if (status != TOOL_OK)
		;
	else if (!argc || !strcmp(argv[0], "-"))
		fwrite(text.buf ? text.buf : "", 1, text.len, stdout);
	else
		status = tool_file_save(argv[0], text.buf ? text.buf : "", text.len);
	bailey_out_destroy(&text);
	return status;
}

static int load(int argc, char **argv)
{
	struct bailey_out text = {};
	struct tool_source source;
	int status;

	if (argc != 1)
		return tool_usage(usage, argc ? "load takes one file" :
				  "which file? ('-' is standard input)");
	source.name = tool_file_name(argv[0]);
	status = tool_file_read(argv[0], &text);
	if (status == TOOL_OK) {
		source.text = text.buf;
		source.len = text.len;
		status = tool_send_snapshot(&source);
	}
	bailey_out_destroy(&text);
	return status;
}

/**
 * tool_connection_main() - bailey connection
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_connection_main(int argc, char **argv)
{
	static const struct tool_choice choices[] = {
		{ "list", list }, { "show", list }, { "watch", watch },
		{ "delete", delete }, { "flush", flush }, { "save", save },
		{ "load", load }, {}
	};
	const struct tool_choice *choice;

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	if (!argc)
		return list(argc, argv);
	choice = tool_choose(choices, argv[0], usage);
	return choice ? choice->run(argc - 1, argv + 1) : TOOL_USAGE;
}
