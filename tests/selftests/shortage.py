# SPDX-License-Identifier: GPL-2.0
"""Memory that runs out on purpose, and a router that must stand it.

Shortage lets the n-th allocation of this thread fail: /proc/thread-self/fail-nth
counts what the slab allocator and the page allocator are asked for. sweep() does a
thing again and again, with n from 1 on, until it needs fewer allocations than
n: then each has failed once. After each time the Router says whether all is as it
must be: what was denied is denied, what was open goes on, and the policy is one of the
two that it may be.

Where a kernel has no fault injection each thing is done once. For 57-out-of-memory.sh
and 57-out-of-memory-packets.sh.
"""

import contextlib
import errno
import os
import re
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True      # the tree stays as it is
sys.path.insert(0, os.path.join(HERE, "../timelines"))

import bed                                          # noqa: E402
from packets import checksum, pseudo, address       # noqa: E402

KNOBS = "/sys/kernel/debug/"
NTH = "/proc/thread-self/fail-nth"
DEBUG = os.environ.get("BAILEY_FLAVOUR") == "debug"

POLICY = b"""begin
flush
prefix-list corp 10.8.0.0/24 10.77.0.0/16 2001:db8:8::/64
acl edge in 10 allow tcp to any port 443
acl edge in 20 allow udp to any port 53
acl edge in 30 allow icmp
acl edge in 40 reject tcp to any port 444
acl edge in 50 allow any
acl edge out 10 allow any
group web in allow tcp from prefix-list corp to any port 443-445
group web in allow udp from any to any port 53
group web in allow icmp type 8
group web in allow icmpv6 type 128
group self in allow udp from any to any port 161
group self out allow any
attach dev left protects host groups self
attach dev right protects subnet acl edge groups web
attach dev tap* protects subnet groups web
endpoint server dev right addr 10.9.0.2,2001:db8:9::2 groups web
commit
"""

BEHIND = {"left": ("10.8.0.2", "2001:db8:8::2"), "right": ("10.9.0.2", "2001:db8:9::2"),
          "box": ("10.8.0.1", "2001:db8:8::1")}


class Shortage:
    """Fails one allocation of this thread."""

    def __init__(self):
        self.fd = os.open(NTH, os.O_RDWR) if os.path.exists(NTH) else -1
        if DEBUG and self.fd < 0:
            raise RuntimeError("a debug kernel has fault injection")
        if self.fd < 0:
            return
        for knob, value in (("failslab/ignore-gfp-wait", "N"), ("failslab/verbose", 0),
                            ("failslab/probability", 0),
                            ("fail_page_alloc/ignore-gfp-wait", "N"),
                            ("fail_page_alloc/verbose", 0),
                            ("fail_page_alloc/min-order", 0),
                            ("fail_page_alloc/probability", 0)):
            bed.write(KNOBS + knob, value)

    def during(self, n, act):
        """Do it while the n-th allocation fails: the error, and whether it did."""
        if self.fd < 0:
            return self.attempt(act), False
        os.pwrite(self.fd, b"%d" % n, 0)
        error = self.attempt(act)
        left = self.disarm()
        return error, not left

    def disarm(self):
        """How many allocations there would have been still."""
        left = int(os.pread(self.fd, 32, 0))
        os.pwrite(self.fd, b"0", 0)
        return left

    @staticmethod
    def attempt(act):
        """Its errno, or 0."""
        try:
            act()
        except OSError as error:
            return error.errno
        return 0


class KernelLog:
    """Keeps from the log what the kernel says of its own sysctls without memory.

    It prints its stack then, which would count as a complaint. All else that was said
    meanwhile is said again.
    """

    STACK = re.compile(r"CPU:|Stack:|Call Trace:|Hardware name:| [0-9a-f]{8} |  *\[<|---")

    def __enter__(self):
        self.fd = os.open("/dev/kmsg", os.O_RDWR | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)
        bed.write("/proc/sys/kernel/printk", 1)

    def __exit__(self, *_):
        bed.write("/proc/sys/kernel/printk", 8)
        for line in self.serious(self.lines()):
            os.write(self.fd, line.encode()[:900])
        os.close(self.fd)

    def serious(self, lines):
        """All but the stacks."""
        stack = False
        for line in lines:
            stack = "sysctl could not get directory" in line or \
                (stack and self.STACK.match(line))
            if not stack:
                yield line

    def lines(self):
        """What has come since."""
        lines = []
        try:
            while True:
                record = os.read(self.fd, 8192).decode(errors="replace")
                lines += record.split(";", 1)[1].splitlines()[:1]
        except BlockingIOError:
            return lines


