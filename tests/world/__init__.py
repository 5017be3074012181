"""The sample world: a small internet on loopback that tests and the demo run over."""
