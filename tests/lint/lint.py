#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# lint.py TOOL SAME CASES WORK SEED POLICIES
#
# What holds of bailey lint: each code has a file that has it and a mended one that has
# not; on these and on random policies each finding's packet shows it, each suggested
# line removes it, what is called needless changes nothing by going, and what is left
# then all matters; silences, exit statuses, JSON and SARIF are as they are documented.

import json
import os
import random
import subprocess
import sys

tool, same, cases, work = sys.argv[1:5]
seed, policies = int(sys.argv[5]), int(sys.argv[6])
NEEDLESS = ('BL010', 'BL011', 'BL012', 'BL013')
# Without an example
UNPROVABLE = ('BL042', 'BL043', 'BL090', 'BL091', 'BL099')
number = 0
failed = 0


def result(good, name, *why):
    global number, failed
    number += 1
    print(f'{"ok" if good else "not ok"} {number} - {name}', flush=True)
    if not good:
        failed += 1
        for line in '\n'.join(str(w) for w in why).splitlines()[:40]:
            print('#', line)
    return good


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def write(name, text):
    path = os.path.join(work, name)
    with open(path, 'w') as out:
        out.write(text)
    return path


def read(path):
    with open(path) as file:
        return file.read()


def lint_all(paths):
    """The findings of many files, by file."""
    status, said, erred = run(tool, '-j', 'lint', '--fail-on', 'never', *paths)
    assert status == 0 and not erred, (status, erred)
    found = {path: [] for path in paths}
    for finding in json.loads(said)['findings']:
        found[finding['file']].append(finding)
    return found


def lint(path):
    return lint_all([path])[path]


def key(finding):
    return finding['code'], finding['subject'], finding['text']


def shows(path, finding):
    """Does explain, asked about the example, show the finding?"""
    code = finding['code']
    if finding['example'] is None:
        return code in UNPROVABLE or code in ('BL040', 'BL041')
    status, said, erred = run(tool, '-j', 'explain', '--policy', path,
                              *finding['example'].split())
    assert status in (0, 1) and not erred, (status, erred, finding)
    packets = json.loads(said)['packets']
    verdicts = [packet['verdict'] for packet in packets]
    deciding = [json.dumps(question['rule']) for question in packets[0]['questions']
                if question['rule']]
    if code in ('BL001', 'BL002'):
        wanted = '-default' if code == 'BL001' else '-entry'
        return verdicts[:2] == ['pass', 'drop'] and packets[1]['code'].endswith(wanted)
    if code in ('BL010', 'BL011', 'BL012'):
        by = finding['shows'].removeprefix('decided by ').split()
        return any(' '.join(by[3:]) in rule for rule in deciding) and \
            (by[3] == finding['subject'].split()[3]) == (code == 'BL012')
    if code in ('BL030', 'BL031', 'BL050'):
        return status == 0
    if code in ('BL020', 'BL021', 'BL022'):
        words = ' '.join(finding['subject'].split()[3:])
        return not any(words in rule for rule in deciding)
    return True


def not_mended(path, findings):
    """Those that are still there with their suggested line behind the file."""
    base, files = read(path), {}
    for n, finding in enumerate(findings):
        if finding['suggestion'] is not None:
            files[write(f'mended-{n}', base + finding['suggestion'] + '\n')] = finding
    found = lint_all(list(files)) if files else {}
    return [finding for file, finding in files.items()
            if key(finding) in [key(f) for f in found[file]]]


def differ(path, lines):
    """Of lines, those that behind the file make another policy of it."""
    base = read(path)
    files = {write(f'line-{n}', base + line + '\n'): line for n, line in enumerate(lines)}
    if not files:
        return []
    status, said, erred = run(same, path, *files)
    assert status in (0, 1) and not erred, (status, erred, lines)
    return [files[file] for file in said.splitlines()]


