#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The bounds of a flow log: what there is no room for, what nobody read, policies that
# change, and logs, namespaces and modules that go: all of it is counted or said.

. "$(dirname "$0")/traffic.sh"
. "$(dirname "$0")/flows.sh"
plan 32
# A processor takes places by the handful, more than there are here: all packets by one
taskset -pc 0 $$ >/dev/null

load_module
topology
hinterland
agent_start

# No room
must sysctl router flow_log_max 3
policy router 'group dns in allow udp from any to any port 53
attach dev eth1 protects subnet groups dns'
window
log w
for port in 1 2 3 4 5 1; do
	must $there udp 10.8.0.1 $port 10.9.0.1 53
done
must $there udp 10.8.0.1 4 10.9.0.1 53 size 100
drop "one that is refused is skipped as well" $there udp 10.8.0.1 1 10.9.0.1 54
must $back udp 10.9.0.1 53 10.8.0.1 5
# Of a stream, which is not asked in full any more
for port in 5 5 5; do
	must $there udp 10.8.0.1 $port 10.9.0.1 53
done
window
news w
expect_equal "three flows" 3 "$(grep -c '^accept' <<<"$said")"
expect_equal "with all of their packets" 4 "$(sum packets dir=ingress proto=udp)"
same_text "what was skipped is counted" \
	'skipdata dir=egress packets=1 bytes=44 dev=eth1 protects=subnet
skipdata dir=ingress packets=7 bytes=392 dev=eth1 protects=subnet' \
	"$(grep '^skipdata' <<<"$said" | sort)"
expect_equal "as AWS says it" '2 - eth1 - - - - - - - - SKIPDATA 7 392' \
	"$(tool router flow-log --format 'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes action log-status,skipped-packets skipped-bytes' |
		grep ' SKIPDATA 7 ')"
must $there udp 10.8.0.1 1 10.9.0.1 53
window
news w
expect_equal "the next window has room again" 'accept' "$(cut -d' ' -f1 <<<"$said")"

# A policy that changes
policy router 'replace group dns
group dns in allow udp from any to any port 53
attach dev eth0 protects subnet acl new
acl new out 5 allow any'
must $there udp 10.8.0.1 1 10.9.0.1 53
policy router 'replace acl new
acl new out 6 allow any'
must $there udp 10.8.0.1 1 10.9.0.1 53
policy router 'delete attach dev eth0 protects subnet
delete acl new'
window
news w
expect_equal "a record for each policy, though they are gone" \
	"rule=5
rule=6" "$(grep -o 'rule=[0-9]*' <<<"$said" | sort)"
window 0
must sysctl router flow_log_max 1000
window
log late
news w
for ((i = 0; i < 40; i++)); do
	policy router "replace acl new
acl new in $((i + 1)) allow any
replace attach dev eth1 protects subnet acl new groups dns"
	must $there udp 10.8.0.1 1 10.9.0.1 53
done
early()
{
	must fd-read late
	all+=$said
	[ "$(grep -c 'dir=ingress' <<<"$all")" -gt 8 ]
}
all=
until_true early
expect_pass "a window with too many policies ends early" test "$(grep -c dir=ingress <<<"$all")" -gt 8
window
must fd-read late
said=$(grep -v ' nodata ' <<<"$all$said")
expect_equal "and no packet is lost" 40 "$(sum packets)"
must fd-close late
policy router 'flush
group dns in allow udp from any to any port 53
group dns in allow udp from any to any port 1000-1599
attach dev eth1 protects subnet groups dns'

# A slow reader
window 0
must sysctl router flow_log_max 600
window
log late
python3 -B - "$(dirname "$0")" "$patience" >"$scratch/readers" <<'END'
import os, socket, sys, time
sys.path.insert(0, sys.argv[1])
from agent import inside, read_all

def accepted():
    with inside("router"), open("/proc/net/bailey/stats") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("packets_accepted "))

def until_through(count):
    """A busy machine leaves packets in a queue after they were sent: the window waits."""
    end = time.monotonic() + float(sys.argv[2])
    while accepted() < count and time.monotonic() < end:
        time.sleep(0.01)

def flows(text):
    return text.count(" accept dir=ingress proto=udp ")

with inside("router"):
    slow, quick = [os.open("/proc/net/bailey/flow_log", os.O_RDONLY) for _ in range(2)]
with inside("client"):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for turn in range(5):
    before = accepted()
    for port in range(1000, 1600):
        sock.sendto(b"x" * 100, ("10.9.0.1", port))
    until_through(before + 600)
    with inside("router"), open("/proc/sys/net/bailey/flow_log", "w") as file:
        file.write("600")
    text = read_all(quick)
    print("quick", flows(text), text.count(" packets=1 bytes=128 "), text.count("lost"))
text = read_all(slow)
first, _, rest = text.partition("\n")
print("slow", first, flows(rest), rest.count("lost"), len(read_all(slow)))
with inside("router"):
    late = os.open("/proc/net/bailey/flow_log", os.O_RDONLY)
