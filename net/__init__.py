"""The one HTTP client, the address guard, egress, retries and resolver overrides."""
