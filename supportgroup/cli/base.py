"""What all commands share: they run inside the app, and say in one line what is wrong."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from supportgroup import backup, config
from supportgroup.app import create_app
from supportgroup.errors import Refused


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run the command inside the app; say what is wrong in one line, never in a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            app = create_app()
            with app.app_context():
                return command(app, *args, **kwargs)
        except (config.BadSetting, Refused) as problem:
            fail(str(problem))
        except SQLAlchemyError as problem:
            fail(
                f"The database does not answer as it should ({type(problem).__name__}). Try `supportgroup db upgrade`."
            )

    return run


@contextmanager
def progress(label: str) -> Iterator[backup.Progress]:
    """A bar, where somebody looks at a terminal, moved by the share that is done."""
    unseen = not sys.stderr.isatty()
    with click.progressbar(length=100, label=label, file=sys.stderr, hidden=unseen) as bar:
        yield lambda share: bar.update(int(share * 100) - bar.pos)
