"""`flask verify` looks at files too: none missing, none changed, and which belong to nothing."""

import io

import pytest

from app.domain.attachments import note_thumbnail
from app.web.intake import file_store
from tests import factories as make
from tests.files import png


@pytest.fixture
def run(app, session):
    def running(*arguments):
        session.commit()
        result = app.test_cli_runner().invoke(args=arguments)
        session.expire_all()
        return result

    return running


@pytest.fixture
def attached(session):
    """A file of a ticket, with its thumbnail."""
    made = make.attached(make.ticket(make.ann()))
    note_thumbnail(made.id, file_store().store(io.BytesIO(b"small")).key)
    session.commit()
    return made


def path_of(key):
    return file_store().root / key[:2] / key


def test_what_is_whole_is_said_to_be(run, attached):
    result = run("verify")
    assert result.exit_code == 0, result.output
    assert "ok: attachments are there, unchanged" in result.output


def test_a_missing_file_is_named(run, attached):
    for key in (attached.storage_key, attached.thumbnail_key):
        content = path_of(key).read_bytes()
        path_of(key).unlink()
        result = run("verify")
        assert result.exit_code == 1
        assert f"the file {key} of attachment {attached.id} is not there" in result.output
        path_of(key).write_bytes(content)


def test_a_flipped_byte_is_named(run, attached):
    path = path_of(attached.storage_key)
    path.write_bytes(png()[:-1] + b"\x00")
    result = run("verify")
    assert result.exit_code == 1
    assert f"attachment {attached.id} has other bytes than were stored" in result.output


def test_a_file_that_was_cut_is_named(run, attached):
    path_of(attached.storage_key).write_bytes(png()[:10])
    result = run("verify")
    assert f"attachment {attached.id} has 10 bytes instead of {len(png())}" in result.output


def test_a_file_that_belongs_to_nothing_is_a_note_and_no_problem(run, attached):
    key = file_store().store(io.BytesIO(b"nobody's")).key
    result = run("verify")
    assert result.exit_code == 0
    assert f"note: the file {key} belongs to nothing" in result.output
    assert attached.storage_key not in result.output
    file_store().delete(key)
