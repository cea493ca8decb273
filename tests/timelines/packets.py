# SPDX-License-Identifier: GPL-2.0
"""Forging packets: from the words of a timeline to bytes.

A line's words become a Spec (who sends what to whom), a Spec becomes bytes in
the family that the run is in. Everything may be wrong on purpose: lengths,
checksums, options, flags. The words are described in timeline.py.
"""

import functools
import ipaddress
import struct

PROTOS = {"icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "esp": 50,
          "ah": 51, "icmpv6": 58, "sctp": 132, "udplite": 136}
PORTS = {"tcp": 443, "udp": 53, "udplite": 53, "dccp": 5001, "sctp": 3868}
TCP_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64,
             "C": 128, "N": 256}

# Who is where: the name, its place, its addresses
HOSTS = {
    "client": ("left", "10.8.0.2", "2001:db8:8::2"),
    "client2": ("left", "10.8.0.3", "2001:db8:8::3"),
    "hop-left": ("left", "10.8.77.1", "2001:db8:8:77::1"),
    "router": ("router", "10.8.0.1", "2001:db8:8::1"),
    "router-right": ("router", "10.9.0.1", "2001:db8:9::1"),
    "hop": ("right", "10.9.77.1", "2001:db8:9:77::1"),
    "server": ("right", "10.9.0.2", "2001:db8:9::2"),
    "server2": ("right", "10.9.0.3", "2001:db8:9::3"),
}

# ICMP messages by name: type and code in IPv4, in IPv6
ICMP = {
    "echo": ((8, 0), (128, 0)),
    "echo-reply": ((0, 0), (129, 0)),
    "extended-echo": ((42, 0), (160, 0)),
    "extended-echo-reply": ((43, 0), (161, 0)),
    "unreach-net": ((3, 0), (1, 0)),
    "unreach-host": ((3, 1), (1, 3)),
    "unreach-port": ((3, 3), (1, 4)),
    "unreach-admin": ((3, 13), (1, 1)),
    "too-big": ((3, 4), (2, 0)),
    "time-exceeded": ((11, 0), (3, 0)),
    "reassembly-time": ((11, 1), (3, 1)),
    "parameter": ((12, 0), (4, 0)),
    "timestamp": ((13, 0), None),
    "timestamp-reply": ((14, 0), None),
    "information": ((15, 0), None),
    "information-reply": ((16, 0), None),
    "mask": ((17, 0), None),
    "mask-reply": ((18, 0), None),
    "quench": ((4, 0), None),
    "redirect": ((5, 1), (137, 0)),
    "router-solicit": (None, (133, 0)),
    "router-advert": (None, (134, 0)),
    "neighbour-solicit": (None, (135, 0)),
    "neighbour-advert": (None, (136, 0)),
    "node-query": (None, (139, 0)),
    "node-reply": (None, (140, 0)),
}
# A reply's protocol and type, and the type of what it replies to
ICMP_REPLY = {(1, 0): 8, (1, 14): 13, (1, 16): 15, (1, 18): 17, (1, 43): 42,
              (58, 129): 128, (58, 140): 139, (58, 161): 160}

SCTP_CHUNKS = {"DATA": 0, "INIT": 1, "INIT-ACK": 2, "SACK": 3, "HEARTBEAT": 4,
               "HEARTBEAT-ACK": 5, "ABORT": 6, "SHUTDOWN": 7, "SHUTDOWN-ACK": 8,
               "ERROR": 9, "COOKIE-ECHO": 10, "COOKIE-ACK": 11,
               "SHUTDOWN-COMPLETE": 14, "ASCONF": 193, "FORWARD-TSN": 192}
DCCP_TYPES = {"REQUEST": 0, "RESPONSE": 1, "DATA": 2, "ACK": 3, "DATAACK": 4,
              "CLOSEREQ": 5, "CLOSE": 6, "RESET": 7, "SYNC": 8, "SYNCACK": 9}
EXTENSIONS = {"hop": 0, "route": 43, "frag": 44, "ah": 51, "dst": 60, "none": 59,
              "mobility": 135}


def checksum(data):
    """The Internet's (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def make_crc32c():
    """SCTP's (RFC 9260, appendix A)."""
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ 0x82f63b78 if n & 1 else n >> 1
        table.append(n)

    def crc32c(data):
        crc = 0xffffffff
        for byte in data:
            crc = crc >> 8 ^ table[(crc ^ byte) & 0xff]
        return crc ^ 0xffffffff
    return crc32c


