// SPDX-License-Identifier: GPL-2.0
/*
 * Questions about packets, answered from a policy alone.
 *
 * The engine's own bailey_explain() answers, from a binding in which every interface
 * that the policy or a question mentions has a number. Interfaces are added to it as
 * questions name them. Where the policy does not tell by which interface an address
 * is reached, there is one guess that is safe: the packet goes between the interface
 * of the other end and the only other one of the policy, or "elsewhere" if there is
 * none. With several it is refused, and they are listed.
 */
#include <search.h>

#include "ask.h"

#define LISTED	8	/* interfaces in a refusal */

static int name_cmp(const void *a, const void *b)
{
	return strcmp(((const struct bailey_device *)a)->name,
		      ((const struct bailey_device *)b)->name);
}

static struct bailey_device *device_find(const struct tool_ask *ask, const char *name)
{
	struct bailey_device key = { 0 };
	void *found;

	snprintf(key.name, sizeof(key.name), "%s", name);
	found = tfind(&key, &ask->names, name_cmp);
	return found ? *(struct bailey_device **)found : NULL;
}

static bool device_room(struct tool_ask *ask)
{
	u32 cap = ask->cap ? 2 * ask->cap : 16;
	struct bailey_device *more;

	if (ask->count < ask->cap)
		return true;
	more = realloc(ask->device, cap * sizeof(*more));
	if (!more)
		return false;
	ask->device = more;
	ask->cap = cap;
	return true;
}

/* A number for an interface: the one it has, or a new one, and then @added. */
static int device_add(struct tool_ask *ask, const char *name, bool *added)
{
	struct bailey_device *device;

	if (device_find(ask, name))
		return 0;
	device = calloc(1, sizeof(*device));
	if (!device || !device_room(ask)) {
		free(device);
		return -ENOMEM;
	}
	device->ifindex = ask->count + 1;
	snprintf(device->name, sizeof(device->name), "%s", name);
	if (!tsearch(device, &ask->names, name_cmp)) {
		free(device);
		return -ENOMEM;
	}
	ask->device[ask->count++] = *device;
	*added = true;
	return 0;
}

static int bind_all(struct tool_ask *ask)
{
	struct bailey_binding *binding;

	binding = bailey_binding_create(ask->policy, ask->device, ask->count);
	if (!binding)
		return -ENOMEM;
	bailey_binding_destroy(ask->binding);
	ask->binding = binding;
	return 0;
}

/* The interface that an attach line or endpoint is about; NULL for a stem. */
static const char *dev_of(const struct bailey_object *object)
{
	if (object->kind == BAILEY_ENDPOINT)
		return bailey_endpoint_of(object)->dev;
	return bailey_attach_of(object)->stem ? NULL : bailey_attach_of(object)->dev;
}

static int add_policy_devices(struct tool_ask *ask)
{
	static const u8 kinds[] = { BAILEY_ATTACH, BAILEY_ENDPOINT };
	bool added = false;
	const char *dev;
	u32 k, n;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (n = 0; n < ask->policy->objects[kinds[k]].named; n++) {
			dev = dev_of(bailey_policy_nth(ask->policy, kinds[k], n));
			if (dev && device_add(ask, dev, &added))
				return -ENOMEM;
		}
	}
	return 0;
}

/**
 * tool_ask_open() - prepare a policy for questions
 * @ask: filled in, also on failure; see tool_ask_close()
 * @policy: sealed; a reference is taken
 *
 * Return: 0 or -ENOMEM.
 */
int tool_ask_open(struct tool_ask *ask, struct bailey_policy *policy)
{
	int ret;

	*ask = (struct tool_ask){
		.track = {
			.timeouts = &bailey_timeouts_default,
			.tcp_max_ack = BAILEY_TCP_MAX_ACK_DEFAULT,
			.loose = true,
		},
		.policy = policy,
	};
	bailey_policy_get(policy);
	ret = add_policy_devices(ask);
	return ret ? ret : bind_all(ask);
}

/**
 * tool_ask_close() - no more questions
 * @ask: opened
 */
void tool_ask_close(struct tool_ask *ask)
{
	bailey_binding_destroy(ask->binding);
	bailey_policy_put(ask->policy);
	tdestroy(ask->names, free);
	free(ask->device);
	memset(ask, 0, sizeof(*ask));
}

