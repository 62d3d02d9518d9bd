"""One raw mail, read: what a person wrote, however their program put it."""

import base64
import quopri
import time

import pytest

from evaltrack.inbound import html_text, parsing, quoting
from evaltrack.inbound.parsing import BrokenMail
from tests.mails import raw

ANSWER = "2: terminé - fêté à Genève"


def written(mail: bytes) -> str:
    return parsing.read(mail).written


def body(kind: str, content: bytes, encoding: str = "8bit") -> bytes:
    head = raw("", Content_Type=kind, Content_Transfer_Encoding=encoding).rstrip()
    return head + b"\r\n\r\n" + content


@pytest.mark.parametrize(
    ("kind", "content", "encoding"),
    [
        ("text/plain; charset=utf-8", ANSWER.encode(), "8bit"),
        ("text/plain; charset=iso-8859-1", ANSWER.encode("latin-1"), "8bit"),
        ("text/plain; charset=windows-1252", ANSWER.encode("cp1252"), "8bit"),
        ("text/plain; charset=utf-8", quopri.encodestring(ANSWER.encode()), "quoted-printable"),
        ("text/plain; charset=utf-8", base64.encodebytes(ANSWER.encode()), "base64"),
        ("text/plain; charset=utf-16", base64.encodebytes(ANSWER.encode("utf-16")), "base64"),
        ("text/plain; charset=x-unheard-of", ANSWER.encode(), "8bit"),
        ("text/plain; charset=utf-8", ANSWER.encode("latin-1"), "8bit"),  # it lies
        ("text/plain", ANSWER.encode(), "8bit"),
        ("text/html; charset=utf-8", f"<p>{ANSWER}</p>".encode(), "8bit"),
        ("text/html", b"<div>2: termin&eacute; - f&ecirc;t&#233; &agrave; Gen&egrave;ve</div>", "8bit"),
    ],
)  # fmt: skip
def test_a_text_is_read_in_its_charset_and_encoding(kind: str, content: bytes, encoding: str) -> None:
    assert written(body(kind, content, encoding)) == ANSWER


def test_of_two_forms_of_a_text_the_plain_one_is_read_and_attachments_are_named() -> None:
    letter = parsing.read(
        raw(
            "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\n2: done\n"
            "--c\nContent-Type: text/html\n\n<p>2: nonsense</p>\n--c--\n"
            "--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=minutes.pdf\n\nJVBERi0=\n"
            "--b\nContent-Type: image/png\n\nabc\n--b--",
            Content_Type="multipart/mixed; boundary=b",
        )
    )
    assert (letter.written, letter.attachments) == ("2: done", ("minutes.pdf", "image/png"))


def test_html_is_read_as_words_without_what_is_quoted_or_hidden() -> None:
    html = (
        "<html><head><style>p { color: red }</style><title>No</title></head><body><p>2: done<br>3: <b>started</b></p>"
        "<script>alert('1: done')</script><!-- 1: done --><ul><li>all sent</ul>"
        '<div class="gmail_quote">On Monday<blockquote>1. An action</blockquote></div><p>Una</body>'
    )
    assert html_text.to_text(html).split() == ["2:", "done", "3:", "started", "all", "sent", "Una"]
    assert html_text.to_text(html).startswith("2: done\n3: started\n")


QUOTED = "> 1. Write the guidance\n> 2. Train the staff"
BELOW = {
    "en": f"On Mon, 2 Mar 2026 at 07:00, EvalTrack <reply@example.net> wrote:\n{QUOTED}",
    "en, broken": f"On Mon, 2 Mar 2026 at 07:00, EvalTrack\n<reply+1-0123456789@example.net>\nwrote:\n\n{QUOTED}",
    "fr": f"Le lun. 2 mars 2026 à 07:00, EvalTrack <reply@example.net> a écrit :\n{QUOTED}",
    "es": f"El lun, 2 mar 2026 a las 7:00, EvalTrack (<reply@example.net>) escribió:\n{QUOTED}",
    "de": f"Am Mo., 2. März 2026 um 07:00 Uhr schrieb EvalTrack <reply@example.net>:\n{QUOTED}",
    "not marked": "On Monday, EvalTrack wrote:\nDear Una,\n1. Write the guidance",
    "Outlook": "________________________________\nFrom: EvalTrack\nSent: Monday\nTo: Una\n\n1. Write",
    "Outlook, fr": "De : EvalTrack <a@b.example>\nEnvoyé : lundi 2 mars 2026 07:00\nÀ : Una\nObjet : 2 actions\n\n1. Write",
    "Outlook, es": "De: EvalTrack\nEnviado el: lunes\nPara: Una\nAsunto: 2\n\n1. Write",
    "Outlook, de": "Von: EvalTrack\nGesendet: Montag\nAn: Una\nBetreff: 2\n\n1. Write",
    "original": "-----Original Message-----\n1. Write the guidance",
    "signature": "-- \nUna Berg\n1. Head of office",
    "telephone": "Sent from my telephone",
    "téléphone": "Envoyé de mon téléphone",
}


