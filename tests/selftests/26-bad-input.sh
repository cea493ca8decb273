#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What nobody should write is refused with a reason, changes nothing and hurts
# nobody: unknown words, numbers out of range, long lines, NUL bytes, noise.

. "$(dirname "$0")/traffic.sh"
plan 77

load_module
make_ns router
agent_start

policy router 'acl public in 100 allow tcp from any to any port 443
group web in allow tcp from any to any port 443
prefix-list corp 10.0.0.0/8
attach dev eth1 protects subnet acl public groups web'
must read router policy
before=$said

# bad NAME WORD LINE: refused, and that is the word
bad()
{
	refused "$1" router "^word $2\$" "$3"
}

bad "an unknown line" 'aclx' 'aclx public'
bad "an unknown verb" 'remove' 'remove acl public'
bad "an unknown direction" 'inwards' 'acl public inwards 1 allow any'
bad "an unknown action" 'permit' 'acl public in 1 permit any'
bad "an unknown protocol" 'tcq' 'acl public in 1 allow tcq'
bad "an unknown peer" 'everyone' 'acl public in 1 allow tcp from everyone'
bad "an unknown word at the end" 'please' 'acl public in 1 allow tcp please'
bad "a group that denies" 'deny' 'group web in deny tcp'
bad "an unknown thing to protect" 'network' 'attach dev eth2 protects network'
bad "an unknown exemption" 'ssh' 'exempt ssh'
bad "an unknown default" 'drop' 'default drop'
bad "entry 0" '0' 'acl public in 0 allow any'
bad "entry 4294967296" '4294967296' 'acl public in 4294967296 allow any'
bad "entry -1" '-1' 'acl public in -1 allow any'
bad "entry 1e3" '1e3' 'acl public in 1e3 allow any'
bad "the * entry" '\*' 'acl public in * allow any'
bad "protocol 256" '256' 'acl public in 1 allow 256'
bad "port 65536" '65536' 'acl public in 1 allow tcp from any to any port 65536'
bad "ports the wrong way round" '443-80' 'acl public in 1 allow tcp from any to any port 443-80'
bad "half a range of ports" '80-' 'acl public in 1 allow tcp from any to any port 80-'
bad "ports of a protocol without any" 'port' 'acl public in 1 allow gre from any to any port 80'
bad "ports of any protocol" 'port' 'acl public in 1 allow any from any to any port 80'
bad "a type of TCP" 'type' 'acl public in 1 allow tcp type 8'
bad "type 256" '256' 'acl public in 1 allow icmp type 256'
bad "code 256" '256' 'acl public in 1 allow icmp type 3 code 256'
bad "a code without a type" 'code' 'acl public in 1 allow icmp code 3'
bad "an address of 5 parts" '1\.2\.3\.4\.5' 'acl public in 1 allow tcp from 1.2.3.4.5'
bad "an address with 256 in it" '1\.2\.3\.256' 'acl public in 1 allow tcp from 1.2.3.256'
bad "/33" '10\.0\.0\.0/33' 'acl public in 1 allow tcp from 10.0.0.0/33'
bad "/129" '2001:db8::/129' 'acl public in 1 allow tcp from 2001:db8::/129'
bad "/ without a length" '10\.0\.0\.0/' 'acl public in 1 allow tcp from 10.0.0.0/'
bad "two :: in an address" '2001::db8::1' 'acl public in 1 allow tcp from 2001::db8::1'
bad "an address too long" '2001:db8:1:2:3:4:5:6:7' 'acl public in 1 allow tcp from 2001:db8:1:2:3:4:5:6:7'
refused "ICMP with IPv6 addresses" router 'line 1' 'acl public in 1 allow icmp from 2001:db8::/32'
refused "ICMPv6 with IPv4 addresses" router 'line 1' 'acl public in 1 allow icmpv6 from 10.0.0.0/8'
refused "nothing behind a word" router 'line 1' 'acl public in 1 allow tcp from'
refused "no entry behind its number" router 'line 1' 'acl public in 1'
refused "no name" router 'line 1' 'acl'
refused "a name with a semicolon" router 'line 1' 'acl pub;lic'
refused "a name of 64 characters" router 'line 1' "acl $(printf 'a%.0s' {1..64})"
refused "an interface name of 16 characters" router 'line 1' 'attach dev abcdefghijklmnop protects host'
refused "an interface name with a slash" router 'line 1' 'attach dev a/b protects host'
refused "an asterisk in the middle" router 'line 1' 'attach dev a*b protects host'
refused "a stem for an endpoint" router 'line 1' 'endpoint e dev vm* addr 10.0.0.1 groups web'
refused "an endpoint with a prefix" router 'line 1' 'endpoint e dev eth1 addr 10.0.0.0/24 groups web'
refused "an endpoint without groups" router 'line 1' 'endpoint e dev eth1 addr 10.0.0.1'
refused "a group named twice" router 'line 1' 'attach dev eth2 protects subnet groups web,web'
refused "an empty name in a list" router 'line 1' 'attach dev eth2 protects subnet groups web,,web'
refused "a commit without a begin" router 'line 1' 'commit'
refused "an abort without a begin" router 'line 1' 'abort'
refused "a confirm with nothing to confirm" router '.' 'confirm'
refused "a begin inside a begin" router 'line 2' 'begin
begin'
refused "an unknown word behind begin" router 'line 1' 'begin soon'
refused "confirm 0" router 'line 1' 'begin confirm 0'
refused "confirm a day and a second" router 'line 1' 'begin confirm 86401'
refused "a number with its entry twice in one transaction" router 'line 2' 'acl new in 1 allow tcp
acl new in 1 deny udp'
refused "the same prefix twice" router 'line 1' 'prefix-list corp 10.0.0.0/8'
must read router policy
same_text "after all this the policy is what it was" "$before" "$said"
accepted "a name of 63 characters is a name" router "acl $(printf 'a%.0s' {1..63})
delete acl $(printf 'a%.0s' {1..63})"
accepted "an interface name of 15 characters" router 'attach dev abcdefghijklmno protects host
delete attach dev abcdefghijklmno protects host'

# What bash can't say
while IFS= read -r line; do
	case $line in
	'ok '*) ok "${line#ok }" ;;
	'not ok '*) not_ok "${line#not ok }" ;;
	*) note "$line" ;;
	esac
done < <(in_ns router python3 "$(dirname "$0")/bad_input.py" 2>&1)
must read router policy
same_text "and the policy is still what it was" "$before" "$said"
