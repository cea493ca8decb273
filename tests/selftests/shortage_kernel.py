#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The module's own doings while memory is short; for 57-out-of-memory-kernel.sh.

Loading: one allocation in three of it fails in turn (each, with BAILEY_THOROUGH), with a
namespace there that gets its part; either the module is there afterwards with all of it, or
nothing is. Then what workers do: a policy that nobody confirms goes back, however often a
worker has to begin again.
"""

import ctypes
import errno
import os
import time

from shortage import (DEBUG, KNOBS, NEVER, POLICY, KernelLog, Router, Shortage, Wrong, bed,
                      every, must, read_file, write_file)

FINIT_MODULE, DELETE_MODULE = 313, 176
MODULE = os.environ["BAILEY_KO"]
OTHER = POLICY.replace(b"begin\n", b"begin confirm 1\n").replace(
    b"acl edge in 50 allow any\n", b"")


def loaded():
    """Is it there?"""
    with open("/proc/modules", encoding="ascii") as lines:
        return any(line.startswith("bailey ") for line in lines)


class Loader:
    """Loads the module."""

    def __init__(self):
        self.fd = os.open(MODULE, os.O_RDONLY)
        self.namespaces = []
        self.words = b"compare=1"

    def crowd(self, count):
        """More namespaces; we are in the last one."""
        for _ in range(count):
            bed.check(bed.LIBC.unshare(bed.CLONE_NEWNET))
            self.namespaces.append(os.open("/proc/self/ns/net", os.O_RDONLY))

    def act(self):
        """As insmod does."""
        bed.check(bed.LIBC.syscall(FINIT_MODULE, self.fd, ctypes.c_char_p(self.words), 0))

    @staticmethod
    def unload():
        """As rmmod does."""
        bed.check(bed.LIBC.syscall(DELETE_MODULE, b"bailey", os.O_NONBLOCK))

    def everywhere(self):
        """In how many namespaces are its files?"""
        count = 0
        here = self.namespaces[-1]
        for fd in self.namespaces:
            bed.check(bed.LIBC.setns(fd, bed.CLONE_NEWNET))
            count += os.path.exists("/proc/thread-self/net/bailey/policy")
        bed.check(bed.LIBC.setns(here, bed.CLONE_NEWNET))
        return count


def kernels_part(shortage, loader):
    """What the kernel allocates for any module, before it is asked to begin."""
    if shortage.fd < 0:
        return 1
    loader.words = b"compare=maybe"
    os.pwrite(shortage.fd, b"%d" % NEVER, 0)
    must(shortage.attempt(loader.act) == errno.EINVAL, "a bad parameter was taken")
    used = NEVER - shortage.disarm()
    loader.words = b"compare=1"
    return used


def sweep_load(shortage, loader):
    """How many allocations failed, and how often it was not loaded then."""
    fired = refused = 0
    n = kernels_part(shortage, loader)
    print("# from allocation %d on" % n, flush=True)
    while True:
        with KernelLog():
            error, hit = shortage.during(n, loader.act)
        must(not error or (hit and error == errno.ENOMEM), "allocation %d: %s", n,
             errno.errorcode.get(error, error))
        must(loaded() != bool(error), "allocation %d: half loaded", n)
        there = loader.everywhere()
        must(there == (0 if error else len(loader.namespaces)),
             "allocation %d: in %d namespaces", n, there)
        if not error:
            loader.unload()
        fired += hit
        refused += bool(error)
        if not hit:
            return fired, refused
        n += every(3)


def mark_workers(value):
    """Kernel threads that do work, and the one whose children are the next ones."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/comm" % pid, encoding="ascii") as file:
                name = file.read()
            if pid == "2" or name.startswith("kworker"):
                bed.write("/proc/%s/make-it-fail" % pid, value)
        except OSError:
            pass        # it has gone


def roll_back(router, times):
    """A policy is not confirmed, and the first allocations of workers fail."""
    before = read_file("policy")
    write_file("policy", OTHER)
    must(read_file("policy") != before, "no other policy")
    left = 0
    if DEBUG:
        mark_workers(1)
        for knob, value in (("interval", 1), ("space", 0), ("times", times),
                            ("task-filter", "Y"), ("probability", 100)):
            bed.write(KNOBS + "failslab/" + knob, value)
    for _ in range(600):
        router.guards()
        if read_file("policy") == before:
            break
        time.sleep(0.1)
    if DEBUG:
        with open(KNOBS + "failslab/times", encoding="ascii") as file:
            left = int(file.read())
        bed.write(KNOBS + "failslab/probability", 0)
        bed.write(KNOBS + "failslab/task-filter", "N")
        mark_workers(0)
    must(read_file("policy") == before, "it has not come back")
    must(left < times, "no worker was short of memory")
    return times - left


def result(number, name, what):
    """One line of KTAP."""
    try:
        print("# " + what())
        print("ok %d - %s" % (number, name), flush=True)
    except (Wrong, OSError, RuntimeError) as wrong:
        print("# %s\nnot ok %d - %s" % (wrong, number, name), flush=True)


def loading(shortage):
    """Of the module."""
    loader = Loader()
    loader.crowd(1)
    fired, refused = sweep_load(shortage, loader)
    must(refused > 10 or not DEBUG, "only %d allocations failed", refused)
    loader.act()
    return "%d allocations failed, and it %d times" % (fired, refused)


def main():
    """KTAP."""
    print("1..4")
    shortage = Shortage()
    result(1, "the module is loaded, or nothing of it is there", lambda: loading(shortage))
    router = Router()
    for number, times in enumerate((1, 3, 10), 2):
        result(number, "a policy goes back after %d failures" % times if times > 1 else
               "a policy goes back after a failure",
               lambda t=times: "%d allocations of workers failed" % roll_back(router, t))


if __name__ == "__main__":
    main()
