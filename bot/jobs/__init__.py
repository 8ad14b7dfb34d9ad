"""What goes on by itself beside the messages: places kept and given back, campaigns fed, old data deleted."""
