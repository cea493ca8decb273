#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# publish.sh [FOLDER]
#
# Puts what `make bench` left in FOLDER (default build/bench) into Documentation:
# the curves as pictures, the tables into performance.md between its marks.

set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

from=${1:-$tree/build/bench}
page=$tree/Documentation/performance.md

# fill MARK FILE: what stands between the lines of MARK becomes FILE
fill()
{
	python3 - "$page" "$1" "$2" <<-'END'
		import re, sys
		page, mark, path = sys.argv[1:]
		text = open(page).read()
		new = f"<!-- {mark} begins -->\n{open(path).read()}<!-- {mark} ends -->"
		found = re.compile(f"<!-- {mark} begins -->.*?<!-- {mark} ends -->", re.S)
		assert found.search(text), f"no mark {mark} in {page}"
		open(page, "w").write(found.sub(lambda _: new, text))
	END
}

cp "$from/rules.svg" "$tree/Documentation/performance-rules.svg"
cp "$from/flows.svg" "$tree/Documentation/performance-flows.svg"
python3 -c '
import datetime, json, sys
bench = json.load(open(sys.argv[1] + "/bench.json"))
print("Measured " + datetime.date.today().isoformat() + " on " + bench["machine"] + ".")
' "$from" >"$from/machine.md"
fill machine "$from/machine.md"
fill targets "$from/targets.md"
fill results "$from/results.md"
