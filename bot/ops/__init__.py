"""What deployers see of the running service: health, figures, the log, a dead man's check."""
