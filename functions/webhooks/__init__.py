"""Events out: endpoints of parties, the relay of the outbox, signed delivery."""
