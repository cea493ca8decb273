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
 * enum bailey_code - what explain says became of a packet, and by whom
 * @BAILEY_CODE_NOBODY_ASKS: passes: neither ACLs nor groups are attached to its sides
 * @BAILEY_CODE_EXEMPT: passes: an exempt line stands for it
 * @BAILEY_CODE_ALLOWED: passes: all that were asked about it said yes
 * @BAILEY_CODE_UNTRACKED: passes likewise, and no connection is remembered of it,
 *	since rules of both directions let everybody have it
 * @BAILEY_CODE_CONNECTION: passes: groups have said yes to its connection
 * @BAILEY_CODE_RELATED: passes: groups have said yes to the connection that it is
 *	an error about
 * @BAILEY_CODE_DEFAULT: dropped by "default deny" or "default reject"
 * @BAILEY_CODE_ACL_OUT_ENTRY: dropped by an "out" entry of the source side's ACL
 * @BAILEY_CODE_ACL_OUT_DEFAULT: dropped since none of these matches
 * @BAILEY_CODE_ACL_IN_ENTRY: dropped by an "in" entry of the destination side's ACL
 * @BAILEY_CODE_ACL_IN_DEFAULT: dropped since none of these matches
 * @BAILEY_CODE_GROUP_OUT_MISMATCH: dropped: no "out" rule of the side's groups allows it
 * @BAILEY_CODE_GROUP_OUT_EMPTY: dropped likewise: the groups have no rules at all
 * @BAILEY_CODE_GROUP_IN_MISMATCH: dropped: no "in" rule of the side's groups allows it
 * @BAILEY_CODE_GROUP_IN_EMPTY: dropped likewise: the groups have no rules at all
 * @BAILEY_CODE_REVOKED: dropped: after "revoke cut" a side's groups said no to the
 *	request of its connection
 * @BAILEY_CODE_FRAGMENT: dropped: a later fragment does not show what a rule wants
 * @BAILEY_CODE_NO_CONNECTION: dropped: an answer to nothing that is known
 * @BAILEY_CODE_STATE: dropped: its connection's state forbids it
 * @BAILEY_CODE_COUNT: number of codes, not a code
 *
 * "out" and "in" are the direction in which the rules were asked; of a response
 * whose groups are asked about the request it is the request's.
 */
enum bailey_code {
	BAILEY_CODE_NOBODY_ASKS,
	BAILEY_CODE_EXEMPT,
	BAILEY_CODE_ALLOWED,
	BAILEY_CODE_UNTRACKED,
	BAILEY_CODE_CONNECTION,
	BAILEY_CODE_RELATED,
	BAILEY_CODE_DEFAULT,
	BAILEY_CODE_ACL_OUT_ENTRY,
	BAILEY_CODE_ACL_OUT_DEFAULT,
	BAILEY_CODE_ACL_IN_ENTRY,
	BAILEY_CODE_ACL_IN_DEFAULT,
	BAILEY_CODE_GROUP_OUT_MISMATCH,
	BAILEY_CODE_GROUP_OUT_EMPTY,
	BAILEY_CODE_GROUP_IN_MISMATCH,
	BAILEY_CODE_GROUP_IN_EMPTY,
	BAILEY_CODE_REVOKED,
	BAILEY_CODE_FRAGMENT,
	BAILEY_CODE_NO_CONNECTION,
	BAILEY_CODE_STATE,
	BAILEY_CODE_COUNT
};

#define BAILEY_CODE_NAMES { \
	"nobody-asks", "exempt", "allowed", "allowed-untracked", "connection", \
	"related", "default-deny", "acl-out-entry", "acl-out-default", \
	"acl-in-entry", "acl-in-default", "group-out-mismatch", \
	"group-out-empty", "group-in-mismatch", "group-in-empty", "revoked", \
	"fragment", "no-connection", "state" }

/* AWS Reachability Analyzer's explanation code for the same; "" where it has none. */
#define BAILEY_CODE_AWS_NAMES { \
	"", "", "", "", "", "", "", \
	"SUBNET_ACL_RESTRICTION", "SUBNET_ACL_RESTRICTION", \
	"SUBNET_ACL_RESTRICTION", "SUBNET_ACL_RESTRICTION", \
	"ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES", \
	"ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES", "", "", "", "" }

/**
 * enum bailey_field - a part of a rule, by which it is a near miss
 * @BAILEY_FIELD_PROTOCOL: its protocol
 * @BAILEY_FIELD_FAMILY: its family, where neither protocol nor addresses tell it
 * @BAILEY_FIELD_FROM: its source: addresses, prefix list or group
 * @BAILEY_FIELD_FROM_PORT: its source ports
 * @BAILEY_FIELD_TO: its destination
 * @BAILEY_FIELD_TO_PORT: its destination ports
 * @BAILEY_FIELD_TYPE: its ICMP type
 * @BAILEY_FIELD_CODE: its ICMP code
 * @BAILEY_FIELD_NUMBER: its number: it matches, but another entry decides before it
 * @BAILEY_FIELD_COUNT: number of fields, not a field
 */
enum bailey_field {
	BAILEY_FIELD_PROTOCOL,
	BAILEY_FIELD_FAMILY,
	BAILEY_FIELD_FROM,
	BAILEY_FIELD_FROM_PORT,
	BAILEY_FIELD_TO,
	BAILEY_FIELD_TO_PORT,
	BAILEY_FIELD_TYPE,
	BAILEY_FIELD_CODE,
	BAILEY_FIELD_NUMBER,
	BAILEY_FIELD_COUNT
};

#define BAILEY_FIELD_NAMES { \
	"protocol", "family", "from", "from-port", "to", "to-port", "type", \
	"code", "number" }

/**
 * enum bailey_unasked - why a side was not asked a question
 * @BAILEY_UNASKED_NOT: it was
 * @BAILEY_UNASKED_UNATTACHED: no attach line of the interface protects this side
 * @BAILEY_UNASKED_NONE: the attach line, or endpoint, has no ACL or no groups
 * @BAILEY_UNASKED_INSIDE: the packet leaves by the interface it came in by, and does
 *	not cross the ACL's boundary
 * @BAILEY_UNASKED_EXEMPT: an exemption lets the whole packet pass
 * @BAILEY_UNASKED_DROPPED: it is dropped already
 * @BAILEY_UNASKED_COUNT: number of reasons, not a reason
 */
enum bailey_unasked {
	BAILEY_UNASKED_NOT,
	BAILEY_UNASKED_UNATTACHED,
	BAILEY_UNASKED_NONE,
	BAILEY_UNASKED_INSIDE,
	BAILEY_UNASKED_EXEMPT,
	BAILEY_UNASKED_DROPPED,
	BAILEY_UNASKED_COUNT
};

#define BAILEY_UNASKED_NAMES { \
	"asked", "unattached", "none", "inside", "exempt", "dropped" }

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
