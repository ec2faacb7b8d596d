"""`antiphon chat`: ask a model, or talk with it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from .answering import How, answer
from .kept import continued, keep
from .options import HELP, completed_keys, completed_models
from .reading import attachments_of, options_of, piped_text, schema_from, tools_from, typed_text
from .terminal import Plain, is_terminal
from .typing_in import talk

if TYPE_CHECKING:
    from ..llm import Conversation, Model

__all__ = ["command"]


@click.command(name="chat", cls=Plain, context_settings=HELP)
@click.argument("prompt", nargs=-1)
@click.option(
    "--model",
    "-m",
    shell_complete=completed_models,
    help="provider/model, or another name of one; else the default model.",
)
@click.option("--system", "-s", help="What the model is to be.")
@click.option("--attachment", "-a", "places", multiple=True, help="A file or a URL to attach; - is what is piped in.")
@click.option(
    "--at",
    "typed",
    multiple=True,
    nargs=2,
    metavar="FILE TYPE",
    help="The same with its media type, where nothing tells it: --at sound audio/wav.",
)
@click.option("--tool", "-t", "tools", multiple=True, help="A function to call: module:function, file.py:function.")
@click.option("--chain-limit", default=25, show_default=True, type=click.IntRange(0), help="Answers at most; 0: any.")
@click.option("--schema", help="What the answer has to fit: JSON, a file of it, or 'name, age int'.")
@click.option("--schema-multi", help="The same for a list of such objects.")
@click.option("--option", "-o", "options", multiple=True, nargs=2, metavar="NAME VALUE", help="temperature 0.5, say.")
@click.option("--no-stream", is_flag=True, help="Show the answer when all of it is there.")
@click.option("--json", "as_json", is_flag=True, help="Show all that the server answers, as JSON.")
@click.option("--plain", is_flag=True, help="Show Markdown as it was written, also on a terminal.")
@click.option("--hide-reasoning", "-R", is_flag=True, help="Do not show what the model thinks.")
@click.option("--usage", "-u", is_flag=True, help="Say how many tokens it took.")
@click.option("--continue", "-c", "goes_on", is_flag=True, help="Go on from the last answer.")
@click.option("--no-keep", is_flag=True, help="Do not keep the answer for --continue.")
@click.option("--key", shell_complete=completed_keys, help="A key, or better the name of one from antiphon keys.")
@click.option("--base-url", help="Another address than the provider's.")
@click.option("--mock", is_flag=True, help="Ask a server inside this command, which needs no key.")
def command(
    prompt: tuple[str, ...],
    model: str | None,
    system: str | None,
    places: tuple[str, ...],
    typed: tuple[tuple[str, str], ...],
    tools: tuple[str, ...],
    chain_limit: int,
    schema: str | None,
    schema_multi: str | None,
    options: tuple[tuple[str, str], ...],
    key: str | None,
    base_url: str | None,
    *,
    no_stream: bool,
    as_json: bool,
    plain: bool,
    hide_reasoning: bool,
    usage: bool,
    goes_on: bool,
    no_keep: bool,
    mock: bool,
) -> None:
    """Ask a model PROMPT. What is piped in stands before it. Without either, on a terminal, talk with the model.

    \b
      antiphon chat "Name three trees"
      git diff | antiphon chat -s "Write a commit message"
      antiphon chat -a photo.jpg "What is this?"
      antiphon chat -m ollama/llama3 -t tools.py:weather "Do I need a coat in Oslo?"
    """
    if schema is not None and schema_multi is not None:
        raise click.UsageError("--schema and --schema-multi say the same thing")
    if base_url is not None and mock:
        raise click.UsageError("--mock has an address of its own: leave out --base-url")
    system = None if system is None else typed_text("what stands after --system", system)
    wanted = schema if schema_multi is None else schema_multi
    how = How(
        tools=tools_from(tools),
        options=options_of(options),
        schema=None if wanted is None else schema_from(wanted, multi=schema_multi is not None),
        key=key,
        stream=not no_stream and not as_json,
        as_json=as_json,
        hide_reasoning=hide_reasoning,
        usage=usage,
        chain_limit=chain_limit or None,
        markdown=not plain and wanted is None,
    )
    attachments = attachments_of(places, typed)
    is_talk = not prompt and not attachments and is_terminal(sys.stdin) and is_terminal(sys.stdout)
    text = "" if is_talk else _text(prompt, places, typed)
    if not is_talk and not text and not attachments:
        raise click.UsageError("there is nothing to ask: pass a prompt, or pipe one in")
    with ExitStack() as stack:
        conversation = _conversation(stack, model, base_url, how, goes_on=goes_on, mock=mock)
        kept = not no_keep and not mock
        if is_talk:
            talk(conversation, how, system, kept=kept)
            return
        answer(conversation, how, text or None, system=system, attachments=attachments)
        if kept:
            keep(conversation)


def _text(prompt: tuple[str, ...], places: tuple[str, ...], typed: tuple[tuple[str, str], ...]) -> str:
    """What is piped in, then the prompt."""
    is_attached = "-" in places or any(place == "-" for place, _ in typed)
    asked = typed_text("the prompt", " ".join(prompt))
    return "\n\n".join(filter(None, ["" if is_attached else piped_text(), asked]))


def _conversation(
    stack: ExitStack, name: str | None, base_url: str | None, how: How, *, goes_on: bool, mock: bool
) -> Conversation:
    last: dict[str, Any] | None = continued() if goes_on else None
    if name is None and last is not None:
        name = last["model"]
    model = _mock_model(stack, name) if mock else _model(name, base_url)
    conversation = model.conversation(tools=how.tools or None)
    if last is not None:
        from ..llm import Response

        conversation.responses.append(Response.from_dict(last, model=model))
    return conversation


def _model(name: str | None, base_url: str | None) -> Model:
    from ..llm import Model, get_default_model, get_model
    from ..llm.store import stored_aliases

    if base_url is None:
        return get_model(name)
    meant = get_default_model() if name is None else name
    return Model(stored_aliases().get(meant, meant), base_url=base_url)  # nobody knows which models are there


def _mock_model(stack: ExitStack, name: str | None) -> Model:
    from ..llm import Model

    try:
        from ..mock import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    server = stack.enter_context(serve())
    return Model(name or "openai/mock", key="any", base_url=server.url)
