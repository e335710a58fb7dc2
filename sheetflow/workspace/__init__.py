"""The local workspace: what a company has in the cloud, on this machine, with nothing else installed."""
