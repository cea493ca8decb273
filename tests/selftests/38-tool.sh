#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tool and the module: what the one says the other does.

. "$(dirname "$0")/traffic.sh"
plan 31

load_module
topology
agent_start
listen server 443

cat >"$scratch/router.policy" <<'END'
# A first policy
acl public in 100 allow tcp from any to any port 443
acl public out 100 allow tcp from any port 443 to any port 1024-65535
group web in allow tcp from any to any port 443
attach dev eth1 protects subnet acl public groups web
END
router() { tool router "$@"; }

expect_pass "policy check" router policy check "$scratch/router.policy"
must read router policy
expect_no_match "changes nothing" 'acl' "$said"
expect_pass "policy load" router policy load "$scratch/router.policy"
must read router policy
loaded=$said
expect_match "loads it" '^attach dev eth1 protects subnet acl public groups web$' "$said"
must open line client 1.3.3.7 443 sport 40000
expect_match "connection list" '119\.18\.36\.73' "$(router connection list)"
expect_pass "as JSON" python3 -c '
import json, sys
(conn,) = json.loads(sys.argv[1])
assert conn["request"]["source"] == "119.18.36.73" and conn["request"]["destination_port"] == 443, conn
assert conn["response"]["source"] == "1.3.3.7" and conn["state"] == "ESTABLISHED", conn
' "$(router -j connection list)"
expect_match "acl show" '^ *acl public in 100 allow tcp' "$(router acl show public)"
expect_match "with counters" '[1-9]' "$(router -s acl show public)"
expect_pass "explain: what passes" router explain \
	tcp from 119.18.36.73 port 40001 to 1.3.3.7 port 443 in eth0 out eth1
expect_fail "explain: what does not" router explain \
	tcp from 119.18.36.73 port 40001 to 1.3.3.7 port 80 in eth0 out eth1
expect_match "stats" 'connections_new' "$(router stats)"
expect_match "version" '[0-9]+\.[0-9]+\.[0-9]+' "$(router version)"

# Changes
expect_pass "acl add" router acl add public in 50 deny tcp from 119.18.36.0/24 to any port 443
drop "holds" tcp client 1.3.3.7 443
expect_fail "acl add again" router acl add public in 50 deny tcp
expect_pass "acl delete" router acl delete public in 50
pass "holds no more" tcp client 1.3.3.7 443
expect_pass "group add" router group add web in allow udp from any to any port 53
expect_pass "group delete" router group delete web in allow udp from any to any port 53
said=$(router acl add public in 60 allow tcp from any to any prt 80 2>&1)
expect_equal "a refusal's status" 1 $?
expect_match "shows the word" '\^~*' "$said"
expect_match "and what would have been right" 'expected' "$said"
router nonsense >/dev/null 2>&1
expect_equal "a wrong command line's status" 2 $?

# Save and load, over a policy larger than a pipe's piece
expect_pass "policy save" router policy save "$scratch/saved"
python3 - >"$scratch/large" <<'END'
for i in range(20000):
    print("acl large in %d allow tcp from 10.%d.%d.0/24 to any port %d"
          % (i + 1, i >> 8 & 255, i & 255, i % 65535 + 1))
END
expect_pass "a policy of a megabyte" router policy load "$scratch/large"
must_lines=$(bailey_read router policy | grep -c '^acl large in')
expect_equal "all of it" 20000 "$must_lines"
expect_pass "cat does it, too, between begin and commit" in_ns router bash -c "
	{ echo begin; echo flush; cat '$scratch/large'; echo commit; } >'$scratch/framed'
	cat '$scratch/framed' >/proc/net/bailey/policy"
expect_pass "load what was saved" router policy load "$scratch/saved"
must read router policy
same_text "it is the policy from before" "$loaded" "$said"

# Locked out, and let in again
echo 'default deny' >"$scratch/locked"
expect_pass "load --confirm" router policy load --confirm 1 "$scratch/locked"
back_again()
{
	agent "-tcp client 1.3.3.7 443"
}
expect_pass "what nobody confirms heals itself" until_true back_again
