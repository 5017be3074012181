"""Deliveries: released exports brought to their recipients, whole or not at all."""
