# SPDX-License-Identifier: GPL-2.0
#
# What is measured: functions of a Bench, listed in ALL at the end. Their first
# lines say what a row of theirs means.

import json
import math
import os
import re
import statistics
import time

from rules import RuleSet, grid
from subjects import (Bailey, Conntrack, FlowLog, Iptables, NftLinear, Pipapo, Probe, Subject,
                      Wrong, enter_first, read, set_sysctl, sh, write)

TRACE = "/proc/bailey_bench_trace"
ATTACH = "attach dev out0 protects subnet acl %s\n"


def three():
    return [Subject(), Bailey(), Conntrack()]


def packets_of(flows):
    """How many packets for a run of some hundred milliseconds; each flow has one."""
    return max(flows, 500000)


def open_all(subjects, **options):
    for subject in subjects:
        subject.flush()
        subject.send(mode="open", **options)


# --- connections ---------------------------------------------------------------

def established(bench, subjects, measure="established", **more):
    """A packet of an open connection; half of them go each way."""
    for flows in bench.options.flows:
        open_all(subjects, flows=flows, **more)
        for turn in bench.rounds():
            for subject in subjects:
                result = subject.send(mode="established", flows=flows,
                                      packets=packets_of(flows), **more)
                bench.row(measure, subject.label, result, flows=flows, round=turn)
        for subject in subjects:
            subject.flush()


def advancing(bench):
    """The same with sequence numbers that go on: each packet has 100 new bytes. Each
    round opens its connections anew, as they are in other places afterwards."""
    subjects = three()
    for flows in bench.options.flows:
        for turn in bench.rounds():
            for subject in subjects:
                open_all([subject], flows=flows, payload=100)
                result = subject.send(mode="established", flows=flows, payload=100, advance=1,
                                      packets=packets_of(flows))
                bench.row("advancing", subject.label, result, flows=flows, round=turn)
                subject.flush()


