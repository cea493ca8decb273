#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Lists of connections are read while others come and go; for 30-readers.sh.

Some connections stay all the time. Thousands of others are opened by kernel threads,
deleted and opened again, so that the index grows and shrinks. Readers read as it comes to
their mind: in pieces of any size, with pauses, from the beginning again, and some leave in the
middle.
Each list that was read to its end must have each of those that stay, once, and
whole lines only.
"""

import os
import random
import re
import sys
import time

from storm import (CPUS, Burst, Canary, Crew, Shared, bench, router_file, say, stats, sysctl, udp,
                   write_all)

STAY, FLOWS = 1500, 20000
LINE = re.compile(rb"(?:tcp|udp) \S+ src=\S+ dst=\S+ sport=(\d+) dport=\d+ .*in=eth0 out=eth1.*")
STAYS = re.compile(rb"^udp - src=10\.8\.200\.1 dst=10\.9\.0\.1 sport=(\d+) ", re.M)


def opener(shared):
    """All of them, or some, and never the same number; others are gone by then."""
    draw = random.Random(1)
    while not shared["stop"]:
        count = draw.choice((300, 3000, FLOWS, FLOWS))
        said = bench("mode=new any=1 cpus=%d flows=%d first=%d proto=%d" % (
            CPUS, count, draw.randrange(FLOWS), draw.choice((6, 17))))
        shared["packets"] += int(said["packets"])
        time.sleep(draw.choice((0, 0.05)))


def deleter(shared):
    draw = random.Random(2)
    while not shared["stop"]:
        shared["deleted"] += int(write_all("connections", draw.choice((
            "delete src 10.0.0.0/17\n", "delete src 10.0.0.0/17\n", "delete proto tcp\n",
            "delete dst 172.16.0.0/24\n"))).split()[1])
        shared["deletions"] += 1
        time.sleep(draw.choice((0, 0.05, 0.3)))


def a_list(fd, draw):
    """One list; None if the reader left in the middle."""
    out, size = [], draw.choice((100, 1000, 4096, 65536))
    os.lseek(fd, 0, os.SEEK_SET)
    while True:
        part = os.read(fd, draw.randrange(1, 2 * size))
        if not part:
            return b"".join(out)
        out.append(part)
        if draw.random() < 0.0005:
            return None
        if draw.random() < 0.02:
            time.sleep(0.002)


def judge(shared, text, number):
    lines = text.split(b"\n")
    if lines.pop() or not all(LINE.fullmatch(line) for line in lines):
        shared["broken%d" % number] += 1
    seen = STAYS.findall(text)
    missed, more = STAY - len(set(seen)), len(seen) - len(set(seen))
    shared["lines%d" % number] += len(lines)
    if missed or more:
        shared["missed%d" % number] += missed
        shared["twice%d" % number] += more
        print("# a list of %d lines lacks %d and has %d again" % (len(lines), missed, more),
              flush=True)


def reader(shared, number):
    draw = random.Random(10 + number)
    fd = router_file("connections", os.O_RDONLY)
    while not shared["stop"]:
        text = a_list(fd, draw)
        if text is None:
            shared["left%d" % number] += 1
        else:
            shared["lists%d" % number] += 1
            judge(shared, text, number)
    os.close(fd)


def refresher(shared, burst):
    """Those that stay are in use, now and then."""
    while not shared["stop"]:
        burst.send([udp("10.8.200.1", 2000 + i, "10.9.0.1", 53) for i in range(0, STAY, 7)])
        time.sleep(0.2)


def open_those_that_stay(burst):
    for i in range(STAY):
        burst.send([udp("10.8.200.1", 2000 + i, "10.9.0.1", 53)])
    end = time.monotonic() + 60
    while stats()["connections"] < STAY and time.monotonic() < end:
        time.sleep(0.1)
    say(stats()["connections"] == STAY, "those that stay are there")


def main():
    shared = Shared("packets", "deleted", "deletions", "canaries",
                    *(name + str(i) for name in ("lists", "left", "lines", "broken", "missed",
                                                 "twice") for i in range(2)))

    def total(name):
        return shared[name + "0"] + shared[name + "1"]

    canary, burst = Canary(), Burst("client")
    canary.show_way()
    write_all("policy", "group a in allow tcp\ngroup a in allow udp to any port 53\n"
              "group a in allow udp to any port 443\nattach dev eth1 protects subnet groups a\n")
    sysctl("udp_timeout", 6000)
    open_those_that_stay(burst)
    crew = Crew(shared)
    crew.start("opener", opener, cpu=0)
    crew.start("deleter", deleter, cpu=1)
    for i in range(2):
        crew.start("reader %d" % i, reader, i, cpu=i)
    crew.start("refresher", refresher, burst, cpu=1)
    crew.start("canary", canary.fly, cpu=0)
    good = crew.blow(enough=lambda: total("lists") > 20 and shared["deletions"] > 20)
    shared.tell()
    say(good, "all processes came to their end")
    say(total("lists") > 20 and total("lines") > 20 * STAY, "lists were read")
    say(shared["deletions"] > 20 and shared["deleted"] > 10000, "others came and went")
    say(total("broken") == 0, "whole lines")
    say(total("missed") == 0, "each that stayed is in each list")
    say(total("twice") == 0, "and once")
    canary.judge(shared["canaries"])


if __name__ == "__main__":
    sys.exit(main())
