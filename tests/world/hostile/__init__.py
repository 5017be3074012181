"""Sites that attack a crawler or waste its time, each bounded in bytes and time."""
