"""The terminal side: frames are painted, keys become actions."""
