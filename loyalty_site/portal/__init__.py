"""The portal: the face for customers."""
