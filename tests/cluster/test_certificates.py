"""The certificates of a site: who signs them, for what, who may read them, how they are renewed."""

import datetime as dt
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cluster import certificates as site
from cluster.roles import ROLES
from data.errors import InputError


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def openssl(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["openssl", *map(str, words)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_a_folder_holds_an_authority_and_a_certificate_with_key_for_each_role(tmp_path: Path):
    made = site.make(tmp_path / "new" / "certificates")
    files = sorted(
        path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()
    )
    assert files == ["authority/ca-key.pem", "ca.pem", "client.pem", "scheduler.pem", "worker.pem"]
    for role in ROLES:
        found = certificate(made.folder / f"{role}.pem")
        text = (made.folder / f"{role}.pem").read_bytes()
        key = serialization.load_pem_private_key(text[text.index(b"-----BEGIN PRIVATE") :], None)
        assert key.public_key() == found.public_key()
    assert list(tmp_path.rglob(".*")) == []


def test_only_the_user_can_read_the_files(tmp_path: Path):
    folder = site.make(tmp_path / "certificates").folder
    site.make(folder, renew=True)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}


def test_openssl_accepts_each_for_its_role_alone(certificates: Path):
    def good(role: str, purpose: str) -> bool:
        words = ("verify", "-x509_strict", "-purpose", purpose, "-CAfile", certificates / "ca.pem")
        return openssl(*words, certificates / f"{role}.pem").returncode == 0

    for role in ROLES:
        assert good(role, "sslclient")
        assert good(role, "sslserver") == (role != "client"), "a client's cannot pose as a scheduler"


def test_they_are_valid_from_now_for_the_days_that_were_asked_for(tmp_path: Path):
    before = dt.datetime.now(dt.UTC)
    made = site.make(tmp_path / "certificates", days=30)
    for role in ROLES:
        found = certificate(made.folder / f"{role}.pem")
        assert found.not_valid_before_utc <= before
        ends = before + dt.timedelta(days=30)
        assert abs(found.not_valid_after_utc - ends) < dt.timedelta(minutes=5)
    assert abs(made.expires - ends) < dt.timedelta(minutes=5)
    authority = certificate(made.folder / "ca.pem")
    assert authority.not_valid_after_utc > before + dt.timedelta(days=3649)


def test_certificates_of_scheduler_and_workers_have_the_names_of_their_hosts(tmp_path: Path):
    made = site.make(tmp_path / "certificates", hosts=["scheduler.example.org", "10.0.0.5"])
    for role in ("scheduler", "worker"):
        found = certificate(made.folder / f"{role}.pem")
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert {"scheduler.example.org", "localhost"} <= set(names.get_values_for_type(x509.DNSName))
        addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
        assert addresses == {"10.0.0.5", "127.0.0.1", "::1"}
    assert {"scheduler.example.org", "10.0.0.5"} <= set(made.hosts)
    assert "scheduler.example.org" in str(made)


def test_a_folder_with_certificates_is_not_overwritten(tmp_path: Path):
    folder = site.make(tmp_path / "certificates").folder
    before = {path: path.read_bytes() for path in folder.rglob("*.pem")}
    with pytest.raises(InputError, match=r"already holds certificates; give another folder, or .*--renew"):
        site.make(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.pem")} == before


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is not an empty folder"):
        site.make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path):
    site.check(site.make(tmp_path).folder)


def test_renewal_keeps_the_authority_and_the_hosts_and_makes_new_keys(tmp_path: Path):
    folder = site.make(tmp_path / "certificates", hosts=["10.0.0.5"], days=1).folder
    before = {path.name: path.read_bytes() for path in folder.rglob("*.pem")}
    renewed = site.make(folder, days=60, renew=True)
    after = {path.name: path.read_bytes() for path in folder.rglob("*.pem")}
    assert {name for name in before if before[name] == after[name]} == {"ca.pem", "ca-key.pem"}
    assert "10.0.0.5" in renewed.hosts
    assert certificate(folder / "worker.pem").not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(59)
    site.check(folder)
    assert "10.0.0.6" in site.make(folder, hosts=["10.0.0.6"], renew=True).hosts


def test_renewal_needs_the_authority_s_key(tmp_path: Path):
    folder = site.make(tmp_path / "certificates").folder
    (folder / site.AUTHORITY_KEY).unlink()
    with pytest.raises(InputError, match=r"ca-key.pem cannot be read"):
        site.make(folder, renew=True)


def test_no_certificate_outlives_its_authority(tmp_path: Path):
    folder = site.make(tmp_path / "certificates").folder
    with pytest.raises(InputError, match=r"ca.pem ends on .* give fewer --days, or make a new folder"):
        site.make(folder, days=site.AUTHORITY_DAYS, renew=True)


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_out_of_range_are_an_error(tmp_path: Path, days: int):
    with pytest.raises(InputError, match=f"--days {days} is wrong"):
        site.make(tmp_path / "certificates", days=days)


@pytest.mark.parametrize("host", ["", "two words", "tcp://host", "-x", "10.0.0.5:8786", "a..b"])
def test_a_host_that_is_neither_a_name_nor_an_address_is_an_error(tmp_path: Path, host: str):
    with pytest.raises(InputError, match="is neither a name nor an address"):
        site.make(tmp_path / "certificates", hosts=[host])
    assert not (tmp_path / "certificates").exists()


def test_a_role_s_own_files_are_enough_for_it(certificates: Path, tmp_path: Path):
    for name in ("ca.pem", "client.pem"):
        (tmp_path / name).write_bytes((certificates / name).read_bytes())
    authority, files = site.check(tmp_path, ["client"])
    assert (authority.name, [path.name for path in files.values()]) == ("ca.pem", ["client.pem"])
    with pytest.raises(InputError, match=r"scheduler.pem cannot be read"):
        site.check(tmp_path)


def test_an_expired_certificate_is_an_error_with_its_end_and_the_fix(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
):
    ends = certificate(certificates / "client.pem").not_valid_after_utc

    monkeypatch.setattr(site, "_now", lambda: ends)
    with pytest.raises(InputError, match=rf"client.pem is valid from .* to {ends:%Y-%m-%d}.* --renew"):
        site.check(certificates, ["client"])


def test_a_certificate_of_another_authority_is_an_error(certificates: Path, tmp_path: Path):
    other = site.make(tmp_path / "other").folder
    (other / "client.pem").write_bytes((certificates / "client.pem").read_bytes())
    with pytest.raises(InputError, match=r"client.pem was not signed by the authority in ca.pem"):
        site.check(other, ["client"])


def test_a_key_of_another_certificate_is_an_error(certificates: Path, tmp_path: Path):
    folder = site.make(tmp_path / "other").folder
    text = (folder / "client.pem").read_bytes()
    other = (folder / "worker.pem").read_bytes()
    start = b"-----BEGIN PRIVATE"
    (folder / "client.pem").write_bytes(text[: text.index(start)] + other[other.index(start) :])
    with pytest.raises(InputError, match="the key does not belong to the certificate"):
        site.check(folder, ["client"])


@pytest.mark.parametrize(
    "content", [b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_is_not_a_certificate_is_an_error(tmp_path: Path, content: bytes):
    folder = site.make(tmp_path / "certificates").folder
    (folder / "client.pem").write_bytes(content)
    with pytest.raises(InputError, match=r"client.pem is not a certificate"):
        site.check(folder, ["client"])


@pytest.mark.long
def test_a_site_can_use_certificates_that_it_made_itself(tmp_path: Path):
    """As OpenSSL makes them with RSA keys, the key in the same file."""
    steps = [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 2 -subj /CN=site",
        "req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=run",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -out cert.pem -days 1 -set_serial 7",
    ]
    for step in steps:
        done = subprocess.run(
            ["openssl", *step.split()], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    both = (tmp_path / "cert.pem").read_bytes() + (tmp_path / "key.pem").read_bytes()
    (tmp_path / "client.pem").write_bytes(both)
    site.check(tmp_path, ["client"])
