"""What a citizen does with an appointment: find a place, book, move, cancel, come."""
