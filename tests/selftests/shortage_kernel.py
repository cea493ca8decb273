#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Workers that are short of memory; for 57-out-of-memory-kernel.sh.

A policy that nobody confirms goes back, however often a worker has to begin again, and what
is denied stays so meanwhile.
"""

import os
import time

from shortage import (DEBUG, KNOBS, POLICY, Router, Shortage, Wrong, bed, must, read_file,
                      write_file)

OTHER = POLICY.replace(b"begin\n", b"begin confirm 1\n").replace(
    b"acl edge in 50 allow any\n", b"")


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


def main():
    """KTAP."""
    print("1..3")
    Shortage()
    router = Router()
    for number, times in enumerate((1, 3, 10), 1):
        result(number, "a policy goes back after %d failures" % times if times > 1 else
               "a policy goes back after a failure",
               lambda t=times: "%d allocations of workers failed" % roll_back(router, t))


if __name__ == "__main__":
    main()
