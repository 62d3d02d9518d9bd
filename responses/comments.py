"""Comments on the recommendations and key actions of a response: threads that are opened, answered, settled.

The discussion is internal: only those who may comment on the response read it, or can be mentioned in it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.changes import change
from evaltrack.directory import Proposal
from evaltrack.errors import Refused
from evaltrack.models import User
from evaltrack.names import folded
from evaltrack.notifications import Kind, tell
from recommendations.models import Recommendation
from responses import discussants, kinds
from responses.models import Comment, KeyAction, ManagementResponse
from responses.permissions import access

EDITABLE = timedelta(minutes=15)
LONGEST = 10_000  # characters
WORDS_OF_A_NAME = 6
_MENTION = re.compile(r"(?<![\w.@])@(?=\w)")


# The verbs -----------------------------------------------------------------------------------------------


@transaction.atomic
def add(
    response: ManagementResponse,
    recommendation: Recommendation,
    text: str,
    *,
    by: User,
    now: datetime,
    action: KeyAction | None = None,
    thread: Comment | None = None,
    also: Collection[int] = (),
) -> Comment:
    """Open a thread, or reply in one; a reply to a resolved thread opens it again.

    ``also`` are people (ids) to tell besides those whom the text mentions. Raises PermissionDenied, and
    Refused for a mention of someone who may not read it; then nobody is told.
    """
    _check(by, response)
    text = _tidy(text)
    told = mentioned(response, text, also)
    if thread:
        thread = _root(thread)
        if thread.resolved_at:
            reopen(thread, by=by)
    comment = Comment.objects.create(
        response=response,
        recommendation=recommendation,
        action=thread.action if thread else action,
        thread=thread,
        author=by,
        author_name=str(by),
        text=text,
        at=now,
    )
    comment.mentions.set(told)
    audit.record("commented", comment, by=by, parent=response.evaluation)
    _tell(comment, told, by=by, now=now)
    return comment


@transaction.atomic
def edit(comment: Comment, text: str, *, by: User, now: datetime) -> None:
    """Change one's own comment, shortly after writing it; who is mentioned anew is told."""
    _check(by, comment.response)
    _lock(comment)
    if comment.author_id != by.pk:
        raise PermissionDenied
    if not may_edit(comment, by, now):
        raise Refused(_("A comment can be changed for 15 minutes. Add a reply instead."))
    text = _tidy(text)
    if not change(comment, by=by, parent=comment.response.evaluation, text=text):
        return
    comment.edited_at = now
    comment.save(update_fields=["edited_at"])
    told = mentioned(comment.response, text)
    comment.mentions.add(*told)
    _tell_mentioned(comment, told, by=by, now=now)


@transaction.atomic
def resolve(thread: Comment, *, by: User, now: datetime) -> None:
    """Settle a thread; it is then shown folded."""
    _check(by, thread.response)
    thread = _root(thread)
    if thread.resolved_at is None:
        parent = thread.response.evaluation
        change(thread, by=by, verb="resolved", parent=parent, resolved_at=now, resolved_by=by)


@transaction.atomic
def reopen(thread: Comment, *, by: User) -> None:
    """Take up a settled thread again."""
    _check(by, thread.response)
    thread = _root(thread)
    if thread.resolved_at is not None:
        parent = thread.response.evaluation
        change(thread, by=by, verb="reopened", parent=parent, resolved_at=None, resolved_by=None)


def may_edit(comment: Comment, user: User, now: datetime) -> bool:
    return comment.author_id == user.pk and now - comment.at < EDITABLE


def _check(by: User, response: ManagementResponse) -> None:
    if not access(by, response).comment:
        raise PermissionDenied


def _lock(comment: Comment) -> None:
    Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    comment.refresh_from_db(fields=["text", "resolved_at"])


def _root(comment: Comment) -> Comment:
    """The comment that opened the thread, locked."""
    root = comment.thread or comment
    _lock(root)
    return root


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\0", "").strip()
    if not text:
        raise Refused(_("Write something first: the comment is empty."))
    if len(text) > LONGEST:
        raise Refused(
            _("A comment holds at most %(limit)d characters; this one has %(length)d.")
            % {"limit": LONGEST, "length": len(text)}
        )
    return text


# Mentions ------------------------------------------------------------------------------------------------


