#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may read and write: the owner of the namespace, and nobody else. A user
# namespace's root has its own namespaces, within the limits of the initial one.

. "$(dirname "$0")/traffic.sh"
plan 77

load_module
make_ns router
agent_start
files='policy error connections snapshot events explain flow_log stats'

policy router 'acl secret in 1 allow any'

# Modes
for file in policy:600 error:400 connections:600 snapshot:600 events:400 explain:600 flow_log:400 stats:400; do
	expect_equal "mode of ${file%:*}" "${file#*:} 0" \
		"$(in_ns router stat -c '%a %u' "/proc/net/bailey/${file%:*}")"
done

# as_user COMMAND: as nobody in particular
as_user()
{
	in_ns router setpriv --reuid 1000 --regid 1000 --clear-groups bash -c "$1" 2>/dev/null
}

for file in $files; do
	expect_fail "another user reads no $file" as_user "cat /proc/net/bailey/$file"
done
for file in policy connections snapshot explain; do
	expect_fail "and opens no $file to write" as_user "exec 5>/proc/net/bailey/$file"
done
expect_fail "nor any sysctl" as_user 'echo 5 >/proc/sys/net/bailey/udp_timeout'
expect_pass "which all may read" as_user 'cat /proc/sys/net/bailey/udp_timeout'

# Root without CAP_NET_ADMIN
powerless()
{
	in_ns router setpriv --bounding-set -net_admin --inh-caps -net_admin bash -c "$1" 2>/dev/null
}
expect_fail "root without CAP_NET_ADMIN writes no policy" \
	powerless "echo 'acl more' >/proc/net/bailey/policy"
expect_fail "and flushes no connections" \
	powerless "echo flush >/proc/net/bailey/connections"
expect_fail "nor restores any" \
	powerless "echo 'begin connections 1' >/proc/net/bailey/snapshot"
expect_fail "nor asks what would pass" powerless "
	exec 5<>/proc/net/bailey/explain
	printf 'udp from 127.0.0.1 port 1 to 127.0.0.1 port 2 out lo\n' >&5"
expect_pass "being root it reads the policy" powerless "grep -q secret /proc/net/bailey/policy"
must read router policy
expect_no_match "nothing came of it" 'more' "$said"

# A container: namespaces of its own but for that of users, and fewer rights. What it
# sees is its own, and it can't change even that.
contained()
{
	unshare -n -m -p --fork --mount-proc setpriv \
		--bounding-set -net_admin,-sys_admin,-sys_module,-sys_ptrace \
		--inh-caps -net_admin,-sys_admin,-sys_module,-sys_ptrace bash -c "$1" 2>/dev/null
}
expect_pass "a container's root sees its own policy" contained \
	"grep -q '^default pass$' /proc/net/bailey/policy && ! grep -q secret /proc/net/bailey/policy"
expect_fail "and writes none" contained "echo 'acl more' >/proc/net/bailey/policy"
expect_fail "nor flushes connections" contained "echo flush >/proc/net/bailey/connections"
expect_fail "nor lifts a limit" contained "echo 5 >/proc/sys/net/bailey/udp_timeout"
# Capable is who is so where the file belongs, not in a namespace of one's own
said=$(in_ns router setpriv --bounding-set -net_admin --inh-caps -net_admin python3 - 2>&1 <<'END'
import ctypes, os
fd = os.open("/proc/sys/net/bailey/udp_timeout", os.O_WRONLY)
print("left", ctypes.CDLL(None).unshare(0x10000000 | 0x40000000), end=" ")
try:
    print("wrote", os.write(fd, b"5"))
except OSError as error:
    print("refused", error.errno)
END
)
expect_equal "nor with a namespace of its own" "left 0 refused 1" "$said"
expect_fail "nor sees those who are not in it" contained "ls -d /proc/$agent_pid"

# The one who opens counts, not the one who writes
expect_fail "a descriptor that was opened without the right" in_ns router bash -c "
	setpriv --bounding-set -net_admin --inh-caps -net_admin \
		bash -c 'exec 5<>/proc/net/bailey/policy; exec sleep 5' & holder=\$!
	sleep 1
	exec 6<>/proc/\$holder/fd/5 && printf 'acl more\n' >&5"
expect_pass "one that was opened with it" in_ns router bash -c "
	exec 5<>/proc/net/bailey/policy
	setpriv --bounding-set -net_admin --inh-caps -net_admin \
		bash -c 'printf \"acl passed-on\n\" >&5'"
