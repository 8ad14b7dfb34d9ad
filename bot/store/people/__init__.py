"""SQL of who writes to us: conversations, consents, linked accounts, erasure."""
