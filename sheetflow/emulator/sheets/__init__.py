"""Sheets v4: the document model, its request kinds, and the routes of Google's reference."""
