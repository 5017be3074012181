"""A night: its stages, their order, the schedule and the morning report. Wiring only."""
