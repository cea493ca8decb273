# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# import aws: what is refused, where it stands, and that nothing is printed then.

# denies NAME JSON PLACE REASON [OPTION...]
denies()
{
	local name=$1 place="bad.json: $3" reason=$4
	printf '%s' "$2" >"$work/bad.json"
	shift 4
	run 1 "refused: $name" "$real" import aws "$@" "$work/bad.json"
	has "its place: $name" "$erred" "$place"
	has "its reason: $name" "$erred" "$reason"
	is "nothing is printed: $name" '' "$said"
}

# skips NAME JSON: refused as well, but can be left out
skips()
{
	denies "$1" "$2" "$3" "$4"
	run 0 "left out: $1" "$real" import aws --skip-invalid "$work/bad.json"
	has "and listed: $1" "$erred" 'left out: '
	is "matching nothing: $1" '' "$(grep -E ' (in|out) ' <<<"$said" | grep -v '^#')"
}

denies 'no JSON' '{"SecurityGroups": [}' 'line 1 column 21' 'not JSON'
denies 'an end too early' $'{"SecurityGroups":\n[' 'line 2' 'not JSON'
printf '{"Subnets": []} x' >"$work/bad.json"
run 1 'rubbish behind it' "$real" import aws "$work/bad.json"
has 'is a document that is none' "$erred" 'bad.json, document 2: line 1 column 1: not JSON'
printf '{"Subnets": []}\n\n{"Subnets": 1,}' >"$work/bad.json"
run 1 'a bad document behind a good one' "$real" import aws "$work/bad.json"
has 'is found in its line' "$erred" 'bad.json, document 2: line 3 column'
is 'and nothing is printed' '' "$said"
denies 'a key twice' '{"Subnets": [], "Subnets": []}' 'line 1' 'duplicate'
denies 'a string alone' '"x"' 'line 1' 'an object or a list should stand here'
denies 'nothing' '' 'it is empty' ''
denies 'nothing that is known' '{"Volumes": []}' 'nothing in it is known here' ''
denies 'a wrong type of list' '{"SecurityGroups": 7}' 'SecurityGroups: ' 'an object should stand here, not a number'
denies 'a wrong type of element' '{"Subnets": [{"SubnetId": "a"}, "b"]}' 'Subnets[1]: ' 'not a string'
denies 'a wrong type of id' '{"Subnets": [{"SubnetId": 5}]}' 'Subnets[0].SubnetId: ' 'a string should stand here, not a number'
denies 'a NUL in an id' '{"Subnets": [{"SubnetId": "a\u0000b"}]}' 'Subnets[0].SubnetId: ' 'NUL'

bad_rule()
{
	printf '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{%s, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "IpPermissionsEgress": []}]}' "$1"
}
at='SecurityGroups[0].IpPermissions[0]'
skips 'tcp from -1 to 50' "$(bad_rule '"IpProtocol": "tcp", "FromPort": -1, "ToPort": 50')" "$at: " 'from port -1 to 50'
skips 'tcp from 30 to -1' "$(bad_rule '"IpProtocol": "tcp", "FromPort": 30, "ToPort": -1')" "$at: " 'ports are from 0'
skips 'tcp without an end' "$(bad_rule '"IpProtocol": "tcp", "FromPort": 30')" "$at: " 'ports are from 0'
skips 'from above to' "$(bad_rule '"IpProtocol": "udp", "FromPort": 90, "ToPort": 80')" "$at: " 'ends before it begins'
skips 'a port too high' "$(bad_rule '"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65536')" "$at: " 'ports are from 0 to 65535'
skips 'a type too high' "$(bad_rule '"IpProtocol": "icmp", "FromPort": 256, "ToPort": -1')" "$at: " 'they are from 0 to 255'
skips 'a code of any type' "$(bad_rule '"IpProtocol": "icmp", "FromPort": -1, "ToPort": 3')" "$at: " 'makes no sense'
skips 'no such protocol' "$(bad_rule '"IpProtocol": "256"')" "$at.IpProtocol: " 'is no protocol'
skips 'no such name' "$(bad_rule '"IpProtocol": "tpc"')" "$at.IpProtocol: " 'is no protocol'
denies 'a port that is a string' "$(bad_rule '"IpProtocol": "tcp", "FromPort": "80", "ToPort": 80')" "$at.FromPort: " 'a whole number should stand here'
denies 'a port that is a fraction' "$(bad_rule '"IpProtocol": "tcp", "FromPort": 80.5, "ToPort": 81')" "$at.FromPort: " 'fraction'
denies 'no protocol' "$(bad_rule '"FromPort": 80')" "$at: " 'IpProtocol is missing'
denies 'a field that may mean something' "$(bad_rule '"IpProtocol": "-1", "SourcePort": 53')" "$at.SourcePort: " 'this field is unknown'
denies 'rules of an unknown kind' '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": [], "IpPermissionsForward": [1]}]}' \
	'SecurityGroups[0].IpPermissionsForward: ' 'looks like rules'
denies 'a group that says nothing' '{"SecurityGroups": [{"GroupId": "sg-1"}]}' 'SecurityGroups[0]: ' 'says nothing of the group'
denies 'a rule of nobody' '{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}' '' 'a rule of a group that is not named'
skips 'a prefix that is none' '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/33"}]}], "IpPermissionsEgress": []}]}' \
	"$at.IpRanges[0]: " 'is not a prefix'
skips 'a prefix of the other family' '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "::/0"}]}], "IpPermissionsEgress": []}]}' \
	"$at.IpRanges[0]: " 'is not a prefix of IPv4'