def mentioned(response: ManagementResponse, text: str, also: Collection[int] = ()) -> list[User]:
    """Those whom the text mentions with @ and their name, and those in ``also`` (ids).

    A first name will do where only one has it. Raises Refused, saying who cannot be mentioned.
    """
    starts = [found.end() for found in _MENTION.finditer(text)]
    if not starts and not also:
        return []
    readers = list(discussants.discussing(response))
    found = [reader for reader in readers if reader.pk in also]
    if len(found) < len(set(also)):
        raise Refused(_("One of the people to tell may not see this discussion any more. Choose again."))
    by_name = _by_name(readers)
    for start in starts:
        written = _words(text[start:])
        person = next((by_name[key] for key in written if key in by_name), None)
        if person is None:
            raise Refused(_unknown(written))
        found.append(person)
    return list(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    """The names that may begin there, the longest first, as keys."""
    words = text.split("\n", 1)[0].split(" ")[:WORDS_OF_A_NAME]
    keys = [folded(" ".join(words[:count])) for count in range(len(words), 0, -1)]
    return [*keys, folded(re.split(r"\W", words[0], maxsplit=1)[0])]


def _by_name(people: Iterable[User]) -> dict[str, User]:
    """People by how they are mentioned and, where they are alone with it, by their first name."""
    people = list(people)
    firsts = Counter(folded(person.get_short_name()) for person in people)
    found = {folded(person.get_short_name()): person for person in people}
    return {key: person for key, person in found.items() if firsts[key] == 1} | {
        folded(name): person for person, name in _mentionable(people)
    }


def _mentionable(people: Sequence[User]) -> list[tuple[User, str]]:
    """Each with the name to write after the @: where two are called the same, with the address."""
    names = Counter(folded(person.name) for person in people)
    return [
        (person, person.name if names[folded(person.name)] == 1 else f"{person.name} ({person.email})")
        for person in people
    ]


def _unknown(written: list[str]) -> str:
    """Why these words mention nobody: the person may not read it, or there is none of that name."""
    outsiders = {folded(name): name for name in _names(User.objects.filter(is_active=True))}
    name = next((outsiders[key] for key in written if key in outsiders), "")
    if name:
        return _(
            "%(name)s may not see this discussion, so nobody was told and nothing was saved. Take out the @,"
            " or ask for a role that lets them see it."
        ) % {"name": name}
    return _(
        "Nobody who sees this discussion is called “@%(name)s”, so nothing was saved. Choose a name that is"
        " proposed while you type, or take out the @."
    ) % {"name": written[-1]}


def _names(people: QuerySet[User]) -> QuerySet[User, str]:
    return people.values_list("name", flat=True)


def proposals(response: ManagementResponse, query: str, *, limit: int = 8) -> list[Proposal]:
    """Those who may be mentioned and have a word in their name that begins with what was typed."""
    wanted = folded(query)
    return [
        Proposal(name, person.function)
        for person, name in _mentionable(list(discussants.discussing(response)))
        if f" {wanted}" in f" {folded(name)}"
    ][:limit]


# Who is told ---------------------------------------------------------------------------------------------


def _tell(comment: Comment, told: Collection[User], *, by: User, now: datetime) -> None:
    """Each person once: mentioned, else replied to, else in charge of what is commented on."""
    _tell_mentioned(comment, told, by=by, now=now)
    done = {person.pk for person in told}
    readers = discussants.discussing(comment.response)
    if comment.thread:
        wrote = {comment.thread.author_id, *comment.thread.replies.values_list("author", flat=True)}
        repliers = list(readers.filter(pk__in=[one for one in wrote if one and one not in done]))
        _pass_on(comment, repliers, kinds.COMMENT_REPLY, by=by, now=now)
        done |= {person.pk for person in repliers}
    charged = [one.pk for one in discussants.writing(comment.response, comment.recommendation_id)]
    charged_readers = readers.filter(pk__in=charged).exclude(pk__in=done)
    _pass_on(comment, charged_readers, kinds.COMMENT_ON_MINE, by=by, now=now)


def _tell_mentioned(comment: Comment, told: Collection[User], *, by: User, now: datetime) -> None:
    _pass_on(comment, told, kinds.COMMENT_MENTION, by=by, now=now)


def _pass_on(comment: Comment, people: Iterable[User], kind: Kind, *, by: User, now: datetime) -> None:
    sentences = {
        kinds.COMMENT_MENTION.code: lambda: _(
            "%(who)s mentions you in a comment on recommendation %(about)s."
        ),
        kinds.COMMENT_REPLY.code: lambda: _("%(who)s replied in a thread on recommendation %(about)s."),
        kinds.COMMENT_ON_MINE.code: lambda: _("%(who)s commented on recommendation %(about)s."),
    }
    recommendation = comment.recommendation
    about = f"{recommendation.number or recommendation.order} ({comment.response.evaluation.name})"
    tell(
        people,
        kind,
        key=f"comment.{comment.pk}",
        about=f"recommendation.{comment.recommendation_id}",
        text=lambda: sentences[kind.code]() % {"who": by, "about": about},
        detail=comment.text,
        url=address(comment),
        now=now,
        by=by,
    )


def address(comment: Comment) -> str:
    page = reverse("discussion", args=[comment.response_id, comment.recommendation_id])
    return f"{page}#comment-{comment.pk}"
