#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic that goes on until it is ended, and tells in a file how far it is.

    sink PORT FILE          takes one TCP connection, slower than the other end sends, so
                            that its window is always full: bytes that came and were
                            right; "broken" if one was not, or when it ends
    source ADDR PORT        the other end: sends as much as it can
    flood ADDR PORT FILE    UDP packets: how many were sent
    catch IF PORT FILE      UDP packets to this port on the wire: how many were seen
"""

import os
import random
import socket
import sys
import time

BLOCK = random.Random(1).randbytes(1 << 20)


def teller(path):
    """A function that puts a word in place of the last one."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)

    def tell(word):
        os.pwrite(fd, b"%-12s\n" % str(word).encode(), 0)
    tell(0)
    return tell


def sink(port, path):
    tell = teller(path)
    server = socket.create_server(("", int(port)))
    conn, _ = server.accept()
    count = 0
    while data := conn.recv(1 << 18):
        at = count % len(BLOCK)
        if data != (BLOCK[at:] + BLOCK)[:len(data)]:
            break
        count += len(data)
        tell(count)
        time.sleep(0.005)
    tell("broken")


def source(addr, port):
    sock = socket.create_connection((addr, int(port)))
    while True:
        sock.sendall(BLOCK)


def flood(addr, port, path):
    tell = teller(path)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    count = 0
    while True:
        try:
            sock.sendto(b"forbidden", (addr, int(port)))
            count += 1
            tell(count)
        except OSError:
            # An answer to one before, or a full queue
            pass
        time.sleep(0.001)


def catch(dev, port, path):
    tell = teller(path)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    sock.bind((dev, 0x0800))
    count = 0
    while True:
        data, (_, _, kind, _, _) = sock.recvfrom(2048)
        if kind != socket.PACKET_OUTGOING and data[9] == 17 and \
                int.from_bytes(data[22:24], "big") == int(port):
            count += 1
            tell(count)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