class Wrong(Exception):
    """Something is not as it must be."""


def every(step):
    """Steps are for those who have no time."""
    return 1 if os.environ.get("BAILEY_THOROUGH") else step


def must(condition, text, *args):
    """Unless it holds, that is the end of a sweep."""
    if not condition:
        raise Wrong(text % args)


def file_of(name):
    """Of the namespace that we are in."""
    return "/proc/thread-self/net/bailey/" + name


def read_file(name):
    """All of it."""
    with open(file_of(name), "rb", buffering=0) as file:
        return file.readall()


def write_file(name, text):
    """One write(2)."""
    bed.write(file_of(name), text.decode())


class Reader:
    """Reads a file into memory that is there already."""

    def __init__(self, size=1 << 18):
        self.room = bytearray(size)
        self.used = 0

    def fill(self, fd):
        """To the end."""
        view = memoryview(self.room)
        self.used = 0
        while True:
            got = os.readv(fd, [view[self.used:]])
            if not got:
                return
            self.used += got

    def text(self):
        """What was read."""
        return bytes(self.room[:self.used])


def packet(src, dst, proto, upper, sum_at, ttl=64):
    """An IP packet with its checksums; addresses are text."""
    ends = address(src), address(dst)
    covered = upper if proto == 1 else pseudo(*ends, proto, len(upper)) + upper
    total = checksum(covered)
    upper = upper[:sum_at] + struct.pack("!H", total) + upper[sum_at + 2:]
    if ends[0].version == 6:
        return struct.pack("!IHBB", 6 << 28, len(upper), proto, ttl) + \
            ends[0].packed + ends[1].packed + upper
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(upper), 7, 0, ttl, proto, 0) + \
        ends[0].packed + ends[1].packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + upper


def udp(src, dst, sport, dport, size=8):
    """A datagram of bytes that do not matter."""
    return packet(src, dst, 17, struct.pack("!HHHH", sport, dport, 8 + size, 0) +
                  b"u" * size, 6)


def tcp(src, dst, sport, dport, flags, seq=0, ack=0):
    """A segment without data; flags by their letters."""
    word = 5 << 12 | sum(bed.TCP_FLAGS[c] for c in flags)
    return packet(src, dst, 6, struct.pack("!HHIIHHHH", sport, dport, seq, ack, word,
                                           65535, 0, 0), 16)


def ping(src, dst, ident):
    """An echo request of either family."""
    four = ":" not in src
    return packet(src, dst, 1 if four else 58,
                  struct.pack("!BBHHH", 8 if four else 128, 0, 0, ident, 1), 2)


def fragments(data):
    """A packet of IPv4 in two pieces."""
    cut = 20 + (len(data) - 20) // 16 * 8
    pieces = []
    for begin, end in ((20, cut), (cut, len(data))):
        head = struct.pack("!BBHHH", 0x45, 0, 20 + end - begin, 7,
                           (end < len(data)) << 13 | (begin - 20) >> 3) + \
            data[8:10] + b"\0\0" + data[12:20]
        pieces.append(head[:10] + struct.pack("!H", checksum(head)) + head[12:] +
                      data[begin:end])
    return pieces


