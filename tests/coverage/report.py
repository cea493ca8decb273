#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What llvm-cov has counted, as a table and as two results; for run.sh.

Fails below 95 % of the lines or 90 % of the branches of the engine.
"""

import json
import os
import sys

LEAST = {"lines": 95.0, "branches": 90.0}


def share(part):
    """Percent."""
    return 100.0 * part["covered"] / part["count"] if part["count"] else 100.0


def read(path):
    """The files of a summary."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)["data"][0]["files"]


def line(name, summary):
    """One line of the table."""
    words = ["%5d/%5d %5.1f" % (part["covered"], part["count"], share(part))
             for part in (summary[kind] for kind in LEAST)]
    print("# %-28s %s  %s" % (name, *words))


def total(files):
    """The sums of all files."""
    return {kind: {key: sum(f["summary"][kind][key] for f in files)
                   for key in ("count", "covered")} for kind in LEAST}


def main():
    """The files, the least covered one last; each program alone; KTAP."""
    files = sorted(read(sys.argv[1]), key=lambda f: -share(f["summary"]["branches"]))
    print("# %-28s %17s %18s" % ("file, program", "lines     %", "branches     %"))
    for entry in files:
        line(os.path.basename(entry["filename"]), entry["summary"])
    for path in sys.argv[2:]:
        line(os.path.basename(path)[len("only-"):-len(".json")], total(read(path)))
    sums = total(files)
    line("all", sums)
    bad = not files
    for number, (kind, least) in enumerate(LEAST.items(), 1):
        got = share(sums[kind])
        good = files and got >= least
        bad = bad or not good
        print("%s %d - %.1f %% of the engine's %s are reached (%d of %d; at least %d %%)" %
              ("ok" if good else "not ok", number, got, kind, sums[kind]["covered"],
               sums[kind]["count"], least))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
