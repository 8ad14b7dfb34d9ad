"""What several suites of tests use: stand-ins for platforms, the service in a process, made-up people and towns."""
