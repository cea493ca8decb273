// SPDX-License-Identifier: GPL-2.0
/*
 * Proofs: packets that show a finding, judged by the engine as bailey explain does.
 */
#include "lint.h"
#include "engine/classifier.h"

static bool named_by_stem(const struct bailey_policy *policy, const char *dev)
{
	const struct bailey_attach *attach;
	u32 n;

	for (n = 0; n < policy->objects[BAILEY_ATTACH].named; n++) {
		attach = bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, n));
		if (!strncmp(attach->dev, dev, attach->stem ? strlen(attach->dev) :
							      BAILEY_IFNAME_MAX + 1))
			return true;
	}
	return false;
}

/**
 * lint_elsewhere() - an interface that a policy says nothing of
 * @policy: the policy
 *
 * Return: its name, or NULL if it speaks of all.
 */
const char *lint_elsewhere(const struct bailey_policy *policy)
{
	static const char * const names[] = { TOOL_ELSEWHERE, "outside", "0else", "x-else" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!named_by_stem(policy, names[i]))
			return names[i];
	return NULL;
}

static void dev_of(const struct bailey_attach *attach, char *name)
{
	size_t len = strlen(attach->dev);

	memcpy(name, attach->dev, BAILEY_IFNAME_MAX + 1);
	if (attach->stem && len < BAILEY_IFNAME_MAX)
		memcpy(name + len, "0", 2);
}

static void way_set(struct lint_where *way, const struct bailey_attach *attach, u32 dir,
		    const char *other)
{
	char dev[BAILEY_IFNAME_MAX + 1];

	memset(way, 0, sizeof(*way));
	way->attach = attach;
	dev_of(attach, dev);
	/* This machine is at the other end of its own interface. */
	if (attach->host) {
		memcpy(dir == BAILEY_IN ? way->in : way->out, dev, sizeof(dev));
		return;
	}
	memcpy(dir == BAILEY_IN ? way->out : way->in, dev, sizeof(dev));
	snprintf(dir == BAILEY_IN ? way->in : way->out, BAILEY_IFNAME_MAX + 1, "%s", other);
}

/**
 * lint_ways() - ways on which packets meet an attach line
 * @lint: the examination
 * @attach: the line
 * @dir: direction that it is to be asked in
 * @way: filled in: the best for examples first
 * @most: room in @way
 *
 * Return: how many.
 */
u32 lint_ways(const struct lint *lint, const struct bailey_attach *attach, u32 dir,
	      struct lint_where *way, u32 most)
{
	const struct bailey_policy *policy = lint->policy;
	char other[BAILEY_IFNAME_MAX + 1];
	u32 n, count = 0;

	if (attach->host) {
		way_set(way, attach, dir, "");
		return 1;
	}
	if (lint->elsewhere && policy->default_action == BAILEY_ALLOW)
		way_set(&way[count++], attach, dir, lint->elsewhere);
	for (n = 0; n < policy->objects[BAILEY_ATTACH].named && count < most; n++) {
		const struct bailey_attach *at =
			bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, n));

		dev_of(at, other);
		if (strcmp(at->dev, attach->dev))
			way_set(&way[count++], attach, dir, other);
	}
	return count;
}

/**
 * lint_attach_of_acl() - the next attach line that has an ACL
 * @lint: the examination
 * @acl: the ACL
 * @from: where to begin
 * @at: filled in: where it is
 *
 * Return: the line, or NULL.
 */
const struct bailey_attach *lint_attach_of_acl(const struct lint *lint,
					       const struct bailey_acl *acl, u32 from,
					       u32 *at)
{
	const struct bailey_policy *policy = lint->policy;

	for (*at = from; *at < policy->objects[BAILEY_ATTACH].named; ++*at) {
		const struct bailey_attach *attach =
			bailey_attach_of(bailey_policy_nth(policy, BAILEY_ATTACH, *at));

		if (bailey_policy_object(policy, BAILEY_ACL, attach->acl) == &acl->object)
			return attach;
	}
	return NULL;
}

/* The number of an interface; the first time it is introduced. */
static u32 ifindex_of(struct lint *lint, const char *name, const struct bailey_packet *packet)
{
	struct bailey_explanation *answer;
	struct bailey_question question;
	struct bailey_diag diag = {};
	u32 i;

	for (i = 0; i < lint->ask.count; i++)
		if (!strcmp(lint->ask.device[i].name, name))
			return lint->ask.device[i].ifindex;
	memset(&question, 0, sizeof(question));
	question.packet = *packet;
	snprintf(question.in, sizeof(question.in), "%s", name);
	answer = malloc(sizeof(*answer));
	if (!answer || tool_ask(&lint->ask, &question, answer, &diag))
		lint->failed = true;
	bailey_diag_destroy(&diag);
	free(answer);
	return lint->failed ? 0 : lint->ask.device[lint->ask.count - 1].ifindex;
}

/**
 * lint_judge() - what becomes of a packet that belongs to no connection?
 * @lint: the examination
 * @packet: the packet
 * @way: where it is
 * @untracked: the sysctl of that name
 * @judged: filled in
 *
 * Asks as explain does, but does not look for near misses.
 */
void lint_judge(struct lint *lint, const struct bailey_packet *packet,
		const struct lint_where *way, bool untracked, struct lint_judged *judged)
{
	struct bailey_track_rules track = lint->ask.track;
	struct bailey_packet whole = *packet;
	struct bailey_where where = {};
	struct bailey_eval eval;

	track.untracked = untracked;
	whole.len = packet->family == BAILEY_IPV4 ? 20 : 40;
	where.hook = !way->in[0] ? BAILEY_HOOK_LOCAL_OUT :
		     !way->out[0] ? BAILEY_HOOK_LOCAL_IN : BAILEY_HOOK_FORWARD;
	if (way->in[0])
		where.ifindex[BAILEY_SRC] = ifindex_of(lint, way->in, packet);
	if (way->out[0])
		where.ifindex[BAILEY_DST] = ifindex_of(lint, way->out, packet);
	where.loopback = where.hook != BAILEY_HOOK_FORWARD &&
			 !strcmp(way->in[0] ? way->in : way->out, "lo");
	memset(judged, 0, sizeof(*judged));
	if (!bailey_eval_begin(&eval, lint->ask.binding, &whole, BAILEY_PASS, &where,
			       &judged->trace, &judged->verdict))
		bailey_evaluate(&eval, NULL, &track, &judged->verdict);
}

/**
 * lint_acl_decides() - which entry of an ACL decides a packet?
 * @lint: the examination
 * @acl: the ACL
 * @dir: direction
 * @packet: the packet
 *
 * Return: the entry, or NULL if none matches.
 */
const struct bailey_rule *lint_acl_decides(const struct lint *lint,
					   const struct bailey_acl *acl, u32 dir,
					   const struct bailey_packet *packet)
{
	bool sure;

	return bailey_classify(lint->policy, acl->classifier[dir], packet, &sure);
}

/**
 * lint_example() - give a finding its packet, in words that explain takes
 * @lint: the examination
 * @finding: the finding
 * @packet: the packet
 * @way: where it is
 * @connection: explain is to be asked about the response as well
 */
void lint_example(struct lint *lint, struct lint_finding *finding,
		  const struct bailey_packet *packet, const struct lint_where *way,
		  bool connection)
{
	struct bailey_out out = {};

	bailey_packet_print(packet, way->in, way->out, &out);
	if (connection)
		bailey_out_printf(&out, " connection");
	lint->failed |= out.failed;
	if (!out.failed)
		lint_say(lint, &finding->example, "%s", out.buf);
	bailey_out_destroy(&out);
}
