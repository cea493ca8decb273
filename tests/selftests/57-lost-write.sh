#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A transaction of which a write was refused, because it was longer than is taken at once
# or came from memory that is not there, is not committed without its middle.

. "$(dirname "$0")/traffic.sh"
plan 11

load_module
make_ns router
agent_start
must sysctl router max_policy_bytes 1000
must read router policy
before=$said

# refused_on NAME REGEX TEXT: a write on the open descriptor
refused_on()
{
	local escaped
	escape "$3"
	if agent "+fd-write w $escaped\\n"; then
		not_ok "$1" "accepted: $3"
	else
		must read router error
		expect_match "$1" "$2" "$said"
	fi
}

must fd-open w router policy
must fd-write w 'begin\nacl a in 1 allow tcp\n'
refused_on "a write of more bytes than are taken" max_policy_bytes "# $(printf '%01000d' 0)"
refused_on "what comes behind it" 'earlier line' 'acl a in 3 allow udp'
refused_on "the commit" 'earlier line' 'commit'
must read router policy
same_text "nothing is in force" "$before" "$said"
must fd-write w 'begin\nacl b\ncommit\n'
must read router policy
expect_match "the next transaction is" '^acl b$' "$said"
must fd-close w

# From memory that is not there
said=$(ip netns exec router python3 - 2>&1 <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
fd = os.open("/proc/net/bailey/policy", os.O_WRONLY)
os.write(fd, b"begin\nacl c in 1 allow tcp\n")
print("fault", libc.write(fd, ctypes.c_void_p(8), ctypes.c_size_t(100)), ctypes.get_errno())
for text in (b"rest of a line\n", b"acl c in 3 allow udp\n", b"commit\n"):
    try:
        print("taken", os.write(fd, text))
    except OSError as error:
        print("refused", error.errno)
os.write(fd, b"begin\nacl d\ncommit\n")
END
)
expect_match "a write from nowhere" '^fault -1 14$' "$said"
expect_equal "is followed by refusals" 2 "$(grep -c '^refused 22$' <<<"$said")"
must read router policy
expect_no_match "nothing of it is in force" '^acl c' "$said"
expect_match "the next transaction is in force, again" '^acl d$' "$said"

# Other files take less
if agent "+write router connections flush # $(printf '%070000d' 0)\\n"; then
	not_ok "too long a line for another file is refused" accepted
else
	ok "too long a line for another file is refused"
fi
accepted "and the policy can be written still" router 'acl e'
