"""The console as a whole: every page of it in a real browser, over a record that fills it."""
