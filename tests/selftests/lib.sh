# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What scenarios share. A scenario is tests/selftests/NN-name.sh; it runs as
# root in a guest, alone, and speaks KTAP:
#
#	. "$(dirname "$0")/lib.sh"
#	plan 2
#	load_module
#	topology
#	bailey_write router 'acl public'
#	tcp_server server 443
#	expect_pass "the client reaches the server" tcp_try client 1.3.3.7 443
#	expect_fail "but not on port 80" tcp_try client 1.3.3.7 80
#
# The plan is checked, everything started is ended and everything made is
# removed when the script ends, however it ends. From outside come
#
#	BAILEY_KO, BAILEY_TOOL	the module and the tool
#	BAILEY_BED		uml or qemu
#	BAILEY_FLAVOUR		plain, debug or stock
#	BAILEY_OUT		a directory for what one may want to look at

set -u

plan_count=0
result_count=0
failed_count=0
namespaces=()
pids=()
scratch=$(mktemp -d)

# How long one attempt may take before it counts as blocked, and how long
# to wait for what must come. A debug kernel is given more.
limit=1
patience=10
if [ "${BAILEY_FLAVOUR:-}" != plain ]; then
	limit=3
	patience=30
fi

# --- results ---------------------------------------------------------------

plan()
{
	plan_count=$1
	echo "1..$1"
}

# note TEXT...: diagnostics
note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok()
{
	result_count=$((result_count + 1))
	echo "ok $result_count - $1"
}

# not_ok NAME [DIAGNOSTICS]
not_ok()
{
	result_count=$((result_count + 1))
	failed_count=$((failed_count + 1))
	echo "not ok $result_count - $1"
	if [ -n "${2:-}" ]; then
		note "$2"
	fi
}

# The scenario cannot go on
bail_out()
{
	note "cannot go on: $*"
	exit 1
}

# expect_pass NAME COMMAND...: the command must succeed, however slow the
# machine is
expect_pass()
{
	local name=$1 said status limit=$patience
	shift
	said=$("$@" 2>&1)
	status=$?
	if [ $status = 0 ]; then
		ok "$name"
	else
		not_ok "$name" "status $status of: $*"
		[ -z "$said" ] || note "$(echo "$said" | tail -n 20)"
		on_failure
	fi
	return 0
}

# expect_fail NAME COMMAND...: the command must fail
expect_fail()
{
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		not_ok "$name" "unexpected success of: $*"
		[ -z "$said" ] || note "$(echo "$said" | tail -n 20)"
		on_failure
	else
		ok "$name"
	fi
	return 0
}

# expect_equal NAME WANTED GOT
expect_equal()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted: $2"
		note "got:    $3"
	fi
}

# expect_match NAME REGEX TEXT: some line of the text matches (grep -E)
expect_match()
{
	if grep -Eq -- "$2" <<<"$3"; then
		ok "$1"
	else
		not_ok "$1" "no line matches: $2"
		note "$(head -n 20 <<<"$3")"
	fi
}

# expect_no_match NAME REGEX TEXT: no line of the text matches
expect_no_match()
{
	if grep -Eq -- "$2" <<<"$3"; then
		not_ok "$1" "a line matches: $2"
		note "$(grep -E -- "$2" <<<"$3" | head -n 20)"
	else
		ok "$1"
	fi
}

# What a failed expectation shows besides; a scenario may replace it
on_failure()
{
	local ns
	for ns in "${namespaces[@]}"; do
		ip netns exec "$ns" test -e /proc/net/bailey/policy || continue
		note "$ns: connections"
		note "$(ip netns exec "$ns" head -n 10 /proc/net/bailey/connections)"
	done 2>/dev/null
}

# until_true COMMAND...: waits, for as long as patience lasts
until_true()
{
	local end=$((SECONDS + patience))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# --- the module ------------------------------------------------------------

load_module()
{
	# A bare insmod resolves no dependencies. Built in on some kernels.
	modprobe -qa nf_defrag_ipv4 nf_defrag_ipv6 2>/dev/null
	# What connections remember is compared with what would be said.
	insmod "${BAILEY_KO:?}" compare=1 "$@" || bail_out "insmod $BAILEY_KO"
}

unload_module()
{
	rmmod bailey
}

module_loaded()
{
	grep -q '^bailey ' /proc/modules
}

# bailey_write NS TEXT: one write(2) to the policy of a namespace. On
# refusal the namespace's error file goes to stderr, and the status is 1.
bailey_write()
{
	bailey_write_to "$1" policy "$2"
}

# bailey_write_to NS FILE TEXT
bailey_write_to()
{
	printf '%s\n' "$3" >"$scratch/write"
	if ! ip netns exec "$1" dd if="$scratch/write" bs=4M \
		of="/proc/net/bailey/$2" conv=notrunc status=none; then
		ip netns exec "$1" cat /proc/net/bailey/error >&2
		return 1
	fi
}

# must_write NS TEXT: without it the scenario makes no sense
must_write()
{
	local said
	said=$(bailey_write "$@" 2>&1) || bail_out "$1 refused a policy: $said"
}

# bailey_read NS FILE
bailey_read()
{
	ip netns exec "$1" cat "/proc/net/bailey/$2"
}

# bailey_explain NS TEXT: writes a packet, reads the answer on the same
# descriptor
bailey_explain()
{
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec "$1" bash -c '
		exec 3<>/proc/net/bailey/explain &&
		printf "%s\n" "$1" >&3 &&
		cat <&3' bash "$2"
}

# tool NS ARGUMENT...: the tool, in a namespace
tool()
{
	local ns=$1
	shift
	ip netns exec "$ns" "${BAILEY_TOOL:?}" "$@"
}

# --- namespaces ------------------------------------------------------------

in_ns()
{
	ip netns exec "$@"
}

# make_ns NAME...
make_ns()
{
	local ns
	for ns; do
		ip netns add "$ns" || bail_out "no namespace $ns"
		namespaces+=("$ns")
		ip -n "$ns" link set lo up
		# No duplicate address detection: addresses work at once
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0
	done
}

# make_link NS1 IF1 NS2 IF2: a veth pair, up at both ends
make_link()
{
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" ||
		bail_out "no link $1/$2 - $3/$4"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# set_addr NS IF ADDRESS...
set_addr()
{
	local ns=$1 dev=$2 addr
	shift 2
	for addr; do
		case $addr in
		*:*) ip -n "$ns" addr add "$addr" dev "$dev" nodad ;;
		*) ip -n "$ns" addr add "$addr" dev "$dev" ;;
		esac
	done
}

