"""The state machine: one frozen state, actions that make the next one, effects for the outside."""
