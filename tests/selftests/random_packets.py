#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Random packets at every hook; for 58-random-packets.sh.

Packets of all kinds, from the timelines' forge and from the fuzzers' seeds, of
which bytes, lengths and order are changed at random, go through the router, to it and
from it. Behind it may come out what the policy allows, nothing else. BAILEY_SEED and
BAILEY_OPERATIONS say which and how many; without them they
are always the same.
"""

import glob
import ipaddress
import os
import random
import struct

from shortage import (BEHIND, HERE, Router, Wrong, address, bed, checksum, fragments, must, packet,
                      ping, pseudo, read_file, tcp, udp, write_file)

SEED = int(os.environ.get("BAILEY_SEED") or 1)
OPERATIONS = int(os.environ.get("BAILEY_OPERATIONS") or 6000)
SETTINGS = "/proc/sys/net/bailey/"

POLICY = b"""begin
flush
acl edge in 10 allow any
acl edge out 10 allow any
group web in allow tcp from any to any port 443
group web in allow udp from any to any port 53
group web in allow icmp type 8
group web in allow icmpv6 type 128
group self in allow udp from any to any port 161
group self out allow any
attach dev left protects host groups self
attach dev right protects subnet acl edge groups web
commit
"""

PORTS = {6: (443,), 17: (53,)}
UPPER_SUM = {6: 16, 17: 6, 1: 2, 58: 2}


def ends_of(place, family):
    """Source and destination of who sends from there."""
    left, right, box = (BEHIND[p][family == 6] for p in ("left", "right", "box"))
    return {"left": ((left, right), (left, box)), "right": ((right, left), (right, box)),
            "box": ((box, right), (box, left))}[place]


def extensions(src, dst, chain, upper, proto):
    """IPv6 with headers in front of what it carries."""
    data, following = upper, proto
    for kind in reversed(chain):
        size = 8
        head = struct.pack("!BBHI", following, 0, 0, 7) if kind == 44 else \
            struct.pack("!BBBBI", following, 0, 1, 4, 0)
        data, following = head[:size] + data, kind
    return struct.pack("!IHBB", 6 << 28, len(data), following, 64) + \
        address(src).packed + address(dst).packed + data


def quoting(src, dst, about):
    """An ICMP error about a packet."""
    four = about[0] >> 4 == 4
    kinds = ((3, 3), (11, 0), (3, 4), (12, 0)) if four else ((1, 4), (3, 0), (2, 0), (4, 0))
    return [packet(src, dst, 1 if four else 58,
                   struct.pack("!BBHI", *kind, 0, 1280) + about[:120], 2) for kind in kinds]


def makings(place):
    """Sound packets to begin with."""
    made = []
    for family in (4, 6):
        for src, dst in ends_of(place, family):
            for sport, dport in ((40000, 443), (443, 40000), (5, 53), (53, 5), (6, 161), (7, 9)):
                made.append(udp(src, dst, sport, dport, 40))
                made += [tcp(src, dst, sport, dport, flags, 1001, 5001)
                         for flags in ("S", "SA", "A", "FA", "R", "")]
            made += [ping(src, dst, 5)] + quoting(src, dst, udp(dst, src, 53, 40000)) + \
                quoting(src, dst, tcp(dst, src, 443, 40000, "A", 1001, 5001))
            if family == 4:
                made += fragments(udp(src, dst, 40000, 53, 200))
            else:
                upper = tcp(src, dst, 41000, 443, "S")[40:]
                made += [extensions(src, dst, chain, upper, 6) for chain in
                         ((0,), (60,), (43,), (0, 60, 43, 60), (44,), (0,) * 9, (60, 44, 60))]
    return made


def seeds():
    """What the fuzzers begin with, their first byte left out."""
    found = []
    for name in sorted(glob.glob(os.path.join(HERE, "../fuzz/seeds/packet/*"))):
        with open(name, "rb") as file:
            found.append(file.read()[1:])
    return found


class Sender:
    """Makes packets and sends them."""

    def __init__(self, router, seed):
        self.router, self.random = router, random.Random(seed)
        self.made = {place: makings(place) for place in ("left", "right", "box")}
        self.seeds = seeds()
        must(self.seeds, "no seeds")
        self.sent, self.out, self.taken = 0, {"left": 0, "right": 0}, 0

    def make(self, place):
        """A packet of that place."""
        pick = self.random
        if pick.random() < 0.2:
            data = bytearray(pick.choice(self.seeds))
            self.address(data, place)
        else:
            data = bytearray(pick.choice(self.made[place]))
        if pick.random() < 0.8:
            self.mutate(data)
        if pick.random() < 0.8:
            self.mend(data, pick.random() < 0.7)
        return bytes(data)

    def address(self, data, place):
        """So that it is sent somewhere."""
        family = data[0] >> 4
        src, dst = (address(a).packed for a in
                    self.random.choice(ends_of(place, 6 if family == 6 else 4)))
        at = 8 if family == 6 else 12
        data[at:at + 2 * len(src)] = src + dst

    def mutate(self, data):
        """Bytes change, come and go; addresses mostly stay."""
        pick = self.random
        for _ in range(pick.choice((1, 1, 2, 5))):
            if not data:
                return
            at = pick.randrange(len(data))
            if (8 if data[0] >> 4 == 6 else 12) <= at < (40 if data[0] >> 4 == 6 else 20) and \
                    pick.random() < 0.9:
                continue
            what = pick.randrange(5)
            if what < 2:
                data[at] = pick.randrange(256)
            elif what == 2:
                data[at] ^= 1 << pick.randrange(8)
            elif what == 3:
                del data[at:at + pick.randrange(40)]
            else:
                data[at:at] = pick.randbytes(pick.randrange(40))

    @staticmethod
    def mend(data, upper):
        """Lengths and sums are as they must be, so that they are not all that is wrong."""
        if len(data) >= 40 and data[0] >> 4 == 6:
            data[4:6] = struct.pack("!H", (len(data) - 40) & 0xffff)
            head, proto, pair = 40, data[6], (bytes(data[8:24]), bytes(data[24:40]))
        elif len(data) >= 20 and data[0] >> 4 == 4 and len(data) >= 4 * (data[0] & 15) >= 20:
            head = 4 * (data[0] & 15)
            data[2:4] = struct.pack("!H", len(data) & 0xffff)
            data[10:12] = b"\0\0"
            data[10:12] = struct.pack("!H", checksum(bytes(data[:head])))
            proto, pair = data[9], (bytes(data[12:16]), bytes(data[16:20]))
        else:
            return
        at = UPPER_SUM.get(proto)
        if not upper or at is None or len(data) < head + at + 2:
            return
        data[head + at:head + at + 2] = b"\0\0"
        covered = bytes(data[head:])
        if proto != 1:
            covered = pseudo(*map(ipaddress.ip_address, pair), proto, len(covered)) + covered
        data[head + at:head + at + 2] = struct.pack("!H", checksum(covered))

    def send(self, place, data):
        """At its hook."""
        self.sent += 1
        try:
            if place == "box":
                family = 6 if data[:1] and data[0] >> 4 == 6 else 4
                self.router.raw[family][0].sendto(
                    data, (self.random.choice(ends_of("box", family))[1], 0))
            else:
                os.write(self.router.tun[place], data)
            self.taken += 1
        except OSError:
            pass
        for end, fd in self.router.tun.items():
            for out in bed.drain(fd):
                self.out[end] += 1
                if end == "right":
                    must(allowed(out), "%s has sent %s, and out came %s", place, data.hex(),
                         out.hex())

    def go_on(self):
        """Those that were there, and what is denied."""
        self.router.guards()
        self.router.heard(4)
        self.router.heard(6)


def allowed(out):
    """May that come out on the right?"""
    if out[0] >> 4 == 4:
        head, proto = 4 * (out[0] & 15), out[9]
        if (out[6] & 0x1f) << 8 | out[7]:
            return True         # a later fragment of something that was allowed whole
    else:
        head, proto = 40, out[6]
        while proto in (0, 43, 60, 44):
            if proto == 44 and struct.unpack("!H", out[head + 2:head + 4])[0] & 0xfff8:
                return True
            proto, head = out[head], head + (8 if proto == 44 else 8 * (out[head + 1] + 1))
    if proto in PORTS:
        return struct.unpack("!H", out[head + 2:head + 4])[0] in PORTS[proto]
    return proto in (1, 58)


def main():
    """KTAP: packets through it, then whether it has stood them."""
    router = Router()
    write_file("policy", POLICY)
    bed.write(SETTINGS + "flow_log", 600)
    sender, wrong, number = Sender(router, SEED), None, 0
    watcher = os.open("/proc/thread-self/net/bailey/events", os.O_RDONLY)
    print("1..4\n# BAILEY_SEED=%d BAILEY_OPERATIONS=%d" % (SEED, OPERATIONS), flush=True)
    try:
        for number in range(1, OPERATIONS + 1):
            place = sender.random.choice(("left", "left", "right", "right", "box"))
            sender.send(place, sender.make(place))
            if number % 250 == 0:
                read_file("connections")
                os.read(watcher, 1 << 16)
    except Wrong as failed:
        wrong = failed
    print("# %d sent, %d taken, %d came out on the left, %d on the right" %
          (sender.sent, sender.taken, sender.out["left"], sender.out["right"]))
    print("%s 1 - of %d random packets none has passed that may not" %
          ("not ok" if wrong else "ok", number))
    if wrong:
        print("# packet %d: %s" % (number, wrong))
    good = sender.out["right"] > number // 100 and sender.out["left"] > number // 100
    print("%s 2 - some have come out on both sides" % ("ok" if good else "not ok"))
    stats = dict(line.split()[:2] for line in read_file("stats").decode().splitlines()
                 if len(line.split()) == 2)
    good = stats.get("packets_differed") == "0" and int(stats.get("packets_compared", 0)) > 0
    print("%s 3 - those that were remembered would have been judged alike" %
          ("ok" if good else "not ok"))
    bed.write(SETTINGS + "flow_log", 0)
    os.close(watcher)
    try:
        router.begin()
        sender.go_on()
        print("ok 4 - afterwards it works as before")
    except (Wrong, OSError) as failed:
        print("# %s\nnot ok 4 - afterwards it works as before" % failed)


if __name__ == "__main__":
    main()
