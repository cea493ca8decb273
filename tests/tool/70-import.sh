# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# import aws: what of AWS becomes what in the policy language.

# imports NAME JSON [OPTION...]: the JSON is accepted; $said has the policy's lines
imports()
{
	local name=$1
	printf '%s' "$2" >"$work/in.json"
	shift 2
	run 0 "$name" "$real" import aws "$@" "$work/in.json"
	said=$(grep -v -e '^#' -e '^$' <<<"$said")
}

# entry JSON-FIELDS: an ACL with one entry
entry()
{
	printf '{"NetworkAcls": [{"NetworkAclId": "acl-1", "Associations": [], "Entries": [{%s}]}]}' "$1"
}

# permission JSON-FIELDS [EGRESS-FIELDS]: a group with one rule
permission()
{
	printf '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{%s}], "IpPermissionsEgress": [%s]}]}' \
		"$1" "${2:-}"
}

# acl NAME FIELDS LINE: what an entry becomes
acl()
{
	imports "entry: $1" "$(entry "$2")"
	is "$1" "$(printf 'acl acl-1%s' "${3:+
acl acl-1 $3}")" "$said"
}

# rule NAME FIELDS LINE: what a rule becomes
rule()
{
	imports "rule: $1" "$(permission "$2")"
	is "$1" "$(printf 'group sg-1%s' "${3:+
group sg-1 $3}")" "$said"
}

in='"Egress": false, "RuleAction": "allow", "RuleNumber": 100'
acl 'tcp' "$in, \"Protocol\": \"6\", \"CidrBlock\": \"10.0.0.0/8\", \"PortRange\": {\"From\": 80, \"To\": 90}" \
	'in 100 allow tcp from 10.0.0.0/8 to any port 80-90'
acl 'one port' "$in, \"Protocol\": \"17\", \"CidrBlock\": \"10.0.0.0/8\", \"PortRange\": {\"From\": 53, \"To\": 53}" \
	'in 100 allow udp from 10.0.0.0/8 to any port 53'
acl 'all ports' "$in, \"Protocol\": \"6\", \"CidrBlock\": \"0.0.0.0/0\", \"PortRange\": {\"From\": 0, \"To\": 65535}" \
	'in 100 allow tcp from 0.0.0.0/0'
acl 'egress' '"Egress": true, "RuleAction": "deny", "RuleNumber": 7, "Protocol": "6", "Ipv6CidrBlock": "::/0", "PortRange": {"From": 22, "To": 22}' \
	'out 7 deny tcp to ::/0 port 22'
acl 'all protocols, ports ignored' "$in, \"Protocol\": \"-1\", \"CidrBlock\": \"1.2.3.4/32\", \"PortRange\": {\"From\": 22, \"To\": 22}" \
	'in 100 allow any from 1.2.3.4/32'
acl 'another protocol, ports ignored' "$in, \"Protocol\": \"132\", \"CidrBlock\": \"1.2.3.4/32\", \"PortRange\": {\"From\": 22, \"To\": 22}" \
	'in 100 allow sctp from 1.2.3.4/32'
acl 'a protocol without a name' "$in, \"Protocol\": \"99\", \"CidrBlock\": \"1.2.3.4/32\"" \
	'in 100 allow 99 from 1.2.3.4/32'
acl 'a protocol by name' "$in, \"Protocol\": \"TCP\", \"CidrBlock\": \"1.2.3.4/32\", \"PortRange\": {\"From\": 1, \"To\": 2}" \
	'in 100 allow tcp from 1.2.3.4/32 to any port 1-2'
acl 'ICMP type and code' "$in, \"Protocol\": \"1\", \"CidrBlock\": \"0.0.0.0/0\", \"IcmpTypeCode\": {\"Type\": 3, \"Code\": 4}" \
	'in 100 allow icmp from 0.0.0.0/0 type 3 code 4'
acl 'ICMP of any code' "$in, \"Protocol\": \"1\", \"CidrBlock\": \"0.0.0.0/0\", \"IcmpTypeCode\": {\"Type\": 8, \"Code\": -1}" \
	'in 100 allow icmp from 0.0.0.0/0 type 8'
acl 'ICMPv6 of any type' "$in, \"Protocol\": \"58\", \"Ipv6CidrBlock\": \"::/0\", \"IcmpTypeCode\": {\"Type\": -1, \"Code\": -1}" \
	'in 100 allow icmpv6 from ::/0'
