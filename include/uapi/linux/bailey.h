/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What user space may rely on: limits, names and reason codes of Bailey.
 *
 * The interface itself is text in /proc/net/bailey/ and /proc/sys/net/bailey/
 * (Documentation/ABI/). This header holds the numbers and words behind it, so
 * that the module, the tool and other programs agree on them.
 */
#ifndef _UAPI_LINUX_BAILEY_H
#define _UAPI_LINUX_BAILEY_H

#define BAILEY_VERSION		"0.1.0"

/* Limits of the policy language. */
#define BAILEY_NAME_MAX		63	/* characters in an object's name */
#define BAILEY_IFNAME_MAX	15	/* characters in an interface name */
#define BAILEY_LINE_MAX		65535	/* bytes in one line */
#define BAILEY_CONFIRM_MAX	86400	/* seconds that a confirm may wait */
#define BAILEY_GROUPS_MAX	64	/* groups in one attach or endpoint */
#define BAILEY_ADDRS_MAX	1024	/* addresses of one endpoint */

/**
 * enum bailey_reason - why a packet was dropped, or that it was not
 * @BAILEY_PASS: accepted
 * @BAILEY_DROP_MALFORMED: lengths or versions in its headers contradict each other
 * @BAILEY_DROP_TRUNCATED: it ends inside its headers
 * @BAILEY_DROP_FRAGMENT: a later fragment alone does not show what rules ask for
 * @BAILEY_DROP_EXT_HEADERS: more IPv6 extension headers than the bound
 * @BAILEY_DROP_TCP_FLAGS: a combination of TCP flags that no stack sends
 * @BAILEY_DROP_TCP_STATE: a TCP segment that its connection's state forbids
 * @BAILEY_DROP_NO_CONNECTION: a reply, an error or a later segment of nothing known
 * @BAILEY_DROP_DEFAULT: an interface with nothing attached, under "default deny"
 * @BAILEY_DROP_ACL: an ACL entry says deny
 * @BAILEY_DROP_ACL_DEFAULT: no entry of the ACL matched
 * @BAILEY_DROP_GROUP: no rule of the side's groups allows it
 * @BAILEY_DROP_TABLE_FULL: the connection table is at its limit
 * @BAILEY_DROP_NO_MEMORY: no memory for a new connection
 * @BAILEY_DROP_TCP_WINDOW: a TCP segment whose numbers its receiver could not use
 * @BAILEY_DROP_CHECKSUM: a bad checksum in a packet that would open or move a
 *	connection
 * @BAILEY_DROP_SOURCE_LIMIT: its source has as many connections as it may
 * @BAILEY_DROP_SCTP_TAG: an SCTP packet whose verification tag is not its
 *	association's
 * @BAILEY_DROP_SCTP_STATE: SCTP chunks that their association's state forbids
 * @BAILEY_REASON_COUNT: number of reasons, not a reason
 */
enum bailey_reason {
	BAILEY_PASS,
	BAILEY_DROP_MALFORMED,
	BAILEY_DROP_TRUNCATED,
	BAILEY_DROP_FRAGMENT,
	BAILEY_DROP_EXT_HEADERS,
	BAILEY_DROP_TCP_FLAGS,
	BAILEY_DROP_TCP_STATE,
	BAILEY_DROP_NO_CONNECTION,
	BAILEY_DROP_DEFAULT,
	BAILEY_DROP_ACL,
	BAILEY_DROP_ACL_DEFAULT,
	BAILEY_DROP_GROUP,
	BAILEY_DROP_TABLE_FULL,
	BAILEY_DROP_NO_MEMORY,
	BAILEY_DROP_TCP_WINDOW,
	BAILEY_DROP_CHECKSUM,
	BAILEY_DROP_SOURCE_LIMIT,
	BAILEY_DROP_SCTP_TAG,
	BAILEY_DROP_SCTP_STATE,
	BAILEY_REASON_COUNT
};

/* The word for each reason, in stats, explain, tracepoint and flow log. */
#define BAILEY_REASON_NAMES { \
	"pass", "malformed", "truncated", "fragment", "ext-headers", \
	"tcp-flags", "tcp-state", "no-connection", "default-deny", \
	"acl-deny", "acl-default", "group-deny", "table-full", "no-memory", \
	"tcp-window", "checksum", "source-limit", "sctp-tag", "sctp-state" }

/**
 * enum bailey_tcp_state - how far a TCP connection has come (RFC 9293 3.3.2)
 * @BAILEY_TCP_NONE: no segment seen, or the entry is not TCP
 * @BAILEY_TCP_SYN_SENT: a SYN from the originator
 * @BAILEY_TCP_SYN_RECV: SYN answered by SYN-ACK
 * @BAILEY_TCP_ESTABLISHED: the handshake is complete, or was picked up later
 * @BAILEY_TCP_FIN_WAIT: the first FIN
 * @BAILEY_TCP_CLOSE_WAIT: the first FIN is acknowledged
 * @BAILEY_TCP_LAST_ACK: the second FIN
 * @BAILEY_TCP_TIME_WAIT: the second FIN is acknowledged
 * @BAILEY_TCP_CLOSE: reset
 * @BAILEY_TCP_SYN_SENT2: SYN answered by a SYN (simultaneous open)
 * @BAILEY_TCP_STATE_COUNT: number of states, not a state
 *
 * The names printed are those of nf_conntrack.
 */
