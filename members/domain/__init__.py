"""What can be done with people, tenants and cards."""