acl 'ICMPv6 over IPv4' "$in, \"Protocol\": \"58\", \"CidrBlock\": \"0.0.0.0/0\"" ''
has 'is said to be left out' "$erred" 'ICMPv6 over IPv4: no packet is; left out'
acl 'host bits' "$in, \"Protocol\": \"-1\", \"CidrBlock\": \"10.1.2.3/8\"" 'in 100 allow any from 10.0.0.0/8'
has 'are said to be cleared' "$erred" 'in.json: NetworkAcls[0].Entries[0]: 10.1.2.3/8 has bits set behind its length'
acl 'the * entry' '"Egress": false, "RuleAction": "deny", "RuleNumber": 32767, "Protocol": "-1", "CidrBlock": "0.0.0.0/0"' ''
acl 'the * entry of IPv6' '"Egress": true, "RuleAction": "deny", "RuleNumber": 32768, "Protocol": "-1", "Ipv6CidrBlock": "::/0"' ''
acl 'the highest number' '"Egress": false, "RuleAction": "deny", "RuleNumber": 32766, "Protocol": "-1", "CidrBlock": "0.0.0.0/0"' \
	'in 32766 deny any from 0.0.0.0/0'
imports 'one number in both families' '{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [
	{"Egress": false, "RuleAction": "allow", "RuleNumber": 100, "Protocol": "-1", "Ipv6CidrBlock": "::/0"},
	{"Egress": false, "RuleAction": "deny", "RuleNumber": 100, "Protocol": "-1", "CidrBlock": "0.0.0.0/0"}]}]}'
has 'IPv4 has it' "$said" 'acl acl-1 in 100 deny any from 0.0.0.0/0'
has 'and IPv6' "$said" 'acl acl-1 in 100 allow any from ::/0'

v4='"IpRanges": [{"CidrIp": "10.0.0.0/8"}]'
rule 'tcp' "\"IpProtocol\": \"tcp\", \"FromPort\": 80, \"ToPort\": 80, $v4" 'in allow tcp from 10.0.0.0/8 to any port 80'
rule 'by number' "\"IpProtocol\": \"6\", \"FromPort\": 80, \"ToPort\": 81, $v4" 'in allow tcp from 10.0.0.0/8 to any port 80-81'
rule 'by a number that is one' "\"IpProtocol\": 17, \"FromPort\": 53, \"ToPort\": 53, $v4" 'in allow udp from 10.0.0.0/8 to any port 53'
rule 'all traffic' "\"IpProtocol\": \"-1\", \"FromPort\": -1, \"ToPort\": -1, $v4" 'in allow any from 10.0.0.0/8'
rule 'tcp of all ports' "\"IpProtocol\": \"tcp\", \"FromPort\": 0, \"ToPort\": 65535, $v4" 'in allow tcp from 10.0.0.0/8'
rule 'tcp from -1 to -1' "\"IpProtocol\": \"tcp\", \"FromPort\": -1, \"ToPort\": -1, $v4" 'in allow tcp from 10.0.0.0/8'
rule 'ESP, ports ignored' "\"IpProtocol\": \"50\", \"FromPort\": 80, \"ToPort\": 80, $v4" 'in allow esp from 10.0.0.0/8'
rule 'SCTP, ports ignored' "\"IpProtocol\": \"132\", \"FromPort\": 80, \"ToPort\": 80, $v4" 'in allow sctp from 10.0.0.0/8'
rule 'ICMP' "\"IpProtocol\": \"icmp\", \"FromPort\": 8, \"ToPort\": -1, $v4" 'in allow icmp from 10.0.0.0/8 type 8'
rule 'ICMP type and code' "\"IpProtocol\": \"icmp\", \"FromPort\": 3, \"ToPort\": 4, $v4" 'in allow icmp from 10.0.0.0/8 type 3 code 4'
rule 'ICMP -1' "\"IpProtocol\": \"icmp\", \"FromPort\": -1, \"ToPort\": -1, $v4" 'in allow icmp from 10.0.0.0/8'
rule 'ICMPv6' '"IpProtocol": "icmpv6", "FromPort": 128, "ToPort": 0, "Ipv6Ranges": [{"CidrIpv6": "2001:DB8::/32"}]' \
	'in allow icmpv6 from 2001:db8::/32 type 128 code 0'
