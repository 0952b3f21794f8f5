"""Shared by the faces: access, errors, logs, health."""
