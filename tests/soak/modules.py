#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The module goes and comes again under traffic; for 40-modules.sh.

Each round loads the module, writes a policy, sends forbidden packets and behind them a
marker that may pass, waits for the marker (packets keep their order, so all of the round's
have been judged), and unloads the module, often with files still open. Other processes
send, read and write without caring whether there is a module. In a round no forbidden
packet may be seen; between rounds nothing forbids any.
"""

import os
import random
import subprocess
import sys
import time

from storm import (PATIENCE, SECONDS, Burst, Canary, Crew, Shared, drain, note, read_file,
                   router_file, say, sysctl, udp, wire, write_all)

MANY = 100 if os.environ.get("BAILEY_FLAVOUR") == "debug" else 1000
ROUNDS = MANY if SECONDS >= 120 else min(MANY, int(SECONDS * 5))
MARKER, OTHER = 999, 2000
POLICY = """begin
flush
acl g in 10 allow udp to any port 999
acl g in 20 allow udp to any port 2000-3000
acl g out 10 allow any
group a in allow any
attach dev eth1 protects subnet acl g groups a
commit
"""


def sender(shared):
    """New connections, and packets of known ones."""
    burst, draw = Burst("client"), random.Random(4)
    while not shared["stop"]:
        burst.send([udp("10.8.%d.1" % draw.randrange(60), draw.randrange(1024, 60000), "10.9.0.1",
                        OTHER + draw.randrange(1000)) for _ in range(16)] +
                   [udp("10.8.61.1", 5, "10.9.0.1", OTHER)])
        shared["packets"] += 17
        time.sleep(0.002)


def toucher(shared, number):
    """Files are read, written and left open, whether they are there or not."""
    draw = random.Random(number)
    kept = []
    while not shared["stop"]:
        name = draw.choice(("policy", "connections", "stats", "events", "flow_log"))
        try:
            if draw.random() < 0.3:
                kept.append(router_file(name, os.O_RDONLY))
                os.read(kept[-1], 10)
            elif draw.random() < 0.3:
                write_all("policy", "replace group a in allow any\n")
            elif draw.random() < 0.2:
                sysctl("flow_log", draw.choice((0, 10)))
            elif draw.random() < 0.5 and kept:
                os.read(kept[draw.randrange(len(kept))], 1000)
            else:
                read_file(name)
            shared["touched%d" % number] += 1
        except OSError:
            shared["refused%d" % number] += 1
        while len(kept) > 20 or kept and draw.random() < 0.1:
            os.close(kept.pop(0))
        time.sleep(0.001)


def command(*words):
    run = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    if run.returncode:
        note("%s: %s" % (" ".join(words), run.stdout.strip()))
    return run.returncode == 0


def marker_comes(sock, number):
    mark = number.to_bytes(8, "big")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if any(data[28:36] == mark for data in drain(sock)):
            return True
        time.sleep(0)
    return False


def a_round(number, canary, burst, sock):
    """Return: how many forbidden packets passed while a policy forbade them; None on failure."""
    if not command("insmod", os.environ["BAILEY_KO"], "compare=1"):
        return None
    write_all("policy", POLICY)
    canary.seen()
    burst.send(list(canary.packets(8)) + [udp("10.8.62.1", 1024 + number % 60000, "10.9.0.1",
                                              MARKER, number.to_bytes(8, "big"))])
    if not marker_comes(sock, number):
        note("round %d: the marker did not come" % number)
        return None
    seen = canary.seen()
    return seen if command("rmmod", "bailey") else None


def main():
    shared = Shared("packets", "touched0", "touched1", "refused0", "refused1")
    canary, burst, sock = Canary(), Burst("client"), wire("server", "eth0", MARKER)
    canary.show_way()
    crew = Crew(shared)
    crew.start("sender", sender, cpu=1)
    for i in range(2):
        crew.start("toucher %d" % i, toucher, i, cpu=i)
    passed, rounds = 0, 0
    os.sched_setaffinity(0, {0})
    while rounds < ROUNDS and not crew.dead():
        seen = a_round(rounds, canary, burst, sock)
        if seen is None:
            break
        passed += seen
        rounds += 1
    good = crew.stop()
    shared.tell()
    note("rounds %d, canaries %d, seen %d" % (rounds, 8 * rounds, passed))
    say(good, "all processes came to their end")
    say(rounds == ROUNDS, "loaded and unloaded %d times" % ROUNDS)
    say(shared["packets"] > 10 * rounds, "under traffic")
    say(shared["touched0"] + shared["touched1"] > rounds, "with files in use")
    say(rounds > 0, "forbidden packets were sent in each round")
    say(passed == 0, "not one of them passed")


if __name__ == "__main__":
    sys.exit(main())
