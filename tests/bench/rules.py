# SPDX-License-Identifier: GPL-2.0
#
# Rule sets and traces that tests/bench/ruleset made, for all subjects.

import ipaddress
import os

# Protocols of which the bench module makes packets
PROTOS = {1, 6, 17, 47, 50, 58, 88}
NAMES = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}


class Rule:
    """A line of an ACL: "acl NAME in NUMBER {allow|deny} MATCH"."""

    def __init__(self, line):
        words = line.split()
        self.number = int(words[3])
        self.allow = words[4] == "allow"
        self.match = " ".join(words[5:])
        self.proto = None if words[5] in ("any", "from", "to") else NAMES.get(words[5], words[5])
        self.addr = {"from": None, "to": None}
        self.ports = {"from": None, "to": None}
        side = None
        for at, word in enumerate(words[5:], 5):
            if word in self.addr:
                side = word
                if words[at + 1] != "any":
                    self.addr[side] = words[at + 1]
            elif word == "port":
                self.ports[side] = words[at + 1]

    def nft(self):
        words = []
        for side, name, port in ("from", "saddr", "sport"), ("to", "daddr", "dport"):
            if self.addr[side]:
                words.append(f"{'ip6' if ':' in self.addr[side] else 'ip'} "
                             f"{name} {self.addr[side]}")
        if self.proto:
            words.append(f"meta l4proto {self.proto}")
        for side, port in ("from", "sport"), ("to", "dport"):
            if self.ports[side]:
                words.append(f"th {port} {self.ports[side]}")
        return " ".join(words) + (" accept" if self.allow else " drop")

    def nft_element(self):
        return f"{self.addr['from']} . {self.addr['to']} . {self.ports['to']}"

    def iptables(self):
        words = ["-A FORWARD"]
        for side, name in ("from", "-s"), ("to", "-d"):
            if self.addr[side]:
                words.append(f"{name} {self.addr[side]}")
        if self.proto:
            words.append(f"-p {self.proto}")
        for side, name in ("from", "--sport"), ("to", "--dport"):
            if self.ports[side]:
                words.append(f"{name} {self.ports[side].replace('-', ':')}")
        return " ".join(words) + (" -j ACCEPT" if self.allow else " -j DROP")


def usable(src, dst, proto):
    """Could this be a packet that a router forwards?"""
    src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    return proto in PROTOS and src != dst and not any(
        addr.is_multicast or addr.is_loopback or addr.is_unspecified or addr.is_link_local or
        (addr.version == 4 and (int(addr) >> 24 in (0, 127) or int(addr) >> 28 >= 14))
        for addr in (src, dst))


class RuleSet:
    """A set with its trace, from files that sets.sh wrote."""

    def __init__(self, spec):
        base = os.path.join(os.environ["BAILEY_BENCH_SETS"], spec.replace("/", "%"))
        self.spec = spec
        with open(base + ".policy") as file:
            self.policy = file.read()
        self.rules = [Rule(line) for line in self.policy.splitlines()]
        self.trace = []
        with open(base + ".trace") as file:
            for line in file:
                src, dst, *numbers = line.split()
                proto, sport, dport, number = map(int, numbers)
                if usable(src, dst, proto):
                    self.trace.append((src, dst, proto, sport, dport, number))

    def packets(self, verdict=None):
        """The trace as the bench module reads it. verdict: of all, without those that
        no rule decides"""
        lines = []
        for src, dst, proto, sport, dport, number in self.trace:
            if verdict is None:
                passes = number and self.rules[number - 1].allow
            elif not number:
                continue
            else:
                passes = verdict
            if proto in (1, 58):
                sport, dport = (8 if proto == 1 else 128), 0
            elif proto not in (6, 17):
                sport = dport = 0
            lines.append(f"{6 if ':' in src else 4} {proto} {src} {sport} {dst} {dport} "
                         f"{'accept' if passes else 'drop'}\n")
        return "".join(lines)

    def hits(self):
        """Rule number -> packets of the trace that it decides."""
        found = {}
        for packet in self.trace:
            if packet[5]:
                found[packet[5]] = found.get(packet[5], 0) + 1
        return found


def grid(count):
    """Rules that do not overlap, and a packet for each, for sets that know no order."""
    rules, packets = [], []
    for i in range(count):
        src = f"10.{i >> 8 & 255}.{i & 255}.0/24"
        dst = f"172.{16 + (i * 7 >> 8 & 15)}.{i * 7 & 255}.0/{24 + i % 8}"
        low = 1024 + i % 1000
        ports = f"{low}-{low + 1 + i % 64}" if i % 3 else str(low)
        rules.append(Rule(f"acl grid in {i + 1} allow tcp from {src} to {dst} port {ports}"))
        packets.append(f"4 6 {src[:-4]}{1 + i % 250} 40000 {dst.rsplit('.', 1)[0]}.1 {low} "
                       "accept\n")
    return rules, "".join(packets)
