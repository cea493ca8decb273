// SPDX-License-Identifier: GPL-2.0
/*
 * Files, documents in them, and what these hold, told apart by their keys.
 *
 * A file has one JSON document, or several behind each other (pages, lines). Of an
 * object it is asked first whether it is one of AWS's things itself; then whether it
 * has lists of them, as a reply has; and else it is a wrapper, and what is in it is
 * looked at in turn.
 */
#include "aws.h"

/* Deeper wrappers than anybody's; rules stand at most ten levels below. */
#define WRAPPERS_MAX	32

typedef void (*read_fn)(struct aws_import *aws, const struct aws_at *at);

/* Keys of replies: lists of things. */
static const struct {
	const char *key;
	enum aws_kind kind;
	read_fn read;
} lists[] = {
	{ "NetworkAcls", AWS_ACLS, aws_read_acl },
	{ "SecurityGroups", AWS_GROUPS, aws_read_group },
	{ "SecurityGroupRules", AWS_RULES, aws_read_rule },
	{ "Subnets", AWS_SUBNETS, aws_read_subnet },
	{ "NetworkInterfaces", AWS_NICS, aws_read_nic },
	{ "Reservations", AWS_INSTANCES, aws_read_reservation },
	{ "Instances", AWS_INSTANCES, aws_read_instance },
	{ "PrefixLists", AWS_LISTS, aws_read_list },
};

/* Keys that things have themselves: both, or only the first. */
static const struct {
	const char *key;
	const char *with;
	read_fn read;
} things[] = {
	{ "IpPermissions", NULL, aws_read_group },
	{ "IpPermissionsEgress", NULL, aws_read_group },
	{ "SecurityGroupRuleId", NULL, aws_read_rule },
	{ "IsEgress", "IpProtocol", aws_read_rule },
	{ "NetworkAclId", "Entries", aws_read_acl },
	{ "NetworkAclId", "Associations", aws_read_acl },
	{ "NetworkInterfaceId", "PrivateIpAddresses", aws_read_nic },
	{ "NetworkInterfaceId", "MacAddress", aws_read_nic },
	{ "NetworkInterfaceId", "Groups", aws_read_nic },
	{ "NetworkInterfaceId", "GroupSet", aws_read_nic },
	{ "InstanceId", "NetworkInterfaces", aws_read_instance },
	{ "InstanceId", "PrivateIpAddress", aws_read_instance },
	{ "InstanceId", "ImageId", aws_read_instance },
	{ "SubnetId", "CidrBlock", aws_read_subnet },
	{ "SubnetId", "Ipv6CidrBlockAssociationSet", aws_read_subnet },
	{ "PrefixListId", "Entries", aws_read_list },
	{ "PrefixListId", "Cidrs", aws_read_list },
	{ "PrefixListId", "PrefixListName", aws_read_list },
};

static bool has_key(const struct aws_at *at, const char *name, struct aws_at *child)
{
	return aws_get(at, name, child) || (child->json && json_is_null(child->json));
}

static bool read_thing(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at child;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(things); i++) {
		if (!has_key(at, things[i].key, &child) ||
		    (things[i].with && !has_key(at, things[i].with, &child)))
			continue;
		aws->found++;
		things[i].read(aws, at);
		return true;
	}
	return false;
}

static void read_list(struct aws_import *aws, const struct aws_at *list, read_fn read)
{
	struct aws_at item;
	size_t i;

	if (!json_is_array(list->json)) {
		read(aws, list);
		return;
	}
	for (i = 0; i < json_array_size(list->json); i++) {
		aws_item(list, i, &item);
		read(aws, &item);
	}
}

static void count_page(struct aws_import *aws, const struct aws_at *at, enum aws_kind kind)
{
	struct aws_at token;

	aws->found++;
	aws->pages[kind][0]++;
	if (aws_get(at, "NextToken", &token))
		aws->pages[kind][1]++;
}

/* Entries of prefix lists have a Cidr each; those of ACLs do not stand alone. */
static bool read_bare_entries(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at list, item, cidr;

	if (!aws_get(at, "Entries", &list) || !json_is_array(list.json))
		return false;
	if (json_array_size(list.json)) {
		aws_item(&list, 0, &item);
		if (!json_is_object(item.json))
			return false;
		if (!aws_get(&item, "Cidr", &cidr)) {
			aws_refuse(aws, &list,
				   "entries of whom? An ACL has its NetworkAclId beside them, and a prefix list's have a Cidr");
			return true;
		}
	}
	count_page(aws, at, AWS_ENTRIES);
	aws_read_entries(aws, &list);
	return true;
}

