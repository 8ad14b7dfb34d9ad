"""The `vneid-bot` command: one module for each group of commands."""
