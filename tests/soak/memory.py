#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Memory is short; for 60-memory-eaten.sh and 61-memory-failing.sh.

	memory.py eaten		a process eats nearly all that there is
	memory.py atomic	allocations that may not wait fail, one of ten
	memory.py commits	those of who commits and reads fail, one of thirty

Meanwhile kernel threads open more connections than there is memory for, policies are
committed, files are read. A commit is done or refused for want of memory, and then the policy is
the one from before; packets are dropped, if need be, and forbidden ones always.
Afterwards all works as before.
"""

import errno
import mmap
import os
import random
import sys
import time

from storm import (CPUS, PATIENCE, Burst, Canary, Crew, Shared, bench, drain, note, read_file,
                   router_file, say, stats, sysctl, udp, wire, write_all)

FLOWS = 5000 if os.environ.get("BAILEY_FLAVOUR") == "debug" else 30000
DEBUG = "/sys/kernel/debug/"
PARTS = ("failslab", "fail_page_alloc")


def policy(number, scale=1000):
    """Many entries, and at the end the number."""
    text = ["begin", "flush", "acl g in 5 deny udp from any to any port 4000"]
    text += ["acl g in %d allow tcp from 10.%d.%d.0/24 to any port %d" % (
        10 + i, i >> 8, i & 255, 1 + i)
             for i in range(scale + number % 3 * scale)]
    text += ["acl g in 60000 allow any", "acl g out 10 allow any", "group a in allow any",
             "group number%d" % number, "attach dev eth1 protects subnet acl g groups a",
             "commit", ""]
    return "\n".join(text).encode()


def put(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(value))


def inject(probability, interval, atomic):
    """Failures, once in so many times: of allocations that may not wait, or of all by tasks
    that ask for it."""
    for part in PARTS:
        where = DEBUG + part + "/"
        put(where + "verbose", 0)
        put(where + "interval", interval)
        put(where + "times", -1)
        put(where + "ignore-gfp-wait", "Y" if atomic else "N")
        put(where + "task-filter", "N" if atomic else "Y")
        if part == "fail_page_alloc":
            put(where + "min-order", 0)
        put(where + "probability", probability)


class Failing:
    """The process that makes it asks for failures, or not."""

    def __init__(self, wanted):
        self.fd = os.open("/proc/self/make-it-fail", os.O_WRONLY) if wanted else -1

    def begin(self):
        if self.fd >= 0:
            os.write(self.fd, b"1")

    def end(self):
        if self.fd >= 0:
            os.write(self.fd, b"0")


def in_force():
    """The number of the policy."""
    while True:
        try:
            return [int(line[12:]) for line in read_file("policy").splitlines()
                    if line.startswith("group number")]
        except OSError as error:
            if error.errno not in (errno.ENOMEM, errno.EIO):
                raise
            time.sleep(0.01)


def committer(shared, failing):
    """Commits one after the other; a refused one leaves no trace."""
    number, last, fail = 0, in_force(), Failing(failing)
    while not shared["stop"]:
        number += 1
        text = policy(number, 100 if failing else 1000)
        fd = router_file("policy")
        fail.begin()
        try:
            os.write(fd, text)
            last = [number]
            shared["commits"] += 1
        except OSError as error:
            if error.errno != errno.ENOMEM:
                raise
            shared["refused"] += 1
        finally:
            fail.end()
            os.close(fd)
        if in_force() != last:
            shared["wrong"] += 1
            print("# %s is in force in place of %s" % (in_force(), last), flush=True)


def reader(shared, failing):
    names = ("policy", "stats", "connections")
    draw, fail = random.Random(2), Failing(failing)
    while not shared["stop"]:
        fail.begin()
        try:
            read_file(draw.choice(names))
            shared["reads"] += 1
        except OSError as error:
            if error.errno != errno.ENOMEM:
                raise
            shared["unread"] += 1
        finally:
            fail.end()
        time.sleep(0.005)


def opener(shared):
    """More connections than there is memory for; then they go."""
    turn = 0
    while not shared["stop"]:
        turn += 1
        try:
            said = bench("mode=new any=1 cpus=%d flows=%d first=%d proto=%d" % (
                CPUS, FLOWS, turn % 4 * FLOWS, (6, 17)[turn % 2]))
        except OSError as error:
            # What fails by chance is the sender's as well, and its route's
            if error.errno not in (errno.ENOMEM, errno.ENETUNREACH):
                raise
            continue
        shared["packets"] += int(said["packets"])
        shared["dropped"] += int(said["dropped"])
        if turn % 4 == 0:
            try:
                write_all("connections", "flush\n")
            except OSError as error:
                if error.errno != errno.ENOMEM:
                    raise


def available():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable")) >> 10


def eat(shared):
    """All but some MiB."""
    put("/proc/self/oom_score_adj", 1000)
    eaten = []
    while not shared["stop"]:
        left = available()
        if left < 24:
            time.sleep(0.005)
            continue
        size = 32 if left > 100 else 4
        eaten.append(mmap.mmap(-1, size << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS |
                               mmap.MAP_POPULATE))
        shared["eaten"] += size
        shared["least"] = min(shared["least"], available())


def eater(shared):
    """Whoever eats may be killed for it; then another one comes."""
    while not shared["stop"]:
        pid = os.fork()
        if not pid:
            eat(shared)
            os._exit(0)
        os.waitpid(pid, 0)
        shared["eaters"] += 1


def works_again(canary):
    """All as if nothing had been."""
    write_all("connections", "flush\n")
    write_all("policy", policy(7).decode())
    say(in_force() == [7], "afterwards a policy is committed")
    said = bench("mode=new flows=1000 proto=17")
    say(said["accepted"] == 1000, "and connections are opened")
    sock = wire("server", "eth0", 777)
    Burst("client").send([udp("10.8.3.3", 3, "10.9.0.1", 777)] * 3)
    end = time.monotonic() + 60
    seen = 0
    while seen < 3 and time.monotonic() < end:
        seen += sum(1 for _ in drain(sock))
        time.sleep(0.01)
    say(seen == 3, "packets pass")
    canary.sing(8)


def start(crew, shared, what, canary):
    failing = what == "commits"
    shared["least"] = available()
    if what == "eaten":
        crew.start("eater", eater, cpu=1)
        end = time.monotonic() + PATIENCE
        while shared["least"] >= 48 and time.monotonic() < end:
            time.sleep(0.1)
    else:
        inject(50 if failing else 10, 499 if failing else 1, not failing)
    crew.start("opener", opener, cpu=0)
    crew.start("committer", committer, failing, cpu=1)
    crew.start("reader", reader, failing, cpu=1)
    crew.start("canary", canary.fly, cpu=0)


def main():
    what = sys.argv[1]
    put("/proc/self/oom_score_adj", -1000)
    shared = Shared("packets", "dropped", "commits", "refused", "wrong", "reads", "unread",
                    "eaten", "eaters", "least", "canaries")
    canary = Canary()
    write_all("policy", "begin\nflush\ncommit\n")
    canary.show_way()
    sysctl("max_connections", 4 * FLOWS)
    write_all("policy", policy(0).decode())
    crew = Crew(shared)
    start(crew, shared, what, canary)
    good = crew.blow(enough=lambda: shared["commits"] > 10 and shared["packets"] > 4 * FLOWS and
                     shared["reads"] > 10 and (what != "eaten" or shared["least"] < 48))
    if what != "eaten":
        inject(0, 1, True)
    said = stats()
    shared.tell()
    note("dropped for want of memory: %d" % said["drop no-memory"])
    if what == "eaten":
        say(shared["eaten"] > 100 and shared["least"] < 48, "memory was short")
    else:
        say(said["drop no-memory"] + shared["refused"] + shared["unread"] > 10, "memory was short")
    say(good, "all processes came to their end")
    say(shared["commits"] > 10 and shared["reads"] > 10 and shared["packets"] > FLOWS,
        "and it was used")
    say(shared["wrong"] == 0, "a commit is done, or leaves all as it was")
    works_again(canary)
    canary.judge(shared["canaries"])


if __name__ == "__main__":
    sys.exit(main())