pieces = b"".join(iter(lambda: os.read(late, 7), b""))
print("late", flows(pieces.decode()), pieces.count(b"lost"))
END
said=$(cat "$scratch/readers")
expect_equal "who reads each window loses nothing" 5 "$(grep -c '^quick 600 600 0$' <<<"$said")"
read -r _ _ lost left more again <<<"$(grep '^slow lost ' <<<"$said")"
expect_match "who does not is told how many records it lost" '^[1-9][0-9]*$' "$lost"
expect_equal "to the last one" 3000 $((lost + left))
expect_equal "once" '0 0' "$more $again"
expect_equal "one who comes later begins with the oldest, has lost nothing, and reads what it likes" \
	"late $left 0" "$(grep '^late' <<<"$said")"

# The tool
expect_equal "lines of fields" "$left" \
	"$(tool router flow-log | grep -cE '^2 - eth1 119\.18\.36\.73 10\.9\.0\.1 [0-9]+ 1[0-5][0-9]{2} 17 1 128 [0-9]+ [0-9]+ ACCEPT OK$')"
tool router -j flow-log >"$scratch/json"
expect_pass "JSON, an object a line" python3 - "$scratch/json" "$left" <<'END'
import json, sys
flows = [json.loads(line) for line in open(sys.argv[1], encoding="ascii")]
flows = [flow for flow in flows if flow["log_status"] == "OK"]
assert len(flows) == int(sys.argv[2]), len(flows)
for flow in flows:
    assert flow["version"] == 8 and flow["action"] == "ACCEPT", flow
    assert flow["packets"] == 1 and flow["bytes"] == 128 and flow["protocol"] == 17, flow
    assert flow["flow_direction"] == "ingress" and flow["type"] == "IPv4", flow
    assert flow["groups"] == "dns" and flow["group"] in (None, "dns") and flow["acl"] is None, flow
    assert flow["start"] <= flow["end"], flow
END
spawn router bash -c "exec '$BAILEY_TOOL' flow-log --follow --format dstport,action,reject-reason >'$scratch/followed'"
follower=$spawned
drop "one more" $there udp 10.8.0.1 5 10.9.0.1 4444
window
followed()
{
	grep -q '^4444 REJECT group-deny$' "$scratch/followed"
}
expect_pass "a follower sees what is new" until_true followed
kill -INT $follower
wait $follower
expect_equal "and ends well" 0 $?

# Off: what was read to the end is gone, what was not is still there
must fd-close late
window 0
window
log late
must $there udp 10.8.0.1 1 10.9.0.1 53
window 0
must fd-read late
expect_match "the last window can be read when it is off" ' accept .* sport=1 dport=53 ' "$said"
must fd-read late
expect_equal "once" '' "$said"
expect_equal "by those who were there" '' "$(bailey_read router flow_log)"
window
must $there udp 10.8.0.99 77 10.9.0.1 53 # nobody knows its connection
window
told "a reader goes on when it is on again" late \
	"accept dir=ingress proto=udp src=10.8.0.99 dst=10.9.0.1 sport=77 dport=53 packets=1 bytes=44 dev=eth1 protects=subnet groups=dns group=dns"
must fd-close late

# A user's own namespace
expect_pass "a user has its own flow log" setpriv --reuid 1000 --regid 1000 \
	--clear-groups unshare -Ur unshare -n bash -c '
	ip link set lo up
	printf "group g in allow any\ngroup g out allow any\nattach dev lo protects host groups g\ndelete exempt loopback\n" >/proc/net/bailey/policy
	echo 600 >/proc/sys/net/bailey/flow_log || exit
	ping -q -c 1 -W 1 127.0.0.1 >/dev/null
	echo 600 >/proc/sys/net/bailey/flow_log
	grep -q " accept dir=egress proto=icmp " /proc/net/bailey/flow_log'
expect_fail "a user does not read that of the router" in_ns router setpriv --reuid 1000 \
	--regid 1000 --clear-groups cat /proc/net/bailey/flow_log

# Namespace and module go while somebody reads
make_ns other
must fd-open-read other other flow_log
bailey_write other 'default deny' || bail_out "no policy"
must sysctl other flow_log 60
ip netns del other
gone()
{
	! agent "-fd-read other" && [[ $said = *EIO* ]]
}
expect_pass "who reads of a namespace that goes gets an error" until_true gone
spawn router bash -c "exec '$BAILEY_TOOL' flow-log --follow --header >'$scratch/seen' 2>'$scratch/last-words'"
follower=$spawned
until_true test -s "$scratch/seen"
began=$SECONDS
expect_pass "the module goes while the log is on" timeout 20 rmmod bailey
expect_pass "at once" test $((SECONDS - began)) -lt 10
wait $follower
expect_equal "the tool ends with 1" 1 $?
expect_match "and says why" 'the module or the namespace is gone' "$(cat "$scratch/last-words")"
drop "a descriptor" fd-read w
expect_match "gets an error" 'EIO' "$said"
must fd-close w
