"""What can happen: one module a subject, one function a verb."""
