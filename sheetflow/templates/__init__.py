"""The spreadsheet as it is declared: the template, checked, and the API requests that make it real.

`schema` reads `sheet_templates/payments.toml` (the only place that needs pydantic), `formulas` writes the
shown columns, `looks` and `render` make requests. Nothing here talks to Google, and an edit is handled
without any of it but the words.
"""
