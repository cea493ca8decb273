#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Allocations of loading the module fail in turn; for 57-out-of-memory-load.sh. Each
nineteenth does; with BAILEY_THOROUGH each.

It is loaded, or it is not and nothing of it is left: no module, no files, no sysctls. Those
are the kernel's allocations as well as the module's, as one goes to and fro between the two.
"""

import ctypes
import errno
import os
import re
import time

from shortage import DEBUG, KernelLog, Shortage, Wrong, bed, every, must, read_file

FINIT_MODULE = 313      # x86_64
STEP = 19               # a debug kernel takes a second for each time
KMEMLEAK = "/sys/kernel/debug/kmemleak"
LIBC = ctypes.CDLL(None, use_errno=True)


class LoaderLog(KernelLog):
    """The kernel warns of each thing that it can't make for a module, and shows its stack. All
    other words of vm/splat.sh are kept, and warnings of the module's own."""

    SERIOUS = re.compile(
        r"BUG|WARNING:.*\[bailey\]|KASAN|UBSAN|ODEBUG|Oops|panic|[Gg]eneral protection|refcount|"
        r"corrupt|lockdep|suspicious RCU|rcu.*stall|possible (circular|recursive)|"
        r"inconsistent lock|bad unlock|held|sleeping function|while atomic|blocked for more|"
        r"[Ll]ockup|LOCKUP|Unable to handle|invalid opcode|Redzone|"
        r"Poison overwritten|Objects remaining|unreferenced|already (exists|registered)")

    def serious(self, lines):
        return filter(self.SERIOUS.search, lines)


def load(fd):
    """What insmod asks of the kernel."""
    if LIBC.syscall(FINIT_MODULE, fd, b"", 0):
        raise OSError(ctypes.get_errno(), "finit_module")


def loaded():
    """Does the kernel list it?"""
    with open("/proc/modules", encoding="ascii") as file:
        return any(line.split()[0] == "bailey" for line in file)


def check(error):
    """All of it is there, or nothing."""
    must(error in (0, errno.ENOMEM), "it failed: %s", errno.errorcode.get(error, error))
    must(loaded() == (not error), "it is loaded, and it is not")
    for place in ("/proc/thread-self/net/bailey", "/proc/sys/net/bailey"):
        must(os.path.exists(place) == (not error), "%s is what is left", place)
    if not error:
        must(b"default pass" in read_file("policy"), "it has no policy")


def unload():
    """It always goes."""
    if loaded():
        must(os.system("rmmod bailey") == 0, "it does not go")


def sweep(shortage, fd):
    """Until loading it needs fewer allocations than n: how many have failed, and how often it
    did."""
    n = 1
    fired = refused = 0
    while True:
        with LoaderLog():
            error, hit = shortage.during(n, lambda: load(fd))
        try:
            check(error)
            unload()
        except Wrong as wrong:
            raise Wrong("allocation %d%s: %s" % (n, " failed" if hit else "", wrong)) from wrong
        fired += hit
        refused += bool(error)
        if not hit:
            return fired, refused
        n += every(STEP)


def leaks():
    """What is lost but for what the kernel loses itself: sysfs_slab_add() of 6.1 forgets the name
    of a cache that it can't show."""
    if not os.path.exists(KMEMLEAK):
        return []
    for _ in range(2):
        bed.write(KMEMLEAK, "scan")
        time.sleep(6)   # younger ones are not told
    with open(KMEMLEAK, encoding="ascii", errors="replace") as file:
        found = file.read().split("unreferenced object")[1:]
    alien = [text for text in found if "sysfs_slab_add+" in text and "kobject_set_name" in text]
    print("# lost by sysfs_slab_add(): %d names" % len(alien))
    ours = [text for text in found if text not in alien]
    if not ours:
        bed.write(KMEMLEAK, "clear")
    return ours


def main():
    """KTAP."""
    print("1..3")
    fd = os.open(os.environ["BAILEY_KO"], os.O_RDONLY)
    try:
        fired, refused = sweep(Shortage(), fd)
        print("# %d allocations failed, and loading %d times" % (fired, refused))
        print("ok 1 - it is loaded wholly or not at all", flush=True)
    except (Wrong, RuntimeError) as wrong:
        fired = refused = 0
        print("# %s\nnot ok 1 - it is loaded wholly or not at all" % wrong, flush=True)
    good = refused > 10 or not DEBUG
    print("%s 2 - allocations have failed" % ("ok" if good else "not ok"))
    with LoaderLog():   # it counts them aloud
        lost = leaks()
    for text in lost:
        print("# lost: " + " ".join(text.split()[:400]))
    print("%s 3 - nothing is lost" % ("not ok" if lost else "ok"))


if __name__ == "__main__":
    main()
