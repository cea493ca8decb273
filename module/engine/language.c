// SPDX-License-Identifier: GPL-2.0
/*
 * The policy language: one function for each kind of line.
 *
 * Lines are applied to a policy that is being changed. Names may be mentioned
 * before they are defined: what is left undefined, defined twice or deleted
 * while in use shows when the policy is sealed (seal.c).
 */
#include "language.h"

#include "line.h"
#include "match_text.h"

/**
 * bailey_line_name() - the object that a line is about, by the current word
 * @line: the line; the word is not stepped over
 * @kind: which kind of object
 * @what: "the name of an ACL" and the like
 * @slot: filled in; the object there may be undefined
 * @column: filled in: where the name stands
 *
 * Return: 0; -EINVAL for what is no name, -ENOENT when there is nothing to
 * delete, -ENOMEM.
 */
int bailey_line_name(struct bailey_line *line, enum bailey_kind kind,
		     const char *what, u32 *slot, u32 *column)
{
	struct bailey_lexer *lex = &line->lex;
	int ret = bailey_name_parse(lex, what);

	if (ret)
		return ret;
	*column = bailey_lexer_column(lex);
	*slot = bailey_policy_slot(line->policy, kind, lex->word, lex->word_len);
	if (*slot != BAILEY_NO_SLOT)
		return 0;
	if (line->verb == BAILEY_VERB_DELETE)
		return bailey_lexer_fail(lex, -ENOENT, "", "there is no such %s",
					 bailey_kind_name(kind));
	return bailey_policy_mention(line->policy, kind, lex->word, lex->word_len,
				     lex->lineno, *column, slot);
}

/**
 * bailey_line_undefined() - refuse to delete what is not there
 * @line: at the name
 * @kind: which kind of object
 *
 * Return: -ENOENT.
 */
int bailey_line_undefined(struct bailey_line *line, enum bailey_kind kind)
{
	return bailey_lexer_fail(&line->lex, -ENOENT, "", "there is no such %s",
				 bailey_kind_name(kind));
}

/**
 * bailey_line_whole() - make, empty or delete a whole object, as the verb says
 * @line: a line that ends with the object's name, which is the current word
 * @kind: which kind of object
 * @slot: its slot
 * @column: where its name stands
 *
 * Return: 0, -ENOENT, -EEXIST or -ENOMEM.
 */
int bailey_line_whole(struct bailey_line *line, enum bailey_kind kind, u32 slot,
		      u32 column)
{
	struct bailey_object *object = bailey_line_at(line, kind, slot);

	if (line->verb == BAILEY_VERB_DELETE && !object->defined)
		return bailey_line_undefined(line, kind);
	if (line->verb == BAILEY_VERB_DELETE)
		return bailey_policy_delete(line->policy, kind, slot,
					    line->lex.lineno, column);
	if (line->verb == BAILEY_VERB_ADD && object->defined)
		return bailey_lexer_fail(&line->lex, -EEXIST, "replace, or another name",
					 "%s '%s' is there already",
					 bailey_kind_name(kind), object->name);
	return bailey_policy_redefine(line->policy, kind, slot) ? 0 : -ENOMEM;
}

/**
 * bailey_line_at_last() - is the current word the last one?
 * @lex: the line's lexer
 *
 * Return: true if only blanks or a comment follow.
 */
bool bailey_line_at_last(const struct bailey_lexer *lex)
{
	struct bailey_lexer ahead = *lex;

	return !bailey_lexer_next(&ahead);
}