crc32c = make_crc32c()


def put(data, off, code, value):
    """Write a number over what stands at an offset."""
    size = struct.calcsize(code)
    return data[:off] + struct.pack(code, value) + data[off + size:]


@functools.lru_cache(maxsize=None)
def address(text):
    """Parsed once."""
    return ipaddress.ip_address(text)


class Run:
    """What differs between the runs of one scenario: family and numbers."""

    def __init__(self, family, isn_left, isn_right):
        self.family = family
        self.isn = {">": isn_left, "<": isn_right}
        self.ident = 100

    def name(self):
        """For people."""
        return "IPv%d, ISNs %d and %d" % (self.family, self.isn[">"], self.isn["<"])

    def addr(self, host):
        """Of a host by name; anything else is an address."""
        if host in HOSTS:
            return address(HOSTS[host][1 if self.family == 4 else 2])
        return address(host)


class Spec:
    """One packet: a direction, a protocol, and words with their values."""

    def __init__(self, direction, kind):
        self.direction = direction
        self.kind = kind
        self.flags = 0
        self.words = {}
        self.about = None

    def get(self, word, default=0):
        """The value of a word, or the default."""
        return self.words.get(word, default)

    def host(self, end):
        """The name of who sends ("from") or gets ("to") it."""
        client, server = ("client", "server")
        if self.direction == "<":
            client, server = server, client
        return self.get(end, client if end == "from" else server)

    def ports(self):
        """Source and destination port."""
        client = self.get("cport", 40000)
        server = self.get("sport", PORTS.get(self.kind, 0))
        return (client, server) if self.direction == ">" else (server, client)

    def proto(self, run):
        """The number of its protocol."""
        if self.kind == "icmp":
            return 1 if run.family == 4 else 58
        if self.kind == "proto":
            return self.get("number")
        return PROTOS[self.kind]

    def icmp_type(self, run):
        """Type and code, or None where this family has no such message."""
        name = self.get("type")
        if name in ICMP:
            return ICMP[name][0 if run.family == 4 else 1]
        kind, _, code = name.partition("/")
        return int(kind), int(code or 0)

    def subject(self):
        """The packet whose connection this is about."""
        return self.about or self


# --- what stands above IP ------------------------------------------------------

def numbers(spec, run):
    """Sequence number and acknowledgment, from relative ones."""
    other = "<" if spec.direction == ">" else ">"
    seq = (run.isn[spec.direction] + spec.get("seq")) & 0xffffffff
    ack = (run.isn[other] + spec.get("ack")) & 0xffffffff
    return seq, ack if spec.flags & 16 or "ack" in spec.words else 0


def tcp_options(spec, run):
    """In the order of TCP implementations, padded with end-of-list."""
    peer = run.isn["<" if spec.direction == ">" else ">"]
    out = b""
    if "mss" in spec.words:
        out += struct.pack("!BBH", 2, 4, spec.get("mss"))
    if spec.get("sackok"):
        out += b"\4\2"
    if "ts" in spec.words:
        out += struct.pack("!BBII", 8, 10, *spec.get("ts"))
    if "ws" in spec.words:
        out += struct.pack("!BBB", 3, 3, spec.get("ws"))
    if "sack" in spec.words:
        blocks = spec.get("sack")
        out += struct.pack("!BB", 5, 2 + 8 * len(blocks))
        for left, right in blocks:
            out += struct.pack("!II", (peer + left) & 0xffffffff,
                               (peer + right) & 0xffffffff)
    out += spec.get("opt", b"")
    return out + b"\0" * (-len(out) % 4)


