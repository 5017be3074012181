"""Pages that are nothing but an obstacle, as servers, vendors, providers and authorities show them.

Written for these tests after the kinds of pages that are seen; names and numbers are made up.
"""

from __future__ import annotations

from tests.crawlers.softblocks.doors import CAPTCHAS, GATES, LOGINS
from tests.crawlers.softblocks.failures import SERVERS
from tests.crawlers.softblocks.more_obstacles import MORE
from tests.crawlers.softblocks.signs import NOTICES

OBSTACLES = (*GATES, *CAPTCHAS, *LOGINS, *NOTICES, *SERVERS, *MORE)
