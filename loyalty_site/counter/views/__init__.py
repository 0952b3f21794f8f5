"""The counter's pages, one file per job. A view parses, calls one function of the domain, and renders."""
