"""The counter: the face for shop staff."""
