# SPDX-License-Identifier: GPL-2.0
"""A router between two tun devices, and what a firewall on it does.

A Bed is a network namespace that forwards between "left" and "right"; both
ends of all cables are in our hands. Writing to a tun device runs the kernel's
whole receive path before write(2) returns, so a packet that is not at the
other device then will not come: nothing waits, nothing sleeps. Bailey's bed
and nf_conntrack's are two namespaces.
"""

import ctypes
import fcntl
import os
import re
import socket
import struct
import subprocess

from packets import HOSTS, ICMP, ICMP_REPLY, TCP_FLAGS

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454ca
IFF_TUN, IFF_NO_PI = 1, 0x1000
SIOCSIFMTU = 0x8922
MTU = 1500
IP_HDRINCL, IPV6_HDRINCL = 3, 36
LIBC = ctypes.CDLL(None, use_errno=True)

STAGE = """
link set lo up
link set left up
link set right up
addr add 10.8.0.1/16 dev left
addr add 10.9.0.1/16 dev right
addr add 2001:db8:8::1/48 dev left nodad
addr add 2001:db8:9::1/48 dev right nodad
"""

SETTINGS = {
    "net/ipv4/ip_forward": 1,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    "net/ipv4/conf/all/send_redirects": 0,
    "net/ipv4/conf/default/send_redirects": 0,
    "net/ipv4/icmp_ratelimit": 0,
    "net/ipv6/icmp/ratelimit": 0,
    "net/ipv6/conf/all/accept_dad": 0,
    "net/ipv6/conf/default/accept_dad": 0,
    "net/ipv6/conf/default/addr_gen_mode": 1,
    "net/ipv6/conf/default/router_solicitations": 0,
}

# What the server's side allows from outside, and the router itself
POLICY = """flush
group web in allow tcp from any to any port 443
group web in allow udp from any to any port 53
group web in allow udplite from any to any port 53
group web in allow sctp from any to any port 3868
group web in allow dccp from any to any port 5001
group web in allow gre
group web in allow esp
group web in allow ah
group web in allow 253
group web in allow icmp type 8
group web in allow icmp type 13
group web in allow icmp type 15
group web in allow icmp type 17
group web in allow icmpv6 type 128
group self in allow tcp from any to any port 22
group self in allow udp from any to any port 161
group self in allow icmp type 8
group self in allow icmpv6 type 128
attach dev left protects host groups self
attach dev right protects subnet groups web
"""

NFT = """flush ruleset
table inet t {
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		ct state invalid drop
		%s
	}
	chain input {
		type filter hook input priority 0; policy drop;
		ct state established,related accept
		icmpv6 type { 133, 134, 135, 136, 137 } ip6 hoplimit 255 accept
		ct state invalid drop
		tcp dport 22 accept
		udp dport 161 accept
		icmp type echo-request accept
		icmpv6 type echo-request accept
	}
}
"""

NFT_RULES = """iifname left tcp dport 443 accept
iifname left udp dport 53 accept
iifname left udplite dport 53 accept
iifname left sctp dport 3868 accept
iifname left dccp dport 5001 accept
iifname left meta l4proto { gre, esp, ah, 253 } accept
iifname left icmp type { 8, 13, 15, 17 } accept
iifname left icmpv6 type echo-request accept"""

# Settings of Bailey and what nf_conntrack calls them; None: it has none
SYSCTLS = {
    "tcp_loose": "nf_conntrack_tcp_loose",
    "tcp_be_liberal": "nf_conntrack_tcp_be_liberal",
    "tcp_max_ack": None,
    "udp_timeout": "nf_conntrack_udp_timeout",
    "udp_timeout_stream": "nf_conntrack_udp_timeout_stream",
    "icmp_timeout": "nf_conntrack_icmp_timeout",
    "generic_timeout": "nf_conntrack_generic_timeout",
}


def check(result):
    """A system call through ctypes: its error is an exception."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path, text):
    """One write(2)."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, str(text).encode())
    finally:
        os.close(fd)


def open_tun(name):
    """A tun device of the namespace that we are in."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


def drain(fd):
    """All packets that a device has for us, multicast chatter left out."""
    packets = []
    while True:
        try:
            packet = os.read(fd, 200000)
        except BlockingIOError:
            return packets
        if packet[0] >> 4 != 6 or packet[24] != 0xff:
            packets.append(packet)


def raw_socket(family, proto):
    """Gets what has come through LOCAL_IN; sends with headers of our own."""
    sock = socket.socket(family, socket.SOCK_RAW, proto)
    sock.setblocking(False)
    if proto == socket.IPPROTO_RAW:
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, IP_HDRINCL, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
    return sock


def ends(packet):
    """Source and destination address, as bytes."""
    if packet[0] >> 4 == 4:
        return packet[12:16], packet[16:20]
    return packet[8:24], packet[24:40]


def describe(packet):
    """An answer in a word: an ICMP message's name, tcp-RA, or a protocol."""
    four = packet[0] >> 4 == 4
    proto, upper = (packet[9], packet[4 * (packet[0] & 15):]) if four else \
        (packet[6], packet[40:])
    if proto in (1, 58) and len(upper) > 1:
        for name, types in ICMP.items():
            if types[0 if four else 1] == (upper[0], upper[1]):
                return name
        return "icmp-%d/%d" % (upper[0], upper[1])
    if proto == 6 and len(upper) > 13:
        word = upper[13] | (upper[12] & 1) << 8
        return "tcp-" + "".join(c for c, bit in TCP_FLAGS.items() if word & bit)
    return "proto-%d" % proto


