# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# flow-log: AWS's default line, its other fields and ours, JSON, what is skipped, quiet and
# lost, wrong formats, and both ends of --follow.

export BAILEY_FAKE=$work/fake
afresh
cat >"$BAILEY_FAKE/flow_log" <<'END'
1418530010 1418530070 accept dir=ingress proto=tcp src=172.31.16.139 dst=172.31.16.21 sport=20641 dport=22 packets=20 bytes=4249 flags=19 dev=eth1 protects=subnet endpoint=db1 acl=public rule=100 groups=ssh,web group=ssh
1418530010 1418530070 reject dir=egress proto=udp src=2001:db8:1::73 dst=2001:db8:2::7 sport=49761 dport=3389 packets=2 bytes=90 dev=eth0 protects=host acl=edge rule=* reason=acl-default
1432917027 1432917142 accept dir=ingress proto=icmp src=203.0.113.12 dst=172.31.16.139 packets=4 bytes=336 dev=eth1 protects=subnet groups=ping future=7
1432917094 1432917142 reject dir=egress proto=253 src=172.31.16.139 dst=203.0.113.12 packets=4 bytes=336 dev=eth1 protects=subnet groups=ping reason=group-deny
1431280876 1431280934 nodata dev=eth2 protects=host
1431280876 1431280934 skipdata dir=ingress packets=7 bytes=420 dev=eth1 protects=subnet
1431280876 1431280934 skipdata packets=9 bytes=999
lost 12
END

before=$(date +%s)
run 0 "what there is, to its end" "$fake" flow-log
is "in AWS's default fields" \
'2 - db1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK
2 - eth0 2001:db8:1::73 2001:db8:2::7 49761 3389 17 2 90 1418530010 1418530070 REJECT OK
2 - eth1 203.0.113.12 172.31.16.139 0 0 1 4 336 1432917027 1432917142 ACCEPT OK
2 - eth1 172.31.16.139 203.0.113.12 0 0 253 4 336 1432917094 1432917142 REJECT OK
2 - eth2 - - - - - - - 1431280876 1431280934 - NODATA
2 - eth1 - - - - - - - 1431280876 1431280934 - SKIPDATA
2 - - - - - - - - - 1431280876 1431280934 - SKIPDATA' "$(sed '$d' "$work/stdout")"
is "what was lost was skipped" 1 "$(tail -n 1 "$work/stdout" |
	awk -v before="$before" '$11 >= before && $12 == $11' |
	grep -cE '^2 - - - - - - - - - [0-9]+ [0-9]+ - SKIPDATA$')"
has "and is said" "$erred" 'bailey: 12 records were overwritten before they were read'

# field NAME WANTED: of all records
field()
{
	run 0 "$1 alone" "$fake" flow-log --format "$1"
	is "$1" "$2" "$(paste -sd' ' "$work/stdout")"
}
field vpc-id '- - - - - - - -'
field subnet-id 'eth1 - eth1 eth1 - eth1 - -'
field tcp-flags '19 0 0 0 - - - -'
field type 'IPv4 IPv6 IPv4 IPv4 - - - -'
field pkt-srcaddr '172.31.16.139 2001:db8:1::73 203.0.113.12 172.31.16.139 - - - -'
field pkt-dstaddr '172.31.16.21 2001:db8:2::7 172.31.16.139 203.0.113.12 - - - -'
field flow-direction 'ingress egress ingress egress - ingress - -'
field traffic-path '- - - - - - - -'
field reject-reason '- acl-default - group-deny - - - -'
field interface 'eth1 eth0 eth1 eth1 eth2 eth1 - -'
field protects 'subnet host subnet subnet host subnet - -'
field endpoint 'db1 - - - - - - -'
field acl 'public edge - - - - - -'
field rule '100 * - - - - - -'
field groups 'ssh,web - ping ping - - - -'
field group 'ssh - - - - - - -'
field skipped-packets '- - - - - 7 9 -'
field skipped-bytes '- - - - - 420 999 -'
field lost-records '- - - - - - - 12'

head -n 1 "$BAILEY_FAKE/flow_log" >"$work/one"
mv "$work/one" "$BAILEY_FAKE/flow_log"
for format in 'version,srcaddr,action' 'version srcaddr action' \
	'${version} ${srcaddr} ${action}' ' version, ${srcaddr},,action '; do
	run 0 "a format: $format" "$fake" flow-log --format "$format"
	is "is understood" '2 172.31.16.139 ACCEPT' "$said"
