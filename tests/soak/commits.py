#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Commits at full speed under traffic; for 10-commits.sh.

Policy number k lets UDP to port 2000 + k % 16 pass and to no other of these 16. The
committer notes the number before the write that commits it, and again when that has
returned. A burst has packets to all 16 ports, each a new connection, and at its end a marker
that every policy lets through: packets keep their order, so when the marker is seen all
of the burst have been judged. So each verdict was given under one of the policies from the last
one that had returned when the burst began to the last one that had been called when it
was over, and must be the verdict of one of them.

ACL and groups of a policy allow more ports than that one, but only that one together;
of two policies that follow each other they have a port in common that neither lets
pass. Every third policy has no groups. So a packet that is judged by halves of two shows.
"""

import os
import sys
import time

from storm import (Burst, Canary, Crew, Shared, drain, read_file, router_file, say, stats, sysctl,
                   udp, wire, write_all)

PORTS, BASE, MARKER = 16, 2000, 999
CYCLE = 48                      # policies that differ


def lines(k, steps):
    return [BASE + (k + step) % PORTS for step in steps]


def policy(k):
    groups = k % 3 != 2
    acl = lines(k, (0, 4, 9) if groups else (0,))
    text = ["begin" + (" revoke cut" if k % 2 else ""), "flush"]
    text += ["acl gate in %d allow udp to any port %d" % (10 + i, port)
             for i, port in enumerate(acl)]
    text += ["acl gate in 50 allow udp to any port %d" % MARKER, "acl gate out 10 allow any"]
    if groups:
        text += ["group door in allow udp to any port %d" % port
                 for port in lines(k, (0, 3, 10)) + [MARKER]]
    text += ["attach dev eth1 protects subnet acl gate" + (" groups door" if groups else ""),
             "commit", ""]
    return "\n".join(text).encode()


def commit(shared):
    texts = [policy(k) for k in range(CYCLE)]
    fd = router_file("policy")
    while not shared["stop"]:
        k = shared["returned"] + 1
        shared["called"] = k
        os.write(fd, texts[k % CYCLE])
        shared["returned"] = k
        # At full speed a burst meets many; by turns it meets one or none
        if int(time.monotonic()) & 1:
            time.sleep(0.1)
    os.close(fd)


def burst_packets(number, canary):
    """Two to each port, in two orders, canaries between, the marker last."""
    out = []
    mark = number.to_bytes(8, "big")
    for turn, ports in enumerate((range(PORTS), range(PORTS - 1, -1, -1))):
        for port in ports:
            unique = (number * 2 * PORTS + turn * PORTS + port) % (200 * 60000)
            out.append(udp("10.8.%d.1" % (unique // 60000), 1024 + unique % 60000, "10.9.0.1",
                           BASE + port, mark + bytes([turn])))
        out += canary.packets(2)
    out.append(udp("10.8.250.1", 7, "10.9.0.1", MARKER, mark))
    return out


def receive(sock, number):
    """What came of a burst: its verdicts, {(port, turn)}; None if the marker did not."""
    mark, passed = number.to_bytes(8, "big"), set()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for data in drain(sock):
            port = int.from_bytes(data[22:24], "big")
            if data[28:36] != mark:
                continue
            if port == MARKER:
                return passed
            passed.add((port - BASE, data[36]))
        time.sleep(0)
    return None


def judge(shared, first, last, passed):
    """Is each verdict that of a policy between the two? Certain are those of which there
    was but one policy, bounded those of a few, idle those for which any verdict would do."""
    may = {k % PORTS for k in range(first, last + 1)}
    wrong = sum(1 for port, _ in passed if port not in may)
    if first == last:
        wrong += sum(1 for turn in (0, 1) if (first % PORTS, turn) not in passed)
        shared["certain"] += 2 * PORTS
    elif last - first < PORTS - 1:
        shared["bounded"] += 2 * PORTS
    else:
        shared["idle"] += 2 * PORTS
    if wrong:
        shared["wrong"] += wrong
        print("# policies %d to %d let pass: %s" % (first, last, sorted(passed)), flush=True)


def traffic(shared, canary):
    sock, sender = wire("server", "eth0"), Burst("client")
    number = 0
    while not shared["stop"]:
        number += 1
        packets = burst_packets(number, canary)
        first = shared["returned"]
        sender.send(packets)
        passed = receive(sock, number)
        last = shared["called"]
        if passed is None:
            shared["lost"] += 1
            continue
        shared["packets"] += 2 * PORTS
        shared["passed"] += len(passed)
        shared["canaries"] += 4
        if last != first:
            shared["crossed"] += 1
        judge(shared, first, last, passed)


def readers(shared):
    """Everything is read meanwhile."""
    while not shared["stop"]:
        for name in "policy", "stats", "connections":
            read_file(name)
        shared["reads"] += 1
        time.sleep(0.01)


def interfaces(shared):
    """Interfaces come and go, so that policies are bound anew."""
    while not shared["stop"]:
        if os.system("ip -n router link add flicker type dummy && ip -n router link set flicker"
                     " name flacker && ip -n router link del flacker"):
            raise OSError("no interface")
        shared["interfaces"] += 1
        time.sleep(0.05)


def main():
    shared = Shared("called", "returned", "packets", "passed", "certain", "bounded", "idle",
                    "wrong", "lost", "crossed", "canaries", "reads", "interfaces")
    canary = Canary()
    canary.show_way()
    sysctl("max_connections", 5000)
    write_all("policy", policy(0).decode())
    crew = Crew(shared)
    crew.start("committer", commit, cpu=1)
    crew.start("traffic", traffic, canary, cpu=0)
    crew.start("readers", readers, cpu=1)
    crew.start("interfaces", interfaces, cpu=0)
    good = crew.blow(enough=lambda: shared["returned"] > 100 and shared["certain"] > 100 and
                     shared["crossed"] > 10)
    shared.tell()
    say(good, "all processes came to their end")
    say(shared["returned"] > 100, "more than a hundred commits")
    say(shared["crossed"] > 10, "commits met bursts")
    say(shared["certain"] > 100 and shared["passed"] > 0, "verdicts were judged")
    say(shared["wrong"] == 0, "each verdict is that of a policy in force meanwhile")
    say(shared["lost"] == 0, "what every policy allows always passed")
    say(stats().get("packets_differed", 0) == 0, "what was remembered is what would be said")
    canary.judge(shared["canaries"])


if __name__ == "__main__":
    sys.exit(main())
