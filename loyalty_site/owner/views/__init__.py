"""Pages of the office that are more than a list or a form of the stock admin."""
