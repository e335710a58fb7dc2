"""Forms v1: forms, their respondent's page, responses, and the spreadsheet tab that follows them."""
