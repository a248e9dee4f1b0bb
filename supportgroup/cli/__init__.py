"""The `supportgroup` command: everything an operator does, each with one clear line when it cannot be done."""

import click

from supportgroup.cli.accounts import account_commands, password_commands
from supportgroup.cli.database import database, key_commands, make_backup, restore_backup
from supportgroup.cli.letters import mail
from supportgroup.cli.running import check_up, deliver, load_demo, start, web


@click.group()
def main() -> None:
    """Supportgroup: peer support groups that share the load."""


for command in (start, web, deliver, load_demo, check_up, make_backup, restore_backup):
    main.add_command(command)
for group in (database, account_commands, password_commands, key_commands, mail):
    main.add_command(group)
