"""Tips and appeals from outside, taken by a process of its own that cannot read cases.

Nothing here imports a room but ``domain`` and the address rules of ``net``.
"""
