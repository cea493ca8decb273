#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each allocation on a packet's way fails in turn; for 57-out-of-memory-packets.sh.

A write to a tun device is the packet's whole way, so that what fails in this thread
meanwhile fails on it: in its device, in reassembly, in Bailey, in the answer that is
sent. A packet that is allowed may get lost; one that is denied never passes.
"""

import errno
import os

from shortage import (BEHIND, POLICY, Reader, Router, Thing, bed, every, file_of, fragments,
                      must, packet, ping, read_file, run, tcp, udp, write_file)

CLIENT, CLIENT6 = BEHIND["left"]
SERVER, SERVER6 = BEHIND["right"]
BOX, BOX6 = BEHIND["box"]
PORT = 41000        # of whom this is about
SETTINGS = "/proc/sys/net/bailey/"


class Packets(Thing):
    """Packets of one connection, of which the last ones are short of memory."""

    errors = (errno.ENOMEM, errno.ENOBUFS, errno.EFAULT)
    settings = {}

    def __init__(self, router, name, data, before=(), place="left", fresh=False):
        super().__init__(router)
        self.name, self.data, self.first_ones = name, data, before
        self.place, self.fresh = place, fresh
        self.other = "right" if place == "left" else "left"

    def prepare(self):
        for name, value in self.settings.items():
            bed.write(SETTINGS + name, value)
        self.forget()
        for place, data in self.first_ones:
            must(self.router.passes(place, data), "what comes before it does not pass")
        if self.fresh:
            write_file("policy", POLICY)
        for fd in self.router.tun.values():
            bed.drain(fd)

    def forget(self):
        """The connections of earlier times."""
        for words in ("sport %d" % PORT, "proto icmp", "proto icmpv6", "dport 161",
                      "src " + BOX):
            write_file("connections", b"delete %s\n" % words.encode())

    def act(self):
        fd = self.router.tun[self.place]
        for data in self.data:
            os.write(fd, data)

    def arrived(self):
        """How many have come out."""
        return sum(bed.ends(out) == bed.ends(self.data[-1])
                   for out in bed.drain(self.router.tun[self.other]))

    def check(self, error, before):
        self.judge(error, self.arrived())
        policy, table = self.router.state()
        must(policy == before[0], "the policy has changed")
        must(set(table) >= set(before[1]), "a connection is lost")
        self.again()
        self.forget()
        for name in self.settings:
            bed.write(SETTINGS + name, 0)

    def judge(self, error, count):
        """Is what has come out right?"""
        must(count <= len(self.data), "%d have come out", count)
        # Of a datagram's pieces one may have been there since the time before.
        must(not error or not count or len(self.data) > 1, "an error, but it passed")

    def again(self):
        """What got lost is sent once more."""
        try:
            self.act()
        except OSError as failed:
            must(False, "once more: %s", failed)
        must(self.arrived() == len(self.data), "once more, it does not pass")


class Denied(Packets):
    """Packets that do not pass, whatever fails."""

    def judge(self, error, count):
        must(count == 0, "what is denied has passed")

    def again(self):
        self.act()
        must(self.arrived() == 0, "once more, what is denied has passed")


class Logged(Packets):
    """With a flow log."""

    settings = {"flow_log": 600}


class LoggedDenied(Denied):
    """With a flow log."""

    settings = {"flow_log": 600}


class Counted(Packets):
    """With a limit for each source."""

    settings = {"max_connections_per_source": 1000}


class Watched(Packets):
    """With somebody who watches: what enters the table is told."""

    def prepare(self):
        super().prepare()
        self.fd = os.open(file_of("events"), os.O_RDONLY)

    def check(self, error, before):
        entered = len(self.router.table()) - len(before[1])
        reader = Reader()
        reader.fill(self.fd)
        os.close(self.fd)
        must(reader.text().count(b" new ") == entered, "%d entered, told was %s", entered,
             reader.text())
        super().check(error, before)


class ToBox(Packets):
    """To this machine."""

    def arrived(self):
        return self.router.heard(4)


class FromBox(Packets):
    """From this machine, by a socket of its own."""

    errors = Packets.errors + (errno.EPERM,)

    def act(self):
        self.router.raw[4][0].sendto(self.data[0], (SERVER, 0))


class Flood(Packets):
    """Many connections at once: the table grows."""

    step = every(29)

    def prepare(self):
        write_file("connections", b"delete dport 53 src 10.8.0.64/26\n")
        super().prepare()

    def act(self):
        fd = self.router.tun[self.place]
        for data in self.data:
            try:
                os.write(fd, data)
            except OSError as failed:
                must(failed.errno in self.errors, "%s", failed)

    def arrived(self):
        return len(bed.drain(self.router.tun[self.other]))

    def judge(self, error, count):
        must(count >= len(self.data) - 2, "of %d packets %d have passed", len(self.data), count)

    def again(self):
        self.act()
        must(self.arrived() == len(self.data), "once more, not all pass")

    def forget(self):
        write_file("connections", b"delete dport 53 src 10.8.0.64/26\n")


def quote(about):
    """An ICMP error from behind the right about a packet."""
    return packet(SERVER, CLIENT, 1, b"\3\3\0\0\0\0\0\0" + about[:28], 2)


def big(sport, dport):
    """A datagram in two pieces."""
    return fragments(udp(CLIENT, SERVER, sport, dport, 200))


def first_packets(router):
    """What opens a connection, or does not."""
    hello = tcp(CLIENT, SERVER, PORT, 443, "S", 1)
    hello6 = tcp(CLIENT6, SERVER6, PORT, 443, "S", 1)
    query = udp(CLIENT, SERVER, PORT, 53)
    return [
        Packets(router, "TCP's first packet", [hello]),
        Packets(router, "TCP's first packet, IPv6", [hello6]),
        Packets(router, "UDP's first packet", [query]),
        Packets(router, "a ping", [ping(CLIENT, SERVER, 5)]),
        Packets(router, "a ping, IPv6", [ping(CLIENT6, SERVER6, 5)]),
        Packets(router, "a new policy's first packet", [query], fresh=True),
        Packets(router, "two fragments", big(PORT, 53)),
        Logged(router, "the flow log's first packet", [hello], fresh=True),
        Counted(router, "a source's first packet", [query]),
        Watched(router, "a packet that is watched", [hello6]),
        Denied(router, "a denied packet", [udp(CLIENT, SERVER, PORT, 9)], fresh=True),
        Denied(router, "a denied packet, IPv6", [tcp(CLIENT6, SERVER6, PORT, 80, "S")]),
        Denied(router, "denied fragments", big(PORT, 9)),
        Denied(router, "a rejected packet", [tcp(CLIENT, SERVER, PORT, 444, "S", 9)]),
        Denied(router, "a rejected packet, IPv6", [tcp(CLIENT6, SERVER6, PORT, 444, "S", 9)]),
        LoggedDenied(router, "a denied packet in the flow log",
                     [udp(CLIENT, SERVER, PORT, 9)], fresh=True),
        ToBox(router, "a packet to this machine", [udp(CLIENT, BOX, PORT, 161)]),
        FromBox(router, "a packet from this machine", [udp(BOX, SERVER, PORT, 53)]),
    ]


def later_packets(router):
    """What goes on with one."""
    hello = ("left", tcp(CLIENT, SERVER, PORT, 443, "S", 1))
    answer = ("right", tcp(SERVER, CLIENT, 443, PORT, "SA", 100, 2))
    thanks = ("left", tcp(CLIENT, SERVER, PORT, 443, "A", 2, 101))
    bye = tcp(CLIENT, SERVER, PORT, 443, "R", 2)
    query = udp(CLIENT, SERVER, PORT, 53)
    return [
        Packets(router, "TCP's second packet", [answer[1]], [hello], "right"),
        Packets(router, "TCP's third packet", [thanks[1]], [hello, answer]),
        Packets(router, "a packet that is remembered", [thanks[1]],
                [hello, answer, thanks], fresh=True),
        Packets(router, "TCP's first packet, again", [hello[1]],
                [hello, answer, thanks, ("left", bye)]),
        Packets(router, "an ICMP error", [quote(query)], [("left", query)], "right"),
        Denied(router, "an ICMP error about nothing",
               [quote(udp(CLIENT, SERVER, PORT + 1, 53))], (), "right"),
        Flood(router, "200 connections", [udp("10.8.0.%d" % (64 + i % 64), SERVER, 42000 + i, 53)
                                          for i in range(200)]),
    ]


def main():
    """With limits that let all of it be seen."""
    router = Router()
    bed.write(SETTINGS + "reject_rate", 1000000)
    run(first_packets(router) + later_packets(router))


if __name__ == "__main__":
    main()
