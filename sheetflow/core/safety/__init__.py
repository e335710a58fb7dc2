"""Defence against invoice fraud: whose bank details are vouched for, what is paid twice, what a budget bears.

All of it is asked once, when a request is submitted (`submitting`), and kept in the event of the submit, so
that a later change of the book or of another request changes nothing about it. `names` compares payees,
`vouching` their accounts with the book, `ledger` finds other requests, `duplicates` and `budgets` ask them,
`confirming` is the call to the contractor.
"""
