#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Changing the policy: all or nothing, over any number of writes, and what was
# refused is said with its place.

. "$(dirname "$0")/traffic.sh"
plan 68

load_module
make_ns router
agent_start

policy_of()
{
	must read router policy
	printf '%s' "$said"
}

empty=$(policy_of)
expect_match "an empty policy" '^default pass$' "$empty"

# All or nothing
refused "a bad line refuses the good ones before it" router 'line 2$' 'acl good
acl bad in zero allow any'
same_text "nothing of it is there" "$empty" "$(policy_of)"
refused "and those behind it" router 'line 1$' 'nonsense
acl good'
same_text "nothing of that either" "$empty" "$(policy_of)"
must read router error
expect_match "the error file: line" '^line 1$' "$said"
expect_match "the error file: column" '^column 1$' "$said"
expect_match "the error file: length" '^length 8$' "$said"
expect_match "the error file: word" '^word nonsense$' "$said"
expect_match "the error file: reason" '^reason ..' "$said"
expect_match "the error file: expected" '^expected .*acl' "$said"
refused "the column of a later word" router '^column 12$' 'acl public inn 100 allow any'
refused "its length" router '^length 3$' 'acl public inn 100 allow any'

# Comments, blanks, order
accepted "comments and blank lines" router '# a comment

   acl public   in  100	allow tcp # from everyone
'
expect_match "are taken as meant" '^acl public in 100 allow tcp$' "$(policy_of)"
accepted "lines in any order" router 'attach dev eth1 protects subnet acl later groups g
acl later
group g in allow tcp from group h
group h'
if agent "+write router policy default deny"; then
	not_ok "a line without its end is refused" "accepted"
else
	ok "a line without its end is refused"
fi

# The canonical form is the policy
big='flush
prefix-list corp 10.0.0.0/8 2001:db8::/32
group web in allow tcp from any to any port 443
group web in allow icmp from prefix-list corp type 8 code 0
group web out allow udp from any port 1024-65535 to group web port 53
group db in allow tcp from group web to any port 5432
group empty
acl public in 100 allow tcp from 0.0.0.0/0 to any port 443
acl public in 100 deny 99 from ::/0
acl public out 4294967295 allow any
acl nothing
attach dev eth1 protects subnet acl public groups db,web
attach dev eth1 protects host groups empty
attach dev ppp* protects subnet acl nothing
endpoint db1 dev eth1 addr 10.0.1.7,2001:db8::7 groups db
delete exempt dhcp
default deny'
policy router "$big"
canonical=$(policy_of)
policy router "$canonical"
same_text "written back it is the same" "$canonical" "$(policy_of)"
policy router 'flush
group other
default pass'
policy router "$canonical"
same_text "written over another policy it is the same" "$canonical" "$(policy_of)"
expect_match "it holds the ports" 'from any port 1024-65535 to group web port 53' "$canonical"
expect_match "the type" 'allow icmp from prefix-list corp type 8 code 0' "$canonical"
expect_match "both entries 100" 'in 100 deny 99 from ::/0' "$canonical"
expect_match "the stem" '^attach dev ppp\* protects subnet acl nothing$' "$canonical"
expect_match "the default" '^default deny$' "$canonical"

# begin ... commit, torn anywhere
escape "$canonical"
for size in 1 2 7 64 4096; do
	policy router flush
	agent "+chunks router policy $size $escaped\\n" || note "$said"
	same_text "in writes of $size bytes" "$canonical" "$(policy_of)"
done
policy router flush
must fd-open w router policy
must fd-write w 'begin\nacl half'
same_text "nothing before the commit" "$empty" "$(policy_of)"
must fd-write w ' in 1 allow any\nabort\n'
same_text "nothing after an abort" "$empty" "$(policy_of)"
must fd-write w 'begin\nacl half in 1 allow any\n'
must fd-close w
same_text "nothing when the descriptor is closed" "$empty" "$(policy_of)"
must fd-open w router policy
must fd-write w 'begin\nacl whole in 1 allow any\ncommit\nbegin\nacl second\ncommit\n'
expect_match "two transactions in one write" '^acl second$' "$(policy_of)"
if agent '+fd-write w begin\nacl third\nno such line\ncommit\n'; then
	not_ok "a bad line inside begin ... commit is refused" accepted
