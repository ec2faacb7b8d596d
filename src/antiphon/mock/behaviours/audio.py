"""Audio: speech is a short tone, and a transcription says which file it is of."""

from __future__ import annotations

import base64
from typing import Any, Final

from antiphon_codegen.document import JSON

from ..answer.blobs import blob, sound
from ..answer.calls import Answer, Call, Event
from ..request.forms import Upload
from .parts import count_tokens, tokens_of

__all__ = ["speak", "transcribe", "translate"]

_KINDS: Final = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
}
_SECONDS: Final = 2.0


def speak(call: Call) -> Answer:
    """`POST /audio/speech`."""
    wanted = str(call.fields.get("response_format") or "mp3")
    kind = _KINDS.get(wanted, "audio/pcm")
    data = sound()[44:] if wanted == "pcm" else blob(kind if wanted == "wav" else "audio/mpeg")
    if call.fields.get("stream_format") != "sse":
        return Answer(200, data, content_type=kind)
    half = len(data) // 2
    events: list[dict[str, JSON]] = [
        {"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()}
        for piece in (data[:half], data[half:])
    ]
    used = count_tokens(str(call.fields["input"]))
    counted: JSON = {"input_tokens": used, "output_tokens": 10, "total_tokens": used + 10}
    events.append({"type": "speech.audio.done", "usage": counted})
    return Answer(200, events=tuple(Event(each) for each in events), done=True)


def transcribe(call: Call) -> Answer | JSON:
    """`POST /audio/transcriptions`."""
    return _text(call, "transcribe")


def translate(call: Call) -> Answer | JSON:
    """`POST /audio/translations`."""
    return _text(call, "translate")


def _text(call: Call, task: str) -> Answer | JSON:
    file = call.fields["file"]
    text = f"This is {file}, {len(file.content)} bytes long." if isinstance(file, Upload) else f"This is {file}."
    wanted = call.fields.get("response_format") or "json"
    if call.streaming:
        return Answer(events=tuple(_events(text)), done=True)
    match wanted:
        case "text":
            return Answer(200, text + "\n", content_type="text/plain")
        case "srt":
            return Answer(200, f"1\n00:00:00,000 --> 00:00:02,000\n{text}\n\n", content_type="text/plain")
        case "vtt":
            return Answer(200, f"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n{text}\n\n", content_type="text/plain")
        case "verbose_json":
            return _verbose(call, task, text)
        case "diarized_json":
            segment: JSON = {"type": "transcript.text.segment", "id": "seg_0", "start": 0.0, "end": _SECONDS}
            spoken: JSON = {**segment, "text": text, "speaker": "A"}
            return {"task": task, "duration": _SECONDS, "text": text, "segments": [spoken]}
        case _:
            return {"text": text}


def _verbose(call: Call, task: str, text: str) -> JSON:
    segment: dict[str, Any] = {"id": 0, "seek": 0, "start": 0.0, "end": _SECONDS, "text": text, "tokens": [1, 2, 3]}
    segment |= {"temperature": 0.0, "avg_logprob": -0.1, "compression_ratio": 1.0, "no_speech_prob": 0.01}
    language = call.fields.get("language") or "english"
    words = tokens_of(text)
    step = _SECONDS / len(words)
    timed: list[JSON] = [
        {"word": word.strip(), "start": round(at * step, 3), "end": round((at + 1) * step, 3)}
        for at, word in enumerate(words)
    ]
    whole: dict[str, JSON] = {
        "task": task,
        "language": language,
        "duration": _SECONDS,
        "text": text,
        "segments": [segment],
    }
    if "word" in (call.fields.get("timestamp_granularities") or []):
        whole["words"] = timed
    return whole


def _events(text: str) -> list[Event]:
    deltas = [Event({"type": "transcript.text.delta", "delta": token}) for token in tokens_of(text)]
    return [*deltas, Event({"type": "transcript.text.done", "text": text})]
