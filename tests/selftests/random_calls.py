#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Random system calls on all files of the module; for 58-random-calls.sh.

Everything that a file descriptor can be asked for, with sizes, offsets and
addresses that make sense or none; what is written are lines, broken lines and noise. The
policy changes by writes to "policy" that were accepted, by nothing else; at any
time it can be read and written back. BAILEY_SEED and BAILEY_OPERATIONS say which calls and
how many; without them they are always the same ones.
"""

import ctypes
import errno
import fcntl
import glob
import mmap
import os
import random
import select

from shortage import POLICY, Router, Wrong, bed, file_of, must, read_file, write_file

SEED = int(os.environ.get("BAILEY_SEED") or 1)
OPERATIONS = int(os.environ.get("BAILEY_OPERATIONS") or 4000)
FILES = ("policy", "error", "connections", "events", "flow_log", "explain", "stats")
SYSCTLS = "/proc/sys/net/bailey/"
OPEN_MOST = 24
# Memory is taken by number: what a test wants is that numbers are taken, not the memory
LARGE = {"event_ring_size": 20000, "flow_log_max": 5000, "max_connections": 100000}
LIBC = ctypes.CDLL(None, use_errno=True)

LINES = [line + b"\n" for line in POLICY.splitlines()[2:-1]] + [
    b"flush\n", b"begin\n", b"commit\n", b"abort\n", b"confirm\n", b"begin check revoke cut\n",
    b"begin revoke cut\n", b"begin confirm 500\n", b"default deny\n", b"default pass\n",
    b"delete group web\n", b"delete acl edge\n", b"replace acl edge in 10 deny any\n",
    b"delete exempt nd\n", b"exempt nd\n", b"acl other in 1 allow tcp\n",
    b"replace prefix-list corp 1.2.3.4 ::/0\n", b"# a comment\n", b"\n",
]
OTHERS = {
    "connections": [b"flush\n", b"delete proto tcp\n", b"delete src 10.8.0.0/16 dport 443\n",
                    b"delete state ESTABLISHED\n", b"delete\n"],
    "explain": [b"tcp from 10.8.0.2 port 1 to 10.9.0.2 port 443 in left out right\n",
                b"udp from 10.8.0.2 to 10.8.0.1 port 161 in left connection\n",
                b"icmp from 10.9.0.2 to 10.8.0.2 type 3 code 3 in right out left\n"],
}


class Caller:
    """Makes the calls."""

    def __init__(self, router, seed):
        self.router, self.random = router, random.Random(seed)
        self.open = []          # (fd, name)
        self.policy = read_file("policy")
        self.tally, self.changes = {}, 0
        self.sysctls = {name: self.get(name) for name in sorted(os.listdir(SYSCTLS))}
        self.calls = [getattr(self, name) for name in sorted(dir(self))
                      if name.startswith("call_")]
        self.page = mmap.mmap(-1, 8192)

    @staticmethod
    def get(name):
        """Of a setting."""
        with open(SYSCTLS + name, encoding="ascii") as file:
            return file.read().strip()

    def one(self):
        """A descriptor."""
        if not self.open:
            self.call_open()
        return self.random.choice(self.open) if self.open else (-1, "policy")

    def number(self):
        """A size or an offset."""
        pick = self.random
        return pick.choice((0, 1, 2, pick.randrange(100), 511, 4095, 4096, 4097,
                            pick.randrange(70000), 65536))

    def odd_number(self):
        """One that may make no sense."""
        return self.random.choice((self.number(), -1, -self.number(), 1 << 31, 1 << 40,
                                   (1 << 63) - 1, (1 << 63) - 4096))

    def noise(self):
        """Bytes of any kind."""
        return self.random.randbytes(self.random.randrange(200))

    def text(self, name):
        """Something to write: sound, broken or no text at all."""
        pick, lines = self.random, OTHERS.get(name, LINES)
        if pick.random() < 0.1:
            return self.noise()
        text = b"".join(pick.choice(lines) for _ in range(pick.choice((1, 1, 1, 2, 3, 8))))
        if pick.random() < 0.02:
            text *= pick.randrange(200)
        if pick.random() < 0.4 or b"confirm " in text:
            return text
        return self.mutate(text)

    def mutate(self, text):
        """A few bytes are others, or missing, or there twice."""
        text = bytearray(text)
        for _ in range(self.random.randrange(1, 4)):
            at = self.random.randrange(len(text) + 1)
            what = self.random.randrange(4)
            if what == 0:
                text[at:at + 1] = bytes([self.random.randrange(256)])
            elif what == 1:
                del text[at:at + self.random.randrange(9)]
            elif what == 2:
                text[at:at] = text[:at][-self.random.randrange(1, 20):]
            else:
                text[at:at + 1] = self.random.choice((b"\0", b"\n", b" ", b"-", b"9", b"#"))
        return bytes(text)

    # --- the calls -------------------------------------------------------------

    def call_open(self):
        """A file, in any way."""
        if len(self.open) >= OPEN_MOST:
            self.call_close()
        name = self.random.choice(FILES)
        flags = self.random.choice((os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDWR))
        for flag in (os.O_TRUNC, os.O_APPEND, os.O_NONBLOCK, os.O_DIRECT, os.O_CREAT):
            if self.random.random() < 0.1:
                flags |= flag
        self.open.append((os.open(file_of(name), flags), name))

    def call_close(self):
        """One of them."""
        if self.open:
            os.close(self.open.pop(self.random.randrange(len(self.open)))[0])

    def call_read(self):
        """Perhaps a piece."""
        os.read(self.one()[0], self.number())

    def call_pread(self):
        """From anywhere."""
        os.pread(self.one()[0], self.number(), self.odd_number())

    def call_readv(self):
        """In pieces, empty ones among them."""
        os.readv(self.one()[0], [bytearray(self.number() % 3000) for _ in range(4)])

    def call_write(self):
        """The one call that may change the policy."""
        fd, name = self.one()
        self.write(name, os.write, fd, self.text(name))

    def call_write_policy(self):
        """By a new descriptor, on which nothing is under way."""
        fd = os.open(file_of("policy"), os.O_RDWR)
        try:
            self.write("policy", os.write, fd, self.text("policy"))
            os.read(fd, self.number())
        finally:
            os.close(fd)

    call_write_again = call_write
    call_write_policy_again = call_write_policy

    def call_pwrite(self):
        """To anywhere."""
        fd, name = self.one()
        text = self.text(name)
        offset = self.odd_number()
        self.write(name, lambda f, t: os.pwrite(f, t, offset), fd, text)

    def call_writev(self):
        """Each piece is a write of its own to the module."""
        fd, name = self.one()
        text = self.text(name) + self.text(name)
        cut = self.random.randrange(len(text) + 1)
        self.write(name, lambda f, t: os.writev(f, [t[:cut], t[cut:]]), fd, text, True)

    def write(self, name, how, fd, text, pieces=False):
        """Was it refused, then nothing has changed, if all of it was one transaction."""
        try:
            how(fd, text)
        except OSError:
            if name == "policy" and not pieces and b"commit" not in text and \
                    b"begin" not in text and b"confirm" not in text:
                must(read_file("policy") == self.policy, "a refused write changed the policy")
            raise
        finally:
            if name == "policy":
                now = read_file("policy")
                self.changes += now != self.policy
                self.policy = now

    def call_write_badly(self):
        """From memory that is not there, or ends too soon."""
        fd, name = self.one()
        end = ctypes.addressof(ctypes.c_char.from_buffer(self.page)) + 8192
        where = self.random.choice((8, -1, end, 0))
        before = read_file("policy")
        if LIBC.write(fd, ctypes.c_void_p(where), ctypes.c_size_t(1 + self.number())) < 0 or \
                name != "policy":
            must(read_file("policy") == before, "a write from nowhere changed the policy")
        self.policy = read_file("policy")

    def call_read_badly(self):
        """To memory that is not there."""
        LIBC.read(self.one()[0], ctypes.c_void_p(self.random.choice((8, -1, 4096))),
                  ctypes.c_size_t(self.number()))

    def call_lseek(self):
        """Anywhere, in any way."""
        os.lseek(self.one()[0], self.odd_number(), self.random.randrange(6))

    def call_ioctl(self):
        """There is none."""
        request = self.random.choice((0x5401, 0x541b, self.random.getrandbits(32)))
        fcntl.ioctl(self.one()[0], request, self.noise()[:64])

    def call_poll(self):
        """Without waiting."""
        poll = select.poll()
        for _ in range(3):
            poll.register(self.one()[0], self.random.getrandbits(10))
        poll.poll(0)

    def call_mmap(self):
        """Not these files."""
        mmap.mmap(self.one()[0], 4096, flags=self.random.choice((1, 2)),
                  prot=self.random.choice((1, 3)))

    def call_truncate(self):
        """Nor this."""
        os.ftruncate(self.one()[0], self.number())

    def call_fallocate(self):
        """Nor this."""
        os.posix_fallocate(self.one()[0], 0, 1 + self.number())

    def call_sync(self):
        """Nor this."""
        os.fsync(self.one()[0])

    def call_fcntl(self):
        """Flags of all kinds."""
        fcntl.fcntl(self.one()[0], self.random.choice((fcntl.F_GETFL, fcntl.F_SETFL,
                                                       fcntl.F_GETOWN, 1031, 1033)),
                    self.random.choice((0, os.O_NONBLOCK, os.O_APPEND)))

    def call_dup(self):
        """Two descriptors of one file."""
        fd, name = self.one()
        if fd >= 0 and len(self.open) < OPEN_MOST:
            self.open.append((os.dup(fd), name))

    def call_splice(self):
        """From one file to another, and through a pipe."""
        os.sendfile(self.one()[0], self.one()[0], None, self.number())

    def call_stat(self):
        """What it is."""
        os.fstat(self.one()[0])

    def call_sysctl(self):
        """Any setting, any value."""
        name = self.random.choice(list(self.sysctls))
        most = LARGE.get(name, 1 << 32)
        text = self.random.choice((b"%d" % self.random.randrange(most), b"%d" % (most // 7),
                                   b"0", b"1", b"-1", b"77 88", self.noise()))
        if name == "flow_log" and len(text) > 3:
            text = b"600"
        fd = os.open(SYSCTLS + name, os.O_RDWR)
        try:
            os.write(fd, text)
            os.pread(fd, self.number(), self.number() % 5)
        finally:
            os.close(fd)
            if self.random.random() < 0.7:
                bed.write(SYSCTLS + name, self.sysctls[name])

    def call_packets(self):
        """Some go by meanwhile."""
        try:
            self.router.guards()
        except Wrong:
            pass        # the policy may be any

    # --- all of them -----------------------------------------------------------

    def step(self, number):
        """One call; what it says does not matter."""
        call = self.random.choice(self.calls)
        said = "done"
        try:
            call()
        except OSError as error:
            said = errno.errorcode.get(error.errno, str(error.errno))
        except (ValueError, OverflowError):
            said = "no call"
        self.tally[said] = self.tally.get(said, 0) + 1
        if number % 20 == 0:
            must(read_file("policy") == self.policy, "%s changed the policy", call.__name__)
        if number % 500 == 0:
            self.write_back()

    def write_back(self):
        """What is read can be written as it is."""
        for name, value in self.sysctls.items():
            bed.write(SYSCTLS + name, value)
        text = read_file("policy")
        try:
            write_file("policy", b"confirm\n")
        except OSError:
            pass        # nothing waits
        write_file("policy", text.replace(b"begin\n", b"begin\nflush\n", 1))
        must(read_file("policy") == text, "the policy can't be written back")

    def end(self):
        """As it was, and it works."""
        for fd, _ in self.open:
            os.close(fd)
        self.write_back()
        self.router.begin()
        self.router.guards()
        must(not glob.glob("/proc/thread-self/fd/*bailey*"), "files are open")


def main():
    """KTAP: one result for the calls, one for the end."""
    router = Router()
    caller = Caller(router, SEED)
    print("1..3\n# BAILEY_SEED=%d BAILEY_OPERATIONS=%d" % (SEED, OPERATIONS), flush=True)
    number, wrong = 0, None
    try:
        for number in range(1, OPERATIONS + 1):
            caller.step(number)
    except Wrong as failed:
        wrong = failed
    print("# " + ", ".join("%s: %d" % item for item in sorted(caller.tally.items())))
    print("%s 1 - %d random calls" % ("not ok" if wrong else "ok", number))
    if wrong:
        print("# call %d: %s" % (number, wrong))
    print("# %d of them have changed the policy" % caller.changes)
    good = caller.tally.get("done", 0) > number // 4 and len(caller.tally) > 4 and \
        caller.changes > number // 100
    print("%s 2 - some of them succeed, others fail in several ways" %
          ("ok" if good else "not ok"))
    try:
        caller.end()
        print("ok 3 - afterwards it works as before")
    except (Wrong, OSError) as failed:
        print("# %s\nnot ok 3 - afterwards it works as before" % failed)


if __name__ == "__main__":
    main()
