"""Marks of those who sell obstacles: they stand in markup and headers, not in what is said."""

from __future__ import annotations

import re

#: Browser checks and denials: Cloudflare, DDoS-Guard, Qrator, Servicepipe, Variti, Imperva, Sucuri,
#: StormWall, Anubis, and the gate that onion markets put before themselves (EndGame).
GATES = re.compile(
    r"cdn-cgi/challenge-platform|cf-chl-|cf_chl_|cf-error-details|cloudflare ray id"
    r"|used cloudflare to restrict access|__qrator/|\bqrator\b|check\.ddos-guard"
    r"|\.well-known/ddos-guard|ddos-guard\.(?:net|ru)|__ddg\d?_|servicepipe|variti\.(?:io|net)"
    r"|/exhkqyad|_incapsula_|incapsula incident|sucuri website firewall|sucuri\.net"
    r"|stormwall\.pro|techaro|/\.within\.website/|\bendgame\b"
)
CAPTCHAS = re.compile(
    r"g-recaptcha|recaptcha/api|h-captcha|hcaptcha\.com|cf-turnstile|smart-?captcha|checkcaptcha"
    r"|name=[\"']?[\w\[\]-]{0,40}captcha|src=[\"']?[^\"'>\s]{0,300}captcha"
    r"|class=[\"'][^\"'>]{0,80}captcha"
)
PARKING = re.compile(
    r"sedoparking|sedo\.com|parkingcrew|\bbodis\b|\bdan\.com|afternic|hugedomains|parklogic"
    r"|above\.com|domainlore|parking\.reg\.ru|\breg\.ru\b|\bnic\.ru\b|timeweb|\bbeget\b"
    r"|hoster\.kz|\bps\.kz\b|window\.park\b|/lander\b|caf/\?|adsense/domains"
)
_VENDOR_HOSTS = frozenset(
    {"cloudflare.com", "ddos-guard.net", "ddos-guard.ru", "qrator.net", "servicepipe.ru"}
    | {"variti.io", "imperva.com", "incapsula.com", "sucuri.net", "stormwall.pro"}
    | {"hcaptcha.com", "recaptcha.net", "techaro.lol", "within.website"}
)


def is_vendor(host: str) -> bool:
    """Whether ``host`` is one whose links stand on obstacles everywhere."""
    return ".".join(host.split(".")[-2:]) in _VENDOR_HOSTS
