"""What can go wrong, from the rarest to the most general, and what the exceptions know."""

import antiphon
from antiphon import Client


def ask(client: Client, model: str) -> str:
    try:
        completion = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}])
    except antiphon.APITimeoutError:
        return "too slow: a longer timeout= may help"
    except antiphon.APIConnectionError as error:
        return f"no answer: {error.__cause__!r}"
    except antiphon.RateLimitError as error:
        return f"slow down (request {error.request_id})"
    except antiphon.APIStatusError as error:
        return f"refused with {error.status_code}: {error.message}"
    return completion.choices[0].message.content or ""


def main() -> None:
    with Client(max_retries=0) as client:
        print("fine:       ", ask(client, "gpt-5.4-mini"))
        # What the server says about a request it cannot use:
        try:
            client.chat.completions.create(model="gpt-5.4-mini", messages=[])
        except antiphon.BadRequestError as error:
            print("bad request:", error.status_code, error.code, error.param)
        # What is refused before anything is sent:
        try:
            client.files.retrieve("")
        except ValueError as error:
            print("not sent:   ", error)

    with Client(base_url="http://127.0.0.1:9", max_retries=0) as nowhere:
        print("no server:  ", ask(nowhere, "gpt-5.4-mini"))


if __name__ == "__main__":
    main()