rule 'an address alone' '"IpProtocol": "-1", "IpRanges": [{"CidrIp": "1.2.3.4"}]' 'in allow any from 1.2.3.4/32'
rule 'nobody' '"IpProtocol": "-1", "IpRanges": []' ''
rule 'the same twice' "\"IpProtocol\": \"-1\", \"IpRanges\": [{\"CidrIp\": \"10.1.0.0/8\"}, {\"CidrIp\": \"10.0.0.0/8\"}]" 'in allow any from 10.0.0.0/8'
rule 'its own group' '"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "1"}]' 'in allow any from group sg-1'
imports 'out rules' "$(permission '"IpProtocol": "-1"' '{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}')"
is 'one for each family' 'group sg-1
group sg-1 out allow tcp to 0.0.0.0/0 port 443
group sg-1 out allow tcp to ::/0 port 443' "$said"

imports 'a group that is gone' "$(permission '"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-9", "UserId": "2"}]')"
has 'is matched by nobody' "$said" 'group sg-9'
has 'which is said' "$erred" 'stale: sg-1 refers to sg-9'
has 'and stands in the policy' "$(cat "$work/stdout")" '# note: stale: sg-1 refers to sg-9'
imports 'a peering that is over' '{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1",
	"UserIdGroupPairs": [{"GroupId": "sg-2", "PeeringStatus": "deleted"}]}], "IpPermissionsEgress": []},
	{"GroupId": "sg-2", "IpPermissions": [], "IpPermissionsEgress": []}]}'
has 'leads to nobody' "$said" 'group sg-1 in allow any from group sg-2:gone'
has 'as is said' "$erred" 'stale: the peering'
imports 'a group by its name' '{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web tier", "VpcId": "v", "IpPermissions": [
	{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": "web tier"}]}], "IpPermissionsEgress": []},
	{"GroupId": "sg-2", "GroupName": "web tier", "VpcId": "w", "IpPermissions": [], "IpPermissionsEgress": []}]}'
has 'is that of its VPC' "$said" 'group sg-1/web-tier in allow any from group sg-1/web-tier'
has 'names have no blanks, and ids with them' "$said" 'group sg-2/web-tier'

imports 'rules by themselves' '{"SecurityGroupRules": [
	{"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8"},
	{"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv6": "::/0"},
	{"SecurityGroupRuleId": "sgr-3", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "icmp", "FromPort": -1, "ToPort": -1,
	 "ReferencedGroupInfo": {"GroupId": "sg-1", "UserId": "1"}}]}'
is 'make a group' 'group sg-1
group sg-1 in allow icmp from group sg-1
group sg-1 in allow tcp from 10.0.0.0/8 to any port 22
group sg-1 out allow any to ::/0' "$said"

lists='"PrefixLists": [{"PrefixListId": "pl-11111111", "PrefixListName": "s3", "Cidrs": ["10.0.0.0/8", "10.1.0.0/8", "11.0.0.0/8"]}]'
uses='"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-11111111"}]}], "IpPermissionsEgress": []}]'
imports 'a prefix list' "{$lists, $uses}"
is 'and its entries' 'prefix-list pl-11111111/s3
prefix-list pl-11111111/s3 10.0.0.0/8
prefix-list pl-11111111/s3 11.0.0.0/8
group sg-1
group sg-1 in allow any from prefix-list pl-11111111/s3' "$said"
printf '{%s}' "$uses" >"$work/uses.json"
run 1 'entries that are not at hand' "$real" import aws "$work/uses.json"
has 'are missed' "$erred" 'the entries of pl-11111111 are not at hand'
is 'and nothing is printed' '' "$said"
run 0 'unless that is allowed' "$real" import aws --allow-missing "$work/uses.json"
has 'then the list is empty' "$said" $'\nprefix-list pl-11111111\n'
printf '{"Entries": [{"Cidr": "10.0.0.0/8", "Description": "x"}]}' >"$work/entries.json"
cp "$work/entries.json" "$work/entries-of-pl-11111111.json"
run 0 'entries, by the name of their file' "$real" import aws "$work/uses.json" "$work/entries-of-pl-11111111.json"
has 'are taken' "$said" 'prefix-list pl-11111111 10.0.0.0/8'
run 0 'entries, by an option' "$real" import aws --entries "pl-11111111=$work/entries.json" "$work/entries.json" "$work/uses.json"
has 'are taken, too' "$said" 'prefix-list pl-11111111 10.0.0.0/8'
run 0 'entries that fit one list alone' "$real" import aws "$work/entries.json" "$work/uses.json"
has 'which is said' "$erred" 'the only list that they fit'
run 1 'an option about no file' "$real" import aws --entries pl-2=nothing "$work/uses.json" "$work/entries.json"
has 'is refused' "$erred" '--entries pl-2=nothing: no such file was read'

