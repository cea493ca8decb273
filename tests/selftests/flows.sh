# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # for scenarios
#
# What scenarios about flow logs share. Sourced after traffic.sh.

there='packet client server:eth0'
back='packet server client:eth0'

# window [LENGTH]: the window at hand ends
window()
{
	must sysctl router flow_log "${1:-600}"
}

log()
{
	must fd-open-read "$1" router flow_log
}

# said LOG...: what is new, without times, and without interfaces that were quiet
news()
{
	must fd-read "$1"
	said=$(grep -v ' nodata ' <<<"$said" | sed -E 's/^[0-9]+ [0-9]+ //')
}

# told NAME LOG LINE...: what is new is these lines and no more
told()
{
	local name=$1 log=$2
	shift 2
	news "$log"
	same_text "$name" "$(printf '%s\n' "$@" | sort)" "$(sort <<<"$said")"
}

# sum LOG FIELD=VALUE... : of the lines of $said with all these words
sum()
{
	awk -v what="$1" -v words="${*:2}" '
		BEGIN { n = split(words, word, " ") }
		{
			for (i = 1; i <= n; i++)
				if (index(" " $0 " ", " " word[i] " ") == 0)
					next
			for (i = 1; i <= NF; i++)
				if (index($i, what "=") == 1)
					total += substr($i, length(what) + 2)
		}
		END { print total + 0 }' <<<"$said"
}
