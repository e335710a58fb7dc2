"""The approval policy: a tab that says who has to approve what, and in which order.

`table` reads the tab, `matching` finds the rule of a request, `steps` tells whose turn it is, `telling` says
it in words, `findings` looks for rules that cannot work. Pure, like all of the core.
"""
