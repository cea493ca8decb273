#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes that a shell cannot make: bytes, sizes, noise; for 26-bad-input.sh."""

import errno
import os
import random

BASE = "/proc/net/bailey/"


def attempt(data, name="policy"):
    """One write(2); its errno's name, or "" if it was taken; and the answer."""
    fd = os.open(BASE + name, os.O_RDWR)
    try:
        failed = ""
        try:
            os.write(fd, data)
        except OSError as error:
            failed = errno.errorcode[error.errno]
        return failed, os.read(fd, 65536).decode("latin-1")
    finally:
        os.close(fd)


def check(name, good, more=""):
    print(("ok " if good else "not ok ") + name)
    if not good and more:
        print(more)


def refused(name, data, word=""):
    failed, answer = attempt(data)
    check(name, failed and word in answer, repr((failed, answer[:400])))


refused("a NUL byte", b"acl a\0b\n", "line 1")
refused("NUL bytes alone", b"\0" * 4096)
refused("bytes above 127 in a name", b"acl \xff\xfe\n", "line 1")
refused("a line of 1 MiB", b"acl " + b"a" * (1 << 20) + b"\n", "line 1")
refused("a line of 1 MiB of words", b"prefix-list p" +
        b" 192.0.2.1/32" * 80000 + b"\n", "line 1")
refused("a line that never ends", b"a" * 200000)
refused("a newline is missing", b"acl fine", "line 1")
refused("a second line after 100,000 empty ones", b"\n" * 100000 + b"nonsense\n",
        "line 100001")
refused("words without end", b"acl public in 1 allow tcp" + b" from" * 8000 +
        b"\n", "line 1")
failed, answer = attempt(b"# " + b"c" * 60000 + b"\n")
check("a long comment is fine", not failed, repr((failed, answer)))
failed, _ = attempt(b"")
check("an empty write is nothing", not failed, failed)

# A line torn in two without begin is two transactions, both incomplete
fd = os.open(BASE + "policy", os.O_RDWR)
try:
    os.write(fd, b"acl to")
    torn = False
except OSError:
    torn = True
os.close(fd)
check("a write that ends in the middle of a line is refused", torn)

# An address that is not there
failed = ""
fd = os.open(BASE + "policy", os.O_WRONLY)
try:
    import ctypes
    LIBC = ctypes.CDLL(None, use_errno=True)
    done = LIBC.write(fd, ctypes.c_void_p(8), ctypes.c_size_t(100))
    failed = errno.errorcode[ctypes.get_errno()] if done < 0 else ""
finally:
    os.close(fd)
check("a write from nowhere is EFAULT", failed == "EFAULT", failed)

# Noise: words of the language in no order, and bits flipped in a good policy
random.seed(17)
WORDS = """acl group prefix-list attach endpoint exempt default flush begin commit
abort in out allow deny any tcp udp icmp icmpv6 from to port type code dev
protects host subnet groups addr public web corp 100 0 443 1-5 10.0.0.0/8 ::/0
* # , - / add replace delete check revoke keep cut""".split()
fd = os.open(BASE + "policy", os.O_RDONLY)
good = os.read(fd, 65536)
os.close(fd)
for _ in range(300):
    line = " ".join(random.choices(WORDS, k=random.randrange(1, 12)))
    attempt(b"begin check\n" + line.encode() + b"\ncommit\n")
check("300 lines of noise", True)
for _ in range(300):
    bent = bytearray(good.replace(b"begin", b"begin check", 1))
    for _ in range(random.randrange(1, 4)):
        bent[random.randrange(12, len(bent))] ^= 1 << random.randrange(8)
    attempt(bytes(bent))
check("300 bent policies", True)
for _ in range(200):
    attempt(random.randbytes(random.randrange(1, 3000)))
    attempt(random.randbytes(random.randrange(1, 200)) + b"\n", "explain")
    attempt(random.randbytes(random.randrange(1, 200)) + b"\n", "connections")
check("noise in every file that can be written", True)
