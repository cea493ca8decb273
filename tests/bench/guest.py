#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# guest.py [--rounds N] [--flows N,...] [--families F,...] [--sizes N,...]
#	[--files PATH,...] MEASURE[:FLOWS,...]...
#
# Measures, as root in a guest that run.sh has booted. Each firewall ("subject",
# subjects.py) stands in a network namespace of its own; bailey_bench.ko sends
# packets through the namespace that this process is in. Subjects take turns
# within each round, so that what disturbs the machine disturbs all.
#
# One JSON object a line goes to $BAILEY_OUT/rows: what was measured, of whom,
# how, and what came out, in nanoseconds. summary.py reads them.

import argparse
import json
import os
import sys
import time

import measures
from subjects import Wrong, enter_first, set_sysctl, sh


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


def prepare(options):
    sh("sysctl -qw net.ipv6.conf.default.accept_dad=0")
    sh("modprobe -qa nf_defrag_ipv4 nf_defrag_ipv6 2>&1 || :")
    sh("insmod " + os.environ["BAILEY_KO"])
    sh("insmod " + os.environ["BAILEY_BENCH_KO"])
    most = max(max(numbers(word.partition(":")[2] or "1")) for word in options.measures)
    most = max(most, *options.flows, 1)
    set_sysctl("net.netfilter.nf_conntrack_max", 16 << 20)
    set_sysctl("net.netfilter.nf_conntrack_buckets", max(262144, most))
    set_sysctl("net.bailey.max_connections", 16 << 20)


def numbers(text):
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--flows", type=numbers, default=[1000, 100000, 1000000])
    parser.add_argument("--families", default="acl1,fw1,ipc1", type=lambda text: text.split(","))
    parser.add_argument("--sizes", type=numbers, default=[1000, 10000, 100000])
    parser.add_argument("--files", type=lambda text: text.split(","), default=[])
    parser.add_argument("measures", nargs="+", help="NAME or NAME:FLOWS,...")
    options = parser.parse_args()
    prepare(options)
    with open(os.environ["BAILEY_OUT"] + "/rows", "w") as out:
        bench = Bench(options, out)
        flows = options.flows
        for word in options.measures:
            measure, _, own = word.partition(":")
            options.flows = numbers(own) if own else flows
            began = time.monotonic()
            measures.ALL[measure](bench)
            enter_first()
            sh("for ns in $(ip netns list | cut -d' ' -f1); do ip netns del $ns; done")
            print(f"# {measure}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
