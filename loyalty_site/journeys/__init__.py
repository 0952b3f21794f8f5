"""Use-cases that span sibling apps; called by faces and jobs."""
