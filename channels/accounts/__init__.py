"""What accounts there are, and what each may still ask Telegram for."""