class Router(bed.Bed):
    """Bailey between two tun devices, with connections that must live."""

    name = "bailey"

    def __init__(self):
        super().__init__()
        # What lives here lives on, however slow the machine is
        bed.write("/proc/sys/net/bailey/udp_timeout", 100000)
        self.turn = 0
        self.begin()

    def begin(self):
        """The policy, and the connections."""
        write_file("policy", POLICY)
        write_file("connections", b"flush\n")
        for at in (0, 1):
            client, server = BEHIND["left"][at], BEHIND["right"][at]
            hello = (tcp(client, server, 40000, 443, "S", 1000),
                     tcp(server, client, 443, 40000, "SA", 5000, 1001),
                     tcp(client, server, 40000, 443, "A", 1001, 5001))
            for data, place in zip(hello, ("left", "right", "left")):
                must(self.passes(place, data), "no connection to begin with")
        must(self.passes("left", udp(BEHIND["left"][0], BEHIND["right"][0], 40000, 53)),
             "no connection of UDP to begin with")

    def passes(self, place, data):
        """Does it come out at the other end?"""
        other = "right" if place == "left" else "left"
        for fd in self.tun.values():
            bed.drain(fd)
        try:
            os.write(self.tun[place], data)
        except OSError:
            return False
        return any(bed.ends(out) == bed.ends(data) for out in bed.drain(self.tun[other]))

    def table(self):
        """The connections by what names them."""
        words = [line.split() for line in read_file("connections").decode().splitlines()]
        return sorted(" ".join([w[0]] + [x for x in w if x.split("=")[0] in
                                         ("src", "dst", "sport", "dport")]) for w in words)

    def guards(self):
        """What is denied is denied, and what was open goes on; IPv4 and IPv6 in turn."""
        self.turn ^= 1
        self.guards_family(self.turn)

    def guards_family(self, at):
        """Of one of them."""
        client, server = BEHIND["left"][at], BEHIND["right"][at]
        must(not self.passes("left", udp(client, server, 40000, 9)),
             "a packet that nobody allows has passed")
        must(not self.passes("left", tcp(client, server, 40001, 80, "S")),
             "a request that nobody allows has passed")
        must(self.passes("left", tcp(client, server, 40000, 443, "A", 1001, 5001)),
             "the connection does not go on")
        must(self.passes("right", tcp(server, client, 443, 40000, "A", 5001, 1001)),
             "the connection has no replies")

    def state(self):
        """What a failure may not change."""
        return read_file("policy"), self.table()


class Thing:
    """Something that is done with too little memory."""

    name = "nothing"
    errors = (errno.ENOMEM,)
    first, step = 1, 1
    loud = False        # the kernel's own part of it complains

    def __init__(self, router):
        self.router = router

    def prepare(self):
        """Before each time."""

    def act(self):
        """The thing; little else may happen in here."""

    def check(self, error, before):
        """Behind each time; whatever it raises is a failure."""
        after = self.router.state()
        must(after == before, "state changed")


def sweep(shortage, thing):
    """Let each allocation of a thing fail in turn: how often, and how often it failed."""
    fired = refused = 0
    n = thing.first
    while True:
        thing.prepare()
        before = thing.router.state()
        with KernelLog() if thing.loud else contextlib.nullcontext():
            error, hit = shortage.during(n, thing.act)
        try:
            must(not error or (hit and error in thing.errors), "it failed: %s",
                 errno.errorcode.get(error, error))
            thing.check(error, before)
            thing.router.guards()
        except Wrong as wrong:
            raise Wrong("allocation %d%s: %s" % (n, " failed" if hit else "", wrong))
        fired += hit
        refused += bool(error)
        if not hit:
            return fired, refused
        n += thing.step


def run(things):
    """KTAP: a result for each; without a single fault it is none."""
    shortage = Shortage()
    total = 0
    only = os.environ.get("BAILEY_ONLY", "")
    things = [thing for thing in things if re.search(only, thing.name)]
    print("1..%d" % (len(things) + 1))
    for number, thing in enumerate(things, 1):
        try:
            fired, refused = sweep(shortage, thing)
            must(fired or not DEBUG, "nothing was injected")
            print("# %s: %d allocations failed, and it %d times" %
                  (thing.name, fired, refused))
            print("ok %d - %s" % (number, thing.name), flush=True)
            total += fired
        except (Wrong, RuntimeError) as wrong:
            print("# %s\nnot ok %d - %s" % (wrong, number, thing.name), flush=True)
            thing.router.begin()
    print("# in all %d allocations failed" % total)
    good = total > 100 or only or not DEBUG
    print("%s %d - allocations have failed" % ("ok" if good else "not ok", len(things) + 1))
