#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# report.py FOLDER ROWS...
#
# Makes of rows what `make bench` leaves in FOLDER: bench.json (all results),
# targets.md (measure, target, measured, met or not), results.md (everything),
# rules.svg and flows.svg (gnuplot).

import json
import math
import os
import platform
import re
import subprocess
import sys

from summary import CONDITIONS, number, read_rows, results

FLOWS = (1000, 100000, 1000000)
SUBJECTS = {"bailey": "Bailey", "conntrack": r"nf\_conntrack + 1 nft rule",
            "nft-linear": "nftables, linear", "pipapo": "nftables set (pipapo)",
            "iptables": "iptables-legacy"}
COLOURS = {"bailey": "#c0392b", "conntrack": "#2c3e50", "nft-linear": "#2980b9",
           "pipapo": "#16a085", "iptables": "#8e44ad"}


class Results:
    """All results, to be asked."""

    def __init__(self, found):
        self.found = found

    def pick(self, measure, subject=None, **what):
        return [item for item in self.found if item["measure"] == measure and
                subject in (None, item["subject"]) and
                all(item.get(name) == value for name, value in what.items())]

    def one(self, measure, subject, key="value", **what):
        """A number, or None where it was not measured."""
        found = self.pick(measure, subject, **what)
        return found[0].get(key) if found else None


def mean(values):
    """geometric"""
    return math.exp(sum(math.log(max(value, 0.1)) for value in values) / len(values))


def each(values, form="{:.2f}"):
    return " / ".join("-" if value is None else form.format(value) for value in values)


def most(values, bound):
    """None if nothing was measured, else whether all are within the bound"""
    values = [value for value in values if value is not None]
    return all(value <= bound for value in values) if values else None


def ratio(a, b):
    return a / b if a is not None and b else None


def against_conntrack(all_, measure):
    return [ratio(all_.one(measure, "bailey", "marginal", flows=flows),
                  all_.one(measure, "conntrack", "marginal", flows=flows)) for flows in FLOWS]


def nanoseconds(all_, measure):
    return ["{} of {} ns".format(*(
        "-" if value is None else f"{value:.0f}" for value in (
            all_.one(measure, "bailey", "marginal", flows=flows),
            all_.one(measure, "conntrack", "marginal", flows=flows)))) for flows in FLOWS]


def connection_targets(all_):
    for measure, what, bound in (("established", "established TCP packet", 0.30),
                                 ("new", "new connection", 0.45)):
        found = against_conntrack(all_, measure)
        yield (f"{what}, 1k / 100k / 1M flows", f"≤ {bound:.2f}× of nf_conntrack + 1 nft rule",
               f"{each(found)} ({', '.join(nanoseconds(all_, measure))})", most(found, bound))
    found = [ratio(all_.one("under-rules", "bailey-10k", "marginal", flows=flows),
                   all_.one("under-rules", "bailey", "marginal", flows=flows)) for flows in FLOWS]
    yield ("established, ACLs of 10,000 rules each way, 1k / 100k / 1M flows",
           "≤ 1.1× of under one rule", each(found), most(found, 1.1))


def family_means(all_, size):
    """Geometric mean of IPv4's families, of IPv6's, of all; the slowest family."""
    found = {item["set"]: item["marginal"] for item in all_.pick("classify", "bailey", rules=size)}
    if not found:
        return None
    four = [value for name, value in found.items() if not name.endswith("-v6")]
    six = [value for name, value in found.items() if name.endswith("-v6")]
    worst = max(found, key=found.get)
    return (mean(four) if four else None, mean(six) if six else None, mean(found.values()),
            worst, found[worst])


def rule_targets(all_):
    for size, bound in (1000, 50), (10000, 100), (100000, 200):
        found = family_means(all_, size)
        said, met = "-", None
        if found:
            four, six, both, worst, slowest = found
            said = (f"{both:.0f} ns (IPv4 {each([four], '{:.0f}')}, IPv6 {each([six], '{:.0f}')};"
                    f" slowest {worst}: {slowest:.0f})")
            met = both <= bound and slowest <= 2 * both
        yield (f"stateless classification, {size:,} rules, geometric mean of the families",
               f"≤ {bound} ns, none over twice the mean", said, met)
    pairs = [(item["marginal"], all_.one("allow", "bailey", "marginal", set=item["set"]))
             for item in all_.pick("deny", "bailey")]
    found = mean([deny / allow for deny, allow in pairs]) if pairs else None
    yield ("denied packet, 10,000 rules", "≤ 1.2× of an allowed one", each([found]),
           most([found], 1.2))


