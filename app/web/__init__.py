"""What the HTML and JSON edges share."""