def aged(packet):
    """A packet one hop later, its header's checksum left out."""
    data = bytearray(packet)
    if data[0] >> 4 == 4:
        data[8] -= 1
        data[10:12] = b"\0\0"
    else:
        data[7] -= 1
    return bytes(data)


class Outcome:
    """What became of a packet: those that arrived, those that came back."""

    def __init__(self):
        self.arrived = []
        self.answers = []
        self.changed = False


class Bed:
    """A namespace with its two devices; who enters it stays there."""

    PROTOS = (1, 6, 17, 33, 47, 50, 132, 136, 253)

    def __init__(self):
        check(LIBC.unshare(CLONE_NEWNET))
        self.namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
        for name, value in SETTINGS.items():
            write("/proc/sys/" + name, value)
        self.tun = {place: open_tun(place) for place in ("left", "right")}
        subprocess.run(["ip", "-batch", "-"], input=STAGE, text=True, check=True)
        self.raw = {4: self.raw_sockets(socket.AF_INET),
                    6: self.raw_sockets(socket.AF_INET6)}
        self.policy = None
        self.changed = {}
        self.narrow = False

    def raw_sockets(self, family):
        """Ears at LOCAL_IN for all protocols, and a mouth at LOCAL_OUT."""
        protos = list(self.PROTOS)
        if family == socket.AF_INET6:
            protos[0] = 58
        return [raw_socket(family, socket.IPPROTO_RAW)] + \
            [raw_socket(family, proto) for proto in protos]

    def enter(self):
        """Act in this namespace from now on."""
        check(LIBC.setns(self.namespace, CLONE_NEWNET))

    def heard(self, family):
        """How many packets have come up to the router's own sockets."""
        count = 0
        for sock in self.raw[family][1:]:
            try:
                while True:
                    sock.recv(70000)
                    count += 1
            except BlockingIOError:
                pass
        return count

    def inject(self, place, packet, family, to):
        """Put a packet on a cable, or let the router send it."""
        try:
            if place != "router":
                os.write(self.tun[place], packet)
            else:
                self.raw[family][0].sendto(packet, (str(to), 0))
        except OSError:
            pass        # LOCAL_OUT says EPERM, and tun does not take everything

    def send(self, spec, packet, run):
        """Send a packet and see what becomes of it."""
        begin = spec.get("via", None) or HOSTS.get(spec.host("from"), ["left"])[0]
        end = HOSTS.get(spec.host("to"), ["right"])[0]
        outcome = Outcome()
        self.inject(begin, packet, run.family, run.addr(spec.host("to")))
        if end == "router":
            outcome.arrived = [b""] * self.heard(run.family)
        for place, fd in self.tun.items():
            for out in drain(fd):
                if place == end and ends(out) == ends(packet):
                    outcome.arrived.append(out)
                else:
                    outcome.answers.append(describe(out))
        outcome.changed = self.is_changed(spec, packet, outcome, begin, end)
        return outcome

    @staticmethod
    def is_changed(spec, packet, outcome, begin, end):
        """Was a forwarded packet anything but forwarded?"""
        if "router" in (begin, end) or not outcome.arrived:
            return False
        if "piece" in spec.words or "ipopt" in spec.words or len(packet) > 1500 or \
                "frag" in spec.get("ext", []):
            return False
        whole = packet[:len(packet) - spec.get("trailer")]
        out = bytearray(outcome.arrived[0])
        if out[0] >> 4 == 4:
            out[10:12] = b"\0\0"
        return len(outcome.arrived) != 1 or bytes(out) != aged(whole)

    def restore(self):
        """Settings as they were before the scenario."""
        for path, value in self.changed.items():
            write(path, value)
        self.changed = {}
        if self.narrow:
            self.mtu(MTU)

    def set_path(self, path, value):
        """A setting for this scenario."""
        with open(path, encoding="ascii") as file:
            self.changed.setdefault(path, file.read().strip())
        write(path, value)

    def mtu(self, size):
        """Of the interface towards the server; restore() has it back."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            fcntl.ioctl(sock, SIOCSIFMTU, struct.pack("16si", b"right", int(size)))
        self.narrow = int(size) != MTU


class BaileyBed(Bed):
    """Bailey in it."""

    name = "bailey"

    def __init__(self):
        super().__init__()
        self.drops = {}

    def prepare(self, timeline):
        """The policy that a scenario needs, and an empty table."""
        policy = "flush\n" + "\n".join(timeline.policy) + "\n" if timeline.policy else POLICY
        if policy != self.policy:
            write("/proc/net/bailey/policy", policy)
            self.policy = policy
        self.flush()
        self.drops = self.count_drops()

    def flush(self):
        """End all connections."""
        write("/proc/net/bailey/connections", "flush\n")

    def sysctl(self, name, value):
        """One of /proc/sys/net/bailey."""
        self.set_path("/proc/sys/net/bailey/" + name, value)

    @staticmethod
    def count_drops():
        """Drops by reason."""
        with open("/proc/net/bailey/stats", encoding="ascii") as lines:
            return {words[1]: int(words[2]) for words in map(str.split, lines)
                    if words[0] == "drop"}

    def why(self):
        """The reasons that have been counted since the last time."""
        now = self.count_drops()
        reasons = [r for r, n in now.items() if n != self.drops.get(r)]
        self.drops = now
        return reasons

    @staticmethod
    def connections():
        """The table: a dictionary for each entry, its state and flags among it."""
        table = []
        with open("/proc/net/bailey/connections", encoding="ascii") as lines:
            for line in lines:
                words = line.split()
                entry = {"proto": words[0], "state": words[1], "flags": words[2:],
                         "line": line.strip()}
                entry.update(w.split("=", 1) for w in words[2:] if "=" in w)
                table.append(entry)
        return table


class ConntrackBed(Bed):
    """nf_conntrack and nft in it, with rules that mean the same."""

    name = "nf_conntrack"

    def __init__(self):
        super().__init__()
        self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)

    def prepare(self, timeline):
        """As BaileyBed's."""
        rules = "\n\t\t".join(timeline.nft) if timeline.nft else NFT_RULES
        if rules != self.policy:
            subprocess.run(["nft", "-f", "-"], input=NFT % rules, text=True, check=True)
            self.policy = rules
        self.flush()

    def flush(self):
        """IPCTNL_MSG_CT_DELETE about everything; waits for the answer."""
        message = struct.pack("=HHIIBBH", 1 << 8 | 2, 5, 1, 0, 0, 0, 0)
        self.netlink.send(struct.pack("=I", len(message) + 4) + message)
        self.netlink.recv(4096)

    def sysctl(self, name, value):
        """The one that is called so here, if there is one."""
        other = SYSCTLS.get(name, "nf_conntrack_" + name)
        if other:
            self.set_path("/proc/sys/net/netfilter/" + other, value)

    @staticmethod
    def connections():
        """For people: the lines."""
        with open("/proc/net/nf_conntrack", encoding="ascii") as lines:
            return [{"line": re.sub(r" (mark|zone|use)=\d+", "", line.strip())}
                    for line in lines]


