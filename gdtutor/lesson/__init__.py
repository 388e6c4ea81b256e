"""A lesson file becomes a `Lesson`, or reports that say what is wrong with it and where."""
