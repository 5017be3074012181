"""Pages that stand before a site or in its place: captcha, login wall, seizure notice and so on.

``recognition`` holds what is seen against what the page has of its own (``content``): a shop with a
log-in box is a shop. The rules go by marks of vendors and by structure first, by phrases second.
"""

from crawlers.softblocks.recognition import Block, Standing, has_own_text, recognise
from crawlers.softblocks.vendors import is_vendor

__all__ = ["Block", "Standing", "has_own_text", "is_vendor", "recognise"]
