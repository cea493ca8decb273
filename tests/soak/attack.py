#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Attacks on a router, and what they leave of the connections of others; for attack.sh.

	attack.py [syn|udp|source|fragments|rules]...

Bailey and nf_conntrack stand in namespaces of their own, with tables of the same size, and
let port 443 be reached. The floods of syn, udp and source are prepared packets that the bench
module sends through the hooks at the speed of the kernel: the subjects take turns, a slice of
the flood for each, and between two slices the packets of connections that were there before
are sent, and new ones are tried. Fragments and the others' packets beside them
are real ones, by veth. Rules are those that classifiers are slow at; beside Bailey the
same ones stand in a chain of nftables.
"""

import os
import re
import statistics
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, HERE + "/../bench", HERE + "/../selftests"]

from measures import check_hits, memory_used, write_trace  # noqa: E402
from rules import RuleSet  # noqa: E402
from storm import Burst, drain, say, udp, wire  # noqa: E402
from subjects import (BENCH, Bailey, Conntrack, NftLinear, Wrong, enter_first, read,  # noqa: E402
                      set_sysctl, sh, write)

ROOM = 65536                    # connections that a table holds
OLD, NEW = 1000, 100            # connections that were there; that are tried at a time
SLICE, ROUNDS = 65536, 8        # packets of a flood between two looks
SHARE = 1000                    # connections that one source may have

RULES = """table inet f {
    set sources { type ipv4_addr; size 65535; flags dynamic; }
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state invalid drop
        ct state established,related accept
        %s
        tcp dport 443 accept
        udp dport 443 accept
    }
}
"""
COUNTED = "ct state new add @sources { ip saddr ct count over %d } drop" % SHARE


class Router:
    """What is asked of either subject."""

    def run(self, mode, **options):
        """A run of the bench module, whatever becomes of its packets."""
        self.enter()
        words = {"mode": mode, "any": 1, **options}
        write(BENCH, " ".join("%s=%s" % word for word in words.items()) + "\n")
        return {name: float(value) for name, value in
                (word.split("=") for word in read(BENCH).split())}


class OurRouter(Router, Bailey):
    policy = ("group web in allow tcp to any port 443\ngroup web in allow udp to any port 443\n"
              "attach dev out0 protects subnet groups web\n")

    def __init__(self, name="Bailey", share=0, label="ours"):
        self.title, self.share = name, share
        super().__init__(None, label)

    def setup(self):
        set_sysctl("net.bailey.max_connections", ROOM)
        set_sysctl("net.bailey.max_connections_per_source", self.share)
        self.load(self.policy)

    def entries(self):
        self.enter()
        return self.stat("connections")


class TheirRouter(Router, Conntrack):
    def __init__(self, name="nf_conntrack", rule="", label="theirs"):
        self.title, self.rule = name, rule
        super().__init__(label)

    def setup(self):
        sh("nft -f -", RULES % self.rule)

    def entries(self):
        self.enter()
        return int(read("/proc/sys/net/netfilter/nf_conntrack_count"))


class Table:
    """Rows for attack.md."""

    def __init__(self, out):
        self.out = out

    def head(self, title, *columns):
        self.out.write("\n%s\n\n| %s |\n|%s\n" % (title, " | ".join(columns),
                                                 " --- |" * len(columns)))

    def row(self, *cells):
        self.out.write("| %s |\n" % " | ".join(str(cell) for cell in cells))
        self.out.flush()
        print("# " + ", ".join(str(cell) for cell in cells), flush=True)


def percent(part, whole):
    return 100.0 * part / whole if whole else 0.0


class Siege:
    """One attack on one subject: what is counted of it."""

    def __init__(self, subject):
        self.subject = subject
        self.cost, self.peak, self.bytes = [], 0, 0
        self.sent = self.passed = self.tried = self.came = 0
        self.flooded = self.let_in = 0
        subject.flush()
        for proto in 6, 17:
            said = subject.run("open", flows=OLD, proto=proto)
            self.check(said["dropped"] == 0, "connections open before it")
            subject.run("established", flows=OLD, proto=proto, packets=2 * OLD)

    def check(self, good, name):
        if not good:
            raise Wrong("%s: not so: %s" % (self.subject.label, name))

    def slice(self, turn, mode, **options):
        """A slice of the flood, and what the others have of it."""
        before = memory_used()
        said = self.subject.run(mode, flows=SLICE, first=(1 << 20) + turn * SLICE, **options)
        self.cost.append(said["median"])
        self.flooded += int(said["packets"])
        self.let_in += int(said["accepted"])
        self.peak = max(self.peak, self.subject.entries())
        for proto in 6, 17:
            said = self.subject.run("established", flows=OLD, proto=proto, packets=2 * OLD)
            self.sent += int(said["packets"])
            self.passed += int(said["accepted"])
        # The first slice fills the table
        if not turn:
            self.bytes = memory_used() - before
        said = self.subject.run("open", flows=NEW, first=100000 + turn * NEW)
        self.tried += int(said["packets"])
        self.came += int(said["accepted"])

    def recover(self):
        """How many new connections are tried after it until one comes about."""
        for attempt in range(1, 1001):
            said = self.subject.run("open", flows=1, first=200000 + attempt)
            if said["dropped"] == 0:
                return attempt
        return None


def besiege(subjects, mode, **options):
    sieges = [Siege(subject) for subject in subjects]
    for turn in range(ROUNDS):
        for siege in sieges:
            siege.slice(turn, mode, **options)
    return sieges


def tell(table, title, sieges):
    cost = [statistics.median(siege.cost) for siege in sieges]
    table.head(title, "", "flood packets, passed", "packets of old connections that pass",
               "of new connections", "entries at most (limit)", "MiB that a full table takes",
               "tries until a new one comes about", "a flood packet's cost, nf_conntrack = 1")
    for siege, ns in zip(sieges, cost):
        siege.recovered = siege.recover()
        table.row(siege.subject.title, "%d, %d" % (siege.flooded, siege.let_in),
                  "%.1f %% of %d" % (percent(siege.passed, siege.sent), siege.sent),
                  "%.1f %% of %d" % (percent(siege.came, siege.tried), siege.tried),
                  "%d (%d)" % (siege.peak, ROOM), "%.1f" % (siege.bytes / 2 ** 20),
                  siege.recovered or "none of 1000", "%.3f" % (ns / cost[1]))


def judge(name, siege):
    say(siege.flooded >= ROUNDS * SLICE, name + ": the flood was sent")
    say(percent(siege.passed, siege.sent) >= 95, name + ": 95 % of old connections' packets pass")
    say(percent(siege.came, siege.tried) >= 95, name + ": and of new connections' packets")
    # Two processors may pass the limit by one each
    say(siege.peak <= ROOM + 2, name + ": the table keeps its limit")
    say(siege.recovered == 1, name + ": after it the first new connection comes about")


def flood(table, what, proto):
    title = {"syn": "SYN flood, four from each source",
             "udp": "UDP flood, each from another source"}[what]
    subjects = [OurRouter(), TheirRouter()]
    # So many sources that each has one
    options = {"sources": 1 << 23} if what == "udp" else {}
    sieges = besiege(subjects, "new", proto=proto, **options)
    tell(table, title, sieges)
    judge(what, sieges[0])
    finish(subjects)


def one_source(table):
    """It completes each handshake, so that nobody would throw its connections away."""
    subjects = [OurRouter("Bailey, max_connections_per_source", SHARE), TheirRouter(),
                TheirRouter("nf_conntrack, ct count", COUNTED, "counted"),
                OurRouter("Bailey, no limit", 0, "free")]
    sieges = besiege(subjects, "open", proto=6, sources=1)
    tell(table, "One source opens all the connections that it can get (its limit: %d)" % SHARE,
         sieges)
    judge("one source", sieges[0])
    # Old connections are not its prey in any case
    say(percent(sieges[3].passed, sieges[3].sent) >= 95,
        "one source, no limit: old connections pass")
    finish(subjects)


def finish(subjects):
    for subject in subjects:
        subject.flush()
        subject.remove()


# --- fragments ---------------------------------------------------------------------

BURST, BURSTS = 500, 60


class Road:
    """A client, a router that a subject guards, and a server, on veth pairs."""

    def __init__(self, subject):
        self.subject, self.label, self.title = subject, subject.label, subject.title
        self.client, self.server = self.label + "-c", self.label + "-s"
        enter_first()
        sh(f"""
            ip netns add {self.client}
            ip netns add {self.server}
            ip -n {self.label} link del in0
            ip -n {self.label} link del out0
            ip link add eth0 netns {self.client} type veth peer name in0 netns {self.label}
            ip link add eth0 netns {self.server} type veth peer name out0 netns {self.label}
            for one in "{self.label} in0 10.0.0.1" "{self.label} out0 172.16.0.1" \\
                       "{self.client} eth0 10.0.0.2" "{self.server} eth0 172.16.0.2"; do
                set -- $one
                ip -n $1 addr add $3/24 dev $2
                ip -n $1 link set $2 up
            done
            ip -n {self.client} route add default via 10.0.0.1
            ip -n {self.server} route add default via 172.16.0.1
            ip -n {self.label} neigh replace 172.16.0.2 dev out0 lladdr \\
                $(ip netns exec {self.server} cat /sys/class/net/eth0/address)
            """)
        self.burst = Burst(self.client, "172.16.0.2")
        self.wire = wire(self.server, "eth0", 443)
        self.sent = self.passed = self.flooded = self.peak = 0
        self.seconds = 0.0
        self.ident = 0

    def old(self):
        """Packets of connections that are there, and how many arrive."""
        self.burst.send([udp("10.0.0.2", 2000 + i, "172.16.0.2", 443) for i in range(100)])
        self.sent += 100
        end = time.monotonic() + 5
        came = 0
        while came < 100 and time.monotonic() < end:
            came += sum(1 for _ in drain(self.wire))
        self.passed += came

    def flood(self):
        """First fragments of datagrams whose rest never comes."""
        packets = []
        for _ in range(BURST):
            self.ident = (self.ident + 1) % 65536
            source = "10.0.0.%d" % (3 + self.ident % 250)
            packet = bytearray(udp(source, 2000, "172.16.0.2", 443, bytes(1024)))
            struct.pack_into("!HH", packet, 4, self.ident, 0x2000)
            packets.append(bytes(packet))
        began = time.monotonic()
        self.burst.send(packets)
        self.seconds += time.monotonic() - began
        self.flooded += BURST
        self.peak = max(self.peak, self.memory())

    def memory(self):
        """Of fragments that wait for others, bytes"""
        self.subject.enter()
        return int(re.search(r"FRAG: .*memory (\d+)", read("/proc/net/sockstat")).group(1))

    def whole(self):
        """Does a datagram of two fragments arrive?"""
        self.ident = (self.ident + 1) % 65536
        packet = udp("10.0.0.2", 2000, "172.16.0.2", 443, bytes(1024))
        first, second = bytearray(packet[:20 + 512]), bytearray(packet[:20] + packet[20 + 512:])
        struct.pack_into("!HHH", first, 2, len(first), self.ident, 0x2000)
        struct.pack_into("!HHH", second, 2, len(second), self.ident, 512 >> 3)
        list(drain(self.wire))
        self.burst.send([bytes(first), bytes(second)])
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            if any(True for _ in drain(self.wire)):
                return True
        return False


def recover(roads):
    """Seconds until a fragmented datagram passes again, for each; all are tried in turns."""
    began = time.monotonic()
    for road in roads:
        road.after = None
    while time.monotonic() < began + 60 and any(road.after is None for road in roads):
        for road in roads:
            if road.after is None and road.whole():
                road.after = time.monotonic() - began
        time.sleep(0.2)


def fragments(table):
    roads = [Road(OurRouter()), Road(TheirRouter())]
    for road in roads:
        if not road.whole():
            raise Wrong("%s: no fragments pass before the flood" % road.label)
        road.old()
    for turn in range(BURSTS):
        for road in roads[::-1] if turn % 2 else roads:
            road.flood()
            road.old()
    limit = int(read("/proc/sys/net/ipv4/ipfrag_high_thresh"))
    table.head("Flood of first fragments, 250 sources", "", "fragments",
               "packets of old connections that pass", "KiB of fragments at most (limit)",
               "seconds until a fragmented datagram passes", "a fragment's cost, nf_conntrack = 1")
    recover(roads)
    for road in roads:
        table.row(road.title, road.flooded,
                  "%.1f %% of %d" % (percent(road.passed, road.sent), road.sent),
                  "%d (%d)" % (road.peak >> 10, limit >> 10),
                  "%.0f" % road.after if road.after is not None else "more than 60",
                  "%.2f" % (road.seconds / roads[1].seconds))
    ours = roads[0]
    say(ours.flooded >= BURST * BURSTS, "fragments: the flood was sent")
    say(percent(ours.passed, ours.sent) >= 95, "fragments: 95 % of old connections' packets pass")
    say(0 < ours.peak <= limit + 65536, "fragments: their memory keeps its limit")
    say(ours.after is not None, "fragments: after it fragmented datagrams pass")


# --- rules -------------------------------------------------------------------------

def attack_rules(table):
    ours, linear = Bailey("", "rules"), NftLinear("linear")
    table.head("Rules that classifiers are slow at, 1,000 of them", "set", "packets", "wrong",
               "a packet's cost with Bailey, the same rules in nftables = 1")
    for spec in os.environ["BAILEY_ATTACK_SETS"].split():
        rules = RuleSet(spec)
        ours.enter()
        Bailey.load("flush\n" + rules.policy + "attach dev out0 protects subnet acl s\n")
        linear.load(rules.rules)
        write_trace(rules.packets())
        wrong = 0
        try:
            check_hits(ours, rules)
        except Wrong as error:
            print("# %s" % error, flush=True)
            wrong = 1
        cost = {ours: [], linear: []}
        for _ in range(5):
            for subject in ours, linear:
                said = subject.send(mode="plain", trace=1, packets=20000)
                cost[subject].append(said["median"])
        ratio = statistics.median(cost[ours]) / statistics.median(cost[linear])
        table.row(spec.split(":")[0], len(rules.trace), wrong, "%.3f" % ratio)
        say(not wrong, "rules %s: each decides what a linear search says" % spec)


ATTACKS = {
    "syn": lambda table: flood(table, "syn", 6),
    "udp": lambda table: flood(table, "udp", 17),
    "source": one_source,
    "fragments": fragments,
    "rules": attack_rules,
}
RESULTS = {"syn": 5, "udp": 5, "source": 6, "fragments": 4,
           "rules": len(os.environ.get("BAILEY_ATTACK_SETS", "").split())}


def main():
    wanted = sys.argv[1:] or list(ATTACKS)
    print("KTAP version 1\n1..%d" % sum(RESULTS[name] for name in wanted), flush=True)
    sh("sysctl -qw net.ipv6.conf.default.accept_dad=0")
    sh("modprobe -qa nf_defrag_ipv4 nf_defrag_ipv6 2>&1 || :")
    sh("insmod " + os.environ["BAILEY_KO"])
    sh("insmod " + os.environ["BAILEY_BENCH_KO"])
    set_sysctl("net.netfilter.nf_conntrack_max", ROOM)
    set_sysctl("net.netfilter.nf_conntrack_buckets", ROOM)
    set_sysctl("net.bailey.max_connections", ROOM)
    # How full the tables are is asked after each slice; the log is for what is wrong
    write("/proc/sys/kernel/printk_ratelimit", "60")
    with open(os.environ["BAILEY_OUT"] + "/attack.md", "w", encoding="ascii") as out:
        for name in wanted:
            ATTACKS[name](Table(out))
            enter_first()


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        print("# attack: %s" % error, flush=True)
        sys.exit(1)
