"""The terminal side: frames are painted, keys become actions.

In: keys, sizes and signals of a terminal. Out: the cells that changed. `app` owns the terminal,
`program` runs the session and its effects, `trainer` trains in a thread, `canvas` paints.
No rule of the lesson, and no text of a screen, is made here.
It is the one folder that knows Textual and rich, and no command line.

Imports: values, files, engine, training, lesson, session, view, library, drive, judge, paint.
Outside: numpy, textual, rich.
"""
