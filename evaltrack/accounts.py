"""How allauth behaves here: nobody signs up by themselves, and its mails go through the outbox."""

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    pass
