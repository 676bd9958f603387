"""The rules of attachments where no page is in between: sizes in words, and races."""

import pytest

from app.domain import attachments
from app.domain.attachments import FILE_MAX, size_label
from app.domain.errors import Unprocessable
from tests import factories as make


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (38 * 1024, "38 KB"),
        (212 * 1024 + 300, "212 KB"),
        (1_023_900, "1000 KB"),
        (1024 * 1024, "1.0 MB"),
        (int(1.9 * 1024 * 1024), "1.9 MB"),
        (48 * 1024 * 1024, "48 MB"),
        (FILE_MAX, "25 MB"),
        (10 * 1024**3, "10.0 GB"),
    ],
)
def test_sizes_as_people_say_them(size, words):
    assert size_label(size) == words


def test_of_several_uploads_none_is_bound_when_one_is_not_there(session):
    ann, eve = make.ann(), make.eve()
    mine, foreign = make.upload(ann), make.upload(eve)
    ticket = make.ticket(ann)
    with pytest.raises(Unprocessable) as refused:
        attachments.bind([mine.public_id, foreign.public_id], act=make.act(ann), ticket=ticket)
    assert refused.value.field == attachments.FIELD
    session.rollback()
    assert (mine.ticket_id, foreign.ticket_id) == (None, None)


def test_an_upload_named_twice_is_one(session):
    ann = make.ann()
    mine = make.upload(ann)
    ticket = make.ticket(ann)
    bound = attachments.bind([mine.public_id] * 2, act=make.act(ann), ticket=ticket)
    assert [(row.id, row.ticket_id) for row in bound] == [(mine.id, ticket.id)]


def test_the_product_itself_attaches_nothing(session):
    ann = make.ann()
    mine = make.upload(ann)
    ticket = make.ticket(ann)
    assert attachments.bind([mine.public_id], act=make.act(None), ticket=ticket) == []
    assert mine.ticket_id is None
