// SPDX-License-Identifier: GPL-2.0
/*
 * bailey upgrade: another module takes the place of the one that is loaded.
 *
 *	look at all namespaces -> guards on -> save -> old module out -> new one in
 *	                       -> load -> guards off
 *
 * Where a policy asks anybody, nothing passes from the guard on until policy
 * and connections are there again. A guard goes only when all of its namespace is as
 * before; whatever fails after the old module has gone leaves it on.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "upgrade.h"

#define PARAMETERS	"/sys/module/bailey/parameters"
#define PARAMETERS_MAX	16
#define KEPT_IN		"/run/bailey-upgrade"

static const char usage[] =
	"Usage: bailey upgrade [ --forward | --open ] [ MODULE ]\n"
	"\n"
	"Replaces the loaded module by MODULE (a file), or by the one that modprobe\n"
	"finds. Policies, connections and settings of all network namespaces stay; where a\n"
	"policy asks anybody, all packets are dropped meanwhile ('bailey guard').\n"
	"\n"
	"--forward  only packets through this machine are dropped meanwhile\n"
	"--open     none are: for a moment all pass. Needs no nft(8)\n"
	"\n"
	"If the new module can't be loaded, modprobe's is tried. If that fails as well, or a\n"
	"policy is refused, guards stay on and what was saved stays in " KEPT_IN ".\n";

/* What is asked for. */
struct upgrade {
	bool forward;
	bool open;
	const char *module;
	char *parameter[PARAMETERS_MAX + 1];
	unsigned int parameters;
	struct places places;
};

static int look(struct upgrade *upgrade)
{
	unsigned int i;
	int status = places_find(&upgrade->places);

	for (i = 0; i < upgrade->places.count && status == TOOL_OK; i++)
		status = place_look(&upgrade->places.place[i]);
	return status;
}

static int guards_on(struct upgrade *upgrade)
{
	struct place *place = upgrade->places.place;
	unsigned int i;
	int status = TOOL_OK;

	for (i = 0; i < upgrade->places.count && status == TOOL_OK; i++) {
		if (upgrade->open || !place[i].used)
			continue;
		status = place_enter(&place[i]);
		if (status == TOOL_OK)
			status = tool_guard_on(upgrade->forward);
		place[i].guarded = status == TOOL_OK;
	}
	return status;
}

static int guard_off(struct place *place)
{
	int status = TOOL_OK;

	if (place->guarded)
		status = place_enter(place);
	if (place->guarded && status == TOOL_OK)
		status = tool_guard_off();
	if (status == TOOL_OK)
		place->guarded = false;
	return status;
}

/* Nothing has happened yet, and nothing will. */
static int retreat(struct upgrade *upgrade)
{
	unsigned int i;

	for (i = 0; i < upgrade->places.count; i++)
		guard_off(&upgrade->places.place[i]);
	return TOOL_REFUSED;
}

static int save(struct upgrade *upgrade)
{
	unsigned int i;
	int status = TOOL_OK;

	if (mkdir(KEPT_IN, 0700) && errno != EEXIST)
		return tool_fail("%s: %s", KEPT_IN, strerror(errno));
	for (i = 0; i < upgrade->places.count && status == TOOL_OK; i++)
		status = place_save(&upgrade->places.place[i], KEPT_IN);
	return status;
}

static void parameter_read(struct upgrade *upgrade, const char *name)
{
	char path[512], value[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", PARAMETERS, name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(value, sizeof(value), file) && upgrade->parameters < PARAMETERS_MAX) {
		value[strcspn(value, "\n")] = '\0';
		if (asprintf(&upgrade->parameter[upgrade->parameters], "%s=%s", name, value) > 0)
			upgrade->parameters++;
	}
	fclose(file);
}

static void parameters_read(struct upgrade *upgrade)
{
	DIR *list = opendir(PARAMETERS);
	struct dirent *entry;

	while (list && (entry = readdir(list)))
		if (entry->d_name[0] != '.')
			parameter_read(upgrade, entry->d_name);
	if (list)
		closedir(list);
}