# default_route NS GATEWAY...
default_route()
{
	local ns=$1 gateway
	shift
	for gateway; do
		ip -n "$ns" route add default via "$gateway"
	done
}

forwarding()
{
	in_ns "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# The stage of most scenarios:
#
#   client eth0 ------ eth0 router eth1 ------ eth0 server
#   119.18.36.73       .1            1.3.3.1   1.3.3.7
#   2001:db8:1::73     ::1     2001:db8:2::1   2001:db8:2::7
topology()
{
	make_ns client router server
	forwarding router
	make_link client eth0 router eth0
	make_link router eth1 server eth0
	set_addr client eth0 119.18.36.73/24 2001:db8:1::73/64
	set_addr router eth0 119.18.36.1/24 2001:db8:1::1/64
	set_addr router eth1 1.3.3.1/24 2001:db8:2::1/64
	set_addr server eth0 1.3.3.7/24 2001:db8:2::7/64
	default_route client 119.18.36.1 2001:db8:1::1
	default_route server 1.3.3.1 2001:db8:2::1
	until_true ping_try client 1.3.3.7 || bail_out "no way from client to server"
	until_true ping_try client 2001:db8:2::7 || bail_out "no IPv6 way"
}

# --- traffic ---------------------------------------------------------------

# spawn NS COMMAND...: in the background, ended when the scenario ends; its
# process id is in $spawned
spawn()
{
	local ns=$1
	shift
	ip netns exec "$ns" "$@" </dev/null >>"$scratch/spawned" 2>&1 &
	spawned=$!
	pids+=("$spawned")
}

# end_process PID
end_process()
{
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

listening()
{
	[ -n "$(in_ns "$1" ss -Hln"$2" "sport = :$3")" ]
}

# tcp_server NS PORT: echoes, on every address of both families
tcp_server()
{
	# A client that has said all waits for its echo: cat may be slow to start
	spawn "$1" socat -t "$patience" "TCP6-LISTEN:$2,ipv6only=0,reuseaddr,fork" EXEC:cat
	until_true listening "$1" t "$2" || bail_out "no TCP server on $1:$2"
}

# udp_server NS PORT
udp_server()
{
	spawn "$1" socat "UDP6-LISTEN:$2,ipv6only=0,reuseaddr,fork" EXEC:cat
	until_true listening "$1" u "$2" || bail_out "no UDP server on $1:$2"
}

bracket()
{
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# echoed NS SOCAT-ADDRESS: a word goes there and comes back
echoed()
{
	local word="word-$RANDOM" back='' fd pid
	exec {fd}< <(exec ip netns exec "$1" timeout "$limit" \
		socat -t "$limit" - "$2" 2>/dev/null <<<"$word")
	pid=$!
	IFS= read -r back <&"$fd"
	exec {fd}<&-
	# a UDP client has no other way to learn that it is done
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	[ "$back" = "$word" ]
}

# tcp_try NS ADDRESS PORT [SOCAT-OPTIONS]
tcp_try()
{
	echoed "$1" "TCP:$(bracket "$2"):$3,connect-timeout=$limit${4:+,$4}"
}

# udp_try NS ADDRESS PORT [SOCAT-OPTIONS]
udp_try()
{
	echoed "$1" "UDP:$(bracket "$2"):$3${4:+,$4}"
}

# ping_try NS ADDRESS [OPTIONS]
ping_try()
{
	local ns=$1 addr=$2
	shift 2
	ip netns exec "$ns" ping -n -q -c 1 -W "$limit" "$@" "$addr"
}

# --- the end ---------------------------------------------------------------

# Ends what runs in our namespaces, one process at a time
end_all()
{
	local pid ns
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for ns in "${namespaces[@]}"; do
		for pid in $(ip netns pids "$ns" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
	done
	wait "${pids[@]}" 2>/dev/null
	pids=()
}

remove_all()
{
	local ns
	end_all
	for ns in "${namespaces[@]}"; do
		ip netns del "$ns" 2>/dev/null
	done
	namespaces=()
}

finish()
{
	local status=$?
	trap - EXIT
	remove_all
	if module_loaded && ! timeout 30 rmmod bailey; then
		note "the module could not be removed"
		status=1
	fi
	rm -rf "$scratch"
	if [ "$result_count" != "$plan_count" ]; then
		note "$plan_count results were planned, $result_count came"
		status=1
	fi
	if [ "$failed_count" != 0 ]; then
		status=1
	fi
	exit $status
}

trap finish EXIT
trap 'exit 130' INT TERM HUP
echo "KTAP version 1"
