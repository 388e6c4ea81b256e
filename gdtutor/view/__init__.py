"""Session, size and character set become the lines of every panel.

In: a `Session`, columns and lines, and the characters that the terminal can show. Out: a `Frame` of
styled text, and plots as plain data. Each panel is a module with one function; `study` and `train`
put them together, and `screen` chooses. Every number comes from a trace or a run.
It changes no state, paints nothing, and knows no colour and no library of terminals.

Imports: values, engine, training, lesson, play, session. Outside: numpy, markdown_it.
"""
