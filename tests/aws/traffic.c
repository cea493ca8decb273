// SPDX-License-Identifier: GPL-2.0
/*
 * Random connections: between interfaces, addresses of subnets that no interface has,
 * and the world outside.
 */
#include "oracle.h"

static void random_end(struct or_random *random, const struct or_world *world, u8 family,
		       struct or_end *end)
{
	int kind = or_random(random, 20), i, at;

	end->nic = -1;
	end->subnet = OR_OUTSIDE;
	if (kind < 13) {
		const struct or_nic *nic;

		end->nic = or_random(random, world->nics);
		nic = &world->nic[end->nic];
		end->subnet = nic->subnet;
		at = or_random(random, nic->count);
		for (i = 0; i < nic->count; i++) {
			end->addr = nic->addr[(at + i) % nic->count];
			if (end->addr.family == family)
				return;
		}
		end->nic = -1;
	} else if (kind < 15) {
		end->subnet = or_random(random, world->subnets);
	}
	end->addr = or_random_addr(random, end->subnet, family);
}

static int random_port(struct or_random *random, bool client)
{
	static const int ports[] = { 0, 1, 22, 53, 79, 80, 81, 443, 1023, 1024, 65534, 65535 };

	if (client && or_random(random, 4))
		return 32768 + or_random(random, 20000);
	return ports[or_random(random, ARRAY_SIZE(ports))];
}

static void random_icmp(struct or_random *random, struct or_conn *conn)
{
	static const int v4[] = { 8, 8, 8, 13, 5, 9, 3 };
	static const int v6[] = { 128, 128, 128, 133, 135, 3 };
	bool is_v4 = conn->proto == 1;

	conn->type = is_v4 ? v4[or_random(random, ARRAY_SIZE(v4))] :
			     v6[or_random(random, ARRAY_SIZE(v6))];
	conn->code = or_random(random, 2) ? 0 : or_random(random, 3);
	conn->reply_type = -1;
	if (conn->type == 8 || conn->type == 13)
		conn->reply_type = conn->type == 8 ? 0 : 14;
	else if (conn->type == 128)
		conn->reply_type = 129;
}

/**
 * or_connection() - a random connection
 * @random: where it comes from
 * @world: the account
 * @conn: filled in
 *
 * Return: false if the dice gave one from an end to itself, or past all subnets.
 */
bool or_connection(struct or_random *random, const struct or_world *world,
		   struct or_conn *conn)
{
	static const int protos[] = { 6, 6, 6, 6, 17, 17, 17, 1, 1, 47, 50, 99, 136, 33 };
	u8 family = or_random(random, 4) ? 4 : 6;

	memset(conn, 0, sizeof(*conn));
	random_end(random, world, family, &conn->end[0]);
	random_end(random, world, family, &conn->end[1]);
	conn->proto = protos[or_random(random, ARRAY_SIZE(protos))];
	if (conn->proto == 1) {
		conn->proto = family == 4 ? 1 : 58;
		random_icmp(random, conn);
	} else {
		conn->reply_type = 0;
	}
	if (conn->proto == 6 || conn->proto == 17 || conn->proto == 136 || conn->proto == 33) {
		conn->end[0].port = random_port(random, true);
		conn->end[1].port = random_port(random, false);
	}
	if (conn->end[0].subnet == OR_OUTSIDE && conn->end[1].subnet == OR_OUTSIDE)
		return false;
	return memcmp(conn->end[0].addr.byte, conn->end[1].addr.byte, 16);
}