def new(bench, subjects, measure="new", **more):
    """First packets: an empty table takes so many connections."""
    for flows in bench.options.flows:
        repeat = max(1, min(20, 20000 // flows))
        for turn in bench.rounds():
            for subject in subjects:
                for _ in range(repeat):
                    result = subject.send(mode="new", flows=flows,
                                          slice=max(1, min(1024, flows // 4)), **more)
                    bench.row(measure, subject.label, result, flows=flows, round=turn)
                    subject.flush()


def under_rules(bench):
    """Established packets under ACLs of one rule, and of 10,000 each way."""
    rules = RuleSet("acl1:10000").rules
    policy = "".join(f"acl big {way} {rule.number} allow {rule.match}\n"
                     for way in ("in", "out") for rule in rules)
    policy += "".join(f"acl big {way} 20000 allow any\n" for way in ("in", "out"))
    policy += "group all in allow any\nattach dev out0 protects subnet acl big groups all\n"
    subjects = [Subject(), Bailey(), Bailey(policy, "bailey-10k")]
    established(bench, subjects, "under-rules")


def flow_log(bench):
    """Packets of open connections, and first packets, without and with a flow log."""
    subjects = [Subject(), Bailey(), FlowLog(max(bench.options.flows))]
    established(bench, subjects, "flow-log")
    new(bench, subjects, "flow-log-new")


def two_cpus(bench):
    """One thread, then two on two CPUs, each with half of the flows: nanoseconds a packet of
    both together, by the slower one's median slice ("wall" has all that happened)."""
    subjects = [Bailey(), Conntrack()]

    def row(what, subject, cpus, turn, flows, **options):
        result = subject.send(mode=what, flows=flows, cpus=cpus, **options)
        result["shared"] = result["median"] / cpus
        bench.row("cpus-" + what, subject.label, result, flows=flows, round=turn, cpus=cpus)

    for flows in bench.options.flows:
        open_all(subjects, flows=flows)
        for turn in bench.rounds():
            for subject in subjects:
                for cpus in 1, 2:
                    row("established", subject, cpus, turn, flows, packets=2 * packets_of(flows))
        for subject in subjects:
            subject.flush()
        for turn in bench.rounds():
            for subject in subjects:
                for cpus in 1, 2:
                    row("new", subject, cpus, turn, flows, slice=max(1, min(1024, flows // 8)))
                    subject.flush()


# --- rules -----------------------------------------------------------------------

def send_trace(bench, measure, subjects, **what):
    """All subjects of a round send the trace that is loaded, for a quarter of a second."""
    packets = {}
    for turn in bench.rounds():
        for subject in subjects:
            if subject not in packets:
                probe = subject.send(mode="plain", trace=1, packets=1024, slice=64)
                packets[subject] = int(min(1000000, max(2048, 0.25e9 / probe["median"])))
            result = subject.send(mode="plain", trace=1, packets=packets[subject])
            bench.row(measure, subject.label, result, round=turn, **what)


def check_hits(subject, rules):
    """One pass of the trace: each rule has decided what the linear search says."""
    subject.enter()
    subject.send(mode="plain", trace=1)
    wanted, got = rules.hits(), subject.hits("s")
    wrong = [number for number in wanted | got if wanted.get(number, 0) != got.get(number, 0)]
    if wrong:
        number = min(wrong)
        raise Wrong(f"{rules.spec}: {len(wrong)} rules have decided other packets than the "
                    f"linear search says; rule {number}: {got.get(number, 0)} in place of "
                    f"{wanted.get(number, 0)}")


def classify(bench):
    """A packet of a trace under an ACL: no connection, one question."""
    subjects = [Subject(), Bailey("")]
    for size in bench.options.sizes:
        for family in bench.options.families:
            classify_set(bench, subjects, f"{family}:{size}", size, family)
    for path in bench.options.files:
        classify_set(bench, subjects, path, None, os.path.basename(path))


def classify_set(bench, subjects, spec, size, name):
    rules = RuleSet(spec)
    size = size or len(rules.rules)
    subjects[1].enter()
    seconds = Bailey.load("flush\n" + rules.policy + ATTACH % "s")
    bench.row("load", "bailey", {"seconds": seconds}, rules=size, set=name)
    write_trace(rules.packets())
    check_hits(subjects[1], rules)
    send_trace(bench, "classify", subjects, rules=size, set=name)


def write_trace(text):
    with open(TRACE, "w") as file:
        file.write(text)


def denied(bench):
    """The same headers under the same matches, all allowed and all denied."""
    floor, bailey = Subject(), Bailey("")
    for family in bench.options.families:
        rules = RuleSet(f"{family}:10000")
        for verdict in "allow", "deny":
            bailey.enter()
            Bailey.load("flush\n" + "".join(
                f"acl s in {rule.number} {verdict} {rule.match}\n" for rule in rules.rules) +
                ATTACH % "s")
            write_trace(rules.packets(verdict == "allow"))
            send_trace(bench, verdict, [bailey], rules=10000, set=family)
            if verdict == "allow":
                send_trace(bench, verdict, [floor], rules=10000, set=family)


def decades(most):
    return [10 ** exponent for exponent in range(round(math.log10(most)) + 1)]


def curve(bench):
    """ns a packet against the number of rules, all subjects; pipapo's rules do not
    overlap, as it could not hold others."""
    floor, bailey, linear, iptables = Subject(), Bailey(""), NftLinear(), Iptables()
    for size in decades(max(bench.options.sizes)):
        rules = RuleSet(f"acl1:{size}")
        subjects = [floor, bailey]
        bailey.enter()
        Bailey.load("flush\n" + rules.policy + ATTACH % "s")
        write_trace(rules.packets())
        send_trace(bench, "curve", subjects, rules=size)
        for subject, most in (linear, 1000), (iptables, 10000):
            if size <= most:
                subject.load(rules.rules)
                send_trace(bench, "curve", [subject], rules=size)
    pipapo = Pipapo()
    for size in decades(min(10000, max(bench.options.sizes))):
        rules, packets = grid(size)
        seconds = pipapo.load(rules)
        bench.row("load", "pipapo", {"seconds": seconds}, rules=size)
        write_trace(packets)
        send_trace(bench, "curve", [pipapo], rules=size)


# --- time and memory ---------------------------------------------------------------

def memory_used():
    """Bytes that are the kernel's, when nothing moves any more and slabs have given back
    what is free. Free pages that wait in lists of processors for their next use (up to 5 MB
    after a large policy was read) are free, though MemFree has not got them."""
    time.sleep(0.5)
    write("/proc/sys/vm/drop_caches", "3")
    sh("for file in /sys/kernel/slab/*/shrink; do echo 1 >$file; done 2>&1 || :")
    time.sleep(0.5)
    found = dict(re.findall(r"^(\w+): +(\d+) kB$", read("/proc/meminfo"), re.M))
    others = ("MemFree", "AnonPages", "PageTables", "Cached", "Buffers")
    waiting = sum(map(int, re.findall(r"^ +count: +(\d+)$", read("/proc/zoneinfo"), re.M)))
    return (int(found["MemTotal"]) - sum(int(found[name]) for name in others)) * 1024 - \
        waiting * os.sysconf("SC_PAGESIZE")


def load(bench):
    """Seconds that a policy takes from its first byte to its being in force; a change of
    one rule among them; bytes that a rule takes."""
    bailey, linear, iptables = Bailey(""), NftLinear(), Iptables()
    size = max(bench.options.sizes)
    for family in bench.options.families:
        rules = RuleSet(f"{family}:{size}")
        text = rules.policy + ATTACH % "s"
        for turn in bench.rounds():
            bailey.enter()
            Bailey.load("flush\n")
            used = memory_used()
            seconds = Bailey.load(text)
            bench.row("load", "bailey", {"seconds": seconds}, rules=size, set=family, round=turn)
            bench.row("rule-memory", "bailey", {"bytes": (memory_used() - used) / size},
                      rules=size, set=family, round=turn)
            for number in range(1, 10):
                rule = rules.rules[size * number // 10]
                began = time.monotonic()
                write("/proc/net/bailey/policy",
                      f"replace acl s in {rule.number} {'deny' if rule.allow else 'allow'} "
                      f"{rule.match}\n")
                bench.row("change", "bailey", {"seconds": time.monotonic() - began}, rules=size,
                          set=family, round=turn)
        bailey.enter()
        Bailey.load("flush\n")
    rules = RuleSet("acl1:10000")
    for subject in linear, iptables:
        seconds = subject.load(rules.rules)
        bench.row("load", subject.label, {"seconds": seconds}, rules=10000, set="acl1")


def memory(bench):
    """Bytes of guest memory that an open connection takes, with all that belongs to it;
    conntrack's table of buckets is there before and not in it."""
    subjects = [Bailey(), Conntrack()]
    flows = max(bench.options.flows)
    for family in 4, 6:
        for subject in subjects:
            # What is made once is made now: the module's own array of flows, too
            subject.send(mode="open", flows=flows, family=family)
            subject.flush()
            time.sleep(3)
            before = memory_used()
            subject.send(mode="open", flows=flows, family=family)
            bench.row("memory", subject.label, {"bytes": (memory_used() - before) / flows},
                      flows=flows, family=family)
            subject.flush()
            time.sleep(3)


TRACING = "/sys/kernel/tracing/"


EVENT = re.compile(r"-(\d+) +\[\d+\] .{4,5} +(\d+\.\d+): (workqueue_execute_start|"
                   r"workqueue_execute_end|sched_switch): (.*)$")


def runs_of(text, word):
    """Of each run of a worker whose function has a word in its name: seconds that it worked,
    and seconds until it was done, others' turns included."""
    began, away, runs = {}, {}, []
    for line in text.splitlines():
        found = EVENT.search(line)
        if not found:
            continue
        pid, when, what, said = found[1], float(found[2]), found[3], found[4]
        if what == "workqueue_execute_start" and word in said:
            began[pid], away[pid] = when, 0
        elif what == "workqueue_execute_end" and pid in began:
            runs.append((when - began[pid] - away[pid], when - began.pop(pid)))
        elif what == "sched_switch":
            into = re.search(r"next_pid=(\d+)", said)[1]
            if pid in began:
                away[pid] -= when
            if into in began:
                away[into] += when
    return runs


def expiry(bench):
    """UDP connections that are all over at about the same time: how many a second of
    the collector's own time, and the longest run of any of Bailey's workers."""
    bailey = Bailey()
    flows = min(1000000, max(bench.options.flows))
    set_sysctl("net.bailey.udp_timeout", 5)
    for turn in bench.rounds():
        before = Bailey.stat("collector_us"), Bailey.stat("connections_expired")
        write(TRACING + "trace_clock", "mono")
        write(TRACING + "buffer_size_kb", "16384")
        write(TRACING + "trace", "")
        for kind in ("workqueue", "sched/sched_switch"):
            write(TRACING + "events/%s/enable" % kind, "1")
        bailey.send(mode="new", flows=flows, proto=17)
        began = time.monotonic()
        while Bailey.stat("connections") and time.monotonic() - began < 60:
            time.sleep(0.05)
        time.sleep(2)  # its last run gives the index back
        for kind in ("workqueue", "sched/sched_switch"):
            write(TRACING + "events/%s/enable" % kind, "0")
        spent = Bailey.stat("collector_us") - before[0]
        gone = Bailey.stat("connections_expired") - before[1]
        runs = runs_of(read(TRACING + "trace"), "[bailey]")
        if len(runs) < 10:
            raise SystemExit("of a million connections' end no run was seen")
        bench.row("expiry", "bailey", {"rate": gone / max(spent, 1) * 1e6, "expired": gone},
                  flows=flows, round=turn)
        bench.row("expiry-run", "bailey", {"seconds": max(run[0] for run in runs),
                                           "elapsed": max(run[1] for run in runs),
                                           "over_1_ms": sum(run[0] > 0.001 for run in runs),
                                           "runs": len(runs)},
                  flows=flows, round=turn)


# --- end to end -----------------------------------------------------------------------

class Path:
    """A client, a router that a subject guards, and a server, on veth pairs."""

    def __init__(self, subject):
        self.subject = subject
        self.label = subject.label
        self.client, self.server = self.label + "-c", self.label + "-s"
        enter_first()
        sh(f"""
            ip netns add {self.client}
            ip netns add {self.server}
            ip -n {self.label} link del in0
            ip -n {self.label} link del out0
            ip link add eth0 netns {self.client} type veth peer name in0 netns {self.label}
            ip link add eth0 netns {self.server} type veth peer name out0 netns {self.label}
            ip -n {self.label} addr add 10.0.0.1/24 dev in0
            ip -n {self.label} addr add 172.16.0.1/24 dev out0
            ip -n {self.label} link set in0 up
            ip -n {self.label} link set out0 up
            ip -n {self.client} addr add 10.0.0.2/24 dev eth0
            ip -n {self.server} addr add 172.16.0.2/24 dev eth0
            ip -n {self.client} link set eth0 up
            ip -n {self.server} link set eth0 up
            ip -n {self.client} route add default via 10.0.0.1
            ip -n {self.server} route add default via 172.16.0.1
            ip netns exec {self.server} iperf3 -s -D
            """)

    def segment(self):
        """No offloads any more: what a router sees are single segments"""
        for ns, dev in ((self.client, "eth0"), (self.label, "in0"), (self.label, "out0"),
                        (self.server, "eth0")):
            sh(f"ip netns exec {ns} ethtool -K {dev} tso off gso off gro off >/dev/null")

    def forwarded(self):
        """Bytes of the router towards the server so far"""
        said = sh(f"ip -n {self.label} -j -s link show out0")
        return json.loads(said)[0]["stats64"]["tx"]["bytes"]

    def run(self, options):
        """Mbit/s that the router forwarded. (UDP's sender leaves the receiver no time on
        this one processor: what that counts says nothing of the router.)"""
        before = self.forwarded()
        said = sh(f"ip netns exec {self.client} iperf3 -J -c 172.16.0.2 -t 1 {options}")
        end = json.loads(said)["end"]
        seconds = (end.get("sum_sent") or end["sum"])["seconds"]
        return (self.forwarded() - before) * 8 / seconds / 1e6

    def finish(self):
        enter_first()
        sh(f"ip netns pids {self.server} | xargs -r kill")


def iperf(bench):
    """Mbit/s through a router: TCP, and UDP in packets of 1400 and of 64 bytes; TCP once more
    in single segments. All ends share a processor, which the machine lends: a round is the
    median of short runs by turns."""
    paths = [Path(subject) for subject in three()]
    time.sleep(1)
    for path in paths:
        path.run("")
    for measure, options, runs in (("iperf-tcp", "", 9), ("iperf-udp", "-u -b 0 -l 1400", 1),
                                   ("iperf-udp64", "-u -b 0 -l 64", 1),
                                   ("iperf-segments", "", 9)):
        if measure == "iperf-segments":
            for path in paths:
                path.segment()
        for turn in bench.rounds():
            mbits = {path.label: [] for path in paths}
            for run in range(runs):
                first = run % len(paths)
                for path in paths[first:] + paths[:first]:
                    mbits[path.label].append(path.run(options))
            for path in paths:
                bench.row(measure, path.label,
                          {"mbits": statistics.median(mbits[path.label])}, round=turn)
    for path in paths:
        path.finish()


ALL = {
    "established": lambda bench: established(bench, three()),
    "established6": lambda bench: established(bench, three(), "established6", family=6),
    "checksum": lambda bench: established(bench, three(), "checksum", checksum=1),
    "payload": lambda bench: established(bench, three(), "payload", checksum=1, payload=1400),
    "udp": lambda bench: established(bench, three(), "udp", proto=17),
    # The probes first: what is opened last is what the flows have come to
    "probe": lambda bench: established(bench, [Probe(1), Probe(2)] + three(), "probe"),
    "advancing": advancing,
    "new": lambda bench: new(bench, three()),
    "new6": lambda bench: new(bench, three(), "new6", family=6),
    "new-udp": lambda bench: new(bench, three(), "new-udp", proto=17),
    "under-rules": under_rules,
    "flow-log": flow_log,
    "cpus": two_cpus,
    "classify": classify,
    "denied": denied,
    "curve": curve,
    "load": load,
    "memory": memory,
    "expiry": expiry,
    "iperf": iperf,
}
