"""Use cases: what sheetflow does, step by step, over the ports; none knows who is behind a port.

`process` makes one pass over the registry and `outbox` sends what it decided to send, with the texts of
`letters`; `repair` mends what a commit hit beside its row; `provision` makes a new registry.
"""
