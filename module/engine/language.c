// SPDX-License-Identifier: GPL-2.0
/*
 * The policy language: one function for each kind of line.
 *
 * Lines are applied to a policy that is being changed. Names may be mentioned
 * before they are defined: what is left undefined, defined twice or deleted
 * while in use shows when the policy is sealed (seal.c).
 */
#include "language.h"
#include "match_text.h"

enum verb {
	VERB_ADD,
	VERB_REPLACE,
	VERB_DELETE,
};

/* One line on its way into the policy. */
struct line {
	struct bailey_policy *policy;
	struct bailey_lexer lex;
	enum verb verb;
};

/* The object that a line is about: its name is taken from the current word. */
static int name_object(struct line *line, enum bailey_kind kind, const char *what,
		       u32 *slot, u32 *column)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = bailey_name_parse(lex, what);

	if (ret)
		return ret;
	*column = bailey_lexer_column(lex);
	*slot = bailey_policy_slot(line->policy, kind, lex->word, lex->word_len);
	if (*slot != BAILEY_NO_SLOT)
		return 0;
	if (line->verb == VERB_DELETE)
		return bailey_lexer_fail(lex, -ENOENT, "", "there is no such %s",
					 bailey_kind_name(kind));
	return bailey_policy_mention(line->policy, kind, lex->word, lex->word_len,
				     lex->lineno, *column, slot);
}

static struct bailey_object *object_at(struct line *line, enum bailey_kind kind, u32 slot)
{
	return bailey_policy_object(line->policy, kind, slot);
}

static int fail_undefined(struct line *line, enum bailey_kind kind)
{
	return bailey_lexer_fail(&line->lex, -ENOENT, "", "there is no such %s",
				 bailey_kind_name(kind));
}

/*
 * A line that ends with the name: the object itself is made, emptied or deleted.
 * The current word is still the name, so that an error points at it.
 */
static int whole_object(struct line *line, enum bailey_kind kind, u32 slot, u32 column)
{
	struct bailey_object *object = object_at(line, kind, slot);

	if (line->verb == VERB_DELETE && !object->defined)
		return fail_undefined(line, kind);
	if (line->verb == VERB_DELETE)
		return bailey_policy_delete(line->policy, kind, slot,
					    line->lex.lineno, column);
	if (line->verb == VERB_ADD && object->defined)
		return bailey_lexer_fail(&line->lex, -EEXIST, "replace, or another name",
					 "%s '%s' is there already",
					 bailey_kind_name(kind), object->name);
	return bailey_policy_redefine(line->policy, kind, slot) ? 0 : -ENOMEM;
}

static bool at_last_word(const struct bailey_lexer *lex)
{
	struct bailey_lexer ahead = *lex;

	return !bailey_lexer_next(&ahead);
}

/* The object a rule goes into or comes out of, ready to be changed. */
static struct bailey_object *rule_object(struct line *line, enum bailey_kind kind,
					 u32 slot, int *ret)
{
	struct bailey_object *object = object_at(line, kind, slot);

	if (!object->defined && line->verb == VERB_DELETE) {
		*ret = fail_undefined(line, kind);
		return NULL;
	}
	object = object->defined ? bailey_policy_own(line->policy, kind, slot) :
				   bailey_policy_redefine(line->policy, kind, slot);
	*ret = object ? 0 : -ENOMEM;
	return object;
}

static int direction(struct bailey_lexer *lex, u32 *dir)
{
	bailey_lexer_next(lex);
	if (bailey_lexer_is(lex, "in"))
		*dir = BAILEY_IN;
	else if (bailey_lexer_is(lex, "out"))
		*dir = BAILEY_OUT;
	else
		return bailey_lexer_fail(lex, -EINVAL, "in, out or the end of the line",
					 "this is not a direction");
	bailey_lexer_next(lex);
	return 0;
}

