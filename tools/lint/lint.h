/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lint: what in a policy is probably not meant. One file for each family of checks;
 * a check reports through finding.c, and only what the engine has shown to be so.
 */
#ifndef BAILEY_TOOLS_LINT_H
#define BAILEY_TOOLS_LINT_H

#include "../ask.h"
#include "reach/space.h"
#include "tool.h"

/* How bad it is. */
enum lint_severity {
	LINT_NOTE,
	LINT_WARNING,
	LINT_ERROR,
	LINT_NEVER,	/* for --fail-on: nothing is that bad */
};

/**
 * enum lint_code - kinds of findings
 * @LINT_FORGOTTEN_RESPONSE: an ACL allows requests, and no entry their responses
 * @LINT_DENIED_RESPONSE: an ACL allows requests, and an entry denies their responses
 * @LINT_SHADOWED: entries before decide all packets of an entry, some otherwise
 * @LINT_REDUNDANT: entries before decide all packets of an entry, as it would
 * @LINT_NEEDLESS: entries behind decide all that an entry decides, as it does
 * @LINT_REDUNDANT_RULE: other rules of a group allow all that a rule allows
 * @LINT_MATCHES_NOTHING: no packet can match
 * @LINT_EMPTY_LIST: a rule names a prefix list without prefixes
 * @LINT_NO_MEMBERS: a rule names a group of which nobody is a member
 * @LINT_ADMIN_PORT: everybody may reach a port of administration
 * @LINT_OPEN: everybody may reach everything
 * @LINT_UNUSED_GROUP: nothing has or names a group
 * @LINT_UNATTACHED_ACL: nothing has an ACL
 * @LINT_UNUSED_LIST: nothing names a prefix list
 * @LINT_GROUP_WITHOUT_RULES: a group among others says nothing
 * @LINT_UNTRACKED: a flow that leaves no entry with the sysctl untracked
 * @LINT_NO_REASON: a finding is silenced without a reason
 * @LINT_SILENCES_NOTHING: a silence that nothing needs
 * @LINT_GAVE_UP: a check would have taken too long
 * @LINT_CODES: number of kinds, not a kind
 */
enum lint_code {
	LINT_FORGOTTEN_RESPONSE,
	LINT_DENIED_RESPONSE,
	LINT_SHADOWED,
	LINT_REDUNDANT,
	LINT_NEEDLESS,
	LINT_REDUNDANT_RULE,
	LINT_MATCHES_NOTHING,
	LINT_EMPTY_LIST,
	LINT_NO_MEMBERS,
	LINT_ADMIN_PORT,
	LINT_OPEN,
	LINT_UNUSED_GROUP,
	LINT_UNATTACHED_ACL,
	LINT_UNUSED_LIST,
	LINT_GROUP_WITHOUT_RULES,
	LINT_UNTRACKED,
	LINT_NO_REASON,
	LINT_SILENCES_NOTHING,
	LINT_GAVE_UP,
	LINT_CODES
};

/**
 * struct lint_about - what there is to say about a kind of findings
 * @id: its code, which never changes
 * @name: its name
 * @severity: &enum lint_severity
 * @text: one sentence
 */
struct lint_about {
	const char *id;
	const char *name;
	enum lint_severity severity;
	const char *text;
};

extern const struct lint_about lint_about[LINT_CODES];

/**
 * struct lint_spot - where something stands in a file
 * @line: from 1; 0 for nowhere
 * @column: byte of the line, from 1
 * @length: bytes
 */
struct lint_spot {
	u32 line;
	u32 column;
	u32 length;
};

/**
 * struct lint_finding - something that is probably not meant
 * @code: &enum lint_code
 * @spot: where it stands
 * @subject: the line in canonical form, or the object, that it is about
 * @text: what is wrong
 * @example: a packet that shows it, in the words of explain; or NULL where no packet can
 * @shows: what explain says of that packet
 * @suggestion: a line that mends it, or NULL
 * @reason: why it is silenced, or NULL
 */
struct lint_finding {
	enum lint_code code;
	struct lint_spot spot;
	char *subject;
	char *text;
	char *example;
	char *shows;
	char *suggestion;
	char *reason;
};

struct lint_places;

/**
 * struct lint_use - who uses what, by slot
 * @families: of which families the members of a group are: BAILEY_FAMILY_*
 * @attached: something has the group
 * @named: a rule names the group
 * @list_named: a rule names the prefix list
 * @list_families: of which families its prefixes are
 */
struct lint_use {
	u8 *families;
	bool *attached;
	bool *named;
	bool *list_named;
	u8 *list_families;
};

/**
 * struct lint - a policy under examination
 * @source: its file; without a name the policy in force
 * @policy: what it means
 * @ask: for examples; @ask.policy is @policy
 * @places: where its lines stand; NULL for the policy in force
 * @use: who uses what
 * @spaces: for examples
 * @steps: what sets have cost this check so far
 * @elsewhere: an interface that no line is about
 * @finding: what was found
 * @count: how many
 * @cap: room in @finding
 * @failed: memory ran out
 */
struct lint {
	struct tool_source source;
	struct bailey_policy *policy;
	struct tool_ask ask;
	struct lint_places *places;
	struct lint_use use;
	struct spaces *spaces;
	u64 steps;
	const char *elsewhere;
	struct lint_finding *finding;
	size_t count;
	size_t cap;
	bool failed;
};

/* finding.c */
struct lint_finding *lint_find(struct lint *lint, enum lint_code code,
			       const char *subject);
__printf(3, 4) void lint_say(struct lint *lint, char **to, const char *fmt, ...);
void lint_findings_settle(struct lint *lint);
void lint_findings_free(struct lint *lint);
bool lint_code_find(const char *word, size_t len, enum lint_code *code);
const char *lint_severity_name(enum lint_severity severity);

