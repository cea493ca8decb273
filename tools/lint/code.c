// SPDX-License-Identifier: GPL-2.0
/*
 * The kinds of findings. Codes are for ever: silences in files name them.
 */
#include "lint.h"

const struct lint_about lint_about[LINT_CODES] = {
	[LINT_FORGOTTEN_RESPONSE] = {
		"BL001", "forgotten-response", LINT_ERROR,
		"An ACL allows a request, but no entry of the other direction allows its response.",
	},
	[LINT_DENIED_RESPONSE] = {
		"BL002", "denied-response", LINT_NOTE,
		"An ACL allows a request, but an entry of the other direction denies its response.",
	},
	[LINT_SHADOWED] = {
		"BL010", "shadowed", LINT_WARNING,
		"Entries before decide all packets of an entry, some of them otherwise than it says.",
	},
	[LINT_REDUNDANT] = {
		"BL011", "redundant", LINT_NOTE,
		"Entries before decide all packets of an entry, and say the same.",
	},
	[LINT_NEEDLESS] = {
		"BL012", "needless", LINT_NOTE,
		"Without an entry, entries behind it would say the same of all that it decides.",
	},
	[LINT_REDUNDANT_RULE] = {
		"BL013", "redundant-rule", LINT_NOTE,
		"Other rules of the same group allow all that a rule allows.",
	},
	[LINT_MATCHES_NOTHING] = {
		"BL020", "matches-nothing", LINT_WARNING,
		"No packet can match a rule: its parts are of different families.",
	},
	[LINT_EMPTY_LIST] = {
		"BL021", "empty-prefix-list", LINT_WARNING,
		"A rule names a prefix list in which there is no prefix.",
	},
	[LINT_NO_MEMBERS] = {
		"BL022", "group-without-members", LINT_WARNING,
		"A rule names a group of which nobody is a member at any place.",
	},
	[LINT_ADMIN_PORT] = {
		"BL030", "open-admin-port", LINT_WARNING,
		"Everybody may reach a port by which machines or databases are administered.",
	},
	[LINT_OPEN] = {
		"BL031", "open-to-everybody", LINT_ERROR,
		"Everybody may reach all ports.",
	},
	[LINT_UNUSED_GROUP] = {
		"BL040", "unused-group", LINT_NOTE,
		"Nothing is attached to a group, and no rule names it.",
	},
	[LINT_UNATTACHED_ACL] = {
		"BL041", "unattached-acl", LINT_WARNING,
		"No attach line has an ACL: it is never asked.",
	},
	[LINT_UNUSED_LIST] = {
		"BL042", "unused-prefix-list", LINT_NOTE,
		"No rule names a prefix list.",
	},
	[LINT_GROUP_WITHOUT_RULES] = {
		"BL043", "group-without-rules", LINT_NOTE,
		"A group without rules is attached beside others: it says nothing.",
	},
	[LINT_UNTRACKED] = {
		"BL050", "untracked", LINT_NOTE,
		"Rules of both directions let everybody have a flow: with sysctl untracked it has no entry.",
	},
	[LINT_NO_REASON] = {
		"BL090", "silence-without-reason", LINT_WARNING,
		"A comment silences a finding and does not say why, or can't be read.",
	},
	[LINT_SILENCES_NOTHING] = {
		"BL091", "silence-of-nothing", LINT_WARNING,
		"A comment silences what is not found there.",
	},
	[LINT_GAVE_UP] = {
		"BL099", "gave-up", LINT_NOTE,
		"A check was given up, since it would have taken too long.",
	},
};
