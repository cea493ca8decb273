/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TCP endpoint as the RFCs describe it: 9293, 7323, 2018, 2883, 5961, 6675, 7413.
 *
 * Data are ranges of sequence numbers, without content. Written apart from the
 * engine, whose judge it is: walk_endpoint_accepts() says which segments must reach
 * it.
 */
#ifndef BAILEY_TESTS_WALK_ENDPOINT_H
#define BAILEY_TESTS_WALK_ENDPOINT_H

#include "walk.h"

#define WALK_HOLES	8	/* ranges kept out of order */
#define WALK_OUT	64	/* segments that one call may send */

enum walk_state {
	WALK_CLOSED,
	WALK_LISTEN,
	WALK_SYN_SENT,
	WALK_SYN_RECEIVED,
	WALK_ESTABLISHED,
	WALK_FIN_WAIT_1,
	WALK_FIN_WAIT_2,
	WALK_CLOSE_WAIT,
	WALK_CLOSING,
	WALK_LAST_ACK,
	WALK_TIME_WAIT,
};

/**
 * struct walk_style - what RFCs leave to an implementation, or to its user
 * @mss: most data in a segment
 * @buffer: bytes that the receive buffer holds
 * @flight: most bytes on the way, in place of congestion control
 * @shift: window scale offered; negative: none
 * @bsd: as BSD does: go back to the first unacknowledged byte when the timer
 *	 ends, probe a closed window with a byte, send FIN whatever the window,
 *	 round windows down. Else as Linux does
 * @shrinks: the right edge of the window may move back (RFC 9293 3.8.6.2.1 says
 *	     what a sender does then)
 * @silly: tells of every byte of room (no RFC 9293 3.8.6.2.2)
 * @sack: offers SACK
 * @duplicate_sack: reports duplicates (RFC 2883)
 * @timestamps: every segment has the option
 * @delays_ack: an ACK for every second segment
 * @takes_early: data in a SYN is taken (TFO), not left to retransmission
 * @resets_late_data: data that comes after close() is answered by RST
 */
struct walk_style {
	u32 mss;
	u32 buffer;
	u32 flight;
	s8 shift;
	bool bsd;
	bool shrinks;
	bool silly;
	bool sack;
	bool duplicate_sack;
	bool timestamps;
	bool delays_ack;
	bool takes_early;
	bool resets_late_data;
};

/**
 * struct walk_endpoint - one end of a connection
 * @style: how it goes about things
 * @iss: initial send sequence number
 * @snd_una: oldest number that is not acknowledged
 * @snd_nxt: next number to send
 * @snd_max: behind the highest number ever sent
 * @snd_lim: behind the last byte that the user has written; FIN's own number
 * @early_end: behind the data that went with the SYN, or 0
 * @snd_wl1: sequence number of the segment of the last window update
 * @snd_wl2: its acknowledgment
 * @irs: initial receive sequence number
 * @rcv_nxt: next number expected
 * @rcv_wup: @rcv_nxt when the last ACK was sent
 * @rcv_adv: right edge advertised last
 * @edge_max: the largest right edge ever advertised
 * @raw_edge_max: the same, had all windows been scaled by 14
 * @fin_at: number of the peer's FIN, if @fin_known
 * @late: ranges received beyond @rcv_nxt, in their order
 * @duplicate: range for a D-SACK block, empty if the ends are equal
 * @snd_wnd: the peer's window
 * @max_snd_wnd: the largest that it was
 * @max_adv: the largest window ever advertised
 * @max_raw: the largest ever advertised, as on the wire
 * @unread: bytes that the user has not read
 * @side: 0 or 1
 * @state: &enum walk_state
 * @late_count: how many of @late
 * @snd_shift: scale of the peer's windows
 * @rcv_shift: scale of its own windows
 * @peer_scales: the peer offered window scaling
 * @sack_ok: both offered SACK
 * @synchronized: the peer's numbers are known
 * @active: it sent the SYN first
 * @fin_queued: the user has closed; FIN's number is @snd_lim
 * @fin_known: the peer's FIN has arrived, perhaps out of order
 * @user_gone: close(), not shutdown(): nobody reads any more
 * @ack_due: an ACK may wait for a timer
 * @ack_now: an ACK may not wait
 * @was_reset: it ended by RST, its own or the peer's
 * @regular: both FINs were acknowledged
 * @urgent: next data are urgent
 * @outs: how many of @out
 * @out: segments to send; whoever calls empties it
 */
struct walk_endpoint {
	struct walk_style style;
	u64 iss, snd_una, snd_nxt, snd_max, snd_lim, early_end, snd_wl1, snd_wl2;
	u64 irs, rcv_nxt, rcv_wup, rcv_adv, edge_max, raw_edge_max, fin_at;
	u64 late[WALK_HOLES][2];
	u64 duplicate[2];
	u32 snd_wnd, max_snd_wnd, max_adv, max_raw, unread;
	u8 side, state, late_count, snd_shift, rcv_shift;
	bool peer_scales, sack_ok, synchronized, active;
	bool fin_queued, fin_known, user_gone;
	bool ack_due, ack_now, was_reset, regular, urgent;
	u32 outs;
	struct walk_segment out[WALK_OUT];
};

void walk_endpoint_init(struct walk_endpoint *ep, u8 side,
			const struct walk_style *style, u64 iss);
void walk_endpoint_listen(struct walk_endpoint *ep);
void walk_endpoint_connect(struct walk_endpoint *ep, u32 early);
void walk_endpoint_write(struct walk_endpoint *ep, u32 bytes);
void walk_endpoint_read(struct walk_endpoint *ep, u32 bytes);
void walk_endpoint_close(struct walk_endpoint *ep, bool gone);
void walk_endpoint_abort(struct walk_endpoint *ep);
void walk_endpoint_timer(struct walk_endpoint *ep, struct walk_random *random);
void walk_endpoint_keepalive(struct walk_endpoint *ep, bool byte);
void walk_endpoint_receive(struct walk_endpoint *ep,
			   const struct walk_segment *segment);
bool walk_endpoint_idle(const struct walk_endpoint *ep);

/* endpoint_out.c: what an endpoint sends; for endpoint.c */
void walk_send_ack(struct walk_endpoint *ep);
void walk_send_reset(struct walk_endpoint *ep);
void walk_send_refusal(struct walk_endpoint *ep, const struct walk_segment *cause);
void walk_send_syn(struct walk_endpoint *ep);
void walk_send_data(struct walk_endpoint *ep);
void walk_send_window(struct walk_endpoint *ep);
u64 walk_receive_edge(const struct walk_endpoint *ep);

/* accept.c: the judge */
bool walk_acceptable(const struct walk_endpoint *ep,
		     const struct walk_segment *segment);
bool walk_ack_acceptable(const struct walk_endpoint *ep, u64 ack);
bool walk_endpoint_accepts(const struct walk_endpoint *ep,
			   const struct walk_endpoint *peer,
			   const struct walk_segment *segment);

const char *walk_state_name(u8 state);

#endif /* BAILEY_TESTS_WALK_ENDPOINT_H */
