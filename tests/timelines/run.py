#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs timelines: run.py [--differences] [FILE|DIRECTORY]...

Each file (timeline.py says how they are written) is run against Bailey and
against nf_conntrack, in IPv4 and IPv6, and where there is TCP with sequence
numbers in the middle and just below their wrap. KTAP on stdout, a result for
each file and firewall. --differences runs nothing and lists where nf_conntrack's
verdict is another one.

Needs root, the module loaded, and a machine that may be broken: a guest.
"""

import os
import re
import sys
import time

sys.dont_write_bytecode = True      # the tree stays as it is

import bed
import timeline
from packets import Run, make_packet

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "../../Documentation/conntrack.md")
WRAP = 1 << 32


def find(paths):
    """The files that are meant, read."""
    files = []
    for path in paths or [HERE]:
        path = path if os.path.exists(path) else os.path.join(HERE, path)
        if not os.path.isdir(path):
            files.append(path)
        for where, _, names in sorted(os.walk(path)):
            files += [os.path.join(where, n) for n in sorted(names)
                      if n.endswith(".timeline")]
    return [timeline.read(f, os.path.relpath(f, HERE)[:-len(".timeline")])
            for f in map(os.path.abspath, files)]


def runs_of(scenario):
    """Families and first numbers; one run alone where time must pass."""
    numbers = [(1000, 500000)]
    if any(step.action == "wait" for step in scenario.steps):
        return [Run(scenario.families[0], *numbers[0])]
    if scenario.uses_tcp():
        numbers.append((WRAP - 2, WRAP - 100))
    return [Run(family, *pair) for family in scenario.families for pair in numbers]


class Failure(Exception):
    """A step did not go as its line says."""


def compare(what, wanted, got):
    """Fail unless they are the same."""
    if wanted != got:
        raise Failure("%s: wanted %s, got %s" % (what, wanted, got))


def judge_entry(step, run, where):
    """Is the table as the line says?"""
    expect = step.expect
    table = where.connections()
    entry = bed.find_entry(table, step.spec, run)
    compare("state", expect.state, bed.state_of(entry))
    if expect.entries is not None:
        compare("entries", expect.entries, len(table))
    if expect.left is not None:
        left = int(entry["expires"])
        if not expect.left - 3 <= left <= expect.left:
            raise Failure("left: wanted %d, got %d" % (expect.left, left))


def judge_bailey(step, outcome, run, where):
    """Verdict, reason, answers, entry."""
    expect = step.expect
    compare("verdict", "pass" if expect.verdict == "pass" else "drop",
            "pass" if outcome.arrived else "drop")
    if outcome.changed:
        raise Failure("it was changed on its way")
    if expect.verdict != "pass":
        wanted = [] if expect.why in (None, "kernel") else [expect.why]
        compare("reason", wanted, where.why())
    compare("answer", [expect.answer] if expect.answer else [], outcome.answers)
    judge_entry(step, run, where)


def judge_conntrack(step, outcome, run, _where):
    """Is its verdict ours, or the one that is declared?"""
    ours = "pass" if step.expect.verdict == "pass" else "drop"
    got = "pass" if outcome.arrived else "drop"
    other = step.other.get(run.family)
    if other == ours:
        raise Failure("a difference is declared, but that is our verdict")
    if other:
        compare("verdict, as declared", other, got)
    elif got != ours:
        raise Failure("nf_conntrack %s, undeclared" % ("passes" if got == "pass" else "drops"))


def take_step(step, run, where, judge):
    """Do what a line says."""
    if step.action == "sysctl":
        where.sysctl(*step.args)
    elif step.action == "flush":
        where.flush()
    elif step.action == "wait":
        time.sleep(float(step.args[0]))
    elif step.action == "mtu":
        where.mtu(step.args[0])
    else:
        packet = make_packet(step.spec, run)
        judge(step, where.send(step.spec, packet, run), run, where)


def play(scenario, run, where, judge):
    """One run of a file: None, or what went wrong, in lines."""
    where.enter()
    where.prepare(scenario)
    run.ident = play.ident = play.ident % 60000 + 1
    try:
        for step in scenario.steps:
            take_step(step, run, where, judge)
            if step.stop and where.name == "nf_conntrack":
                break
    except (Failure, OSError) as error:
        return ["%s: line %s" % (run.name(), step.line), str(error)] + \
            ["the table: %s" % entry["line"] for entry in where.connections()[:4]]
    finally:
        where.restore()
    return None


play.ident = 0


def play_all(scenario, where, judge):
    """All runs of a file: what went wrong first, and in how many."""
    runs = runs_of(scenario)
    trouble = [lines for lines in (play(scenario, run, where, judge) for run in runs) if lines]
    return trouble and trouble[0] + ["in %d of %d runs" % (len(trouble), len(runs))]


class Results:
    """KTAP, counted."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def add(self, name, trouble):
        """A result, good if there is no trouble."""
        self.count += 1
        self.failed += bool(trouble)
        print("%sok %d - %s" % ("not " if trouble else "", self.count, name))
        for line in trouble or []:
            print("#", line)
        sys.stdout.flush()


def documented(scenarios):
    """What is wrong with the list of differences: lines, none if all is well."""
    with open(DOCUMENT, encoding="utf-8") as file:
        text = file.read()
    trouble = []
    for scenario in scenarios:
        listed = "`%s`" % scenario.name in text
        if bool(scenario.differences) != listed:
            trouble.append("%s: %s" % (scenario.name, "is listed, but does not differ"
                                       if listed else "differs, but is not listed"))
    for name in re.findall(r"`([a-z0-9]+/[a-z0-9-]+)`", text):
        if not os.path.exists(os.path.join(HERE, name + ".timeline")):
            trouble.append("%s: is listed, but there is no such file" % name)
    return trouble


def results_of(scenario):
    """How many results a file gives."""
    return 1 if scenario.unasked else 2


def run_all(scenarios):
    """All files, both firewalls."""
    results = Results()
    print("KTAP version 1\n1..%d" % (1 + sum(map(results_of, scenarios))))
    beds = [(bed.BaileyBed(), judge_bailey)]
    if not all(s.unasked for s in scenarios):
        beds.append((bed.ConntrackBed(), judge_conntrack))
    for scenario in scenarios:
        for where, judge in beds:
            if where.name == "nf_conntrack" and scenario.unasked:
                continue
            trouble = play_all(scenario, where, judge)
            results.add(scenario.name + ("" if where.name == "bailey" else
                                         ": nf_conntrack"), trouble)
    results.add("Documentation/conntrack.md lists the differences",
                documented(scenarios))
    return results.failed


def main(words):
    """What was asked for."""
    paths = [w for w in words if not w.startswith("--")]
    try:
        scenarios = find(paths)
    except timeline.Mistake as mistake:
        print("Bail out!", mistake)
        return 1
    if "--differences" in words:
        for scenario in scenarios:
            for reason in scenario.differences:
                print("%s\t%s" % (scenario.name, reason))
        return 0
    return 1 if run_all(scenarios) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
