"""What the learner did, kept across sessions: places, finished lessons, attempts at questions."""
