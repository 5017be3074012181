from django.apps import AppConfig


class CrawlersConfig(AppConfig):
    """The crawl command."""

    name = "crawlers"
