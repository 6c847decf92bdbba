"""The `kt` program: its argument tree. Every command is imported only when it is called."""

from __future__ import annotations

import click

from keeptrusts.cli.argument_tree import LazyCommand, LazyGroup

_PACKAGE = "keeptrusts.cli.commands"


def _command(module: str, attribute: str, help_text: str) -> LazyCommand:
    return LazyCommand(target=f"{_PACKAGE}.{module}:{attribute}", help=help_text)


_COMMANDS = {
    "demo": _command("demo", "demo", "Show everything working on sample data."),
    "up": _command("stack", "up", "Start Kafka and the services on this machine."),
    "down": _command("stack", "down", "Stop them."),
    "status": _command("stack", "status", "Show what is running."),
    "logs": _command("stack", "logs", "Show the log of one of the processes."),
    "doctor": _command("doctor", "doctor", "Check everything, with a fix for what is wrong."),
    "policy": _command("policy", "policy", "Check policy documents and try them out."),
    "gateway": _command("gateway", "gateway", "Run a gateway."),
    "events": _command("events", "events", "List and follow recorded requests."),
    "usage": _command("usage", "usage", "Requests, tokens and cost by team, user or model."),
    "adoption": _command("adoption", "adoption", "Who uses AI, how often, with which models."),
    "team": _command("team", "team", "Teams and their members."),
    "key": _command("key", "key", "Gateway keys and access keys."),
    "wallet": _command("wallet", "wallet", "Fund, allocate and show wallets."),
    "budget": _command("budget", "budget", "Caps on spending, by period."),
    "ticket": _command("ticket", "ticket", "Requests that wait for money."),
    "escalation": _command("escalation", "escalation", "Calls and answers that wait for a person."),
    "webhook": _command("webhook", "webhook", "Where events are sent to."),
    "export": _command("export", "export", "Files of events, escalations and the audit trail."),
    "hold": _command("hold", "hold", "Money that calls under way hold."),
    "privacy": _command("privacy", "privacy", "What is kept of a person, and erasing it."),
    "env": _command("env", "env", "Print the variables that examples use."),
    "settings": _command("settings", "settings", "Show the settings in force and where they come from."),
    "price": _command("price", "price", "Show what a model costs."),
    "provider": _command("provider", "provider", "Run a simulated provider."),
    "processors": _command("processors", "processors", "Run the stream processors."),
    "projections": _command("projections", "projections", "Run the projection writer alone."),
    "api": _command("api", "api", "Run the command API, query API and projections together."),
    "rebuild": _command("rebuild", "rebuild", "Rebuild the projections from the log."),
}

_ALIASES = {
    "escalations": "escalation",
    "export-jobs": "export",
    "budgets": "budget",
    "tickets": "ticket",
    "holds": "hold",
    "wallets": "wallet",
    "webhooks": "webhook",
}


@click.group(
    cls=LazyGroup,
    commands=_COMMANDS,
    aliases=_ALIASES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 ok, 1 the answer is no, 2 usage or lint errors, 3 not found, 4 sign-in, 5 not allowed, "
    "8 limit, 9 server or network, 10 gap.",
)
@click.version_option(package_name="keeptrusts", prog_name="kt", message="%(prog)s %(version)s")
def main() -> None:
    """Governance for AI traffic: who may call what, what it may cost, what must never leave, and the proof."""


if __name__ == "__main__":
    main(prog_name="kt")
