// SPDX-License-Identifier: GPL-2.0
/*
 * Who may talk to whom, as a picture: places are nodes, boxed by their interfaces, and
 * arrows say by which protocols and ports. graphviz draws it.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

/* Words that an arrow has room for. */
#define LABEL_MAX	5

struct drawing {
	const struct reach_filter *filter;
	FILE *to;
	bool *used;		/* places with an arrow */
	u32 arrows;
};

static u32 node_of(const struct reach *reach, const struct world_place *place)
{
	/* This machine is one node, however many interfaces see it */
	return place->kind == WORLD_HOST ? reach->world->places :
					   (u32)(place - reach->world->place);
}

/* Names have no quotes and backslashes: the language sees to that. */
static void nodes_print(const struct reach *reach, struct drawing *drawing)
{
	const struct world *world = reach->world;
	u32 d, i, any;

	for (d = 0; d < world->devices; d++) {
		const struct world_device *device = &world->device[d];

		for (any = 0, i = device->first; i < device->first + device->places; i++)
			any |= drawing->used[i] && world->place[i].kind != WORLD_HOST;
		if (!any)
			continue;
		fprintf(drawing->to, "\tsubgraph cluster_%u {\n\t\tlabel=\"%s%s\";\n", d,
			device->another ? "another " : "",
			device->label[0] ? device->label : "unattached interfaces");
		for (i = device->first; i < device->first + device->places; i++) {
			struct bailey_out out = {};

			if (!drawing->used[i] || world->place[i].kind == WORLD_HOST)
				continue;
			world_place_print(world, &world->place[i], &out);
			fprintf(drawing->to, "\t\tp%u [label=\"%s\"];\n", i,
				out.buf ? out.buf : "");
			bailey_out_destroy(&out);
		}
		fprintf(drawing->to, "\t}\n");
	}
	if (drawing->used[world->places])
		fprintf(drawing->to, "\tp%u [label=\"this machine\", style=bold];\n",
			world->places);
}

/* "tcp 22,443": no addresses, an arrow is no place for them. */
static void word_print(const struct space_row *row, struct bailey_out *out)
{
	if (row->field[SPACE_PROTO].all)
		bailey_out_printf(out, "%s", "all");
	else
		space_list_print(&row->field[SPACE_PROTO], SPACE_PROTO, row, out);
	if (row->field[SPACE_DPORT].all)
		return;
	bailey_out_printf(out, row->icmp ? " type " : " ");
	space_list_print(&row->field[SPACE_DPORT], SPACE_DPORT, row, out);
}

static int label_print(const struct lines *lines, struct bailey_out *label)
{
	struct bailey_out out = {};
	u32 i, n = 0;

	for (i = 0; i < lines->count && n <= LABEL_MAX; i++) {
		bailey_out_reset(&out);
		word_print(lines->at[i].row, &out);
		bailey_out_printf(&out, "\\l");
		if (out.failed || (label->buf && strstr(label->buf, out.buf)))
			continue;
		if (n++ < LABEL_MAX)
			bailey_out_bytes(label, out.buf, out.len);
	}
	if (n > LABEL_MAX)
		bailey_out_printf(label, "...\\l");
	bailey_out_destroy(&out);
	return label->failed ? -ENOMEM : 0;
}

static int arrow(struct reach *reach, const struct reach_pair *pair, void *arg)
{
	struct drawing *drawing = arg;
	u32 from = node_of(reach, pair->from), to = node_of(reach, pair->to);
	u32 space = space_and(reach->spaces, reach_allowed(reach, 0, pair),
			      drawing->filter->space);
	struct bailey_out label = {};
	struct lines lines;
	int ret;

	if (space == SPACE_NONE)
		return 0;
	ret = lines_create(&lines, reach, pair, space);
	if (!ret)
		ret = label_print(&lines, &label);
	if (!ret) {
		drawing->used[from] = true;
		drawing->used[to] = true;
		fprintf(drawing->to, "\tp%u -> p%u [label=\"%s\"];\n", from, to, label.buf);
		if (++drawing->arrows > REPORT_LINES_MAX)
			ret = -E2BIG;
	}
	lines_destroy(&lines);
	bailey_out_destroy(&label);
	if (spaces_crowded(reach->spaces))
		reach_collect(reach, &drawing->filter->space, 1);
	return ret;
}

/**
 * draw() - write the picture in graphviz' language
 * @reach: knows who may talk to whom
 * @filter: what is wanted
 * @to: where to
 *
 * Exempt lines are not drawn.
 *
 * Return: 0, -ENOMEM, or -E2BIG if it is too much.
 */
int draw(struct reach *reach, const struct reach_filter *filter, FILE *to)
{
	struct drawing drawing = { .filter = filter, .to = to };
	int ret;

	drawing.used = calloc(reach->world->places + 1, sizeof(bool));
	if (!drawing.used)
		return -ENOMEM;
	fprintf(to, "digraph bailey {\n\trankdir=LR;\n");
	fprintf(to, "\tnode [shape=box];\n\tedge [fontsize=10];\n");
	ret = reach_each_pair(reach, filter, arrow, &drawing);
	if (!ret)
		nodes_print(reach, &drawing);
	fprintf(to, "}\n");
	free(drawing.used);
	return ret;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char name[4096];
	size_t len;

	for (; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		snprintf(name, sizeof(name), "%.*s/%s", (int)len, path, program);
		if (!access(name, X_OK))
			return true;
	}
	return false;
}

/**
 * draw_svg() - have graphviz draw the picture to standard output
 * @reach: knows who may talk to whom
 * @filter: what is wanted
 *
 * Return: 0, -ENOMEM, -E2BIG, or -ENOENT with a message printed.
 */
int draw_svg(struct reach *reach, const struct reach_filter *filter)
{
	FILE *to;
	int ret, end;

	if (!in_path("dot")) {
		tool_fail("the program 'dot' is missing: apt-get install graphviz");
		return -ENOENT;
	}
	fflush(stdout);
	to = popen("dot -Tsvg", "w");
	if (!to)
		return -ENOMEM;
	ret = draw(reach, filter, to);
	end = pclose(to);
	if (ret || (WIFEXITED(end) && !WEXITSTATUS(end)))
		return ret;
	tool_fail("'dot' could not draw it");
	return -ENOENT;
}
