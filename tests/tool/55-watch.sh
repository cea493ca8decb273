# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# connection watch: events as rows and as JSON, filters, its two ends.

export BAILEY_FAKE=$work/fake
export TZ=UTC
afresh
cat >"$BAILEY_FAKE/events" <<'END'
100.001 new tcp SYN_SENT src=119.18.36.73 dst=1.3.3.7 sport=40000 dport=443 in=eth0 out=eth1 groups=0,3
100.250 established tcp ESTABLISHED src=119.18.36.73 dst=1.3.3.7 sport=40000 dport=443 in=eth0 out=eth1 groups=0,3 REPLIED ASSURED
lost 12
101.000 new icmpv6 - src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=5 in=- out=eth1 groups=0,3 future=7
130.999 expired udp - src=2001:db8:1::73 dst=2001:db8:2::7 sport=5353 dport=53 in=eth0 out=- groups=2,0 reason=timeout
500.002 closed tcp TIME_WAIT src=119.18.36.73 dst=1.3.3.7 sport=40000 dport=443 in=eth0 out=eth1 groups=0,3 REPLIED ASSURED reason=fin
END
touch "$BAILEY_FAKE/gone"

run 1 "the module goes away" "$fake" connection watch
is "which is said" 'bailey: the module or the namespace is gone' "$erred"
is "a row for each event" 6 "$(grep -c . "$work/stdout")"
is "in columns" \
'new         tcp     SYN_SENT    119.18.36.73:40000     1.3.3.7:443            eth0  eth1
established tcp     ESTABLISHED 119.18.36.73:40000     1.3.3.7:443            eth0  eth1
lost        12 events
new         icmpv6  -           2001:db8::1            2001:db8::2            -     eth1  type 128 code 0 id 5
expired     udp     -           [2001:db8:1::73]:5353  [2001:db8:2::7]:53     eth0  -     timeout
closed      tcp     TIME_WAIT   119.18.36.73:40000     1.3.3.7:443            eth0  eth1  fin' \
	"$(sed 's/^[^ ]* //; s/ *$//' "$work/stdout")"
is "each with its time of day" 6 "$(grep -cE '^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3} ' "$work/stdout")"
run 1 "with the group sets" "$fake" -s connection watch proto udp
has "are shown" "$said" 'groups 2,0'
run 1 "in colours" "$fake" -c connection watch
is "which are all that differs" 6 "$(sed 's/\x1b\[[0-9]*m//g' "$work/stdout" | grep -cE ' (new|established|lost|expired|closed) ')"

# documents NAME PYTHON: what JSON says, an object a line, as the list d
documents()
{
	json "$1" "[$(paste -sd, "$work/stdout")]" "$2"
}

run 1 "as JSON" "$fake" -j connection watch
documents "an object a line" 'len(d) == 6 and all(isinstance(e, dict) for e in d)'
documents "an event" '{k: v for k, v in d[5].items() if k != "time"} == {"uptime": 500.002, "event": "closed", "reason": "fin", "protocol": "tcp", "state": "TIME_WAIT", "request": {"source": "119.18.36.73", "destination": "1.3.3.7", "source_port": 40000, "destination_port": 443, "in": "eth0", "out": "eth1"}, "response": {"source": "1.3.3.7", "destination": "119.18.36.73", "source_port": 443, "destination_port": 40000, "in": "eth1", "out": "eth0"}, "groups": {"originator": 0, "responder": 3}, "replied": True, "stream": False, "assured": True}'
documents "one that is no end" 'd[0]["reason"] is None and d[0]["event"] == "new"'
documents "times go together" 'abs((d[5]["time"] - d[0]["time"]) - (d[5]["uptime"] - d[0]["uptime"])) < 0.01 and d[0]["time"] > 1e9'
documents "what was lost" 'd[2]["event"] == "lost" and d[2]["lost"] == 12 and d[2]["time"] > 1e9'
run 1 "filtered" "$fake" -j connection watch proto tcp dport 443
documents "what is lost is told all the same" '[e["event"] for e in d] == ["new", "established", "lost", "closed"]'
run 1 "filtered by state" "$fake" -j connection watch state time_wait
documents "that of the event" '[e["event"] for e in d] == ["lost", "closed"]'
run 2 "a wrong filter" "$fake" connection watch proto frob
run 2 "a word too many" "$fake" connection watch now
run 0 "help says that there is such a thing" "$fake" connection help
has "indeed" "$said" 'connection watch'

rm "$BAILEY_FAKE/gone"
# In the foreground: otherwise a SIGCONT follows, in which the leak checker can get stuck
for signal in INT TERM; do
	run 0 "ended by SIG$signal" timeout --foreground --preserve-status \
		--signal=$signal 1 \
		"$fake" -j connection watch
	documents "with all that came before" 'len(d) == 6'
done
python3 -c '
for i in range(20000):
    print("%d.%03d new tcp SYN_SENT src=119.18.36.73 dst=1.3.3.7 sport=%d dport=443 in=eth0 out=eth1 groups=0,3"
          % (i, i % 1000, i))' >"$BAILEY_FAKE/events"
touch "$BAILEY_FAKE/gone"
run 1 "many events" "$fake" connection watch
is "all of them" 20000 "$(grep -c ' new ' "$work/stdout")"
run 1 "nowhere to print to" sh -c "'$fake' connection watch >/dev/full"
rm "$BAILEY_FAKE/gone"
run 1 "nor for one that would go on" sh -c "'$fake' connection watch >/dev/full"
for line in 'what is this' 'x.y new tcp SYN_SENT src=1.1.1.1 dst=2.2.2.2' '1.000 new' '1.000' \
	'1.000 new tcp SYN_SENT src=1.1.1.1'; do
	echo "$line" >"$BAILEY_FAKE/events"
	run 1 "not understood: $line" "$fake" connection watch
	has "says so" "$erred" 'events: line 1 is not understood'
done
unset BAILEY_FAKE TZ
