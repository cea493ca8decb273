# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# edit: what an editor leaves is checked, shown, and loaded or saved; or nothing is.

export BAILEY_FAKE=$work/fake
export TMPDIR=$work/tmp
rm -rf "$BAILEY_FAKE" "$TMPDIR"
mkdir "$BAILEY_FAKE" "$TMPDIR"

cat >"$work/edit-policy" <<'END'
group web in allow tcp from any to any port 443
acl public in 100 allow tcp from any to any port 443
attach dev eth1 protects subnet acl public groups web
END

# editor LINE...: an editor that runs these lines on its file, $1
editor()
{
	{
		echo '#!/bin/bash'
		printf '%s\n' "$@"
	} >"$work/editor"
	chmod +x "$work/editor"
	export EDITOR="$work/editor"
}

# edits STATUS NAME ANSWERS WORDS...: what is typed to the tool's questions
edits()
{
	local wanted=$1 name=$2
	printf '%b' "$3" >"$work/answers"
	shift 3
	# shellcheck disable=SC2016 # for the shell there
	run "$wanted" "$name" sh -c 'answers=$1; shift; "$@" <"$answers"' sh "$work/answers" "$fake" edit "$@"
	is "no copy is left: $name" '' "$(ls -A "$TMPDIR")"
}

run 0 "a policy is loaded" "$fake" policy load "$work/edit-policy"
cp "$BAILEY_FAKE/policy" "$work/before"
unset VISUAL

# shellcheck disable=SC2016 # for the editor
editor 'stat -c "%a %n" "$1" "$(dirname "$1")" >&2' 'cat "$1" >&2' 'touch "$1~"'
edits 0 "an editor that changes nothing" ''
has "works on a file of its owner's" "$erred" '600 '
has "in a directory of its owner's" "$erred" '700 '
has "with the policy in force" "$erred" 'acl public in 100 allow tcp to any port 443'
has "and that is said" "$erred" 'bailey: nothing was changed'
is "it is as before" "$(cat "$work/before")" "$(cat "$BAILEY_FAKE/policy")"

# shellcheck disable=SC2016
editor 'sed -i "s/port 443/port 8443/" "$1"'
edits 0 "a change" ''
has "is shown" "$said" '+acl public in 100 allow tcp to any port 8443'
has "and in force" "$(cat "$BAILEY_FAKE/policy")" 'acl public in 100 allow tcp to any port 8443'
editor 'echo "group more" >>"$1"'
rm -f "$BAILEY_FAKE/begin.written"
edits 0 "with confirm and revoke" '' --confirm 60 --revoke cut
is "both are asked for" 'check 0 cut 1 confirm 60' "$(cat "$BAILEY_FAKE/begin.written")"
has "and what to do is said" "$said" "comes back in 60 s unless 'bailey policy confirm' follows"
cp "$BAILEY_FAKE/policy" "$work/before"
editor 'exit 3'
edits 1 "an editor that fails" ''
has "is named" "$erred" "ended with status 3"
editor 'kill -9 $$'
edits 1 "an editor that is killed" ''
EDITOR=/nonexistent edits 1 "an editor that is not there" ''
is "nothing is changed by them" "$(cat "$work/before")" "$(cat "$BAILEY_FAKE/policy")"
# shellcheck disable=SC2016
VISUAL='sed -i s/^group.more/#/' edits 0 "VISUAL goes first, and may have words" ''
[[ $(cat "$BAILEY_FAKE/policy") != *'group more'* ]]
is "it has edited" 0 $?

# Errors: again, or not
cp "$BAILEY_FAKE/policy" "$work/before"
editor 'echo "acl public in 200 allow tcp port 80" >>"$1"'
edits 1 "an error, and no more" 'x\n'
has "its place is shown" "$erred" 'policy:11:29: error:'
has "with a caret" "$erred" '   ^~~~'
has "the question" "$erred" 'What now? e: edit again, x: leave without a change'
edits 1 "an error, and the end of input" ''
edits 1 "an error, a wrong answer, and no more" 'q\nyes\nx\n'
is "it is as before" "$(cat "$work/before")" "$(cat "$BAILEY_FAKE/policy")"
# shellcheck disable=SC2016
editor 'if grep -q frob "$1"; then sed -i "s/^frob/acl/" "$1"; else echo "frob new" >>"$1"; fi'
edits 0 "an error, corrected" 'e\n'
has "is loaded then" "$(cat "$BAILEY_FAKE/policy")" 'acl new'
echo 12 >"$BAILEY_FAKE/errno"
editor 'echo "acl never" >>"$1"'
edits 1 "what the kernel refuses" 'x\n'
has "asks, too" "$erred" 'What now?'
rm "$BAILEY_FAKE/errno"

