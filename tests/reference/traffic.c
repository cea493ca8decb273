// SPDX-License-Identifier: GPL-2.0
/*
 * Random packets that have to do with each other: requests, responses, other
 * ports, other interfaces, repetitions, and errors about what went before.
 */
#include "model.h"

static const int ports[] = { 22, 53, 67, 68, 80, 443, 546, 547, 1024, 40000, 65535, 0 };

static int random_port(struct ref_random *random)
{
	return ports[ref_random(random, ARRAY_SIZE(ports))];
}

static bool has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 ||
	       proto == 136;
}

static bool is_icmp(const struct ref_packet *packet)
{
	return packet->proto == (packet->addr[0].family == 4 ? 1 : 58);
}

/* Types of messages with a counterpart, which share an identifier with it. */
static int counterpart(u8 family, int type)
{
	static const int pairs[][3] = {
		{ 4, 8, 0 }, { 4, 13, 14 }, { 4, 17, 18 }, { 6, 128, 129 },
		{ 6, 139, 140 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (pairs[i][0] != family)
			continue;
		if (pairs[i][1] == type)
			return pairs[i][2];
		if (pairs[i][2] == type)
			return pairs[i][1];
	}
	return -1;
}

static void random_icmp(struct ref_random *random, struct ref_packet *p)
{
	static const int types4[] = { 8, 8, 8, 0, 3, 11, 13, 14, 5, 17 };
	static const int types6[] = { 128, 128, 128, 129, 1, 131, 135, 134, 139, 143 };
	static const int hops[] = { 255, 1, 64 };

	p->type = (p->addr[0].family == 4 ? types4 : types6)[ref_random(random, 10)];
	p->code = ref_random(random, 4) ? 0 : 1;
	p->hop_limit = hops[ref_random(random, 3)];
	if (counterpart(p->addr[0].family, p->type) >= 0) {
		p->has_id = true;
		p->id = ref_random(random, 2);
	}
}

static void random_tcp_flags(struct ref_random *random, struct ref_packet *p)
{
	static const u8 flags[] = { 0x02, 0x02, 0x02, 0x12, 0x10, 0x18, 0x11, 0x14, 0x04,
				    0x00, 0x03, 0x29 };

	p->tcp_flags = flags[ref_random(random, ref_random(random, 8) ? 9 :
				       ARRAY_SIZE(flags))];
}

static void random_proto(struct ref_random *random, struct ref_packet *p)
{
	static const int protos[] = { 6, 6, 6, 6, 17, 17, 17, 1, 1, 58, 58, 132, 136, 33,
				      47, 50, 89, 0 };

	p->proto = protos[ref_random(random, ARRAY_SIZE(protos))];
	if (p->proto == 1 && p->addr[0].family == 6)
		p->proto = ref_random(random, 8) ? 58 : 1;
	else if (p->proto == 58 && p->addr[0].family == 4)
		p->proto = ref_random(random, 8) ? 1 : 58;
	p->hop_limit = 64;
	if (has_ports(p->proto)) {
		p->port[0] = random_port(random);
		p->port[1] = random_port(random);
	}
	if (p->proto == 6)
		random_tcp_flags(random, p);
	if (p->proto == 47) {
		p->has_id = ref_random(random, 2);
		p->id = p->has_id ? ref_random(random, 3) : 0;
	}
	if (is_icmp(p))
		random_icmp(random, p);
	/* What exemptions are about, more often than chance would have it. */
	if (p->proto == 17 && !ref_random(random, 4)) {
		p->port[0] = p->addr[0].family == 4 ? 68 : 546;
		p->port[1] = p->addr[0].family == 4 ? 67 : 547;
	}
}

/* Not the first fragment: nothing but the protocol is left of it, if that. */
static void cut_up(struct ref_random *random, struct ref_packet *p)
{
	static const int headers[] = { 0, 43, 44, 51, 60 };

	p->fragment = true;
	if (p->addr[0].family == 6 && !ref_random(random, 3))
		p->proto = headers[ref_random(random, ARRAY_SIZE(headers))];
	p->port[0] = 0;
	p->port[1] = 0;
	p->type = 0;
	p->code = 0;
	p->tcp_flags = 0;
	p->has_id = false;
	p->id = 0;
}

static const struct ref_addr *own_addr(struct ref_random *random,
				       const struct ref_world *world, int iface,
				       u8 family)
{
	if (!ref_random(random, 6))
		iface = ref_random(random, world->count);
	return &world->iface[iface].addr[family == 6];
}

static void random_place(struct ref_random *random, const struct ref_world *world,
			 struct ref_packet *p)
{
	u8 family = p->addr[0].family;

	p->iface[0] = ref_random(random, world->count);
	p->iface[1] = ref_random(random, world->count);
	p->hook = ref_random(random, 2) ? REF_FORWARD : (int)ref_random(random, 2);
	if (p->hook == REF_LOCAL_IN) {
		p->iface[1] = -1;
		p->addr[1] = *own_addr(random, world, p->iface[0], family);
	} else if (p->hook == REF_LOCAL_OUT) {
		p->iface[0] = -1;
		p->addr[0] = *own_addr(random, world, p->iface[1], family);
	}
}

static void random_packet(struct ref_random *random, const struct ref_world *world,
			  struct ref_packet *p)
{
	u8 family = ref_random(random, 2) ? 4 : 6;

	memset(p, 0, sizeof(*p));
	p->addr[0] = ref_random_addr(random, family);
	p->addr[1] = ref_random(random, 24) ? ref_random_addr(random, family) : p->addr[0];
	random_proto(random, p);
	random_place(random, world, p);
	if (!ref_random(random, 12))
		cut_up(random, p);
}

static void make_response(struct ref_random *random, struct ref_packet *p)
{
	bool whole = !p->fragment;

	struct ref_addr addr = p->addr[0];
	int type = counterpart(p->addr[0].family, p->type);
	int port = p->port[0], iface = p->iface[0];

	p->addr[0] = p->addr[1];
	p->addr[1] = addr;
	p->port[0] = p->port[1];
	p->port[1] = port;
	p->iface[0] = p->iface[1];
	p->iface[1] = iface;
	if (p->hook != REF_FORWARD)
		p->hook = p->hook == REF_LOCAL_IN ? REF_LOCAL_OUT : REF_LOCAL_IN;
	if (whole && is_icmp(p) && type >= 0)
		p->type = type;
	if (whole && p->proto == 6)
		p->tcp_flags = p->tcp_flags == 0x02 ? 0x12 :
			       ref_random(random, 5) ? 0x10 : 0x11;
}

/* The same packet at another place: a second crossing, a spoofed source. */
static void move(struct ref_random *random, const struct ref_world *world,
		 struct ref_packet *p)
{
	int end = ref_random(random, 2);

	if (p->iface[end] < 0)
		end = !end;
	p->iface[end] = ref_random(random, world->count);
}

static void alter(struct ref_random *random, struct ref_packet *p)
{
	int end = ref_random(random, 2);

	if (p->fragment) {
		p->addr[end].byte[p->addr[0].family == 4 ? 3 : 15] ^= 1;
		return;
	}
	switch (ref_random(random, 5)) {
	case 0:
		if (has_ports(p->proto))
			p->port[end] = random_port(random);
		break;
	case 1:
		p->addr[end].byte[p->addr[0].family == 4 ? 3 : 15] ^= 1;
		break;
	case 2:
		if (p->proto == 6)
			random_tcp_flags(random, p);
		break;
	case 3:
		p->id = p->has_id ? p->id ^ 1 : 0;
		break;
	case 4:
		if (has_ports(p->proto))
			p->proto = p->proto == 6 ? 17 : 6;
		p->tcp_flags = p->proto == 6 ? 0x02 : 0;
		break;
	}
}

/* An error that somebody on the way, or the target itself, sends about @about. */
static void make_error(struct ref_random *random, const struct ref_world *world,
		       const struct ref_packet *about, struct ref_packet *p)
{
	u8 family = about->addr[0].family;

	*p = *about;
	make_response(random, p);
	p->quotes = true;
	p->quote_addr[0] = about->addr[0];
	p->quote_addr[1] = about->addr[1];
	p->quote_proto = about->proto;
	p->quote_port[0] = about->port[0];
	p->quote_port[1] = about->port[1];
	p->quote_type = about->type;
	p->quote_id = about->has_id ? about->id : 0;
	p->proto = family == 4 ? 1 : 58;
	p->type = family == 4 ? 3 : 1;
	p->code = ref_random(random, 4);
	p->port[0] = 0;
	p->port[1] = 0;
	p->tcp_flags = 0;
	p->has_id = false;
	p->id = 0;
	if (p->hook == REF_LOCAL_OUT)
		p->addr[0] = *own_addr(random, world, p->iface[1], family);
	else if (ref_random(random, 2))
		p->addr[0] = ref_random_addr(random, family);
	if (!ref_random(random, 8))
		p->addr[1] = ref_random_addr(random, family);
	if (!ref_random(random, 8))
		move(random, world, p);
}

static bool quotable(const struct ref_packet *packet)
{
	if (packet->fragment)
		return false;
	if (!is_icmp(packet))
		return true;
	return packet->addr[0].family == 4 ?
	       packet->type != 3 && packet->type != 11 : packet->type != 1;
}

/**
 * ref_generate_packet() - the next packet of a random conversation
 * @random: the generator
 * @world: the interfaces
 * @traffic: what went before; the packet is added to it
 * @packet: filled in
 */
void ref_generate_packet(struct ref_random *random, const struct ref_world *world,
			 struct ref_traffic *traffic, struct ref_packet *packet)
{
	u32 what = traffic->count ? ref_random(random, 100) : 0;
	const struct ref_packet *old = NULL;

	if (traffic->count) {
		int kept = traffic->count < REF_HISTORY ? traffic->count : REF_HISTORY;
		int back = ref_random(random, 2) ? ref_random(random, kept) : 0;

		old = &traffic->history[(traffic->count - 1 - back) % REF_HISTORY];
	}
	if (what < 20) {
		random_packet(random, world, packet);
	} else if (what < 88 || !quotable(old)) {
		*packet = *old;
		if (what < 56 && !packet->quotes)
			make_response(random, packet);
		if (what % 9 == 0)
			move(random, world, packet);
		if (what % 11 == 0 && !packet->quotes)
			alter(random, packet);
		if (packet->proto == 6 && what >= 74 && !packet->fragment)
			random_tcp_flags(random, packet);
	} else {
		make_error(random, world, old, packet);
	}
	traffic->history[traffic->count++ % REF_HISTORY] = *packet;
}
