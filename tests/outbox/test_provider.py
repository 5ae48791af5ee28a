"""Mail through a provider's door, over a real conversation with one that stands in for it on this machine."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

from outbox import deliveries, pauses
from outbox.deliveries import Outcome
from outbox.models import Attempt, Notice, Suppression
from tests.factories.outbox import NINE, message, planned

State = Notice.State
INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive.\n"
    "Found inactive addresses: mia.okafor@post.example.\nInactive recipients are ones that bounced."
)
SECRET = "a-secret-of-24-letters-or-more"


@dataclass
class Postmark:
    """Stands in for the provider: what it was sent, and what it answers."""

    status: int = 200
    answer: dict = field(default_factory=lambda: {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a"})
    hangs_up: bool = False
    asked: list[dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@pytest.fixture
def postmark(settings) -> Iterator[Postmark]:
    stand_in = Postmark()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stand_in.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            stand_in.keys.append(self.headers["X-Postmark-Server-Token"])
            if stand_in.hangs_up:
                self.connection.close()
                return
            told = {"To": stand_in.asked[-1]["To"], "SubmittedAt": "2026-03-02T09:00:00Z", **stand_in.answer}
            body = json.dumps(told).encode()
            self.send_response(stand_in.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.MAIL_PROVIDER = "postmark"
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "the-key",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        "WEBHOOK_SECRET": f"stipple:{SECRET}",
        "REQUESTS_TIMEOUT": 2,
        "IGNORE_UNSUPPORTED_FEATURES": True,
    }
    yield stand_in
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def row(mia, site) -> Notice:
    return planned(mia, message(site, purpose=Notice.Purpose.FOLLOW_UP))


def fresh(row: Notice) -> Notice:
    row.refresh_from_db()
    return row


def test_the_letter_goes_out_whole_under_its_own_id(row, postmark, settings):
    settings.PUBLIC_URL = "https://clinic.example.org"

    outcome = deliveries.deliver(row.pk, at=NINE)

    (asked,) = postmark.asked
    headers = {one["Name"]: one["Value"] for one in asked["Headers"]}
    assert (outcome, fresh(row).state, postmark.keys) == (Outcome.SENT, State.SENT, ["the-key"])
    assert (asked["From"], asked["To"]) == ("Stipple <clinic@example.org>", "Mia Okafor <mia.okafor@post.example>")
    assert (asked["Subject"], asked["ReplyTo"]) == (
        "One day after your visit",
        "Rowan Skin Clinic <hello@rowan.example>",
    )
    assert asked["TextBody"].replace("\r\n", "\n").startswith("Dear Mia,\n\nCall us on 0113 496 0000.\n")
    assert asked["HtmlBody"].startswith("<p>Call us on 0113 496 0000.</p>")
    assert headers["Message-ID"] == row.message_id == f"<{row.uuid}@example.org>"
    assert headers["List-Unsubscribe"].startswith("<https://clinic.example.org/s/")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert asked["Metadata"] == {"notice": str(row.uuid)}


def test_nobody_watches_a_patient_read(row, postmark):
    deliveries.deliver(row.pk, at=NINE)

    assert (postmark.asked[0]["TrackOpens"], postmark.asked[0]["TrackLinks"]) == (False, "None")


@pytest.mark.parametrize(
    ("status", "answer", "outcome", "attempt"),
    [
        (401, {"ErrorCode": 10, "Message": "No server token"}, Outcome.PAUSED, "paused"),
        (429, {"ErrorCode": 429, "Message": "Slow down"}, Outcome.PAUSED, "paused"),
        (503, {"ErrorCode": 100, "Message": "Maintenance"}, Outcome.DELAYED, "unknown"),
        (413, {"ErrorCode": 413, "Message": "Too large"}, Outcome.FAILED, "refused"),
        (422, {"ErrorCode": 406, "Message": INACTIVE}, Outcome.FAILED, "bounced"),
    ],
    ids=[
        "a key that is wrong",
        "too much at once",
        "trouble of its own",
        "a letter it will not take",
        "a dead address",
    ],
)
def test_what_the_provider_answers_ends_as_with_a_mail_server(row, postmark, status, answer, outcome, attempt):
    postmark.status, postmark.answer = status, answer

    assert deliveries.deliver(row.pk, at=NINE) == outcome
    assert Attempt.objects.get().outcome == attempt
    assert Suppression.objects.count() == (attempt == "bounced")
    assert (pauses.standing() is not None) == (outcome == Outcome.PAUSED)


def test_a_provider_that_hangs_up_may_have_taken_the_letter(row, postmark):
    postmark.hangs_up = True

    outcome = deliveries.deliver(row.pk, at=NINE)

    assert (outcome, Attempt.objects.get().outcome) == (Outcome.DELAYED, "unknown")


def test_a_provider_that_is_away_stops_sending_and_burns_no_try(row, postmark, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:9/"}

    outcome = deliveries.deliver(row.pk, at=NINE)

    assert (outcome, fresh(row).attempt_count, row.state) == (Outcome.PAUSED, 0, State.DUE)


# --- what it tells later -------------------------------------------------------------------------------------


def tell(event: dict, *, secret: str = SECRET):
    key = b64encode(f"stipple:{secret}".encode()).decode()
    return Client(enforce_csrf_checks=True).post(
        "/webhooks/mail/", json.dumps(event), content_type="application/json", headers={"Authorization": f"Basic {key}"}
    )


def bounce(row: Notice, **more) -> dict:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4,
        "MessageID": "b7bc2f4a",
        "Email": row.to_address,
        "BouncedAt": "2026-03-02T09:01:00Z",
        "Details": "550 5.1.1 No such user",
        "Metadata": {"notice": str(row.uuid)},
        **more,
    }


@pytest.fixture
def sent(row, postmark) -> Notice:
    deliveries.deliver(row.pk, at=NINE)
    return fresh(row)


def test_a_mail_that_came_back_is_failed_and_its_address_gets_no_more(sent):
    answer = tell(bounce(sent))

    assert answer.status_code == 200
    assert (fresh(sent).state, sent.state_reason) == (State.FAILED, "Came back: 550 5.1.1 No such user")
    assert [dead.address for dead in Suppression.objects.all()] == [sent.to_address]


def test_told_twice_it_is_so_once(sent):
    tell(bounce(sent))
    settled_at = fresh(sent).settled_at

    answer = tell(bounce(sent))

    assert (answer.status_code, fresh(sent).settled_at, Suppression.objects.count()) == (200, settled_at, 1)


def test_a_complaint_stops_mail_and_what_arrived_stays_sent(sent):
    tell(bounce(sent, RecordType="SpamComplaint", Type="SpamComplaint"))

    assert (fresh(sent).state, Suppression.objects.get().address) == (State.SENT, sent.to_address)


def test_a_mail_that_was_delivered_or_opened_changes_nothing(sent):
    answers = [
        tell({"RecordType": kind, "Recipient": sent.to_address, "MessageID": "b7bc2f4a"}).status_code
        for kind in ("Delivery", "Open")
    ]

    assert (answers, fresh(sent).state, Suppression.objects.count()) == ([200, 200], State.SENT, 0)


def test_what_came_back_from_an_old_address_does_not_fail_the_letter_to_the_new_one(sent):
    Notice.objects.update(to_address="mia@new.example")

    tell(bounce(sent))

    assert (fresh(sent).state, Suppression.objects.get().address) == (State.SENT, "mia.okafor@post.example")


def test_without_metadata_the_message_id_tells_which_letter_it_was(sent):
    event = bounce(sent, MessageID=sent.message_id)
    del event["Metadata"]

    tell(event)

    assert fresh(sent).state == State.FAILED


def test_whoever_does_not_know_the_secret_is_not_heard(sent):
    answer = tell(bounce(sent), secret="guessed")

    assert (answer.status_code, fresh(sent).state, Suppression.objects.count()) == (400, State.SENT, 0)


def test_a_house_with_a_mail_server_of_its_own_has_no_such_door(db, settings):
    assert Client().post("/webhooks/mail/", "{}", content_type="application/json").status_code == 404