/* The object a rule goes into or comes out of, ready to be changed. */
static struct bailey_object *rule_object(struct bailey_line *line, enum bailey_kind kind,
					 u32 slot, int *ret)
{
	struct bailey_object *object = bailey_line_at(line, kind, slot);

	if (!object->defined && line->verb == BAILEY_VERB_DELETE) {
		*ret = bailey_line_undefined(line, kind);
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

/* A rule that was there already shows when the policy is sealed, or in the way. */
static int check_rules(struct bailey_line *line, const struct bailey_rules *rules)
{
	if (!rules->twice)
		return 0;
	return bailey_lexer_fail(&line->lex, -EEXIST, "",
				 "an earlier line of this transaction added a rule that was there already");
}

static int add_rule(struct bailey_line *line, struct bailey_rules *rules,
		    const struct bailey_match *match, u32 number,
		    enum bailey_action action, u32 column)
{
	struct bailey_rule *rule = bailey_rule_create(match, number, action);
	int ret = rule ? bailey_rules_add(rules, rule) : -ENOMEM;

	if (ret != -EEXIST)
		return ret;
	if (rules->twice)
		return 0;
	rules->twice = true;
	rules->twice_number = number;
	rules->twice_line = line->lex.lineno;
	rules->twice_column = column;
	return 0;
}

/* An ACL entry as a line names it. */
struct entry {
	u32 number;
	u32 column;
	bool whole;	/* action and match are written out */
	u8 action;
	struct bailey_match match;
};

static int action_parse(struct bailey_lexer *lex, u8 *action)
{
	u8 i;

	for (i = BAILEY_ALLOW; i <= BAILEY_REJECT; i++) {
		if (!bailey_lexer_accept(lex, bailey_action_name(i)))
			continue;
		*action = i;
		return 0;
	}
	return bailey_lexer_fail(lex, -EINVAL, "allow, deny or reject",
				 "an entry allows, denies or rejects");
}

static int entry_parse(struct bailey_line *line, struct entry *entry)
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
	entry->whole = line->verb != BAILEY_VERB_DELETE || lex->word_len;
	if (!entry->whole)
		return 0;
	ret = action_parse(lex, &entry->action);
	return ret ? ret : bailey_match_parse(line->policy, lex, false, &entry->match);
}

static bool entry_fits(const struct entry *entry, const struct bailey_rule *rule)
{
	struct bailey_match match;

	if (!entry->whole)
		return true;
	bailey_rule_match(rule, &match);
	return entry->action == rule->action &&
	       !bailey_match_cmp(&entry->match, &match);
}

static int entry_delete(struct bailey_line *line, struct bailey_rules *rules,
			const struct entry *entry)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	bool found = false;
	int ret = check_rules(line, rules);

	rule = ret ? NULL : bailey_rules_seek(rules, entry->number, &iter);
	while (rule && rule->number == entry->number && !ret) {
		if (entry_fits(entry, rule)) {
			ret = bailey_rules_remove(rules, rule);
			found = true;
			rule = bailey_rules_seek(rules, entry->number, &iter);
		} else {
			rule = bailey_rules_next(&iter);
		}
	}
	if (found || ret)
		return ret;
	return bailey_diag_fail(line->lex.diag, -ENOENT, line->lex.lineno,
				entry->column, "there is no such entry %u",
				entry->number);
}

static int entry_replace(struct bailey_line *line, struct bailey_rules *rules,
			 const struct entry *entry)
{
	struct bailey_rules_iter iter;
	struct bailey_rule *rule;
	int ret = check_rules(line, rules);

	rule = ret ? NULL : bailey_rules_seek(rules, entry->number, &iter);
	while (rule && rule->number == entry->number && !ret) {
		if (entry_fits(entry, rule))
			return 0;
		if (rule->families & entry->match.families) {
			ret = bailey_rules_remove(rules, rule);
			rule = bailey_rules_seek(rules, entry->number, &iter);
		} else {
			rule = bailey_rules_next(&iter);
		}
	}
	return ret ? ret : add_rule(line, rules, &entry->match, entry->number,
				    entry->action, entry->column);
}

static int acl_line(struct bailey_line *line)
{
	struct bailey_lexer *lex = &line->lex;
	struct bailey_object *object;
	struct bailey_rules *rules;
	struct entry entry = { 0 };
	u32 slot, column, dir;
	int ret = bailey_line_name(line, BAILEY_ACL, "the name of an ACL", &slot, &column);

	if (ret)
		return ret;
	if (bailey_line_at_last(lex))
		return bailey_line_whole(line, BAILEY_ACL, slot, column);
	object = rule_object(line, BAILEY_ACL, slot, &ret);
	if (!object)
		return ret;
	ret = direction(lex, &dir);
	if (!ret)
		ret = entry_parse(line, &entry);
	if (ret)
		return ret;
	rules = &bailey_acl_of(object)->rules[dir];
	if (line->verb == BAILEY_VERB_DELETE)
		return entry_delete(line, rules, &entry);
	if (line->verb == BAILEY_VERB_REPLACE)
		return entry_replace(line, rules, &entry);
	return add_rule(line, rules, &entry.match, entry.number, entry.action,
			entry.column);
}

