"""SQL of appointments: offices, slots, holds, bookings, the waiting list."""
