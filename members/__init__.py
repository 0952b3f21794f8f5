"""Members: merchants, stores, staff, members, cards and contacts. Imports no other app of this project."""