def check_cases():
    codes = sorted({name.split('.')[0] for name in os.listdir(cases)})
    for code in codes:
        bad, good = (os.path.join(cases, f'{code}.{end}') for end in ('bad', 'good'))
        found = lint(bad)
        mine = [f for f in found if f['code'] == code]
        result(mine, f'{code} is found', found)
        others = [f for f in lint(good) if f['code'] == code]
        result(not others, f'{code} is not found in the mended file', others)
        wrong = [f for f in found if not shows(bad, f)]
        result(not wrong, f'{code}: explain shows what was found', wrong)
        wrong = not_mended(bad, found)
        result(not wrong, f'{code}: suggested lines remove what was found', wrong)
        lines = read(bad).splitlines()
        wrong = [f for f in found if not f['line'] or f['column'] != 1 and
                 '#' not in lines[f['line'] - 1]]
        result(not wrong, f'{code}: places are lines of the file', wrong)
    return codes


def random_cidr(r):
    return r.choice(['any', '10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/9', '10.1.0.0/16',
                     '10.1.0.0/17', '10.1.128.0/17', '192.0.2.0/24', '2001:db8::/32'])


def random_match(r, group):
    proto = r.choice(['tcp', 'udp', 'tcp', 'any', 'icmp'])
    source = r.choice([random_cidr(r), 'prefix-list p', 'group h' if group else 'any'])
    if proto == 'icmp':
        source = 'any' if ':' in source else source
    match = f'{proto} from {source}'
    if proto in ('tcp', 'udp') and r.random() < 0.3:
        match += f' port {r.choice(["1024-65535", "443", "32768-60999", "1-1023"])}'
    match += ' to any'
    if proto in ('tcp', 'udp') and r.random() < 0.8:
        match += f' port {r.choice(["443", "22", "1-1023", "1024-65535", "400-500", "80-443"])}'
    if proto == 'icmp':
        match += f' type {r.choice([0, 8, 3])}'
    return match


def random_policy(r):
    lines = ['prefix-list p 10.0.0.0/9 192.0.2.0/25 2001:db8::/33',
             'group g', 'group h', 'acl a',
             'attach dev eth1 protects subnet acl a groups g',
             'attach dev eth2 protects subnet acl a',
             'endpoint e dev eth1 addr 10.1.0.7,2001:db8::7 groups h']
    for way in ('in', 'out'):
        for n in range(r.randint(3, 9)):
            action = r.choice(['allow', 'allow', 'deny', 'reject'])
            lines.append(f'acl a {way} {10 * n + 10} {action} {random_match(r, False)}')
        for n in range(r.randint(1, 5)):
            lines.append(f'replace group g {way} allow {random_match(r, True)}')
    seen = []
    for line in lines:
        if line not in seen:
            seen.append(line)
    return '\n'.join(seen).replace('replace group', 'group') + '\n'


def accepted(r):
    while True:
        path = write('random', random_policy(r))
        if run(tool, 'policy', 'check', path)[0] == 0:
            return path


def check_random(r, n):
    path = accepted(r)
    text = read(path)
    found = lint(path)
    some = r.sample(found, min(6, len(found)))
    wrong = [f for f in some if not shows(path, f)]
    result(not wrong, f'random policy {n}: explain shows findings', wrong, text)
    wrong = not_mended(path, some)
    result(not wrong, f'random policy {n}: suggested lines remove findings', wrong, text)
    check_needless(path, found, n)


def check_needless(path, found, n):
    """Delete what does not matter, and what then does not, until all matters."""
    deleted = 0
    for _ in range(6):
        needless = [f['suggestion'] for f in found if f['code'] in NEEDLESS]
        if not needless:
            break
        deleted += len(needless)
        wrong = differ(path, needless + ['\n'.join(needless)])
        if not result(not wrong, f'random policy {n}: {len(needless)} can go, one by one and '
                      'together', wrong, read(path)):
            return
        path = write('left', read(path) + ''.join(f'{line}\n' for line in needless))
        found = lint(path)
    result(not needless, f'random policy {n}: all that is left matters to lint', read(path))
    check_minimal(path, found, n)


