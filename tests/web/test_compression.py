"""What a browser that takes gzip is sent."""

import gzip

from tests import factories as make


def test_pages_travel_compressed_also_those_that_say_what_was_wrong(browser, session):
    page = browser(make.sam())
    for address, status in (("/staff/queue", 200), ("/staff/queue?status=bad", 400), ("/x", 404)):
        answer = page.client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == status
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert b"<!doctype html>" in gzip.decompress(answer.data)
        assert page.client.get(address).data.startswith(b"<!doctype html>")
