#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Many packets from 10.8.0.0/16 to 10.9.0.1, each flow its own connection.

	blast.py NS [--flows N] [--packets N] [--seconds S] [--first N]
		[--syn] [--random] [--to ADDR:PORT] [--answer] [--rate N]

Flow number N comes from address N / 60000 and port 1024 + N % 60000, with
--random from any. They are UDP, with --syn TCP's SYNs, and go to port 53, with
--answer they are UDP's way back. Without --packets each flow is sent once, with
--seconds for as long as that; --rate is the most in a second, and leaves others at
least half of the processor: a machine that cannot do it gets less. Prints how many
packets were sent.
"""

import argparse
import ctypes
import os
import random
import socket
import struct
import time

from agent import LIBC, inside, packet_sender

BATCH = 64


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class Msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint),
                ("iov", ctypes.c_void_p), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class Mmsghdr(ctypes.Structure):
    _fields_ = [("hdr", Msghdr), ("len", ctypes.c_uint)]


class Batch:
    """Packets side by side in memory, changed in place; one call sends them."""

    def __init__(self, sock, args):
        self.sock = sock
        self.syn = args.syn
        self.size = 40 if self.syn else 32
        self.data = ctypes.create_string_buffer(self.size * BATCH)
        addr, port = args.to.split(":")
        ends = [(socket.inet_aton("10.8.0.0"), 0),
                (socket.inet_aton(addr), int(port))]
        if args.answer:
            ends.reverse()
        # Where a flow's own host and port stand
        self.host_at = 18 if args.answer else 14
        self.port_at = 22 if args.answer else 20
        self.addr = ctypes.create_string_buffer(
            struct.pack("@H", socket.AF_INET) + struct.pack("!H", 0) +
            socket.inet_aton("10.8.0.1" if args.answer else addr) + bytes(8), 16)
        self.iov = (Iovec * BATCH)()
        self.msg = (Mmsghdr * BATCH)()
        # IP header (its checksum is the kernel's work), UDP without checksum
        head = struct.pack("!BBHHHBBH4s4sHH", 0x45, 0, self.size, 0, 0, 64,
                           6 if self.syn else 17, 0, ends[0][0], ends[1][0],
                           ends[0][1], ends[1][1])
        if self.syn:
            head += struct.pack("!IIBBHHH", 1, 0, 0x50, 2, 64240, 0, 0)
            pseudo = head[12:] + struct.pack("!HH", 6, 20)
            self.sum = sum(struct.unpack("!%dH" % (len(pseudo) // 2), pseudo))
        else:
            head += struct.pack("!HHI", 12, 0, 0)
        for i in range(BATCH):
            at = i * self.size
            self.data[at:at + self.size] = head
            self.iov[i].base = ctypes.addressof(self.data) + at
            self.iov[i].len = self.size
            self.msg[i].hdr.name = ctypes.addressof(self.addr)
            self.msg[i].hdr.namelen = 16
            self.msg[i].hdr.iov = ctypes.addressof(self.iov[i])
            self.msg[i].hdr.iovlen = 1

    def send(self, flows):
        count = len(flows)
        for i, flow in enumerate(flows):
            at = i * self.size
            host, port = 1 + flow // 60000, 1024 + flow % 60000
            struct.pack_into("!H", self.data, at + self.host_at, host)
            struct.pack_into("!H", self.data, at + self.port_at, port)
            if self.syn:
                total = self.sum + host + port
                total = (total & 0xffff) + (total >> 16)
                total = (total & 0xffff) + (total >> 16)
                struct.pack_into("!H", self.data, at + 36, total ^ 0xffff)
        sent = 0
        while sent < count:
            done = LIBC.sendmmsg(self.sock.fileno(),
                                 ctypes.byref(self.msg[sent]), count - sent, 0)
            if done < 0:
                # Full queues only
                time.sleep(0.001)
                continue
            sent += done


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ns")
    parser.add_argument("--flows", type=int, default=1000)
    parser.add_argument("--packets", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--syn", action="store_true")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--to", default="10.9.0.1:53")
    parser.add_argument("--answer", action="store_true")
    parser.add_argument("--rate", type=int)
    args = parser.parse_args()
    # Under "ip netns exec" we are there already
    if os.path.exists("/run/netns/" + args.ns):
        with inside(args.ns):
            sock = packet_sender("-", "", False)
    else:
        sock = packet_sender("-", "", False)
    batch = Batch(sock, args)
    total = args.packets or args.flows
    began = time.monotonic()
    end = began + args.seconds if args.seconds else None
    sent = 0
    while sent < total if end is None else time.monotonic() < end:
        at = sent % args.flows
        batch_began = time.monotonic()
        count = min(BATCH, args.flows - at)
        if end is None:
            count = min(count, total - sent)
        if args.random:
            batch.send(random.choices(range(65000 * 60000), k=count))
        else:
            batch.send(range(args.first + at, args.first + at + count))
        sent += count
        if args.rate:
            now = time.monotonic()
            time.sleep(max(now - batch_began, began + sent / args.rate - now))
    print(sent)


if __name__ == "__main__":
    main()
