// SPDX-License-Identifier: GPL-2.0
/*
 * When all is read: subnets and their ACLs, and what the files leave open or say in
 * two ways. Groups, lists and interfaces have files of their own.
 */
#include "aws.h"

/* Every page of a kind says that there is another one: the last is missing. */
static void remark_pages(struct aws_import *aws)
{
	static const char * const names[] = {
		[AWS_ACLS] = "network ACLs", [AWS_GROUPS] = "security groups",
		[AWS_RULES] = "rules of groups", [AWS_SUBNETS] = "subnets",
		[AWS_NICS] = "network interfaces", [AWS_INSTANCES] = "instances",
		[AWS_LISTS] = "prefix lists", [AWS_ENTRIES] = "entries of prefix lists",
	};
	size_t i;

	for (i = 0; i < AWS_KINDS; i++)
		if (aws->pages[i][1] && aws->pages[i][1] == aws->pages[i][0])
			aws_remark(aws, NULL,
				   "there are more pages of %s (NextToken), and they are not in these files",
				   names[i]);
}

/**
 * aws_subnet_get() - a subnet that something refers to
 * @aws: the import
 * @id: its id
 * @vpc: its VPC, or NULL if that is not said
 *
 * Return: the subnet; made if it was not described.
 */
struct aws_subnet *aws_subnet_get(struct aws_import *aws, const char *id, const char *vpc)
{
	struct aws_subnet *subnet = aws_find(&aws->subnets, id);

	if (!subnet) {
		subnet = aws_new(sizeof(*subnet));
		subnet->o.id = aws_copy(id);
		aws_insert(&aws->subnets, subnet);
	}
	if (!subnet->o.vpc)
		subnet->o.vpc = aws_copy(vpc);
	return subnet;
}

static void associate(struct aws_import *aws, struct aws_acl *acl, const char *id)
{
	struct aws_subnet *subnet = aws_subnet_get(aws, id, acl->o.vpc);

	if (subnet->acl && subnet->acl != acl)
		aws_refuse_where(aws, acl->o.where, "%s is associated with %s, and with %s too",
				 id, acl->o.id, subnet->acl->o.id);
	if (acl->o.vpc && strcmp(acl->o.vpc, subnet->o.vpc))
		aws_refuse_where(aws, acl->o.where, "%s of %s is associated with %s of %s",
				 acl->o.id, acl->o.vpc, id, subnet->o.vpc);
	subnet->acl = acl;
}

static void associate_all(struct aws_import *aws)
{
	size_t i, k;

	for (i = 0; i < aws->acls.count; i++) {
		struct aws_acl *acl = aws->acls.at[i];

		for (k = 0; k < json_array_size(acl->subnets); k++)
			associate(aws, acl, json_string_value(json_array_get(acl->subnets, k)));
	}
}

/* The default ACL of each VPC, by the VPC's id. */
static json_t *defaults(struct aws_import *aws)
{
	json_t *index = json_object();
	size_t i;

	for (i = 0; i < aws->acls.count; i++) {
		const struct aws_acl *acl = aws->acls.at[i];
		json_t *other;

		if (!acl->is_default || !acl->o.vpc)
			continue;
		other = json_object_get(index, acl->o.vpc);
		if (other)
			aws_refuse_where(aws, acl->o.where, "%s has two default ACLs, %s and %s",
					 acl->o.vpc, acl->o.id, json_string_value(other));
		json_object_set_new(index, acl->o.vpc, json_string(acl->o.id));
	}
	return index;
}

/* A subnet that no ACL names has its VPC's default one. */
static void associate_rest(struct aws_import *aws)
{
	json_t *index = defaults(aws), *id;
	size_t i;

	for (i = 0; i < aws->subnets.count; i++) {
		struct aws_subnet *subnet = aws->subnets.at[i];

		if (subnet->acl)
			continue;
		id = subnet->o.vpc ? json_object_get(index, subnet->o.vpc) : NULL;
		if (id) {
			subnet->acl = aws_find(&aws->acls, json_string_value(id));
			aws_remark(aws, NULL, "no ACL names %s: it has %s, the default of its VPC",
				   subnet->o.id, subnet->acl->o.id);
		} else if (aws->acls.count) {
			aws_remark(aws, NULL, "no ACL of %s is at hand: none is asked there",
				   subnet->o.id);
		}
	}
	json_decref(index);
	if (aws->subnets.count && !aws->acls.count)
		aws_remark(aws, NULL, "no network ACL is at hand: none is asked anywhere");
}

/* A prefix of a subnet, to be compared with its neighbours. */
struct piece {
	const struct aws_subnet *subnet;
	const struct aws_cidr *cidr;
};

static int piece_cmp(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	int order = strcmp(x->subnet->o.vpc, y->subnet->o.vpc);

	if (!order)
		order = aws_cidr_cmp(x->cidr, y->cidr);
	return order ? order : strcmp(x->subnet->o.id, y->subnet->o.id);
}

static bool covers(const struct piece *outer, const struct piece *inner)
{
	struct bailey_addr net = bailey_prefix_mask(&inner->cidr->addr, outer->cidr->bits);

	return outer->cidr->family == inner->cidr->family &&
	       !strcmp(outer->subnet->o.vpc, inner->subnet->o.vpc) &&
	       bailey_addr_equal(&net, &outer->cidr->addr);
}

/* In this order a prefix within another one stands behind it, or behind its like. */
static void remark_overlaps(struct aws_import *aws)
{
	struct piece *pieces = NULL;
	size_t i, k, count = 0, cap = 0, outer = 0;

	for (i = 0; i < aws->subnets.count; i++) {
		const struct aws_subnet *subnet = aws->subnets.at[i];

		for (k = 0; subnet->o.vpc && k < subnet->count; k++) {
			pieces = aws_more(pieces, count, &cap, sizeof(*pieces));
			pieces[count++] = (struct piece){ subnet, &subnet->cidrs[k] };
		}
	}
	if (count)
		qsort(pieces, count, sizeof(*pieces), piece_cmp);
	for (i = 1; i < count; i++) {
		if (covers(&pieces[outer], &pieces[i]) &&
		    pieces[outer].subnet != pieces[i].subnet)
			aws_remark(aws, NULL, "%s and %s overlap", pieces[outer].subnet->o.id,
				   pieces[i].subnet->o.id);
		else if (!covers(&pieces[outer], &pieces[i]))
			outer = i;
	}
	free(pieces);
}

/**
 * aws_resolve() - find out who is meant by what was read
 * @aws: the import; contradictions are refused
 */
void aws_resolve(struct aws_import *aws)
{
	remark_pages(aws);
	aws_resolve_nics(aws);
	aws_resolve_groups(aws);
	aws_resolve_lists(aws);
	associate_all(aws);
	associate_rest(aws);
	remark_overlaps(aws);
	aws_sort(&aws->acls);
	aws_sort(&aws->groups);
	aws_sort(&aws->subnets);
	aws_sort(&aws->nics);
	aws_sort(&aws->lists);
}
