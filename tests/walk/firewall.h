/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firewall in the middle: the engine, fed with the bytes of real packets.
 *
 * Does for one connection what module/hook.c and module/conn_table.c do, and can do it
 * wrongly on request, to show that the walk notices.
 */
#ifndef BAILEY_TESTS_WALK_FIREWALL_H
#define BAILEY_TESTS_WALK_FIREWALL_H

#include "conn.h"
#include "walk.h"

enum walk_fault {
	WALK_FAULT_NONE,
	WALK_FAULT_NO_SCALE,
	WALK_FAULT_WINDOW_LESS,
	WALK_FAULT_WINDOW_MORE,
	WALK_FAULT_RETRANSMISSION,
	WALK_FAULT_ANY_RESET,
	WALK_FAULT_NEAR_RESET,
	WALK_FAULT_SYN_OPENS,
	WALK_FAULT_ACK_UNSEEN,
	WALK_FAULT_RESPONDER_FORGOTTEN,
	WALK_FAULT_FIN_UNSEEN,
	WALK_FAULT_SEQ_UNSEEN,
	WALK_FAULT_REUSE_REFUSED,
	WALK_FAULT_RESET_UNSEEN,
	WALK_FAULT_PICKUP_UNSCALED,
	WALK_FAULT_HALF_CLOSE,
	WALK_FAULT_DROP_STORED,
	WALK_FAULT_COUNT,
};

/**
 * struct walk_firewall - one connection, or none yet
 * @conn: the entry, if @known
 * @known: there is an entry
 * @watching: packets come by here; before that they go elsewhere (mid-stream pickup)
 * @reopened: the entry has taken the place of one that had ended
 * @answered: it has had another state than SYN_SENT and CLOSE
 * @picked_up: the entry did not begin with a SYN: scales are not known
 * @ipv6: the packets are IPv6
 * @fault: what it does wrongly
 * @rules: of the engine
 * @top: highest sequence number that passed from each side, if @topped
 * @topped: something has
 * @timeout: what was granted to the entry last, in seconds
 * @opened: the last segment made the entry
 * @moved: the last segment made the entry, or changed its state or flags
 */
struct walk_firewall {
	struct bailey_conn conn;
	bool known, watching, reopened, answered, picked_up, ipv6;
	enum walk_fault fault;
	struct bailey_track_rules rules;
	u32 top[2];
	bool topped[2];
	u32 timeout;
	bool opened, moved;
};

const char *walk_fault_name(enum walk_fault fault);
void walk_firewall_init(struct walk_firewall *firewall, enum walk_fault fault,
			bool ipv6, bool loose);
enum bailey_reason walk_firewall_judge(struct walk_firewall *firewall,
				       const struct walk_segment *segment);

#endif /* BAILEY_TESTS_WALK_FIREWALL_H */
