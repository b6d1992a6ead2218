"""The command `tracker`."""

from tracker.app import create_app
from tracker.cli import tracker


def main() -> None:
    tracker(obj=create_app)


if __name__ == "__main__":
    main()
