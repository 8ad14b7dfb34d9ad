"""YAML that people write: read with line numbers, faults told in plain words, changed line by line."""
