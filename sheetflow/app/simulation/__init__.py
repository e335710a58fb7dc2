"""How many messages a company gets in a month: the usual way, and with this registry's real passes."""
