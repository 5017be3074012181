"""A Telegram server on loopback: MTProto 2.0 and as much of the API as account readers use."""
