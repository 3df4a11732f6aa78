"""Stand-ins for the outside: servers on loopback that behave, and misbehave, as told."""
