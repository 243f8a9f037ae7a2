"""What stands between spider and network: politeness, stand-ins, guards, and the shared frontier of a cluster."""
