"""How long the console's pages take, over a large record and over a small one."""
