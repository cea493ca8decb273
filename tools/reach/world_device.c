// SPDX-License-Identifier: GPL-2.0
/*
 * The interfaces that policies speak of, by name and by stem, and one to which nothing
 * is attached.
 *
 * A line about "veth*" is about interfaces that are not known here. One of them stands for
 * all: its name begins so, no exact line and no longer stem is about it. What goes from one to
 * another of them crosses a boundary, what turns round in one does not; so
 * there is a second one, to which things go only.
 */
#include "world_device.h"

/* Names that lines speak of. */
struct names {
	char (*at)[BAILEY_IFNAME_MAX + 1];
	u32 count;
	u32 cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool has_name(const struct names *names, const char *name)
{
	return names->count && bsearch(name, names->at, names->count,
				       sizeof(*names->at), by_name);
}

static int add_name(struct names *names, const char *name)
{
	void *at;

	if (names->count == names->cap) {
		names->cap = 2 * names->cap + 64;
		at = realloc(names->at, names->cap * sizeof(*names->at));
		if (!at)
			return -ENOMEM;
		names->at = at;
	}
	snprintf(names->at[names->count++], sizeof(*names->at), "%s", name);
	return 0;
}

static void sort_names(struct names *names)
{
	u32 i, n = 0;

	if (names->count)
		qsort(names->at, names->count, sizeof(*names->at), by_name);
	for (i = 0; i < names->count; i++)
		if (!i || strcmp(names->at[i], names->at[n - 1]))
			memmove(names->at[n++], names->at[i], sizeof(*names->at));
	names->count = n;
}

/* What a policy's lines speak of: whole names and stems. */
static int collect(const struct bailey_policy *policy, struct names *exact,
		   struct names *stems)
{
	const struct bailey_endpoint *endpoint;
	const struct bailey_attach *attach;
	int ret = 0;
	u32 i;

	for (i = 0; i < policy->objects[BAILEY_ATTACH].named && !ret; i++) {
		attach = bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, i));
		ret = add_name(attach->stem ? stems : exact, attach->dev);
	}
	for (i = 0; i < policy->objects[BAILEY_ENDPOINT].named && !ret; i++) {
		endpoint = bailey_endpoint_of(bailey_policy_nth(policy, BAILEY_ENDPOINT, i));
		/* Thousands of endpoints behind one interface stand side by side */
		if (!exact->count || strcmp(exact->at[exact->count - 1], endpoint->dev))
			ret = add_name(exact, endpoint->dev);
	}
	return ret;
}

/* Is this the longest stem that a name begins with? */
static bool longest_stem(const struct names *stems, const char *name, const char *stem)
{
	size_t len = stem ? strlen(stem) : 0;
	u32 i;

	if (stem && strncmp(name, stem, len))
		return false;
	for (i = 0; i < stems->count; i++)
		if ((!stem || strlen(stems->at[i]) > len) &&
		    !strncmp(name, stems->at[i], strlen(stems->at[i])))
			return false;
	return true;
}

/*
 * A name of the kind, other than @not; stem NULL: one that no line is about. False if there
 * is none, which takes dozens of lines made for it.
 */
static bool invent_name(const struct names *exact, const struct names *stems,
			const char *stem, const char *not, char *name)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	const u32 n = sizeof(letters) - 1;
	u32 i;

	for (i = 0; i <= n * (n + 1); i++) {
		char tail[3] = "";
		int len;

		if (i)
			tail[0] = letters[(i - 1) % n];
		if (i > n)
			tail[1] = letters[(i - 1) / n - 1];
		len = snprintf(name, BAILEY_IFNAME_MAX + 1, "%s%s", stem ? stem : "", tail);
		if (len && len <= BAILEY_IFNAME_MAX && strcmp(name, not) &&
		    strcmp(name, "lo") && !has_name(exact, name) &&
		    longest_stem(stems, name, stem))
			return true;
	}
	return false;
}

static struct world_device *add_device(struct world *world, const char *name,
				       const char *label)
{
	struct world_device *device = &world->device[world->devices++];

	device->device.ifindex = world->devices;
	snprintf(device->device.name, sizeof(device->device.name), "%s", name);
	snprintf(device->label, sizeof(device->label), "%s", label);
	device->loopback = !strcmp(name, "lo");
	return device;
}

/* All interfaces of a stem. */
static void add_stem(struct world *world, const struct names *exact,
		     const struct names *stems, const char *stem)
{
	char name[BAILEY_IFNAME_MAX + 1], other[BAILEY_IFNAME_MAX + 1];
	char label[BAILEY_IFNAME_MAX + 2];
	struct world_device *device;

	snprintf(label, sizeof(label), "%s*", stem);
	if (!invent_name(exact, stems, stem, "", name))
		return;
	device = add_device(world, name, label);
	device->kind = true;
	if (!invent_name(exact, stems, stem, name, other))
		return;
	device = add_device(world, other, label);
	device->kind = true;
	device->another = true;
}

static int add_devices(struct world *world, const struct names *exact,
		       const struct names *stems)
{
	char name[BAILEY_IFNAME_MAX + 1];
	u32 i;

	world->device = calloc(exact->count + 2 * stems->count + 1, sizeof(*world->device));
	if (!world->device)
		return -ENOMEM;
	for (i = 0; i < exact->count; i++)
		add_device(world, exact->at[i], exact->at[i]);
	for (i = 0; i < stems->count; i++)
		add_stem(world, exact, stems, stems->at[i]);
	if (invent_name(exact, stems, NULL, "", name))
		add_device(world, name, "")->kind = true;
	return 0;
}

static int bind(struct world *world)
{
	struct bailey_device *device = calloc(world->devices + 1, sizeof(*device));
	u32 i;

	if (!device)
		return -ENOMEM;
	for (i = 0; i < world->devices; i++)
		device[i] = world->device[i].device;
	for (i = 0; i < world->policies; i++)
		world->binding[i] = bailey_binding_create(world->policy[i], device,
							  world->devices);
	free(device);
	for (i = 0; i < world->policies; i++)
		if (!world->binding[i])
			return -ENOMEM;
	return 0;
}

/**
 * world_devices_create() - find the interfaces, and bind the policies to them
 * @world: has policies; the rest is filled in
 *
 * Return: 0 or -ENOMEM.
 */
int world_devices_create(struct world *world)
{
	struct names exact = {}, stems = {};
	int ret = 0;
	u32 i;

	for (i = 0; i < world->policies && !ret; i++)
		ret = collect(world->policy[i], &exact, &stems);
	sort_names(&exact);
	sort_names(&stems);
	if (!ret)
		ret = add_devices(world, &exact, &stems);
	if (!ret)
		ret = bind(world);
	free(exact.at);
	free(stems.at);
	return ret;
}

/**
 * world_device_find() - the interface of a name, or that stands for it
 * @world: the world
 * @name: its name, or a stem with its asterisk
 *
 * Return: its number in @world; @world->devices if there is none.
 */
u32 world_device_find(const struct world *world, const char *name)
{
	u32 i, len, best = world->devices;
	size_t best_len = 0;

	for (i = 0; i < world->devices; i++) {
		const struct world_device *device = &world->device[i];

		if (!strcmp(device->label, name))
			return i;
		len = strlen(device->label);
		if (!device->kind || device->another)
			continue;
		/* Of the stems that it has the longest; the one without label has none */
		if ((!len && best == world->devices) ||
		    (len > best_len && !strncmp(device->label, name, len - 1))) {
			best = i;
			best_len = len;
		}
	}
	return best;
}
