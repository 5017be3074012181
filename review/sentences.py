"""Sentences that the lower rooms say in English, told in the reader's language.

The rooms below know no languages, and what they said is kept in the record (findings of a gate,
the reason of a move). A page knows their sentences again, by the patterns below, and tells them
anew. A sentence that is none of these is shown as it was said. A test holds every pattern against
the rooms' own code: one that nobody says any more fails it.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _

from cases.models import Proposal
from domain.defang import defang
from domain.rechecks import ProposalKind
from review.vocabulary import TABLES, called

#: The more special before the more general: the first that fits is taken.
SENTENCES = (
    # what people may not do
    _("you have decided this case already: another person must"),
    _("you know what others said of this case: another person must"),
    _("case %(case)s is in the restricted queue"),
    _("case %(case)s is %(state)s: only a case in review can be decided"),
    _("case %(case)s is %(state)s, not on hold"),
    _("case %(case)s: nothing of yours that can still be undone"),
    _("case %(case)s went on since: what led there cannot be undone"),
    _("case %(case)s: %(text)s; confirming it needs a written reason"),
    _("case %(case)s: %(state)s may become %(states)s; not %(to)s"),
    _("case %(case)s: nothing that leads from %(from)s to %(to)s can be undone"),
    _("case %(case)s is %(state)s: decide it first, since its evidence shows what others decided"),
    _("case %(case)s: confirmed by %(n)s of two people"),
    _("a hold needs an end date in the future"),
    _("the owner of a hold is somebody who decides cases"),
    _("a confirmation needs its jurisdiction, one of: %(names)s"),
    _("seconds spent on a case: 0 to %(most)s, not %(n)s"),
    _("rejecting a proposal needs a reason"),
    _("a decision on an appeal needs a written reason"),
    _("reason and answer have at most %(most)s characters each"),
    _("there is no appeal %(number)s"),
    _("appeal %(number)s was decided already"),
    _("appeal %(number)s is about nothing that was asked for: nothing to lift"),
    _("appeal %(number)s was upheld"),
    _("%(name)s decided what appeal %(number)s is about; somebody else decides it"),
    _("there is no proposal %(number)s"),
    _("proposal %(number)s is %(stands)s, not open"),
    _("there is no case %(case)s"),
    _("%(name)s may not %(what)s: needs the group %(names)s"),
    _("no such person, wrong password, or not active: %(name)s"),
    _("a name is 2 to 60 small letters a-z, digits and . _ -, since another alphabet's letters can "
      "look the same: %(name)s"),
    _("there is a person called %(name)s already"),
    _("only people of the group %(name)s belong to a recipient"),
    _("there is no person called %(name)s: `narcowatch person list` names all"),
    _("person %(name)s: %(rules)s"),
    # what safeguards and the gate found
    _("%(text)s: needs a written reason of the second person"),
    _("%(text)s: refused for a host"),
    _("looks like %(name)s; nobody gave a reason"),
    _("%(text)s; nobody gave a reason"),
    _("is a public suffix: a block would hit every name below"),
    _("is the platform %(name)s: a block would hit everybody on it"),
    _("is on the never-block list: %(name)s"),
    _("looks like a protected name: %(name)s"),
    _("is the first page of a shared or protected host, not one page of it"),
    _("would block the canary %(name)s or part of it"),
    _("would block %(name)s too"),
    _("%(name)s confirmed case %(case)s: another person must release it"),
    _("is on hold for an investigation"),
    _("its host is on hold for an investigation"),
    _("is an address, which others may share"),
    _("nothing to block: an empty list would unblock everything that is in force"),
    _("%(n)s does not rise above %(before)s, which is in force"),
    _("%(added)s added and %(removed)s removed against release %(before)s of %(all)s entries: at "
      "most %(allowed)s may change at once (%(share)s, or %(least)s)"),
    _("would be empty, release %(before)s has %(n)s entries in it"),
    _("does not follow the schema: %(why)s"),
    _("does not answer any more in Unbound"),
    _("%(name)s still answers in Unbound"),
    _("Unbound does not load it: %(why)s"),
    # releases and receipts
    _("there is no export %(name)s: write RECIPIENT/NUMBER"),
    _("export %(name)s does not wait for release: it is %(waits)s"),
    _("export %(name)s must not be released (%(n)s findings):"),
    _("orders were moved meanwhile: do it again"),
    _("the file has %(n)s bytes, the most is %(most)s"),
    _("the file holds no answer"),
    _("the file is signed, and the settings name no certificate to trust"),
    _("the file is not signed, and this recipient answers with signed files"),
    _("the signature of the file does not hold: %(why)s"),
    _("a refusal needs its reason"),
    _("%(answer)s needs its time"),
    _("not the id of an entry: %(name)s"),
    _("not a time: %(name)s; write 2026-03-01T14:30"),
    _("not a time: %(name)s"),
    _("no answer: %(name)s; answers are %(names)s"),
    _("%(at)s is still to come"),
    _("%(at)s is before it was sent, %(sent)s"),
    _("seen from %(names)s"),
    # the never-block list
    _("%(name)s is on the never-block list already: %(why)s"),
    _("%(name)s is on the never-block list already"),
    _("category %(name)s is none of %(names)s"),
    _("the date of review is after today and within %(n)s days: %(day)s"),
    _("%(name)s is a public suffix: it would protect whoever registers there"),
    _("there is no entry %(number)s"),
    _("%(name)s is withdrawn: put it on the list anew"),
    _("nobody proposed that %(name)s be withdrawn"),
    _("that %(name)s be withdrawn is proposed already"),
    _("%(name)s proposed it: another person withdraws it"),
    _("the name is missing"),
    _("below is yes or no, not %(name)s"),
    _("review_by is a date, for instance 2026-01-31"),
    _("%(field)s has at most %(most)s characters"),
    _("%(field)s is needed"),
    _("a reason"),
    _("a source"),
    # names and addresses that are none
    _("no %(names)s is given"),
    _("%(name)s is a formula: %(value)s"),
    _("not an onion address: %(name)s"),
    _("no host of the internet: %(name)s"),
    _("an address of an inner network: %(name)s"),
    _("not a date: %(name)s"),
    _("no column is called %(names)s: %(given)s"),
    _("URL of %(n)s characters, at most %(most)s: %(name)s…"),
    _("URL with a blank or control character: %(name)s"),
    _("not a URL: %(name)s (%(why)s)"),
    _("only http and https URLs are watched: %(name)s"),
    _("URL with credentials: %(name)s"),
    _("URL without a host: %(name)s"),
    _("not an IPv6 address: %(name)s"),
    _("not a valid v3 onion address: %(name)s (%(why)s)"),
    _("not a Telegram link: %(name)s (%(why)s)"),
    _("not a Telegram link: %(name)s"),
    _("an invite link; private chats are never joined: %(name)s"),
    _("not a Telegram username: %(name)s"),
    _("host name is empty: %(name)s"),
    _("not a host name: %(name)s (label %(label)s)"),
    _("not a host name: %(name)s"),
    _("not a host name that can be blocked: %(name)s"),
    _("not a host name of the public internet: %(name)s"),
    _("not a canonical host name: %(name)s"),
    # why a case is before people
    _("score %(score)s, threshold %(threshold)s, model %(model)s"),
    _("score %(score)s, near copy of %(names)s"),
    _("sells, score %(score)s, %(share)s of it new since the decision"),
    _("reachable again: %(look)s"),
    _("down in %(n)s nights: %(outcome)s"),
    # what looks and families propose
    _("%(verdict)s: like %(name)s (case %(case)s, %(state)s), %(ties)s"),
    _("up and not selling"),
    _("its first page redirects there"),
    _("a newer case of family %(family)s sells"),
    _("its request runs out on %(day)s, last seen selling on %(seen)s: accept to renew it, reject "
      "to let the block be lifted"),
    _("its request runs out on %(day)s, not seen selling since it was made: accept to renew it, "
      "reject to let the block be lifted"),
    _("its request ran out on %(day)s"),
    _("proposal %(number)s was accepted: %(text)s"),
    _("%(met)s in %(n)s nights"),
    # why a request asks for just so much
    _("a group in which others write, too: only messages that advertise"),
    _("a channel is taken down by its platform"),
    _("an onion cannot be blocked by name or URL: a notice for recipients"),
    _("the case is about this exact URL"),
    _("%(text)s; only the pages that sell"),
    _("%(share)s of the host's pages sell, less than %(least)s: only the pages that do"),
    _("%(text)s; www is another name of the domain"),
    _("%(text)s; the host stands for one shop"),
    _("%(share)s of the pages seen sell"),
    _("%(text)s; the site has no name, and nobody else is known at its address in AS %(n)s"),
    _("%(name)s is an address, which others may share"),
    _("not an IPv4 address: %(name)s"),
    _("a private or reserved address: %(name)s"),
    _("%(name)s answers through %(whose)s, behind which many live"),
    _("%(name)s is an address, which not every recipient can block"),
    _("%(text)s; %(n)s left out (not exact, or more than %(most)s)"),
    _("no exact URL to block (%(text)s)"),
    # letters
    _("there is no request %(number)s"),
    _("request %(name)s is not in force: no letter is made of it"),
    _("export %(name)s is not released: no letter is made of it"),
    _(
        "a letter has room for %(most)s entries, and that of %(name)s would have %(n)s: send the "
        "files of the release"
    ),
    _("the templates of letters ask for what is not in them: %(text)s"),
    # what was searched for
    _("search: %(n)s pages match; no more than %(most)s can be gone through"),
    _("search: only the first %(n)s hits can be paged through"),
    _("search: a query has at most %(most)s characters, not %(n)s"),
    _("search: cannot understand %(name)s: %(text)s"),
    _('a quotation mark (") has no partner'),
    _("a ) has no partner"),
    _("a ( has no partner"),
    _("more than %(n)s groups inside each other"),
    _("more than %(n)s words"),
    _("there is no word in it"),
    _("there is no word before the end"),
    _("there is no word before %(name)s"),
    _("nothing after %(name)s"),
    _("a * stands at the end of one word"),
    _("before a * stand at least %(n)s letters"),
    # what somebody may not do, or needs a reason for
    _("decide cases"),
    _("end holds"),
    _("end the hold of somebody else"),
    _("withdraw cases"),
    _("lift blocks"),
    _("ending a hold"),
    _("withdrawing a case"),
    # the general ones
    _("%(what)s needs a reason"),
    _("%(name)s: %(text)s [%(code)s]"),
)  # fmt: skip
#: What Django says of a password, in English where it does not know the reader's language.
OF_DJANGO = (
    _("This password is too short. It must contain at least %(n)s character."),
    _("This password is too short. It must contain at least %(n)s characters."),
    _("The password is too similar to the %(name)s."),
    _("This password is too common."),
    _("This password is entirely numeric."),
)
#: What stands in a place of these names has a name of its own in the reader's language.
_NAMED = {
    "state": "state", "from": "state", "to": "state", "verdict": "verdict", "look": "look",
    "outcome": "outcome", "stands": "proposal",
}  # fmt: skip
_PROPOSED = {
    ProposalKind.GONE: gettext_lazy("gone"),
    ProposalKind.CLEANED: gettext_lazy("cleaned"),
    ProposalKind.REAPPEARED: gettext_lazy("reappeared"),
    ProposalKind.MOVED: gettext_lazy("moved"),
    ProposalKind.PROTECTED: gettext_lazy("protected by now"),
    ProposalKind.LIFT: gettext_lazy("to be lifted"),
    ProposalKind.EXPIRING: gettext_lazy("runs out"),
}
_PROPOSED_WITH = {
    ProposalKind.GONE: gettext_lazy("gone, as %(name)s"),
    ProposalKind.CLEANED: gettext_lazy("cleaned, as %(name)s"),
    ProposalKind.REAPPEARED: gettext_lazy("reappeared as %(name)s"),
    ProposalKind.MOVED: gettext_lazy("moved to %(name)s"),
    ProposalKind.PROTECTED: gettext_lazy("protected by now, as %(name)s"),
    ProposalKind.LIFT: gettext_lazy("to be lifted, as %(name)s"),
    ProposalKind.EXPIRING: gettext_lazy("runs out, as %(name)s"),
}
_PLACE = re.compile(r"%\((\w+)\)s")
_DEEPEST = 3


def retold(text: str, depth: int = 0) -> str:
    """``text`` in the reader's language where it is a sentence of a room below, else itself.

    Lines are told one by one, and a sentence within a sentence, too.
    """
    if "\n" in text:
        return "\n".join(retold(line, depth) for line in text.split("\n"))
    said = text.strip()
    for sentence in (*SENTENCES, *OF_DJANGO):
        if found := _pattern(sentence).fullmatch(said):
            values = {name: _value(name, part, depth) for name, part in found.groupdict().items()}
            return text.replace(said, gettext(sentence) % values)
    host, _blank, rest = said.partition(" ")
    if "." in host and rest and depth < _DEEPEST:
        return text.replace(rest, retold(rest, depth + 1))
    return text


def proposal_in_words(proposal: Proposal) -> str:
    """What looks propose for a case, links defanged."""
    says = retold(str(proposal.evidence.get("says", "")))
    what = str(_PROPOSED[ProposalKind(proposal.kind)])
    if proposal.other:
        to = proposal.other.name or proposal.other.value
        what = str(_PROPOSED_WITH[ProposalKind(proposal.kind)]) % {"name": to}
    return defang(f"{what}: {says}" if says else what)


def _value(name: str, part: str, depth: int) -> str:
    if name in _NAMED:
        return called(part, _NAMED[name])
    if name == "states":
        return ", ".join(called(state, "state") for state in part.split(", "))
    if name == "met":
        return ", ".join(retold(called(met, "outcome"), _DEEPEST) for met in part.split(", "))
    if name == "ties":
        return "; ".join(_tie(tie) for tie in part.split("; "))
    if name == "rules":
        return "; ".join(retold(rule, _DEEPEST) for rule in part.split("; "))
    if name in {"text", "what", "field"} and depth < _DEEPEST:
        return retold(called(part, "verdict"), depth + 1)
    return part


def _tie(text: str) -> str:
    kind, _blank, value = text.partition(" ")
    return f"{called(kind, 'indicator')} {value}" if value else text


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    parts, at = [], 0
    for place in _PLACE.finditer(sentence):
        name = place[1]
        parts += [re.escape(sentence[at : place.start()]), f"(?P<{name}>{_FORMS.get(name, '.+?')})"]
        at = place.end()
    return re.compile("".join(parts) + re.escape(sentence[at:]))


def _words(table: str) -> str:
    return "|".join(re.escape(word) for word in TABLES[table])


#: What can stand in some places; anywhere else, anything.
_FORMS = {
    **{name: _words(table) for name, table in _NAMED.items()},
    "case": r"\d+", "n": r"\d+", "most": r"\d+",
}  # fmt: skip
