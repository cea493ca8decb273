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

OTHER = POLICY.replace(b"begin\n", b"begin confirm 2\n").replace(
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


def fail_workers(value):
    """So many allocations of theirs, of those that come next."""
    bed.write(KNOBS + "failslab/times", value)


def prepare_workers():
    """None of their allocations fails yet."""
    fail_workers(0)
    mark_workers(1)
    for knob, value in (("interval", 1), ("space", 0), ("task-filter", "Y"),
                        ("probability", 100)):
        bed.write(KNOBS + "failslab/" + knob, value)


def release_workers():
    """How many allocations have not failed."""
    with open(KNOBS + "failslab/times", encoding="ascii") as file:
        left = int(file.read())
    bed.write(KNOBS + "failslab/probability", 0)
    bed.write(KNOBS + "failslab/task-filter", "N")
    mark_workers(0)
    return left


def wait_for(router, before):
    """Until the policy is back; meanwhile the router guards."""
    for _ in range(600):
        router.guards()
        if read_file("policy") == before:
            return
        time.sleep(0.1)
    must(False, "it has not come back")


def roll_back(router, times):
    """A policy is not confirmed, and the first allocations of workers fail."""
    before, left = read_file("policy"), times
    for _ in range(5):      # it may go back before it is made to fail
        if DEBUG:
            prepare_workers()
        write_file("policy", OTHER)
        if DEBUG:
            fail_workers(times)
        try:
            wait_for(router, before)
        finally:
            left = release_workers() if DEBUG else 0
        if left < times:
            return times - left
    raise Wrong("no worker was short of memory")


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
