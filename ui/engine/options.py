"""Options that several commands of `puppet-engine` share."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

Model = Annotated[str, typer.Option(help="An embedded model's name, or a model folder.")]

Models = Annotated[list[str] | None, typer.Option("--model", help="A model folder besides the embedded models; may be given again.")]

Engines = Annotated[
    list[str] | None, typer.Option("--engine", help="An engine of puppet-engine list; may be given again; all when left out.")
]

DeviceName = Annotated[
    str | None, typer.Option("--device", help="A device of puppet-engine list: CPU, GPU, NPU, CUDA:0 ...; all when left out.")
]

Threads = Annotated[int, typer.Option(min=0, help="Threads of each engine; 0 is its own choice.")]
