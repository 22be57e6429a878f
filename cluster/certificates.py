"""Certificates for the scheduler, workers and clients of one site, signed by the site's own authority.

A folder of certificates holds::

    ca.pem                 the authority: whom to trust; every process needs it
    scheduler.pem          certificate and key of the scheduler
    worker.pem             ... of the workers
    client.pem             ... of the runs
    authority/ca-key.pem   signs them; needed only for renewal; keep it off the other hosts

A certificate and its key are in one file, so that a renewal replaces both in one step. Dask trusts every
certificate of the authority and does not compare host names; they are in the certificates for tools that do.
A client's certificate cannot be used to pose as a scheduler or worker.
"""

import datetime as dt
import ipaddress
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cluster.roles import ROLES, Role
from data.errors import InputError
from data.printable import quoted
from data.tables import replacing

AUTHORITY: Final = "ca.pem"
AUTHORITY_KEY: Final = "authority/ca-key.pem"
AUTHORITY_DAYS: Final = 3650
"""How many days an authority is valid; its certificates are renewed more often."""

_CLOCKS_APART: Final = dt.timedelta(hours=1)
_LABEL: Final = r"[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?"
_NAME: Final = re.compile(rf"(?=.{{1,253}}$)(\*\.)?{_LABEL}(\.{_LABEL})*")
_PRIVATE: Final = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL
)


@dataclass(frozen=True)
class Certificates:
    """What a folder of certificates holds.

    Attributes:
        folder: Where they are.
        hosts: The names and addresses in the certificates of scheduler and workers, sorted.
        expires: When the certificates end (UTC).
    """

    folder: Path
    hosts: tuple[str, ...]
    expires: dt.datetime

    def __str__(self) -> str:
        """A few lines for the person who made them: which process needs which files."""
        folder = self.folder
        return "\n".join(
            [
                f"{folder}: certificates for {', '.join(self.hosts)}, valid until {self.expires:%Y-%m-%d}",
                f"runs       NWATCH_TLS_FOLDER={folder}  ({AUTHORITY}, client.pem)",
                f"scheduler  {AUTHORITY}, scheduler.pem",
                f"workers    {AUTHORITY}, worker.pem",
                f"keep safe  {AUTHORITY_KEY}: whoever has it can make certificates",
            ]
        )


def make(folder: Path, hosts: Sequence[str] = (), days: int = 365, renew: bool = False) -> Certificates:
    """Make the certificates of a site, or renew them with the same authority.

    Args:
        folder: Where to write them; it must not exist or be empty, unless they are renewed.
        hosts: Names and addresses of scheduler and workers, in addition to this machine's. If none are given,
            a renewal keeps those of before.
        days: How long the certificates are valid.
        renew: Replace the certificates of the folder. The authority stays, so that processes with old and new
            certificates trust each other until all are restarted.

    Returns:
        What the folder holds now.

    Raises:
        InputError: The folder already holds certificates, or none to renew; a host is neither a name nor an
            address; the authority ends before the certificates would.
    """
    if not 1 <= days <= AUTHORITY_DAYS:
        raise InputError(f"--days {days} is wrong: give a number from 1 to {AUTHORITY_DAYS}")
    for host in hosts:
        if not _is_address(host) and not _NAME.fullmatch(host):
            raise InputError(f"--host {host!r} is neither a name nor an address; correct it")
    now = _now()
    return _renewed(folder, hosts, now, days) if renew else _made(folder, hosts, now, days)


def check(folder: Path, roles: Sequence[Role] = ROLES) -> tuple[Path, Mapping[Role, Path]]:
    """Find the files of some roles, and check that they can be used now.

    Args:
        folder: A folder of certificates, or the part of one that these roles need.
        roles: The roles whose certificates are needed.

    Returns:
        The authority's file, and for each role the file with its certificate and key.

    Raises:
        InputError: A file is missing, is not a certificate with its key, was signed by another authority, or
            is not valid now.
    """
    authority = _certificate(folder / AUTHORITY)
    now = _now()
    if not _valid(authority, now):
        raise InputError(f"{folder / AUTHORITY} is {_validity(authority)}; make a new folder of certificates")
    for role in roles:
        path = folder / f"{role}.pem"
        found = _certificate(path)
        key = _key(path)
        try:
            found.verify_directly_issued_by(authority)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise InputError(
                f"{path} was not signed by the authority in {AUTHORITY} beside it; copy both from one "
                "folder, or make new ones with: nwatch certificates DIR"
            ) from error
        if key.public_key() != found.public_key():
            raise InputError(f"{path}: the key does not belong to the certificate; copy the file again")
        if not _valid(found, now):
            raise InputError(f"{path} is {_validity(found)}; renew it with: nwatch certificates DIR --renew")
    return folder / AUTHORITY, {role: folder / f"{role}.pem" for role in roles}


