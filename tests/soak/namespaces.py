#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Namespaces and interfaces come, are renamed, moved and go under traffic; for
50-namespaces.sh.

A round makes a namespace and a link from the router to it, whose name at the router is
one of storm*. The policy lets what comes from behind such interfaces go to one port
only. As soon as the link is up, again when it has been renamed, and when it has been moved to
another namespace and back, forbidden packets and a marker are sent from the new namespace:
the marker must come, and nothing else. The namespace has a policy of its own
meanwhile, and goes while its files are open and its packets are under way.
"""

import os
import random
import subprocess
import sys
import time

from storm import (CANARY_PORT, PATIENCE, Burst, Canary, Crew, Shared, drain, read_file,
                   router_file, say, udp, wire, write_all)

MARKER = 999
POLICY = """begin
flush
acl gate out 10 allow udp to any port 999
acl gate out 20 allow udp to any port 2000-2999
acl gate in 10 allow any
group all in allow any
attach dev storm* protects subnet acl gate
attach dev eth0 protects subnet acl gate
attach dev eth1 protects subnet groups all
commit
"""
OWN = "group g in allow any\ngroup g out allow any\nattach dev eth0 protects host groups g\n"


def ip(text, *words):
    """A batch of ip's commands, in a namespace."""
    run = subprocess.run(["ip", *words, "-batch", "-"], input=text, text=True, check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        raise OSError("ip %s: %s\n%s" % (" ".join(words), run.stdout.strip(), text))


def lost():
    """Packets that the kernel has lost itself: queues were full, or nobody answered in time who
    has an address. In a guest that gets little of a processor both happen."""
    with open("/proc/net/softnet_stat", encoding="ascii") as file:
        full = sum(int(line.split()[1], 16) for line in file)
    with open("/proc/net/stat/arp_cache", encoding="ascii") as file:
        names, *rows = (line.split() for line in file)
    return full + sum(int(row[names.index(name)], 16) for row in rows
                      for name in ("unresolved_discards", "res_failed"))


class Place:
    """One churner's namespace, link and packets."""

    def __init__(self, shared, number):
        self.shared, self.number = shared, number
        self.draw = random.Random(number)
        self.ns, self.net = "house%d" % number, "10.50.%d" % number
        self.sock = wire("server", "eth0", MARKER)
        self.sent = number << 32
        self.port = 0

    def add(self, name, value=1):
        self.shared[name + str(self.number)] += value

    def build(self, dev):
        ip("netns add %s\nlink add %s netns router type veth peer name eth0 netns %s\n" %
           (self.ns, dev, self.ns))
        ip("addr add %s.1/24 dev %s\nlink set %s up\n" % (self.net, dev, dev), "-n", "router")
        ip("link set lo up\naddr add %s.2/24 dev eth0\nlink set eth0 up\n"
           "route add default via %s.1\n" % (self.net, self.net), "-n", self.ns)

    def try_door(self):
        """Forbidden packets, and a marker behind them that must come; it is sent once more only
        if the kernel has lost packets since."""
        burst = Burst(self.ns)
        self.sent += 1
        self.port = (self.port + 10) % 50000
        mark = self.sent.to_bytes(8, "big")
        src = self.net + ".2"
        marker = [udp(src, 1999, "10.9.0.1", MARKER, mark)]
        before = lost()
        burst.send([udp(src, 2000 + self.port + i, "10.9.0.1", CANARY_PORT) for i in range(4)] +
                   marker)
        self.add("forbidden", 4)
        end = time.monotonic() + PATIENCE
        again, sent = time.monotonic() + 5, 1
        while time.monotonic() < end:
            if any(data[28:36] == mark for data in drain(self.sock)):
                self.add("markers")
                return
            if sent < 4 and time.monotonic() > again and lost() > before:
                before = lost()
                again = time.monotonic() + 5
                burst.send(marker)
                sent += 1
                self.add("repeated")
            time.sleep(0)
        raise OSError("%s: the marker did not come; lost elsewhere: %d" % (src, lost() - before))

    def rename(self, old, new):
        ip("link set %s down\nlink set %s name %s\nlink set %s up\n" % (old, old, new, new),
           "-n", "router")

    def travel(self, old, new):
        ip("link set %s netns spare\n" % old, "-n", "router")
        ip("link set %s name x%d\nlink set x%d up\nlink set x%d netns router name %s\n" %
           (old, self.number, self.number, self.number, new), "-n", "spare")
        ip("addr add %s.1/24 dev %s\nlink set %s up\n" % (self.net, new, new), "-n", "router")

    def live(self):
        """The namespace guards itself, and somebody holds its files."""
        write_all("policy", OWN, self.ns)
        read_file("connections", self.ns)
        name = self.draw.choice(("policy", "connections", "events", "stats"))
        return router_file(name, os.O_RDONLY, self.ns)

    def leave(self, dev):
        burst = Burst(self.ns)
        burst.send([udp(self.net + ".2", 2000 + i, "10.9.0.1", 2000 + i) for i in range(20)])
        burst.sock.close()
        if self.draw.random() < 0.5:
            ip("link del %s\n" % dev, "-n", "router")
        ip("netns del %s\n" % self.ns)

    def round(self, count):
        names = ["storm%d.%d" % (self.number, count * 3 + i) for i in range(3)]
        self.build(names[0])
        self.try_door()
        held = self.live()
        self.rename(names[0], names[1])
        self.try_door()
        self.travel(names[1], names[2])
        self.try_door()
        self.leave(names[2])
        try:
            os.read(held, 1000)
        except OSError:
            pass
        os.close(held)
        self.add("rounds")


def churner(shared, number):
    place, count = Place(shared, number), 0
    while not shared["stop"]:
        place.round(count)
        count += 1
        # Its number is another link's only when the old one is gone
        while os.path.exists("/run/netns/" + place.ns):
            time.sleep(0.01)


def dummies(shared):
    """Interfaces of the same names, many at a time."""
    count = 0
    while not shared["stop"]:
        names = ["stormd%d" % (count + i) for i in range(10)]
        ip("".join("link add %s type dummy\nlink set %s name %sx\n" % (n, n, n) for n in names) +
           "".join("link del %sx\n" % n for n in names), "-n", "router")
        shared["dummies"] += 10
        count += 10


def changer(shared):
    """The policy is changed and replaced meanwhile."""
    while not shared["stop"]:
        for text in ("acl gate in 20 allow any\n", POLICY,
                     "attach dev storm9* protects host groups all\n", POLICY):
            write_all("policy", text)
            shared["changes"] += 1
            time.sleep(0.02)


def traffic(shared):
    burst, number = Burst("client"), 0
    while not shared["stop"]:
        number += 1
        burst.send([udp("10.8.1.1", 1024 + number % 60000, "10.9.0.1", 2000 + i)
                    for i in range(16)])
        shared["packets"] += 16
        time.sleep(0.005)


def only_ours():
    """No namespace or interface of the storm is left."""
    left = [name for name in os.listdir("/run/netns") if name.startswith("house")]
    said = subprocess.run(["ip", "-n", "router", "-br", "link"], stdout=subprocess.PIPE, text=True,
                          check=False).stdout
    return left + [line for line in said.splitlines() if line.startswith("storm")]


def main():
    shared = Shared("canaries", "packets", "dummies", "changes",
                    *(name + str(i) for name in ("rounds", "markers", "forbidden", "repeated")
                      for i in range(2)))
    canary = Canary()
    canary.show_way()
    write_all("policy", POLICY)
    crew = Crew(shared)
    for i in range(2):
        crew.start("churner %d" % i, churner, i, cpu=i)
    crew.start("dummies", dummies, cpu=1)
    crew.start("changer", changer, cpu=0)
    crew.start("traffic", traffic, cpu=1)
    crew.start("canary", canary.fly, cpu=0)
    good = crew.blow(enough=lambda: shared["rounds0"] > 10 and shared["rounds1"] > 10)
    rounds = shared["rounds0"] + shared["rounds1"]
    markers = shared["markers0"] + shared["markers1"]
    shared.tell()
    say(good, "all processes came to their end")
    say(rounds > 20, "namespaces came and went")
    say(markers >= 3 * rounds > 0, "from each new interface came what may come")
    say(10 * (shared["repeated0"] + shared["repeated1"]) <= markers,
        "nearly always at the first time")
    say(shared["dummies"] > 100 and shared["changes"] > 20 and shared["packets"] > 1000,
        "and all else")
    say(only_ours() == [], "nothing is left of them")
    canary.judge(shared["canaries"] + shared["forbidden0"] + shared["forbidden1"])


if __name__ == "__main__":
    sys.exit(main())
