// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces, as bailey upgrade sees them: all that ip-netns(8) names, and all
 * in which a process runs. What the module has for one of them is read, kept in
 * memory and in files, and written back to another module.
 *
 * Entering one is for the whole program: the files below /proc are always those
 * of the namespace in which it is.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/policy.h"
#include "upgrade.h"

#define SETTINGS	"/proc/sys/net/bailey"
#define NAMED		"/run/netns"

/**
 * place_enter() - go into a namespace
 * @place: it
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int place_enter(const struct place *place)
{
	if (setns(place->fd, CLONE_NEWNET))
		return tool_fail("network namespace %lu: %s", place->inode, strerror(errno));
	return TOOL_OK;
}

/* One more, unless it is known or has just gone. */
static int add(struct places *places, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct place *more;
	struct stat st;
	unsigned int i;

	if (fd < 0)
		return TOOL_OK;
	if (fstat(fd, &st)) {
		close(fd);
		return TOOL_OK;
	}
	for (i = 0; i < places->count; i++)
		if (places->place[i].inode == st.st_ino) {
			close(fd);
			return TOOL_OK;
		}
	more = reallocarray(places->place, places->count + 1, sizeof(*more));
	if (!more) {
		close(fd);
		return tool_fail("out of memory");
	}
	places->place = more;
	memset(&more[places->count], 0, sizeof(*more));
	more[places->count].fd = fd;
	more[places->count++].inode = st.st_ino;
	return TOOL_OK;
}

/* @end: what stands behind the name of an entry of @dir */
static int add_all(struct places *places, const char *dir, const char *end, bool numbers)
{
	DIR *list = opendir(dir);
	int status = TOOL_OK;
	struct dirent *entry;
	char path[512];

	if (!list)
		return TOOL_OK;
	while (status == TOOL_OK && (entry = readdir(list))) {
		if (entry->d_name[0] == '.' ||
		    (numbers && strspn(entry->d_name, "0123456789") != strlen(entry->d_name)))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", dir, entry->d_name, end);
		status = add(places, path);
	}
	closedir(list);
	return status;
}

/**
 * places_find() - find all namespaces
 * @places: filled in; to be given to places_free()
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int places_find(struct places *places)
{
	int status;

	memset(places, 0, sizeof(*places));
	status = add(places, "/proc/1/ns/net");
	if (status == TOOL_OK)
		status = add(places, "/proc/self/ns/net");
	if (status == TOOL_OK)
		status = add_all(places, NAMED, "", false);
	if (status == TOOL_OK)
		status = add_all(places, "/proc", "/ns/net", true);
	return status;
}

/**
 * places_free() - forget them
 * @places: from places_find()
 */
void places_free(struct places *places)
{
	unsigned int i;

	for (i = 0; i < places->count; i++) {
		close(places->place[i].fd);
		bailey_out_destroy(&places->place[i].policy);
		bailey_out_destroy(&places->place[i].connections);
		bailey_out_destroy(&places->place[i].settings);
	}
	free(places->place);
}

static bool waits_for_confirmation(void)
{
	struct bailey_out text = {};
	bool waits;

	waits = tool_proc_get("stats", &text) == TOOL_OK && text.buf &&
		strstr(text.buf, "\npolicy_unconfirmed 1\n");
	bailey_out_destroy(&text);
	return waits;
}

/**
 * place_look() - does its policy ask anybody?
 * @place: @used is filled in
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int place_look(struct place *place)
{
	struct bailey_policy *policy = NULL;
	int status = place_enter(place);

	if (status == TOOL_OK)
		status = tool_policy_live(&policy);
	if (status != TOOL_OK)
		return status;
	place->used = bailey_policy_in_use(policy);
	bailey_policy_put(policy);
	if (waits_for_confirmation())
		return tool_fail("network namespace %lu: its policy waits for a confirmation",
				 place->inode);
	return TOOL_OK;
}

/* A setting, whose value is one line. */
static void setting_read(const char *name, struct bailey_out *to)
{
	char path[512], value[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", SETTINGS, name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(value, sizeof(value), file))
		bailey_out_printf(to, "%s %s", name, value);
	fclose(file);
}

static int settings_read(struct bailey_out *to)
{
	DIR *list = opendir(SETTINGS);
	struct dirent *entry;

	if (!list)
		return tool_fail("%s: %s", SETTINGS, strerror(errno));
	while ((entry = readdir(list)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "flow_log"))
			setting_read(entry->d_name, to);
	closedir(list);
	/* Begins a log, for which the others hold. */
	setting_read("flow_log", to);
	return to->failed ? tool_fail("out of memory") : TOOL_OK;
}

static int keep(const struct place *place, const char *dir, const char *what,
		const struct bailey_out *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%lu.%s", dir, place->inode, what);
	return tool_file_save(path, text->buf ? text->buf : "", text->len);
}

/**
 * place_save() - keep all that the module has for a namespace
 * @place: filled in
 * @dir: where files go as well
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int place_save(struct place *place, const char *dir)
{
	int status = place_enter(place);

	if (status == TOOL_OK)
		status = tool_proc_get("policy", &place->policy);
	if (status == TOOL_OK && place->used)
		status = tool_proc_get("snapshot", &place->connections);
	if (status == TOOL_OK)
		status = settings_read(&place->settings);
	if (status == TOOL_OK)
		status = keep(place, dir, "policy", &place->policy);
	if (status == TOOL_OK && place->used)
		status = keep(place, dir, "connections", &place->connections);
	if (status == TOOL_OK)
		status = keep(place, dir, "settings", &place->settings);
	return status;
}

/* A setting that can't be as it was is told, and is no reason to stop. */
static void setting_write(const char *line, size_t len)
{
	struct bailey_out now = {};
	char name[256], path[512], value[64];
	FILE *file;
	bool bad;

	if (sscanf(line, "%255s %63s", name, value) != 2)
		return;
	setting_read(name, &now);
	if (now.len == len + 1 && !memcmp(now.buf, line, len)) {
		bailey_out_destroy(&now);
		return;
	}
	bailey_out_destroy(&now);
	snprintf(path, sizeof(path), "%s/%s", SETTINGS, name);
	file = fopen(path, "we");
	bad = !file || fprintf(file, "%s\n", value) < 0;
	if (file && fclose(file))
		bad = true;
	if (bad)
		tool_fail("net.bailey.%s = %s: %s", name, value, strerror(errno));
}

static void settings_write(const struct bailey_out *from)
{
	const char *rest = from->buf, *line;
	size_t left = from->len, len;

	while (tool_next_line(&rest, &left, &line, &len))
		setting_write(line, len);
}

/**
 * place_load() - give a namespace back what was kept
 * @place: it; with a module that knows nothing of it yet
 *
 * Return: %TOOL_OK, or %TOOL_REFUSED with a message printed.
 */
int place_load(const struct place *place)
{
	struct tool_source policy = { .name = "the saved policy" };
	struct tool_source connections = { .name = "the saved connections" };
	const struct tool_load load = { .flush = true };
	int status = place_enter(place);

	if (status != TOOL_OK)
		return status;
	settings_write(&place->settings);
	policy.text = place->policy.buf;
	policy.len = place->policy.len;
	status = tool_send_file(&policy, &load);
	if (status != TOOL_OK || !place->used)
		return status;
	connections.text = place->connections.buf;
	connections.len = place->connections.len;
	return tool_send_snapshot(&connections);
}
