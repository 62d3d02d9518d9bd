"""What becomes of each mail that comes in, and of those that come back."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from evaltrack import bounces, mail, people
from evaltrack.inbound import addresses, intake, source
from evaltrack.models import Bounce, InboundMail, Mail, User
from tests import factories as make
from tests import mails
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Outcome = InboundMail.Outcome


@pytest.fixture(autouse=True)
def address(settings: LazySettings) -> None:
    settings.INBOUND_ADDRESS = "reply@example.net"
    settings.INBOUND_READERS = [f"{__name__}.reads"]


READ: list[tuple[int, str]] = []


def reads(inbound: InboundMail, text: str, now: object) -> intake.Read | None:
    """Stands in for the storey above: reads answers to digests."""
    assert inbound.answers
    if inbound.answers.kind != "digest":
        return None
    READ.append((inbound.answers.pk, text))
    return intake.Read(Outcome.TAKEN, "read")


@pytest.fixture
def ana() -> User:
    READ.clear()
    return make.user("Ana", email="ana@example.org")


def take(raw: bytes, minutes: float = 0, **more: object) -> InboundMail:
    return intake.take(raw, now=NOW + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


# Whose answer to what ------------------------------------------------------------------------------------


def test_an_answer_is_known_by_the_address_it_was_given_or_by_the_mail_it_names(ana: User) -> None:
    digest = mails.digest(ana)
    given = addresses.answer_address(digest.pk)
    assert mail.message(digest).extra_headers["Reply-To"] == given
    for raw, recipients in (
        (mails.raw("2: done", to=given), ()),
        (mails.raw("2: done", to=given.upper()), ()),
        (mails.raw("2: done", to="undisclosed"), (given,)),
        (mails.answer(digest), ()),
        (mails.raw("2: done", References=f"<x@y.example> {mail.message_id(digest)} <z@y.example>"), ()),
    ):
        row = take(raw, recipients=recipients)
        assert (row.outcome, row.answers, row.person, row.note) == (Outcome.TAKEN, digest, ana, "read")
    assert [(digest.pk, "2: done")] * 5 == READ


def test_an_address_made_up_is_none_of_ours(ana: User) -> None:
    digest = mails.digest(ana)
    given = addresses.answer_address(digest.pk)
    other = addresses.answer_address(digest.pk + 1)
    for wrong in (
        given.replace(f"+{digest.pk:x}-", f"+{digest.pk + 1:x}-"), given[:-13] + "0" + given[-12:],
        given.replace("@example.net", "@example.com"), "reply@example.net", "reply+@example.net", "reply+1-@example.net",
        other.replace("-", ""),
    ):  # fmt: skip
        assert addresses.answered([wrong]) is None, wrong
    assert len(given.partition("@")[0]) <= 64


def test_the_same_mail_twice_changes_nothing(ana: User) -> None:
    raw = mails.answer(mails.digest(ana))
    assert take(raw).pk == take(raw, 5).pk
    assert len(READ) == InboundMail.objects.count() == 1


def test_the_sender_is_who_the_mail_went_to(ana: User) -> None:
    digest = mails.digest(ana)
    ben = make.user("Ben", email="ben@example.org")
    stranger = take(mails.answer(digest, sender="eve@example.com"))
    assert (stranger.outcome, stranger.text, stranger.person) == (Outcome.UNKNOWN, "", None)
    theirs = take(mails.answer(digest, sender=ben.email, to=addresses.answer_address(digest.pk)))
    assert (theirs.outcome, theirs.note) == (Outcome.NO_THREAD, "It answers a mail to someone else.")
    by_id = take(mails.answer(digest, sender=ben.email))
    assert by_id.outcome == Outcome.NO_THREAD
    ana.is_active = False
    ana.save()
    assert take(mails.answer(digest)).outcome == Outcome.UNKNOWN
    assert READ == []
    # A stranger is not written to, and whoever is known once a day.
    assert [row.person for row in Mail.objects.filter(kind="answer")] == [ben]


def test_an_answer_to_something_else_is_told_where_answers_go(ana: User) -> None:
    row = take(mails.answer(mails.digest(ana, kind="notification")))
    assert row.outcome == Outcome.NOTHING
    written = Mail.objects.get(kind="answer")
    assert "Please answer the latest mail" in written.text
    assert take(mails.raw("hello")).outcome == Outcome.NO_THREAD
    assert Mail.objects.filter(kind="answer").count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated; owner"}, {"Precedence": "bulk"},
        {"Precedence": "Auto_Reply"}, {"X_Autoreply": "yes"}, {"X_Autorespond": "x"}, {"List_Id": "<l.example.org>"},
        {"Return_Path": "<>"}, {"Subject": "Automatic reply: 2 key actions"}, {"Subject": "Out of Office"},
        {"Subject": "Réponse automatique : absence"}, {"Subject": "=?utf-8?q?R=C3=A9ponse_automatique_=3A_x?="},
        {"Subject": "Respuesta automática: fuera"}, {"Subject": "Abwesenheitsnotiz: Urlaub"},
    ],
)  # fmt: skip
def test_what_a_machine_answers_is_not_read(ana: User, headers: dict[str, str]) -> None:
    row = take(mails.answer(mails.digest(ana), **headers))
    assert (row.outcome, READ) == (Outcome.AUTOMATIC, [])
    assert row.note
    assert not Mail.objects.filter(kind="answer").exists()


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "no"}, {"Subject": "Re: Absence of staff"}, {"Precedence": "first-class"}]
)
def test_what_a_person_answers_is(ana: User, headers: dict[str, str]) -> None:
    assert take(mails.answer(mails.digest(ana), **headers)).outcome == Outcome.TAKEN


def test_our_own_mails_are_a_loop(ana: User, settings: LazySettings) -> None:
    settings.DEFAULT_FROM_EMAIL = "EvalTrack <evaltrack@example.net>"
    digest = mails.digest(ana)
    for headers in (
        {"sender": "evaltrack@example.net"}, {"sender": "reply@example.net"},
        {"sender": addresses.answer_address(digest.pk)}, {"Message_ID": mail.message_id(digest)},
    ):  # fmt: skip
        assert take(mails.answer(digest, **headers)).outcome == Outcome.LOOP
    assert not Mail.objects.filter(kind="answer").exists()


def test_more_than_so_many_an_hour_are_two_machines_talking(ana: User) -> None:
    digest = mails.digest(ana)
    outcomes = [take(mails.answer(digest), minute).outcome for minute in range(intake.PER_HOUR + 2)]
    assert outcomes == [Outcome.TAKEN] * intake.PER_HOUR + [Outcome.LOOP] * 2
    assert take(mails.answer(digest), 63 + intake.PER_HOUR).outcome == Outcome.TAKEN


def test_what_cannot_be_read_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    row = take(b"Content-Type: message/rfc822\r\n\r\n" * 3_000)
    assert (row.outcome, bool(row.note)) == (Outcome.BROKEN, True)
    assert take(b"From: ana\0@example.org\r\nSubject: a\0b\r\n\r\n\0").outcome == Outcome.UNKNOWN


def test_attachments_are_left_out_and_that_is_said(ana: User) -> None:
    row = take(
        mails.answer(
            mails.digest(ana),
            "--b\nContent-Type: text/plain\n\n2: done\n--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n--b--",
            Content_Type="multipart/mixed; boundary=b",
        )
    )
    assert row.note == "read 1 attachment was not taken: a.pdf"


def test_what_was_not_read_is_forgotten_after_half_a_year(ana: User) -> None:
    take(mails.answer(mails.digest(ana)))
    take(mails.raw(sender="eve@example.com"))
    assert intake.forget(now=NOW + timedelta(days=179)) == 0
    assert intake.forget(now=NOW + timedelta(days=181)) == 1
    assert InboundMail.objects.get().outcome == Outcome.TAKEN


# What comes back -----------------------------------------------------------------------------------------


def test_a_mail_that_comes_back_makes_its_address_one_that_cannot_be_reached(ana: User) -> None:
    digest = mails.digest(ana)
    row = take(mails.returned(digest))
    assert (row.outcome, row.answers, row.person) == (Outcome.BOUNCE, digest, ana)
    bounce = bounces.of(ana)
    assert bounce
    assert (bounce.address, bounce.reason, bounce.mail) == (ana.email, "550 5.1.1 no such user", digest)
    take(mails.returned(mails.digest(ana)))
    assert Bounce.objects.count() == 1
    assert bounces.unreachable() == {ana.pk}


PLAIN = "\nHi. This is the mail server.\n<{to}>:\n550 5.1.1 The account does not exist\n\nMessage-ID: {id}\n"


@pytest.mark.parametrize(
    ("raw", "opens"),
    [
        (mails.returned, True),
        (lambda digest: mails.returned(digest, status="5.2.2", said="552 5.2.2 mailbox full"), True),
        (lambda digest: mails.returned(digest, status="4.4.7", action="delayed", said="421 later"), False),
        (lambda digest: mails.returned(digest, status="5.0.0", action="delayed"), False),
        (lambda digest: mails.returned(digest, status="2.0.0", action="delivered"), False),
        # Of another's mail, or one that we never sent.
        (lambda digest: mails.returned(digest, recipient="someone@else.example"), False),
        # Passed on by its first reader: known by the address it comes back to.
        (lambda digest: mails.returned(digest, recipient="a@else.example", to=addresses.answer_address(digest.pk)), True),
        (lambda digest: plain(digest, PLAIN), True),
        (lambda digest: plain(digest, "Warning: could not send for 4 hours\n" + PLAIN), False),
        (lambda digest: plain(digest, PLAIN.replace("{id}", "<other@example.org>")), False),
        (lambda digest: plain(digest, PLAIN, sender="eve@example.com"), False),
    ],
)  # fmt: skip
def test_only_what_came_back_for_good_of_what_we_sent_counts(ana: User, raw: object, opens: bool) -> None:
    take(raw(mails.digest(ana)))  # type: ignore[operator]
    assert Bounce.objects.exists() == opens


def plain(digest: Mail, text: str, sender: str = "MAILER-DAEMON@mx.example.org") -> bytes:
    text = text.replace("{to}", digest.to).replace("{id}", mail.message_id(digest))
    return mails.raw(text, sender=sender, Subject="failure notice")


def test_a_bounce_is_settled_by_hand_or_by_another_address(ana: User) -> None:
    old, later = mails.digest(ana), mails.digest(ana)
    take(mails.returned(old))
    by, bounce = make.user(), Bounce.objects.get()
    assert bounces.settle(bounce, by=by, now=NOW + timedelta(days=1))
    assert not bounces.settle(bounce, by=by, now=NOW + timedelta(days=1))
    assert bounces.unreachable() == set()
    # A notice that was long on its way speaks of before.
    take(mails.returned(old, Message_ID="<late@mx.example.org>"))
    assert not bounces.unreachable()
    Mail.objects.filter(pk=later.pk).update(sent_at=NOW + timedelta(days=2))
    take(mails.returned(later))
    assert bounces.unreachable() == {ana.pk}
    people.change_person(ana, by=None, today=NOW.date(), email="ana.berg@example.org")
    assert not Bounce.objects.open().exists()
    assert bounces.of(ana) is None


def test_who_cannot_be_reached_is_one_query(ana: User, django_assert_num_queries: object) -> None:
    for person in (ana, make.user(), make.user(is_active=False)):
        take(mails.returned(mails.digest(person)))
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(bounces.unreachable()) == 2


# Where it comes in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("", None),
        (
            "imap+ssl://user:p%40ss@mail.example.org/Answers",
            ("imap+ssl", "mail.example.org", 993, "user", "p@ss", "Answers"),
        ),
        ("imap+tls://u:p@h.example", ("imap+tls", "h.example", 143, "u", "p", "INBOX")),
        ("imap://u:p@h.example:1143/", ("imap", "h.example", 1143, "u", "p", "INBOX")),
        ("lmtp://127.0.0.1:8024", ("lmtp", "127.0.0.1", 8024, "", "", "INBOX")),
        ("smtp://0.0.0.0", ("smtp", "0.0.0.0", 2525, "", "", "INBOX")),
    ],
)
def test_the_address_of_the_mailbox_is_read(url: str, read: object) -> None:
    assert source.read(url) == (source.Source(*read) if read else None)  # type: ignore[misc]


@pytest.mark.parametrize(
    "url", ["pop3://u:secret@h.example", "imap://h.example", "imap://:secret@h.example", "lmtp://"]
)
def test_a_wrong_one_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="INBOUND_URL") as refused:
        source.read(url)
    assert "secret" not in str(refused.value)
