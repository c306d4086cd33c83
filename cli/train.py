"""`mkaudio train`: networks trained on the stream of a dataset, a file each."""

import typer

from mkaudio.cli import train_ldm, train_vae

app = typer.Typer(no_args_is_help=True, help="Train networks on a distilled dataset.")
app.command("vae")(train_vae.vae)
app.command("ldm")(train_ldm.ldm)
