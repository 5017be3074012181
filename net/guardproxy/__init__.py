"""The guard proxy: the one way to the network for a browser that runs strangers' scripts."""
