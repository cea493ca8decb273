// SPDX-License-Identifier: GPL-2.0
/*
 * The policy: what was read in lines of the policy language. What has no line of its
 * own there, as names with blanks, descriptions and tags, is comments.
 */
#include "aws.h"
#include "engine/match_text.h"

/* Longest piece of foreign text in a comment. */
#define COMMENT_MAX	400

/* Letters of other alphabets stay; what moves a cursor or ends a line does not. */
static bool is_plain(u32 c)
{
	if (c < ' ' || (c >= 0x7f && c < 0xa0))
		return false;
	if (c >= 0x200b && c <= 0x200f)
		return false;
	return !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff;
}

/* A character of UTF-8, and its length; 0 for bytes that are none. */
static u32 next_char(const char *text, size_t *len)
{
	static const u8 lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	const u8 *at = (const u8 *)text;
	u32 value;
	size_t i;

	*len = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
	if (*len < 2)
		return *at;
	value = *at & ~lead[*len] & 0xff;
	for (i = 1; i < *len; i++) {
		if ((at[i] & 0xc0) != 0x80) {
			*len = 0;
			return *at;
		}
		value = value << 6 | (at[i] & 0x3f);
	}
	return value;
}

/**
 * aws_comment() - append foreign text to a comment
 * @out: where to; stays in its line
 * @text: the text; what is not to be shown as it is becomes \xHH
 */
void aws_comment(struct bailey_out *out, const char *text)
{
	size_t len, i, done = 0;
	u32 c;

	for (; *text; text += len) {
		if (done > COMMENT_MAX) {
			bailey_out_printf(out, "...");
			return;
		}
		c = next_char(text, &len);
		if (len && is_plain(c)) {
			bailey_out_bytes(out, text, len);
		} else {
			len = len ? len : 1;
			for (i = 0; i < len; i++)
				bailey_out_printf(out, "\\x%02x", (u8)text[i]);
		}
		done += len;
	}
}

static void out_comment(struct bailey_out *out, const char *before, const char *text)
{
	if (!text || !*text)
		return;
	bailey_out_printf(out, "%s", before);
	aws_comment(out, text);
}

/**
 * aws_out_cidr() - append a prefix
 * @out: where to
 * @cidr: the prefix
 */
void aws_out_cidr(struct bailey_out *out, const struct aws_cidr *cidr)
{
	bailey_out_addr(out, cidr->family, &cidr->addr);
	bailey_out_printf(out, "/%u", cidr->bits);
}

static void out_head(struct bailey_out *out, const struct aws_object *object)
{
	bailey_out_printf(out, "\n# ");
	aws_comment(out, object->id);
	out_comment(out, " \"", object->name);
	bailey_out_printf(out, "%s", object->name && *object->name ? "\"" : "");
	out_comment(out, " ", object->vpc);
	out_comment(out, ": ", object->text);
	bailey_out_printf(out, "\n");
	out_comment(out, "# tags ", object->tags);
	bailey_out_printf(out, "%s", object->tags && *object->tags ? "\n" : "");
}

static void out_proto(struct bailey_out *out, const struct aws_traffic *traffic)
{
	const char *name = bailey_proto_name(traffic->proto);

	if (name)
		bailey_out_printf(out, "%s", name);
	else
		bailey_out_printf(out, "%u", traffic->proto);
}

static bool has_ports(const struct aws_traffic *traffic)
{
	return traffic->from != AWS_OPEN && (traffic->proto == BAILEY_PROTO_TCP ||
					     traffic->proto == BAILEY_PROTO_UDP);
}

/* What stands behind the peers: destination ports, or type and code. */
static void out_rest(struct bailey_out *out, const struct aws_traffic *traffic, bool egress)
{
	if (has_ports(traffic)) {
		bailey_out_printf(out, "%s port %d", egress ? "" : " to any", traffic->from);
		if (traffic->to != traffic->from)
			bailey_out_printf(out, "-%d", traffic->to);
		return;
	}
	if (traffic->from == AWS_OPEN)
		return;
	bailey_out_printf(out, " type %d", traffic->from);
	if (traffic->to != AWS_OPEN)
		bailey_out_printf(out, " code %d", traffic->to);
}

static void out_peer(const struct aws_import *aws, struct bailey_out *out,
		     const struct aws_rule *rule)
{
	const struct aws_object *object;

	if (rule->peer == AWS_PEER_CIDR) {
		aws_out_cidr(out, &rule->cidr);
		return;
	}
	object = aws_find(rule->peer == AWS_PEER_LIST ? &aws->lists : &aws->groups, rule->id);
	bailey_out_printf(out, "%s %s", rule->peer == AWS_PEER_LIST ? "prefix-list" : "group",
			  object->label);
}