def cost_targets(all_):
    seconds = [item["value"] for item in all_.pick("load", "bailey", rules=100000)]
    yield ("load 100,000 rules, slowest family", "≤ 0.5 s",
           each([max(seconds)] if seconds else [None]) + " s", most(seconds, 0.5))
    seconds = [item["value"] * 1000 for item in all_.pick("change", "bailey", rules=100000)]
    yield ("change one among them, slowest family", "≤ 1 ms",
           each([max(seconds)] if seconds else [None]) + " ms", most(seconds, 1))
    found = [item["value"] for item in all_.pick("rule-memory", "bailey", rules=100000)]
    yield ("memory for a rule that no packet has met, largest family", "≤ 100 B",
           each([max(found)] if found else [None], "{:.0f}") + " B", most(found, 100))
    for family, bound in (4, 96), (6, 144):
        found = all_.one("memory", "bailey", family=family)
        peer = all_.one("memory", "conntrack", family=family)
        yield (f"memory for a connection with its index, IPv{family}", f"≤ {bound} B",
               each([found], "{:.0f}") + f" B (nf_conntrack {each([peer], '{:.0f}')} B and its"
               " buckets)", most([found], bound))
    rate = all_.one("expiry", "bailey")
    longest = all_.one("expiry-run", "bailey", "most")
    usual = all_.one("expiry-run", "bailey")
    met = None if rate is None else rate >= 1e6 and longest <= 0.001
    yield ("expiry", "≥ 1,000,000 /s, no run over 1 ms",
           "-" if rate is None else f"{rate:,.0f} /s, longest run {longest * 1000:.2f} ms "
           f"(median of rounds {usual * 1000:.2f})", met)


def end_targets(all_):
    for what in "established", "new":
        said, met = [], None
        for subject in "bailey", "conntrack":
            found = [ratio(all_.one(f"cpus-{what}", subject, flows=flows, cpus=1),
                           all_.one(f"cpus-{what}", subject, flows=flows, cpus=2))
                     for flows in FLOWS]
            said.append(each(found))
            known = [value for value in found if value]
            if subject == "bailey" and known:
                met = min(known) >= 1.9
        yield (f"two CPUs, {what}, 1k / 100k / 1M flows", "≥ 1.9× of one",
               f"{said[0]} (nf_conntrack {said[1]})", met)
    ours, theirs = all_.pick("iperf-tcp", "bailey"), all_.pick("iperf-tcp", "conntrack")
    if ours and theirs:
        better = [a >= b for a, b in zip(ours[0]["all"], theirs[0]["all"])]
        yield ("forwarded iperf3 TCP", "≥ nft with conntrack in every run",
               f"{sum(better)} of {len(better)} rounds; {ours[0]['value']:.0f} to "
               f"{theirs[0]['value']:.0f} Mbit/s", all(better))


def machine():
    with open("/proc/cpuinfo") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    return f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors"


def write_targets(all_, folder):
    with open(folder + "/targets.md", "w") as file:
        file.write("| measure | target | measured | met |\n| --- | --- | --- | --- |\n")
        for part in connection_targets, rule_targets, cost_targets, end_targets:
            for name, target, said, met in part(all_):
                verdict = {True: "yes", False: "**no**", None: "not measured"}[met]
                file.write(f"| {name} | {target} | {said} | {verdict} |\n")


def write_results(all_, folder):
    with open(folder + "/results.md", "w") as file:
        file.write("| measure | conditions | subject | more than the floor | all of it | spread |"
                   " rounds |\n| --- | --- | --- | ---: | ---: | ---: | ---: |\n")
        for item in all_.found:
            what = ", ".join(f"{name} {item[name]}" for name in CONDITIONS if name in item)
            extra = number(item["marginal"]) + " ns" if "marginal" in item else ""
            file.write(f"| {item['measure']} | {what} | {item['subject']} | {extra} | "
                       f"{number(item['value'])} {item['unit']} | ±{number(item['spread'])} | "
                       f"{item['rounds']} |\n")


def curves(all_, axis, measures):
    """subject, what it is called -> points"""
    found = {}
    for measure, suffix, dashed in measures:
        for item in all_.pick(measure):
            if item["subject"] in SUBJECTS and item.get("marginal", 0) > 0:
                key = (item["subject"], SUBJECTS[item["subject"]] + suffix, dashed)
                found.setdefault(key, []).append((item[axis], item["marginal"]))
    return found


def draw(path, title, label, lines):
    """One SVG with a logarithmic x axis."""
    plots, data = [], []
    for (subject, name, dashed), points in lines.items():
        points.sort()
        data.append("".join(f"{x} {y:.2f}\n" for x, y in points) + "e\n")
        plots.append(f"'-' using 1:2 with linespoints lw 2 pt 7 ps 0.5 dt {2 if dashed else 1} "
                     f"lc rgb '{COLOURS[subject]}' title '{name}'")
    if not plots:
        return
    script = f"""set terminal svg size 760,440 font 'sans,13' background '#ffffff'
set output '{path}'
set title "{title}\\n{{/*0.75 {machine()}; User-Mode Linux 6.1, one of them}}"
set logscale xy
set grid lc rgb '#dddddd'
set key left top
set xlabel '{label}'
set ylabel 'ns a packet, more than no firewall'
set format x '%.0s%c'
plot {', '.join(plots)}
{''.join(data)}"""
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    folder = sys.argv[1]
    rows = [row for path in sys.argv[2:] for row in read_rows(path)]
    all_ = Results(results(rows))
    with open(folder + "/bench.json", "w") as file:
        json.dump({"machine": machine(), "results": all_.found}, file, indent=1)
    write_targets(all_, folder)
    write_results(all_, folder)
    draw(folder + "/rules.svg", "A packet under an ACL", "rules",
         curves(all_, "rules", [("curve", "", False)]))
    draw(folder + "/flows.svg", "A packet of a connection", "connections",
         curves(all_, "flows", [("established", ", established", False),
                                ("new", ", new", True)]))
    with open(folder + "/targets.md") as file:
        print(file.read())


if __name__ == "__main__":
    main()
