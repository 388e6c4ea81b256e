"""The drawing of a computation graph in box characters, fitted to a panel.

In: what is known of a graph at a step. Out: lines of styled text. A layout, wide or tall, places
nodes and edges; painting turns a layout into cells. It computes no values.

Imports: values, engine, lesson, session, view.
"""
