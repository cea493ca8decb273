// SPDX-License-Identifier: GPL-2.0
/*
 * Random changes of a policy: made in the reference's structures and written
 * down in the language, as somebody at a terminal would.
 */
#include "model.h"
#include "text.h"

static void change_attach(struct ref_random *random, struct ref_policy *policy,
			  struct bailey_out *text)
{
	struct ref_attach *attach;
	int at = ref_random(random, policy->attaches);

	if (!policy->attaches)
		return;
	attach = &policy->attach[at];
	if (!ref_random(random, 6)) {
		bailey_out_printf(text, "delete ");
		ref_print_attach(attach, ref_random(random, 2), text);
		*attach = policy->attach[--policy->attaches];
		return;
	}
	attach->acl = ref_random(random, 2) ? -1 : (int)ref_random(random, REF_ACLS);
	attach->groups = ref_random(random, 4) ? 1U << ref_random(random, REF_GROUPS) : 0;
	bailey_out_printf(text, "replace ");
	ref_print_attach(attach, true, text);
}

static void add_attach(struct ref_random *random, const struct ref_world *world,
		       struct ref_policy *policy, struct bailey_out *text)
{
	struct ref_attach attach = {
		.host = ref_random(random, 2),
		.acl = -1,
		.groups = 1U << ref_random(random, REF_GROUPS),
	};
	int i;

	if (policy->attaches == REF_ATTACHES)
		return;
	strcpy(attach.dev, world->iface[ref_random(random, world->count)].name);
	for (i = 0; i < policy->attaches; i++)
		if (!policy->attach[i].stem && policy->attach[i].host == attach.host &&
		    !strcmp(policy->attach[i].dev, attach.dev))
			return;
	bailey_out_printf(text, ref_random(random, 2) ? "add " : "");
	ref_print_attach(&attach, true, text);
	policy->attach[policy->attaches++] = attach;
}

static bool number_taken(const struct ref_acl *acl, int dir, int but,
			 const struct ref_entry *entry)
{
	int i;

	for (i = 0; i < acl->count[dir]; i++)
		if (i != but && acl->entry[dir][i].number == entry->number &&
		    ref_match_families(&acl->entry[dir][i].match) &
		    ref_match_families(&entry->match))
			return true;
	return false;
}

static void print_entry(int acl, int dir, const struct ref_entry *entry,
			struct bailey_out *text)
{
	bailey_out_printf(text, "acl a%d %s %u %s", acl, dir ? "out" : "in",
			  entry->number, ref_action_word(entry));
	ref_print_match(&entry->match, text);
}

/* "If an ACL has its number 100 in both families, both go." */
static void delete_entry(struct ref_random *random, struct ref_acl *acl, int index,
			 int dir, struct bailey_out *text)
{
	struct ref_entry gone = acl->entry[dir][ref_random(random, acl->count[dir])];
	bool whole = ref_random(random, 2);
	int i, kept = 0;

	for (i = 0; i < acl->count[dir]; i++) {
		const struct ref_entry *entry = &acl->entry[dir][i];

		if (entry->number == gone.number &&
		    (!whole || ref_match_equal(&entry->match, &gone.match)))
			continue;
		acl->entry[dir][kept++] = *entry;
	}
	acl->count[dir] = kept;
	bailey_out_printf(text, "delete ");
	if (whole)
		print_entry(index, dir, &gone, text);
	else
		bailey_out_printf(text, "acl a%d %s %u", index, dir ? "out" : "in",
				  gone.number);
}

static void change_acl(struct ref_random *random, struct ref_policy *policy,
		       struct bailey_out *text)
{
	int index = ref_random(random, REF_ACLS), dir = ref_random(random, 2);
	struct ref_acl *acl = &policy->acl[index];
	struct ref_entry entry = { .allow = ref_random(random, 2) };

	if (acl->count[dir] && ref_random(random, 2)) {
		delete_entry(random, acl, index, dir, text);
		return;
	}
	if (acl->count[dir] == REF_ENTRIES)
		return;
	entry.reject = !entry.allow && ref_random(random, 2);
	entry.number = 1 + ref_random(random, 40);
	ref_generate_match(random, false, &entry.match);
	if (number_taken(acl, dir, -1, &entry))
		return;
	acl->entry[dir][acl->count[dir]++] = entry;
	bailey_out_printf(text, ref_random(random, 2) ? "add " : "");
	print_entry(index, dir, &entry, text);
}

