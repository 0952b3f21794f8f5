"""The till and partner API."""