static bool read_reply(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at list;
	bool any = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!has_key(at, lists[i].key, &list))
			continue;
		any = true;
		count_page(aws, at, lists[i].kind);
		if (!json_is_null(list.json))
			read_list(aws, &list, lists[i].read);
	}
	return any;
}

/* A rule without its group, which would be lost among the wrappers. */
static bool is_orphan(struct aws_import *aws, const struct aws_at *at)
{
	struct aws_at child;

	if (aws_get(at, "IpProtocol", &child))
		aws_refuse(aws, at, "a rule of a group that is not named, and of no direction");
	else if (aws_get(at, "RuleNumber", &child) && aws_get(at, "RuleAction", &child))
		aws_refuse(aws, at, "an entry of an ACL that is not named");
	else
		return false;
	return true;
}

static void read_any(struct aws_import *aws, const struct aws_at *at, u32 depth)
{
	struct aws_at child = { .up = at };
	size_t i;

	if (depth > WRAPPERS_MAX) {
		aws_refuse(aws, at, "more than %u wrappers, one in the other", WRAPPERS_MAX);
		return;
	}
	if (json_is_array(at->json)) {
		for (i = 0; i < json_array_size(at->json); i++) {
			aws_item(at, i, &child);
			read_any(aws, &child, depth + 1);
		}
	} else if (json_is_object(at->json)) {
		if (read_thing(aws, at) || read_reply(aws, at) || read_bare_entries(aws, at) ||
		    is_orphan(aws, at))
			return;
		json_object_foreach(at->json, child.key, child.json)
			read_any(aws, &child, depth + 1);
	}
}

static size_t lines_in(const char *text, size_t len)
{
	const char *end = text + len;
	size_t lines = 0;

	while (text < end && (text = memchr(text, '\n', end - text))) {
		text++;
		lines++;
	}
	return lines;
}

static const char *skip_blanks(struct aws_import *aws, const char *text, const char *end)
{
	for (; text < end && strchr(" \t\r\n", *text) && *text; text++)
		aws->line += *text == '\n';
	return text;
}

static void refuse_syntax(struct aws_import *aws, const json_error_t *error)
{
	aws_refuse(aws, NULL, "line %zu column %d: not JSON: %s", aws->line + error->line,
		   error->column, error->text);
}

static bool read_document(struct aws_import *aws, const char **text, const char *end)
{
	struct aws_at at = {};
	json_error_t error;
	size_t read;

	aws->document++;
	at.json = json_loadb(*text, end - *text,
			     JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY |
			     JSON_ALLOW_NUL, &error);
	if (!at.json) {
		refuse_syntax(aws, &error);
		return false;
	}
	read = error.position;
	if (json_is_array(at.json) || json_is_object(at.json)) {
		aws->found += json_is_array(at.json) && !json_array_size(at.json);
		read_any(aws, &at, 0);
	} else {
		aws_refuse(aws, NULL, "line %zu: an object or a list should stand here",
			   aws->line + 1);
	}
	json_decref(at.json);
	aws->line += lines_in(*text, read);
	*text += read;
	return true;
}

/**
 * aws_read() - read a file
 * @aws: the import
 * @file: its name, as messages have it
 * @text: what it holds
 * @len: length of @text
 *
 * Return: false if anything in it was refused.
 */
bool aws_read(struct aws_import *aws, const char *file, const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t refused = aws->refused;
	const char *end = text + len;

	aws->file = file;
	aws->document = 0;
	aws->line = 0;
	aws->found = 0;
	if (len >= strlen(mark) && !memcmp(text, mark, strlen(mark)))
		text += strlen(mark);
	while (end > text && strchr(" \t\r\n", end[-1]) && end[-1])
		end--;
	text = skip_blanks(aws, text, end);
	if (text == end)
		aws_refuse(aws, NULL, "it is empty");
	while (text < end && read_document(aws, &text, end))
		text = skip_blanks(aws, text, end);
	if (aws->refused == refused && !aws->found)
		aws_refuse(aws, NULL,
			   "nothing in it is known here: no ACLs, groups, rules, subnets, interfaces, instances or prefix lists");
	return aws->refused == refused;
}
