"""What a WSGI server loads: ``gunicorn wsgi:app``."""

import sys

from app import create_app
from config import Settings, UnsafeSettings

try:
    app = create_app(Settings.from_environment())
except UnsafeSettings as wrong:
    sys.exit(f"Deskhand does not start:\n{wrong}")
except OSError as error:
    sys.exit(f"Deskhand does not start: {error.filename} cannot be used ({error.strerror}).")
