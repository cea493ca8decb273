#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Writers that know nothing of each other: each one's changes are there, none
# is lost, and the end is as the beginning.

. "$(dirname "$0")/traffic.sh"
plan 6

load_module
topology
agent_start
listen server 443
policy router 'group web in allow tcp from any to any port 443
attach dev eth1 protects subnet groups web'
must read router policy
before=$said
must open line client 1.3.3.7 443

cat >"$scratch/writer.py" <<'END'
import os, sys
me, how = sys.argv[1:]
fd = os.open("/proc/net/bailey/policy", os.O_RDWR)
for i in range(60):
    lines = ["acl %s in %d allow tcp to any port %d" % (me, n, n) for n in range(1, 11)]
    lines.append("group %s out allow udp to any port %d" % (me, i + 1))
    if how == "torn":
        os.write(fd, b"begin\n")
        text = "\n".join(lines) + "\ncommit\n"
        for at in range(0, len(text), 37):
            os.write(fd, text[at:at + 37].encode())
    else:
        os.write(fd, ("\n".join(lines) + "\n").encode())
    with open("/proc/net/bailey/policy") as file:
        mine = [l for l in file if l.startswith("acl %s in" % me)]
    assert len(mine) == 10, mine
    os.write(fd, ("delete acl %s\ndelete group %s\n" % (me, me)).encode())
print("done")
END
for n in 1 2 3; do
	spawn router python3 "$scratch/writer.py" "whole$n" whole
	spawn router python3 "$scratch/writer.py" "torn$n" torn
done
all_done()
{
	[ "$(grep -c '^done$' "$scratch/spawned")" = 6 ]
}
spawn router bash -c 'while :; do
	ip link add flicker type dummy; ip link set flicker name flicker2; ip link del flicker2
done'
flicker=$spawned
pass "packets pass meanwhile" word line
pass "also of new connections" tcp client 1.3.3.7 443
expect_pass "six writers come to their end" until_true all_done
end_process "$flicker"
grep -v '^done$' "$scratch/spawned" | head -n 20 | sed 's/^/# /'
must read router policy
same_text "and leave the policy as it was" "$before" "$said"
pass "the connection has not noticed" word line
must reset line
policy router flush
must read router connections
expect_equal "nothing is left" '' "$said"
