// SPDX-License-Identifier: GPL-2.0
/*
 * An import from its beginning to its end.
 */
#include "aws.h"

/**
 * aws_import_init() - begin
 * @aws: filled in; options are the caller's to set
 */
void aws_import_init(struct aws_import *aws)
{
	memset(aws, 0, sizeof(*aws));
}

/**
 * aws_import_finish() - make a policy of all that was read
 * @aws: the import; its files are read
 * @out: where to
 *
 * Return: false if the import was refused: nothing is written then.
 */
bool aws_import_finish(struct aws_import *aws, struct bailey_out *out)
{
	aws->file = NULL;
	if (!aws->refused)
		aws_resolve(aws);
	if (!aws->refused)
		aws_name_devs(aws);
	if (aws->refused)
		return false;
	aws_name_objects(aws);
	aws_print(aws, out);
	if (out->failed || aws->remarks.failed)
		aws_refuse_where(aws, NULL, "out of memory");
	return !aws->refused;
}

/**
 * aws_import_destroy() - free what an import holds
 * @aws: the import
 */
void aws_import_destroy(struct aws_import *aws)
{
	size_t i, k;

	for (i = 0; i < aws->loose_count; i++) {
		struct aws_loose *loose = &aws->loose[i];

		for (k = 0; k < loose->count; k++)
			aws_rule_free(&loose->rules[k]);
		free(loose->rules);
		free(loose->id);
		free(loose->where);
		if (loose->list)
			aws_list_free(loose->list);
	}
	free(aws->loose);
	aws_table_free(&aws->acls, aws_acl_free);
	aws_table_free(&aws->groups, aws_group_free);
	aws_table_free(&aws->subnets, aws_subnet_free);
	aws_table_free(&aws->nics, aws_nic_free);
	aws_table_free(&aws->lists, aws_list_free);
	bailey_out_destroy(&aws->remarks);
}
