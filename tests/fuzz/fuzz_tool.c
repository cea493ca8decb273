// SPDX-License-Identifier: GPL-2.0
/*
 * The tool's commands that read: files of any content, and a module that says anything.
 * The first byte picks the command; behind it, parted by bytes 0xff, come two files and
 * words for the command line. What the module's files say is the first file.
 *
 * Exit statuses are those that are documented; all else is for the sanitizers to say.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "tool.h"

#define WORDS_MAX	24

int tool_program(int argc, char **argv);	/* bailey.c's main() */

/* F and G stand for the two files, "..." for the words. */
static const char * const commands[] = {
	"lint F", "-j lint F", "lint --sarif F", "lint --fail-on note F G",
	"policy check F", "-j policy check F", "policy diff F G", "-j -p policy diff F G",
	"reach --policy F ...", "reach --policy F --packets ...", "reach --policy F --dot ...",
	"-j reach --policy F ...", "reach --diff F G", "-j reach --diff F G ...",
	"reach --svg --policy F", "explain --policy F ...", "-j explain --policy F ...",
	"explain ...", "-j explain ...", "export aws --policy F", "import aws F",
	"import aws --allow-missing --skip-invalid --dev subnet-1=eth1 F G",
	"flow-log", "-j flow-log", "flow-log --header --format srcaddr,dstaddr,action,tcp-flags",
	"connection list", "-j connection list", "connection list ...", "stats", "-j stats",
	"-s acl show", "-j -s group show", "prefix-list show", "-j attach show",
	"endpoint show", "exempt show", "default show", "policy show", "-j policy show",
};

static struct {
	const uint8_t *data;
	size_t size;
} part[3];
static int file[2] = { -1, -1 };
static size_t served;

/* The module's files: the first one, whichever they are called. */
int tool_proc_open(struct tool_proc *proc, const char *name, bool write)
{
	(void)write;
	proc->name = name;
	proc->fd = 0;
	served = 0;
	return TOOL_OK;
}

void tool_proc_close(struct tool_proc *proc)
{
	proc->fd = -1;
}

ssize_t tool_proc_read(struct tool_proc *proc, char *buf, size_t size)
{
	size_t left = part[0].size - served, n = size < left ? size : left;

	(void)proc;
	if (n)
		memcpy(buf, part[0].data + served, n);
	served += n;
	return n;
}

int tool_proc_write(struct tool_proc *proc, const char *data, size_t len)
{
	(void)proc;
	(void)data;
	(void)len;
	return 0;
}

bool tool_proc_version(char *version, size_t size)
{
	snprintf(version, size, "%.*s", (int)part[0].size, (const char *)part[0].data);
	return true;
}

static void cut(const uint8_t *data, size_t size)
{
	const uint8_t *end;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(part); i++) {
		end = i < 2 && size ? memchr(data, 0xff, size) : NULL;
		part[i].data = data;
		part[i].size = end ? (size_t)(end - data) : size;
		data += part[i].size + !!end;
		size -= part[i].size + !!end;
	}
}

static void fill(int i)
{
	if (file[i] < 0)
		file[i] = memfd_create("fuzz", 0);
	MUST(file[i] >= 0);
	MUST(!ftruncate(file[i], 0));
	MUST(pwrite(file[i], part[i].data, part[i].size, 0) == (ssize_t)part[i].size);
}

/* Words of the input name no file and are no option, so that nothing is written. */
static int add_words(char **argv, int argc, char *text)
{
	char *word;

	for (word = strtok(text, "\n "); word && argc < WORDS_MAX; word = strtok(NULL, "\n "))
		if (word[0] != '-')
			argv[argc++] = word;
	return argc;
}

static int add_command(char **argv, int argc, char *text, char *words, char paths[2][32])
{
	char *word, *rest;

	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (!strcmp(word, "F") || !strcmp(word, "G"))
			argv[argc++] = paths[word[0] - 'F'];
		else if (!strcmp(word, "..."))
			argc = add_words(argv, argc, words);
		else
			argv[argc++] = word;
	}
	return argc;
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
	char paths[2][32], command[128], *words, *argv[2 * WORDS_MAX] = { "bailey" };
	int argc, status, i;

	if (!size)
		return 0;
	cut(data + 1, size - 1);
	for (i = 0; i < 2; i++) {
		fill(i);
		snprintf(paths[i], sizeof(paths[i]), "/proc/self/fd/%d", file[i]);
	}
	words = calloc(1, part[2].size + 1);
	MUST(words);
	memcpy(words, part[2].data, part[2].size);
	snprintf(command, sizeof(command), "%s", commands[data[0] % ARRAY_SIZE(commands)]);
	argc = add_command(argv, 1, command, words, paths);
	memset(&tool_options, 0, sizeof(tool_options));
	status = tool_program(argc, argv);
	MUST(status == TOOL_OK || status == TOOL_REFUSED || status == TOOL_USAGE);
	free(words);
	return 0;
}
