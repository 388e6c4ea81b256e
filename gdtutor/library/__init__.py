"""The library: the lessons of a folder, what their files say, and what is remembered of each.

In: a folder of lessons and the progress store. Out: the library as the session holds it.
It reads front matter alone, and opens no lesson before one is chosen.

Imports: values, files, engine, lesson, session, drive, progress.
"""
