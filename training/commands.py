"""The `puppet-train` command: one function per verb, each in its own file."""

import sys

import typer

from puppet.errors import EXIT_CODE, PuppetError
from training.compressing.compress_command import compress
from training.enhancing.enhancer_command import enhancer
from training.exporting.export_command import convert, export
from training.fitting.fit_command import fit
from training.judging.evaluate_command import evaluate
from training.judging.speed_command import speed
from training.preparing.prepare_command import prepare

app = typer.Typer(help="Train, judge and export the networks that animate portraits.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(prepare)
app.command()(fit)
app.command()(compress)
app.command()(enhancer)
app.command()(convert)
app.command()(export)
app.command()(evaluate)
app.command()(speed)


@app.callback()
def _root() -> None:
    """Train, judge and export the networks that animate portraits."""


def main() -> None:
    """Run the command; an expected error becomes its sentence and a non-zero exit."""
    try:
        app()
    except PuppetError as error:
        typer.secho(f"Error: {error.sentence}", fg=typer.colors.RED, err=True)
        if error.hint:
            typer.echo(error.hint, err=True)
        sys.exit(EXIT_CODE)


if __name__ == "__main__":
    main()
