"""The workspace's pages for people: what stands here is the shell, its words, live updates and passes.

A page's script talks to the same paths that programs use: Google's, as the person who was chosen, and the
workspace's own doors. Nothing here reads spreadsheets or mailboxes for it.
"""
