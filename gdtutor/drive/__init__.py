"""What every front end does with a session: open a lesson or a link, press keys, follow its file.

In: names, paths, scripts of keys. Out: sessions, and the effects that they ask for carried out
without a terminal. It knows no screen and no command line.

Imports: values, files, engine, training, lesson, session, check.
"""