/* text.c: pieces of canonical form; each to be freed */
char *lint_text_rule(const struct lint *lint, const struct bailey_object *object,
		     u32 dir, const struct bailey_rule *rule);
char *lint_text_entry(const struct lint *lint, const struct bailey_object *object,
		      u32 dir, u32 number, enum bailey_action action,
		      const struct bailey_match *match);
char *lint_text_object(const struct bailey_object *object);
const char *lint_text_dir(u32 dir);

/* place.c */
struct lint_places *lint_places_read(const struct tool_source *source);
void lint_places_free(struct lint_places *places);
struct lint_spot lint_places_find(const struct lint_places *places, const char *subject);

/* silence.c */
void lint_silences_apply(struct lint *lint);

/**
 * struct lint_where - a way through the machine that meets an attach line
 * @attach: the line
 * @in: interface that a packet comes in by, "" for this machine
 * @out: interface that it leaves by, "" for this machine
 */
struct lint_where {
	const struct bailey_attach *attach;
	char in[BAILEY_IFNAME_MAX + 1];
	char out[BAILEY_IFNAME_MAX + 1];
};

#define LINT_WAYS	8

/**
 * struct lint_judged - what becomes of a packet
 * @trace: the questions that it was asked
 * @verdict: the verdict
 */
struct lint_judged {
	struct bailey_trace trace;
	struct bailey_verdict verdict;
};

/* proof.c */
const char *lint_elsewhere(const struct bailey_policy *policy);
u32 lint_ways(const struct lint *lint, const struct bailey_attach *attach, u32 dir,
	      struct lint_where *way, u32 most);
const struct bailey_attach *lint_attach_of_acl(const struct lint *lint,
					       const struct bailey_acl *acl, u32 from,
					       u32 *at);
void lint_judge(struct lint *lint, const struct bailey_packet *packet,
		const struct lint_where *way, bool untracked, struct lint_judged *judged);
const struct bailey_rule *lint_acl_decides(const struct lint *lint,
					   const struct bailey_acl *acl, u32 dir,
					   const struct bailey_packet *packet);
void lint_example(struct lint *lint, struct lint_finding *finding,
		  const struct bailey_packet *packet, const struct lint_where *way,
		  bool connection);

/**
 * struct lint_list - the rules of one direction of an ACL or a group
 * @lint: the examination
 * @object: the ACL or group
 * @dir: %BAILEY_IN or %BAILEY_OUT
 * @rule: the rules, in order
 * @match: what each matches
 * @count: how many
 * @gone: rules that were found not to matter
 */
struct lint_list {
	struct lint *lint;
	struct bailey_object *object;
	u32 dir;
	struct bailey_rule **rule;
	struct bailey_match *match;
	u32 count;
	bool *gone;
};

/* list.c */
bool lint_list_open(struct lint_list *list, struct lint *lint,
		    struct bailey_object *object, u32 dir);
void lint_list_close(struct lint_list *list);
bool lint_match_covers(const struct bailey_match *a, const struct bailey_match *b);
bool lint_match_apart(const struct bailey_match *a, const struct bailey_match *b);
bool lint_match_has(const struct bailey_policy *policy, const struct bailey_match *match,
		    const struct bailey_packet *packet);

/* sample.c */
bool lint_typical(struct lint *lint, const struct bailey_match *match,
		  struct bailey_packet *packet);
bool lint_sample(const struct bailey_policy *policy, const struct bailey_match *match,
		 u32 turn, struct bailey_packet *packet);

/* What a set, a question and a check may cost; a check says so when it meets a limit. */
#define LINT_NODES	(512U << 10)
#define LINT_STEPS	(4ULL * 1000 * 1000)
#define LINT_STEPS_ALL	(15ULL * 1000 * 1000)

/* sets.c */
bool lint_sets_ready(struct lint *lint, struct spaces **spaces, bool *fresh);

void lint_give_up(struct lint *lint, const char *subject, const char *what);

/* The checks */
void lint_check_response(struct lint *lint);
void lint_check_shadow(struct lint *lint);
void lint_check_group_rules(struct lint *lint);
void lint_check_nothing(struct lint *lint);
void lint_check_open(struct lint *lint);
void lint_check_unused(struct lint *lint);
void lint_check_untracked(struct lint *lint);

/**
 * struct lint_seat - where a group is asked
 * @attach: the line that guards the place
 * @endpoint: the endpoint whose group it is; NULL: it is the line's own
 */
struct lint_seat {
	const struct bailey_attach *attach;
	const struct bailey_endpoint *endpoint;
};

#define LINT_SEATS	16

/* use.c */
bool lint_use_read(struct lint *lint);
void lint_use_free(struct lint *lint);

/* seat.c */
u32 lint_seats(const struct lint *lint, u32 slot, struct lint_seat *seat, u32 most);
u32 lint_seat_space(struct spaces *spaces, const struct lint_seat *seat, u32 dir);
u32 lint_groups_space(struct lint *lint, struct spaces *spaces,
		      const struct bailey_attach *attach, u32 dir);
u32 lint_acl_passes(struct lint *lint, struct spaces *spaces,
		    const struct bailey_attach *attach, u32 dir, u32 space);
bool lint_names_group(const struct bailey_match *match);
bool lint_is_everybody(const struct bailey_match *match, u32 dir);

/* show.c, json.c, sarif.c */
void lint_show(const struct lint *lint);
json_t *lint_json(const struct lint *lint);
json_t *lint_sarif(const struct lint *lint, size_t count);

#endif /* BAILEY_TOOLS_LINT_H */
