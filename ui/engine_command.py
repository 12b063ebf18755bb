"""`puppet-engine`: which engines run Puppet's models here, how fast and how exactly; and those that must be built."""

import typer

from ui.console import run_command
from ui.engine.bench_command import bench_engines
from ui.engine.build_command import build_engines
from ui.engine.list_command import list_engines
from ui.engine.prune_command import prune_engines
from ui.engine.verify_command import verify_engines

app = typer.Typer(
    help="See which engines can run Puppet's models here, build those that must be built, verify and measure them.",
    no_args_is_help=True,
    add_completion=False,
)
app.command("list")(list_engines)
app.command("build")(build_engines)
app.command("verify")(verify_engines)
app.command("bench")(bench_engines)
app.command("prune")(prune_engines)


def main() -> None:
    """Run the command."""
    run_command(app)