static int group_rule(struct bailey_line *line, struct bailey_rules *rules,
		      const struct bailey_match *match, u32 column)
{
	struct bailey_rule *like, *rule;
	int ret;

	if (line->verb == BAILEY_VERB_ADD)
		return add_rule(line, rules, match, 0, BAILEY_ALLOW, column);
	ret = check_rules(line, rules);
	if (ret)
		return ret;
	like = bailey_rule_create(match, 0, BAILEY_ALLOW);
	if (!like)
		return -ENOMEM;
	rule = bailey_rules_find(rules, like);
	if (line->verb == BAILEY_VERB_REPLACE && !rule)
		return bailey_rules_add(rules, like);
	bailey_rule_put(like);
	if (line->verb == BAILEY_VERB_REPLACE)
		return 0;
	if (rule)
		return bailey_rules_remove(rules, rule);
	return bailey_diag_fail(line->lex.diag, -ENOENT, line->lex.lineno,
				column, "the group has no such rule");
}

static int group_line(struct bailey_line *line)
{
	struct bailey_lexer *lex = &line->lex;
	struct bailey_object *object;
	struct bailey_match match;
	u32 slot, column, dir;
	int ret = bailey_line_name(line, BAILEY_GROUP, "the name of a group", &slot, &column);

	if (ret)
		return ret;
	if (bailey_line_at_last(lex))
		return bailey_line_whole(line, BAILEY_GROUP, slot, column);
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

static int prefix_delete(struct bailey_line *line, struct bailey_prefix_set *set,
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

static int prefixes_parse(struct bailey_line *line, struct bailey_prefix_set *set)
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
		ret = line->verb == BAILEY_VERB_DELETE ? prefix_delete(line, set, &prefix) :
						  bailey_prefix_set_add(set, &prefix);
	}
	return ret;
}

static int prefix_list_line(struct bailey_line *line)
{
	struct bailey_object *object;
	u32 slot, column;
	int ret = bailey_line_name(line, BAILEY_PREFIX_LIST, "the name of a prefix list",
			      &slot, &column);

	if (ret)
		return ret;
	if (bailey_line_at_last(&line->lex) || line->verb == BAILEY_VERB_REPLACE) {
		ret = bailey_line_whole(line, BAILEY_PREFIX_LIST, slot, column);
		if (ret || line->verb == BAILEY_VERB_DELETE)
			return ret;
	}
	object = rule_object(line, BAILEY_PREFIX_LIST, slot, &ret);
	if (!object)
		return ret;
	return prefixes_parse(line, &bailey_prefix_list_of(object)->set);
}

static int flush_line(struct bailey_line *line)
{
	int ret = bailey_lexer_end(&line->lex);

	return ret ? ret : bailey_policy_flush(line->policy);
}

/* Lines that take no verb but add. */
static int verbless(struct bailey_line *line, int (*fn)(struct bailey_line *line), bool verb_given)
{
	if (verb_given)
		return bailey_lexer_fail(&line->lex, -EINVAL,
					 "acl, group, prefix-list, attach, endpoint or exempt",
					 "this line takes no verb");
	bailey_lexer_next(&line->lex);
	return fn(line);
}

static int object_line(struct bailey_line *line, bool verb_given)
{
	static const struct {
		const char *word;
		int (*fn)(struct bailey_line *line);
	} objects[] = {
		{ "acl", acl_line }, { "group", group_line },
		{ "prefix-list", prefix_list_line }, { "attach", bailey_line_attach },
		{ "endpoint", bailey_line_endpoint }, { "exempt", bailey_line_exempt },
	};
	struct bailey_lexer *lex = &line->lex;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		if (bailey_lexer_accept(lex, objects[i].word))
			return objects[i].fn(line);
	if (bailey_lexer_is(lex, "default"))
		return verbless(line, bailey_line_default, verb_given);
	if (bailey_lexer_is(lex, "flush"))
		return verbless(line, flush_line, verb_given);
	return bailey_lexer_fail(lex, -EINVAL,
				 "acl, group, prefix-list, attach, endpoint, exempt, default or flush",
				 "no line begins so");
}

static int line_apply(struct bailey_line *line)
{
	struct bailey_lexer *lex = &line->lex;
	bool verb_given = true;

	if (!bailey_lexer_next(lex))
		return 0;
	line->verb = BAILEY_VERB_ADD;
	if (bailey_lexer_is(lex, "replace"))
		line->verb = BAILEY_VERB_REPLACE;
	else if (bailey_lexer_is(lex, "delete"))
		line->verb = BAILEY_VERB_DELETE;
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
	struct bailey_line line = { .policy = policy };
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
		if (ret == -ENOSPC)
			bailey_lexer_fail(&line.lex, ret, "",
					  "far more objects than the limit (sysctl max_rules) of %llu",
					  (unsigned long long)policy->max_rules);
		n += !!end;
		text += n;
		len -= n;
		bailey_yield();
		if (!ret && bailey_killed())
			ret = -EINTR;
	}
	return ret;
}
