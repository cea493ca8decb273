// SPDX-License-Identifier: GPL-2.0
/*
 * All pairs of places between which packets can meet the firewall: forwarded from any to
 * any, and between this machine and what is behind each of its interfaces.
 */
#include "reach.h"

/* A walk over pairs. */
struct walk {
	struct reach *reach;
	const struct reach_filter *filter;
	reach_pair_fn fn;
	void *arg;
	bool *wanted[2];	/* places at each end */
	struct reach_pair pair;
};

static int each_place(struct walk *walk, u32 device, bool host, u32 end,
		      int (*fn)(struct walk *walk))
{
	const struct world *world = walk->reach->world;
	const struct world_device *at = &world->device[device];
	const struct world_place **place = end ? &walk->pair.to : &walk->pair.from;
	int ret = 0;
	u32 i;

	for (i = at->first; i < at->first + at->places && !ret; i++) {
		*place = &world->place[i];
		if (walk->wanted[end][i] && ((*place)->kind == WORLD_HOST) == host)
			ret = fn(walk);
	}
	return ret;
}

static int call(struct walk *walk)
{
	return walk->fn(walk->reach, &walk->pair, walk->arg);
}

/* What comes from a place of an interface is forwarded to those of all others. */
static int forward_from(struct walk *walk)
{
	const struct world *world = walk->reach->world;
	u32 i, device = walk->pair.from->device;
	int ret = 0;

	walk->pair.hook = BAILEY_HOOK_FORWARD;
	for (i = 0; i < world->devices && !ret; i++)
		if (!world->device[i].loopback &&
		    (!world->device[i].another || i == device + 1))
			ret = each_place(walk, i, false, BAILEY_DST, call);
	return ret;
}

static int to_host(struct walk *walk)
{
	walk->pair.hook = BAILEY_HOOK_LOCAL_IN;
	return each_place(walk, walk->pair.from->device, true, BAILEY_DST, call);
}

static int from_host(struct walk *walk)
{
	walk->pair.hook = BAILEY_HOOK_LOCAL_OUT;
	return each_place(walk, walk->pair.from->device, false, BAILEY_DST, call);
}

static int from_device(struct walk *walk, u32 device)
{
	int ret = 0;

	if (!walk->reach->world->device[device].loopback)
		ret = each_place(walk, device, false, BAILEY_SRC, forward_from);
	if (!ret)
		ret = each_place(walk, device, false, BAILEY_SRC, to_host);
	return ret ? ret : each_place(walk, device, true, BAILEY_SRC, from_host);
}

/* Places are asked for once, not pair by pair. */
static int find_wanted(struct walk *walk)
{
	const struct reach_filter *filter = walk->filter;
	const struct world *world = walk->reach->world;
	u32 i, end;

	for (end = 0; end < 2; end++) {
		walk->wanted[end] = calloc(world->places + 1, sizeof(bool));
		if (!walk->wanted[end])
			return -ENOMEM;
		for (i = 0; i < world->places; i++)
			walk->wanted[end][i] = !filter->place ||
				filter->place(world, &world->place[i], end, filter->arg);
	}
	return 0;
}

/**
 * reach_each_pair() - call a function for all pairs of places
 * @reach: knows the places
 * @filter: which are wanted
 * @fn: the function
 * @arg: handed to it
 *
 * In order: by source, forwarded ones first, then to this machine.
 *
 * Return: 0, -ENOMEM, or what @fn returned that was not 0.
 */
int reach_each_pair(struct reach *reach, const struct reach_filter *filter,
		    reach_pair_fn fn, void *arg)
{
	struct walk walk = { .reach = reach, .filter = filter, .fn = fn, .arg = arg };
	const struct world *world = reach->world;
	int ret = find_wanted(&walk);
	u32 i;

	for (i = 0; i < world->devices && !ret; i++)
		if (!world->device[i].another)
			ret = from_device(&walk, i);
	free(walk.wanted[0]);
	free(walk.wanted[1]);
	return ret;
}

static int count_one(struct reach *reach, const struct reach_pair *pair, void *arg)
{
	u64 *count = arg;

	(void)reach;
	(void)pair;
	return ++*count > REACH_PAIRS_MAX;
}

/**
 * reach_count_pairs() - how many pairs are there?
 * @reach: knows the places
 * @filter: which are wanted
 *
 * Return: the number; something above %REACH_PAIRS_MAX if there are more.
 */
u64 reach_count_pairs(struct reach *reach, const struct reach_filter *filter)
{
	u64 count = 0;

	reach_each_pair(reach, filter, count_one, &count);
	return count;
}