def check_minimal(path, found, n):
    """Each entry that lint leaves matters: without it the ACL means something else."""
    canonical = run(tool, 'policy', 'diff', '/dev/null', path)[1]
    rules = [line[1:] for line in canonical.splitlines()
             if line.startswith('+acl a ') and len(line.split()) > 3]
    silent = [f['subject'] for f in found if f['code'] in ('BL020', 'BL021')]
    matter = differ(path, [f'delete {rule}' for rule in rules])
    wrong = [rule for rule in rules if f'delete {rule}' not in matter and rule not in silent and
             ' reject ' not in rule and not near_reject(rule, rules)]
    result(not wrong, f'random policy {n}: and indeed', wrong, read(path))


def near_reject(rule, rules):
    """A deny may stand before a reject, or at its end, for the sender's sake alone."""
    return ' deny ' in rule and any(' reject ' in other for other in rules)


def check_silences():
    base = read(os.path.join(cases, 'BL042.bad'))
    line = 'prefix-list corp 10.0.0.0/8'

    def silenced(text):
        return {f['code']: f for f in lint(write('silent', base.replace(line, text)))}

    reason = 'lint: ignore BL042 because it is wanted'
    for name, text in (('on the line', f'{line} # {reason}'), ('before it', f'# {reason}\n{line}'),
                       ('before a blank and a comment', f'# {reason}\n\n# more\n{line}'),
                       ('by name', f'# {reason}\n{line}'.replace('BL042', 'unused-prefix-list')),
                       ('with several marks', f'## {reason}\n{line}')):
        found = silenced(text)
        result(found['BL042']['silenced'] and found['BL042']['reason'] == 'it is wanted' and
               not {'BL090', 'BL091'} & set(found), f'a silence {name}', found)
    for name, text, code in (
            ('without a reason', f'# lint: ignore BL042\n{line}', 'BL090'),
            ('with an empty reason', f'# lint: ignore BL042 because\n{line}', 'BL090'),
            ('of an unknown code', f'# lint: ignore BL777 because so\n{line}', 'BL090'),
            ('without codes', f'# lint: ignore\n{line}', 'BL090'),
            ('of another word', f'# lint: allow BL042 because so\n{line}', 'BL090'),
            ('behind the line', f'{line}\n# {reason}\n', 'BL091'),
            ('of another code', f'# lint: ignore BL010 because so\n{line}', 'BL091'),
            ('of one code too many', f'# lint: ignore BL042,BL010 because so\n{line}', 'BL091'),
            ('at the end of the file', f'{line}\n\n# {reason}', 'BL091')):
        found = silenced(text)
        result(code in found, f'a silence {name} is a finding itself', found)
        if code == 'BL090':
            result(not found['BL042']['silenced'], f'and silences nothing: {name}', found)
    found = silenced(f'{line} #lint: is no comment for lint? it is; ignored')
    result('BL090' in found, 'a comment that begins like a silence', found)
    found = silenced(f'{line} # about lint: ignore nothing')
    result('BL090' not in found, 'a comment that speaks of lint', found)


def check_status():
    note, warning = os.path.join(cases, 'BL042.bad'), os.path.join(cases, 'BL030.bad')
    error, none = os.path.join(cases, 'BL001.bad'), os.path.join(cases, 'BL042.good')
    for path, option, wanted in (
            (none, 'note', 0), (note, 'note', 1), (note, 'warning', 0), (note, '', 0),
            (warning, '', 1), (warning, 'error', 0), (error, 'error', 1),
            (error, 'never', 0), (error, '', 1)):
        options = ['--fail-on', option] if option else []
        status, said, erred = run(tool, 'lint', *options, path)
        result(status == wanted and not erred,
               f'exit status {wanted}: {os.path.basename(path)} {option}', status, said, erred)
    silent = write('silent', '# lint: ignore BL042 because so\n' + 'prefix-list c 10.0.0.0/8\n')
    result(run(tool, 'lint', '--fail-on=note', silent)[0] == 0, 'what is silenced does not count')
    refused = write('refused', 'frob\n')
    status, said, erred = run(tool, 'lint', refused, error)
    result(status == 2 and 'refused:1:1: error' in erred and 'BL001' in said,
           'a file that is refused, and one that is not', status, said, erred)
    for words in (['--fail-on'], ['--fail-on', 'x', none], ['--frob', none]):
        result(run(tool, 'lint', *words)[0] == 2, f'wrong words: {words[0]} {len(words)}')
    result(run(tool, 'lint', 'help')[0] == 0, 'its help')
    result(run(tool, 'lint')[0] == 2, 'without a file and without the module')
    transactions = write('begun', 'begin\nflush\n' + read(error) + 'commit\n')
    found = lint(transactions)
    result([f['line'] for f in found if f['code'] == 'BL001'] == [4],
           'places in a file with transactions', found)
    status, said, _ = run(tool, 'lint', error)
    result(f'{error}:2:1: error: ' in said and '[BL001 forgotten-response]' in said and
           'example: tcp from ' in said and 'suggested: acl a out ' in said, 'the text', said)


