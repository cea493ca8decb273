# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Files that are none, output that goes nowhere, arguments of any kind.

mkdir "$work/dir"
for command in 'policy check' 'policy load' '-b' 'explain --policy'; do
	packet=
	refused=1
	if [ "$command" = 'explain --policy' ]; then
		packet='tcp from 1.1.1.1 to 2.2.2.2 in eth0'
		refused=2
	fi
	# shellcheck disable=SC2086
	run $refused "$command: a directory" "$real" $command "$work/dir" $packet
	is "says so: $command" "bailey: $work/dir: Is a directory" "$erred"
	# shellcheck disable=SC2086
	run $refused "$command: no such file" "$real" $command "$work/none" $packet
	is "says so, too: $command" "bailey: $work/none: No such file or directory" "$erred"
done
run 1 "an endless file" "$real" policy check /dev/zero
has "ends somewhere" "$erred" 'larger than 256 MiB'
if [ -e /proc/self/mem ]; then
	run 1 "a file that cannot be read" "$real" policy check /proc/self/mem
fi
head -c 3000000 /dev/urandom >"$work/noise"
run 1 "noise" "$real" policy check "$work/noise"
is "does not reach the terminal" '' "$(tr -d '\n\040-\176' <"$work/stderr" | tr -d '\200-\377')"
run 1 "noise as JSON" "$real" -j policy check "$work/noise"
json "is JSON" "$said" 'not d[0]["ok"]'
head -c 1048576 /dev/zero | tr '\0' 'a' >"$work/long"
run 1 "one line of a megabyte" "$real" policy check "$work/long"
head -c 1000000 /dev/zero >"$work/nul"
run 1 "a million NUL bytes" "$real" policy check "$work/nul"
yes '' | head -n 1000000 >"$work/empty"
run 0 "a million empty lines" "$real" policy check "$work/empty"

run 1 "a full disk" sh -c "'$real' help >/dev/full"
has "is said" "$erred" 'cannot write to standard output: No space left on device'
run 1 "a closed standard output" sh -c "'$real' help >&-"
has "is said, too" "$erred" 'cannot write to standard output'
run 0 "a closed standard error" sh -c "'$real' version 2>&-"
run 0 "all closed" sh -c "'$real' policy check /dev/null >/dev/null 2>&- <&-"
run 1 "a reader that went away" bash -c "trap '' PIPE; '$real' help > >(exec <&-; sleep 0.2; :) ; exit \$?" || :

long=$(head -c 100000 /dev/zero | tr '\0' 'x')
for word in "$long" $'\001\002\377' '%s%n%s' '../../etc/passwd' '-' '--' '*' "'" '\'; do
	run 2 "as an object: $(printf '%.8q' "$word")" "$real" "$word"
	run 1 "as a name: $(printf '%.8q' "$word")" "$real" policy check "$work/dir/$(printf '%.8q' "${word//\//_}")"
	mkdir -p "$work/fake"
	run 1 "as a line: $(printf '%.8q' "$word")" env BAILEY_FAKE="$work/fake" "$fake" group add "$word" '*'
	run 2 "as a filter: $(printf '%.8q' "$word")" "$real" connection list src "$word"
	run 2 "as a packet: $(printf '%.8q' "$word")" "$real" explain "$word" from x
done
is "nothing of it reaches the terminal" '' "$(tr -d '\n\040-\176' <"$work/stderr")"

# Memory: a million connections, with the sanitizer's own use left out
export BAILEY_FAKE=$work/fake
python3 - >"$work/fake/connections" <<'END'
for i in range(100000):
    print("tcp ESTABLISHED src=10.%d.%d.%d dst=1.3.3.7 sport=%d dport=443 in=eth0 out=eth1 groups=0,3 expires=431999 REPLIED ASSURED" % (i >> 16 & 255, i >> 8 & 255, i & 255, i % 64000 + 1024))
END
run 0 "a hundred thousand connections as JSON" "$fake" -j connection list
json "all of them" "$said" 'len(d) == 100000'
run 0 "as a table" "$fake" connection list
is "all of those" 200001 "$(wc -l <"$work/stdout")"
run 1 "into a full disk" sh -c "'$fake' connection list >/dev/full"
unset BAILEY_FAKE
