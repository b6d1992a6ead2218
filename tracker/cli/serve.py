"""The command that serves the pages."""

import ipaddress
import logging
import re
import signal
import sys

import click
import waitress
from flask import Flask, current_app
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from tracker.cli.base import current_database, current_engine, with_new_database
from tracker.cli.database import bring_up_to_date, describe_missing_migration, plant_seeds
from tracker.queries import history


def require_loopback(_context: click.Context, _option: click.Parameter, host: str) -> str:
    """Return the host; refuse one that other computers could reach, as there is no sign-in."""
    try:
        is_local = host == "localhost" or ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise click.BadParameter(
            f"“{host}” can be reached from other computers, and the tracker has no sign-in: "
            "use 127.0.0.1 or localhost, which only this computer reaches."
        )
    return host


def mount_path(_context: click.Context, _option: click.Parameter, prefix: str) -> str:
    """Return a path without its last slash; refuse one that browsers would normalise."""
    path = prefix.rstrip("/")
    if path and not re.fullmatch(r"(/(?!\.\.?(/|$))[A-Za-z0-9._~-]+)+", path):
        raise click.BadParameter(f"“{prefix}” is no path: write one such as /tracker, of letters, digits, “-” and “_”.")
    return path


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, callback=require_loopback, help="Where to listen.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--prefix", default="", metavar="PATH", callback=mount_path, help="A path to serve under: /tracker.")
@click.option("--seeds/--no-seeds", default=True, help="Whether an empty database is planted with the seeds.")
@with_new_database
def serve(host: str, port: int, prefix: str, seeds: bool) -> None:
    """Serve the pages on this computer.

    The database is created and migrated, and an empty one is planted with the seeds; one in use is left as it is.
    """
    bring_up_to_date()
    if message := describe_missing_migration():
        raise click.ClickException(message)
    if seeds and history.has_no_history():
        plant_seeds()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if host not in app.config["TRUSTED_HOSTS"]:
        app.config["TRUSTED_HOSTS"] = [*app.config["TRUSTED_HOSTS"], host]
    served = DispatcherMiddleware(NotFound(), {prefix: app}) if prefix else app
    try:
        # The name would resolve to one address for each protocol.
        address = "127.0.0.1" if host == "localhost" else host
        server = waitress.create_server(served, host=address, port=port, threads=8, ident="tracker")
    except OSError as error:
        raise click.ClickException(f"Port {port} of {host} cannot be used ({error.strerror}): try --port 0.") from error
    # Requests that wait for a free thread are not worth a warning.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    click.echo(f"Database: {current_database()}")
    click.echo(f"Open http://{host}:{server.effective_port}{prefix}/ — stop with Ctrl+C.")
    # However the server is stopped, the database is closed, and its log is written into its file.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.run()
    finally:
        server.close()
        current_engine().dispose()
