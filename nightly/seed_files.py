"""The files that a seeds file names: read, and added to the seeds as candidates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from domain.candidates import Candidate, Why
from domain.certificates import parse_certificates
from domain.clock import Clock, utc_now
from domain.digests import digest, sha256_hex
from domain.errors import InputError
from domain.seeds import FileKind, SeedFile, SeedList, SeedProblem
from domain.tables import RowProblem
from domain.targets import site_key
from domain.tips import parse_tips
from nightly.plan import FileRules

_PRIORITY_OF_A_CERTIFICATE = 0.4


def with_files(
    seeds: SeedList, path: Path | None, rules: FileRules, *, clock: Clock = utc_now
) -> SeedList:
    """``seeds``, which stand in the file ``path``, with what the files that it names hold.

    What is wrong with one of these is a problem at the line that names it. The digest covers
    their contents.
    """
    if path is None or not seeds.files:
        return seeds
    problems, candidates = list(seeds.problems), list[Candidate]()
    left_out, digests = Counter[str](), [seeds.digest]
    for file in seeds.files:
        try:
            data = read(path.parent / file.file, rules.max_bytes)
        except InputError as error:
            problems.append(SeedProblem(file.line, file.file, str(error)))
            continue
        digests.append(sha256_hex(data))
        found, wrong, out = _read(file, data, rules, clock())
        candidates.extend(found)
        left_out.update(out)
        problems.extend(_told(file, wrong))
    return replace(
        seeds,
        problems=tuple(problems),
        candidates=tuple(candidates),
        left_out=left_out,
        digest=digest(digests),
    )


def read(path: Path, most: int) -> bytes:
    """The bytes of a file. Raises InputError when it cannot be read or is larger than ``most``."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise InputError(f"{path} is larger than {most // 1_000_000} MB")
    return data


def _told(file: SeedFile, wrong: list[RowProblem]) -> Iterator[SeedProblem]:
    for problem in wrong:
        reason = f"{file.file}, line {problem.line}: {problem.reason}"
        yield SeedProblem(file.line, problem.text, reason)


def _read(
    file: SeedFile, data: bytes, rules: FileRules, now: datetime
) -> tuple[list[Candidate], list[RowProblem], Counter[str]]:
    if file.kind is FileKind.TIPS:
        tips = parse_tips(data, rules.platforms, most=rules.max_lines)
        out = Counter({"tip given before": tips.doubled, "lines beyond the bound": tips.beyond})
        return [tip.candidate() for tip in tips.tips], tips.problems, +out
    named = parse_certificates(data, file.match, now, most=rules.max_lines)
    hosts = list(_within(named.hosts, rules, named.left_out))
    return [_candidate(host) for host in hosts], named.problems, named.left_out


def _within(hosts: list[str], rules: FileRules, left_out: Counter[str]) -> Iterator[str]:
    """``hosts`` that are no platform, so many of a domain as a crawl would look at."""
    suffixes, below = PublicSuffixList(), defaultdict[str, int](int)
    for host in hosts:
        domain = suffixes.privatesuffix(host) or host
        if host in rules.platforms:
            left_out["platform"] += 1
        elif below[domain] >= rules.max_hosts_per_domain:
            left_out["too many names of one domain"] += 1
        else:
            below[domain] += 1
            yield host


def _candidate(host: str) -> Candidate:
    url = f"https://{host}/"
    key, note = site_key(url), "named by a certificate"
    return Candidate(key, Why.SEARCH, url=url, priority=_PRIORITY_OF_A_CERTIFICATE, note=note)
