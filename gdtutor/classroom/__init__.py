"""A class over SSH: one teacher's session, and seats that follow it at their own terminals.

In: the teacher's session as it moves, and connections of students with the keys that they press.
Out: the bytes of each student's terminal, and the lines of the class for the teacher's own screen.
`room` is the frozen state of the class and what changes it, `hub` holds it and has what changed
painted, `server` speaks SSH, `screens` paints without a Textual app per student.
It is the one folder that knows asyncssh. It opens no file but the host key's.

Imports: values, files, engine, training, lesson, play, session, view, drive, report, linear,
paint, judge, ui.
Outside: numpy, asyncssh, msgspec, platformdirs.
"""