static int insert(const struct upgrade *upgrade, char *program, char *module)
{
	char *argv[PARAMETERS_MAX + 3] = { program, module };

	memcpy(argv + 2, upgrade->parameter, upgrade->parameters * sizeof(*argv));
	return tool_run_program(argv, NULL, false);
}

static int exchange(const struct upgrade *upgrade)
{
	if (upgrade->module && !insert(upgrade, "insmod", (char *)upgrade->module))
		return TOOL_OK;
	if (upgrade->module)
		tool_fail("%s can't be loaded; trying modprobe bailey", upgrade->module);
	if (!insert(upgrade, "modprobe", "bailey"))
		return upgrade->module ? TOOL_REFUSED : TOOL_OK;
	return -1;
}

static void forget(const struct place *place)
{
	static const char * const what[] = { "policy", "connections", "settings" };
	char path[512];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(what); i++) {
		snprintf(path, sizeof(path), "%s/%lu.%s", KEPT_IN, place->inode, what[i]);
		unlink(path);
	}
}

static int load_all(struct upgrade *upgrade)
{
	struct place *place = upgrade->places.place;
	int status = TOOL_OK;
	unsigned int i;

	for (i = 0; i < upgrade->places.count; i++) {
		if (place_load(&place[i]) == TOOL_OK && guard_off(&place[i]) == TOOL_OK) {
			forget(&place[i]);
			continue;
		}
		status = tool_fail("network namespace %lu is not as it was%s; what was is in %s",
				   place[i].inode, place[i].guarded ? ", and its guard is on" : "",
				   KEPT_IN);
	}
	if (status == TOOL_OK)
		rmdir(KEPT_IN);
	return status;
}

/* All is saved: from here on there is no way back but through it. */
static int replace(struct upgrade *upgrade)
{
	int loaded, status;

	parameters_read(upgrade);
	if (syscall(SYS_delete_module, "bailey", O_NONBLOCK)) {
		tool_fail("the module can't be removed: %s", strerror(errno));
		return retreat(upgrade);
	}
	loaded = exchange(upgrade);
	if (loaded < 0)
		return tool_fail("no module is loaded%s; what was is in %s", upgrade->open ? "" :
				 ", and nothing passes where a policy was", KEPT_IN);
	status = load_all(upgrade);
	return status == TOOL_OK ? loaded : status;
}

static int run(struct upgrade *upgrade)
{
	unsigned int i;
	int status = look(upgrade);

	if (status == TOOL_OK) {
		status = guards_on(upgrade);
		if (status == TOOL_OK)
			status = save(upgrade);
		status = status == TOOL_OK ? replace(upgrade) : retreat(upgrade);
	}
	for (i = 0; i < upgrade->parameters; i++)
		free(upgrade->parameter[i]);
	places_free(&upgrade->places);
	return status;
}

/**
 * tool_upgrade_main() - bailey upgrade
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_upgrade_main(int argc, char **argv)
{
	struct upgrade upgrade = {};
	char version[64];

	if (tool_wants_help(argc, argv))
		return tool_help(usage);
	while (argc && !strncmp(argv[0], "--", 2)) {
		if (!strcmp(argv[0], "--forward"))
			upgrade.forward = true;
		else if (!strcmp(argv[0], "--open"))
			upgrade.open = true;
		else
			return tool_usage(usage, "option '%s' is unknown", argv[0]);
		argc--;
		argv++;
	}
	if (argc > 1 || (upgrade.forward && upgrade.open))
		return tool_usage(usage, argc > 1 ? "upgrade takes one module" :
				  "--forward or --open");
	if (argc && access(argv[0], R_OK))
		return tool_fail("%s: %s", argv[0], strerror(errno));
	if (!tool_proc_version(version, sizeof(version)))
		return tool_fail("the module is not loaded (modprobe bailey)");
	upgrade.module = argc ? argv[0] : NULL;
	return run(&upgrade);
}
