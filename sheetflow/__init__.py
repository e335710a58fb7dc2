"""sheetflow: a payment-request registry on Google Sheets.

Managers ask for a payment, approvers decide, accountants pay what was lawfully approved, and everybody
else is told. Start reading at `sheetflow.workflow.payments` (the transitions), then
`sheetflow.core.decide` (one pass, pure) and `sheetflow.app.process` (the pass and the world).
"""

__version__ = "0.1.0"
