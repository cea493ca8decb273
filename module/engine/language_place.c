// SPDX-License-Identifier: GPL-2.0
/*
 * The policy language: lines about places (attach, endpoint) and about what
 * passes without rules (exempt, default).
 */
#include "line.h"

#include "match_text.h"

/* An interface name as the kernel allows it, or with @stem a stem and "*". */
static int ifname_parse(struct bailey_lexer *lex, char *dev, bool *stem)
{
	u32 i, len = lex->word_len;
	bool ok;

	if (stem) {
		*stem = len && lex->word[len - 1] == '*';
		len -= *stem;
	}
	ok = len <= BAILEY_IFNAME_MAX && (len || (stem && *stem)) &&
	     !(len == 1 && lex->word[0] == '.') &&
	     !(len == 2 && !memcmp(lex->word, "..", 2));
	for (i = 0; ok && i < len; i++)
		ok = lex->word[i] > ' ' && lex->word[i] < 0x7f &&
		     !strchr("/:*,\\", lex->word[i]);
	if (!ok)
		return bailey_lexer_fail(lex, -EINVAL, stem ?
					 "an interface name, or a stem such as veth*" :
					 "an interface name",
					 "an interface name has 1 to %u characters, none of them / : * , \\",
					 BAILEY_IFNAME_MAX);
	memset(dev, 0, BAILEY_IFNAME_MAX + 1);
	memcpy(dev, lex->word, len);
	bailey_lexer_next(lex);
	return 0;
}

static int expect(struct bailey_lexer *lex, const char *word)
{
	if (bailey_lexer_accept(lex, word))
		return 0;
	return bailey_lexer_fail(lex, -EINVAL, word, lex->word_len ?
				 "another word should stand here" :
				 "the line ends too early");
}

static int slot_insert(struct bailey_lexer *lex, u32 *slots, u32 *count, u32 slot)
{
	u32 i;

	for (i = *count; i && slots[i - 1] >= slot; i--)
		if (slots[i - 1] == slot)
			return bailey_lexer_fail(lex, -EEXIST, "each group once",
						 "a group is named twice");
	if (*count == BAILEY_GROUPS_MAX)
		return bailey_lexer_fail(lex, -E2BIG, "", "more than %u groups",
					 BAILEY_GROUPS_MAX);
	memmove(slots + i + 1, slots + i, (*count - i) * sizeof(*slots));
	slots[i] = slot;
	(*count)++;
	return 0;
}

/* "NAME,…": the current word is the list. */
static int groups_parse(struct bailey_line *line, struct bailey_set **set)
{
	struct bailey_lexer *lex = &line->lex;
	u32 slots[BAILEY_GROUPS_MAX + 1], count = 0, len, rest, slot;
	const char *list = lex->word_len ? lex->word : NULL, *name;
	int ret;

	if (!list)
		return bailey_lexer_fail(lex, -EINVAL, "names of groups, with commas between",
					 "the line ends where groups should stand");
	rest = lex->word_len;
	while (bailey_text_item(&list, &rest, &name, &len)) {
		if (!bailey_name_ok(name, len))
			return bailey_lexer_fail(lex, -EINVAL,
						 "names of groups, with commas between",
						 "one of these is not a name");
		ret = bailey_policy_mention(line->policy, BAILEY_GROUP, name, len,
					    lex->lineno, name - lex->line + 1, &slot);
		if (!ret)
			ret = slot_insert(lex, slots, &count, slot);
		if (ret)
			return ret;
	}
	bailey_lexer_next(lex);
	*set = bailey_policy_set_get(line->policy, slots, count);
	return *set ? 0 : -ENOMEM;
}

/* Where an object that has no rules of its own is put: a fresh one in its slot. */
static struct bailey_object *put_object(struct bailey_line *line, enum bailey_kind kind,
					u32 slot, u32 column, int *ret)
{
	struct bailey_object *object = bailey_line_at(line, kind, slot);

	if (object->defined && line->verb == BAILEY_VERB_ADD) {
		*ret = bailey_diag_fail(line->lex.diag, -EEXIST, line->lex.lineno,
					column, "%s %s is there already",
					bailey_kind_name(kind), object->name);
		return NULL;
	}
	object = bailey_policy_redefine(line->policy, kind, slot);
	*ret = object ? 0 : -ENOMEM;
	if (object) {
		object->line = line->lex.lineno;
		object->column = column;
	}
	return object;
}

static int attach_delete(struct bailey_line *line, const char *name, u32 column)
{
	u32 slot = bailey_policy_slot(line->policy, BAILEY_ATTACH, name, strlen(name));

	if (slot == BAILEY_NO_SLOT || !bailey_line_at(line, BAILEY_ATTACH, slot)->defined)
		return bailey_diag_fail(line->lex.diag, -ENOENT, line->lex.lineno,
					column, "there is no attach line for dev %s", name);
	return bailey_policy_delete(line->policy, BAILEY_ATTACH, slot,
				    line->lex.lineno, column);
}

