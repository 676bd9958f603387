"""What can be asked of the data."""
