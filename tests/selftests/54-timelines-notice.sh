#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Timelines can fail: the runner notices what is not as a file says, in either
# firewall.

. "$(dirname "$0")/lib.sh"
plan 13

runner=$(dirname "$0")/../timelines/run.py
load_module

# result NAME LINE...: runs a file of these lines, for the runner's words
result()
{
	printf '%s\n' '# Made for a test.' '# RFC 9293 3.5' "$@" >"$scratch/made.timeline"
	python3 "$runner" "$scratch/made.timeline" 2>&1
}

# noticed NAME REGEX LINE...: it fails, and says why
noticed()
{
	local name=$1 regex=$2 said
	shift 2
	if said=$(result "$@"); then
		not_ok "$name" "$said"
	else
		expect_match "$name" "$regex" "$said"
	fi
}

syn='> S seq 0 pass SYN_SENT'
expect_match "what is as it should be is no trouble" '^ok 1' "$(result "$syn")"
noticed "a packet that passes" 'verdict: wanted drop, got pass' \
	'> S seq 0 drop SYN_SENT tcp-window'
noticed "a packet that does not" 'verdict: wanted pass, got drop' \
	'> S seq 0 sport 80 pass SYN_SENT'
noticed "another state" 'state: wanted ESTABLISHED, got SYN_SENT' \
	'> S seq 0 pass ESTABLISHED'
noticed "an entry too many" 'entries: wanted 2, got 1' "$syn entries 2"
noticed "another time" 'left: wanted 60, got 1[12]' "$syn left 60"
noticed "another reason" "reason: wanted .'tcp-flags'., got .'group-deny'." \
	'> S seq 0 sport 80 drop - tcp-flags'
noticed "an answer that was not expected" "answer: wanted .., got .'echo-reply'." \
	'> icmp echo to router pass REPLIED'
noticed "an answer that does not come" "answer: wanted .'tcp-R'., got .." \
	"$syn answer tcp-R"
noticed "a difference that is not declared" 'nf_conntrack drops, undeclared' \
	'> S seq 0 pass SYN_SENT' '> FA seq 90000 ack 1 pass SYN_SENT'
noticed "a difference that is declared and is none" 'but that is our verdict' \
	"$syn" '  nf_conntrack passes: for no reason'
noticed "a difference that the document does not list" 'differs, but is not listed' \
	'> udp ext route0 drop - malformed' 'only ipv6' '  nf_conntrack passes: of old'
printf '%s\n' '# Made for a test.' "$syn" >"$scratch/made.timeline"
expect_match "a file without its RFC" 'Bail out.*no RFC' "$(python3 "$runner" "$scratch/made.timeline")"
