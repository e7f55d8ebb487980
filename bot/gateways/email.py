"""E-mail to staff over SMTP: the one module that talks to a mail server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from bot.gateways.notifying import Call
from bot.gateways.sending import AddressUnreachable, Refused, TryLater
from bot.settings import Settings

ANSWER_SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465}


class EmailNotifier:
    """Sends through the server of `ACOMPANA_SMTP_URL` (smtp://name:word@host:587 or smtps://...)."""

    def __init__(self, settings: Settings) -> None:
        self._server = urlsplit(settings.smtp_url)
        self._sender = settings.email_from

    def send(self, call: Call) -> str:
        """Send and return the Message-ID; every refusal says what to do next."""
        if not call.email:
            raise AddressUnreachable
        message = self._message(call)
        try:
            with self._connection() as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as refusal:
            raise _named(refusal.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _named(next(iter(refusal.recipients.values()))[0], AddressUnreachable) from None
        except (smtplib.SMTPException, OSError):
            raise TryLater from None
        return str(message["Message-ID"])[:64]

    def _message(self, call: Call) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, call.email
        message["Subject"] = call.subject
        message["Message-ID"] = make_msgid(idstring=call.id.hex[:8], domain="acompana")
        message.set_content(call.text)
        return message

    def _connection(self) -> smtplib.SMTP:
        host = self._server.hostname or "localhost"
        port = self._server.port or PORTS.get(self._server.scheme, PORTS["smtp"])
        if self._server.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=ANSWER_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, port, timeout=ANSWER_SECONDS)
            self._secure(server)
        self._sign_in(server)
        return server

    def _secure(self, server: smtplib.SMTP) -> None:
        """Encrypt where the server can; a password never goes over an open line."""
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif self._server.username:
            server.close()
            raise Refused

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._server.username:
            server.login(unquote(self._server.username), unquote(self._server.password or ""))


def _named(
    code: int, permanent: type[Refused] | type[AddressUnreachable] = Refused
) -> Refused | AddressUnreachable | TryLater:
    """SMTP says 4xx for "later" and 5xx for "never"; source: RFC 5321, 4.2.1."""
    return TryLater(code) if 400 <= code < 500 else permanent(code)
