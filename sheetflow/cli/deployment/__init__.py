"""The deployment: declared once, then told as gcloud commands, looked at, and made so."""
