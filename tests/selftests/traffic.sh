# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2034 # lib.sh's variables; results
#
# Traffic without a process for each packet: the bash half of agent.py, which
# says what commands there are. Sourced by scenarios, after lib.sh's topology
# and load_module have their names:
#
#	. "$(dirname "$0")/traffic.sh"
#	agent_start
#	listen server 443 53
#	policy router 'acl public in 100 allow tcp from any to any port 443'
#	pass "the client reaches port 443" tcp client 1.3.3.7 443
#	drop "but not port 53" udp client 1.3.3.7 53
#
# What the agent said last is in $said.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# How long to look for what should not come. All of a packet's way lies on this
# machine; a loaded host and a kernel full of checks need longer.
case "${BAILEY_FLAVOUR:-}" in
plain) settle=0.1 ;;
*) settle=0.6 ;;
esac

said=

# lib.sh's stage, made in a few strokes instead of sixty programs
topology()
{
	local ns forward
	ip -batch - <<-END || bail_out "no stage"
		netns add client
		netns add router
		netns add server
	END
	namespaces+=(client router server)
	for ns in client router server; do
		forward=0
		[ $ns != router ] || forward=1
		in_ns $ns sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 \
			net.ipv4.ip_forward="$forward" \
			net.ipv6.conf.all.forwarding="$forward"
	done
	# Behind the settings, so that no link-local address is waited for
	ip -batch - <<-END || bail_out "no cables"
		link add eth0 netns client type veth peer name eth0 netns router
		link add eth1 netns router type veth peer name eth0 netns server
	END
	ip -n client -batch - <<-END || bail_out "no client"
		link set lo up
		link set eth0 up
		addr add 119.18.36.73/24 dev eth0
		addr add 2001:db8:1::73/64 dev eth0 nodad
		route add default via 119.18.36.1
		route add default via 2001:db8:1::1
	END
	ip -n router -batch - <<-END || bail_out "no router"
		link set lo up
		link set eth0 up
		link set eth1 up
		addr add 119.18.36.1/24 dev eth0
		addr add 2001:db8:1::1/64 dev eth0 nodad
		addr add 1.3.3.1/24 dev eth1
		addr add 2001:db8:2::1/64 dev eth1 nodad
	END
	ip -n server -batch - <<-END || bail_out "no server"
		link set lo up
		link set eth0 up
		addr add 1.3.3.7/24 dev eth0
		addr add 2001:db8:2::7/64 dev eth0 nodad
		route add default via 1.3.3.1
		route add default via 2001:db8:2::1
	END
	until_true ping_try client 1.3.3.7 || bail_out "no way from client to server"
	until_true ping_try client 2001:db8:2::7 || bail_out "no IPv6 way"
}

agent_start()
{
	rm -f "$scratch/to-agent" "$scratch/from-agent"
	mkfifo "$scratch/to-agent" "$scratch/from-agent"
	# Both ends at once, so that this open waits for nobody
	exec {agent_in}<>"$scratch/to-agent"
	python3 "$(dirname "${BASH_SOURCE[0]}")/agent.py" "$patience" "$settle" \
		<"$scratch/to-agent" >"$scratch/from-agent" \
		2>"$scratch/agent-errors" {agent_in}>&- &
	agent_pid=$!
	# One end only: when the agent is gone there is no other, and reading ends
	exec {agent_out}<"$scratch/from-agent"
	pids+=("$agent_pid")
}

# Ends it: its sockets hold namespaces, its descriptors the module
agent_stop()
{
	end_process "$agent_pid"
	exec {agent_in}>&- {agent_out}>&-
}

# agent COMMAND...: with its sign; the answer in $said
agent()
{
	local status
	printf '%s\n' "$*" >&"$agent_in"
	# Without -t: bash loses the byte that it has just read when the time is over
	IFS= read -r status <&"$agent_out" ||
		bail_out "the agent died of: $*
$(tail -n 5 "$scratch/agent-errors")"
	# An answer without words ends with its blank
	printf -v said '%b' "${status#* }"
	[ "${status%% *}" = ok ]
}

# pass NAME COMMAND...: it must succeed
pass()
{
	local name=$1
	shift
	if agent "+$*"; then
		ok "$name"
	else
		not_ok "$name" "$*: $said"
		on_failure
	fi
}

# drop NAME COMMAND...: nothing must come of it, not even a refusal by the
# other end, which would prove that it was reached
drop()
{
	local name=$1
	shift
	if agent "-$*"; then
		not_ok "$name" "unexpected success of: $*"
		on_failure
	elif [[ $said = answered:* ]]; then
		not_ok "$name" "$*: $said"
	else
		ok "$name"
	fi
}

# must COMMAND...: without it the scenario makes no sense
must()
{
	agent "+$*" || bail_out "$*: $said"
}

# escape TEXT: in $escaped, as the agent takes it
escape()
{
	escaped=${1//$'\n'/\\n}
}

# policy NS TEXT: one transaction that must be accepted
policy()
{
	local escaped
	escape "$2"
	agent "+write $1 policy $escaped\\n" ||
		bail_out "$1 refused a policy: $said"
}

# accepted NAME NS TEXT; refused NAME NS REGEX TEXT: and the answer matches
accepted()
{
	local escaped
	escape "$3"
	pass "$1" write "$2" policy "$escaped\\n"
}

refused()
{
	local escaped
	escape "$4"
	if agent "+write $2 policy $escaped\\n"; then
		not_ok "$1" "accepted: $4"
	elif grep -Eq -- "$3" <<<"$said"; then
		ok "$1"
	else
		not_ok "$1" "no line of the answer matches $3"
		note "$said"
	fi
}

# listen NS PORT...
listen()
{
	local ns=$1 port
	shift
	for port; do
		must listen "$ns" "$port"
	done
}

# same_text NAME WANTED GOT
same_text()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$(diff <(echo "$2") <(echo "$3") | head -n 20)"
	fi
}

# stat_of NS NAME...: the number in the line of stats that begins so
stat_of()
{
	local ns=$1 line
	shift
	must read "$ns" stats
	while read -r line; do
		if [[ $line = "$* "* ]]; then
			line=${line#"$* "}
			number=${line%% *}
			return 0
		fi
	done <<<"$said"
	number=none
}

# rule_packets NS LAYER NAME DIR...: packets that its rules counted, together
rule_count()
{
	must read "$1" stats
	number=$(awk -v want="$2" -v what="$3" '
		index($0, want) == 1 {
			for (i = 1; i < NF; i++)
				if ($i == what)
					sum += $(i + 1)
		}
		END { print sum + 0 }' <<<"$said")
}

# connections_match NAME REGEX COUNT: as many lines of the router's table match
connections_match()
{
	must read router connections
	expect_equal "$1" "$3" "$(grep -Ec -- "$2" <<<"$said")"
}

# Land behind client and server in which nobody lives: packets with these
# addresses are carried by the router, and nobody answers them.
#	10.8.0.0/16, 2001:db8:8::/48 behind the client
#	10.9.0.0/16, 2001:db8:9::/48 behind the server
hinterland()
{
	ip -n router -batch - <<-END || bail_out "no hinterland"
		route add 10.8.0.0/16 via 119.18.36.73
		route add 10.9.0.0/16 via 1.3.3.7
		route add 2001:db8:8::/48 via 2001:db8:1::73
		route add 2001:db8:9::/48 via 2001:db8:2::7
	END
}
