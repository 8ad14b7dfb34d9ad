"""Every sentence that a citizen reads, one module for each thing."""
