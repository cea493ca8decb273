# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# export aws: what comes of a policy, what AWS has no words for, and the way there and
# back.

cat >"$work/cloud" <<'END'
prefix-list corp 10.0.0.0/8 2001:db8::/32
prefix-list nothing
group web in allow tcp from any to any port 443
group web in allow icmp type 8
group web in allow icmpv6 from 2001:db8::/32 type 128 code 0
group web in allow udp from any port 0-65535 to 0.0.0.0/0 port 53
group web in allow any from prefix-list corp
group web in allow tcp from prefix-list corp to ::/0 port 22
group web out allow esp to any
group sg-1234/db in allow tcp from group web to any port 5432
group sg-1234/db out allow 99 to group sg-1234/db
acl edge in 100 allow tcp from any to any port 443
acl edge in 110 deny 99 from 10.0.0.0/8
acl edge in 110 allow icmpv6
acl edge out 32766 allow any to ::/0
acl acl-77/spare
attach dev eth1 protects subnet acl edge
attach dev eth2 protects subnet
endpoint w1 dev eth1 addr 10.0.1.7,2001:db8::7 groups web
endpoint eni-9/db1 dev eth2 addr 10.0.2.7 groups sg-1234/db,web
END
run 0 'a policy' "$real" -p export aws --policy "$work/cloud"
printf '%s' "$said" >"$work/cloud.json"
expect()
{
	local why
	if why=$(python3 -c "
import json
d = json.load(open('$work/cloud.json'))
groups = {g['GroupId']: g for g in d['SecurityGroups']}
acls = {a['NetworkAclId']: a for a in d['NetworkAcls']}
nics = {n['NetworkInterfaceId']: n for n in d['NetworkInterfaces']}
lists = {p['PrefixListId']: p for p in d['PrefixLists']}
assert $2
" 2>&1); then
		result ok "$1"
	else
		result bad "$1" "$why"
	fi
}
expect 'ids are taken apart' 'groups["sg-1234"]["GroupName"] == "db" and groups["sg-web"]["GroupName"] == "web"'
expect 'everybody is both families' '[p for p in groups["sg-web"]["IpPermissions"] if p.get("FromPort") == 443][0]["Ipv6Ranges"] == [{"CidrIpv6": "::/0"}]'
expect 'ICMP is one' '[p for p in groups["sg-web"]["IpPermissions"] if p["IpProtocol"] == "icmp"][0]["Ipv6Ranges"] == []'
expect 'a list for each family' 'lists["pl-corp"]["Cidrs"] == ["10.0.0.0/8"] and lists["pl-corp:ipv6"]["Cidrs"] == ["2001:db8::/32"]'
expect 'groups refer to ids' 'groups["sg-1234"]["IpPermissions"][0]["UserIdGroupPairs"] == [{"GroupId": "sg-web"}]'
expect 'entries are one for each family' '[e["RuleNumber"] for e in acls["acl-edge"]["Entries"] if e["Protocol"] == "6"] == [100, 100]'
expect 'the end is there' '{e["RuleNumber"] for e in acls["acl-77"]["Entries"]} == {32767, 32768}'
expect 'no ACL is one that allows all' '"subnet-eth2" in [a["SubnetId"] for a in acls["acl-bailey-everything"]["Associations"]]'
expect 'an endpoint is an interface' 'nics["eni-w1"]["SubnetId"] == "subnet-eth1" and nics["eni-9"]["TagSet"][0]["Value"] == "db1"'
run 0 'and back' "$real" import aws "$work/cloud.json"
printf '%s\n' "$said" >"$work/back"
has 'behind the same interfaces' "$said" 'attach dev eth1 protects subnet acl acl-edge/edge'
run 0 'and out once more' "$real" -p export aws --policy "$work/back"
printf '%s\n' "$said" >"$work/again.json"
run 0 'and in' "$real" import aws "$work/again.json"
is 'nothing changes any more' "$(grep -v '^#' "$work/back")" "$(grep -v '^#' <<<"$said")"

# cannot NAME LINE REASON
cannot()
{
	printf 'group web\nacl a\nprefix-list p\n%s\n' "$2" >"$work/more"
	run 1 "AWS has no word for: $1" "$real" export aws --policy "$work/more"
	has "which is said: $1" "$erred" "$3"
	is "nothing is printed: $1" '' "$said"
}
cannot 'a high number' 'acl a in 32767 allow tcp' 'acl a in 32767 allow tcp: AWS has numbers up to 32766'
cannot 'reject' 'acl a in 1 reject tcp' 'AWS denies, and tells nobody'
cannot 'source ports of an ACL' 'acl a in 1 allow tcp from any port 53' 'source ports'
cannot 'source ports of a group' 'group web in allow udp from any port 53' 'source ports'
cannot 'a destination on the way in' 'group web in allow tcp from any to 10.0.0.1 port 80' 'where to in an in rule'
cannot 'a source on the way out' 'acl a out 1 allow any from 10.0.0.0/8' 'where from in an out rule'
cannot 'ports of SCTP' 'group web in allow sctp to any port 36412' 'ports of TCP and UDP only'
cannot 'a prefix list in an ACL' 'acl a in 1 allow any from prefix-list p' 'no prefix lists in network ACLs'
cannot 'a group in one family' 'group web in allow tcp from group web to ::/0' 'in one family only'
cannot 'this machine' 'attach dev eth0 protects host groups web' 'the router itself'
cannot 'a stem' 'attach dev veth* protects subnet acl a' 'that come later'
cannot 'groups of a subnet' 'attach dev eth1 protects subnet groups web' 'not of whole subnets'
cannot 'an endpoint in no subnet' 'endpoint e dev eth1 addr 10.0.0.1 groups web' 'each interface is in a subnet'
cannot 'default deny' 'default deny' 'what is in no subnet'
cannot 'a missing exemption' 'delete exempt nd' 'exempt nd is not there'
export BAILEY_FAKE=$work/fake
afresh
run 0 'a policy is loaded' "$fake" policy load "$work/back"
run 0 'and exported from the module' "$fake" -p export aws
is 'as it was from the file' "$(cat "$work/again.json")" "$said"
unset BAILEY_FAKE
run 2 'a word too many' "$real" export aws now
run 0 'help' "$real" export help
