"""E-mail to staff through a real mail server on this machine: what arrives, and how a refusal is named."""

import asyncio
import socket
import ssl
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from threading import Thread
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.clock import now
from bot.errors import SettingsError
from bot.gateways import email as gateway
from bot.gateways.email import EmailNotifier
from bot.gateways.notifying import Call, NotifierByChannel
from bot.gateways.sending import AddressUnreachable, Refused, SendingFailed, TryLater
from tests.builders import make_child, make_staff
from tests.conversation import Conversation

ELENA = "elena@acompana.example"
LOGIN = "elena:contrase%C3%B1a%3A%20100%25%2F%40%23@"
ASCII_LOGIN, ASCII_PASSWORD = "elena:a%3Ab%2F%40%23@", "a:b/@#"


class Mailbox:
    """Keeps what arrives; `answers` says what a command is answered with instead."""

    def __init__(self):
        self.mails, self.recipients, self.passwords, self.encrypted = [], [], [], []
        self.answers = {}
        self.hangs_up = False

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.hangs_up:
            server.transport.close()
        elif "DATA" not in self.answers:
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.append(envelope.rcpt_tos)
            self.encrypted.append(session.ssl is not None)
        return self.answers.get("DATA", "250 OK")

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        return self.answers.get("QUIT", "221 Bye")

    def authenticate(self, server, session, envelope, mechanism, data):
        self.passwords.append(data.password.decode())
        return AuthResult(success=data.password.decode() == ASCII_PASSWORD, handled=False)

    def mail(self):
        (only,) = self.mails
        return only


@contextmanager
def serving(mailbox, encrypted=None, **how):
    """A mail server on a loop of its own; `encrypted` from the first byte if it is a context."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def on_loop(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=10)

    def smtp():
        return SMTP(mailbox, loop=loop, hostname="localhost", **how)

    server = on_loop(loop.create_server(smtp, "127.0.0.1", 0, ssl=encrypted))
    try:
        yield f"localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        on_loop(ended(server))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def ended(server):
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def mail_server(mailbox):
    """A server without encryption."""
    with serving(mailbox) as address:
        yield address


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate that nobody trusts unless a test says so, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("mail") / "server.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def encryption_of_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def secure_server(mailbox, encryption_of_server):
    """A server that offers STARTTLS, and takes passwords only after it."""
    with serving(
        mailbox, tls_context=encryption_of_server, authenticator=mailbox.authenticate
    ) as address:
        yield address


@pytest.fixture
def notifier_at(settings):
    def made(address, login="", scheme="smtp"):
        url = f"{scheme}://{login}{address}"
        update = {"smtp_url": url, "email_from": "Acompaña <avisos@acompana.example>"}
        return EmailNotifier(settings.model_copy(update=update))

    return made


def notification(**changes):
    call = Call(
        id=uuid4(),
        channel="email",
        number="+50255501234",
        email=ELENA,
        language="es",
        text="Acompaña K7M: muy urgente, peligro. https://acompana.example/console/K7M",
        subject="Acompaña K7M: muy urgente",
        template="staff.alert",
        variables={},
    )
    return replace(call, **changes)


def failure_of(notifier, call=None):
    with pytest.raises(SendingFailed) as caught:
        notifier.send(call or notification())
    return caught.value


def test_a_notification_arrives_with_its_subject_and_text(notifier_at, mail_server, mailbox):
    call = notification()
    notifier_at(mail_server).send(call)

    assert mailbox.recipients == [[ELENA]]
    assert mailbox.mail()["To"] == ELENA
    assert mailbox.mail()["From"] == "Acompaña <avisos@acompana.example>"
    assert mailbox.mail()["Subject"] == call.subject
    assert mailbox.mail().get_content().strip() == call.text


def test_a_mail_has_a_date_and_an_id_that_is_our_reference(notifier_at, mail_server, mailbox):
    call = notification()
    reference = notifier_at(mail_server).send(call)

    assert mailbox.mail()["Message-ID"] == reference
    assert call.id.hex in reference.replace("-", "")
    assert len(reference) <= 64
    assert abs(parsedate_to_datetime(mailbox.mail()["Date"]) - now()) < timedelta(minutes=1)


def test_the_same_notification_sent_twice_is_one_mail_to_a_mail_program(
    notifier_at, mail_server, mailbox
):
    call = notification()
    notifier_at(mail_server).send(call)
    notifier_at(mail_server).send(call)

    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_disclosure_reaches_the_mailbox_without_a_name_or_a_word(
    quiet_parts, notifier_at, mail_server, mailbox, caplog
):
    caplog.set_level("DEBUG")
    only_mail = NotifierByChannel({"email": notifier_at(mail_server)})
    parts = replace(quiet_parts, safety=replace(quiet_parts.safety, notifier=only_mail))
    elena = make_staff(parts, email=ELENA)
    with Conversation(parts, make_child(parts, case_manager_id=elena)) as talk:
        talk.says("me van a matar los de la mara")
        assert "notified" in talk.chain
        forbidden = ("Wendy", "Cux", "mara", "matar", talk.phone._number(), str(talk.contact_id))
        code = talk.escalation.code

    mail = mailbox.mail()
    assert code in mail["Subject"]
    assert code in mail.get_content()
    shown = mail.get_content() + "".join(f"{k}: {v}\n" for k, v in mail.items())
    assert [word for word in forbidden if word in shown] == []
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name != "mail.log")
    assert ours
    assert [word for word in (*forbidden, ELENA) if word in ours] == []


@pytest.mark.parametrize(
    ("command", "answer", "named", "code"),
    [
        ("MAIL", "451 later", TryLater, 451),
        ("MAIL", "550 no", Refused, 550),
        ("RCPT", "450 mailbox busy", TryLater, 450),
        ("RCPT", "452 mailbox full", TryLater, 452),
        ("RCPT", "550 no such person", AddressUnreachable, 550),
        ("RCPT", "553 not like this", AddressUnreachable, 553),
        ("DATA", "452 no room", TryLater, 452),
        ("DATA", "554 we think it is spam", Refused, 554),
    ],
)
def test_each_refusal_says_what_to_do_next(
    notifier_at, mail_server, mailbox, command, answer, named, code
):
    mailbox.answers[command] = answer
    failure = failure_of(notifier_at(mail_server))

    assert type(failure) is named
    assert failure.code == code
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("greeting", "named"),
    [(b"421 come back later\r\n", TryLater), (b"554 not you\r\n", Refused), (b"", TryLater)],
)
def test_a_server_that_does_not_want_to_talk_is_named_too(notifier_at, greeting, named):
    with saying(greeting) as address:
        assert type(failure_of(notifier_at(address))) is named


@contextmanager
def saying(greeting):
    """A server that says one thing to whoever calls, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            caller, _ = listening.accept()
            with caller:
                caller.sendall(greeting)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join(timeout=10)


