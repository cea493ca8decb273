#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
audit.py COMMAND...: runs the command and prints the records of Bailey that it leaves
in the kernel's audit log, one a line. Without a command it only says, by its status,
whether the kernel has such a log.

Records are read from the multicast group, so that no daemon is needed. They come in
order: a message of our own behind the command is the end, and nothing is waited for.
Audit is switched on for it, and off again.
"""
import os
import socket
import struct
import subprocess
import sys

NETLINK_AUDIT = 9
GROUP_READLOG = 1
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
AUDIT_SET = 1001
AUDIT_TRUSTED_APP = 1121
AUDIT_NETFILTER_CFG = 1325
NLM_F_REQUEST = 1
NLM_F_ACK = 4
NLMSG_ERROR = 2
STATUS_ENABLED = 1


def request(sock, kind, payload):
    """Say something to the kernel, which must agree."""
    head = struct.pack("=IHHII", 16 + len(payload), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
    sock.send(head + payload)
    answer = sock.recv(65536)
    kind, = struct.unpack_from("=H", answer, 4)
    error, = struct.unpack_from("=i", answer, 16)
    if kind != NLMSG_ERROR or error:
        sys.exit(f"the kernel refuses: {os.strerror(-error)}")


def enable(sock, on):
    request(sock, AUDIT_SET, struct.pack("=10I", STATUS_ENABLED, on, *[0] * 8))


def records(sock, end):
    """What the log says, up to our own message."""
    while True:
        message = sock.recv(65536)
        kind, = struct.unpack_from("=H", message, 4)
        text = message[16:].rstrip(b"\0\n").decode(errors="replace")
        if kind == AUDIT_TRUSTED_APP and end in text:
            return
        if kind == AUDIT_NETFILTER_CFG and "table=bailey" in text:
            yield text


def main():
    try:
        talk = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
    except OSError:
        return 3
    if len(sys.argv) == 1:
        return 0
    log = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
    log.bind((0, 0))
    log.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, GROUP_READLOG)
    end = f"behind-{os.getpid()}"
    enable(talk, 1)
    status = subprocess.run(sys.argv[1:], stdout=sys.stderr, check=False).returncode
    request(talk, AUDIT_TRUSTED_APP, end.encode() + b"\0")
    for text in records(log, end):
        print(text)
    enable(talk, 0)
    return status


if __name__ == "__main__":
    sys.exit(main())
