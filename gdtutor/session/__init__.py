"""The state machine: one frozen state, actions that make the next one, effects for the outside.

In: a lesson with its run, and actions: keys, news of training, clocks. Out: the next `Session`, and
effects that the front end carries out. Once a lesson is open it is a `Walk`, in the playground a
`Playing`, so that nothing asks whether there is what a function's type says. `update` is the one
function that changes the state, and `commands` has the tables of keys. What is shown with how many
digits is decided here, so that screens, answers and transcripts agree.
It reads no file, starts no thread, and knows no width of a screen.

Imports: values, engine, training, lesson, play. Outside: numpy.
"""
