"""What a citizen does with their own data: profile, linked accounts, export and erasure."""
