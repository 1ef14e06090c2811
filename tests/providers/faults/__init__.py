"""Everything that can go wrong between us and a server, played for every protocol on loopback."""
