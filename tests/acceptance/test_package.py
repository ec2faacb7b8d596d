"""What a wheel of the project has to carry besides its modules."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import antiphon
from antiphon.mock.server import own_document

ROOT = Path(__file__).parents[2]


def test_the_description_of_the_api_goes_into_the_wheel_and_the_manifest_does_not() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"openapi.yaml": "antiphon/openapi.yaml"}
    assert all((ROOT / path).exists() for path in wheel["exclude"])
    assert wheel["exclude"] == ["src/antiphon/GENERATED"]
    assert own_document() in (ROOT / "openapi.yaml", Path(antiphon.__file__).parent / "openapi.yaml")


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "_types",
            "NOT_GIVEN not_given NotGiven Omit omit FileTypes NoneType Body Query Headers Timeout RequestOptions",
        ),
        ("_models", "BaseModel FinalRequestOptions"),
        ("_exceptions", "OpenAIError APIError APIStatusError APIConnectionError RateLimitError BadRequestError"),
        ("_streaming", "Stream AsyncStream"),
        ("_client", "OpenAI AsyncOpenAI Client AsyncClient Stream AsyncStream"),
        (
            "_exceptions",
            "LengthFinishReasonError ContentFilterFinishReasonError InvalidWebhookSignatureError OAuthError",
        ),
        ("_exceptions", "WebSocketQueueFullError WebSocketConnectionClosedError SubjectTokenProviderError"),
        ("_response", "APIResponse AsyncAPIResponse"),
        ("_legacy_response", "HttpxBinaryResponseContent LegacyAPIResponse"),
        ("_constants", "DEFAULT_TIMEOUT DEFAULT_MAX_RETRIES DEFAULT_CONNECTION_LIMITS"),
        ("lib._pydantic", "to_strict_json_schema"),
        ("lib._parsing", "type_to_response_format_param ResponseFormatT"),
        ("lib._parsing._completions", "type_to_response_format_param"),
        ("resources.chat.chat", "Chat AsyncChat"),
        ("resources.chat.completions.completions", "Completions AsyncCompletions AsyncCompletionsWithRawResponse"),
        ("resources.responses.responses", "Responses AsyncResponses ResponsesConnection"),
        ("resources.beta.threads.runs.runs", "Runs AsyncRuns"),
        ("lib._tools", "pydantic_function_tool pydantic_responses_function_tool"),
        (
            "_base_client",
            "DEFAULT_TIMEOUT DEFAULT_MAX_RETRIES BaseClient SyncAPIClient AsyncAPIClient DefaultHttpxClient",
        ),
        (
            "",
            "VERSION NoneType RequestOptions Transport ProxiesTypes DEFAULT_CONNECTION_LIMITS OAuthError",
        ),
        ("", "DefaultHttpx2Client DefaultAsyncHttpx2Client DefaultAioHttpClient __title__ __version__"),
    ],
)
def test_where_programs_for_the_openai_package_look(module: str, names: str) -> None:
    found = import_module(f"antiphon.{module}".rstrip("."))
    for name in names.split():
        value = getattr(found, name)
        for place in (antiphon, import_module(found.__package__ or "")):
            assert value is getattr(place, name, value)


REACHED = """\
types.chat.chat_completion.Choice
types.completion_usage.CompletionUsage
types.responses.response.Response
resources.chat.completions.completions.AsyncCompletions
resources.beta.threads.runs.Runs
lib.azure.AzureOpenAI
lib.streaming.chat.ChatCompletionStream
auth.k8s_service_account_token_provider
llm.get_model
mock.serve
version.VERSION
_exceptions.RateLimitError
_types.NotGiven"""


@pytest.mark.parametrize("path", REACHED.split())
def test_modules_are_reached_without_an_import_of_their_own(path: str) -> None:
    """As those of a package are that loads everything."""
    program = f"import antiphon as openai; print(openai.{path}.__doc__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_no_module_is() -> None:
    for owner in (antiphon, *map(import_module, ("antiphon.types.chat", "antiphon.runtime", "antiphon.lib.azure"))):
        for name in ("nonsense", "_nonsense", "__wrapped__", "Nonsense", "not a name"):
            assert not hasattr(owner, name)
    program = (
        "import sys, antiphon, antiphon.types; hasattr(antiphon.types, '__wrapped__'); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_raw_responses_of_both_colours_are_told_from_others() -> None:
    kind = import_module("antiphon._legacy_response").LegacyAPIResponse
    assert issubclass(antiphon.RawResponse, kind)
    assert issubclass(antiphon.AsyncRawResponse, kind)
    assert not issubclass(antiphon.APIResponse, kind)
    assert kind[str].__args__ == (str,)


def test_what_completion_shows_of_the_package() -> None:
    shown = set(dir(antiphon))
    assert {"OpenAI", "AsyncOpenAI", "types", "llm", "lib", "APIError", "__version__"} <= shown
    assert shown.isdisjoint({"TYPE_CHECKING", "annotations", "attach"})