def pattern(size):
    """Bytes that count."""
    return (bytes(range(256)) * (size // 256 + 1))[:size]


def payload(spec):
    """Bytes that tell where they are, or all the same ("fill")."""
    size = spec.get("len")
    if "fill" in spec.words:
        return bytes([spec.get("fill")]) * size
    return pattern(size)


def make_tcp(spec, run):
    """Without its checksum."""
    options = tcp_options(spec, run)
    seq, ack = numbers(spec, run)
    off = spec.get("off", 5 + len(options) // 4)
    word = (off & 15) << 12 | spec.get("reserved") << 9 | spec.flags
    return struct.pack("!HHIIHHHH", *spec.ports(), seq, ack, word,
                       spec.get("win", 65535), 0, spec.get("urg")) + \
        options + payload(spec)


def make_udp(spec, _run):
    """UDP and UDP-Lite."""
    body = payload(spec)
    length = 8 + len(body)
    if spec.kind == "udplite":
        length = spec.get("cover", length)
    return struct.pack("!HHHH", *spec.ports(), spec.get("udplen", length), 0) + body


def make_icmp(spec, run):
    """A query, an error about another packet, or any other message."""
    kind, code = spec.icmp_type(run)
    rest = spec.get("ident", 77) << 16 | spec.get("number", 1)
    body = payload(spec)
    if spec.about:
        rest = spec.get("mtu") if run.family == 4 or kind == 2 else 0
        body = make_packet(spec.about, run)
        head = 40 if run.family == 6 else 20
        body = body[:head + spec.get("quote", 528)]
    elif kind in (5, 137):
        rest, body = 0, b"\0" * 32
    elif 133 <= kind <= 136 and run.family == 6:
        rest, body = 0, run.addr(spec.host("to")).packed
    return struct.pack("!BBHI", kind, code, 0, rest) + body


def sctp_chunk(name, spec):
    """One chunk of a packet."""
    flags, body = 0, b""
    if name in ("INIT", "INIT-ACK"):
        body = struct.pack("!IIHHI", spec.get("itag"), 65535, 10, 10, 1)
    elif name == "DATA":
        flags, body = 3, struct.pack("!IHHI", 1, 0, 1, 0) + b"data"
    elif name in ("SACK",):
        body = struct.pack("!IIHH", 1, 65535, 0, 0)
    elif name in ("HEARTBEAT", "HEARTBEAT-ACK"):
        body = struct.pack("!HH", 1, 8) + b"beat"
    elif name == "SHUTDOWN":
        body = struct.pack("!I", 1)
    elif name == "COOKIE-ECHO":
        body = b"cookie" * 4
    if name in ("ABORT", "SHUTDOWN-COMPLETE") and spec.get("tbit"):
        flags = 1
    kind = SCTP_CHUNKS[name] if name in SCTP_CHUNKS else int(name)
    length = spec.get("chunklen", 4 + len(body))
    return struct.pack("!BBH", kind, flags, length) + body + b"\0" * (-len(body) % 4)


def make_sctp(spec, _run):
    """Common header and chunks, without the checksum."""
    chunks = b"".join(sctp_chunk(name, spec) for name in spec.get("type").split("+"))
    return struct.pack("!HHII", *spec.ports(), spec.get("vtag"), 0) + chunks


def make_dccp(spec, _run):
    """With long sequence numbers, without the checksum."""
    kind = DCCP_TYPES[spec.get("type")]
    extra = b"" if kind in (0, 2) else struct.pack("!HHI", 0, 0, spec.get("ack"))
    if kind == 0:
        extra = struct.pack("!I", 42)
    elif kind == 1:
        extra += struct.pack("!I", 42)
    elif kind == 7:
        extra += struct.pack("!I", 1 << 24)
    off = (16 + len(extra)) // 4
    return struct.pack("!HHBBHBBHI", *spec.ports(), off, 0, 0, kind << 1 | 1, 0, 0,
                       spec.get("seq", 1)) + extra + payload(spec)


def make_gre(spec, _run):
    """With or without key, version 0 or 1."""
    flags = spec.get("version")
    rest = b""
    if spec.get("gresum"):
        flags |= 0x8000
        rest += b"\0\0\0\0"
    if "key" in spec.words:
        flags |= 0x2000
        rest += struct.pack("!I", spec.get("key"))
    return struct.pack("!HH", flags, 0x0800) + rest + payload(spec)


def make_raw(spec, _run):
    """Any other protocol: nothing but bytes."""
    return pattern(spec.get("len", 16))


MAKERS = {"tcp": make_tcp, "udp": make_udp, "udplite": make_udp, "icmp": make_icmp,
          "sctp": make_sctp, "dccp": make_dccp, "gre": make_gre}
SUM_AT = {"tcp": 16, "udp": 6, "udplite": 6, "dccp": 6, "icmp": 2}


def pseudo(src, dst, proto, length):
    """The header that checksums look at besides."""
    if src.version == 4:
        return src.packed + dst.packed + struct.pack("!BBH", 0, proto, length)
    return src.packed + dst.packed + struct.pack("!IxxxB", length, proto)


def sum_upper(spec, run, data, ends):
    """Put in the checksum, right or wrong."""
    if spec.kind == "sctp":
        return put(data, 8, "<I", crc32c(data) ^ (0x5a5a if spec.get("badsum") else 0))
    if spec.kind not in SUM_AT or spec.get("nosum") or len(data) < SUM_AT[spec.kind] + 2:
        return data
    covered = data
    length = len(data)
    if spec.kind == "udplite":
        covered = data[:spec.get("cover") or length]
    if spec.kind != "icmp" or run.family == 6:
        covered = pseudo(*ends, spec.proto(run), length) + covered
    value = checksum(covered)
    if spec.kind in ("udp", "udplite") and value == 0:
        value = 0xffff
    if spec.get("badsum"):
        value ^= 0x5a5a
    return put(data, SUM_AT[spec.kind], "!H", value)


# --- IP ------------------------------------------------------------------------

def make_ipv4(spec, run, data, ends):
    """A whole packet, or the piece of one that "piece" names."""
    options = spec.get("ipopt", b"")
    options += b"\0" * (-len(options) % 4)
    offset, more = 0, 0
    if "piece" in spec.words:
        begin, end = spec.get("piece")
        offset, more = begin, int(spec.get("mf", end < len(data)))
        data = data[begin:end]
    ihl = spec.get("ihl", 5 + len(options) // 4)
    length = spec.get("iplen", 20 + len(options) + len(data))
    word = spec.get("df") << 14 | more << 13 | offset >> 3
    head = struct.pack("!BBHHHBBH", 4 << 4 | ihl, spec.get("tos"), length & 0xffff,
                       spec.get("ipid", run.ident), word, spec.get("ttl", 64),
                       spec.proto(run), 0) + ends[0].packed + ends[1].packed + options
    return put(head, 10, "!H", checksum(head)) + data


def extension(name, following, spec, run):
    """One IPv6 extension header; name:N makes it N times 8 bytes longer."""
    name, _, more = name.partition(":")
    size = 8 + 8 * int(more or 0)
    kind = EXTENSIONS.get(name.rstrip("0123456789"))
    if kind == 44:
        return struct.pack("!BBHI", following, 0, 0, spec.get("ipid", run.ident)), kind
    if kind == 43:
        sort = int(name[len("route"):] or 0)
        return struct.pack("!BBBBI", following, 2 * (sort == 0), sort, sort == 0, 0) + \
            (run.addr("server2").packed if sort == 0 else b""), kind
    if name == "jumbo":
        return struct.pack("!BBBBI", following, 0, 0xc2, 4, spec.get("jumbo")), 0
    if kind == 51:
        return struct.pack("!BBHIII", following, 4, 0, 7, 1, 0) + b"\0" * 8, kind
    return struct.pack("!BBBB", following, size // 8 - 1, 1, size - 4) + \
        b"\0" * (size - 4), kind


def make_ipv6(spec, run, data, ends):
    """A whole packet, or the piece of one, behind its extension headers."""
    proto = spec.proto(run)
    if "piece" in spec.words:
        begin, end = spec.get("piece")
        more = int(spec.get("mf", end < len(data)))
        data = struct.pack("!BBHI", spec.get("fragnext", proto), 0, begin & 0xfff8 | more,
                           spec.get("ipid", run.ident)) + data[begin:end]
        proto = 44
    for name in reversed(spec.get("ext", [])):
        head, proto = extension(name, proto, spec, run)
        data = head + data
    proto = spec.get("nexthdr", proto)
    length = spec.get("iplen", len(data))
    return struct.pack("!IHBB", 6 << 28 | spec.get("tos") << 20, length & 0xffff, proto,
                       spec.get("ttl", 64)) + ends[0].packed + ends[1].packed + data


def make_packet(spec, run):
    """All of it, as it goes on the wire."""
    ends = run.addr(spec.host("from")), run.addr(spec.host("to"))
    data = MAKERS.get(spec.kind, make_raw)(spec, run)
    if spec.get("cut"):
        data = data[:-spec.get("cut")]
    data = sum_upper(spec, run, data, ends)
    packet = (make_ipv4 if run.family == 4 else make_ipv6)(spec, run, data, ends)
    if spec.get("short"):
        packet = packet[:-spec.get("short")]
    if spec.get("trailer"):
        packet += b"\xee" * spec.get("trailer")
    return packet
