#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the unit of systemd does at boot, step by step: nothing passes before the policy
# is in, and if one of the steps fails, nothing passes until somebody says so.

. "$(dirname "$0")/traffic.sh"
plan 16

unit=$(dirname "$0")/../../packaging/systemd/bailey.service
topology
agent_start
listen server 443 80
mapfile -t steps < <(sed -n 's/^ExecStart=//p' "$unit")
expect_equal "a guard is first and last" '@SBIN@/bailey guard on @SBIN@/bailey guard off' \
	"${steps[0]} ${steps[-1]}"
expect_equal "four steps" 4 "${#steps[@]}"

# step NUMBER MODULE: as systemd does it, with the tool and the policy of this test
step()
{
	local line=${steps[$1]}
	line=${line/@SBIN@\/bailey/$BAILEY_TOOL}
	line=${line/\/etc\/bailey.policy/$scratch/policy}
	line=${line/\/sbin\/modprobe bailey/insmod ${2:-}}
	# shellcheck disable=SC2086 # words
	in_ns router $line
}

# boot MODULE: up to the first step that fails; true if none does
boot()
{
	local i
	for i in "${!steps[@]}"; do
		step "$i" "$1" || return
	done
}

cat >"$scratch/policy" <<'END'
acl public in 100 allow tcp to any port 443
acl public out 100 allow tcp from any port 443
attach dev eth1 protects subnet acl public
END
pass "before, all passes" tcp client 1.3.3.7 80
step 0 >/dev/null || bail_out "no guard"
drop "after the first step nothing is forwarded" tcp client 1.3.3.7 443
drop "nor in IPv6" tcp client 2001:db8:2::7 443
drop "nor taken" ping client 119.18.36.1
drop "nor sent" ping router 119.18.36.73
pass "but to itself" ping router 127.0.0.1
expect_pass "the rest" boot "$BAILEY_KO"
pass "what is allowed passes" tcp client 1.3.3.7 443
drop "what is not does not" tcp client 1.3.3.7 80
rmmod bailey || bail_out "rmmod"

echo 'acl public in 200 allow everything' >>"$scratch/policy"
expect_fail "a policy that is refused" boot "$BAILEY_KO"
drop "nothing passes" tcp client 1.3.3.7 443
rmmod bailey || bail_out "rmmod"
expect_fail "no module" boot "$scratch/no-such-module.ko"
drop "nothing passes then, either" tcp client 1.3.3.7 443
tool router guard off
pass "until somebody opens" tcp client 1.3.3.7 443
