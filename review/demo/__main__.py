"""``python -m review.demo``: fills the empty record that the settings name, and prints how to sign
in; with ``--codes`` it prints that again for a record that is filled. For ``console --demo``."""

from __future__ import annotations

import sys

import django


def main(arguments: list[str]) -> int:
    """0, or 2 for a record that is no tour's, or not empty."""
    django.setup()
    from django.conf import settings

    from blocking.apps import checked_export_plan
    from domain.errors import NarcowatchError
    from review.demo import making, people

    try:
        word = "" if arguments == ["--codes"] else people.new_password()
        if word:
            plan = checked_export_plan(settings.NARCOWATCH)
            making.fill(settings.NARCOWATCH.data_dir, plan, word)
    except NarcowatchError as error:
        print(error, file=sys.stderr)
        return 2
    print(making.told(word))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