nic='"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-0123456789abcdef0", "VpcId": "vpc-1", "PrivateIpAddress": "10.0.0.4",
	"PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.4", "Primary": true}, {"PrivateIpAddress": "10.0.0.5", "Primary": false}],
	"Ipv6Addresses": [{"Ipv6Address": "2001:DB8:0::4"}], "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.16/31"}]'
groups='"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}]'
imports 'an interface' "{\"NetworkInterfaces\": [{$nic, \"Groups\": [{\"GroupId\": \"sg-1\"}], \"TagSet\": [{\"Key\": \"Name\", \"Value\": \"db 1\"}]}], $groups}"
is 'has all of its addresses' 'group sg-1
attach dev sn-789abcdef0 protects subnet
endpoint eni-1/db-1 dev sn-789abcdef0 addr 10.0.0.4,10.0.0.5,10.0.0.16,10.0.0.17,2001:db8::4 groups sg-1' "$(sed 's/sn-[0-9]*789/sn-789/g' <<<"$said")"
has 'a missing ACL is said' "$erred" 'no network ACL is at hand'
imports 'an interface without groups' "{\"NetworkInterfaces\": [{$nic, \"Groups\": []}]}"
is 'is not asked by groups' 'attach dev sn-6789abcdef0 protects subnet' "$(sed 's/sn-[0-9]*6789/sn-6789/g' <<<"$said")"
imports 'a group that nobody describes' "{\"NetworkInterfaces\": [{$nic, \"Groups\": [{\"GroupId\": \"sg-7\"}]}]}"
has 'is there, and empty' "$said" $'group sg-7\n'
has 'and said' "$erred" 'sg-7 of eni-1 is not described: it allows nothing'
imports 'an instance' "{\"Reservations\": [{\"Instances\": [{\"InstanceId\": \"i-1\", \"Tags\": [{\"Key\": \"Name\", \"Value\": \"web\"}],
	\"NetworkInterfaces\": [{$nic, \"Groups\": [{\"GroupId\": \"sg-1\"}]}]}]}], $groups, \"NetworkInterfaces\": [{$nic, \"Groups\": [{\"GroupId\": \"sg-1\"}]}]}"
is 'is its interfaces, each once' 1 "$(grep -c '^endpoint eni-1/web ' <<<"$said")"
imports 'a delegated prefix of IPv6' "{\"NetworkInterfaces\": [{\"NetworkInterfaceId\": \"eni-1\", \"SubnetId\": \"s\", \"Ipv6Prefixes\": [{\"Ipv6Prefix\": \"2001:db8::/80\"}],
	\"Groups\": [{\"GroupId\": \"sg-1\"}]}], $groups}" --allow-missing
has 'can only be left out' "$erred" 'the addresses of 2001:db8::/80 are no endpoint'

subnets='"Subnets": [{"SubnetId": "subnet-a", "CidrBlock": "10.0.0.0/24", "VpcId": "vpc-1"}, {"SubnetId": "subnet-b", "CidrBlock": "10.0.1.0/24", "VpcId": "vpc-1"}]'
acls='"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Entries": [], "Associations": [{"SubnetId": "subnet-a", "NetworkAclId": "acl-1"}]}]'
imports 'subnets' "{$subnets, $acls}" --dev subnet-a=eth1 --dev=subnet-b=eth2
is 'are behind interfaces' 'acl acl-1
attach dev eth1 protects subnet acl acl-1
attach dev eth2 protects subnet acl acl-1' "$said"
has 'the default ACL is said' "$erred" 'no ACL names subnet-b: it has acl-1, the default of its VPC'
printf '{%s}' "$subnets" >"$work/subnets.json"
run 1 'two subnets behind one interface' "$real" import aws --dev subnet-a=eth1 --dev subnet-b=eth1 "$work/subnets.json"
has 'are refused' "$erred" 'subnet-a and subnet-b are both behind eth1'
run 1 'a subnet behind two' "$real" import aws --dev subnet-a=eth1 --dev subnet-a=eth2 "$work/subnets.json"
has 'is refused' "$erred" 'puts subnet-a behind eth1, and behind eth2'
run 1 'a subnet that is not there' "$real" import aws --dev subnet-x=eth1 "$work/subnets.json"
has 'is refused, too' "$erred" 'no such subnet'
run 1 'a name that is no interface' "$real" import aws --dev subnet-a=sixteen-letters- "$work/subnets.json"
has 'is refused as well' "$erred" "can't be an interface's name"
imports 'a tag with the interface' '{"Subnets": [{"SubnetId": "subnet-a", "Tags": [{"Key": "bailey:dev", "Value": "eth9"}]}]}'
is 'is as good as the option' 'attach dev eth9 protects subnet' "$said"
imports 'ids that end alike' '{"Subnets": [{"SubnetId": "subnet-1-0123456789ab"}, {"SubnetId": "subnet-2-0123456789ab"}]}'
is 'get two interfaces' 2 "$(sort -u <<<"$said" | wc -l)"
is 'whose names are short enough' '' "$(grep -E 'dev [^ ]{16}' <<<"$said")"