static int sort_rules(struct line *line, struct bailey_rules *rules)
{
	if (!bailey_rules_sort(rules))
		return 0;
	return bailey_lexer_fail(&line->lex, -EEXIST, "",
				 "an earlier line of this transaction added a rule that was there already");
}

static int append_rule(struct line *line, struct bailey_rules *rules,
		       const struct bailey_match *match, u32 number, bool allow,
		       u32 column)
{
	struct bailey_rule *rule = bailey_rule_create(match, number, allow);

	if (!rule)
		return -ENOMEM;
	rule->line = line->lex.lineno;
	rule->column = column;
	return bailey_rules_append(rules, rule);
}

/* An ACL entry as a line names it. */
struct entry {
	u32 number;
	u32 column;
	bool whole;	/* action and match are written out */
	bool allow;
	struct bailey_match match;
};

static int entry_parse(struct line *line, struct entry *entry)
{
	struct bailey_lexer *lex = &line->lex;
	int ret;

	entry->column = bailey_lexer_column(lex);
	if (bailey_lexer_is(lex, "*"))
		return bailey_lexer_fail(lex, -EINVAL, "a number from 1 to 4294967295",
					 "the * entry denies, and can't be changed");
	ret = bailey_lexer_number(lex, "the entry's number", 1, U32_MAX, &entry->number);
	if (ret)
		return ret;
	entry->whole = line->verb != VERB_DELETE || lex->word_len;
	if (!entry->whole)
		return 0;
	entry->allow = bailey_lexer_is(lex, "allow");
	if (!entry->allow && !bailey_lexer_is(lex, "deny"))
		return bailey_lexer_fail(lex, -EINVAL, "allow or deny",
					 "an entry allows or denies");
	bailey_lexer_next(lex);
	return bailey_match_parse(line->policy, lex, false, &entry->match);
}

static bool entry_fits(const struct entry *entry, const struct bailey_rule *rule)
{
	return !entry->whole || (entry->allow == rule->allow &&
				 !bailey_match_cmp(&entry->match, &rule->match));
}

static int entry_delete(struct line *line, struct bailey_rules *rules,
			const struct entry *entry)
{
	bool found = false;
	int ret = sort_rules(line, rules);
	u32 i;

	if (ret)
		return ret;
	i = bailey_rules_find(rules, entry->number);
	while (i < rules->count && rules->at[i]->number == entry->number) {
		if (entry_fits(entry, rules->at[i])) {
			bailey_rules_remove(rules, i);
			found = true;
		} else {
			i++;
		}
	}
	if (found)
		return 0;
	return bailey_diag_fail(line->lex.diag, -ENOENT, line->lex.lineno,
				entry->column, "there is no such entry %u",
				entry->number);
}

static int entry_replace(struct line *line, struct bailey_rules *rules,
			 const struct entry *entry)
{
	int ret = sort_rules(line, rules);
	u32 i;

	if (ret)
		return ret;
	i = bailey_rules_find(rules, entry->number);
	while (i < rules->count && rules->at[i]->number == entry->number) {
		if (entry_fits(entry, rules->at[i]))
			return 0;
		if (rules->at[i]->match.families & entry->match.families)
			bailey_rules_remove(rules, i);
		else
			i++;
	}
	return append_rule(line, rules, &entry->match, entry->number, entry->allow,
			   entry->column);
}

static int acl_line(struct line *line)
{
	struct bailey_lexer *lex = &line->lex;
	struct bailey_object *object;
	struct bailey_rules *rules;
	struct entry entry = { 0 };
	u32 slot, column, dir;
	int ret = name_object(line, BAILEY_ACL, "the name of an ACL", &slot, &column);

	if (ret)
		return ret;
	if (at_last_word(lex))
		return whole_object(line, BAILEY_ACL, slot, column);
	object = rule_object(line, BAILEY_ACL, slot, &ret);
	if (!object)
		return ret;
	ret = direction(lex, &dir);
	if (!ret)
		ret = entry_parse(line, &entry);
	if (ret)
		return ret;
	rules = &bailey_acl_of(object)->rules[dir];
	if (line->verb == VERB_DELETE)
		return entry_delete(line, rules, &entry);
	if (line->verb == VERB_REPLACE)
		return entry_replace(line, rules, &entry);
	return append_rule(line, rules, &entry.match, entry.number, entry.allow,
			   entry.column);
}

