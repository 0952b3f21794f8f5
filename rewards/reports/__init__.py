"""Reports over bookings."""