done
for format in vpc-id:3 type:3 az-id:4 flow-direction:5 reject-reason:8 acl:2 'region type:4'; do
	run 0 "the version of ${format%:*}" "$fake" flow-log --format "version ${format%:*}"
	is "is the highest of its fields" "${format#*:}" "${said%% *}"
done
run 0 "with a header" "$fake" flow-log --header --format 'dstport account-id'
is "the names come first" 'dstport account-id
22 -' "$said"
run 0 "what nobody here knows" "$fake" flow-log --set account-id=123456789010 \
	--set interface-id=eni-1 --format 'account-id interface-id vpc-id' --set vpc-id=vpc-1
is "can be said" '123456789010 eni-1 vpc-1' "$said"
run 0 "show can be said, too" "$fake" flow-log show --format action
is "and is the same" ACCEPT "$said"

run 0 "as JSON" "$fake" -j flow-log
json "all fields" "$said" 'd == {"version": 8, "account_id": None, "interface_id": "db1", "srcaddr": "172.31.16.139", "dstaddr": "172.31.16.21", "srcport": 20641, "dstport": 22, "protocol": 6, "packets": 20, "bytes": 4249, "start": 1418530010, "end": 1418530070, "action": "ACCEPT", "log_status": "OK", "vpc_id": None, "subnet_id": "eth1", "instance_id": None, "tcp_flags": 19, "type": "IPv4", "pkt_srcaddr": "172.31.16.139", "pkt_dstaddr": "172.31.16.21", "region": None, "az_id": None, "sublocation_type": None, "sublocation_id": None, "pkt_src_aws_service": None, "pkt_dst_aws_service": None, "flow_direction": "ingress", "traffic_path": None, "reject_reason": None, "interface": "eth1", "protects": "subnet", "endpoint": "db1", "acl": "public", "rule": "100", "groups": "ssh,web", "group": "ssh", "skipped_packets": None, "skipped_bytes": None, "lost_records": None}'
run 0 "some fields as JSON" "$fake" -j flow-log --format 'bytes action' --set account-id=7
json "no others" "$said" 'd == {"bytes": 4249, "action": "ACCEPT"}'

run 2 "an unknown field" "$fake" flow-log --format 'version frob'
has "is named" "$erred" "there is no field 'frob'"
run 2 "one that is not closed" "$fake" flow-log --format '${version'
run 2 "no field" "$fake" flow-log --format ' ,'
run 2 "too many" "$fake" flow-log --format "$(printf 'version %.0s' {1..65})"
run 2 "a format is missing" "$fake" flow-log --format
has "which is said" "$erred" "a word is missing behind '--format'"
run 2 "a field that cannot be set" "$fake" flow-log --set action=ACCEPT
run 2 "one that is not there" "$fake" flow-log --set frob=1
run 2 "a value with blanks" "$fake" flow-log --set 'vpc-id=a b'
run 2 "no value" "$fake" flow-log --set vpc-id
run 2 "a word too many" "$fake" flow-log frob
run 0 "help says what fields there are" "$fake" flow-log help
has "indeed" "$said" 'flow-direction'

# In the foreground: otherwise a SIGCONT follows, in which the leak checker can get stuck
for signal in INT TERM; do
	run 0 "followed until SIG$signal" timeout --foreground --preserve-status \
		--signal=$signal 1 \
		"$fake" flow-log --follow --format action
	is "with all that came before" ACCEPT "$said"
done
touch "$BAILEY_FAKE/gone"
run 1 "the module goes away" "$fake" flow-log --follow
is "which is said" 'bailey: the module or the namespace is gone' "$erred"
rm "$BAILEY_FAKE/gone"
run 1 "nowhere to print to" sh -c "'$fake' flow-log >/dev/full"
for line in 'what is this' '1 2' '1 2 accept' '1 2 frob packets=1 bytes=1' 'x 2 nodata dev=eth0' \
	'1 2 nodata' '1 2 skipdata packets=1' '1 2 skipdata packets=x bytes=1' 'lost' 'lost x' \
	'1 2 accept dir=ingress proto=frob src=1.1.1.1 dst=1.1.1.1 packets=1 bytes=1 dev=a'; do
	echo "$line" >"$BAILEY_FAKE/flow_log"
	run 1 "not understood: $line" "$fake" flow-log
	has "says so" "$erred" 'flow_log: line 1 is not understood'
done
unset BAILEY_FAKE