# Names and comments are others' words
imports 'a newline in a description' '{"SecurityGroups": [{"GroupId": "sg-1", "Description": "a\ngroup evil in allow any\u001b[31m", "GroupName": "x\ndefault deny",
	"Tags": [{"Key": "k\n", "Value": "flush\nflush"}], "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "x\nflush"}]}], "IpPermissionsEgress": []}]}'
is 'makes no line' 'group sg-1/x-default-deny
group sg-1/x-default-deny in allow any from 10.0.0.0/8 # x\x0aflush' "$said"
is 'nor an escape sequence' '' "$(tr -d '\n\040-\176' <"$work/stdout")"
imports 'other alphabets' '{"SecurityGroups": [{"GroupId": "sg-1", "Description": "T\u00fcr \u65e5\u672c \u202e", "IpPermissions": [], "IpPermissionsEgress": []}]}'
has 'stay readable' "$(cat "$work/stdout")" 'Tür 日本 \xe2\x80\xae'
imports 'names that are the same' '{"SecurityGroups": [{"GroupId": "sg 1", "IpPermissions": [], "IpPermissionsEgress": []}, {"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []},
	{"GroupId": "sg,1", "IpPermissions": [], "IpPermissionsEgress": []}]}'
is 'are made different' 3 "$(sort -u <<<"$said" | grep -c '^group ')"
imports 'a very long name' "{\"SecurityGroups\": [{\"GroupId\": \"sg-1\", \"GroupName\": \"$(printf '%0300d' 7)\", \"IpPermissions\": [], \"IpPermissionsEgress\": []}]}"
is 'is cut' 70 "$(wc -c <<<"$said" | tr -d ' ')"

# Wrappers
one='{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}'
for wrapper in '{"SecurityGroups": [%s]}' '[%s]' '%s' '{"status_code": 200, "data": {"SecurityGroups": [%s], "ResponseMetadata": {}}}' \
	'{"Return": {"SecurityGroups": [%s]}}' '{"Return": true, "securityGroups": [%s]}' '{"security_groups": [%s]}' \
	'{"pages": [{"SecurityGroups": [%s], "NextToken": "x"}, {"SecurityGroups": []}]}' '{"SecurityGroup": %s}' '{"us-east-1": {"SecurityGroups": [%s]}}'; do
	# shellcheck disable=SC2059 # a format with one place
	imports "wrapped: $wrapper" "$(printf "$wrapper" "$one")"
	is "seen through: $wrapper" 'group sg-1' "$said"
done
imports 'keys of another style' '{"group_id": "sg-1", "ip_permissions": [{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "ip_ranges": ["10.0.0.0/8"]}], "ipPermissionsEgress": []}'
has 'are the same keys' "$said" 'group sg-1 in allow tcp from 10.0.0.0/8 to any port 22'
imports 'documents behind each other' "$one
{\"Subnets\": [{\"SubnetId\": \"subnet-a\"}]}"
is 'are all read' 2 "$(wc -l <<<"$said")"
imports 'a page without its last' "{\"SecurityGroups\": [$one], \"NextToken\": \"more\"}"
has 'is said' "$erred" 'there are more pages of security groups'
imports 'harmless fields' '{"SecurityGroups": [{"GroupId": "sg-1", "Weather": "fine", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "x"}], "NewThing": [], "Other": null}], "IpPermissionsEgress": []}], "Extra": 1}'
has 'pass' "$said" 'group sg-1 in allow any from 10.0.0.0/8'
run 0 'standard input, and a file for the answer' sh -c "printf '%s' '$one' | '$real' import aws -o '$work/out.policy' -"
is 'nothing is printed' '' "$said"
has 'but saved' "$(cat "$work/out.policy")" 'group sg-1'
run 0 'and can be read as a policy' "$real" policy check "$work/out.policy"