static int group_rule_find(struct line *line, struct bailey_rules *rules,
			   const struct bailey_match *match, u32 *index)
{
	u32 low = 0, high;
	int ret = sort_rules(line, rules);

	if (ret)
		return ret;
	high = rules->count;
	while (low < high) {
		u32 middle = low + (high - low) / 2;
		int order = bailey_match_cmp(match, &rules->at[middle]->match);

		if (!order) {
			*index = middle;
			return 0;
		}
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -ENOENT;
}

static int group_rule(struct line *line, struct bailey_rules *rules,
		      const struct bailey_match *match, u32 column)
{
	u32 index;
	int ret;

	if (line->verb == VERB_ADD)
		return append_rule(line, rules, match, 0, true, column);
	ret = group_rule_find(line, rules, match, &index);
	if (ret && ret != -ENOENT)
		return ret;
	if (line->verb == VERB_REPLACE)
		return ret ? append_rule(line, rules, match, 0, true, column) : 0;
	if (ret)
		return bailey_diag_fail(line->lex.diag, -ENOENT, line->lex.lineno,
					column, "the group has no such rule");
	bailey_rules_remove(rules, index);
	return 0;
}

static int group_line(struct line *line)
{
	struct bailey_lexer *lex = &line->lex;
	struct bailey_object *object;
	struct bailey_match match;
	u32 slot, column, dir;
	int ret = name_object(line, BAILEY_GROUP, "the name of a group", &slot, &column);

	if (ret)
		return ret;
	if (at_last_word(lex))
		return whole_object(line, BAILEY_GROUP, slot, column);
	object = rule_object(line, BAILEY_GROUP, slot, &ret);
	if (!object)
		return ret;
	ret = direction(lex, &dir);
	if (ret)
		return ret;
	column = bailey_lexer_column(lex);
	if (!bailey_lexer_accept(lex, "allow"))
		return bailey_lexer_fail(lex, -EINVAL, "allow",
					 "a group's rules only allow; what no rule allows is denied");
	ret = bailey_match_parse(line->policy, lex, true, &match);
	if (ret)
		return ret;
	return group_rule(line, &bailey_group_of(object)->rules[dir], &match, column);
}

static int prefix_delete(struct line *line, struct bailey_prefix_set *set,
			 const struct bailey_prefix *prefix)
{
	if (bailey_prefix_set_sort(set))
		return bailey_diag_fail(line->lex.diag, -EEXIST, prefix->line,
					prefix->column,
					"an earlier line of this transaction added a prefix that was there already");
	if (bailey_prefix_set_remove(set, prefix))
		return 0;
	return bailey_diag_fail(line->lex.diag, -ENOENT, prefix->line, prefix->column,
				"the prefix list has no such prefix");
}

static int prefixes_parse(struct line *line, struct bailey_prefix_set *set)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = 0;

	bailey_lexer_next(lex);
	while (lex->word_len && !ret) {
		struct bailey_prefix prefix = {
			.line = lex->lineno,
			.column = bailey_lexer_column(lex),
		};

		ret = bailey_cidr_parse(lex, &prefix.family, &prefix.addr, &prefix.bits);
		if (ret)
			return ret;
		ret = line->verb == VERB_DELETE ? prefix_delete(line, set, &prefix) :
						  bailey_prefix_set_add(set, &prefix);
	}
	return ret;
}

