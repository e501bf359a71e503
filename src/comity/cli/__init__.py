"""The command line: builds arguments, calls operations, and renders what they return."""


def main() -> None:
    """Run `comity`."""
    from comity.cli.app import app
    from comity.edge import logs

    # A command's own errors are told to the person who gave it; the lines below are for programs.
    logs.configure("error")
    app(prog_name="comity")
