"""The linear mode: a lesson as a conversation in plain lines, for screen readers and pipes.

In: lines that are typed. Out: lines that are read aloud. The same session, commands and trainer as
the screens have; it knows no cursor addressing, no colours, and nothing of Textual.

Imports: values, engine, training, lesson, session, view, drive, report.
"""
