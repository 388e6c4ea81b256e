"""Session, size and character set become the lines of every panel."""
