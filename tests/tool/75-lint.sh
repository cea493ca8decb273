# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lint of the policy in force. tests/lint has what there is to find in files.

export BAILEY_FAKE=$work/fake
rm -rf "$BAILEY_FAKE"
mkdir "$BAILEY_FAKE"
cat >"$work/lint-policy" <<'END'
acl public in 100 allow tcp from any to any port 443
acl public out 100 allow tcp from any port 443 to any port 32768-60999
attach dev eth1 protects subnet acl public
END
run 0 "a policy is loaded" "$fake" policy load "$work/lint-policy"
run 1 "lint of the policy in force" "$fake" lint
has "has the canonical line, and no place" "$said" \
	"policy: error: no 'out' entry of the ACL lets the responses through; it fails for requests to ports 443 from ports 1024-32767, 61000-65535 [BL001 forgotten-response]
    acl public in 100 allow tcp to any port 443"
suggested=$(printf '%s\n' "$said" | sed -n 's/^    suggested: //p' | head -n 1)
run 1 "the same as JSON" "$fake" -j lint
json "has null for the place" "$said" \
	'd["findings"][0]["file"] is None and d["findings"][0]["line"] is None and d["findings"][0]["subject"] == "acl public in 100 allow tcp to any port 443" and d["summary"]["errors"] == 1'
run 1 "the same as SARIF" "$fake" lint --sarif
has "names the line" "$said" '"fullyQualifiedName":"acl public in 100 allow tcp to any port 443"'
printf '%s\n' "$suggested" >"$work/lint-change"
run 0 "the suggested line is carried out" "$fake" -b "$work/lint-change"
run 0 "no error is found then" "$fake" lint
has "but that the entry from before is needless" "$said" '[BL012 needless]'
printf '%s\n' "$said" | sed -n 's/^    suggested: //p' >"$work/lint-change"
run 0 "this line is carried out, too" "$fake" -b "$work/lint-change"
run 0 "nothing is found then" "$fake" lint
is "which is said" "0 errors, 0 warnings, 0 notes; 0 silenced" "$said"
printf 'group g in allow tcp to any port 22\nattach dev eth0 protects host groups g\ndefault deny\n' >"$work/lint-change"
run 0 "a host that everybody may log in to, and default deny" "$fake" -b "$work/lint-change"
run 1 "is found" "$fake" lint
has "with a packet to this machine" "$said" 'port 22 in eth0'
run 2 "without the module" env -u BAILEY_FAKE "$fake" lint
unset BAILEY_FAKE
