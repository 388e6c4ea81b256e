"""The playground as a value: command line ⇄ playground ⇄ lesson text, pure functions all of them.

In: words of a command line, or the text of a lesson. Out: a `Playground`, its command line, its
lesson text and its lesson. What the three say is always the same.
It reads no file but a CSV that a playground names, trains nothing, and knows no screen.

Imports: values, files, engine, training, lesson. Outside: numpy.
"""
