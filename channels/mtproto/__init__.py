"""All that knows Telethon."""
