"""What of our own API takes time is done when it is asked for again, so that whoever waits for it does not wait."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from antiphon.mock.engine import Engine
from antiphon_codegen.samples.service import read_service

from .asking import OWN, Got, ask

SERVICE = read_service(OWN)


class Api:
    """Our own API without sockets."""

    def __init__(self) -> None:
        self._engine = Engine(SERVICE)

    def got(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Got:
        headers = {"openai-beta": "assistants=v2"}
        return ask(self._engine, method, f"/v1{path}", body, kind=kind, headers=headers)

    def post(self, path: str, body: Any = None) -> Any:
        got = self.got("POST", path, {} if body is None else body)
        assert got.status in (200, 201), got.body
        return got.value

    def get(self, path: str) -> Any:
        got = self.got("GET", path)
        assert got.status == 200, got.body
        return got.value


@pytest.fixture
def api() -> Api:
    return Api()


def test_vector_stores(api: Api) -> None:
    store = api.post("/vector_stores", {"name": "notes", "file_ids": ["a", "b"]})
    assert (store["status"], store["file_counts"]["in_progress"]) == ("in_progress", 2)
    path = f"/vector_stores/{store['id']}"
    later = api.get(path)
    assert (later["status"], later["name"]) == ("completed", "notes")
    assert (later["file_counts"]["completed"], later["file_counts"]["in_progress"]) == (2, 0)
    assert api.post("/vector_stores")["file_counts"]["total"] == 0

    file = api.post(f"{path}/files", {"file_id": "file-1"})
    assert (file["id"], file["status"], file["last_error"]) == ("file-1", "in_progress", None)
    assert api.get(f"{path}/files/file-1")["status"] == "completed"

    batch = api.post(f"{path}/file_batches", {"file_ids": ["a", "b", "c"]})
    assert (batch["status"], batch["file_counts"]["total"]) == ("in_progress", 3)
    batch = api.get(f"{path}/file_batches/{batch['id']}")
    assert (batch["status"], batch["file_counts"]["completed"]) == ("completed", 3)


def test_batches(api: Api) -> None:
    asked = {"input_file_id": "f", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    batch = api.post("/batches", asked)
    assert (batch["status"], batch["request_counts"]["completed"]) == ("validating", 0)
    assert batch.get("completed_at") is None
    later = api.get(f"/batches/{batch['id']}")
    assert (later["status"], later["request_counts"]["completed"]) == ("completed", later["request_counts"]["total"])
    assert later["completed_at"] > later["created_at"]

    batch = api.post("/batches", asked)
    stopped = api.post(f"/batches/{batch['id']}/cancel")
    assert stopped["status"] in ("cancelling", "cancelled")
    assert api.get(f"/batches/{batch['id']}")["status"] == "cancelled"


def test_runs(api: Api) -> None:
    thread = api.post("/threads")
    run = api.post(f"/threads/{thread['id']}/runs", {"assistant_id": "asst_1"})
    assert (run["status"], run["thread_id"], run["assistant_id"]) == ("queued", thread["id"], "asst_1")
    assert (run["required_action"], run["last_error"], run["completed_at"]) == (None, None, None)
    run = api.get(f"/threads/{thread['id']}/runs/{run['id']}")
    assert run["status"] == "completed"
    assert run["completed_at"] > run["created_at"]


def test_videos(api: Api) -> None:
    form = b'--XX\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na choir\r\n--XX--\r\n'
    got = api.got("POST", "/videos", form, kind="multipart/form-data; boundary=XX")
    assert got.status == 200, got.body
    video = got.value
    assert (video["status"], video["progress"]) == ("queued", 0)
    video = api.get(f"/videos/{video['id']}")
    assert (video["status"], video["progress"]) == ("completed", 100)


def test_evals(api: Api) -> None:
    source: Any = {"type": "jsonl", "source": {"type": "file_id", "id": "file-1"}}
    run = api.post("/evals/eval_1/runs", {"data_source": source})
    later = api.get(f"/evals/eval_1/runs/{run['id']}")
    assert run["status"] != later["status"] == "completed"


def test_conversations(api: Api) -> None:
    made = api.post("/conversations", {"metadata": {"topic": "choirs"}})
    path = f"/conversations/{made['id']}"
    assert api.get(path)["metadata"] == {"topic": "choirs"}
    assert api.post(path, {"metadata": {"topic": "fugues"}})["metadata"] == {"topic": "fugues"}
    assert api.got("DELETE", path).status == 200
    assert api.got("GET", path).status == 404


def test_fine_tuning(api: Api) -> None:
    job = api.post("/fine_tuning/jobs", {"model": "m", "training_file": "f"})
    assert (job["status"], job["fine_tuned_model"]) == ("queued", None)
    later = api.get(f"/fine_tuning/jobs/{job['id']}")
    assert (later["status"], later["fine_tuned_model"]) == ("succeeded", "ft:m:mock")
    job = api.post("/fine_tuning/jobs", {"model": "m", "training_file": "f"})
    assert api.post(f"/fine_tuning/jobs/{job['id']}/cancel")["status"] == "cancelled"
    assert api.get(f"/fine_tuning/jobs/{job['id']}")["status"] == "cancelled"


class TestUploads:
    ASKED: ClassVar[Any] = {"filename": "notes.txt", "purpose": "assistants", "bytes": 6, "mime_type": "text/plain"}

    def part(self, api: Api, upload: str, data: bytes) -> str:
        head = b'--XX\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\n'
        kind = "multipart/form-data; boundary=XX"
        got = api.got("POST", f"/uploads/{upload}/parts", head + data + b"\r\n--XX--\r\n", kind=kind)
        assert got.status == 200, got.body
        assert got.value["upload_id"] == upload
        return got.value["id"]

    def test_parts_become_a_file(self, api: Api) -> None:
        upload = api.post("/uploads", self.ASKED)
        assert (upload["status"], upload.get("file")) == ("pending", None)
        second, first = self.part(api, upload["id"], b"two"), self.part(api, upload["id"], b"one")
        done = api.post(f"/uploads/{upload['id']}/complete", {"part_ids": [first, second]})
        assert (done["status"], done["file"]["filename"], done["file"]["bytes"]) == ("completed", "notes.txt", 6)
        assert api.get(f"/files/{done['file']['id']}")["purpose"] == "assistants"
        assert api.got("GET", f"/files/{done['file']['id']}/content").body == b"onetwo"

    def test_what_does_not_add_up_is_refused(self, api: Api) -> None:
        upload = api.post("/uploads", self.ASKED)
        part = self.part(api, upload["id"], b"one")
        path = f"/uploads/{upload['id']}/complete"
        assert "3 bytes" in api.got("POST", path, {"part_ids": [part]}).error["message"]
        assert "no part 'other'" in api.got("POST", path, {"part_ids": ["other"]}).error["message"]
        assert api.post(f"/uploads/{upload['id']}/cancel")["status"] == "cancelled"
        assert "is cancelled" in api.got("POST", path, {"part_ids": [part, part]}).error["message"]

    def test_an_upload_nobody_heard_of_is_answered(self, api: Api) -> None:
        assert api.post("/uploads/any/complete", {"part_ids": ["a"]})["object"] == "upload"
