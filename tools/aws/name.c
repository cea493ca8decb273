// SPDX-License-Identifier: GPL-2.0
/*
 * Names for the policy: an object's id and, behind "/", what people call it; and
 * interfaces for subnets.
 */
#include "aws.h"
#include "engine/match_text.h"

static void refuse_dev(struct aws_import *aws, const struct aws_subnet *subnet,
		       const char *dev, json_t *taken)
{
	const char *other = json_string_value(json_object_get(taken, dev));

	if (other)
		aws_refuse_where(aws, NULL,
				 "%s and %s are both behind %s: an interface has one subnet behind it",
				 other, subnet->o.id, dev);
	else
		aws_refuse_where(aws, NULL,
				 "%s: '%.40s' can't be an interface's name (1 to %u characters, none of them / : * , \\ or a blank)",
				 subnet->o.id, dev, BAILEY_IFNAME_MAX);
}

static bool dev_ok(const char *dev)
{
	size_t i, len = strlen(dev);

	if (!len || len > BAILEY_IFNAME_MAX || !strcmp(dev, ".") || !strcmp(dev, ".."))
		return false;
	for (i = 0; i < len; i++)
		if (dev[i] <= ' ' || dev[i] >= 0x7f || strchr("/:*,\\", dev[i]))
			return false;
	return true;
}

static void take_dev(struct aws_import *aws, struct aws_subnet *subnet, const char *dev,
		     json_t *taken)
{
	if (!dev_ok(dev) || json_object_get(taken, dev)) {
		refuse_dev(aws, subnet, dev, taken);
		return;
	}
	json_object_set_new(taken, dev, json_string(subnet->o.id));
	subnet->dev = aws_copy(dev);
}

static void take_options(struct aws_import *aws, json_t *taken)
{
	size_t i;

	for (i = 0; i < aws->dev_count; i++) {
		const struct aws_pair *pair = &aws->devs[i];
		struct aws_subnet *subnet = aws_find(&aws->subnets, pair->from);

		if (!subnet)
			aws_refuse_where(aws, NULL, "--dev %s=%s: no such subnet is in the files",
					 pair->from, pair->to);
		else if (subnet->dev && strcmp(subnet->dev, pair->to))
			aws_refuse_where(aws, NULL, "--dev puts %s behind %s, and behind %s",
					 pair->from, subnet->dev, pair->to);
		else if (!subnet->dev)
			take_dev(aws, subnet, pair->to, taken);
	}
}

/* A name for an interface that there may never be: the subnet's id, if it fits. */
static void take_placeholder(struct aws_import *aws, struct aws_subnet *subnet,
			     json_t *taken, u32 *next)
{
	const char *id = subnet->o.id;
	char dev[BAILEY_IFNAME_MAX + 1];
	size_t len;

	if (dev_ok(id) && !json_object_get(taken, id)) {
		take_dev(aws, subnet, id, taken);
		return;
	}
	len = strlen(id);
	snprintf(dev, sizeof(dev), "sn-%s", id + (len > 12 ? len - 12 : 0));
	while (!dev_ok(dev) || json_object_get(taken, dev))
		snprintf(dev, sizeof(dev), "sn%u", (*next)++);
	take_dev(aws, subnet, dev, taken);
}

/**
 * aws_name_devs() - put each subnet behind an interface
 * @aws: the import, resolved
 */
void aws_name_devs(struct aws_import *aws)
{
	json_t *taken = json_object();
	u32 next = 0;
	size_t i;

	take_options(aws, taken);
	for (i = 0; i < aws->subnets.count; i++) {
		struct aws_subnet *subnet = aws->subnets.at[i];

		if (!subnet->dev && subnet->tag)
			take_dev(aws, subnet, subnet->tag, taken);
	}
	for (i = 0; i < aws->subnets.count && !aws->refused; i++) {
		struct aws_subnet *subnet = aws->subnets.at[i];

		if (!subnet->dev)
			take_placeholder(aws, subnet, taken, &next);
	}
	json_decref(taken);
}

/* Append what of a text can stand in a name; everything else is a single "-". */
static void put_clean(char *label, const char *text, bool slash)
{
	size_t len = strlen(label), start = len;

	for (; *text && len < BAILEY_NAME_MAX; text++) {
		bool ok = bailey_name_ok(text, 1) && (slash || *text != '/');

		if (!ok && (len == start || label[len - 1] == '-'))
			continue;
		label[len++] = ok ? *text : '-';
	}
	while (len > start && label[len - 1] == '-')
		len--;
	label[len] = '\0';
}

static void name_object(struct aws_object *object, json_t *taken, u32 *next)
{
	char label[BAILEY_NAME_MAX + 1] = "";
	size_t len;

	put_clean(label, object->id, false);
	len = strlen(label);
	if (object->name && strcmp(object->name, object->id) && len < BAILEY_NAME_MAX - 1) {
		label[len] = '/';
		label[len + 1] = '\0';
		put_clean(label, object->name, true);
		if (!label[len + 1])
			label[len] = '\0';
	}
	while (!label[0] || json_object_get(taken, label))
		snprintf(label, sizeof(label), "aws-%u", (*next)++);
	json_object_set_new(taken, label, json_true());
	object->label = aws_copy(label);
}

static void name_table(const struct aws_table *table)
{
	json_t *taken = json_object();
	u32 next = 1;
	size_t i;

	for (i = 0; i < table->count; i++)
		name_object(table->at[i], taken, &next);
	json_decref(taken);
}

/**
 * aws_name_objects() - give all objects names of the policy language
 * @aws: the import, resolved; names are unique among objects of one kind
 */
void aws_name_objects(struct aws_import *aws)
{
	name_table(&aws->lists);
	name_table(&aws->groups);
	name_table(&aws->acls);
	name_table(&aws->nics);
}
