"""What stands between spider and network: politeness, stand-ins, guards."""
