"""Pages of the portal: each parses, asks the domain once, and renders."""
