"""The parts of a private Tor network: keys, configuration, control."""
