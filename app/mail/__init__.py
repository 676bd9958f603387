"""Mail: rendering and sending."""
