#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Large and bad files for the importer: an answer or a refusal, in seconds and with
memory that grows with the file.

    large.py --cases          names of all cases, one a line
    large.py TOOL CASE        one of them

A case makes its files, says what is expected, and how much processor time and
memory may be used. Limits are far above what is needed, and far below what a
quadratic algorithm would take.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile


def permission(number, **peers):
    rule = {"IpProtocol": "tcp", "FromPort": number % 60000,
            "ToPort": number % 60000 + 5, "IpRanges": [], "Ipv6Ranges": [],
            "PrefixListIds": [], "UserIdGroupPairs": []}
    rule.update(peers)
    return rule


def address(number):
    return "10.%d.%d.%d" % (number >> 16 & 255, number >> 8 & 255, number & 255)


def cidr_rule(number):
    return permission(number, IpRanges=[{"CidrIp": address(number) + "/32",
                                         "Description": "rule %d" % number}])


def group(name, rules):
    return {"GroupId": "sg-%08x" % name, "GroupName": "group %d" % name, "VpcId": "vpc-1",
            "IpPermissions": rules, "IpPermissionsEgress": []}


def nic(number, groups):
    return {"NetworkInterfaceId": "eni-%05x" % number, "VpcId": "vpc-1",
            "SubnetId": "subnet-%d" % (number % 50), "PrivateIpAddress": address(number),
            "Groups": [{"GroupId": "sg-%08x" % name} for name in groups]}


def dump(path, document, **how):
    with open(path, "w") as file:
        json.dump(document, file, **how)
    return path


def hundred_megabytes(path):
    rules = [cidr_rule(number) for number in range(1000)]
    text = ",\n".join(json.dumps(group(name, rules), indent=1) for name in range(520))
    with open(path, "w") as file:
        file.write('{"SecurityGroups": [' + text + "]}")
    assert os.path.getsize(path) > 100 << 20
    return [path], 0, 520 * 1001, None


def one_large_group(path):
    rules = [cidr_rule(number) for number in range(60000)]
    return [dump(path, {"SecurityGroups": [group(1, rules)]})], 0, 60001, None


def ten_thousand_interfaces(path):
    groups = [group(name, [permission(name, UserIdGroupPairs=[
        {"GroupId": "sg-%08x" % (name + 1)}])]) for name in range(1000)]
    nics = [nic(number, {number % 1000, number * 7 % 1000}) for number in range(10000)]
    return [dump(path, {"SecurityGroups": groups}),
            dump(path + ".nics", {"NetworkInterfaces": nics})], 0, 10000 + 50 + 2001, None


def cycles_of_references(path):
    groups = [group(name, [permission(other, UserIdGroupPairs=[
        {"GroupId": "sg-%08x" % ((name + other) % 200)}]) for other in range(200)])
        for name in range(200)]
    return [dump(path, {"SecurityGroups": groups})], 0, 200 * 201, None


def stale_references(path):
    rules = [permission(number, UserIdGroupPairs=[{"GroupId": "sg-gone%d" % number}])
             for number in range(20000)]
    return [dump(path, {"SecurityGroups": [group(1, rules)]})], 0, 40001, "and so on"


def the_same_group_again(path):
    groups = [group(1, [cidr_rule(number) for number in range(10)])] * 20000
    return [dump(path, {"SecurityGroups": groups})], 0, 11, None


def two_files_that_disagree(path):
    first = [group(name, [cidr_rule(1)]) for name in range(20000)]
    second = [group(name, [cidr_rule(2)]) for name in range(20000)]
    return [dump(path, {"SecurityGroups": first}),
            dump(path + ".2", {"SecurityGroups": second})], 1, 0, "has other rules than in"


def overlapping_subnets(path):
    subnets = [{"SubnetId": "subnet-%05d" % number, "VpcId": "vpc-1",
                "CidrBlock": "10.0.0.0/%d" % (8 + number % 20)} for number in range(20000)]
    return [dump(path, {"Subnets": subnets})], 0, 20000, "overlap"


def deep_nesting(path):
    with open(path, "w") as file:
        file.write("[" * 5000000)
    return [path], 1, 0, "maximum parsing depth"


def deep_wrappers(path):
    with open(path, "w") as file:
        file.write('{"data":' * 1000 + "{}" + "}" * 1000)
    return [path], 1, 0, "more than 32 wrappers"


def many_documents(path):
    with open(path, "w") as file:
        for name in range(20000):
            json.dump(group(name, [cidr_rule(name)]), file)
            file.write("\n")
    return [path], 0, 40000, None


def cut_off(path):
    text = json.dumps({"SecurityGroups": [group(1, [cidr_rule(number)
                                                    for number in range(50000)])]})
    with open(path, "w") as file:
        file.write(text[:-5])
    return [path], 1, 0, "not JSON"


CASES = [hundred_megabytes, one_large_group, ten_thousand_interfaces, cycles_of_references,
         stale_references, the_same_group_again, two_files_that_disagree,
         overlapping_subnets, deep_nesting, deep_wrappers, many_documents, cut_off]

SECONDS = 60
BASE = 64 << 20
TIMES = 16


def lines(path):
    with open(path, "rb") as file:
        return sum(1 for line in file if line.strip() and not line.startswith(b"#"))


def run(tool, case, scratch):
    files, status, wanted, said = case(os.path.join(scratch, "file.json"))
    size = sum(os.path.getsize(file) for file in files)
    out, err = os.path.join(scratch, "out"), os.path.join(scratch, "err")
    with open(out, "w") as stdout, open(err, "w") as stderr:
        got = subprocess.run([tool, "import", "aws"] + files, stdout=stdout, stderr=stderr,
                             check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime
    memory = used.ru_maxrss << 10
    with open(err) as stderr:
        words = stderr.read()
    print("# %d MB, %.1f s, %d MB of memory" % (size >> 20, seconds, memory >> 20))
    good = (got == status and lines(out) == wanted and (not said or said in words) and
            seconds < SECONDS and memory < BASE + TIMES * size)
    if not good:
        print("# status %d, %d lines (wanted: %d, %d)" % (got, lines(out), status, wanted))
        for line in words.splitlines()[:20]:
            print("# " + line)
    return good


def main():
    if sys.argv[1:] == ["--cases"]:
        for case in CASES:
            print(case.__name__)
        return 0
    case = next(case for case in CASES if case.__name__ == sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        return 0 if run(sys.argv[1], case, scratch) else 1


if __name__ == "__main__":
    sys.exit(main())
