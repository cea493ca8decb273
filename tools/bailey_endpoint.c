// SPDX-License-Identifier: GPL-2.0
/*
 * bailey endpoint: one machine behind an interface, with groups of its own.
 */
#include "tool.h"
#include "engine/policy_text.h"

static const char usage[] =
	"Usage: bailey endpoint [ show [ NAME ] ]\n"
	"       bailey endpoint { add | replace } NAME dev IFNAME addr ADDR,... groups NAME,...\n"
	"       bailey endpoint delete NAME\n";

static void print(const struct tool_view *view, const struct bailey_object *object,
		  struct bailey_out *out)
{
	const struct bailey_endpoint *endpoint =
		container_of(object, const struct bailey_endpoint, object);
	u32 i;

	bailey_out_printf(out, "endpoint %s dev %s addr ", object->name, endpoint->dev);
	for (i = 0; i < endpoint->count; i++) {
		bailey_out_bytes(out, ",", !!i);
		bailey_out_addr(out, endpoint->at[i].family, &endpoint->at[i].addr);
	}
	bailey_out_printf(out, " groups ");
	bailey_set_print(view->policy, endpoint->set, out);
	bailey_out_bytes(out, "\n", 1);
}

static json_t *json(const struct tool_view *view, const struct bailey_object *object)
{
	const struct bailey_endpoint *endpoint =
		container_of(object, const struct bailey_endpoint, object);
	json_t *addresses = json_array();
	struct bailey_out out = {};
	u32 i;

	for (i = 0; i < endpoint->count; i++) {
		bailey_out_reset(&out);
		bailey_out_addr(&out, endpoint->at[i].family, &endpoint->at[i].addr);
		json_array_append_new(addresses, json_stringn(out.buf, out.len));
	}
	bailey_out_destroy(&out);
	return json_pack("{s:s, s:s, s:o, s:o}", "name", object->name,
			 "dev", endpoint->dev, "addresses", addresses,
			 "groups", tool_json_set(view->policy, endpoint->set));
}

const struct tool_object tool_endpoint = {
	.kind = BAILEY_ENDPOINT,
	.usage = usage,
	.print = print,
	.json = json,
};

/**
 * tool_endpoint_main() - bailey endpoint
 * @argc: words behind it
 * @argv: the words
 *
 * Return: exit status.
 */
int tool_endpoint_main(int argc, char **argv)
{
	return tool_object_main(&tool_endpoint, argc, argv);
}
