"""The command line."""


def main() -> int:
    """Run gdtutor."""
    return 0
