#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""How long the kernel's writer takes, from write(2) to its end.

Inside a guest:  load_guest.py [RULES] [CHANGES]
From outside:    load.sh

Loads an ACL of RULES entries through /proc/net/bailey/policy as the tool does, loads
it again, then changes one entry among them at a time: each change is one write. Prints
a line for each measure: its name, median, 99th percentile and the longest, in
microseconds.
"""

import os
import random
import subprocess
import sys
import time

POLICY = "/proc/net/bailey/policy"
PORTS = (22, 25, 53, 80, 123, 443, 993, 3306, 5432, 8080)


def match(rnd, number):
    """A match as firewalls have them; one in ten is IPv6."""
    if number % 100 == 0:
        peers = "from 2001:db8:%x:%x::/64 to 2001:db8:%x::/48" % tuple(
            rnd.randrange(65536) for _ in range(3))
    else:
        peers = "from %d.%d.%d.0/24 to 10.%d.%d.%d/32" % (
            (rnd.randrange(1, 220),) + tuple(rnd.randrange(256) for _ in range(5)))
    port = rnd.choice(PORTS) if rnd.randrange(5) else "1024-65535"
    return "%s %s %s port %s" % (rnd.choice(("allow", "deny")),
                                 rnd.choice(("tcp", "udp")), peers, port)


def write(file, text):
    """One write; how many microseconds it took."""
    data = text.encode()
    start = time.perf_counter_ns()
    done = os.write(file, data)
    took = time.perf_counter_ns() - start
    if done != len(data):
        raise OSError("%d of %d bytes written" % (done, len(data)))
    return took / 1000


def say(name, times):
    """Print one measure."""
    times = sorted(times)
    print("%-24s %12.1f %12.1f %12.1f us %6d" %
          (name, times[len(times) // 2], times[len(times) - 1 - len(times) // 100],
           times[-1], len(times)), flush=True)


def slab():
    """Bytes that the kernel has in use."""
    with open("/proc/meminfo", encoding="ascii") as file:
        info = dict(line.split(":") for line in file)
    return sum(int(info[key].split()[0]) for key in ("Slab", "VmallocUsed")) * 1024


def main():
    """All measures."""
    rules = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    changes = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    rnd = random.Random(1)
    subprocess.run(["insmod", os.environ["BAILEY_KO"]], check=True)
    file = os.open(POLICY, os.O_RDWR)
    write(file, "begin\nacl X\nattach dev lo protects host acl X\ncommit\n")
    text = "begin\nflush\nattach dev lo protects host acl X\n" + "".join(
        "acl X in %d %s\n" % (n * 10, match(rnd, n)) for n in range(1, rules + 1)) + "commit\n"
    before = slab()
    say("load", [write(file, text)])
    print("%-24s %12.1f bytes a rule" % ("memory", (slab() - before) / rules))
    say("load again", [write(file, text) for _ in range(5)])
    with open("/tmp/load.policy", "w", encoding="ascii") as out:
        out.write(text.replace("begin\n", "").replace("commit\n", ""))
    if os.environ.get("BAILEY_TOOL"):
        start = time.perf_counter_ns()
        subprocess.run([os.environ["BAILEY_TOOL"], "policy", "load", "/tmp/load.policy"],
                       check=True, stdout=subprocess.DEVNULL)
        say("the tool's load", [(time.perf_counter_ns() - start) / 1000])

    def number():
        return rnd.randrange(1, rules + 1) * 10

    for pause in (0, 0.002):
        then = ", with pauses" if pause else ""
        times = {"replace one": [], "delete one": [], "add one": []}
        for _ in range(changes):
            n = number()
            for name, line in (("replace one", "replace acl X in %d %s\n" % (n, match(rnd, n))),
                               ("delete one", "delete acl X in %d\n" % n),
                               ("add one", "acl X in %d %s\n" % (n, match(rnd, n)))):
                times[name].append(write(file, line))
                if pause:
                    time.sleep(pause)
        for name, took in times.items():
            say(name + then, took)
    order = list(range(1, rules + 1))
    rnd.shuffle(order)
    say("delete all shuffled", [write(file, "begin\n" + "".join(
        "delete acl X in %d\n" % (n * 10) for n in order) + "commit\n")])
    say("load shuffled", [write(file, "begin\n" + "".join(
        "acl X in %d %s\n" % (n * 10, match(rnd, n)) for n in order) + "commit\n")])
    os.close(file)
    subprocess.run(["rmmod", "bailey"], check=True)


main()
