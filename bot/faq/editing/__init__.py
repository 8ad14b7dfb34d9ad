"""Changes of single values in the FAQ's YAML files that leave all other bytes as they are."""
