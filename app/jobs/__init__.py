"""What runs beside requests: the worker and its tasks."""