denies 'a range without a prefix' '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"Description": "x"}]}], "IpPermissionsEgress": []}]}' \
	"$at.IpRanges[0]: " 'CidrIp is missing'
denies 'a rule with two peers' '{"SecurityGroupRules": [{"SecurityGroupRuleId": "x", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0", "CidrIpv6": "::/0"}]}' \
	'SecurityGroupRules[0]: ' 'one of CidrIpv4'
denies 'a rule that its group has not' '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}],
	"SecurityGroupRules": [{"SecurityGroupRuleId": "x", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"}]}' \
	'SecurityGroupRules[0]: ' 'has no such rule'

bad_entry()
{
	printf '{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [{%s}]}]}' "$1"
}
at='NetworkAcls[0].Entries[0]'
denies 'no direction' "$(bad_entry '"RuleNumber": 1, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"')" "$at: " 'Egress is missing'
denies 'a direction that is a string' "$(bad_entry '"Egress": "false", "RuleNumber": 1, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"')" "$at.Egress: " 'true or false'
denies 'neither allow nor deny' "$(bad_entry '"Egress": false, "RuleNumber": 1, "RuleAction": "maybe", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"')" "$at: " 'allow or deny'
denies 'an unknown field of an entry' "$(bad_entry '"Egress": false, "RuleNumber": 1, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "PrefixListId": "pl-1"')" "$at.PrefixListId: " 'unknown'
skips 'number 0' "$(bad_entry '"Egress": false, "RuleNumber": 0, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"')" "$at: " 'they are from 1 to 32766'
skips 'an allow at 32767' "$(bad_entry '"Egress": false, "RuleNumber": 32767, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"')" "$at: " 'number 32767'
skips 'no prefix' "$(bad_entry '"Egress": false, "RuleNumber": 1, "RuleAction": "allow", "Protocol": "-1"')" "$at: " 'are missing'
denies 'a number twice' '{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [
	{"Egress": false, "RuleNumber": 1, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
	{"Egress": false, "RuleNumber": 1, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}]}]}' 'NetworkAcls[0]: ' 'is there twice'
denies 'entries of nobody' '{"Entries": [{"RuleNumber": 1, "Egress": true}]}' 'Entries: ' 'entries of whom?'
denies 'a subnet with two ACLs' '{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [], "Associations": [{"SubnetId": "s"}]},
	{"NetworkAclId": "acl-2", "Entries": [], "Associations": [{"SubnetId": "s"}]}]}' 'NetworkAcls[1]: ' 's is associated with acl-2, and with acl-1 too'

bad_nic()
{
	printf '{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "SubnetId": "s", "PrivateIpAddress": "10.0.0.4", "Groups": [{"GroupId": "sg-1"}]}, {%s}]}' "$1"
}
at='NetworkInterfaces[1]'
denies 'an address of two' "$(bad_nic '"NetworkInterfaceId": "eni-2", "SubnetId": "s", "PrivateIpAddress": "10.0.0.4", "Groups": [{"GroupId": "sg-1"}]')" "$at: " 'eni-1 has it too'
denies 'an interface nowhere' "$(bad_nic '"NetworkInterfaceId": "eni-2", "PrivateIpAddress": "10.0.0.5", "Groups": []')" "$at: " 'SubnetId is missing'
denies 'no word about groups' "$(bad_nic '"NetworkInterfaceId": "eni-2", "SubnetId": "s", "PrivateIpAddress": "10.0.0.5"')" "$at: " 'Groups is missing'
skips 'no address' "$(bad_nic '"NetworkInterfaceId": "eni-2", "SubnetId": "s", "PrivateIpAddress": "10.0.0.500", "Groups": []')" "$at: " 'is not an address'
denies 'the same interface elsewhere' "$(bad_nic '"NetworkInterfaceId": "eni-1", "SubnetId": "t", "PrivateIpAddress": "10.0.0.4", "Groups": []')" "$at: " 'eni-1 has another subnet'
denies 'a whole prefix of IPv6' "$(bad_nic '"NetworkInterfaceId": "eni-2", "SubnetId": "s", "Ipv6Prefixes": [{"Ipv6Prefix": "2001:db8::/80"}], "Groups": [{"GroupId": "sg-1"}]')" "$at: " 'an endpoint has single addresses'
denies 'a subnet in two VPCs' '{"Subnets": [{"SubnetId": "s", "VpcId": "v"}, {"SubnetId": "s", "VpcId": "w"}]}' 'Subnets[1]: ' 's is another one in'

printf '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}]}' >"$work/first.json"
printf '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "IpPermissionsEgress": []}]}' >"$work/second.json"
run 1 'two files that disagree' "$real" import aws "$work/first.json" "$work/second.json"
has 'are both named' "$erred" "second.json: SecurityGroups[0]: group sg-1 has other rules than in $work/first.json: SecurityGroups[0]"
run 0 'the later one can be left out' "$real" import aws --skip-invalid "$work/first.json" "$work/second.json"
run 1 'one bad file of two' "$real" import aws "$work/first.json" "$work/none.json"
is 'and nothing is printed' '' "$said"
run 2 'no file' "$real" import aws
run 2 'an unknown option' "$real" import aws --frob "$work/first.json"
run 2 'a subnet without its interface' "$real" import aws --dev subnet-a "$work/first.json"
run 2 'another cloud' "$real" import azure "$work/first.json"
run 0 'help' "$real" import help
