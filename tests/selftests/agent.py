#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Traffic for scenarios: one process that acts in every namespace.

It reads one command a line and answers each with one line, "ok ..." or
"no ..."; backslash n stands for a line's end inside both. traffic.sh is its
other half. A command begins with + if it should succeed, so that it is waited
for, or with - if it should not, so that a short while is enough.

	listen NS PORT [dev IF]         echo on TCP and UDP, both families
	listen NS PORT proto sctp       echo on SCTP, both families
	tcp NS ADDR PORT [OPTIONS]      a word goes there and comes back
	udp NS ADDR PORT [OPTIONS]
	ping NS ADDR [OPTIONS]
	open NAME NS ADDR PORT [OPTIONS]  a TCP connection that stays
	word NAME                       a word goes through it and comes back
	close NAME                      with a FIN; "reset" with a reset
	packet FROM TO PACKET           it is sent in FROM and seen in TO
	answer FROM PACKET              it is sent in FROM, an interface, and
                                        a reset or an ICMP error comes back
	flood COUNT FROM PACKET         it is sent so often, nobody looks
	write NS FILE TEXT              one write(2), and its answer
	chunks NS FILE SIZE TEXT        on one descriptor: the first line,
                                        then writes of SIZE bytes
	read NS FILE
	sysctl NS NAME [VALUE]          in /proc/sys/net/bailey
	fd-open NAME NS FILE            a descriptor that stays
	fd-open-read NAME NS FILE       the same, for reading only
	fd-write NAME TEXT              one write(2) on it, nothing read
	fd-read NAME                    what there is to be read
	fd-close NAME

OPTIONS are: from ADDR, sport PORT, dev IF, size BYTES; proto sctp makes it SCTP.

TO is NS:IF, where the packet must be seen on the wire, or NS, where it must
come up to a raw socket, behind the firewall. FROM is NS or NS:IF, the
interface that it must leave by. PACKET is one of

	tcp|udp|udplite|dccp SRC SPORT DST DPORT [FLAGS, for tcp]
	sctp SRC SPORT DST DPORT [chunk KIND] [tag N] [itag N] [t 1]
	icmp SRC DST TYPE[/CODE] [id N]           (ICMPv6 with IPv6 addresses)
	proto N SRC DST
	gre SRC DST [key N]
	error SRC DST TYPE/CODE [mtu N] about PACKET

