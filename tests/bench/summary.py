#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# summary.py ROWS
#
# A table of what guest.py measured. results() is for report.py as well: it makes
# of the rows of all rounds one result for each measure, subject and condition.

import json
import statistics
import sys

CONDITIONS = ("flows", "rules", "set", "family", "cpus")
# Which of a row's numbers counts, by its unit, and what measures have another one
UNITS = {"ns": "median", "s": "seconds", "B": "bytes", "/s": "rate", "Mbit/s": "mbits"}
VALUES = {"cpus-established": "shared", "cpus-new": "shared"}


def spread(values):
    """Half of what the middle half of the values covers."""
    if len(values) < 3:
        return 0.0
    quarters = statistics.quantiles(values, n=4)
    return (quarters[2] - quarters[0]) / 2


def unit_of(row):
    return next(unit for unit, name in UNITS.items() if name in row)


def results(rows):
    """A list of dictionaries: measure, subject, conditions, unit, value (median of the
    rounds), spread, rounds, and marginal where there was a floor."""
    groups = {}
    for row in rows:
        what = tuple((name, row[name]) for name in CONDITIONS if name in row)
        unit = unit_of(row)
        name = VALUES.get(row["measure"], UNITS[unit]) if unit == "ns" else UNITS[unit]
        groups.setdefault((row["measure"], what, row["subject"], unit), []).append(row[name])
    floors = {(measure, what): statistics.median(values)
              for (measure, what, subject, unit), values in groups.items() if subject == "floor"}
    found = []
    for (measure, what, subject, unit), values in groups.items():
        result = {"measure": measure, "subject": subject, **dict(what), "unit": unit,
                  "value": statistics.median(values), "spread": spread(values),
                  "least": min(values), "most": max(values), "rounds": len(values),
                  "all": values}
        floor = floors.get((measure, what)) or floors.get(("allow", what))
        if unit == "ns" and floor is not None and subject != "floor":
            result["marginal"] = result["value"] - floor
        found.append(result)
    return found


def same_conditions(a, b):
    return a["measure"] == b["measure"] and all(a.get(name) == b.get(name)
                                                for name in CONDITIONS)


def number(value):
    return f"{value:,.4f}" if abs(value) < 1 else f"{value:,.1f}"


def line_of(result, others):
    conditions = " ".join(f"{name}={result[name]}" for name in CONDITIONS if name in result)
    value = result.get("marginal")
    line = (f"{result['measure']:14} {conditions:28} {result['subject']:12} "
            f"{'+' if value is not None else ''}"
            f"{number(result['value'] if value is None else value)} {result['unit']} "
            f"±{number(result['spread'])}")
    if value is not None and result["subject"].startswith("bailey"):
        for other in others:
            if other["subject"] == "conntrack" and same_conditions(other, result):
                line += f"  {value / other['marginal']:.2f} of conntrack"
    return line


def read_rows(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    ALL = results(read_rows(sys.argv[1]))
    for item in ALL:
        print(line_of(item, ALL))
