"""SQL of what is to be sent: rows, claims, and what could not be delivered."""