# Others change it meanwhile
# shellcheck disable=SC2016
editor 'grep -q mine "$1" || { echo "acl mine" >>"$1"; '"$fake"' acl add public in 300 allow udp; '"$fake"' acl delete new; '"$fake"' attach replace dev eth1 protects subnet acl public; }'
edits 1 "others change it meanwhile" 'x\n'
has "it is said" "$erred" 'has been changed meanwhile'
has "and what" "$said" '+acl public in 300 allow udp'
[[ $(cat "$BAILEY_FAKE/policy") != *'acl mine'* ]]
is "nothing of mine is in force" 0 $?
"$fake" policy load "$work/edit-policy"
"$fake" acl add new
edits 0 "others change it meanwhile, and I take it in" 'm\n'
has "mine is in force" "$(cat "$BAILEY_FAKE/policy")" 'acl mine'
has "theirs is, too" "$(cat "$BAILEY_FAKE/policy")" 'acl public in 300 allow udp'
has "and theirs that replaced" "$(cat "$BAILEY_FAKE/policy")" $'protects subnet acl public\n'
[[ $(cat "$BAILEY_FAKE/policy") != *'acl new'* ]]
is "what they deleted is gone" 0 $?
# shellcheck disable=SC2016
editor 'if grep -q others "$1"; then sed -i "/others/,\$d" "$1"; else echo "acl both" >>"$1"; '"$fake"' acl add both; fi'
edits 0 "both make the same, and I delete their line" 'm\n'

# A file
cp "$work/edit-policy" "$work/edit-file"
chmod 640 "$work/edit-file"
# shellcheck disable=SC2016
editor 'sed -i "s/443/444/" "$1"'
edits 0 "a file" '' "$work/edit-file"
has "is changed" "$(cat "$work/edit-file")" 'port 444'
is "its mode stays" 640 "$(stat -c %a "$work/edit-file")"
editor 'echo frob >>"$1"'
edits 1 "a file with an error" 'x\n' "$work/edit-file"
has "its name is in the place" "$erred" "$work/edit-file:4:1: error"
[[ $(cat "$work/edit-file") != *frob* ]]
is "which is not saved" 0 $?
# shellcheck disable=SC2016
editor "echo '# theirs' >>'$work/edit-file'" 'echo "acl mine" >>"$1"'
edits 1 "a file that others change" 'x\n' "$work/edit-file"
has "is left alone" "$erred" 'the file has been changed meanwhile'
editor 'echo "acl a" >"$1"'
edits 0 "a new file" '' "$work/edit-new"
is "is made" 'acl a' "$(cat "$work/edit-new")"
editor ':'
edits 0 "a new file that stays empty" '' "$work/edit-none"
[ ! -e "$work/edit-none" ]
is "is not made" 0 $?

# Two editors, and interruptions
editor "'$fake' edit >>'$work/second' 2>&1; '$fake' edit '$work/edit-file' >>'$work/second' 2>&1; true"
rm -f "$work/second"
edits 0 "an editor in which another begins" ''
has "the other is refused" "$(cat "$work/second")" 'bailey: policy is being edited by somebody else'
editor "'$fake' edit '$work/edit-file' >'$work/second' 2>&1; true"
edits 0 "the same with a file" '' "$work/edit-file"
has "the other is refused" "$(cat "$work/second")" 'is being edited by somebody else'
# shellcheck disable=SC2016
editor 'echo "acl after" >>"$1"; kill -INT $PPID; sleep 0.1'
edits 0 "an interrupt in the editor is the editor's" ''
has "what it left is loaded" "$(cat "$BAILEY_FAKE/policy")" 'acl after'
# shellcheck disable=SC2016
editor 'echo "acl late" >>"$1"; kill -TERM $PPID; sleep 5'
edits 1 "a termination ends the editor, too" ''
[[ $(cat "$BAILEY_FAKE/policy") != *'acl late'* ]]
is "and nothing is changed" 0 $?
printf '#!/bin/sh\necho frob >>"$1"\ntouch "%s/asked"\n' "$work" >"$work/editor-bad"
chmod +x "$work/editor-bad"
rm -f "$work/asked"
# shellcheck disable=SC2016
run 1 "an interrupt at the question" bash -c 'export EDITOR=$1; shift; set -m
	mkfifo "$1/ask"; exec 7<>"$1/ask"; asked=$1/asked; shift
	"$@" edit <&7 & child=$!
	for ((i = 0; i < 100; i++)); do [ -e "$asked" ] && break; sleep 0.05; done
	sleep 0.3; kill -INT $child; wait $child' bash "$work/editor-bad" "$work" "$fake"
has "leaves without a change" "$erred" 'nothing was changed'
is "and without a copy" '' "$(ls -A "$TMPDIR")"

run 2 "two files" "$real" edit a b
run 2 "options with a file" "$real" edit --confirm 60 "$work/edit-file"
run 2 "a wrong option" "$real" edit --frob
run 2 "JSON" "$real" -j edit
run 1 "a directory" "$real" edit "$work/tmp"
run 1 "without the module" env -u BAILEY_FAKE "$fake" edit
unset BAILEY_FAKE TMPDIR EDITOR