enum bailey_tcp_state {
	BAILEY_TCP_NONE,
	BAILEY_TCP_SYN_SENT,
	BAILEY_TCP_SYN_RECV,
	BAILEY_TCP_ESTABLISHED,
	BAILEY_TCP_FIN_WAIT,
	BAILEY_TCP_CLOSE_WAIT,
	BAILEY_TCP_LAST_ACK,
	BAILEY_TCP_TIME_WAIT,
	BAILEY_TCP_CLOSE,
	BAILEY_TCP_SYN_SENT2,
	BAILEY_TCP_STATE_COUNT
};

#define BAILEY_TCP_STATE_NAMES { \
	"NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", \
	"CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2" }

/**
 * enum bailey_sctp_state - how far an SCTP association has come (RFC 9260 4)
 * @BAILEY_SCTP_NONE: no packet seen, or the entry is not SCTP
 * @BAILEY_SCTP_CLOSED: aborted, or its shutdown is complete
 * @BAILEY_SCTP_COOKIE_WAIT: an INIT, perhaps answered
 * @BAILEY_SCTP_COOKIE_ECHOED: a COOKIE ECHO
 * @BAILEY_SCTP_ESTABLISHED: the handshake is complete, or was picked up later
 * @BAILEY_SCTP_SHUTDOWN_SENT: the originator's SHUTDOWN came first
 * @BAILEY_SCTP_SHUTDOWN_RECD: the responder's SHUTDOWN came first
 * @BAILEY_SCTP_SHUTDOWN_ACK_SENT: a SHUTDOWN is acknowledged
 * @BAILEY_SCTP_HEARTBEAT_SENT: a HEARTBEAT on a path that is new here
 * @BAILEY_SCTP_STATE_COUNT: number of states, not a state
 *
 * The names printed are those of nf_conntrack.
 */
enum bailey_sctp_state {
	BAILEY_SCTP_NONE,
	BAILEY_SCTP_CLOSED,
	BAILEY_SCTP_COOKIE_WAIT,
	BAILEY_SCTP_COOKIE_ECHOED,
	BAILEY_SCTP_ESTABLISHED,
	BAILEY_SCTP_SHUTDOWN_SENT,
	BAILEY_SCTP_SHUTDOWN_RECD,
	BAILEY_SCTP_SHUTDOWN_ACK_SENT,
	BAILEY_SCTP_HEARTBEAT_SENT,
	BAILEY_SCTP_STATE_COUNT
};

#define BAILEY_SCTP_STATE_NAMES { \
	"NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", \
	"SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT" }

/**
 * enum bailey_event - what is told of a connection
 * @BAILEY_EVENT_NEW: it entered the table
 * @BAILEY_EVENT_ESTABLISHED: TCP, SCTP: established, both ways seen; others:
 *	answered
 * @BAILEY_EVENT_CLOSED: it ended, for a reason other than silence
 * @BAILEY_EVENT_EXPIRED: it was silent for too long
 * @BAILEY_EVENT_LOST: no event: records were lost to a slow reader
 * @BAILEY_EVENT_COUNT: number of events, not an event
 */
enum bailey_event {
	BAILEY_EVENT_NEW,
	BAILEY_EVENT_ESTABLISHED,
	BAILEY_EVENT_CLOSED,
	BAILEY_EVENT_EXPIRED,
	BAILEY_EVENT_LOST,
	BAILEY_EVENT_COUNT
};

#define BAILEY_EVENT_NAMES { \
	"new", "established", "closed", "expired", "lost" }

/**
 * enum bailey_end - why a connection ended
 * @BAILEY_END_NONE: it has not
 * @BAILEY_END_FIN: TCP: both sides have closed it; SCTP: shut down
 * @BAILEY_END_RESET: TCP: reset; SCTP: aborted
 * @BAILEY_END_TIMEOUT: silent for too long
 * @BAILEY_END_DELETED: "delete" was written to connections
 * @BAILEY_END_FLUSHED: "flush" was written to connections
 * @BAILEY_END_REVOKED: the policy does not allow it any more ("revoke cut")
 * @BAILEY_END_REOPENED: a new one took its place
 * @BAILEY_END_EARLY_DROP: the table was full, and it was among the least loss
 * @BAILEY_END_POLICY: the policy asks nothing any more
 * @BAILEY_END_COUNT: number of reasons, not a reason
 */
enum bailey_end {
	BAILEY_END_NONE,
	BAILEY_END_FIN,
	BAILEY_END_RESET,
	BAILEY_END_TIMEOUT,
	BAILEY_END_DELETED,
	BAILEY_END_FLUSHED,
	BAILEY_END_REVOKED,
	BAILEY_END_REOPENED,
	BAILEY_END_EARLY_DROP,
	BAILEY_END_POLICY,
	BAILEY_END_COUNT
};

#define BAILEY_END_NAMES { \
	"none", "fin", "reset", "timeout", "deleted", "flushed", "revoked", \
	"reopened", "early-drop", "policy" }

#endif /* _UAPI_LINUX_BAILEY_H */