@pytest.mark.parametrize("below", BELOW.values(), ids=BELOW)
def test_what_was_quoted_and_the_signature_are_left_out(below: str) -> None:
    assert quoting.written(f"2: done - from: Geneva\nOn time, as she wrote\n\n{below}") == (
        "2: done - from: Geneva\nOn time, as she wrote"
    )


def test_answers_between_the_quoted_lines_are_kept() -> None:
    assert quoting.written("On Monday, EvalTrack wrote:\n> 1. Write\n\n1: done\n> 2. Train\n2: started") == (
        "1: done\n2: started"
    )


def test_a_flowing_text_is_put_together_again() -> None:
    mail = raw("2: done - adopted \nin March\n 3: started", Content_Type="text/plain; format=flowed")
    assert written(mail) == "2: done - adopted in March\n3: started"


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({}, "ana@example.org"),
        ({"From": "ANA@Example.ORG"}, "ana@example.org"),
        ({"From": "=?utf-8?q?boss=40example=2Eorg?= <ana@example.org>"}, "ana@example.org"),
        ({"From": "=?utf-8?q?Ana=20=3Cboss=40example=2Eorg=3E?="}, ""),
        ({"From": "ana@example.org, boss@example.org"}, ""),
        ({"From": "nobody"}, ""),
        ({"From": ""}, ""),
    ],
)
def test_a_mail_is_from_one_address_and_no_name_poses_as_one(headers: dict[str, str], sender: str) -> None:
    assert parsing.read(raw(**headers)).sender == sender


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"\0\0\0", b"no mail at all", b"From: a@b.example\r\n\r\n\0 2: done \0", b"\xff\xfe\xfd: \x80\r\n\r\n\x80",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
        b"Content-Type: text/plain; charset=\"\x00\"\r\n\r\nx", b"Content-Transfer-Encoding: base64\r\n\r\n!!!=",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\nx", b"Subject: =?nonsense?q?=ff?=\r\nFrom: \xff@\xff\r\n\r\nx",
        b"Content-Type: message/rfc822\r\n\r\n" * 2_000, b"From: " + b"(" * 50_000 + b"\r\n\r\nx",
    ],
)  # fmt: skip
def test_broken_bytes_raise_one_thing_only_and_leave_no_nul(broken: bytes) -> None:
    begun = time.monotonic()
    try:
        letter = parsing.read(broken)
    except BrokenMail:
        return
    finally:
        assert time.monotonic() - begun < 5
    for text in (letter.sender, letter.subject, letter.text, letter.written, letter.message_id):
        assert "\0" not in text


@pytest.mark.parametrize(
    "hostile",
    [
        "On " * 60_000,
        "Le " * 60_000,
        "> " * 60_000,
        "\n" * 60_000,
        "From: a\n" * 20_000,
        "-" * 60_000,
        "On a wrote " * 9_000,
    ],
)
def test_a_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    begun = time.monotonic()
    parsing.read(raw(hostile))
    parsing.read(raw(hostile, sender="mailer-daemon@example.org", Subject="Undelivered mail"))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("hostile", ["<blockquote><div>" * 5_000, "<!--" * 20_000, "<" * 100_000])
def test_hostile_html_costs_little_too(hostile: str) -> None:
    begun = time.monotonic()
    parsing.read(raw(hostile, Content_Type="text/html"))
    assert time.monotonic() - begun < 5


def test_the_same_mail_has_the_same_key_and_nobody_takes_anothers() -> None:
    mail = raw("2: done", Message_ID="<1@example.org>")
    assert parsing.key_of(b"Return-Path: <x@y>\r\n" + mail) == parsing.key_of(mail)
    assert parsing.key_of(
        raw("2: done", sender="eve@example.org", Message_ID="<1@example.org>")
    ) != parsing.key_of(mail)
    unnamed = raw("2: done\nMessage-ID: <1@example.org>", Message_ID="")
    assert parsing.key_of(unnamed) != parsing.key_of(mail)
    assert parsing.key_of(unnamed) == parsing.key_of(unnamed)
