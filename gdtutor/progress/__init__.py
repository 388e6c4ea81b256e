"""What the learner did, kept across sessions: places, finished lessons, attempts at questions.

In: records that the session asks to keep. Out: the same records, later, in any program. One SQLite
file that several programs may use at once, written by a thread off the way of the keys; a file that
cannot be used is moved aside and never lost.
It knows no screen, and nothing of a lesson but its id.

Imports: values, files, engine, session. Outside: platformdirs.
"""
