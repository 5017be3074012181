"""The API: what the pages say, for programs. It asks the same services and decides no case."""
