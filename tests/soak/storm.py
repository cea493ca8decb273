#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What storms share: processes that end when told, numbers that all of them see,
packets by the burst, and the canary.

A storm is several processes, each on the processor that it is given, so that they
meet where the guest has more than one. They share numbers (Shared) and end when
its STOP is set or when their parent is gone. The canary is a flow that every policy of every
storm forbids: it is sent all the time, and who looks at the wire behind the router must
never see it.
"""

import ctypes
import faulthandler
import mmap
import os
import random
import signal
import socket
import struct
import sys
import time

from agent import LIBC, inside, packet_sender
from blast import Iovec, Mmsghdr

SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
PR_SET_PDEATHSIG = 1
SECONDS = float(os.environ.get("BAILEY_SOAK_SECONDS", "120"))
CPUS = os.cpu_count()
# How long to wait for what must come: a limit against hanging, no measure
PATIENCE = 360 if os.environ.get("BAILEY_FLAVOUR") == "debug" else 120
CANARY_PORT = 4000
SERVER = "10.9.0.1"


def say(good, name):
    print(("ok " if good else "not ok ") + name, flush=True)


def note(text):
    print("# " + text, flush=True)


class Shared:
    """Numbers that forked processes share; each has one writer, who stores it at once
    (struct.pack_into() would store 0 before it)."""

    def __init__(self, *names):
        self.at = {name: i for i, name in enumerate(("stop",) + names)}
        self.memory = memoryview(mmap.mmap(-1, 4096)).cast("Q")

    def __getitem__(self, name):
        return self.memory[self.at[name]]

    def __setitem__(self, name, value):
        self.memory[self.at[name]] = value

    def tell(self):
        """What the storm did. Numbers of several processes are shown together."""
        sums = {}
        for name in self.at:
            kind = name.rstrip("0123456789")
            sums[kind] = sums.get(kind, 0) + self[name]
        del sums["stop"]
        note(", ".join("%s %d" % item for item in sums.items()))


class Crew:
    """The processes of a storm."""

    def __init__(self, shared):
        self.shared = shared
        self.members = {}

    def start(self, name, function, *args, cpu=0):
        pid = os.fork()
        if pid:
            self.members[pid] = name
            return pid
        status = 1
        try:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            faulthandler.enable(sys.stdout)
            os.sched_setaffinity(0, {cpu % CPUS})
            function(self.shared, *args)
            status = 0
        except BaseException as error:  # whatever it is, the parent hears of it
            print("# %s: %r" % (name, error), flush=True)
        finally:
            sys.stdout.flush()
            os._exit(status)

    def dead(self):
        """Has anybody ended who should not?"""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            note("%s ended with status %d" % (self.members.pop(pid), status))
            self.failed = True
        return pid != 0

    def blow(self, seconds=SECONDS, enough=lambda: True):
        """Until the time is over and enough has been done; false if somebody died."""
        end = time.monotonic() + seconds
        last = end + PATIENCE
        while time.monotonic() < end or (not enough() and time.monotonic() < last):
            if self.dead():
                break
            time.sleep(0.1)
        return self.stop()

    def stop(self):
        good = not getattr(self, "failed", False)
        self.shared["stop"] = 1
        end = time.monotonic() + PATIENCE
        while self.members:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                name = self.members.pop(pid)
                if status:
                    note("%s ended with status %d" % (name, status))
                    good = False
            elif time.monotonic() > end:
                for pid, name in self.members.items():
                    note("%s does not end" % name)
                    os.kill(pid, signal.SIGKILL)
                return False
            else:
                time.sleep(0.02)
        return good


# --- packets ------------------------------------------------------------------

def udp(src, sport, dst, dport, payload=b""):
    """An IPv4 packet; the kernel fills in the IP header's sum, UDP has none."""
    return struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0,
                       socket.inet_aton(src), socket.inet_aton(dst), sport, dport,
                       8 + len(payload), 0) + payload


class Burst:
    """Packets to one address, sent by one call."""

    def __init__(self, ns, dst=SERVER):
        self.sock = packet_sender(ns, "", False)
        self.name = ctypes.create_string_buffer(
            struct.pack("@H", socket.AF_INET) + bytes(2) + socket.inet_aton(dst) + bytes(8), 16)

    def send(self, packets):
        count = len(packets)
        data = [ctypes.create_string_buffer(packet, len(packet)) for packet in packets]
        iov, msg = (Iovec * count)(), (Mmsghdr * count)()
        for i in range(count):
            iov[i].base, iov[i].len = ctypes.addressof(data[i]), len(data[i])
            msg[i].hdr.name, msg[i].hdr.namelen = ctypes.addressof(self.name), 16
            msg[i].hdr.iov, msg[i].hdr.iovlen = ctypes.addressof(iov[i]), 1
        sent = 0
        while sent < count:
            done = LIBC.sendmmsg(self.sock.fileno(), ctypes.byref(msg[sent]), count - sent, 0)
            if done > 0:
                sent += done
            else:
                time.sleep(0.001)


