#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each allocation of each call fails in turn; for 57-out-of-memory.sh.

A call is what people and the kernel ask of the module: policies, connections,
settings, questions, files that are read, interfaces that come. After each failure
the policy in force is the old one to the byte, or, where there was none, the new one.
"""

import errno
import fcntl
import os
import struct
import time

from shortage import (POLICY, Reader, Router, Thing, bed, every, file_of, must, read_file,
                      run, write_file)

CHANGE = b"group web in allow tcp from any to any port 8443\n"
UNDO = b"delete group web in allow tcp from any to any port 8443\n"
OTHER = b"""begin
flush
prefix-list corp 10.8.0.0/24 2001:db8:8::/64 192.0.2.0/24
prefix-list many 1.0.0.0/8 2.0.0.0/8 3.0.0.0/8 4.0.0.0/8 5.0.0.0/8 6.0.0.0/8
acl edge in 10 allow tcp from prefix-list corp to any port 443
acl edge in 15 deny tcp from prefix-list many
acl edge in 20 allow udp to any port 53
acl edge out 5 allow any
acl spare in 1 allow any
group web in allow tcp from any to any port 443
group web in allow udp from group clients to any port 53
group clients in allow any
group clients out allow to prefix-list corp
group self in allow udp from any to any port 161
group self out allow any
attach dev left protects host acl spare groups self
attach dev right protects subnet acl edge groups web,clients
endpoint server dev right addr 10.9.0.2,2001:db8:9::2 groups web
endpoint client dev left addr 10.8.0.2,2001:db8:8::2 groups clients
exempt dhcp
default pass
commit
"""
RULES = 1000
MANY = b"begin\n" + b"".join(
    b"acl long in %d deny tcp from 10.%d.%d.0/24 to any port %d\n" %
    (i + 1, i % 7, i % 250, 1 + i % 900) for i in range(RULES)) + b"commit\n"
NO_MANY = b"delete acl long\n"
EMPTY = b"flush\n"
QUESTION = b"tcp from 10.8.0.2 port 40002 to 10.9.0.2 port 443 in left out right\n"


class Policy(Thing):
    """A transaction in one write."""

    def __init__(self, router, name, text, undo=POLICY, step=1):
        super().__init__(router)
        self.name, self.text, self.undo, self.step = name, text, undo, step
        self.fd = os.open(file_of("policy"), os.O_RDWR)
        self.after = None

    def restore(self):
        """As it was before."""
        write_file("policy", self.undo)

    def prepare(self):
        if self.after is None:
            os.write(self.fd, self.text)
            self.after = read_file("policy")
            self.restore()

    def act(self):
        os.write(self.fd, self.text)

    def check(self, error, before):
        policy, table = self.router.state()
        must(policy == (before[0] if error else self.after), "half a policy is in force")
        must(table == before[1], "connections are lost")
        if error:
            os.write(self.fd, self.text)
            must(read_file("policy") == self.after, "later it can't be had either")
        self.router.guards()
        self.restore()


class Pieces(Policy):
    """One in many writes, by somebody who does not look whether they succeed."""

    def act(self):
        lines = self.text.splitlines(keepends=True)
        os.write(self.fd, lines[0])
        first = None
        for i in range(1, len(lines)):
            try:
                os.write(self.fd, lines[i])
            except OSError as failed:
                first = first or failed
        if first:
            raise first

    def check(self, error, before):
        try:
            os.write(self.fd, b"abort\n")
        except OSError:
            pass
        super().check(error, before)


class Check(Policy):
    """What "revoke cut" would end is told whole or not at all."""

    def prepare(self):
        if self.after is None:
            self.reader = Reader()
            self.act()
            self.said = self.reader.text()
            must(b"cut " in self.said, "there is nothing to tell")
            self.after = read_file("policy")

    def act(self):
        os.write(self.fd, self.text)
        os.lseek(self.fd, 0, os.SEEK_SET)
        self.reader.fill(self.fd)

    def check(self, error, before):
        must(self.router.state() == before, "a check has changed something")
        must(error or self.plain(self.reader.text()) == self.plain(self.said),
             "half an answer: %s", self.reader.text())

    @staticmethod
    def plain(text):
        """Without what differs from second to second."""
        return [[w for w in line.split() if not w.startswith(b"expires=")]
                for line in text.splitlines()]


class Confirmed(Policy):
    """A policy that waits, and the word that keeps it."""

    def act(self):
        os.write(self.fd, self.text.replace(b"begin\n", b"begin confirm 500\n"))
        os.write(self.fd, b"confirm\n")

    def check(self, error, before):
        now = read_file("policy")
        if error and now == self.after:
            os.write(self.fd, b"confirm\n")     # the policy came, the word did not
        must(now == (self.after if not error else now), "half a policy is in force")
        must(now in (before[0], self.after), "half a policy is in force")
        self.restore()


class First(Policy):
    """The hooks stand from here on: the first policy that asks anything."""

    def restore(self):
        write_file("policy", EMPTY)

    def prepare(self):
        super().prepare()
        self.restore()

    def check(self, error, before):
        must(read_file("policy") == (before[0] if error else self.after), "half a policy")
        self.router.begin()


class Connections(Thing):
    """What is written to "connections"."""

    def __init__(self, router, name, text):
        super().__init__(router)
        self.name, self.text = name, text
        self.fd = os.open(file_of("connections"), os.O_RDWR)
        self.reader = Reader()

    def act(self):
        os.write(self.fd, self.text)
        os.lseek(self.fd, 0, os.SEEK_SET)
        self.reader.fill(self.fd)

    def check(self, error, before):
        must(self.router.state() == before, "others have gone as well")
        must(error or self.reader.text() == b"deleted 0\n", "half an answer")


class Sysctl(Thing):
    """A setting has its old or its new value."""

    def __init__(self, router, name, value):
        super().__init__(router)
        self.name = "%s is set" % name
        self.path = "/proc/sys/net/bailey/" + name
        self.old, self.new = self.get(), b"%d" % value
        self.fd = -1

    def get(self):
        """Now."""
        with open(self.path, "rb", buffering=0) as file:
            return file.readall().strip()

    def prepare(self):
        bed.write(self.path, self.old.decode())

    def act(self):
        fd = os.open(self.path, os.O_WRONLY)
        try:
            os.write(fd, self.new)
        finally:
            os.close(fd)

    def check(self, error, before):
        must(self.get() == (self.old if error else self.new), "neither old nor new")
        super().check(error, before)
        bed.write(self.path, self.old.decode())


class FlowLogOn(Sysctl):
    """The flow log is switched on, and a failure leaves nothing of it."""

    def __init__(self, router, name="flow_log", old=b"0", new=60):
        super().__init__(router, name, new)
        self.name = "flow_log from %d to %d" % (int(old), new)
        self.old = old

    def check(self, error, before):
        super().check(error, before)
        bed.write(self.path, "0")


class FlowLogWindow(Thing):
    """A window ends: who had traffic is not said to have had none."""

    name = "a window of the flow log ends"

    def prepare(self):
        bed.write("/proc/sys/net/bailey/flow_log", 600)
        self.router.guards()
        self.fd = os.open(file_of("flow_log"), os.O_RDONLY)
        self.sysctl = os.open("/proc/sys/net/bailey/flow_log", os.O_WRONLY)
        # A window of no seconds has nobody without data
        time.sleep(1.05 - time.time() % 1)

    def act(self):
        os.write(self.sysctl, b"600")

    def check(self, error, before):
        reader = Reader()
        reader.fill(self.fd)
        os.close(self.fd)
        os.close(self.sysctl)
        bed.write("/proc/sys/net/bailey/flow_log", 0)
        lines = [w.split() for w in reader.text().decode().splitlines()]
        right = [w[2] for w in lines if {"dev=right", "protects=subnet"} <= set(w)]
        must(error or "accept" in right, "no records: %s", lines)
        must("nodata" not in right, "there was traffic, and none: %s", lines)
        super().check(error, before)


class Read(Thing):
    """A file is opened and read: whole, or not at all."""

    def __init__(self, router, name, volatile=False):
        super().__init__(router)
        self.name = "%s is read" % name
        self.path, self.volatile = file_of(name), volatile
        self.reader, self.whole = Reader(), None

    def prepare(self):
        if self.whole is None:
            self.act()
            self.whole = self.reader.text()

    def act(self):
        self.reader.used = 0
        fd = os.open(self.path, os.O_RDONLY)
        try:
            self.reader.fill(fd)
        finally:
            os.close(fd)

    def shape(self, text):
        """What is always the same."""
        if not self.volatile:
            return Check.plain(text)
        return [line.split()[:2] for line in text.splitlines() if line[:4] == b"rule"]

    def check(self, error, before):
        must(error or self.shape(self.reader.text()) == self.shape(self.whole),
             "half of it: %s", self.reader.text()[-200:])
        super().check(error, before)


class Explain(Thing):
    """A question gets the whole answer, or none."""

    name = "a question is answered"

    def __init__(self, router):
        super().__init__(router)
        self.fd = os.open(file_of("explain"), os.O_RDWR)
        self.reader = Reader()
        self.act()
        self.whole = self.reader.text()
        must(b"result pass" in self.whole, "no answer: %s", self.whole)

    def act(self):
        self.reader.used = 0
        os.write(self.fd, QUESTION)
        os.lseek(self.fd, 0, os.SEEK_SET)
        self.reader.fill(self.fd)

    def check(self, error, before):
        must(error or self.reader.text() == self.whole, "half an answer: %s",
             self.reader.text())
        super().check(error, before)


class Interface(Thing):
    """An interface comes under a name that is attached."""

    name = "an interface comes"
    errors = (errno.ENOMEM, errno.EINVAL, errno.ENOBUFS)
    loud = True
    step = every(3)

    def prepare(self):
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        self.ask = struct.pack("16sH", b"tap0", bed.IFF_TUN | bed.IFF_NO_PI)

    def act(self):
        fcntl.ioctl(self.fd, bed.TUNSETIFF, self.ask)

    def check(self, error, before):
        # Short of memory packets may be refused for a moment: never let through.
        self.wait()
        super().check(error, before)
        os.close(self.fd)
        self.wait()

    def wait(self):
        """Until the policy is bound again."""
        for _ in range(300):
            try:
                self.router.guards()
                return
            except Exception as wrong:      # pylint: disable=broad-except
                if "has passed" in str(wrong):
                    raise
            time.sleep(0.1)


class Renamed(Interface):
    """One gets a name that is attached."""

    name = "an interface gets another name"
    times = 0

    def prepare(self):
        super().prepare()
        # New names each time: of one that got stuck in the kernel's files nothing is asked
        self.times += 1
        old, new = b"plain%d" % self.times, b"tap%d" % self.times
        fcntl.ioctl(self.fd, bed.TUNSETIFF,
                    struct.pack("16sH", old, bed.IFF_TUN | bed.IFF_NO_PI))
        self.sock = bed.socket.socket(bed.socket.AF_INET, bed.socket.SOCK_DGRAM)
        self.ask = struct.pack("16s24s", old, new)

    def act(self):
        fcntl.ioctl(self.sock, 0x8923, self.ask)    # SIOCSIFNAME

    def check(self, error, before):
        super().check(error, before)
        self.sock.close()


class Namespace(Thing):
    """A namespace comes, and its first policy, which makes its table."""

    name = "a first policy in a new namespace"

    def prepare(self):
        bed.check(bed.LIBC.unshare(bed.CLONE_NEWNET))
        self.fd = os.open(file_of("policy"), os.O_WRONLY)
        self.kept = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.router.enter()

    def act(self):
        os.write(self.fd, b"default deny\n")

    def check(self, error, before):
        if error:
            os.write(self.fd, b"default deny\n")
        os.close(self.fd)
        os.close(self.kept)
        super().check(error, before)


def things(router):
    """All of them."""
    return [
        Policy(router, "one rule more", CHANGE, UNDO),
        Policy(router, "another policy", OTHER),
        Policy(router, "another policy, cutting", OTHER.replace(b"begin", b"begin revoke cut"),
               step=every(11)),
        Policy(router, "%d rules" % RULES, MANY, NO_MANY, every(23)),
        Pieces(router, "another policy, in many writes", OTHER, step=every(5)),
        Check(router, "a check", OTHER.replace(b"begin", b"begin check revoke cut")
              .replace(b"to any port 443\ngroup web in allow udp", b"to any port 4\n"
                       b"group web in allow udp"), step=every(3)),
        Confirmed(router, "a policy with a confirmation", OTHER, step=every(7)),
        First(router, "the first policy", POLICY, step=every(3)),
        Namespace(router),
        Connections(router, "connections are deleted", b"delete proto udp src 192.0.2.9\n"),
        Connections(router, "others are deleted", b"delete dst 2001:db8::/64 dport 9\n"),
        Sysctl(router, "udp_timeout", 31),
        Sysctl(router, "max_rules", 12345),
        Sysctl(router, "tcp_loose", 0),
        FlowLogOn(router),
        FlowLogOn(router, old=b"60", new=0),
        FlowLogWindow(router),
        Read(router, "policy"), Read(router, "connections"), Read(router, "stats", True),
        Read(router, "error"), Read(router, "events"), Read(router, "flow_log"),
        Explain(router), Interface(router), Renamed(router),
    ]


if __name__ == "__main__":
    run(things(Router()))
