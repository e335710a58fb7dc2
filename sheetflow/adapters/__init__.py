"""The ports over the outside world: Google's APIs, SMTP, the machine's clock.

Each module holds one service, maps its failures to `PortError`s and decides nothing. Nothing is exported
here: whoever needs one adapter loads only that one's client.
"""
