"""The drug categories of Agora (2014) merged into the lexicon's taxonomy.

| Agora                                            | group                  |
| ------------------------------------------------ | ---------------------- |
| Cannabis, but Synthetics                         | cannabis               |
| Cannabis/Synthetics                              | synthetic_cannabinoids |
| Stimulants/Cocaine                               | cocaine                |
| Stimulants/Speed, Stimulants/Prescription        | amphetamine            |
| Stimulants/Meth                                  | methamphetamine        |
| Ecstasy with all below it                        | mdma                   |
| Methylone                                        | cathinones             |
| Opioids with all below it                        | opioids                |
| Benzos, Barbiturates, Dissociatives/GHB and /GBL | sedatives              |
| Dissociatives (written in two ways)              | dissociatives          |
| Psychedelics with all below it                   | psychedelics           |
| Steroids, Weight loss                            | doping_and_potency     |

Opioids stand for two groups of the lexicon, street and pharmaceutical ones, which the market does
not tell apart. Prescription, RCs, Other and Stimulants without more cut across the groups and name
none; nor does a listing under several top categories.
"""

from __future__ import annotations

#: What two groups of the lexicon are called together.
MERGED = {"pharma_opioids": "opioids"}
_SEDATIVES = frozenset({"GHB", "GBL"})
_STIMULANTS = {
    "Cocaine": "cocaine", "Speed": "amphetamine", "Prescription": "amphetamine",
    "Meth": "methamphetamine",
}  # fmt: skip
_WHOLE = {
    "Cannabis": "cannabis", "Ecstasy": "mdma", "Ecstasy-MDMA": "mdma", "Methylone": "cathinones",
    "Opioids": "opioids", "Benzos": "sedatives", "Barbiturates": "sedatives",
    "Dissociatives": "dissociatives", "Disassociatives": "dissociatives",
    "Psychedelics": "psychedelics", "Steroids": "doping_and_potency",
    "Weight loss": "doping_and_potency",
}  # fmt: skip


def group_of_category(category: str) -> str:
    """The group that a row's ``raw_category`` ("Drugs/Stimulants/Meth|title") names, or none."""
    path, *marks = category.split("|")
    root, top, below = [*path.split("/"), "", ""][:3]
    if root != "Drugs" or "ambiguous_top" in marks:
        return ""
    if top == "Stimulants":
        return _STIMULANTS.get(below, "")
    if top == "Cannabis" and below == "Synthetics":
        return "synthetic_cannabinoids"
    if top in {"Dissociatives", "Disassociatives"} and below in _SEDATIVES:
        return "sedatives"
    return _WHOLE.get(top, "")
