// SPDX-License-Identifier: GPL-2.0
/*
 * Sets and single packets: is this one in it, and which one would be?
 */
#include "space.h"
#include "space_bits.h"

/* What a packet has in each field. */
struct values {
	struct bailey_addr field[SPACE_FIELDS];
	bool v6;
};

static void values_of(struct values *values, const struct bailey_packet *packet)
{
	memset(values, 0, sizeof(*values));
	values->v6 = packet->family == BAILEY_IPV6;
	values->field[SPACE_PROTO].hi = (u64)packet->proto << 56;
	values->field[SPACE_SRC] = packet->src;
	values->field[SPACE_DST] = packet->dst;
	values->field[SPACE_HOP].hi = (u64)packet->hop_limit << 56;
	if (bailey_packet_is_icmp(packet)) {
		values->field[SPACE_DPORT].hi = (u64)packet->type << 56 |
						(u64)packet->code << 48;
	} else if (bailey_proto_has_ports(packet->proto)) {
		values->field[SPACE_DPORT].hi = (u64)packet->dport << 48;
		values->field[SPACE_SPORT].hi = (u64)packet->sport << 48;
	}
}

/* A bit of a string, and where it stands. */
static bool get_bit(const struct values *values, u16 var, u32 *field, u32 *depth)
{
	*field = 0;
	if (!var)
		return values->v6;
	while (*field + 1 < SPACE_FIELDS && space_bits[*field + 1].base <= var)
		++*field;
	*depth = var - space_bits[*field].base;
	return space_bit(&values->field[*field], *depth);
}

/**
 * space_has() - is a packet in a set?
 * @spaces: where the set is
 * @space: the set
 * @packet: family, protocol, addresses, ports or type and code, hop limit count
 *
 * Return: true if so; false for %SPACE_FAILED.
 */
bool space_has(const struct spaces *spaces, u32 space,
	       const struct bailey_packet *packet)
{
	struct values values;
	u32 field, depth;

	values_of(&values, packet);
	while (space != SPACE_ALL && space != SPACE_NONE && space != SPACE_FAILED)
		space = bdd_branch(&spaces->bdd, space,
				   get_bit(&values, bdd_var(&spaces->bdd, space),
					   &field, &depth));
	return space == SPACE_ALL;
}

static void flip_bit(struct values *values, u16 var, u32 field, u32 depth)
{
	struct bailey_addr *value = &values->field[field];

	if (!var)
		values->v6 = !values->v6;
	else if (depth < 64)
		value->hi ^= 1ULL << (63 - depth);
	else
		value->lo ^= 1ULL << (127 - depth);
}

/* Bend values until they are in a set: no bit more than must be, from the first on. */
static void bend(const struct spaces *spaces, u32 space, struct values *values)
{
	u32 field, depth;
	bool bit;
	u16 var;

	while (space != SPACE_ALL) {
		var = bdd_var(&spaces->bdd, space);
		bit = get_bit(values, var, &field, &depth);
		if (bdd_branch(&spaces->bdd, space, bit) == SPACE_NONE) {
			flip_bit(values, var, field, depth);
			bit = !bit;
		}
		space = bdd_branch(&spaces->bdd, space, bit);
	}
}

/**
 * space_packet_complete() - what follows from a packet's fields
 * @packet: family, protocol, addresses, ports, type and code are filled in; flags,
 *	    and of TCP that it is a SYN, are added
 */
void space_packet_complete(struct bailey_packet *packet)
{
	packet->flags = 0;
	packet->tcp_flags = packet->proto == BAILEY_PROTO_TCP ? BAILEY_TCP_SYN : 0;
	packet->tcp_scale = BAILEY_TCP_NO_SCALE;
	if (bailey_proto_has_ports(packet->proto))
		packet->flags = BAILEY_PKT_PORTS;
	else if (bailey_packet_is_icmp(packet))
		packet->flags = bailey_packet_icmp_flags(packet->proto, packet->type);
}