static int acl_parse(struct bailey_line *line, u32 *acl)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = bailey_name_parse(lex, "the name of an ACL");

	if (!ret)
		ret = bailey_policy_mention(line->policy, BAILEY_ACL, lex->word,
					    lex->word_len, lex->lineno,
					    bailey_lexer_column(lex), acl);
	if (!ret)
		bailey_lexer_next(lex);
	return ret;
}

/* "acl NAME" and "groups NAME,…", each at most once. */
static int attach_layers(struct bailey_line *line, u32 *acl, struct bailey_set **set)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = 0;

	while (lex->word_len && !ret) {
		if (*acl == BAILEY_NO_SLOT && bailey_lexer_accept(lex, "acl"))
			ret = acl_parse(line, acl);
		else if (!*set && bailey_lexer_accept(lex, "groups"))
			ret = groups_parse(line, set);
		else
			ret = bailey_lexer_fail(lex, -EINVAL,
						*acl != BAILEY_NO_SLOT && *set ?
						"the end of the line" :
						"acl NAME, groups NAME,… or the end of the line",
						"this word is not known here");
	}
	return ret;
}

static int attach_put(struct bailey_line *line, const char *name, struct bailey_attach *model,
		      u32 column)
{
	struct bailey_object *object;
	struct bailey_attach *attach;
	u32 slot;
	int ret = bailey_policy_mention(line->policy, BAILEY_ATTACH, name, strlen(name),
					line->lex.lineno, column, &slot);

	if (ret)
		return ret;
	object = put_object(line, BAILEY_ATTACH, slot, column, &ret);
	if (!object)
		return ret;
	attach = bailey_attach_of(object);
	memcpy(attach->dev, model->dev, sizeof(attach->dev));
	attach->stem = model->stem;
	attach->host = model->host;
	attach->acl = model->acl;
	attach->set = model->set;
	return 0;
}

/**
 * bailey_line_attach() - put or delete an attach line
 * @line: behind the word "attach"
 *
 * Return: 0, -EINVAL, -ERANGE, -EEXIST, -ENOENT, -E2BIG or -ENOMEM.
 */
int bailey_line_attach(struct bailey_line *line)
{
	struct bailey_lexer *lex = &line->lex;
	struct bailey_attach model = { .acl = BAILEY_NO_SLOT };
	char name[BAILEY_NAME_MAX + 1];
	u32 column;
	int ret = expect(lex, "dev");

	column = bailey_lexer_column(lex);
	if (!ret)
		ret = ifname_parse(lex, model.dev, &model.stem);
	if (!ret)
		ret = expect(lex, "protects");
	if (ret)
		return ret;
	model.host = bailey_lexer_is(lex, "host");
	if (!model.host && !bailey_lexer_is(lex, "subnet"))
		return bailey_lexer_fail(lex, -EINVAL, "host or subnet",
					 "an interface protects a host or a subnet");
	bailey_lexer_next(lex);
	snprintf(name, sizeof(name), "%s%s %s", model.dev, model.stem ? "*" : "",
		 model.host ? "host" : "subnet");
	if (line->verb == BAILEY_VERB_DELETE) {
		ret = attach_layers(line, &model.acl, &model.set);
		bailey_set_put(model.set);
		return ret ? ret : attach_delete(line, name, column);
	}
	ret = attach_layers(line, &model.acl, &model.set);
	if (!ret)
		ret = attach_put(line, name, &model, column);
	if (ret)
		bailey_set_put(model.set);
	return ret;
}

static u32 count_items(const char *list, u32 len)
{
	u32 n = 1;

	while (len--)
		n += *list++ == ',';
	return n;
}

/* "ADDR,…": the current word is the list. */
static int addrs_parse(struct bailey_lexer *lex, struct bailey_endpoint *model)
{
	static const char expected[] = "addresses without a length, with commas between";
	const char *list = lex->word, *item;
	u32 rest = lex->word_len, len, count = count_items(list, rest);

	if (!rest)
		return bailey_lexer_fail(lex, -EINVAL, expected,
					 "the line ends where addresses should stand");
	if (count > BAILEY_ADDRS_MAX)
		return bailey_lexer_fail(lex, -E2BIG, "", "more than %u addresses",
					 BAILEY_ADDRS_MAX);
	model->at = bailey_zalloc(count * sizeof(*model->at));
	if (!model->at)
		return -ENOMEM;
	while (bailey_text_item(&list, &rest, &item, &len)) {
		struct bailey_endpoint_addr *addr = &model->at[model->count++];

		if (!bailey_text_addr(item, len, &addr->family, &addr->addr))
			return bailey_lexer_fail(lex, -EINVAL, expected,
						 "one of these is not an address");
	}
	bailey_lexer_next(lex);
	return 0;
}

