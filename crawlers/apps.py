from django.apps import AppConfig


class CrawlersConfig(AppConfig):
    """The frontier's table; the crawl itself is a process of its own, see ``process``."""

    name = "crawlers"
    verbose_name = "Crawlers"
