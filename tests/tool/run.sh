#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of the tool that need neither kernel nor root. Two tools are built with
# sanitizers: the real one, for what it does by itself, and one in which
# fake_proc.c acts the module, for what goes between the two.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
top=$(cd "$here/../.." && pwd -P)
out=${BAILEY_BUILD:-$top/build}/tool-test
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number=0
bad=0
status=0
export LC_ALL=C
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99
unset BAILEY_FAKE

build()
{
	local sanitize='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -Werror'
	make -s -C "$top/tools" BUILD="$out/real" CFLAGS="$sanitize" &&
		make -s -C "$top/tools" BUILD="$out/fake" CFLAGS="$sanitize" \
			WITHOUT=proc.c WITH="$here/fake_proc.c"
}

result()
{
	number=$((number + 1))
	if [ "$1" = ok ]; then
		echo "ok $number - $2"
	else
		bad=$((bad + 1))
		echo "not ok $number - $2"
		shift 2
		printf '%s\n' "$@" | head -n 40 | sed 's/^/# /'
	fi
}

# run WANTED-STATUS NAME COMMAND...: leaves what it said in $said and $erred
run()
{
	local wanted=$1 name=$2
	shift 2
	"$@" >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	said=$(tr -d '\0' <"$work/stdout")
	erred=$(tr -d '\0' <"$work/stderr")
	if [ $status = "$wanted" ]; then
		result ok "$name"
	else
		result bad "$name" "status $status, not $wanted: $*" "$said" "$erred"
	fi
}

# is NAME WANTED GOT
is()
{
	if [ "$2" = "$3" ]; then
		result ok "$1"
	else
		result bad "$1" "wanted:" "$2" "got:" "$3"
	fi
}

# has NAME TEXT STRING: the string stands in the text
has()
{
	case $2 in
	*"$3"*) result ok "$1" ;;
	*) result bad "$1" "not found: $3" "in:" "$2" ;;
	esac
}

# json NAME TEXT PYTHON: the expression holds for the document d
json()
{
	local why
	if why=$(printf '%s' "$2" | python3 -c "
import json, sys
d = json.load(sys.stdin)
def keys(v):
    if isinstance(v, dict):
        for k in v:
            assert k.replace('_', '').isalnum() and k == k.lower(), k
            yield from keys(v[k])
    elif isinstance(v, list):
        for e in v:
            yield from keys(e)
list(keys(d))
assert $3
" 2>&1); then
		result ok "$1"
	else
		result bad "$1" "$why" "$2"
	fi
}

echo "KTAP version 1"
if ! build >"$work/build.log" 2>&1; then
	echo "1..1"
	echo "not ok 1 - the tool builds with sanitizers"
	sed 's/^/# /' "$work/build.log"
	exit 1
fi
result ok "the tool builds with sanitizers"
# shellcheck disable=SC2034 # for the parts
real=$out/real/bailey
# shellcheck disable=SC2034
fake=$out/fake/bailey
for part in "$here"/[0-9]*.sh; do
	# shellcheck disable=SC1090
	. "$part"
done
echo "1..$number"
exit $((bad > 0))
