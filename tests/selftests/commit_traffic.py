#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Commits policies in turn while two flows run; for 27-commit-under-traffic.sh.

Flow A (10.8.0.1 to port 1000) must arrive complete, B (10.8.0.2 to port 1001)
not at all. Sources differ from packet to packet where a policy allows it, so that most of
A's packets are new connections.
"""

import os
import socket
import sys
import threading
import time

from agent import Packet, inside, packet_sender

SO_RCVBUFFORCE = 33
COMMITS, PACKETS = 30, 1000      # at the least
PATIENCE = 60                   # seconds more to get there, on a busy machine
SECONDS = 3 if os.environ.get("BAILEY_FLAVOUR") == "plain" else 6


def commit(texts, stop, done):
    with inside("router"):
        # Threads have a namespace of their own
        fd = os.open("/proc/thread-self/net/bailey/policy", os.O_RDWR)
    while not stop.is_set():
        text = texts[done[0] % len(texts)]
        os.write(fd, text)
        done[0] += 1
        time.sleep(0.002)
    os.close(fd)


def receiver():
    """Everything that comes to the server's wire."""
    with inside("server"):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        sock.bind(("eth0", 0x0800))
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    sock.setblocking(False)
    return sock


def count(sock, ports):
    """Adds what has arrived, by destination port."""
    try:
        while True:
            data = sock.recv(2048)
            if data[9] == 17 and data[12:14] == b"\x0a\x08":
                port = int.from_bytes(data[22:24], "big")
                ports[port] = ports.get(port, 0) + 1
    except BlockingIOError:
        pass


def main():
    texts = [open(name, "rb").read() for name in sys.argv[1:]]
    sock = receiver()
    senders = packet_sender("client", "", False)
    flows = []
    for sport in range(2000, 2064):
        for src, dport in (("10.8.0.1", 1000), ("10.8.0.2", 1001)):
            words = "udp %s %d 10.9.0.1 %d" % (src, sport, dport)
            flows.append((dport, Packet(words.split()).bytes()))
    with inside("router"):
        with open("/proc/net/bailey/policy", "wb", buffering=0) as file:
            file.write(texts[0])
    stop, done, sent, got = threading.Event(), [1], {}, {}
    writer = threading.Thread(target=commit, args=(texts, stop, done))
    writer.start()
    end = time.monotonic() + SECONDS
    patience = end + PATIENCE
    while time.monotonic() < end or (
            (done[0] <= COMMITS or sent[1000] <= PACKETS) and
            time.monotonic() < patience):
        for port, data in flows:
            senders.sendto(data, ("10.9.0.1", 0))
            sent[port] = sent.get(port, 0) + 1
        count(sock, got)
    stop.set()
    writer.join()
    time.sleep(0.3)
    count(sock, got)
    a, b = got.get(1000, 0), got.get(1001, 0)
    print("# %d commits, %d packets of A sent and %d received, %d of B sent and"
          " %d received" % (done[0], sent[1000], a, sent[1001], b))
    for name, good in (("many commits", done[0] > COMMITS),
                       ("many packets", sent[1000] > PACKETS),
                       ("no packet of A was lost", a == sent[1000]),
                       ("no packet of B passed", b == 0),
                       ("all policies were in turn", done[0] > 3)):
        print(("ok " if good else "not ok ") + name)


main()
