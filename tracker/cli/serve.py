"""The command that serves the pages."""

import ipaddress
import logging
import signal
import sys

import click
import waitress
from flask import Flask, current_app

from tracker.cli.base import bring_up_to_date, current_database, current_engine, with_new_database
from tracker.cli.database import plant_seeds
from tracker.queries import history


def require_loopback(_context: click.Context, _option: click.Parameter, host: str) -> str:
    """Refuse to listen where other computers could reach it: there is no sign-in."""
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


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, callback=require_loopback, help="Where to listen.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--seeds/--no-seeds", default=True, help="Whether an empty database is planted with the seeds.")
@with_new_database
def serve(host: str, port: int, seeds: bool) -> None:
    """Serve the pages on this computer.

    The database is created and migrated, and an empty one is planted with the seeds; one in use is left as it is.
    """
    bring_up_to_date()
    if seeds and history.has_no_history():
        plant_seeds()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if host not in app.config["TRUSTED_HOSTS"]:
        app.config["TRUSTED_HOSTS"] = [*app.config["TRUSTED_HOSTS"], host]
    try:
        # One address for the name too, which otherwise would have one for each protocol.
        address = "127.0.0.1" if host == "localhost" else host
        server = waitress.create_server(app, host=address, port=port, threads=8, ident="tracker")
    except OSError as error:
        raise click.ClickException(f"Port {port} of {host} cannot be used ({error.strerror}): try --port 0.") from error
    # That requests wait a moment for a free thread is no news to a person.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    click.echo(f"Database: {current_database()}")
    click.echo(f"Open http://{host}:{server.effective_port}/ — stop with Ctrl+C.")
    # Stopped either way, the database is closed, and what its log held is in its file.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.run()
    finally:
        server.close()
        current_engine().dispose()