and may be followed by: hl N (hop limit or TTL), size N (bytes of payload),
frag N (fragments of N bytes), ext N (as many IPv6 extension headers), cut N
(bytes cut off its end), doff N (TCP data offset), badsum 1 (a wrong checksum),
seq N, ack N. Where these two are not given, they go on from the segments of the
conversation that arrived.
KIND is a chunk's type, in numbers; DATA if there is none, and then the tag is 77.
"""

import contextlib
import ctypes
import errno
import ipaddress
import os
import random
import selectors
import socket
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
IP_PKTINFO = 8
IPV6_HDRINCL = 36
ETH_P_ALL = 3
LIBC = ctypes.CDLL(None, use_errno=True)

PROTOS = {"icmp": 1, "tcp": 6, "udp": 17, "gre": 47, "icmpv6": 58, "dccp": 33,
          "sctp": 132, "udplite": 136}
# The word of a command that is a text, with blanks in it
TEXT_AT = {"write": 3, "chunks": 4, "fd-write": 2}
TCP_FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32}


@contextlib.contextmanager
def inside(ns):
    """Act in a network namespace; "-" is the one that we began in."""
    if ns == "-":
        yield
        return
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + ns, os.O_RDONLY)
    try:
        if LIBC.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + ns)
        yield
    finally:
        LIBC.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)


def family_of(addr):
    return socket.AF_INET6 if ":" in addr else socket.AF_INET


# --- packets ----------------------------------------------------------------

def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo(src, dst, proto, length):
    a, b = ipaddress.ip_address(src).packed, ipaddress.ip_address(dst).packed
    if len(a) == 4:
        return a + b + struct.pack("!BBH", 0, proto, length)
    return a + b + struct.pack("!IxxxB", length, proto)


def put16(data, off, value):
    return data[:off] + struct.pack("!H", value) + data[off + 2:]


class Packet:
    """A packet, from words."""

    def __init__(self, words):
        """Takes what belongs to it off the front of the list of words."""
        self.flags, self.key, self.mtu, self.id = "", None, 0, 77
        self.about = None
        self.opt = {"hl": 64, "size": 0, "frag": 0, "ext": 0, "cut": 0,
                    "doff": 5, "seq": None, "ack": None, "badsum": 0,
                    "chunk": 0, "tag": 77, "itag": 5, "t": 0}
        self.kind = words.pop(0)
        if self.kind == "proto":
            self.proto = int(words.pop(0))
            self.src, self.dst = words.pop(0), words.pop(0)
        elif self.kind in ("icmp", "error"):
            self.src, self.dst = words.pop(0), words.pop(0)
            self.proto = 58 if ":" in self.src else 1
            kind, _, code = words.pop(0).partition("/")
            self.type, self.code = int(kind), int(code or 0)
        elif self.kind == "gre":
            self.proto = 47
            self.src, self.dst = words.pop(0), words.pop(0)
        else:
            self.proto = PROTOS[self.kind]
            self.src, self.sport = words.pop(0), int(words.pop(0))
            self.dst, self.dport = words.pop(0), int(words.pop(0))
            if self.kind == "tcp":
                self.flags = words.pop(0)
        self.v6 = ":" in self.src
        self.token = b"BAILEY" + random.randbytes(10)
        self.take_options(words)

    def take_options(self, words):
        while words:
            word = words.pop(0)
            if word == "about":
                self.about = Packet(words)
            elif word in ("key", "mtu", "id"):
                setattr(self, word, int(words.pop(0)))
            elif word in self.opt:
                self.opt[word] = int(words.pop(0))
            else:
                raise ValueError("what is " + word)

    def ends(self):
        """Of a packet with ports: where from and where to."""
        return (self.src, self.sport), (self.dst, self.dport)

    def payload(self):
        return bytes(max(0, self.opt["size"] - len(self.token))) + self.token

    def above_ip(self):
        """Everything above the IP header."""
        data = self.payload()
        if self.kind == "tcp":
            flags = sum(TCP_FLAGS[f] for f in self.flags)
            head = struct.pack("!HHIIBBHHH", self.sport, self.dport,
                               self.opt["seq"], self.opt["ack"],
                               self.opt["doff"] << 4, flags, 64240, 0, 0)
            return self.with_sum(head + data, 16)
        if self.kind in ("udp", "udplite"):
            head = struct.pack("!HHHH", self.sport, self.dport,
                               8 + len(data) if self.kind == "udp" else 0, 0)
            return self.with_sum(head + data, 6)
        if self.kind == "sctp":
            return self.sctp(data)
        if self.kind == "dccp":
            head = struct.pack("!HHBBHII", self.sport, self.dport, 4, 0, 0,
                               1 << 24, 1)
            return self.with_sum(head + data, 6)
        if self.kind == "gre":
            if self.key is None:
                return struct.pack("!HH", 0, 0x88b5) + data
            return struct.pack("!HHI", 0x2000, 0x88b5, self.key) + data
        if self.kind == "icmp":
            head = struct.pack("!BBHHH", self.type, self.code, 0, self.id, 1)
            return self.with_sum(head + data, 2)
        if self.kind == "error":
            quote = self.about.bytes()
            quote += self.token
            mtu = self.mtu if self.mtu else 0
            if self.v6 and self.type == 1:
                mtu = 0
            return self.with_sum(struct.pack("!BBHI", self.type, self.code, 0,
                                             mtu) + quote, 2)
        return data

    def sctp(self, data):
        """Common header and one chunk, whose first words may be a tag."""
        opt = self.opt
        data = struct.pack("!IIHHI", opt["itag"], 65536, 1, 1, 1) + data
        return struct.pack("!HHIIBBH", self.sport, self.dport, opt["tag"], 0,
                           opt["chunk"], opt["t"], 4 + len(data)) + data

    def with_sum(self, data, off):
        head = b""
        if self.proto != 1:
            head = pseudo(self.src, self.dst, self.proto, len(data))
        value = checksum(head + data)
        if self.proto != 1:
            value = value or 0xffff
        return put16(data, off, value ^ (0x5555 if self.opt["badsum"] else 0))

    def answered_by(self, data):
        """Is this packet a reset or an error because of it?"""
        proto, above = data[6 if self.v6 else 9], data[40 if self.v6 else 20:]
        if proto in (1, 58):
            return above[0] in ((1, 2, 3, 4) if self.v6 else (3, 11, 12)) and \
                self.token[-8:] in above
        return proto == 6 and self.kind == "tcp" and above[13] & 4 and \
            above[:4] == struct.pack("!HH", self.dport, self.sport)

    def ip(self, data, proto, ident=0, frag=0):
        """The IP header before these bytes; frag is IPv4's field."""
        src = ipaddress.ip_address(self.src).packed
        dst = ipaddress.ip_address(self.dst).packed
        if self.v6:
            return struct.pack("!IHBB", 6 << 28, len(data), proto,
                               self.opt["hl"]) + src + dst + data
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), ident, frag,
                           self.opt["hl"], proto, 0) + src + dst
        return put16(head, 10, checksum(head)) + data

    def extended(self, data):
        """IPv6 destination options in front; also the first one's number."""
        proto = self.proto
        for _ in range(self.opt["ext"]):
            data = struct.pack("!BBBBI", proto, 0, 1, 4, 0) + data
            proto = 60
        return data, proto

    def bytes(self):
        data, proto = self.extended(self.above_ip())
        data = data[:len(data) - self.opt["cut"]] if self.opt["cut"] else data
        return self.ip(data, proto)

    def pieces(self):
        """What is sent: one packet, or fragments."""
        step = self.opt["frag"]
        if not step:
            return [self.bytes()]
        data, proto = self.extended(self.above_ip())
        ident = random.randrange(1, 65536)
        out = []
        for off in range(0, len(data), step):
            part = data[off:off + step]
            more = off + step < len(data)
            if self.v6:
                head = struct.pack("!BBHI", proto, 0, off | more, ident)
                out.append(self.ip(head + part, 44))
            else:
                out.append(self.ip(part, proto, ident,
                                   off >> 3 | (0x2000 if more else 0)))
        return out