static void packet_of(struct bailey_packet *packet, const struct values *values)
{
	memset(packet, 0, sizeof(*packet));
	packet->family = values->v6 ? BAILEY_IPV6 : BAILEY_IPV4;
	packet->proto = values->field[SPACE_PROTO].hi >> 56;
	packet->src = values->field[SPACE_SRC];
	packet->dst = values->field[SPACE_DST];
	packet->hop_limit = values->field[SPACE_HOP].hi >> 56;
	if (bailey_packet_is_icmp(packet)) {
		packet->type = values->field[SPACE_DPORT].hi >> 56;
		packet->code = values->field[SPACE_DPORT].hi >> 48;
	} else if (bailey_proto_has_ports(packet->proto)) {
		packet->dport = values->field[SPACE_DPORT].hi >> 48;
		packet->sport = values->field[SPACE_SPORT].hi >> 48;
	}
	space_packet_complete(packet);
}

/* What an example should look like, as far as the set leaves it open. */
static void wish(struct values *values, bool v6, u8 proto)
{
	struct bailey_packet packet = {
		.family = v6 ? BAILEY_IPV6 : BAILEY_IPV4, .proto = proto,
		.sport = 49152, .dport = 443, .type = v6 ? 128 : 8, .hop_limit = 64,
	};

	/* Addresses for documentation: RFC 5737, RFC 3849 */
	packet.src.hi = v6 ? 0x20010db800000001ULL : 0xc000020aULL << 32;
	packet.dst.hi = v6 ? 0x20010db800000002ULL : 0xc6336414ULL << 32;
	packet.src.lo = v6 ? 0xa : 0;
	packet.dst.lo = v6 ? 0x14 : 0;
	values_of(values, &packet);
}

/* Of the set's packets with this family and protocol, one that is like a wish. */
static bool like(struct spaces *spaces, u32 space, bool v6, u8 proto,
		 struct values *values)
{
	u32 part = space_and(spaces, space, spaces->family[v6]);

	part = space_and(spaces, part, space_field(spaces, SPACE_PROTO, proto, proto));
	wish(values, v6, proto);
	if (part == SPACE_NONE || part == SPACE_FAILED)
		return false;
	bend(spaces, part, values);
	return true;
}

static bool find_example(struct spaces *spaces, u32 space, struct bailey_packet *packet)
{
	static const u8 proto[] = {
		BAILEY_PROTO_TCP, BAILEY_PROTO_UDP, BAILEY_PROTO_ICMP, BAILEY_PROTO_ICMPV6,
	};
	struct values values;
	u32 i, v6;

	if (space == SPACE_NONE || space == SPACE_FAILED)
		return false;
	for (v6 = 0; v6 < 2; v6++)
		for (i = 0; i < ARRAY_SIZE(proto); i++)
			if (like(spaces, space, v6, proto[i], &values)) {
				packet_of(packet, &values);
				return true;
			}
	if (spaces->bdd.failure)
		return false;
	wish(&values, false, BAILEY_PROTO_GRE);
	bend(spaces, space, &values);
	packet_of(packet, &values);
	return true;
}

/**
 * space_example() - a packet of a set
 * @spaces: where the set is
 * @space: the set
 * @packet: filled in with a packet of it, as common as there are: TCP before UDP
 *	    before ICMP before others, IPv4 before IPv6, no bit unlike those of a
 *	    usual one that need not be. Source and destination differ if possible
 *
 * Return: false if the set is empty, or at a limit.
 */
bool space_example(struct spaces *spaces, u32 space, struct bailey_packet *packet)
{
	struct bailey_packet other;
	u32 i, tries = 64, bits, same;

	if (!find_example(spaces, space, packet))
		return false;
	other = *packet;
	for (i = 0; i < tries && bailey_addr_equal(&other.src, &other.dst); i++) {
		bits = space_width(SPACE_SRC, other.family);
		same = space_and(spaces,
				 space_prefix(spaces, SPACE_SRC, other.family, &other.src, bits),
				 space_prefix(spaces, SPACE_DST, other.family, &other.dst, bits));
		space = space_minus(spaces, space, same);
		if (!find_example(spaces, space, &other))
			return true;
	}
	*packet = other;
	return true;
}
