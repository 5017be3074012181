"""The review of cases: for now a command line over the service that the console will call."""
