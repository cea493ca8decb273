#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""All processors open, move, close and end the same connections; for
20-same-connections.sh.

Kernel threads send packets of the same flows, in any state and from either end, so that
connections are opened by both at once, reopened, reset, and pushed out. Meanwhile they are
flushed and deleted, expire, are revoked, and limits go up and down. Nothing is judged
before the end: then what came in must be what went out and what is there, and no
source may still have what it does not have.
"""

import random
import sys
import time

from storm import (CPUS, Canary, Crew, Shared, bench, kernel_traffic, note, read_file, say, stats,
                   sysctl, write_all)

FLOWS = 3000
POLICY = ("group a in allow any\ngroup a out allow any\ngroup b in allow any\n"
          "acl one in 10 deny udp to any port 4000\nacl one in 20 allow any\n"
          "acl one out 20 allow any\nattach dev eth1 protects subnet acl one groups a\n")
CHANGES = (
    "begin\nreplace attach dev eth1 protects subnet acl one groups a,b\ncommit\n",
    "begin\nattach dev eth0 protects subnet groups a\ncommit\n",
    "begin revoke cut\nreplace attach dev eth1 protects subnet acl one groups a\ncommit\n",
    "begin revoke cut\ndelete group a in allow any\ncommit\n",
    "begin\ngroup a in allow any\ncommit\n",
    "begin\ndelete attach dev eth0 protects subnet\ncommit\n",
)
ENDS = ("flush", "delete dport 443", "delete proto udp", "delete state ESTABLISHED",
        "delete src 10.0.0.0/24", "delete dst 172.16.0.0/25", "delete state CLOSE",
        "delete sport 1030", "delete src 2001:db8:1::/64")


def ender(shared, me):
    """Flushes and deletes, and adds up what the answers say."""
    draw = random.Random(me)
    while not shared["stop"]:
        text = "".join(draw.choice(ENDS) + "\n" for _ in range(1 + draw.randrange(3)))
        for line in write_all("connections", text).splitlines():
            shared["deleted%d" % me] += int(line.split()[1])
        shared["ends%d" % me] += 1
        # By turns, so that some live long enough to expire
        while int(time.monotonic()) % 8 >= 4 and not shared["stop"]:
            time.sleep(0.05)
        time.sleep(draw.choice((0, 0.001, 0.02, 0.1)))


def changer(shared):
    """The policy, and limits."""
    draw = random.Random(3)
    while not shared["stop"]:
        for text in CHANGES:
            write_all("policy", text)
            shared["changes"] += 1
            time.sleep(draw.choice((0, 0.01, 0.05)))
        sysctl("max_connections", draw.choice((100, 1000, 2000, 65536, 65536)))
        sysctl("max_connections_per_source", draw.choice((0, 0, 1, 3, 100)))


def reader(shared):
    while not shared["stop"]:
        read_file("connections")
        shared["reads"] += 1
        time.sleep(0.01)


WAYS_OUT = ("connections_expired", "connections_early_dropped", "connections_reopened",
            "connections_revoked")


def balance():
    """What came in, and what went out or is there, but for what was deleted."""
    said = stats()
    out = said["connections"] + sum(said[name] for name in WAYS_OUT)
    return said, said["connections_new"], out


def all_ways():
    """Have connections gone by each way?"""
    said = stats()
    return all(said[name] > 0 for name in WAYS_OUT)


def judge_table(shared):
    said, new, out = balance()
    deleted = shared["deleted0"] + shared["deleted1"]
    note("new %d = there %d + expired %d + made room %d + reopened %d + revoked %d + deleted %d" % (
        new, said["connections"], said["connections_expired"], said["connections_early_dropped"],
        said["connections_reopened"], said["connections_revoked"], deleted))
    note("dropped: " + ", ".join("%s %d" % (name[5:], value) for name, value in said.items()
                                 if name.startswith("drop ") and value))
    say(new == out + deleted, "what came in is what went out and what is there")
    for name in WAYS_OUT:
        say(said[name] > 0, "some were: " + name)
    say(deleted > 0, "some were: deleted")
    # Of all that were there, the flush's answer
    there = read_file("connections").count("\n")
    left = int(write_all("connections", "flush\n").split()[1])
    said = stats()
    note("%d listed, %d flushed" % (there, left))
    say(said["connections"] == 0, "the flushed table is empty")
    say(read_file("connections") == "", "and so is its list")
    say(said.get("packets_differed", 0) == 0, "what was remembered is what would be said")


def judge_sources():
    """Each source has nothing: it gets what the limit allows, and no more."""
    sysctl("udp_timeout", 600)
    for limit, wanted in ((3, 1200), (4, 1600)):
        write_all("connections", "flush\n")
        sysctl("max_connections_per_source", limit)
        said = bench("mode=new any=1 flows=1600 proto=17")
        say(said["accepted"] == wanted, "a limit of %d for each source lets exactly as many in: %d"
            % (limit, said["accepted"]))
    write_all("connections", "flush\n")


def main():
    shared = Shared("packets", "accepted", "deleted0", "deleted1", "ends0", "ends1", "changes",
                    "reads", "canaries")
    canary = Canary()
    canary.show_way()
    write_all("policy", POLICY)
    for name in ("udp_timeout", "udp_timeout_stream", "tcp_timeout_syn_sent",
                 "tcp_timeout_syn_recv", "tcp_timeout_close", "tcp_timeout_time_wait"):
        sysctl(name, 1)
    crew = Crew(shared)
    crew.start("traffic", kernel_traffic, FLOWS, cpu=0)
    for i in range(2):
        crew.start("ender %d" % i, ender, i, cpu=i)
    crew.start("changer", changer, cpu=1)
    crew.start("reader", reader, cpu=1)
    crew.start("canary", canary.fly, cpu=1)
    good = crew.blow(enough=lambda: shared["packets"] > 100000 and shared["ends0"] > 20 and
                     shared["ends1"] > 20 and shared["changes"] > 20 and all_ways())
    note("%d flows, %d processors" % (FLOWS, CPUS))
    shared.tell()
    say(good, "all processes came to their end")
    say(shared["packets"] > 100000 and shared["accepted"] > 1000, "there was traffic")
    say(shared["ends0"] > 20 and shared["ends1"] > 20 and shared["changes"] > 20, "and all else")
    sysctl("max_connections", 65536)
    write_all("policy", "begin\nflush\n" + POLICY + "commit\n")
    judge_table(shared)
    judge_sources()
    canary.judge(shared["canaries"])


if __name__ == "__main__":
    sys.exit(main())