def find_entry(table, spec, run):
    """The entry of the packet's connection in Bailey's table, or None."""
    subject = spec.subject()
    src, dst = (str(run.addr(subject.host(end))) for end in ("from", "to"))
    sport, dport = subject.ports()
    for entry in table:
        there = (entry["src"], entry["dst"]) == (src, dst)
        back = (entry["dst"], entry["src"]) == (src, dst)
        if not (there or back) or not same_proto(entry, subject, run):
            continue
        if "sport" in entry:
            pair = (int(entry["sport"]), int(entry["dport"]))
            if pair != ((sport, dport) if there else (dport, sport)):
                continue
        elif "type" in entry and not same_query(entry, subject, run, there):
            continue
        elif "key" in entry and int(entry["key"]) != subject.get("key", -1):
            continue
        return entry
    return None


def same_proto(entry, spec, run):
    """Is the entry's protocol, a name or a number, that of the packet?"""
    proto = spec.proto(run)
    name = {1: "icmp", 58: "icmpv6"}.get(proto, spec.kind)
    return entry["proto"] in (name, str(proto))


def same_query(entry, spec, run, there):
    """Is it the same identifier, asked in the same direction?"""
    if int(entry["id"]) != spec.get("ident", 77):
        return False
    kind, _ = spec.icmp_type(run)
    request = ICMP_REPLY.get((spec.proto(run), kind))
    if request is not None:
        return int(entry["type"]) == request and not there
    return int(entry["type"]) == kind and there


def state_of(entry):
    """A word: TCP's and SCTP's states, or what has been seen."""
    if entry is None:
        return "-"
    if entry["state"] != "-":
        return entry["state"]
    for flag in ("STREAM", "REPLIED"):
        if flag in entry["flags"]:
            return flag
    return "NEW"