must read router policy
expect_match "has written" '^acl passed-on$' "$said"

# A user namespace's root over the router's network, which it does not own
foreign()
{
	in_ns router unshare -Ur bash -c "$1" 2>/dev/null
}
expect_fail "another user namespace's root writes no policy" \
	foreign "echo 'acl more' >/proc/net/bailey/policy"
expect_fail "flushes nothing" foreign "echo flush >/proc/net/bailey/connections"
foreign_user()
{
	in_ns router setpriv --reuid 1000 --regid 1000 --clear-groups \
		unshare -Ur bash -c "$1" 2>/dev/null
}
for file in policy stats connections; do
	expect_fail "a user's own user namespace reads no $file" foreign_user "cat /proc/net/bailey/$file"
done

# A user's own network namespace is the user's own
own()
{
	setpriv --reuid 1000 --regid 1000 --clear-groups \
		unshare -Ur unshare -n bash -c "$1"
}
expect_pass "also if both were made in one go" setpriv --reuid 1000 --regid 1000 \
	--clear-groups unshare -Urn bash -c 'printf "acl mine\n" >/proc/net/bailey/policy'
expect_pass "a user's own namespace: writes a policy" own \
	"printf 'acl mine\n' >/proc/net/bailey/policy"
expect_pass "and reads it" own "
	printf 'acl mine\n' >/proc/net/bailey/policy; grep -q '^acl mine$' /proc/net/bailey/policy"
expect_pass "it holds there" own "
	ip link set lo up
	printf 'default deny\ndelete exempt loopback\n' >/proc/net/bailey/policy
	! ping -q -c 1 -W 1 127.0.0.1"
for file in $files; do
	[ $file = explain ] || expect_pass "and reads its $file" own "cat /proc/net/bailey/$file"
done
expect_pass "explains" own "
	exec 5<>/proc/net/bailey/explain
	printf 'udp from 127.0.0.1 port 1 to 127.0.0.1 port 2 out lo\n' >&5
	cat <&5 | grep -q result"
expect_fail "but sees none of the initial one's" own "cat /proc/1/net/bailey/policy"
must read router policy
expect_no_match "no policy of another namespace has changed" 'mine' "$said"

# Another user, who has a user namespace as well
mkfifo "$scratch/wait"
chmod 666 "$scratch/wait"
chmod 711 "$scratch"
setpriv --reuid 1000 --regid 1000 --clear-groups unshare -Urn bash -c "
	printf 'acl mine\n' >/proc/net/bailey/policy; echo ready >'$scratch/wait'; exec sleep 600" \
	<&- >/dev/null 2>&1 &
mine=$!
pids+=("$mine")
read -r word <"$scratch/wait"
expect_equal "a user has a policy" ready "$word"
other()
{
	setpriv --reuid 1001 --regid 1001 --clear-groups unshare -Urn bash -c "$1" 2>/dev/null
}
expect_pass "which root reads" grep -q '^acl mine$' "/proc/$mine/net/bailey/policy"
for file in policy connections snapshot stats flow_log; do
	expect_fail "another user's root does not read its $file" \
		other "cat /proc/$mine/net/bailey/$file"
done
expect_fail "nor write it" other "echo 'acl more' >/proc/$mine/net/bailey/policy"
end_process "$mine"

# Its limits
own_limit()
{
	own "echo $2 >/proc/sys/net/bailey/$1" 2>/dev/null
}
for name in max_connections max_rules max_policy_bytes event_ring_size flow_log_max; do
	now=$(cat /proc/sys/net/bailey/$name)
	expect_fail "cannot raise $name" own_limit $name $((now + 1))
	expect_pass "can lower it" own_limit $name $((now - 1))
done
expect_pass "can set its timeouts" own_limit udp_timeout 5
rules=$(cat /proc/sys/net/bailey/max_rules)
echo 3 >/proc/sys/net/bailey/max_rules
expect_fail "a lower limit of the initial one binds it" own "
	printf 'group a in allow tcp\ngroup a in allow udp\ngroup a in allow 3\ngroup a in allow 4\n' \
		>/proc/net/bailey/policy"
expect_pass "up to the limit all is well" own "
	printf 'group a in allow tcp\ngroup a in allow udp\ngroup a in allow 3\n' \
		>/proc/net/bailey/policy"
echo "$rules" >/proc/sys/net/bailey/max_rules
