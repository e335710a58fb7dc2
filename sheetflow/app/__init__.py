"""Use cases: what sheetflow does, step by step, over the ports; none knows who is behind a port.

`process` makes one pass over the registry, `outbox` sends what a pass decided to send, `repair` mends what a
commit hit beside its row, `provision` makes a new registry.
"""
