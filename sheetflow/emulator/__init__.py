"""Google's APIs, emulated: what the product talks to on a machine without a cloud.

The package imports nothing of the product and none of Google's client libraries: it must not share our
client's misunderstandings. It is measured against Google's discovery documents and recorded traffic, in the
tests.
"""