static void out_rule(const struct aws_import *aws, struct bailey_out *out,
		     const struct aws_group *group, const struct aws_rule *rule)
{
	bailey_out_printf(out, "group %s %s allow ", group->o.label,
			  rule->egress ? "out" : "in");
	out_proto(out, &rule->traffic);
	bailey_out_printf(out, " %s ", rule->egress ? "to" : "from");
	out_peer(aws, out, rule);
	out_rest(out, &rule->traffic, rule->egress);
	out_comment(out, " # ", rule->text);
	bailey_out_printf(out, "\n");
}

static void out_group(const struct aws_import *aws, struct bailey_out *out,
		      const struct aws_group *group)
{
	size_t i;

	out_head(out, &group->o);
	if (group->nobody)
		bailey_out_printf(out, "# stale: rules refer to it, and nobody is in it\n");
	else if (!group->o.where)
		bailey_out_printf(out,
				  "# not described: interfaces have it, and it allows nothing\n");
	bailey_out_printf(out, "group %s\n", group->o.label);
	for (i = 0; i < group->count; i++)
		out_rule(aws, out, group, &group->rules[i]);
}

static void out_acl(struct bailey_out *out, const struct aws_acl *acl)
{
	size_t i;

	out_head(out, &acl->o);
	bailey_out_printf(out, "acl %s\n", acl->o.label);
	for (i = 0; i < acl->count; i++) {
		const struct aws_entry *entry = &acl->entries[i];

		bailey_out_printf(out, "acl %s %s %u %s ", acl->o.label,
				  entry->egress ? "out" : "in", entry->number,
				  entry->allow ? "allow" : "deny");
		out_proto(out, &entry->traffic);
		bailey_out_printf(out, " %s ", entry->egress ? "to" : "from");
		aws_out_cidr(out, &entry->cidr);
		out_rest(out, &entry->traffic, entry->egress);
		bailey_out_printf(out, "\n");
	}
}

static void out_list(struct bailey_out *out, const struct aws_list *list)
{
	size_t i;

	out_head(out, &list->o);
	if (!list->known)
		bailey_out_printf(out, "# its entries were not at hand\n");
	if (!list->known && !list->used)
		return;
	bailey_out_printf(out, "prefix-list %s\n", list->o.label);
	for (i = 0; i < list->count; i++) {
		bailey_out_printf(out, "prefix-list %s ", list->o.label);
		aws_out_cidr(out, &list->cidrs[i]);
		bailey_out_printf(out, "\n");
	}
}

static void out_subnet(struct bailey_out *out, const struct aws_subnet *subnet)
{
	size_t i;

	out_head(out, &subnet->o);
	for (i = 0; i < subnet->count; i++) {
		bailey_out_printf(out, "%s", i ? " " : "# ");
		aws_out_cidr(out, &subnet->cidrs[i]);
	}
	bailey_out_printf(out, "%sattach dev %s protects subnet", subnet->count ? "\n" : "",
			  subnet->dev);
	if (subnet->acl)
		bailey_out_printf(out, " acl %s", subnet->acl->o.label);
	bailey_out_printf(out, "\n");
}

static void out_addrs(struct bailey_out *out, const struct aws_nic *nic)
{
	size_t i;

	for (i = 0; i < nic->count; i++) {
		bailey_out_bytes(out, ",", !!i);
		bailey_out_addr(out, nic->addrs[i].family, &nic->addrs[i].addr);
	}
}

static void out_nic(const struct aws_import *aws, struct bailey_out *out,
		    const struct aws_nic *nic)
{
	size_t i;

	out_head(out, &nic->o);
	if (!nic->count || !nic->group_count) {
		bailey_out_printf(out, "# behind %s, %s\n", nic->subnet->dev,
				  nic->count ? "with no group: none is asked" :
					       "with no address");
		return;
	}
	bailey_out_printf(out, "endpoint %s dev %s addr ", nic->o.label, nic->subnet->dev);
	out_addrs(out, nic);
	bailey_out_printf(out, " groups ");
	for (i = 0; i < nic->group_count; i++) {
		const struct aws_group *group = aws_find(&aws->groups, nic->groups[i]);

		bailey_out_printf(out, "%s%s", i ? "," : "", group->o.label);
	}
	bailey_out_printf(out, "\n");
}

/**
 * aws_print() - write the policy
 * @aws: the import, resolved and named
 * @out: where to
 */
void aws_print(struct aws_import *aws, struct bailey_out *out)
{
	size_t i;

	bailey_out_printf(out, "# A policy of AWS, as 'bailey import aws' reads it.\n");
	bailey_out_bytes(out, aws->remarks.buf ? aws->remarks.buf : "", aws->remarks.len);
	for (i = 0; i < aws->lists.count; i++)
		out_list(out, aws->lists.at[i]);
	for (i = 0; i < aws->groups.count; i++)
		out_group(aws, out, aws->groups.at[i]);
	for (i = 0; i < aws->acls.count; i++)
		out_acl(out, aws->acls.at[i]);
	for (i = 0; i < aws->subnets.count; i++)
		out_subnet(out, aws->subnets.at[i]);
	for (i = 0; i < aws->nics.count; i++)
		out_nic(aws, out, aws->nics.at[i]);
}