static int prefix_list_line(struct line *line)
{
	struct bailey_object *object;
	u32 slot, column;
	int ret = name_object(line, BAILEY_PREFIX_LIST, "the name of a prefix list",
			      &slot, &column);

	if (ret)
		return ret;
	if (at_last_word(&line->lex) || line->verb == VERB_REPLACE) {
		ret = whole_object(line, BAILEY_PREFIX_LIST, slot, column);
		if (ret || line->verb == VERB_DELETE)
			return ret;
	}
	object = rule_object(line, BAILEY_PREFIX_LIST, slot, &ret);
	if (!object)
		return ret;
	return prefixes_parse(line, &bailey_prefix_list_of(object)->set);
}

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
static int groups_parse(struct line *line, struct bailey_set **set)
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
static struct bailey_object *put_object(struct line *line, enum bailey_kind kind,
					u32 slot, u32 column, int *ret)
{
	struct bailey_object *object = object_at(line, kind, slot);

	if (object->defined && line->verb == VERB_ADD) {
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

static int attach_delete(struct line *line, const char *name, u32 column)
{
	u32 slot = bailey_policy_slot(line->policy, BAILEY_ATTACH, name, strlen(name));

	if (slot == BAILEY_NO_SLOT || !object_at(line, BAILEY_ATTACH, slot)->defined)
		return bailey_diag_fail(line->lex.diag, -ENOENT, line->lex.lineno,
					column, "there is no attach line for dev %s", name);
	return bailey_policy_delete(line->policy, BAILEY_ATTACH, slot,
				    line->lex.lineno, column);
}

static int attach_layers(struct line *line, u32 *acl, struct bailey_set **set)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = 0;

	if (bailey_lexer_accept(lex, "acl")) {
		ret = bailey_name_parse(lex, "the name of an ACL");
		if (!ret)
			ret = bailey_policy_mention(line->policy, BAILEY_ACL, lex->word,
						    lex->word_len, lex->lineno,
						    bailey_lexer_column(lex), acl);
		bailey_lexer_next(lex);
	}
	if (!ret && bailey_lexer_accept(lex, "groups"))
		ret = groups_parse(line, set);
	if (!ret && lex->word_len)
		ret = bailey_lexer_fail(lex, -EINVAL, *set ? "the end of the line" :
					"acl NAME, groups NAME,… or the end of the line",
					"this word is not known here");
	return ret;
}

static int attach_put(struct line *line, const char *name, struct bailey_attach *model,
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

static int attach_line(struct line *line)
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
	if (line->verb == VERB_DELETE) {
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

static int endpoint_parse(struct line *line, struct bailey_endpoint *model)
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

static int endpoint_line(struct line *line)
{
	struct bailey_endpoint model = { .count = 0 };
	struct bailey_endpoint *endpoint;
	struct bailey_object *object = NULL;
	u32 slot, column;
	int ret = name_object(line, BAILEY_ENDPOINT, "the name of an endpoint",
			      &slot, &column);

	if (ret)
		return ret;
	if (line->verb == VERB_DELETE && at_last_word(&line->lex))
		return whole_object(line, BAILEY_ENDPOINT, slot, column);
	bailey_lexer_next(&line->lex);
	ret = endpoint_parse(line, &model);
	if (!ret && line->verb == VERB_DELETE) {
		ret = object_at(line, BAILEY_ENDPOINT, slot)->defined ?
		      bailey_policy_delete(line->policy, BAILEY_ENDPOINT, slot,
					   line->lex.lineno, column) :
		      fail_undefined(line, BAILEY_ENDPOINT);
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

static int exempt_line(struct line *line)
{
	struct bailey_lexer *lex = &line->lex;
	u32 i;

	for (i = 0; i < BAILEY_EXEMPT_COUNT; i++)
		if (bailey_lexer_is(lex, bailey_exempt_name(i)))
			break;
	if (i == BAILEY_EXEMPT_COUNT)
		return bailey_lexer_fail(lex, -EINVAL,
					 "loopback, nd, mld, dhcp or icmp-error",
					 "there is no such exemption");
	if (line->verb == VERB_DELETE && !(line->policy->exempts & (1 << i)))
		return bailey_lexer_fail(lex, -ENOENT, "",
					 "this exemption does not stand in the policy");
	if (line->verb == VERB_DELETE)
		line->policy->exempts &= ~(1 << i);
	else
		line->policy->exempts |= 1 << i;
	bailey_lexer_next(lex);
	return bailey_lexer_end(lex);
}

static int default_line(struct line *line)
{
	struct bailey_lexer *lex = &line->lex;

	line->policy->default_deny = bailey_lexer_is(lex, "deny");
	if (!line->policy->default_deny && !bailey_lexer_is(lex, "pass"))
		return bailey_lexer_fail(lex, -EINVAL, "pass or deny",
					 "the default is to pass or to deny");
	bailey_lexer_next(lex);
	return bailey_lexer_end(lex);
}

static int flush_line(struct line *line)
{
	int ret = bailey_lexer_end(&line->lex);

	return ret ? ret : bailey_policy_flush(line->policy, line->lex.lineno);
}

/* Lines that take no verb but add. */
static int verbless(struct line *line, int (*fn)(struct line *line), bool verb_given)
{
	if (verb_given)
		return bailey_lexer_fail(&line->lex, -EINVAL,
					 "acl, group, prefix-list, attach, endpoint or exempt",
					 "this line takes no verb");
	bailey_lexer_next(&line->lex);
	return fn(line);
}

static int object_line(struct line *line, bool verb_given)
{
	static const struct {
		const char *word;
		int (*fn)(struct line *line);
	} objects[] = {
		{ "acl", acl_line }, { "group", group_line },
		{ "prefix-list", prefix_list_line }, { "attach", attach_line },
		{ "endpoint", endpoint_line }, { "exempt", exempt_line },
	};
	struct bailey_lexer *lex = &line->lex;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		if (bailey_lexer_accept(lex, objects[i].word))
			return objects[i].fn(line);
	if (bailey_lexer_is(lex, "default"))
		return verbless(line, default_line, verb_given);
	if (bailey_lexer_is(lex, "flush"))
		return verbless(line, flush_line, verb_given);
	return bailey_lexer_fail(lex, -EINVAL,
				 "acl, group, prefix-list, attach, endpoint, exempt, default or flush",
				 "no line begins so");
}

static int line_apply(struct line *line)
{
	struct bailey_lexer *lex = &line->lex;
	bool verb_given = true;

	if (!bailey_lexer_next(lex))
		return 0;
	line->verb = VERB_ADD;
	if (bailey_lexer_is(lex, "replace"))
		line->verb = VERB_REPLACE;
	else if (bailey_lexer_is(lex, "delete"))
		line->verb = VERB_DELETE;
	else
		verb_given = bailey_lexer_is(lex, "add");
	if (verb_given)
		bailey_lexer_next(lex);
	return object_line(line, verb_given);
}

/**
 * bailey_language_apply() - apply lines to a policy
 * @policy: being changed; after an error good for bailey_policy_put() only
 * @text: the lines; the last one may lack its newline
 * @len: their length in bytes
 * @first_line: number of the first line, for errors
 * @diag: says what was refused, and notes
 *
 * Return: 0; -EINVAL, -ERANGE, -EEXIST, -ENOENT, -E2BIG with the place in @diag;
 * -ENOMEM; in the kernel -EINTR when the writer was killed.
 */
int bailey_language_apply(struct bailey_policy *policy, const char *text,
			  size_t len, u32 first_line, struct bailey_diag *diag)
{
	struct line line = { .policy = policy };
	int ret = 0;

	while (len && !ret) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		bailey_lexer_init(&line.lex, text, n, first_line++, diag);
		if (n > BAILEY_LINE_MAX)
			return bailey_lexer_fail(&line.lex, -E2BIG, "",
						 "a line has at most %u bytes",
						 BAILEY_LINE_MAX);
		ret = line_apply(&line);
		n += !!end;
		text += n;
		len -= n;
		bailey_yield();
		if (!ret && bailey_killed())
			ret = -EINTR;
	}
	return ret;
}
