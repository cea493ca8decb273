#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# guest.py [--rounds N] [--flows N,...] MEASURE...
#
# Measures, as root in a guest that run.sh has booted. Each firewall ("subject")
# stands in a network namespace of its own, between two dummy interfaces in0 and
# out0; bailey_bench.ko sends packets through the namespace that this process is
# in. Subjects take turns within each round, so that what disturbs the machine
# disturbs all.
#
# One JSON object a line goes to $BAILEY_OUT/rows: what was measured, of whom,
# how, and what came out, in nanoseconds. summary.py reads them.

import argparse
import ctypes
import json
import os
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
BENCH = "/proc/bailey_bench"


class Wrong(Exception):
    """A verdict was not the expected one, or a subject could not be set up."""


def sh(command, text=None):
    """Run a shell command where this process is."""
    run = subprocess.run(["bash", "-ec", command], input=text, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        raise Wrong(f"{command}: {run.stdout[-2000:]}")
    return run.stdout


def write(path, text):
    with open(path, "wb", buffering=0) as file:
        file.write(text.encode())


def read(path):
    with open(path) as file:
        return file.read()


def set_sysctl(name, value):
    write("/proc/sys/" + name.replace(".", "/"), str(value))


class Subject:
    """A firewall in its namespace. Subclasses say what it is."""

    name = "floor"
    tracks = False

    def __init__(self, label=None):
        self.label = label or self.name
        sh(f"""
            ip netns add {self.label}
            ip -n {self.label} -batch - <<-END
                link set lo up
                link add in0 type dummy
                link add out0 type dummy
                link set in0 up
                link set out0 up
                addr add 10.255.255.1/8 dev in0
                addr add 172.16.255.1/16 dev out0
                addr add 2001:db8:1::ffff/48 dev in0 nodad
                addr add 2001:db8:2::ffff/48 dev out0 nodad
END
            """)
        self.fd = os.open(f"/var/run/netns/{self.label}", os.O_RDONLY)
        self.enter()
        for family in "4", "6":
            path = {"4": "net.ipv4.ip_forward", "6": "net.ipv6.conf.all.forwarding"}[family]
            set_sysctl(path, 1)
        self.setup()

    def enter(self):
        if LIBC.setns(self.fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def setup(self):
        pass

    def flush(self):
        pass

    def send(self, **options):
        """A run of the bench module; its answer as a dictionary."""
        self.enter()
        line = " ".join(f"{name}={value}" for name, value in options.items())
        try:
            write(BENCH, line + "\n")
        except OSError as error:
            raise Wrong(f"{self.label}: {line}: {error}: {read(BENCH)}") from error
        return {name: float(value) for name, value in
                (word.split("=") for word in read(BENCH).split())}

    def remove(self):
        self.enter_first()
        os.close(self.fd)
        sh(f"ip netns del {self.label}")

    @staticmethod
    def enter_first():
        if LIBC.setns(FIRST, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


class Bailey(Subject):
    name = "bailey"
    tracks = True
    policy = """acl one in 100 allow any
acl one out 100 allow any
group all in allow any
attach dev out0 protects subnet acl one groups all
"""

    def __init__(self, policy=None, label=None):
        if policy is not None:
            self.policy = policy
        super().__init__(label)

    def setup(self):
        self.load(self.policy)
        set_sysctl("net.bailey.max_connections", 16 << 20)

    @staticmethod
    def load(policy):
        """Into the namespace that this process is in. Return: seconds it took."""
        text = policy.encode()
        began = time.monotonic()
        try:
            with open("/proc/net/bailey/policy", "wb", buffering=0) as file:
                for piece in [b"begin\n", text, b"commit\n"]:
                    while piece:
                        piece = piece[file.write(piece[:1 << 20]):]
        except OSError as error:
            raise Wrong(f"{error}: {read('/proc/net/bailey/error')}") from error
        return time.monotonic() - began

    @staticmethod
    def stat(name):
        for line in read("/proc/net/bailey/stats").splitlines():
            words = line.rsplit(" ", 1)
            if words[0] == name:
                return int(words[1])
        return 0

    def flush(self):
        self.enter()
        write("/proc/net/bailey/connections", "flush\n")
        end = time.monotonic() + 30
        while self.stat("connections") and time.monotonic() < end:
            time.sleep(0.01)


class Conntrack(Subject):
    name = "conntrack"
    tracks = True

    def setup(self):
        sh("nft -f -", """table inet f {
    chain forward {
        type filter hook forward priority 0; policy accept;
        ct state established accept
    }
}
""")

    def flush(self):
        self.enter()
        sh("conntrack -F 2>&1")


class Bench:
    """The rows, and what all measures share."""

    def __init__(self, options, out):
        self.options = options
        self.out = out

    def row(self, measure, subject, result, **what):
        row = {"measure": measure, "subject": subject, **what, **result}
        self.out.write(json.dumps(row) + "\n")
        self.out.flush()

    def rounds(self):
        return range(self.options.rounds)

    def packets(self, flows):
        """How many for a run of some hundred milliseconds."""
        return max(flows, 500000)


def open_all(subjects, **options):
    for subject in subjects:
        if subject.tracks:
            subject.flush()
        subject.send(mode="open", **options)


def measure_established(bench, subjects, measure="established", **more):
    """A packet of an open connection; half of them go each way."""
    for flows in bench.options.flows:
        open_all(subjects, flows=flows, **more)
        for turn in bench.rounds():
            for subject in subjects:
                result = subject.send(mode="established", flows=flows,
                                      packets=bench.packets(flows), **more)
                bench.row(measure, subject.label, result, flows=flows, round=turn)
        for subject in subjects:
            subject.flush()


def measure_new(bench, subjects, measure="new", **more):
    """First packets: a table from empty to so many connections."""
    for flows in bench.options.flows:
        repeat = max(1, min(20, 20000 // flows))
        for turn in bench.rounds():
            for subject in subjects:
                for again in range(repeat):
                    result = subject.send(mode="new", flows=flows, slice=min(1024, flows // 4),
                                          **more)
                    bench.row(measure, subject.label, result, flows=flows, round=turn)
                    subject.flush()


def three():
    return [Subject(), Bailey(), Conntrack()]


MEASURES = {
    "established": lambda bench: measure_established(bench, three()),
    "new": lambda bench: measure_new(bench, three()),
}


def prepare(options):
    sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 vm.overcommit_memory=1")
    sh("modprobe -qa nf_defrag_ipv4 nf_defrag_ipv6 2>&1 || :")
    sh("insmod " + os.environ["BAILEY_KO"])
    sh("insmod " + os.environ["BAILEY_BENCH_KO"])
    most = max(options.flows)
    set_sysctl("net.netfilter.nf_conntrack_max", 16 << 20)
    set_sysctl("net.netfilter.nf_conntrack_buckets", max(262144, most))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--flows", default="1000,100000,1000000",
                        type=lambda text: [int(word) for word in text.split(",")])
    parser.add_argument("measures", nargs="+", choices=sorted(MEASURES))
    options = parser.parse_args()
    prepare(options)
    with open(os.environ["BAILEY_OUT"] + "/rows", "w") as out:
        bench = Bench(options, out)
        for measure in options.measures:
            began = time.monotonic()
            MEASURES[measure](bench)
            Subject.enter_first()
            sh("for ns in $(ip netns list | cut -d' ' -f1); do ip netns del $ns; done")
            print(f"# {measure}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    FIRST = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        main()
    except Wrong as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
