"""What a run, a sweep and a walk are told as: plain text, JSON and tables of the curve.

In: a run, a sweep, or a session. Out: lines and data for commands and other programs.
It decides no digits and draws no screens: the view's lines are what a transcript is made from.

Imports: values, engine, training, lesson, session, view. Outside: numpy.
"""
