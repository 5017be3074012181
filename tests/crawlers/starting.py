"""Started as a process of its own: begins a run over the URLs given and prints its number."""

from __future__ import annotations

import sys

import django


def main(urls: list[str]) -> None:
    django.setup()
    from django.conf import settings

    from cases import runs
    from domain.seeds import parse_seeds

    lines = []
    for url in urls:
        kind, _, rest = (
            url.partition("=") if url.startswith(("search=", "site=")) else ("", "", url)
        )
        if kind == "search":
            lines.append(f'[[search]]\nquery = "q"\nurl = "{rest}"\n')
        elif ".onion" in rest:
            lines.append(f'[[onion]]\nurl = "{rest}"\n')
        else:
            lines.append(f'[[site]]\nurl = "{rest}"\n')
    seeds = parse_seeds("\n".join(lines).encode())
    assert not seeds.problems, seeds.problems
    root = settings.NARCOWATCH.data_dir / "evidence"
    run = runs.start("crawl", seeds.digest, {}, evidence_root=root)
    runs.add_seeds(run, list(seeds.seeds))
    print(run.pk)


if __name__ == "__main__":
    main(sys.argv[1:])
