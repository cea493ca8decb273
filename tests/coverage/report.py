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


def main():
    """The table, the least covered file last; the sums; KTAP."""
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)["data"][0]
    files = sorted(data["files"], key=lambda f: -share(f["summary"]["branches"]))
    print("# %-28s %15s %17s" % ("file", "lines", "branches"))
    sums = {kind: {"count": 0, "covered": 0} for kind in LEAST}
    for entry in files:
        words = []
        for kind in LEAST:
            part = entry["summary"][kind]
            words.append("%5d/%5d %5.1f" % (part["covered"], part["count"], share(part)))
            for key in sums[kind]:
                sums[kind][key] += part[key]
        print("# %-28s %s  %s" % (os.path.basename(entry["filename"]), *words))
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
