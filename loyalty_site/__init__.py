"""Everything that faces outward: wiring, journeys and the four faces. No models and no rules live here."""
