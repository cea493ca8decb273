#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The story that `make demo` tells, inside a virtual machine with Debian's own
# kernel: three network namespaces are a client, a router and a server. Each
# step is really done, and checked; the exit status is 0 only if all held.
#
# From outside: BAILEY_KO, BAILEY_TOOL, and BAILEY_COLOUR=1 on a terminal.

set -u

client4=119.18.36.73 server4=1.3.3.7
client6=2001:db8:1::73 server6=2001:db8:2::7
work=$(mktemp -d)
tool=${BAILEY_TOOL:?}
failures=0
chapters=0

bold='' dim='' green='' red='' plain=''
if [ "${BAILEY_COLOUR:-}" = 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

# Claims run in subshells: what they start is remembered in files
: >"$work/pids"
trap 'xargs -r kill <"$work/pids" 2>/dev/null; rm -rf "$work"' EXIT

# --- how the story is told ---------------------------------------------------

chapter()
{
	chapters=$((chapters + 1))
	printf '\n%s%s. %s%s\n\n' "$bold" "$chapters" "$1" "$plain"
}

# Words on standard input, indented
words()
{
	sed 's/^./  &/'
}

# What a file or a command says
shown()
{
	sed "s/^/      $dim/; s/\$/$plain/"
}

# holds WHAT COMMAND...: a claim, and the command that proves it
holds()
{
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		printf '  %s[ok]%s %s\n' "$green" "$plain" "$what"
		return
	fi
	failures=$((failures + 1))
	printf '  %s[DOES NOT HOLD]%s %s\n' "$red" "$plain" "$what"
	printf '%s\n' "command: $*" "$said" | tail -n 20 | shown
}

not()
{
	! "$@"
}

in_ns()
{
	ip netns exec "$@"
}

# policy NS TEXT: one write to /proc/net/bailey/policy
policy()
{
	printf '%s\n' "$2" >"$work/policy"
	in_ns "$1" dd if="$work/policy" of=/proc/net/bailey/policy bs=1M \
		conv=notrunc status=none || {
		in_ns "$1" cat /proc/net/bailey/error
		return 1
	}
}

# shows TEXT REGEX: some line of the text matches
shows()
{
	grep -Eq -- "$2" <<<"$1" || { echo "$1"; echo "no line matches $2"; return 1; }
}

# download URL-HOST [CURL-ARGUMENT...]: the picture, byte for byte
download()
{
	local host=$1
	shift
	rm -f "$work/received.png"
	in_ns client curl -sSk --connect-timeout 4 --max-time 40 "$@" \
		-o "$work/received.png" "https://$host/castle.png" &&
		cmp "$work/site/castle.png" "$work/received.png"
}

# A download whose connection stays open until end_visit
visit()
{
	in_ns client python3 -c '
import http.client, ssl, sys, time
context = ssl._create_unverified_context()
connection = http.client.HTTPSConnection(sys.argv[1], context=context, timeout=40)
connection.request("GET", "/castle.png")
data = connection.getresponse().read()
open(sys.argv[2] + ".part", "wb").write(data)
import os; os.rename(sys.argv[2] + ".part", sys.argv[2])
time.sleep(300)
' "$1" "$work/visited.png" </dev/null >"$work/visit.log" 2>&1 &
	echo $! | tee -a "$work/pids" >"$work/visitor"
	for _ in $(seq 80); do
		[ -e "$work/visited.png" ] && cmp "$work/site/castle.png" "$work/visited.png" && return
		sleep 0.5
	done
	cat "$work/visit.log"
	return 1
}

end_visit()
{
	kill "$(cat "$work/visitor")"
}

explain()
{
	in_ns "$1" "$tool" explain "${@:2}"
}

# --- the stage ----------------------------------------------------------------

addresses()
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

stage()
{
	local ns
	for ns in client router server; do
		ip netns add $ns || return
		ip -n $ns link set lo up
		in_ns $ns sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0
	done
	ip link add eth0 netns client type veth peer name eth0 netns router || return
	ip link add eth0 netns server type veth peer name eth1 netns router || return
	for ns in client server router; do
		ip -n $ns link set eth0 up
	done
	ip -n router link set eth1 up
	in_ns router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	addresses client eth0 $client4/24 $client6/64
	addresses router eth0 119.18.36.1/24 2001:db8:1::1/64
	addresses router eth1 1.3.3.1/24 2001:db8:2::1/64
	addresses server eth0 $server4/24 $server6/64
	ip -n client route add default via 119.18.36.1
	ip -n client route add default via 2001:db8:1::1
	ip -n server route add default via 1.3.3.1
	ip -n server route add default via 2001:db8:2::1
}

# A small picture, drawn here: a castle's wall with its two gates
picture()
{
	python3 - "$1" <<-'END'
	import struct, sys, zlib
	w, h = 160, 96
	def pixel(x, y):
	    wall = y > 34 and not (y < 44 and x // 8 % 2)
	    gate = abs(x - 80) < 22 and y > 54
	    door = abs(x - 80) < 10 and y > 64
	    if door: return (40, 24, 12)
	    if gate: return (120, 84, 48)
	    if wall: return (150 - (x ^ y) % 24,) * 3
	    return (110 + y, 170 + y // 2, 235)
	rows = b"".join(b"\0" + bytes(c for x in range(w) for c in pixel(x, y)) for y in range(h))
	def chunk(kind, data):
	    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
	open(sys.argv[1], "wb").write(b"\x89PNG\r\n\x1a\n"
	    + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
	    + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))
	END
}

web_server()
{
	mkdir -p "$work/site"
	picture "$work/site/castle.png" || return
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-days 2 -subj /CN=server -keyout "$work/key.pem" \
		-out "$work/cert.pem" 2>/dev/null || return
	(cd "$work/site" && exec ip netns exec server python3 -c '
import http.server, socket, ssl, sys
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()
    def handle_error(self, request, address):
        pass
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
server = Server(("::", 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
' "$work/cert.pem" "$work/key.pem") </dev/null >"$work/web.log" 2>&1 &
	echo $! >>"$work/pids"
	for _ in $(seq 60); do
		in_ns server ss -Hltn 'sport = 443' | grep -q . && return 0
		sleep 0.5
	done
	cat "$work/web.log"
	return 1
}

# Somebody listens at the client, so that a refusal is the firewall's doing
client_listener()
{
	in_ns client socat TCP6-LISTEN:8080,ipv6only=0,fork,reuseaddr SYSTEM:'echo hello' \
		</dev/null >/dev/null 2>&1 &
	echo $! >>"$work/pids"
	sleep 1
}

greeting()
{
	[ "$(in_ns server socat -T 3 - "TCP:$client4:8080,connect-timeout=4" </dev/null)" = hello ]
}

# --- the story ------------------------------------------------------------------

printf '%s' "$bold"
words <<EOT
Bailey: two gates for your packets.
EOT
printf '%s\n' "$plain"
words <<EOT
This is Linux $(uname -r), as Debian ships it. Inside it live three
machines, with no other network than the cables between them:

    client                    router                    server
    $client4 ---- eth0        eth1 ---- $server4
    $client6               $server6

Bailey runs on the router and guards the server's subnet behind eth1.
EOT

chapter "Before: everybody reaches everybody"
holds "the three machines are there" stage
holds "the server has a picture, and serves it by HTTPS" web_server
client_listener
holds "bailey.ko is loaded with a plain insmod" insmod "${BAILEY_KO:?}"
holds "without a policy it asks nobody: the picture arrives" download $server4
holds "and the server can call the client, unasked" greeting

chapter "Two gates"
words <<'EOT'
The outer gate is an ACL: numbered rules, the lowest number that matches
decides. It has no memory. Every packet is judged by itself, in both
directions, so the response of the server needs a rule of its own: from
port 443 to whatever high ("ephemeral") port the client happened to use.

The inner door is a group, here of one machine. It only allows, and it
remembers: once a request has passed, its response passes by itself.

This text is written to /proc/net/bailey/policy on the router:

EOT
read -r -d '' rules <<'EOT'
acl public in  100 allow tcp to any port 443
acl public in  110 allow icmp type 8
acl public in  120 allow icmpv6 type 128
acl public out 100 allow tcp from any port 443 to any port 1024-65535
acl public out 110 allow icmp type 0
acl public out 120 allow icmpv6 type 129
group web in allow tcp to any port 443
group web in allow icmp type 8
group web in allow icmpv6 type 128
attach dev eth1 protects subnet acl public
endpoint server dev eth1 addr 1.3.3.7,2001:db8:2::7 groups web
EOT
shown <<<"$rules"
echo
holds "the policy is taken, as one transaction" policy router "$rules"

chapter "A connection and its two halves"
words <<'EOT'
The client downloads the picture. Its request comes in through the ACL
(entry 100) and the group (port 443); the response goes out.

EOT
holds "the picture arrives, byte for byte" visit $server4
table=$(in_ns router "$tool" connection list dport 443 state ESTABLISHED)
raw=$(in_ns router grep ESTABLISHED /proc/net/bailey/connections)
words <<'EOT'

One entry in the router's table stands for both halves:

EOT
shown <<<"$table"
echo
holds "one entry, from the client's ephemeral port to port 443" \
	test "$(grep -c "src=$client4 dst=$server4 .*dport=443 " <<<"$raw")" = 1
holds "both halves of it were seen" shows "$raw" 'dport=443 .*REPLIED'
end_visit
answer=$(explain router --connection tcp from $client4 port 40000 to $server4 port 443 in eth0 out eth1)
words <<'EOT'

Bailey can say why. The kernel asks the same function that judges packets:

EOT
shown <<<"$answer"
echo
holds "the response needed no rule of the group" \
	shows "$answer" 'groups web out: has said yes to this connection -> allow'
holds "but a rule of the ACL" shows "$answer" 'acl public out 100 allow .* -> allow'

chapter "The same packet from the other side"
words <<'EOT'
What is inbound for the server is outbound for the client. Let the client
guard itself, too: "protects host" means the machine that Bailey runs on.

EOT
read -r -d '' own <<'EOT'
group me out allow tcp to any port 443
attach dev eth0 protects host groups me
EOT
shown <<<"$own"
echo
holds "the client takes its own policy" policy client "$own"
holds "the picture still arrives" download $server4
here=$(explain client tcp from $client4 port 40000 to $server4 port 443 out eth0)
there=$(explain router tcp from $client4 port 40000 to $server4 port 443 in eth0 out eth1)
echo
words <<<"At the client:"
grep 'groups me' <<<"$here" | head -n 1 | shown
words <<<"At the router, for the server:"
grep 'groups web' <<<"$there" | head -n 1 | shown
echo
holds "outbound at the client" shows "$here" 'the host behind eth0: groups me out: .*-> allow'
holds "inbound at the server" shows "$there" 'the subnet behind eth1: .*groups web in: .*-> allow'
holds "the client goes back to no policy" policy client flush

chapter "What a stateless ACL forgets"
words <<'EOT'
Now the rule for the response goes: "delete acl public out 100".

EOT
holds "the entry is deleted" policy router 'delete acl public out 100'
holds "the download fails" not download $server4
answer=$(explain router --connection tcp from $client4 port 40000 to $server4 port 443 in eth0 out eth1)
words <<'EOT'

The request still passes. It is the response that has no way out:

EOT
shown <<<"$answer"
echo
holds "explain: the request passes" \
	shows "$(sed -n '/^request/,/verdict/p' <<<"$answer")" 'verdict: pass'
holds "explain: the response is denied by the last entry of acl public" \
	shows "$(sed -n '/^response/,/verdict/p' <<<"$answer")" 'acl public out \* deny -> deny'
holds "the entry is put back" policy router \
	'acl public out 100 allow tcp from any port 443 to any port 1024-65535'
holds "and the picture arrives again" download $server4

chapter "Nobody asked for this"
words <<'EOT'
The server begins a connection to the client, of its own accord. The group
has no "out" rule, and there is no request that this could be the response to.

EOT
holds "the connection is refused" not greeting
answer=$(explain router tcp from $server4 port 50000 to $client4 port 8080 in eth1 out eth0 2>&1)
echo
shown <<<"$answer"
echo
holds "by the group" shows "$answer" 'groups web out: no rule allows it -> deny'
words <<'EOT'

And in an ACL the lower number decides, whatever comes later:

    acl public in 90 deny tcp from 119.18.36.73 to any port 443

EOT
holds "entry 90 is added" policy router "acl public in 90 deny tcp from $client4 to any port 443"
holds "it beats entry 100: the download fails" not download $server4
answer=$(explain router tcp from $client4 port 40000 to $server4 port 443 in eth0 out eth1)
holds "explain names it" shows "$answer" 'acl public in 90 deny .* -> deny'
holds "entry 90 is deleted" policy router 'delete acl public in 90'
holds "and the picture arrives again" download $server4

chapter "Ping and IPv6 do the same"
holds "the client pings the server" in_ns client ping -c 2 -W 5 -q $server4
holds "the server may not ping the client" not in_ns server ping -c 1 -W 2 -q $client4
holds "the same over IPv6" in_ns client ping -c 2 -W 5 -q $server6
holds "and the same refusal" not in_ns server ping -c 1 -W 2 -q $client6
holds "the picture arrives over IPv6" download "[$server6]"
raw=$(in_ns router cat /proc/net/bailey/connections)
holds "an IPv6 connection is in the table" shows "$raw" "src=$client6 dst=$server6 .*dport=443"
holds "and so is a ping" shows "$raw" "^icmp .*src=$client4 dst=$server4 type=8"

chapter "After"
policies=$(in_ns router cat /proc/net/bailey/policy)
drops=$(in_ns router grep -E '^drop (acl|group)' /proc/net/bailey/stats)
words <<'EOT'
What the router has counted:

EOT
shown <<<"$drops"
echo
holds "what was read back can be written back" policy router "$policies"
holds "and says the same" test "$policies" = "$(in_ns router cat /proc/net/bailey/policy)"
holds "the module is unloaded" rmmod bailey
holds "and everybody reaches everybody again" greeting

echo
if [ "$failures" != 0 ]; then
	words <<<"${red}$failures of the claims above did not hold.$plain"
	exit 1
fi
words <<EOT
${bold}All of it held.${plain} On a real router or server:

    make install                    # module and tool for the running kernel
    modprobe bailey
    bailey policy check my.policy   # no root needed; nothing is changed
    bailey policy load --confirm 60 my.policy
    bailey policy confirm           # if you are still there; else the old one
                                    # comes back by itself after 60 seconds

README.md has first policies for a router and for a server, and says how to
load them at boot.
EOT
