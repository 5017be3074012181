"""A model over time: floors it must hold, which one is in force, what people's decisions teach."""
