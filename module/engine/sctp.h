/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How packets move an SCTP association.
 */
#ifndef BAILEY_ENGINE_SCTP_H
#define BAILEY_ENGINE_SCTP_H

#include "conn.h"

enum bailey_reason bailey_sctp_step(const struct bailey_packet *packet, u8 side,
				    const struct bailey_track_rules *rules,
				    struct bailey_conn_next *next);

void bailey_sctp_succeeds(struct bailey_sctp_track *sctp,
			  const struct bailey_sctp_track *old, bool turned);

bool bailey_sctp_quoted(const struct bailey_sctp_track *sctp,
			const struct bailey_packet *quote, u8 side);

#endif /* BAILEY_ENGINE_SCTP_H */
