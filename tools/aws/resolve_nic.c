// SPDX-License-Identifier: GPL-2.0
/*
 * Where interfaces are, and that each address there is one interface's alone.
 */
#include "aws.h"

/* Addresses of a delegated prefix that are written out one by one. */
#define SPREAD_BITS	10

static void place(struct aws_import *aws, struct aws_nic *nic)
{
	nic->subnet = aws_subnet_get(aws, nic->subnet_id, nic->o.vpc);
	if (nic->o.vpc && strcmp(nic->o.vpc, nic->subnet->o.vpc))
		aws_refuse_where(aws, nic->o.where, "%s of %s is in %s of %s", nic->o.id,
				 nic->o.vpc, nic->subnet_id, nic->subnet->o.vpc);
}

/* The address that is @n behind a network's first one; n below 2^32. */
static struct aws_cidr nth_addr(const struct aws_cidr *cidr, u32 n)
{
	struct aws_cidr addr = { .family = cidr->family };
	u32 last = cidr->family == BAILEY_IPV4 ? 3 : 15, i;
	u8 bytes[16];

	addr.bits = 8 * (last + 1);
	bailey_addr_to_bytes(cidr->family, &cidr->addr, bytes);
	for (i = 0; i < 4; i++)
		bytes[last - i] |= n >> (8 * i);
	addr.addr = bailey_addr_from_bytes(cidr->family, bytes);
	return addr;
}

/* A prefix too large for an endpoint: its addresses would be asked by no group. */
static void refuse_prefix(struct aws_import *aws, const struct aws_nic *nic,
			  const struct aws_cidr *cidr)
{
	struct bailey_out out = {};

	aws_out_cidr(&out, cidr);
	if (aws->allow_missing)
		aws_remark(aws, NULL,
			   "%s: the addresses of %s are no endpoint's: no group is asked about them",
			   nic->o.id, out.buf);
	else
		aws_refuse_where(aws, nic->o.where,
				 "%s has all of %s, and an endpoint has single addresses (--allow-missing leaves them out: no group is asked about them)",
				 nic->o.id, out.buf);
	bailey_out_destroy(&out);
}

/* Prefixes become addresses. */
static void spread(struct aws_import *aws, struct aws_nic *nic)
{
	struct aws_cidr *addrs = NULL, one;
	size_t i, count = 0, cap = 0;
	u32 n, bits;

	for (i = 0; i < nic->count; i++) {
		bits = (nic->addrs[i].family == BAILEY_IPV4 ? 32 : 128) - nic->addrs[i].bits;
		if (bits > SPREAD_BITS) {
			refuse_prefix(aws, nic, &nic->addrs[i]);
			continue;
		}
		for (n = 0; n < 1U << bits; n++) {
			one = nth_addr(&nic->addrs[i], n);
			aws_add_cidr(&addrs, &count, &cap, &one);
		}
	}
	free(nic->addrs);
	nic->addrs = addrs;
	nic->cap = cap;
	nic->count = aws_unique(addrs, count, sizeof(*addrs), aws_cidr_cmp, NULL);
}

static void check_addrs(struct aws_import *aws, const struct aws_nic *nic, json_t *owners)
{
	struct bailey_out key = {};
	const char *owner;
	size_t i;

	for (i = 0; i < nic->count; i++) {
		bailey_out_reset(&key);
		bailey_out_addr(&key, nic->addrs[i].family, &nic->addrs[i].addr);
		bailey_out_printf(&key, " of ");
		bailey_out_bytes(&key, nic->subnet_id, strlen(nic->subnet_id));
		owner = json_string_value(json_object_get(owners, key.buf));
		if (owner)
			aws_refuse_where(aws, nic->o.where, "%s has %s, and %s has it too",
					 nic->o.id, key.buf, owner);
		else
			json_object_set_new_nocheck(owners, key.buf, json_string(nic->o.id));
	}
	bailey_out_destroy(&key);
}

static void check_size(struct aws_import *aws, const struct aws_nic *nic)
{
	if (nic->count > BAILEY_ADDRS_MAX)
		aws_refuse_where(aws, nic->o.where,
				 "%s has %zu addresses, and an endpoint at most %u",
				 nic->o.id, nic->count, BAILEY_ADDRS_MAX);
	if (nic->group_count > BAILEY_GROUPS_MAX)
		aws_refuse_where(aws, nic->o.where, "%s has %zu groups, and an endpoint at most %u",
				 nic->o.id, nic->group_count, BAILEY_GROUPS_MAX);
	if (nic->forwards && nic->group_count)
		aws_remark(aws, NULL,
			   "%s may forward for others (SourceDestCheck is false): its groups are asked about its own addresses only",
			   nic->o.id);
}

/**
 * aws_resolve_nics() - find out where interfaces are
 * @aws: the import
 */
void aws_resolve_nics(struct aws_import *aws)
{
	json_t *owners = json_object();
	size_t i;

	for (i = 0; i < aws->nics.count; i++) {
		struct aws_nic *nic = aws->nics.at[i];

		place(aws, nic);
		if (nic->group_count)
			spread(aws, nic);
		check_size(aws, nic);
		check_addrs(aws, nic, owners);
	}
	json_decref(owners);
}
