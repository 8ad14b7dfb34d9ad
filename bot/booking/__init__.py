"""Rules of appointments: opening hours, holidays, reminders, offices and wards. No SQL, no channels."""