static void change_group(struct ref_random *random, struct ref_policy *policy,
			 struct bailey_out *text)
{
	int index = ref_random(random, REF_GROUPS), dir = ref_random(random, 2);
	struct ref_group *group = &policy->group[index];
	struct ref_match match;
	int i;

	if (group->count[dir] && ref_random(random, 2)) {
		i = ref_random(random, group->count[dir]);
		match = group->rule[dir][i];
		group->rule[dir][i] = group->rule[dir][--group->count[dir]];
		bailey_out_printf(text, "delete ");
	} else {
		ref_generate_match(random, true, &match);
		for (i = 0; i < group->count[dir]; i++)
			if (ref_match_equal(&group->rule[dir][i], &match))
				return;
		if (i == REF_RULES)
			return;
		group->rule[dir][group->count[dir]++] = match;
	}
	bailey_out_printf(text, "group g%d %s allow", index, dir ? "out" : "in");
	ref_print_match(&match, text);
}

static void change_endpoint(struct ref_random *random, struct ref_policy *policy,
			    struct bailey_out *text)
{
	int at = ref_random(random, policy->endpoints);
	struct ref_endpoint *endpoint = &policy->endpoint[at];

	if (!policy->endpoints)
		return;
	if (!ref_random(random, 4)) {
		bailey_out_printf(text, "delete endpoint %s", endpoint->name);
		*endpoint = policy->endpoint[--policy->endpoints];
		return;
	}
	endpoint->groups = 1U << ref_random(random, REF_GROUPS);
	if (endpoint->count > 1)
		endpoint->count--;
	bailey_out_printf(text, "replace ");
	ref_print_endpoint(endpoint, text);
}

static void change_list(struct ref_random *random, struct ref_policy *policy,
			struct bailey_out *text)
{
	int index = ref_random(random, REF_LISTS), i;
	struct ref_list *list = &policy->list[index];

	if (list->count && ref_random(random, 2)) {
		i = ref_random(random, list->count);
		bailey_out_printf(text, "delete prefix-list l%d ", index);
		ref_print_cidr(&list->at[i], text);
		list->at[i] = list->at[--list->count];
		return;
	}
	/* Whoever replaces it names all that should be there. */
	list->at[0].net = ref_random_addr(random, 4);
	list->at[0].bits = 32;
	list->count = 1;
	bailey_out_printf(text, "replace prefix-list l%d ", index);
	ref_print_cidr(&list->at[0], text);
}

static void change_flag(struct ref_random *random, struct ref_policy *policy,
			struct bailey_out *text)
{
	static const char * const names[] = {
		"loopback", "nd", "mld", "dhcp", "icmp-error"
	};
	bool *flags[] = {
		&policy->exempt_loopback, &policy->exempt_nd, &policy->exempt_mld,
		&policy->exempt_dhcp, &policy->exempt_error,
	};
	u32 i = ref_random(random, 6);

	if (i == 5) {
		policy->deny = !policy->deny;
		policy->reject = policy->deny && ref_random(random, 2);
		bailey_out_printf(text, "default %s", policy->reject ? "reject" :
				  policy->deny ? "deny" : "pass");
		return;
	}
	*flags[i] = !*flags[i];
	bailey_out_printf(text, "%s exempt %s", *flags[i] ? "add" : "delete", names[i]);
}

/**
 * ref_generate_change() - a transaction
 * @random: the generator
 * @world: the interfaces
 * @policy: changed
 * @text: the lines that say so
 */
void ref_generate_change(struct ref_random *random, const struct ref_world *world,
			 struct ref_policy *policy, struct bailey_out *text)
{
	int i, n = ref_random(random, 3);

	if (!ref_random(random, 10)) {
		if (ref_random(random, 2))
			ref_generate_policy(random, world, policy);
		bailey_out_printf(text, "flush\n");
		ref_print_policy(policy, text);
	}
	for (i = 0; i < n; i++) {
		switch (ref_random(random, 8)) {
		case 0:
		case 1:
			change_attach(random, policy, text);
			break;
		case 2:
			add_attach(random, world, policy, text);
			break;
		case 3:
			change_acl(random, policy, text);
			break;
		case 4:
			change_group(random, policy, text);
			break;
		case 5:
			change_endpoint(random, policy, text);
			break;
		case 6:
			change_list(random, policy, text);
			break;
		case 7:
			change_flag(random, policy, text);
			break;
		}
		bailey_out_printf(text, "\n");
	}
}
