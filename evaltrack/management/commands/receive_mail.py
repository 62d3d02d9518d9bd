"""``manage.py receive_mail``: receive answers to our mails by LMTP or SMTP, as ``INBOUND_URL`` says."""

import asyncio
import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from evaltrack.inbound import listener


class Command(BaseCommand):
    help = "Receive mail by LMTP or SMTP on the address that INBOUND_URL names, until Ctrl-C."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        source = settings.INBOUND
        if not (source and source.listens):
            self.stderr.write(
                "INBOUND_URL names nothing to listen on: set it to lmtp://HOST:PORT or smtp://HOST:PORT."
            )
            sys.exit(2)

        def ready(port: int) -> None:
            self.stdout.write(f"receiving mail by {source.scheme.upper()} on {source.host}:{port}")
            self.stdout.flush()

        try:
            asyncio.run(listener.listen(source, ready=ready))
        except OSError as error:
            self.stderr.write(f"Cannot listen on {source}: {error.strerror or error}.")
            sys.exit(1)
