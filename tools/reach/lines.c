// SPDX-License-Identifier: GPL-2.0
/*
 * What can go from one place to another, in lines such as "tcp from web1 to port 443".
 *
 * A line is a block of the set. Addresses that are all of a place need not be told;
 * those that are all of some of its endpoints are told by their names. Lines that say
 * the same of both families are one.
 */
#include "lines.h"

#include "space_bits.h"

/* Is a list all that a place has in this family? */
static bool is_whole(struct spaces *spaces, const struct world_place *place,
		     const struct space_list *list, u32 end, u8 families)
{
	u8 family = families == BAILEY_FAMILY_IPV6 ? BAILEY_IPV6 : BAILEY_IPV4;
	u32 whole = space_and(spaces, place->space[end],
			      spaces->family[family == BAILEY_IPV6]);

	if (list->all)
		return true;
	return space_ranges(spaces, SPACE_SRC + end, family, list->range, list->count) == whole;
}

static bool list_has(const struct space_list *list, const struct bailey_addr *addr)
{
	u32 low = 0, high = list->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (bailey_addr_cmp(&list->range[middle].last, addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->count && bailey_addr_cmp(&list->range[low].first, addr) <= 0;
}

/* The endpoints all of whose addresses of a family are in a list, if they are all of it. */
static bool names_print(const struct world_place *place, const struct space_list *list,
			u8 family, struct bailey_out *out)
{
	u32 i, k, n, in, of_family, names = 0;
	size_t before = out->len;
	bool all = true;

	for (i = 0; i < place->addrs && all; i += n) {
		for (n = 0, in = 0, of_family = 0; i + n < place->addrs &&
		     !strcmp(place->addr[i].name, place->addr[i + n].name); n++) {
			k = place->addr[i + n].family == family;
			of_family += k;
			in += k && list_has(list, &place->addr[i + n].addr);
		}
		all = !in || in == of_family;
		if (in && all)
			bailey_out_printf(out, "%s%s", names++ ? "," : "", place->addr[i].name);
	}
	if (all && names)
		return true;
	out->len = before;
	return false;
}

static void addrs_print(const struct world_place *place, const struct space_row *row,
			enum space_field field, struct bailey_out *out)
{
	u8 family = row->families == BAILEY_FAMILY_IPV6 ? BAILEY_IPV6 : BAILEY_IPV4;
	const struct space_list *list = &row->field[field];

	bailey_out_printf(out, " ");
	if (place->kind != WORLD_ENDPOINTS || !names_print(place, list, family, out))
		space_list_print(list, field, row, out);
}

/* " from ADDRESSES port PORTS", without what goes without saying. */
static void end_print(const struct world_place *place, const struct line *line, u32 end,
		      struct bailey_out *out)
{
	const struct space_row *row = line->row;
	enum space_field ports = end ? SPACE_DPORT : SPACE_SPORT;
	bool has_ports = !row->field[ports].all && !(end && row->icmp);

	if (line->whole[end] && !has_ports)
		return;
	bailey_out_printf(out, end ? " to" : " from");
	if (!line->whole[end])
		addrs_print(place, row, SPACE_SRC + end, out);
	if (!has_ports)
		return;
	bailey_out_printf(out, " port ");
	space_list_print(&row->field[ports], ports, row, out);
}

static char *line_text(const struct reach_pair *pair, const struct line *line)
{
	const struct space_row *row = line->row;
	struct bailey_out out = {};

	if (row->field[SPACE_PROTO].all)
		bailey_out_printf(&out, "%s", "any");
	else
		space_list_print(&row->field[SPACE_PROTO], SPACE_PROTO, row, &out);
	if (row->icmp && !row->field[SPACE_DPORT].all) {
		bailey_out_printf(&out, " type ");
		space_list_print(&row->field[SPACE_DPORT], SPACE_DPORT, row, &out);
	}
	end_print(pair->from, line, BAILEY_SRC, &out);
	end_print(pair->to, line, BAILEY_DST, &out);
	if (!row->field[SPACE_HOP].all) {
		bailey_out_printf(&out, " ttl ");
		space_list_print(&row->field[SPACE_HOP], SPACE_HOP, row, &out);
	}
	if (!out.failed)
		return out.buf;
	bailey_out_destroy(&out);
	return NULL;
}

/* A line of IPv4 that says the same, if there is one. */
static struct line *same_of_ipv4(struct lines *lines, const struct line *line)
{
	u32 i;

	for (i = 0; i < lines->count && lines->at[i].row->families != BAILEY_FAMILY_IPV6; i++)
		if (lines->at[i].families == BAILEY_FAMILY_IPV4 &&
		    lines->at[i].whole[0] && lines->at[i].whole[1] &&
		    !strcmp(lines->at[i].text, line->text))
			return &lines->at[i];
	return NULL;
}

static int add_line(struct lines *lines, struct reach *reach, const struct reach_pair *pair,
		    const struct space_row *row)
{
	struct line *line = &lines->at[lines->count], *same = NULL;
	struct spaces *spaces = reach->spaces;

	*line = (struct line){ .row = row, .families = row->families };
	line->whole[0] = is_whole(spaces, pair->from, &row->field[SPACE_SRC], 0, row->families);
	line->whole[1] = is_whole(spaces, pair->to, &row->field[SPACE_DST], 1, row->families);
	line->text = line_text(pair, line);
	if (!line->text)
		return -ENOMEM;
	if (row->families == BAILEY_FAMILY_IPV6 && line->whole[0] && line->whole[1] && !row->icmp)
		same = same_of_ipv4(lines, line);
	if (!same) {
		lines->count++;
		return 0;
	}
	same->families = BAILEY_FAMILY_BOTH;
	free(line->text);
	return 0;
}

/* A family is told where it is not plain from addresses, protocol or places. */
static int tell_family(const struct reach_pair *pair, struct line *line)
{
	u8 can = pair->from->families & pair->to->families;
	struct bailey_out out = {};

	if (!line->whole[0] || !line->whole[1] || line->row->icmp ||
	    (line->families & can) == can)
		return 0;
	bailey_out_printf(&out, "%s (%s only)", line->text,
			  line->families == BAILEY_FAMILY_IPV4 ? "IPv4" : "IPv6");
	if (out.failed) {
		bailey_out_destroy(&out);
		return -ENOMEM;
	}
	free(line->text);
	line->text = out.buf;
	return 0;
}

/**
 * lines_create() - tell what is in a set
 * @lines: filled in; to be freed with lines_destroy(), also on failure
 * @reach: where it is
 * @pair: between these places
 * @space: the set, of packets from the one to the other
 *
 * Return: 0, -ENOMEM, or -E2BIG if there are too many lines, or at a limit.
 */
int lines_create(struct lines *lines, struct reach *reach, const struct reach_pair *pair,
		 u32 space)
{
	int ret;
	u32 i;

	memset(lines, 0, sizeof(*lines));
	ret = space_rows_create(reach->spaces, space, LINES_MAX, &lines->rows);
	if (ret)
		return ret;
	lines->at = calloc(lines->rows.count + 1, sizeof(*lines->at));
	if (!lines->at)
		return -ENOMEM;
	for (i = 0; i < lines->rows.count && !ret; i++)
		ret = add_line(lines, reach, pair, &lines->rows.row[i]);
	for (i = 0; i < lines->count && !ret; i++)
		ret = tell_family(pair, &lines->at[i]);
	if (!ret && reach->spaces->bdd.failure)
		ret = -E2BIG;
	return ret;
}

/**
 * lines_destroy() - free lines
 * @lines: the lines
 */
void lines_destroy(struct lines *lines)
{
	u32 i;

	for (i = 0; lines->at && i < lines->count; i++)
		free(lines->at[i].text);
	free(lines->at);
	space_rows_destroy(&lines->rows);
}

/**
 * line_space() - the packets that a line tells of
 * @spaces: where
 * @line: the line; where it is two blocks, the one of IPv4 counts
 *
 * Return: the space, or %SPACE_FAILED.
 */
u32 line_space(struct spaces *spaces, const struct line *line)
{
	u8 family = line->row->families == BAILEY_FAMILY_IPV6 ? BAILEY_IPV6 : BAILEY_IPV4;
	u32 field, space = spaces->family[family == BAILEY_IPV6];

	for (field = 0; field < SPACE_FIELDS; field++) {
		const struct space_list *list = &line->row->field[field];
		bool addr = field == SPACE_SRC || field == SPACE_DST;

		if (!list->all)
			space = space_and(spaces, space,
					  space_ranges(spaces, field, addr ? family : 0,
						       list->range, list->count));
	}
	return space;
}
