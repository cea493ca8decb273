/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ACLs say, where they are asked in full (evaluate.c) and where nobody but them is
 * asked (module/stateless.c): the same questions, in the same order. All of it is inline, as
 * it is what a packet costs there. Everything read is immutable and under the caller's RCU.
 */
#ifndef BAILEY_ENGINE_ACLS_H
#define BAILEY_ENGINE_ACLS_H

#include "classifier.h"
#include "side.h"

/**
 * struct bailey_acls - the ACLs that a packet meets on its way, in their order
 * @acl: of the source's side, which is asked about what goes out, and of the destination's,
 *	 about what comes in; NULL: that one asks nothing
 */
struct bailey_acls {
	const struct bailey_acl *acl[2];
};

/**
 * bailey_acl_dir() - in which direction a packet passes the ACL of a side
 * @s: %BAILEY_SRC or %BAILEY_DST
 *
 * Return: %BAILEY_OUT or %BAILEY_IN.
 */
static inline u8 bailey_acl_dir(u32 s)
{
	return s == BAILEY_SRC ? BAILEY_OUT : BAILEY_IN;
}

/**
 * bailey_acl_ask() - ask the ACL of one side
 * @policy: the sealed policy that it belongs to
 * @acl: the ACL
 * @s: %BAILEY_SRC or %BAILEY_DST
 * @packet: the packet
 * @rule: filled in: the entry that answers, or NULL for the last one ("*"). Of a later
 *	  fragment that is dropped for what it does not show: the entry that may match
 *
 * Return: %BAILEY_PASS, or why not.
 */
static inline enum bailey_reason bailey_acl_ask(const struct bailey_policy *policy,
						const struct bailey_acl *acl, u32 s,
						const struct bailey_packet *packet,
						struct bailey_rule **rule)
{
	bool sure;

	*rule = bailey_classify(policy, acl->classifier[bailey_acl_dir(s)], packet, &sure);
	if (unlikely(!sure))
		return BAILEY_DROP_FRAGMENT;
	if (!*rule)
		return BAILEY_DROP_ACL_DEFAULT;
	return (*rule)->action == BAILEY_ALLOW ? BAILEY_PASS : BAILEY_DROP_ACL;
}

/**
 * bailey_acls_ask() - ask both
 * @policy: the sealed policy that they belong to
 * @acls: the ACLs
 * @packet: a whole packet
 * @rule: filled in: the entries that have answered, NULL where none has
 *
 * Return: %BAILEY_PASS, or what the first one that says no says.
 */
static inline enum bailey_reason bailey_acls_ask(const struct bailey_policy *policy,
						 const struct bailey_acls *acls,
						 const struct bailey_packet *packet,
						 struct bailey_rule *rule[2])
{
	enum bailey_reason reason = BAILEY_PASS;

	rule[BAILEY_SRC] = NULL;
	rule[BAILEY_DST] = NULL;
	if (acls->acl[BAILEY_SRC])
		reason = bailey_acl_ask(policy, acls->acl[BAILEY_SRC], BAILEY_SRC, packet,
					&rule[BAILEY_SRC]);
	if (acls->acl[BAILEY_DST] && reason == BAILEY_PASS)
		reason = bailey_acl_ask(policy, acls->acl[BAILEY_DST], BAILEY_DST, packet,
					&rule[BAILEY_DST]);
	return reason;
}

#endif /* BAILEY_ENGINE_ACLS_H */
