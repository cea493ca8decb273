// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of packets as text, in the words of the policy language where it has them.
 */
#include "space.h"
#include "space_bits.h"
#include "engine/match_text.h"

/* The length of the prefix that a range is; a large number if it is none. */
static u32 prefix_bits(const struct space_range *range, u32 width)
{
	struct bailey_addr differ = {
		range->first.hi ^ range->last.hi, range->first.lo ^ range->last.lo,
	};
	u32 i, bits = 0;

	while (bits < width && !space_bit(&differ, bits))
		bits++;
	for (i = bits; i < width; i++)
		if (space_bit(&range->first, i) || !space_bit(&range->last, i))
			return 2 * width;
	return bits;
}

static void addr_range_print(const struct space_range *range, u8 family,
			     struct bailey_out *out)
{
	u32 width = space_width(SPACE_SRC, family);
	u32 bits = prefix_bits(range, width);

	bailey_out_addr(out, family, &range->first);
	if (bits < width) {
		bailey_out_printf(out, "/%u", bits);
	} else if (bits > width) {
		bailey_out_printf(out, "-");
		bailey_out_addr(out, family, &range->last);
	}
}

static void number_print(u32 first, u32 last, struct bailey_out *out)
{
	bailey_out_printf(out, "%u", first);
	if (first != last)
		bailey_out_printf(out, "-%u", last);
}

static void protos_print(u32 first, u32 last, struct bailey_out *out)
{
	const char *name;

	for (; first <= last; first++) {
		name = bailey_proto_name(first);
		/* A few by their names; many as a range of numbers */
		if (last - first > 3) {
			number_print(first, last, out);
			return;
		}
		if (name)
			bailey_out_printf(out, "%s", name);
		else
			bailey_out_printf(out, "%u", first);
		if (first < last)
			bailey_out_printf(out, ",");
	}
}

/* Types, or one type's codes: "8", "3/4", "3/0-4"; a range over several: both ends. */
static void types_print(u32 first, u32 last, struct bailey_out *out)
{
	u32 type = first >> 8, type_last = last >> 8;
	u32 code = first & 0xff, code_last = last & 0xff;

	if (!code && code_last == 0xff) {
		number_print(type, type_last, out);
	} else if (type == type_last) {
		bailey_out_printf(out, "%u/", type);
		number_print(code, code_last, out);
	} else {
		bailey_out_printf(out, "%u/%u-%u/%u", type, code, type_last, code_last);
	}
}

/**
 * space_list_print() - the values of a field
 * @list: the values
 * @field: the field
 * @row: the row that they are of
 * @out: gets them, separated by commas: protocols by name, addresses as prefixes
 *	 where they are one, else as ranges; ICMP types with "/" and codes
 */
void space_list_print(const struct space_list *list, enum space_field field,
		      const struct space_row *row, struct bailey_out *out)
{
	u8 family = row->families == BAILEY_FAMILY_IPV6 ? BAILEY_IPV6 : BAILEY_IPV4;
	u32 shift = 64 - space_bits[field].width;
	u32 i, first, last;

	for (i = 0; i < list->count; i++) {
		if (i)
			bailey_out_printf(out, ",");
		if (field == SPACE_SRC || field == SPACE_DST) {
			addr_range_print(&list->range[i], family, out);
			continue;
		}
		first = list->range[i].first.hi >> shift;
		last = list->range[i].last.hi >> shift;
		if (field == SPACE_PROTO)
			protos_print(first, last, out);
		else if (field == SPACE_DPORT && row->icmp)
			types_print(first, last, out);
		else
			number_print(first, last, out);
	}
}

static void words_print(const struct space_row *row, enum space_field field,
			const char *words, struct bailey_out *out)
{
	if (row->field[field].all)
		return;
	bailey_out_printf(out, " %s ", words);
	space_list_print(&row->field[field], field, row, out);
}

/**
 * space_row_print() - a block, as a match of the policy language
 * @row: the block
 * @out: gets it: "tcp from 10.0.0.0/8 to any port 22,443"
 */
void space_row_print(const struct space_row *row, struct bailey_out *out)
{
	bool ports[2] = {
		!row->field[SPACE_SPORT].all, !row->icmp && !row->field[SPACE_DPORT].all,
	};

	if (row->field[SPACE_PROTO].all)
		bailey_out_printf(out, "%s", "any");
	else
		space_list_print(&row->field[SPACE_PROTO], SPACE_PROTO, row, out);
	if (row->field[SPACE_SRC].all && (ports[0] || row->families != BAILEY_FAMILY_BOTH))
		bailey_out_printf(out, " from %s", row->families == BAILEY_FAMILY_BOTH ? "any" :
				  row->families == BAILEY_FAMILY_IPV4 ? "0.0.0.0/0" : "::/0");
	words_print(row, SPACE_SRC, "from", out);
	words_print(row, SPACE_SPORT, "port", out);
	if (row->field[SPACE_DST].all && ports[1])
		bailey_out_printf(out, " to any");
	words_print(row, SPACE_DST, "to", out);
	if (ports[1])
		words_print(row, SPACE_DPORT, "port", out);
	else
		words_print(row, SPACE_DPORT, "type", out);
	words_print(row, SPACE_HOP, "hop-limit", out);
}

/**
 * space_packet_print() - a packet, as "bailey explain" wants it
 * @packet: the packet
 * @out: gets it, without interfaces
 */
void space_packet_print(const struct bailey_packet *packet, struct bailey_out *out)
{
	bool ports = bailey_proto_has_ports(packet->proto);

	protos_print(packet->proto, packet->proto, out);
	bailey_out_printf(out, " from ");
	bailey_out_addr(out, packet->family, &packet->src);
	if (ports)
		bailey_out_printf(out, " port %u", packet->sport);
	bailey_out_printf(out, " to ");
	bailey_out_addr(out, packet->family, &packet->dst);
	if (ports)
		bailey_out_printf(out, " port %u", packet->dport);
	if (bailey_packet_is_icmp(packet))
		bailey_out_printf(out, " type %u code %u", packet->type, packet->code);
	if (packet->hop_limit != 64)
		bailey_out_printf(out, " ttl %u", packet->hop_limit);
}
