# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Options, objects, abbreviations, help, and what the tool exits with.

objects='acl group prefix-list attach endpoint exempt default policy edit connection
explain lint stats guard upgrade version'

run 2 "no words at all is wrong usage" "$real"
has "and shows how it would be right" "$erred" 'Usage: bailey [ OPTIONS ] OBJECT'
run 0 "help" "$real" help
has "help goes to standard output" "$said" 'OBJECT  :='
is "and nothing to standard error" '' "$erred"
for object in $objects; do
	run 0 "$object help" "$real" "$object" help
	has "$object help is about it" "$said" "bailey $object"
	run 0 "$object --help" "$real" "$object" --help
done
for object in acl group prefix-list attach endpoint exempt policy connection guard; do
	run 2 "$object with an unknown command" "$real" "$object" frobnicate
	has "$object shows its own usage then" "$erred" "Usage: bailey $object"
done

run 0 "version" "$real" version
has "has the tool's" "$said" 'bailey 0.'
has "and says that there is no module" "$said" 'module not loaded'
run 0 "-V" "$real" -V
run 0 "-Version" "$real" -Version
run 0 "--version" "$real" --version
run 0 "version as JSON" "$real" -j version
json "has null for the module" "$said" 'd["module"] is None and d["tool"]'
run 0 "version with a module" env BAILEY_FAKE="$work" "$fake" -j version
json "has the module's" "$said" 'd["module"] == "9.8.7"'

run 2 "an unknown object" "$real" frobnicate
has "is named" "$erred" "'frobnicate' is unknown"
run 2 "an ambiguous object" "$real" a show
has "its meanings are listed" "$erred" "'a' may mean acl, attach"
run 2 "an empty object" "$real" ''
run 0 "an abbreviated object" "$real" vers
run 0 "an abbreviated command" "$real" pol ch /dev/null
run 2 "an unknown option" "$real" --frobnicate version
has "the option is named" "$erred" "option '-frobnicate' is unknown"
run 2 "an unknown colour" "$real" -color=pink version
run 0 "a known one" "$real" -color=always version
run 2 "-b without a file" "$real" -b
run 2 "-b with an object" "$real" -b /dev/null acl
run 1 "without the module nothing is shown" "$real" acl
is "and the message says what to do" \
	'bailey: the module is not loaded (modprobe bailey)' "$erred"
for words in 'policy save' 'policy flush' 'policy confirm' 'stats' \
	'connection list' 'connection flush' 'connection save' upgrade 'group add web' 'default deny'; do
	# shellcheck disable=SC2086
	run 1 "without the module: $words" "$real" $words
	is "one message: $words" 'bailey: the module is not loaded (modprobe bailey)' "$erred"
done
run 2 "without the module: explain" "$real" explain tcp from 1.1.1.1 to 2.2.2.2 in eth0
is "one message: explain" 'bailey: the module is not loaded (modprobe bailey)' "$erred"
run 2 "a change without words" "$real" acl add
run 2 "an empty word would change the line" "$real" acl delete web ''
has "and is refused" "$erred" 'is empty'
run 2 "a newline would make two lines" "$real" acl add $'web\nflush'
has "and is refused, too" "$erred" 'newline'
run 2 "words too many" "$real" policy flush now
run 2 "load without a file" "$real" policy load
run 2 "load with two files" "$real" policy load a b
run 2 "load with an unknown option" "$real" policy load --frob a
run 2 "revoke without its word" "$real" policy load --revoke
run 2 "revoke with a wrong word" "$real" policy load --revoke perhaps a
run 2 "confirm with a wrong number" "$real" policy load --confirm 86401 a
run 2 "confirm 0" "$real" policy load --confirm 0 a
run 2 "a guard with an unknown option" "$real" guard on --all
run 2 "a guard with words too many" "$real" guard off now
run 2 "an upgrade with an unknown option" "$real" upgrade --all
run 2 "an upgrade with two modules" "$real" upgrade a.ko b.ko
run 2 "an upgrade with both options" "$real" upgrade --forward --open
run 1 "an upgrade to nothing" "$real" upgrade "$work/nothing.ko"
run 2 "check without a file" "$real" policy check