def _made(folder: Path, hosts: Sequence[str], now: dt.datetime, days: int) -> Certificates:
    if (folder / AUTHORITY).exists():
        raise InputError(
            f"{folder} already holds certificates; give another folder, or replace them with: "
            f"nwatch certificates {quoted(str(folder))} --renew"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder; give another one")
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(key, now)
    names = _with_own(hosts)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            (beside / AUTHORITY_KEY).parent.mkdir(mode=0o700)
            _write(beside / AUTHORITY_KEY, _private(key))
            _write(beside / AUTHORITY, _public(authority))
            for role, pem in _signed(authority, key, names, now, days).items():
                _write(beside / f"{role}.pem", pem)
            beside.rename(folder)  # all of them at once
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); check its permissions") from error
    return Certificates(folder, names, now + dt.timedelta(days=days))


def _renewed(folder: Path, hosts: Sequence[str], now: dt.datetime, days: int) -> Certificates:
    authority = _certificate(folder / AUTHORITY)
    key = _key(folder / AUTHORITY_KEY)
    if now + dt.timedelta(days=days) > authority.not_valid_after_utc:
        raise InputError(
            f"{folder / AUTHORITY} ends on {authority.not_valid_after_utc:%Y-%m-%d}, before certificates of "
            f"{days} days would; give fewer --days, or make a new folder"
        )
    names = _hosts(_certificate(folder / "scheduler.pem"))
    if hosts:
        names = _with_own(hosts)
    try:
        for role, pem in _signed(authority, key, names, now, days).items():
            with replacing(folder / f"{role}.pem") as beside:
                _write(beside, pem)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror}); check its permissions") from error
    return Certificates(folder, names, now + dt.timedelta(days=days))


def _authority(key: ec.EllipticCurvePrivateKey, now: dt.datetime) -> x509.Certificate:
    # Each authority has its own name: OpenSSL would mistake one for another of the same name, and report a
    # bad signature.
    name = _name(f"Neighborhood Watch authority {x509.random_serial_number():x}"[:60])
    return (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _signed(
    authority: x509.Certificate,
    key: CertificateIssuerPrivateKeyTypes,
    hosts: Sequence[str],
    now: dt.datetime,
    days: int,
) -> dict[Role, bytes]:
    """A new certificate and key for each role, as the content of its file."""
    signed: dict[Role, bytes] = {}
    for role in ROLES:
        own = ec.generate_private_key(ec.SECP256R1())
        # Scheduler and workers call each other; a client is never called.
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if role != "client":
            uses.append(ExtendedKeyUsageOID.SERVER_AUTH)
        builder = (
            _builder(_name(f"nwatch {role}"), authority.subject, own.public_key(), now, days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
            )
        )
        if role != "client":
            names = [
                x509.IPAddress(ipaddress.ip_address(host)) if _is_address(host) else x509.DNSName(host)
                for host in hosts
            ]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        signed[role] = _public(builder.sign(key, hashes.SHA256())) + _private(own)
    return signed


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: dt.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_APART)
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(**uses: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(none | uses))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _hosts(certificate: x509.Certificate) -> tuple[str, ...]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(sorted({str(name.value) for name in names}))


def _with_own(hosts: Sequence[str]) -> tuple[str, ...]:
    """These names and this machine's, if a certificate can hold it."""
    own = socket.gethostname()
    return tuple(sorted({"localhost", "127.0.0.1", "::1", *([own] if _NAME.fullmatch(own) else []), *hosts}))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Write a new file that nobody else may read, not even while it is written."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise InputError(
            f"{path} is not a certificate (PEM); make it with: nwatch certificates DIR"
        ) from error


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _valid(certificate: x509.Certificate, now: dt.datetime) -> bool:
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def _validity(certificate: x509.Certificate) -> str:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return f"valid from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, which is not now"


def _key(path: Path) -> CertificateIssuerPrivateKeyTypes:
    block = _PRIVATE.search(_read(path))
    try:
        key = serialization.load_pem_private_key(block[0] if block else b"", None)
    except (ValueError, TypeError) as error:
        raise InputError(f"{path} has no key (PEM); make it with: nwatch certificates DIR") from error
    return cast(CertificateIssuerPrivateKeyTypes, key)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); make certificates with: nwatch certificates DIR, "
            "or correct NWATCH_TLS_FOLDER"
        ) from error
