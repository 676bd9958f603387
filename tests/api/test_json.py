"""What is JSON, and what is done with everything else."""

import json
import zlib

import pytest
from sqlalchemy import func, select

from app.models import Ticket
from app.web.json_body import Refused, parsed
from tests.corpora import corpus


def send(caller, person, raw, *, kind="application/json", **headers):
    me = caller(person)
    return me.client.post(
        "/create_ticket",
        data=raw,
        content_type=kind,
        headers={"Authorization": f"Bearer {me.token}", **headers},
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} {}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 123456789012345678901}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\xff"}',
        b'{"a": "\x00"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": 01}',
        b'{"a": "\\x41"}',
        b"[" * 100_000,
        b"[" * 21 + b"]" * 21,
        b'{"a":' * 21 + b"1" + b"}" * 21,
        b'{"a": 1}\x00',
        b"// nothing\n{}",
    ],
)
def test_this_is_no_json(caller, ann, raw):
    response = send(caller, ann, raw)
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.json["detail"].endswith(".")


@pytest.mark.parametrize("raw", [b"null", b"[]", b"1", b'"text"', b"true", b"[" * 20 + b"]" * 20])
def test_json_of_another_shape(caller, ann, raw):
    assert send(caller, ann, raw).status_code == 422


def test_twenty_levels_are_deep_enough():
    assert parsed(b'{"a":' * 19 + b"{}" + b"}" * 19)
    with pytest.raises(Refused):
        parsed(b'{"a":' * 20 + b"{}" + b"}" * 20)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/problem+json",
    ],
)
def test_other_types(caller, ann, kind):
    assert send(caller, ann, b"{}", kind=kind).status_code == 415


def test_the_type_may_name_its_charset(caller, ann):
    assert send(caller, ann, b"{}", kind="application/json; charset=UTF-8").status_code == 422


def test_compressed_bodies_are_not_unpacked(caller, ann):
    bomb = zlib.compress(b"{}" + b" " * 10_000_000)
    assert send(caller, ann, bomb, **{"Content-Encoding": "deflate"}).status_code == 415


def test_a_megabyte_is_the_most(caller, ann):
    assert send(caller, ann, b"{}".ljust(1024 * 1024)).status_code == 422
    assert send(caller, ann, b"{}".ljust(1024 * 1024 + 1)).status_code == 413


def test_a_thousand_unknown_fields_are_not_all_answered(caller, ann):
    response = send(caller, ann, json.dumps({f"field {n}" * 50: n for n in range(1000)}))
    assert response.status_code == 422
    assert len(response.data) < 10_000


def test_the_corpus(session, caller, ann):
    for line in corpus("injection/fuzzdb/json/JSON_Fuzzing.txt").read_bytes().splitlines():
        response = send(caller, ann, line)
        assert response.status_code in (400, 422), line
        assert response.mimetype == "application/problem+json"
    assert session.scalar(select(func.count(Ticket.id))) == 0
