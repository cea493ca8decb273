# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
#
# What the scripts of the fuzz targets share. Sourced, with $here and $out set.

corpora=${XDG_CACHE_HOME:-$HOME/.cache}/bailey/corpus

# options_of TARGET: of libFuzzer, beside what each run has for itself
options_of()
{
	local more='' words=$here/dictionary
	[ ! -e "$words.$1" ] || words=$words.$1
	# what people are told is no news here, and costs more than the rest
	[ "$1" != tool ] || more="-close_fd_mask=3"
	echo "-timeout=20 -rss_limit_mb=2048 -dict=$words" \
		"-artifact_prefix=$out/$1- $more"
}

# unpack TARGET: what is kept in the tree, into $out/kept/TARGET
unpack()
{
	rm -rf "$out/kept/$1"
	mkdir -p "$out/kept/$1"
	if [ -e "$here/corpus/$1.tar.xz" ]; then
		tar -C "$out/kept/$1" -xJf "$here/corpus/$1.tar.xz"
	fi
}
