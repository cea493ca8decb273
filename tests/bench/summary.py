#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# summary.py ROWS
#
# A table of what guest.py measured: medians over the rounds, marginal over the
# floor of the same conditions, beside nf_conntrack's where that was measured.

import json
import statistics
import sys


def spread(values):
    """Half of what the middle half of the values covers."""
    if len(values) < 3:
        return 0.0
    quarters = statistics.quantiles(values, n=4)
    return (quarters[2] - quarters[0]) / 2


def group(rows):
    """(measure, conditions) -> subject -> medians of the rounds"""
    result = {}
    for row in rows:
        what = tuple((name, row[name]) for name in ("flows", "rules", "family", "set")
                     if name in row)
        subjects = result.setdefault((row["measure"], what), {})
        subjects.setdefault(row["subject"], []).append(row["median"])
    return result


def show(key, subjects):
    measure, what = key
    conditions = " ".join(f"{name}={value}" for name, value in what)
    floor = statistics.median(subjects.get("floor", [0]))
    peer = subjects.get("conntrack")
    peer = statistics.median(peer) - floor if peer else None
    for subject, values in subjects.items():
        median = statistics.median(values)
        line = f"{measure:14} {conditions:28} {subject:12} "
        if subject == "floor":
            line += f"{median:9.1f} ns"
        else:
            line += f"{median - floor:+9.1f} ns"
        line += f" ±{spread(values):.1f}"
        if peer and subject not in ("floor", "conntrack"):
            line += f"  {(median - floor) / peer:.2f} of conntrack"
        print(line)


def main():
    with open(sys.argv[1]) as file:
        rows = [json.loads(line) for line in file]
    for key, subjects in group(rows).items():
        show(key, subjects)


main()
