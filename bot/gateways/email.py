"""E-mail to staff over SMTP: the one module that talks to a mail server."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from urllib.parse import SplitResult, unquote, urlsplit

from bot.clock import now
from bot.errors import SettingsError
from bot.gateways.notifying import Call
from bot.gateways.sending import AddressUnreachable, Refused, TryLater
from bot.settings import Settings

ANSWER_SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465}

_NAME = r"[^\s@,;:<>()\[\]\\\"\x00-\x1f\x7f]+"
_ONE_ADDRESS = re.compile(f"{_NAME}@{_NAME}")


def is_one_address(email: str) -> bool:
    """Return whether this is one plain address: no second one, no header can hide in it."""
    return _ONE_ADDRESS.fullmatch(email) is not None


class EmailNotifier:
    """Sends through the server of `ACOMPANA_SMTP_URL` (smtp://name:word@host:587 or smtps://...)."""

    def __init__(self, settings: Settings) -> None:
        self._server = _server_of(settings.smtp_url)
        self._sender = settings.email_from
        if not _is_sender(self._sender):
            raise SettingsError("ACOMPANA_EMAIL_FROM must be one e-mail address.")

    def send(self, call: Call) -> str:
        """Send and return the Message-ID; every refusal says what to do next."""
        if not call.email or not is_one_address(call.email):
            raise AddressUnreachable
        message = self._message(call, call.email)
        try:
            with self._connection() as server:
                server.send_message(message)
        except smtplib.SMTPResponseException as refusal:
            raise _named(refusal.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _named(next(iter(refusal.recipients.values()))[0], AddressUnreachable) from None
        except (smtplib.SMTPNotSupportedError, UnicodeError):
            raise Refused from None
        except (smtplib.SMTPException, OSError):
            raise TryLater from None
        return str(message["Message-ID"])

    def _message(self, call: Call, to: str) -> EmailMessage:
        """Return the mail; its Message-ID is ours, so that one sent twice is recognised as one."""
        message = EmailMessage()
        message["From"], message["To"] = self._sender, to
        message["Subject"] = " ".join(call.subject.split())
        message["Date"] = format_datetime(now())
        message["Message-ID"] = f"<{call.id}@acompana>"
        message.set_content(call.text)
        return message

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Yield a server that knows us; what it says to our good-bye is not about the message."""
        server = self._connect()
        try:
            self._secure(server)
            self._sign_in(server)
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        scheme, host = self._server.scheme, self._server.hostname or ""
        port = self._server.port or PORTS[scheme]
        if scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=ANSWER_SECONDS, context=context)
        return smtplib.SMTP(host, port, timeout=ANSWER_SECONDS)

    def _secure(self, server: smtplib.SMTP) -> None:
        """Encrypt where the server can; a password never goes over an open line."""
        if self._server.scheme == "smtps":
            return
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif self._server.username:
            raise Refused

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._server.username:
            server.login(unquote(self._server.username), unquote(self._server.password or ""))


def _is_sender(written: str) -> bool:
    """Return whether this is one address, perhaps with a name before it."""
    found = [address for _, address in getaddresses([written])]
    return len(found) == 1 and is_one_address(found[0]) and written.isprintable()


def _server_of(url: str) -> SplitResult:
    """Read the setting; what is wrong is said without showing the password in it."""
    try:
        server = urlsplit(url)
        is_good = server.scheme in PORTS and bool(server.hostname) and server.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise SettingsError("ACOMPANA_SMTP_URL must look like smtp://name:word@host:587.")
    return server


def _named(
    code: int, permanent: type[Refused] | type[AddressUnreachable] = Refused
) -> Refused | AddressUnreachable | TryLater:
    """SMTP says 4xx for "later" and 5xx for "never"; source: RFC 5321, 4.2.1."""
    return permanent(code) if 500 <= code < 600 else TryLater(code)
