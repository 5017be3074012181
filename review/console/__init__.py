"""The console: pages over HTTP. What they may and do is decided below them."""
