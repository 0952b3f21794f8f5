"""What a person sees and clicks, in a real Chromium against a live server; every test also looks into the database."""