class Iocb(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def attach(sock, *code):
    """A classic BPF program."""
    text = ctypes.create_string_buffer(b"".join(struct.pack("@HBBI", *line) for line in code))
    prog = Iocb(len(code), ctypes.addressof(text))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, bytes(prog))


def wire(ns, dev, port=None):
    """All IPv4 that comes by an interface, or what goes to one port."""
    with inside(ns):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        if port:
            attach(sock, (0x28, 0, 0, 22), (0x15, 0, 1, port), (0x06, 0, 0, 0xffff),
                   (0x06, 0, 0, 0))
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        sock.bind((dev, 0x0800))
    sock.setblocking(False)
    return sock


def drain(sock):
    """What has come by."""
    while True:
        try:
            yield sock.recv(2048)
        except BlockingIOError:
            return


class Canary:
    """Forbidden packets, and who looks for them behind the router."""

    def __init__(self, src="10.8.77.77"):
        self.src = src
        self.sock = wire("server", "eth0", CANARY_PORT)
        self.burst = Burst("client")
        self.number = random.randrange(60000)

    def packets(self, count):
        for _ in range(count):
            self.number = (self.number + 1) % 60000
            yield udp(self.src, 1024 + self.number, SERVER, CANARY_PORT)

    def sing(self, count):
        self.burst.send(list(self.packets(count)))

    def seen(self):
        return sum(1 for _ in drain(self.sock))

    def show_way(self):
        """Without a policy it comes through: who looks for it does see it."""
        self.sing(5)
        end = time.monotonic() + PATIENCE
        seen = 0
        while seen < 5 and time.monotonic() < end:
            seen += self.seen()
            time.sleep(0.01)
        say(seen == 5, "without a policy the canary is seen")

    def fly(self, shared):
        """A process of the storm."""
        while not shared["stop"]:
            self.sing(8)
            shared["canaries"] += 8
            time.sleep(0.002)

    def judge(self, sent):
        time.sleep(0.5)
        seen = self.seen()
        note("%d forbidden packets sent, %d seen behind the router" % (sent, seen))
        say(sent > 0, "forbidden packets were sent all the time")
        say(seen == 0, "not one of them passed")


# --- the router ------------------------------------------------------------------

def router_file(name, flags=os.O_RDWR, ns="router"):
    with inside(ns):
        # Threads and forked processes have a namespace of their own
        return os.open("/proc/thread-self/net/bailey/" + name, flags)


def write_all(name, text, ns="router"):
    """One write(2), and its answer."""
    fd = router_file(name, ns=ns)
    try:
        os.write(fd, text.encode())
        return os.read(fd, 65536).decode()
    finally:
        os.close(fd)


def read_file(name, ns="router"):
    fd = router_file(name, os.O_RDONLY, ns)
    out = []
    try:
        while True:
            part = os.read(fd, 1 << 16)
            if not part:
                return b"".join(out).decode()
            out.append(part)
    finally:
        os.close(fd)


def stats(ns="router"):
    """The namespace's counters, those of rules left out."""
    return {words[0]: int(words[1]) for words in
            (line.rsplit(" ", 1) for line in read_file("stats", ns).splitlines()
             if not line.startswith("rule "))}


def sysctl(name, value, ns="router"):
    with inside(ns):
        with open("/proc/sys/net/bailey/" + name, "w", encoding="ascii") as file:
            file.write(str(value))


# --- the bench module: packets at the speed of the kernel ---------------------------

def bench(words, ns="router"):
    """A run of bailey_bench.ko in a namespace; its answer as numbers."""
    line = words + " in=eth0 out=eth1\n"
    with inside(ns):
        fd = os.open("/proc/bailey_bench", os.O_RDWR)
        try:
            os.write(fd, line.encode())
        finally:
            os.close(fd)
    with open("/proc/bailey_bench", encoding="ascii") as file:
        return {name: float(value) for name, value in
                (word.split("=") for word in file.read().split())}


def kernel_traffic(shared, flows):
    """A process of the storm: all workers send anything of the same flows."""
    turn = 0
    while not shared["stop"]:
        turn += 1
        said = bench("mode=storm any=1 cpus=%d flows=%d packets=%d slice=64 proto=%d family=%d"
                     " seed=%d" % (
                         CPUS, flows, 20000 if turn > 1 else 1000, (6, 6, 17)[turn % 3],
                         (4, 4, 4, 6)[turn % 4], turn))
        shared["packets"] += int(said["packets"])
        shared["accepted"] += int(said["accepted"])
        # Some come once
        bench("mode=new any=1 proto=17 flows=300 first=%d" % (100000 + turn * 300))
