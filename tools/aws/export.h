/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way back: a policy as AWS's tools print it, or why that can't be.
 */
#ifndef BAILEY_TOOLS_AWS_EXPORT_H
#define BAILEY_TOOLS_AWS_EXPORT_H

#include "aws.h"

/**
 * struct aws_export - one export
 * @policy: sealed
 * @ids: by kind and slot: what AWS's tools call the object
 * @taken: all of these
 * @refused: how often something was refused
 */
struct aws_export {
	const struct bailey_policy *policy;
	char **ids[BAILEY_KIND_COUNT];
	json_t *taken;
	size_t refused;
};

/**
 * struct aws_flow - what a rule is about, as AWS has it
 * @match: the rule's match
 * @near: its own end, which AWS does not ask about
 * @far: the other end
 * @egress: an out rule
 * @from: first port, type or %AWS_OPEN
 * @to: last port, code or %AWS_OPEN
 */
struct aws_flow {
	struct bailey_match match;
	const struct bailey_peer *near;
	const struct bailey_peer *far;
	bool egress;
	s32 from;
	s32 to;
};

/* export.c */
json_t *aws_export(const struct bailey_policy *policy);

/* export_match.c */
void aws_export_refuse(struct aws_export *export, const struct bailey_object *object,
		       int dir, const struct bailey_rule *rule, const char *why);
bool aws_flow_of(struct aws_export *export, const struct bailey_object *object, int dir,
		 const struct bailey_rule *rule, struct aws_flow *flow);
json_t *aws_export_cidr(u8 family, const struct bailey_addr *addr, u8 bits);
json_t *aws_export_entries(struct aws_export *export, const struct bailey_acl *acl);
json_t *aws_export_permissions(struct aws_export *export,
			       const struct bailey_group *group, int dir);
bool aws_export_has_family(const struct bailey_prefix_list *list, u8 family);
json_t *aws_export_list_id(const struct aws_export *export, u32 slot, u8 family);

#endif /* BAILEY_TOOLS_AWS_EXPORT_H */
