"""The command `python -m sknn_simple.playground`."""

import argparse
import sys

from . import serve


def main(arguments=None):
    """Read the command line, and serve the playground."""
    parser = argparse.ArgumentParser(
        prog="python -m sknn_simple.playground",
        description="Show a small network that learns, in the browser.",
    )
    parser.add_argument("--port", type=int, help="port of the server, 0 for any")
    parser.add_argument(
        "--no-browser", action="store_true", help="do not open the browser"
    )
    parser.add_argument("--csv", metavar="FILE", help="your own data")
    parser.add_argument("--target", metavar="COLUMN", help="column to predict")
    parser.add_argument("--lesson", metavar="NAME", help="lesson to begin with")
    parser.add_argument("--lessons", metavar="FILE", help="your own lessons, as JSON")
    options = parser.parse_args(arguments)
    try:
        serve(
            options.csv,
            options.target,
            lesson=options.lesson,
            lessons=options.lessons,
            port=options.port,
            open_browser=not options.no_browser,
        )
    except (ImportError, OSError, ValueError) as error:
        sys.exit(f"{parser.prog}: {error}")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
