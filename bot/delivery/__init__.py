"""Everything that goes out: the courier takes rows of the outbox and a channel sends them."""
