"""What lies in the vault says nothing to whoever reads the disk, and is given out as it was kept or not at all."""

import base64
import io
import os
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinic import vault, vault_names
from clinic.tasks import sweep_vault
from patients import imports

SIGNED = b"I, Mia Berg, agree. " * 40
OLD, NEW = bytes(range(32)), bytes(range(100, 132))


@pytest.fixture(autouse=True)
def empty_vault(settings, tmp_path, monkeypatch):
    """Stand in a vault of this test's own, sealed with the old key."""
    settings.VAULT_ROOT, settings.VAULT_KEYS = tmp_path / "vault", [OLD]
    monkeypatch.setattr(storages, "_storages", {"vault": vault.Vault()})


def on_disk(name: str) -> Path:
    return Path(storages["vault"].path(name))


def flip(name: str, *, at: int) -> None:
    sealed = bytearray(on_disk(name).read_bytes())
    sealed[at] ^= 1
    on_disk(name).write_bytes(sealed)


def test_files_that_no_row_names_go_once_they_are_a_day_old_and_the_dry_run_removes_nothing(db, max_, capsys):
    named = imports.upload(b"Name,Phone\nMia,0113 496 0301\n", filename="x.csv", by=max_, at=timezone.now()).file
    stray, fresh = vault.keep(SIGNED), vault.keep(SIGNED)
    for name in (named, stray):
        os.utime(on_disk(name), (0, 0))

    call_command("sweep_vault")
    assert capsys.readouterr().out == f"{stray}\n1 files are named by no row. Nothing was removed.\n"
    assert sweep_vault() == 1

    assert storages["vault"].names() == sorted([named, fresh])


def test_every_column_that_names_a_file_of_the_vault_is_known(db):
    assert {f"{model._meta.label}.{field.name}" for model, field in vault_names.columns()} == {
        "patients.Import.file",
        "aftercare.ReportPhoto.whole",
        "aftercare.ReportPhoto.view",
        "aftercare.ReportPhoto.thumb",
        "intake.Consent.signature",
        "intake.Consent.pdf",
        "intake.Letter.file",
    }


def test_a_file_comes_back_as_it_was_kept_and_no_word_of_it_lies_on_the_disk():
    name = vault.keep(SIGNED)

    assert vault.read(name) == SIGNED
    assert b"Mia Berg" not in on_disk(name).read_bytes()
    assert storages["vault"].size(name) == len(SIGNED)


def test_control_a_plain_folder_holds_every_word_and_hands_out_a_changed_one(tmp_path):
    plain = FileSystemStorage(location=tmp_path / "plain")
    name = plain.save("signed.txt", ContentFile(SIGNED))
    changed = Path(plain.path(name)).read_bytes().replace(b"Mia", b"Zoe")
    Path(plain.path(name)).write_bytes(changed)

    with plain.open(name) as file:
        assert b"Zoe Berg" in file.read()


def test_two_equal_files_look_alike_neither_by_name_nor_by_content():
    first, second = vault.keep(SIGNED), vault.keep(SIGNED)

    assert first != second
    assert on_disk(first).read_bytes()[16:] != on_disk(second).read_bytes()[16:]


def test_a_name_says_nothing_whatever_was_asked_for():
    name = storages["vault"].save("mia-berg/signature.png", ContentFile(SIGNED))

    assert len(name) == 35
    assert name[:2] == name[3:5]
    assert set(name) <= set("0123456789abcdef/")


def test_only_the_house_itself_may_open_a_file_and_it_has_no_address():
    name = vault.keep(SIGNED)

    assert stat.S_IMODE(on_disk(name).stat().st_mode) == 0o600
    assert stat.S_IMODE(on_disk(name).parent.stat().st_mode) == 0o700
    with pytest.raises(ValueError, match="no address"):
        storages["vault"].url(name)


@pytest.mark.parametrize("at", [0, 9, 20, 28, 200, -1])
def test_a_flipped_bit_is_found_wherever_it_is(at):
    name = vault.keep(SIGNED)
    flip(name, at=at)

    with pytest.raises(vault.Unreadable):
        vault.read(name)


def test_a_shortened_file_and_one_in_the_place_of_another_are_found():
    mine, yours = vault.keep(SIGNED), vault.keep(b"another")
    on_disk(yours).write_bytes(on_disk(mine).read_bytes())
    on_disk(mine).write_bytes(on_disk(mine).read_bytes()[:-1])

    for name in (mine, yours):
        with pytest.raises(vault.Tampered):
            vault.read(name)


def test_a_wrong_key_opens_nothing(settings):
    name = vault.keep(SIGNED)
    settings.VAULT_KEYS = [NEW]

    with pytest.raises(vault.NoSuchKey, match="VAULT_KEYS does not list"):
        vault.read(name)


def test_a_new_key_seals_while_the_former_still_opens_until_all_is_sealed_again(settings):
    before = vault.keep(SIGNED)
    settings.VAULT_KEYS = [NEW, OLD]
    after = vault.keep(SIGNED)
    assert vault.read(before) == SIGNED

    said = io.StringIO()
    call_command("reseal_vault", stdout=said)
    settings.VAULT_KEYS = [NEW]

    assert said.getvalue() == "1 of 2 files were sealed again.\n"
    assert [vault.read(before), vault.read(after)] == [SIGNED, SIGNED]


def test_sealing_again_names_what_it_cannot_open_and_leaves_it(settings):
    name = vault.keep(SIGNED)
    before = on_disk(name).read_bytes()
    settings.VAULT_KEYS = [NEW]

    with pytest.raises(CommandError, match=f"{name} was sealed with a key"):
        call_command("reseal_vault", stdout=io.StringIO())
    assert on_disk(name).read_bytes() == before


def test_more_than_the_vault_takes_is_refused_and_nothing_is_left_lying(monkeypatch):
    monkeypatch.setattr(vault, "LARGEST", len(SIGNED) - 1)

    with pytest.raises(vault.TooLarge):
        vault.keep(SIGNED)
    assert storages["vault"].names() == []


def test_what_is_thrown_away_is_gone():
    name = vault.keep(SIGNED)
    vault.throw_away(name)

    with pytest.raises(FileNotFoundError):
        vault.read(name)


def test_a_view_answers_with_a_file_that_no_cache_keeps_and_no_browser_guesses_at():
    name = vault.keep(SIGNED)

    shown = vault.answer(name, content_type="application/pdf", filename="consent.pdf")
    saved = vault.answer(name, content_type="image/png", filename="signature.png", as_attachment=True)

    assert (shown.content, shown["Content-Type"]) == (SIGNED, "application/pdf")
    assert shown["Content-Disposition"] == 'inline; filename="consent.pdf"'
    assert (shown["Cache-Control"], shown["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert saved["Content-Disposition"] == 'attachment; filename="signature.png"'


def test_a_view_gives_out_nothing_that_a_browser_would_run():
    name = vault.keep(b"<script>alert(1)</script>")

    with pytest.raises(ValueError, match="text/html"):
        vault.answer(name, content_type="text/html", filename="page.html")


def test_a_broken_file_is_never_begun_to_be_answered():
    name = vault.keep(SIGNED)
    flip(name, at=-1)

    with pytest.raises(vault.Tampered):
        vault.answer(name, content_type="application/pdf", filename="consent.pdf")


def test_the_key_on_the_disk_is_none_of_the_file():
    name = vault.keep(SIGNED)

    assert OLD not in on_disk(name).read_bytes()
    assert base64.urlsafe_b64encode(OLD) not in on_disk(name).read_bytes()