else
	ok "a bad line inside begin ... commit is refused"
fi
must fd-read w
expect_match "the answer says where" '^line [0-9]+$' "$said"
expect_no_match "and nothing of it is there" third "$(policy_of)"
agent '+fd-write w commit\n'
expect_no_match "a commit behind it commits nothing" third "$(policy_of)"
agent '+fd-write w abort\n'
agent '+fd-write w begin\nacl fourth\ncommit\n'
expect_match "the next transaction is good" '^acl fourth$' "$(policy_of)"
must fd-close w

# Two writers at once: each is a change to what is in force when it commits
policy router flush
must fd-open one router policy
must fd-open two router policy
must fd-write one 'begin\nacl from-one\n'
must fd-write two 'begin\nacl from-two\ngroup common\n'
must fd-write one 'group common\n'
must fd-write two 'commit\n'
expect_match "the second committed first" '^acl from-two$' "$(policy_of)"
expect_no_match "the first not yet" 'from-one' "$(policy_of)"
agent '+fd-write one commit\n'
same_text "its group is there by now" 'no EEXIST' "no ${said%% *}"
expect_no_match "so it is refused whole" 'from-one' "$(policy_of)"
agent '+fd-write one abort\n'
must fd-write one 'begin\nacl from-one\ncommit\n'
must fd-close one
must fd-close two
expect_match "changes of both are there" '^acl from-two$' "$(policy_of)"
expect_match "of both" '^acl from-one$' "$(policy_of)"

# Verbs, and what refers to what
policy router 'flush
acl a in 1 allow tcp
group g in allow udp from group h
group h
prefix-list p 10.0.0.0/8
acl a in 2 allow tcp from prefix-list p
attach dev eth1 protects subnet acl a groups g
endpoint e dev eth1 addr 10.0.0.1 groups h'
before=$(policy_of)
refused "add what is there: an entry" router 'line 1' 'acl a in 1 deny udp'
refused "add what is there: a rule" router 'line 1' 'group g in allow udp from group h'
refused "add what is there: a prefix" router 'line 1' 'prefix-list p 10.0.0.0/8'
refused "add what is there: an attach line" router 'line 1' 'attach dev eth1 protects subnet'
refused "add what is there: an endpoint" router 'line 1' 'endpoint e dev eth2 addr 10.0.0.2 groups h'
refused "two endpoints with one address" router 'endpoint' 'endpoint f dev eth1 addr 10.0.0.1 groups h'
refused "delete what is not there: an entry" router 'line 1' 'delete acl a in 3'
refused "delete what is not there: a rule" router 'line 1' 'delete group g out allow udp'
refused "delete what is not there: an object" router 'line 1' 'delete acl nobody'
refused "delete what an attach line uses: its ACL" router 'eth1' 'delete acl a'
refused "delete what an attach line uses: its group" router 'eth1' 'delete group g'
refused "delete what an entry uses" router 'acl' 'delete prefix-list p'
refused "delete what a rule or an endpoint uses" router 'endpoint|group' 'delete group h'
refused "refer to what is not there: an ACL" router 'nowhere' 'attach dev eth9 protects subnet acl nowhere'
refused "refer to what is not there: a group" router 'nowhere' 'endpoint f dev eth9 addr 10.0.0.9 groups nowhere'
refused "refer to what is not there: a list" router 'nowhere' 'acl b in 1 allow tcp from prefix-list nowhere'
refused "a group as an ACL's peer" router 'line 1' 'acl b in 1 allow tcp from group h'
refused "families that cannot meet" router 'line 1' 'acl b in 1 allow tcp from 10.0.0.0/8 to 2001:db8::/32'
same_text "after all this the policy is what it was" "$before" "$(policy_of)"
accepted "deleting in one transaction what only its lines use" router 'delete group h
delete group g
delete endpoint e
delete attach dev eth1 protects subnet
delete acl a
delete prefix-list p'
same_text "leaves nothing" "$empty" "$(policy_of)"

# Host bits are cleared, and that is said
accepted "host bits" router 'prefix-list p 10.1.2.3/8'
expect_match "are noted" '^note .*10\.' "$said"
expect_match "and cleared" '^prefix-list p 10.0.0.0/8$' "$(policy_of)"
