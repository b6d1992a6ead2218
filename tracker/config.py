"""Settings, read once from the environment."""

import os
import secrets
import stat
from pathlib import Path
from zoneinfo import ZoneInfo

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each is read from the environment as TRACKER_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", env_ignore_empty=True)

    #: The folder for the database and the secret key.
    data: Path = platformdirs.user_data_path("tracker", appauthor=False)
    #: A path of an SQLite file, or a postgresql:// address. Left out: tracker.sqlite in the data folder.
    database: str = ""
    #: The start of the addresses in files that the command line writes.
    address: str = "http://127.0.0.1:8000"
    #: The time zone of days.
    timezone: ZoneInfo = Field(
        default=ZoneInfo("UTC"), description="the name of a time zone, such as America/Mexico_City"
    )
    #: The number of days without an update or a check after which a commitment is stale, unless it has its own.
    review_every: int = Field(default=180, ge=1, le=3650, description="a number of days from 1 to 3650")


def describe_settings_error(error: ValidationError) -> str:
    """Return a line that names each wrong setting, and what it must be."""
    return " ".join(
        f"TRACKER_{name.upper()} is “{detail['input']}”; it must be {Settings.model_fields[name].description}."
        for detail in error.errors()
        for name in map(str, detail["loc"])
    )


#: The least number of characters of a key; generated ones have more.
MIN_KEY_LENGTH = 43


def secret_key(folder: Path) -> str:
    """Return the secret key in a folder, created on first use and readable only by its owner.

    A key that others can read, or that is too short, is replaced; open forms must then be sent again.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "secret-key"
    if path.exists():
        is_open_to_others = os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077
        if is_open_to_others or len(path.read_text().strip()) < MIN_KEY_LENGTH:
            path.unlink()
    if not path.exists():
        draft = folder / f"secret-key.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # Of two first starts at once, the link of one fails, and both read the same complete key.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