def check_sarif(codes):
    paths = [os.path.join(cases, f'{code}.bad') for code in codes]
    silent = write('si lent', read(os.path.join(cases, 'BL090.good')))
    status, said, erred = run(tool, 'lint', '--sarif', *paths, silent)
    log = json.loads(said)
    (one,) = log['runs']
    driver, results = one['tool']['driver'], one['results']
    result(status == 1 and not erred and log['version'] == '2.1.0' and
           log['$schema'].endswith('sarif-2.1.0.json') and driver['name'] == 'bailey lint',
           'SARIF has its head', said[:300])
    rules = driver['rules']
    result(all(r['id'] and r['name'] and r['shortDescription']['text'] and
               r['defaultConfiguration']['level'] in ('note', 'warning', 'error')
               for r in rules) and len({r['id'] for r in rules}) == len(rules),
           'SARIF has the kinds of findings', rules)
    wrong = [r for r in results if rules[r['ruleIndex']]['id'] != r['ruleId'] or
             r['level'] not in ('note', 'warning', 'error') or not r['message']['text'] or
             r['locations'][0]['physicalLocation']['region']['startLine'] < 1 or
             r['locations'][0]['physicalLocation']['region']['endColumn'] <=
             r['locations'][0]['physicalLocation']['region']['startColumn'] or
             not r['locations'][0]['physicalLocation']['artifactLocation']['uri']]
    result(results and not wrong, 'SARIF has results with places', wrong)
    result(set(codes) <= {r['ruleId'] for r in results}, 'SARIF has all that was found')
    silenced = [r for r in results if 'suppressions' in r]
    result(len(silenced) == 1 and silenced[0]['suppressions'][0]['kind'] == 'inSource' and
           silenced[0]['suppressions'][0]['justification'] and
           silenced[0]['locations'][0]['physicalLocation']['artifactLocation']['uri']
           .endswith('si%20lent'), 'SARIF has what is silenced', silenced)
    path = os.path.join(work, 'out.sarif')
    status, said, _ = run(tool, 'lint', f'--sarif={path}', paths[0])
    result(json.loads(read(path))['version'] == '2.1.0' and '[BL001' in said,
           'SARIF in a file, beside the text', said)


def check_big():
    """Thousands of entries: an answer in bounded time, or a note that it was given up."""
    r = random.Random(seed)
    lines = ['attach dev eth1 protects subnet acl a', 'acl a out 1 allow any']
    for n in range(3000):
        lines.append(f'acl a in {n + 1} {r.choice(["allow", "deny"])} tcp from '
                     f'{r.randrange(1, 220)}.{r.randrange(256)}.0.0/{r.choice([16, 16, 12])} '
                     f'to any port {r.choice([80, 443])}')
    found = lint(write('big', '\n'.join(lines) + '\n'))
    shadowed = [f for f in found if f['code'] in ('BL010', 'BL011')]
    result(shadowed and all(f['example'] for f in shadowed),
           f'3000 entries: {len(shadowed)} never decide', len(found))


print('KTAP version 1')
all_codes = check_cases()
check_silences()
check_status()
check_sarif(all_codes)
check_big()
generator = random.Random(seed)
for count in range(policies):
    check_random(generator, count + 1)
print(f'1..{number}')
sys.exit(failed > 0)