def packet_sender(ns, dev, v6):
    with inside(ns):
        sock = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET,
                             socket.SOCK_RAW, 255)
    if v6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
    if dev:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                        dev.encode() + b"\0")
    return sock


def packet_catcher(ns, dev, packet):
    with inside(ns):
        if dev:
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            sock.bind((dev, ETH_P_ALL))
        else:
            sock = socket.socket(socket.AF_INET6 if packet.v6 else
                                 socket.AF_INET, socket.SOCK_RAW, packet.proto)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.setblocking(False)
    return sock


# --- the agent --------------------------------------------------------------

class Agent:
    def __init__(self, patience, settle):
        self.patience, self.settle = patience, settle
        self.events = selectors.DefaultSelector()
        self.kept = {}
        self.owed = {}
        self.words = 0
        self.next_seq = {}

    def socket(self, ns, family, kind, proto=0):
        with inside(ns):
            sock = socket.socket(family, kind, proto)
        sock.setblocking(False)
        return sock

    def wait(self, done, limit):
        """Serve everyone until done() is true or the time is over."""
        end = time.monotonic() + limit
        while True:
            if done():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self.events.select(min(left, 0.02)):
                if key.data:
                    key.data(key.fileobj)
            for conn in list(self.owed):
                self.pay(conn)

    # servers

    def drop(self, sock):
        self.owed.pop(sock, None)
        with contextlib.suppress(KeyError, ValueError):
            self.events.unregister(sock)
        sock.close()

    def accept(self, sock):
        with contextlib.suppress(OSError):
            conn, _ = sock.accept()
            conn.setblocking(False)
            self.events.register(conn, selectors.EVENT_READ, self.echo_tcp)

    def echo_tcp(self, conn):
        try:
            data = conn.recv(65536)
            if data:
                self.owed[conn] = self.owed.get(conn, b"") + data
                self.pay(conn)
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.drop(conn)

    def pay(self, conn):
        """Send back what the other end has room for."""
        with contextlib.suppress(OSError):
            while self.owed[conn]:
                self.owed[conn] = self.owed[conn][conn.send(self.owed[conn]):]
        if not self.owed[conn]:
            del self.owed[conn]

    def echo_udp(self, sock):
        with contextlib.suppress(OSError):
            data, anc, _, peer = sock.recvmsg(65536, 256)
            back = [(level, kind, self.answer_from(kind, info))
                    for level, kind, info in anc]
            sock.sendmsg([data], back, 0, peer)

    @staticmethod
    def answer_from(kind, info):
        """The address that was asked answers, by whatever interface."""
        if kind == IP_PKTINFO and len(info) == 12:
            return struct.pack("@I", 0) + info[8:12] + bytes(4)
        return info[:16] + struct.pack("@I", 0)

    def do_listen(self, ns, port, *words):
        opt = dict(zip(words[::2], words[1::2]))
        proto = PROTOS[opt["proto"]] if "proto" in opt else 0
        kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)[:1 if proto else 2]
        for family in (socket.AF_INET, socket.AF_INET6):
            for kind in kinds:
                sock = self.socket(ns, family, kind, proto)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                if "dev" in opt:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                                    opt["dev"].encode() + b"\0")
                if kind == socket.SOCK_DGRAM:
                    if family == socket.AF_INET:
                        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
                    else:
                        sock.setsockopt(socket.IPPROTO_IPV6,
                                        socket.IPV6_RECVPKTINFO, 1)
                sock.bind(("", int(port)))
                if kind == socket.SOCK_STREAM:
                    sock.listen(128)
                self.events.register(sock, selectors.EVENT_READ, self.accept
                                     if kind == socket.SOCK_STREAM
                                     else self.echo_udp)
        return True, ""

    # clients

    def client(self, ns, addr, kind, words, proto=0):
        opt = dict(zip(words[::2], words[1::2]))
        proto = PROTOS[opt["proto"]] if "proto" in opt else proto
        family = family_of(addr)
        sock = self.socket(ns, family, kind, proto)
        if "dev" in opt:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                            opt["dev"].encode() + b"\0")
        if "sport" in opt or "from" in opt:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((opt.get("from", ""), int(opt.get("sport", 0))))
        if "sport" in opt and kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        return sock, opt

    def exchange(self, sock, limit, size=0):
        """A word goes out and comes back."""
        self.words += 1
        word = b"word %d." % self.words
        word = b"x" * max(0, size - len(word)) + word
        got = bytearray()
        left = [word]

        def push():
            if left[0]:
                left[0] = left[0][sock.send(left[0]):]
        try:
            push()
        except OSError as error:
            return False, "send: " + os.strerror(error.errno)

        def back():
            with contextlib.suppress(BlockingIOError):
                push()
            with contextlib.suppress(BlockingIOError):
                part = sock.recv(65536)
                if not part:
                    raise ConnectionResetError(errno.ECONNRESET, "closed")
                got.extend(part)
            return word in got
        try:
            if self.wait(back, limit):
                return True, ""
        except OSError as error:
            return False, "answered: " + os.strerror(error.errno)
        return False, "silence after %d bytes" % len(got)

    def connect(self, sock, addr, port, limit):
        error = sock.connect_ex((addr, int(port)))
        if error not in (0, errno.EINPROGRESS):
            return False, os.strerror(error)

        def done():
            try:
                sock.getpeername()
                return True
            except OSError:
                error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    raise OSError(error, "")
                return False
        try:
            if self.wait(done, limit):
                return True, ""
        except OSError as error:
            return False, "answered: " + os.strerror(error.errno)
        return False, "silence"

    def do_tcp(self, limit, ns, addr, port, *words):
        sock, opt = self.client(ns, addr, socket.SOCK_STREAM, words)
        with sock:
            good, said = self.connect(sock, addr, port, limit)
            if not good:
                return good, said
            good, said = self.exchange(sock, limit, int(opt.get("size", 0)))
            return good, "connected, then " + said if said else said

    def do_udp(self, limit, ns, addr, port, *words):
        sock, opt = self.client(ns, addr, socket.SOCK_DGRAM, words)
        with sock:
            good, said = self.connect(sock, addr, port, limit)
            if not good:
                return good, said
            return self.exchange(sock, limit, int(opt.get("size", 0)))

    def do_ping(self, limit, ns, addr, *words):
        v6 = ":" in addr
        sock, opt = self.client(ns, addr, socket.SOCK_RAW, words,
                                58 if v6 else 1)
        ident = random.randrange(1, 65536)
        data = struct.pack("!BBHHH", 128 if v6 else 8, 0, 0, ident, 1)
        data += random.randbytes(max(16, int(opt.get("size", 0))))
        if not v6:
            data = put16(data, 2, checksum(data))
        answer = struct.pack("!BB", 129 if v6 else 0, 0)
        with sock:
            try:
                sock.sendto(data, (addr, 0))
            except OSError as error:
                return False, os.strerror(error.errno)

            def back():
                with contextlib.suppress(BlockingIOError):
                    while True:
                        got = sock.recv(65536)
                        if not v6:
                            got = got[(got[0] & 15) * 4:]
                        if got[:2] == answer and got[4:] == data[4:]:
                            return True
                return False
            return self.wait(back, limit), "silence"

    def do_open(self, limit, name, ns, addr, port, *words):
        sock, _ = self.client(ns, addr, socket.SOCK_STREAM, words)
        good, said = self.connect(sock, addr, port, limit)
        if good:
            good, said = self.exchange(sock, limit)
        if good:
            self.kept[name] = sock
        else:
            sock.close()
        return good, said

    def do_word(self, limit, name):
        return self.exchange(self.kept[name], limit)

    def do_close(self, _, name):
        sock = self.kept.pop(name)
        sock.close()
        self.wait(lambda: False, 0.05)
        return True, ""

    def do_reset(self, _, name):
        self.kept[name].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        return self.do_close(_, name)

    # packets

    def number(self, packet):
        """Numbers that its conversation would have."""
        there, back = packet.ends(), packet.ends()[::-1]
        opt = packet.opt
        if opt["seq"] is None:
            opt["seq"] = 1000 if "S" in packet.flags else \
                self.next_seq.get(there, 1000)
            # A new connection on old ports begins well behind the old one
            if packet.flags == "S" and there in self.next_seq:
                opt["seq"] = self.next_seq[there] + 64000
        if opt["ack"] is None:
            opt["ack"] = self.next_seq.get(back, 0) \
                if "A" in packet.flags else 0

    def arrived(self, packet):
        if packet.kind == "tcp":
            self.next_seq[packet.ends()] = packet.opt["seq"] + \
                len(packet.payload()) + ("S" in packet.flags) + \
                ("F" in packet.flags)

    def packet(self, words):
        packet = Packet(list(words))
        for each in (packet, packet.about):
            if each and each.kind == "tcp":
                self.number(each)
        return packet

    def do_packet(self, limit, origin, target, *words):
        packet = self.packet(words)
        ns, _, dev = origin.partition(":")
        there, _, there_dev = target.partition(":")
        sender = packet_sender(ns, dev, packet.v6)
        catcher = packet_catcher(there, there_dev, packet)
        with sender, catcher:
            try:
                for piece in packet.pieces():
                    sender.sendto(piece, (packet.dst, 0))
            except OSError as error:
                if error.errno == errno.EPERM:
                    return False, "refused"
                raise

            def seen():
                with contextlib.suppress(BlockingIOError):
                    while True:
                        data, where = catcher.recvfrom(1 << 17)
                        outgoing = there_dev and \
                            where[2] == socket.PACKET_OUTGOING
                        if packet.token[-8:] in data and not outgoing:
                            return True
                return False
            if not self.wait(seen, limit):
                return False, "not seen"
            self.arrived(packet)
            return True, ""

    def do_answer(self, limit, origin, *words):
        packet = self.packet(words)
        ns, _, dev = origin.partition(":")
        sender = packet_sender(ns, dev, packet.v6)
        catcher = packet_catcher(ns, dev, packet)
        with sender, catcher:
            for piece in packet.pieces():
                sender.sendto(piece, (packet.dst, 0))

            def seen():
                with contextlib.suppress(BlockingIOError):
                    while True:
                        data, where = catcher.recvfrom(1 << 17)
                        if where[2] != socket.PACKET_OUTGOING and \
                           packet.answered_by(data):
                            return True
                return False
            return self.wait(seen, limit), "not answered"

    def do_flood(self, _, count, origin, *words):
        packet = self.packet(words)
        ns, _, dev = origin.partition(":")
        with packet_sender(ns, dev, packet.v6) as sender:
            for _ in range(int(count)):
                sender.sendto(packet.bytes(), (packet.dst, 0))
        self.wait(lambda: False, 0.05)
        return True, ""

    # files

    def do_write(self, _, ns, name, text):
        return self.do_chunks(_, ns, name, 0, text)

    def do_chunks(self, _, ns, name, size, text):
        size = int(size)
        data = text.encode("latin-1")
        # The line that begins it is never torn
        start = data.index(b"\n") + 1 if size else 0
        parts = [data[:start]] if start else []
        step = size if size else max(1, len(data))
        parts += [data[off:off + step]
                  for off in range(start, len(data), step)] or [b""]
        failed = ""
        with inside(ns):
            fd = os.open("/proc/net/bailey/" + name, os.O_RDWR)
        try:
            for part in parts:
                try:
                    done = os.write(fd, part)
                    if done != len(part):
                        failed = "short write: %d of %d" % (done, len(part))
                except OSError as error:
                    failed = errno.errorcode[error.errno]
                if failed:
                    break
            answer = read_all(fd) if name != "connections" else ""
        finally:
            os.close(fd)
        if failed:
            return False, failed + "\n" + answer
        return True, answer

    def do_read(self, _, ns, name):
        with inside(ns):
            fd = os.open("/proc/net/bailey/" + name, os.O_RDONLY)
        try:
            return True, read_all(fd)
        finally:
            os.close(fd)

    def do_fd_open(self, _, name, ns, file):
        with inside(ns):
            self.kept[name] = os.open("/proc/net/bailey/" + file, os.O_RDWR)
        return True, ""

    def do_fd_open_read(self, _, name, ns, file):
        with inside(ns):
            self.kept[name] = os.open("/proc/net/bailey/" + file, os.O_RDONLY)
        return True, ""

    def do_fd_write(self, _, name, text):
        os.write(self.kept[name], text.encode("latin-1"))
        return True, ""

    def do_fd_read(self, _, name):
        return True, read_all(self.kept[name])

    def do_fd_close(self, _, name):
        os.close(self.kept.pop(name))
        return True, ""

    def do_sysctl(self, _, ns, name, value=None):
        path = "/proc/sys/net/bailey/" + name
        with inside(ns):
            with open(path, "r" if value is None else "w",
                      encoding="ascii") as file:
                if value is None:
                    return True, file.read().strip()
                file.write(value)
        return True, ""

    def run(self, line):
        words = line.split(" ")
        sign, name = words[0][0], words[0][1:]
        args = words[1:]
        if name in TEXT_AT:
            args = line.split(" ", TEXT_AT[name])[1:]
            args[-1] = args[-1].replace("\\n", "\n")
        if name == "listen":
            return self.do_listen(*args)
        limit = self.patience if sign == "+" else self.settle
        try:
            return getattr(self, "do_" + name.replace("-", "_"))(limit, *args)
        except OSError as error:
            return False, errno.errorcode.get(error.errno, "?") + " " + \
                str(error)

    def loop(self):
        def command(stream):
            line = stream.readline()
            if not line:
                sys.exit(0)
            good, said = self.run(line.rstrip("\n"))
            said = said.replace("\\", "\\\\").replace("\n", "\\n")
            print("ok" if good else "no", said, flush=True)
        self.events.register(sys.stdin.buffer.raw, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.events.select():
                if key.data is None:
                    command(sys.stdin)
                elif key.fileobj.fileno() >= 0:
                    key.data(key.fileobj)


def read_all(fd):
    out = bytearray()
    while True:
        part = os.read(fd, 1 << 16)
        if not part:
            return out.decode("latin-1")
        out += part


if __name__ == "__main__":
    Agent(float(sys.argv[1]), float(sys.argv[2])).loop()
