"""RTMPS: the same server behind TLS, with FFmpeg and with peers that do not shake hands."""

import asyncio
import datetime
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(encoding) + secret)
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_ffmpeg_publishes_over_tls(studio: Any, run: Any, ffmpeg: Any, collect: Any, tls: ssl.SSLContext) -> None:
    port = await studio.server.listen("127.0.0.1", 0, tls)
    subscription = studio.broadcast.subscribe("test")
    process = await run(*ffmpeg(f"rtmps://127.0.0.1:{port}/live/primary-key", 1))
    _, complaint = await process.communicate()
    assert process.returncode == 0, complaint
    assert len(await collect(subscription, lambda found: len(found) >= 60)) == 60


async def test_a_refusal_is_heard_through_tls(studio: Any, script: Any, certificate: Path, tls: ssl.SSLContext) -> None:
    port = await studio.server.listen("127.0.0.1", 0, tls)
    trust = ssl.create_default_context(cafile=str(certificate))
    trust.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    writer.write(script.opening("guess"))
    await asyncio.wait_for(reader.readuntil(b"no such stream key"), 10)
    writer.close()


async def test_plain_rtmp_on_the_tls_port_is_closed(studio: Any, script: Any, tls: ssl.SSLContext) -> None:
    port = await studio.server.listen("127.0.0.1", 0, tls)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(script.opening())
    assert b"NetConnection" not in await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()


async def test_a_peer_that_never_shakes_hands_times_out(open_studio: Any, tls: ssl.SSLContext) -> None:
    async with open_studio(handshake_ms_max=100) as studio:
        port = await studio.server.listen("127.0.0.1", 0, tls)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        await writer.wait_closed()