def test_a_server_that_is_away_is_tried_later(notifier_at):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        assert isinstance(failure_of(notifier_at(address)), TryLater)


def test_a_server_that_hangs_up_is_tried_later(notifier_at, mail_server, mailbox):
    mailbox.hangs_up = True
    assert isinstance(failure_of(notifier_at(mail_server)), TryLater)


def test_nobody_waits_for_a_silent_server_without_end(notifier_at, monkeypatch):
    assert gateway.ANSWER_SECONDS == 10
    monkeypatch.setattr(gateway, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert isinstance(failure_of(notifier_at(address)), TryLater)


def test_a_rude_good_bye_does_not_make_a_sent_mail_unsent(notifier_at, mail_server, mailbox):
    mailbox.answers["QUIT"] = "421 too many connections"
    notifier_at(mail_server).send(notification())

    assert len(mailbox.mails) == 1


def test_the_password_goes_only_over_an_encrypted_line(
    notifier_at, secure_server, mailbox, trusted
):
    notifier_at(secure_server, ASCII_LOGIN).send(notification())

    assert mailbox.passwords == [ASCII_PASSWORD]
    assert mailbox.encrypted == [True]


def test_a_line_is_encrypted_without_a_password_too(notifier_at, secure_server, mailbox, trusted):
    notifier_at(secure_server).send(notification())
    assert mailbox.encrypted == [True]


def test_a_line_that_cannot_be_encrypted_carries_no_password_and_no_mail(notifier_at, mailbox):
    """As after somebody on the way has taken STARTTLS out of what the server offers."""
    with serving(mailbox, authenticator=mailbox.authenticate, auth_require_tls=False) as address:
        failure = failure_of(notifier_at(address, ASCII_LOGIN))

    assert isinstance(failure, Refused)
    assert mailbox.passwords == []
    assert mailbox.mails == []


def test_a_server_that_cannot_prove_who_it_is_gets_no_password_and_no_mail(
    notifier_at, secure_server, mailbox
):
    failure = failure_of(notifier_at(secure_server, ASCII_LOGIN))

    assert isinstance(failure, TryLater)
    assert mailbox.passwords == []
    assert mailbox.mails == []


def test_a_certificate_of_somebody_else_is_not_enough(notifier_at, secure_server, mailbox, trusted):
    elsewhere = secure_server.replace("localhost", "127.0.0.1")

    assert isinstance(failure_of(notifier_at(elsewhere, ASCII_LOGIN)), TryLater)
    assert mailbox.passwords == []


def test_a_wrong_password_is_a_refusal(notifier_at, secure_server, mailbox, trusted):
    failure = failure_of(notifier_at(secure_server, "elena:wrong@"))

    assert isinstance(failure, Refused)
    assert failure.code == 535
    assert mailbox.mails == []


def test_a_password_that_smtp_cannot_carry_is_a_refusal(
    notifier_at, secure_server, mailbox, trusted
):
    assert isinstance(failure_of(notifier_at(secure_server, LOGIN)), Refused)
    assert mailbox.mails == []


def test_a_server_that_knows_no_way_to_sign_in_gets_no_mail(
    notifier_at, mailbox, encryption_of_server, trusted
):
    how = {"tls_context": encryption_of_server, "auth_exclude_mechanism": ["LOGIN", "PLAIN"]}
    with serving(mailbox, **how) as address:
        failure_of(notifier_at(address, ASCII_LOGIN))
    assert mailbox.mails == []


def test_a_server_that_is_encrypted_from_the_start_is_served(
    notifier_at, mailbox, encryption_of_server, trusted
):
    with serving(mailbox, encrypted=encryption_of_server) as address:
        notifier_at(address, scheme="smtps").send(notification())

    assert mailbox.mail()["To"] == ELENA


def test_a_server_that_is_encrypted_by_somebody_else_gets_nothing(
    notifier_at, mailbox, encryption_of_server
):
    with serving(mailbox, encrypted=encryption_of_server) as address:
        assert isinstance(failure_of(notifier_at(address, scheme="smtps")), TryLater)
    assert mailbox.mails == []


@pytest.mark.parametrize(
    "address",
    [
        "elena@acompana.example\r\nBcc: other@acompana.example",
        "elena@acompana.example\nSubject: other",
        "elena@acompana.example\r\n.\r\nMAIL FROM:<x@y>",
        "elena@acompana.example, other@acompana.example",
        "elena@acompana.example;other@acompana.example",
        "all: elena@acompana.example, other@acompana.example;",
        "Elena <elena@acompana.example>",
        "elena@acompana.example\x00",
        "elena@",
        "@acompana.example",
        "elena",
        " ",
        "",
        None,
    ],
)
def test_whatever_is_not_one_address_is_unreachable_and_never_tried(
    notifier_at, mail_server, mailbox, address
):
    failure = failure_of(notifier_at(mail_server), notification(email=address))

    assert type(failure) is AddressUnreachable
    assert mailbox.mails == []


def test_a_subject_cannot_become_another_header(notifier_at, mail_server, mailbox):
    subject = "Acompaña\r\nBcc: other@acompana.example\n\nother text"
    notifier_at(mail_server).send(notification(subject=subject))

    assert mailbox.mail()["Bcc"] is None
    assert mailbox.recipients == [[ELENA]]
    assert "\n" not in mailbox.mail()["Subject"]


def test_a_text_cannot_end_the_mail_or_become_a_command(notifier_at, mail_server, mailbox):
    text = "Uno\r\n.\r\nMAIL FROM:<x@acompana.example>\r\nDos"
    notifier_at(mail_server).send(notification(text=text))

    assert len(mailbox.mails) == 1
    assert "Dos" in mailbox.mail().get_content()


@pytest.mark.parametrize("reads_them", [True, False])
def test_an_address_in_letters_that_not_every_server_reads(notifier_at, mailbox, reads_them):
    call = notification(email="muñoz@acompana.example")
    with serving(mailbox, enable_SMTPUTF8=reads_them) as address:
        if reads_them:
            notifier_at(address).send(call)
        else:
            assert isinstance(failure_of(notifier_at(address), call), Refused)

    assert len(mailbox.mails) == int(reads_them)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "mail.example.org:587",
        "http://name:secret-word@mail.example.org",
        "smtp://",
        "smtp://name:secret-word@mail.example.org:mail",
        "smtp://[name:secret-word@",
        "smtp://name:secret-word@mail.example.org:99999",
    ],
)
def test_a_setting_that_names_no_server_is_one_sentence_without_the_password(settings, url):
    with pytest.raises(SettingsError) as refused:
        EmailNotifier(settings.model_copy(update={"smtp_url": url}))

    assert "ACOMPANA_SMTP_URL" in str(refused.value)
    assert "secret-word" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "acompana", "a@b.example, c@d.example", "a@b\nBcc: c@d"])
def test_a_sender_that_is_no_address_is_one_sentence(settings, sender):
    url = {"smtp_url": "smtp://mail.example.org", "email_from": sender}
    with pytest.raises(SettingsError, match="ACOMPANA_EMAIL_FROM"):
        EmailNotifier(settings.model_copy(update=url))


def test_nothing_printed_about_a_notification_holds_an_address_or_a_number():
    printed = repr(notification())
    assert ELENA not in printed
    assert "50255501234" not in printed
