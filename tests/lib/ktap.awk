# SPDX-License-Identifier: GPL-2.0
#
# Reads KTAP (version 1) and says what it amounts to:
#
#   awk [-v lenient=1] -f ktap.awk LOG
#
# prints each failed result with the diagnostics around it and, on the last
# line, "PASSED FAILED". Only leaves count; the line that sums up a subtest
# counts when it says "not ok" though nothing below it failed. A plan that is
# not kept, a plan that is missing, and a skipped test each count as failed.
# `lenient` accepts an outermost level without a plan: KUnit's, when its tests
# come from a module.
#
# Levels are told by their indentation; level 0 is the outermost.

function fail(text)
{
	failed++
	print "not ok - " text
}

# The level at `indent` is over: has it kept its plan?
function judge(indent,    who)
{
	who = name[indent] == "" ? "tests" : name[indent]
	if (!(indent in plan)) {
		if (count[indent] && !(lenient && indent == 0)) {
			fail(who ": no plan")
			bad[indent]++
		}
	} else if (plan[indent] != count[indent]) {
		fail(who ": " plan[indent] " results planned, " \
		     count[indent] + 0 " came")
		# what it said last, such as why it could not go on
		printf "%s", notes
		bad[indent]++
	}
}

function forget(indent)
{
	delete plan[indent]
	delete count[indent]
	delete name[indent]
	bad[indent] = 0
	below[indent] = 0
}

# Ends the levels deeper than `indent`; the one at `indent` inherits them
function end_below(indent,    i)
{
	for (i = 60; i > indent; i--) {
		if (!(i in plan) && !count[i])
			continue
		judge(i)
		below[indent] = 1
		bad_below[indent] += bad[i]
		forget(i)
	}
}

{
	gsub(/\r/, "")
	# the kernel's log has a level and a time before each line
	sub(/^<[0-9]+>/, "")
	sub(/^\[ *[0-9]+\.[0-9]+\] ?/, "")
	match($0, /^ */)
	indent = RLENGTH
	text = substr($0, indent + 1)
}

text ~ /^# Subtest: / {
	end_below(indent - 1 < 0 ? 0 : indent)
	next_name = substr(text, 12)
	next
}

text ~ /^1\.\.[0-9]+ *(#|$)/ {
	end_below(indent)
	# a second plan begins a second report; a late one ends the first
	if (indent in plan) {
		judge(indent)
		forget(indent)
	}
	plan[indent] = substr(text, 4) + 0
	name[indent] = next_name
	next_name = ""
	notes = ""
	next
}

text ~ /^(not )?ok( |$)/ {
	end_below(indent)
	count[indent]++
	good = text ~ /^ok/ && text !~ /# *SKIP/
	label = text
	sub(/^(not )?ok *[0-9]* *-? */, "", label)
	if (name[indent] != "")
		label = name[indent] ": " label
	showing = 0
	if (below[indent]) {
		if (!good && !bad_below[indent])
			fail(label)
		if (bad_below[indent] || !good)
			bad[indent]++
	} else if (good) {
		passed++
	} else {
		fail(label)
		bad[indent]++
		printf "%s", notes
		showing = 30
	}
	below[indent] = 0
	bad_below[indent] = 0
	notes = ""
	next
}

# Diagnostics: KUnit's stand before the result, ours after it
text ~ /^# / {
	if (text ~ /pass:[0-9]+ fail:[0-9]+|^# (Totals|module):/)
		next
	if (showing > 0) {
		print "    " text
		showing--
	} else if (length(notes) < 4000) {
		notes = notes "    " text "\n"
	}
	next
}

END {
	end_below(-1)
	if (passed + failed == 0)
		fail("no results at all")
	print passed + 0, failed + 0
}
