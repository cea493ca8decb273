/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets with which a connection only goes on as it is: see stream.c.
 */
#ifndef BAILEY_ENGINE_STREAM_H
#define BAILEY_ENGINE_STREAM_H

#include "conn.h"

/**
 * enum bailey_stream - what a packet is to a connection
 * @BAILEY_STREAM_OTHER: bailey_conn_advance() is to say it
 * @BAILEY_STREAM_SAME: it passes, and changes nothing but the deadline
 * @BAILEY_STREAM_ON: it passes, and numbers go on
 */
enum bailey_stream {
	BAILEY_STREAM_OTHER,
	BAILEY_STREAM_SAME,
	BAILEY_STREAM_ON,
};

enum bailey_stream bailey_stream_look(const struct bailey_conn *conn,
				      const struct bailey_packet *packet, u8 side,
				      const struct bailey_track_rules *rules,
				      u32 *timeout);
enum bailey_stream bailey_stream_move(struct bailey_conn *conn,
				      const struct bailey_packet *packet, u8 side,
				      const struct bailey_track_rules *rules,
				      u32 *timeout);

#endif /* BAILEY_ENGINE_STREAM_H */