static int endpoint_parse(struct bailey_line *line, struct bailey_endpoint *model)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = expect(lex, "dev");

	if (!ret)
		ret = ifname_parse(lex, model->dev, NULL);
	if (!ret)
		ret = expect(lex, "addr");
	if (!ret)
		ret = addrs_parse(lex, model);
	if (!ret)
		ret = expect(lex, "groups");
	if (!ret)
		ret = groups_parse(line, &model->set);
	return ret ? ret : bailey_lexer_end(lex);
}

/**
 * bailey_line_endpoint() - put or delete an endpoint
 * @line: behind the word "endpoint"
 *
 * Return: 0, -EINVAL, -ERANGE, -EEXIST, -ENOENT, -E2BIG or -ENOMEM.
 */
int bailey_line_endpoint(struct bailey_line *line)
{
	struct bailey_endpoint model = { .count = 0 };
	struct bailey_endpoint *endpoint;
	struct bailey_object *object = NULL;
	u32 slot, column;
	int ret = bailey_line_name(line, BAILEY_ENDPOINT, "the name of an endpoint",
			      &slot, &column);

	if (ret)
		return ret;
	if (line->verb == BAILEY_VERB_DELETE && bailey_line_at_last(&line->lex))
		return bailey_line_whole(line, BAILEY_ENDPOINT, slot, column);
	bailey_lexer_next(&line->lex);
	ret = endpoint_parse(line, &model);
	if (!ret && line->verb == BAILEY_VERB_DELETE) {
		ret = bailey_line_at(line, BAILEY_ENDPOINT, slot)->defined ?
		      bailey_policy_delete(line->policy, BAILEY_ENDPOINT, slot,
					   line->lex.lineno, column) :
		      bailey_line_undefined(line, BAILEY_ENDPOINT);
	} else if (!ret) {
		object = put_object(line, BAILEY_ENDPOINT, slot, column, &ret);
	}
	if (!object) {
		bailey_set_put(model.set);
		bailey_free(model.at);
		return ret;
	}
	endpoint = bailey_endpoint_of(object);
	memcpy(endpoint->dev, model.dev, sizeof(endpoint->dev));
	endpoint->set = model.set;
	endpoint->count = model.count;
	endpoint->at = model.at;
	return 0;
}

/**
 * bailey_line_exempt() - let something through without a rule, or no more
 * @line: behind the word "exempt"
 *
 * Return: 0, -EINVAL, -ERANGE, -EEXIST, -ENOENT, -E2BIG or -ENOMEM.
 */
int bailey_line_exempt(struct bailey_line *line)
{
	struct bailey_lexer *lex = &line->lex;
	u32 i;

	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (bailey_lexer_is(lex, bailey_exempt_name(i)))
			break;
	if (line->verb == BAILEY_VERB_REPLACE) {
		lex->pos = 0;
		bailey_lexer_next(lex);
		return bailey_lexer_fail(lex, -EINVAL, "add or delete",
					 "an exemption stands or does not: there is nothing to replace");
	}
	if (i == BAILEY_EXEMPT_COUNT)
		return bailey_lexer_fail(lex, -EINVAL,
					 "loopback, nd, mld, dhcp or icmp-error",
					 "there is no such exemption");
	if (line->verb == BAILEY_VERB_DELETE && !(line->policy->exempts & (1 << i)))
		return bailey_lexer_fail(lex, -ENOENT, "",
					 "this exemption does not stand in the policy");
	if (line->verb == BAILEY_VERB_DELETE)
		line->policy->exempts &= ~(1 << i);
	else
		line->policy->exempts |= 1 << i;
	bailey_lexer_next(lex);
	return bailey_lexer_end(lex);
}

/**
 * bailey_line_default() - what becomes of interfaces with nothing attached
 * @line: behind the word "default"
 *
 * Return: 0, -EINVAL, -ERANGE, -EEXIST, -ENOENT, -E2BIG or -ENOMEM.
 */
int bailey_line_default(struct bailey_line *line)
{
	struct bailey_lexer *lex = &line->lex;
	u8 i;

	for (i = BAILEY_ALLOW; i <= BAILEY_REJECT; i++) {
		if (!bailey_lexer_accept(lex, bailey_default_name(i)))
			continue;
		line->policy->default_action = i;
		return bailey_lexer_end(lex);
	}
	return bailey_lexer_fail(lex, -EINVAL, "pass, deny or reject",
				 "the default is to pass, to deny or to reject");
}
