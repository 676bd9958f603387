"""Files and SMTP: what counts as sent, what comes back, what never does."""

import socket
import stat
import threading
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult

from app.mail.transport import FileTransport, NotNow, Refused, SmtpTransport


def mail(text: str = "Grüße.\n") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "a@example.org", "b@example.org", "Hello"
    made.set_content(text, cte="8bit")
    return made


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Sink:
    """An SMTP server that keeps what it takes and says what the test wants."""

    def __init__(self, rcpt: str = "", data: str = "") -> None:
        self.rcpt, self.data, self.taken = rcpt, data, []

    async def handle_RCPT(self, _server, _session, envelope, address, options):
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        if self.data == "close":
            server.transport.close()
            return "250 never said"
        if self.data:
            return self.data
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextmanager
def serving(sink: Sink, **options):
    controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def send(address: str, message: EmailMessage | None = None, **options) -> None:
    SmtpTransport(f"smtp://{address}", **options).send(
        message or mail(), sender="a@example.org", recipient="b@example.org"
    )


def test_a_mail_arrives_as_it_was_made():
    sink = Sink()
    with serving(sink) as address:
        send(address)
    ((sender, recipients, content),) = sink.taken
    assert (sender, recipients) == ("a@example.org", ["b@example.org"])
    assert "Grüße." in content.decode()


class SevenBits(Server):
    async def smtp_EHLO(self, hostname):
        self.session.host_name = hostname
        self._set_rset_state()
        self.session.extended_smtp = True
        await self.push("250 sink")


class OldController(Controller):
    def factory(self):
        return SevenBits(self.handler, hostname="sink")


def test_an_old_server_gets_seven_bits():
    sink = Sink()
    controller = OldController(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        send(f"127.0.0.1:{controller.port}")
    finally:
        controller.stop()
    ((_, _, content),) = sink.taken
    assert content.isascii()
    assert b"Gr=C3=BC=C3=9Fe." in content


@pytest.mark.parametrize(
    ("sink", "raised", "words"),
    [
        (Sink(rcpt="550 5.1.1 nobody here"), Refused, "550 5.1.1 nobody here"),
        (Sink(rcpt="451 try later"), NotNow, "451 try later"),
        (Sink(data="554 spam"), Refused, "554 spam"),
        (Sink(data="452 full"), NotNow, "452 full"),
        (Sink(data="close"), NotNow, "SMTPServerDisconnected"),
    ],
)
def test_no_means_never_or_later(sink, raised, words):
    with serving(sink) as address, pytest.raises(raised, match=words):
        send(address)


def test_nobody_listens():
    with pytest.raises(NotNow, match="ConnectionRefusedError"):
        send(f"127.0.0.1:{free_port()}")


def test_a_server_that_stalls_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NotNow, match="imed out"):
        send(f"127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"\xff\xfe\r\n", b""])
def test_a_server_that_greets_badly(greeting):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NotNow):
            send(f"127.0.0.1:{listener.getsockname()[1]}", timeout=2)
        thread.join()


def test_encryption_that_is_required_and_not_offered():
    sink = Sink()
    with serving(sink) as address, pytest.raises(NotNow, match="STARTTLS"):
        SmtpTransport(f"smtp://{address}?tls=required").send(
            mail(), sender="a@example.org", recipient="b@example.org"
        )
    assert sink.taken == []


def test_a_wrong_password_is_not_the_mails_fault():
    with (
        serving(
            Sink(),
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=False, handled=False),
        ) as address,
        pytest.raises(NotNow, match="535") as raised,
    ):
        send(f"user:s3cret@{address}")
    assert "s3cret" not in str(raised.value)


def test_a_certificate_of_nobody_is_refused(self_signed):
    with serving(Sink(), tls_context=self_signed) as address, pytest.raises(NotNow, match="SSL"):
        send(address, timeout=3)


@pytest.fixture
def self_signed(tmp_path):
    import ssl
    import subprocess

    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no openssl to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_files_are_their_owners(tmp_path):
    folder = tmp_path / "mail"
    for _ in range(3):
        FileTransport(folder).send(mail(), sender="a@b", recipient="../../Ann O’Neil@example.org")
    files = sorted(folder.iterdir())
    assert len(files) == 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.name.endswith(".eml")
        assert "ann-o-neil-at-example.org" in file.name
        assert "Grüße." in file.read_text()


def test_a_folder_that_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(NotNow, match="cannot be written"):
        FileTransport(blocked / "mail").send(mail(), sender="a@b", recipient="c@d")