/* The other interfaces of the policy, to choose from or to list. */
static u32 list_others(const struct tool_ask *ask, const char *not_this,
		       const char **only, char *list, size_t size)
{
	const struct bailey_attach *attach;
	u32 n, count = 0;
	size_t at = 0;

	list[0] = '\0';
	for (n = 0; n < ask->count; n++) {
		const char *name = ask->device[n].name;

		if (!strcmp(name, not_this) || !strcmp(name, TOOL_ELSEWHERE))
			continue;
		*only = name;
		if (count++ < LISTED && at < size)
			at += snprintf(list + at, size - at, "%s%s", at ? ", " : "", name);
	}
	for (n = 0; n < ask->policy->objects[BAILEY_ATTACH].named; n++) {
		attach = bailey_attach_of(bailey_policy_nth(ask->policy, BAILEY_ATTACH, n));
		if (!attach->stem)
			continue;
		*only = NULL;
		if (count++ < LISTED && at < size)
			at += snprintf(list + at, size - at, "%s%s*", at ? ", " : "",
				       attach->dev);
	}
	if (count > LISTED && at < size)
		snprintf(list + at, size - at, ", ...");
	return count;
}

/**
 * tool_ask_place() - guess by which interface an end is reached, if that is safe
 * @ask: opened
 * @question: resolved; where one end is not placed, it is afterwards
 * @diag: says why not
 *
 * Return: 0, or -EINVAL with the interfaces that there are.
 */
int tool_ask_place(const struct tool_ask *ask, struct bailey_question *question,
		   struct bailey_diag *diag)
{
	u32 end = question->unplaced & 1 << BAILEY_SRC ? BAILEY_SRC : BAILEY_DST;
	char *to = end == BAILEY_SRC ? question->in : question->out;
	const char *other = end == BAILEY_SRC ? question->out : question->in;
	const char *only = NULL;
	char list[LISTED * (BAILEY_IFNAME_MAX + 4) + 8];
	u32 count;

	if (!question->unplaced)
		return 0;
	if (!other[0])
		return bailey_question_placed(question, diag);
	count = list_others(ask, other, &only, list, sizeof(list));
	if (count > 1 || (count && !only))
		return bailey_question_fail(question, end, diag, end == BAILEY_SRC ?
					    "in IFNAME" : "out IFNAME",
					    "no endpoint has this address: say which interface; the policy knows %s",
					    list);
	snprintf(to, BAILEY_IFNAME_MAX + 1, "%s", count ? only : TOOL_ELSEWHERE);
	question->unplaced = 0;
	return 0;
}

/* Interfaces have the numbers under which they were added. */
static int where(void *arg, const char *in, const char *out, struct bailey_where *where)
{
	const struct tool_ask *ask = arg;
	const char *name[2] = { in, out };
	const struct bailey_device *device;
	u32 side;

	for (side = 0; side < 2; side++) {
		device = name[side][0] ? device_find(ask, name[side]) : NULL;
		if (device)
			where->ifindex[side] = device->ifindex;
	}
	where->loopback = where->hook != BAILEY_HOOK_FORWARD &&
			  !strcmp(in[0] ? in : out, "lo");
	return 0;
}

static int add_question_device(struct tool_ask *ask, const char *name)
{
	bool added = false;
	int ret = name[0] ? device_add(ask, name, &added) : 0;

	if (ret || !added || bailey_binding_add(ask->binding, &ask->device[ask->count - 1]))
		return ret;
	return bind_all(ask);
}

/**
 * tool_ask() - answer a question
 * @ask: opened
 * @question: resolved and placed
 * @answer: filled in; good until the next question
 * @diag: says what is wrong with the question
 *
 * Return: 0, also when the packet is dropped; -EINVAL or -ENOMEM.
 */
int tool_ask(struct tool_ask *ask, const struct bailey_question *question,
	     struct bailey_explanation *answer, struct bailey_diag *diag)
{
	static const struct bailey_explain_ops ops = { .where = where };
	int ret = add_question_device(ask, question->in);

	if (!ret)
		ret = add_question_device(ask, question->out);
	if (ret)
		return ret;
	return bailey_explain(question, ask->binding, &ask->track, &ops, ask, answer, diag);
}

/**
 * tool_ask_words() - answer a question in words
 * @ask: opened
 * @words: the question, as "bailey explain" takes it
 * @answer: filled in; good until the next question
 * @diag: says what is wrong with the question
 *
 * Return: 0, also when the packet is dropped; negative errno.
 */
int tool_ask_words(struct tool_ask *ask, const char *words,
		   struct bailey_explanation *answer, struct bailey_diag *diag)
{
	struct bailey_question question;
	int ret = bailey_question_parse(&question, words, strlen(words), diag);

	if (!ret)
		ret = bailey_question_resolve(&question, ask->policy, diag);
	if (!ret)
		ret = tool_ask_place(ask, &question, diag);
	return ret ? ret : tool_ask(ask, &question, answer, diag);
}
