"""GET /docs: the API on one page, for everybody."""

from app.api.endpoint import ENDPOINTS


def test_everybody_can_read_every_call(browser, ann, sam):
    for person in (None, ann, sam):
        page = browser(person).get("/docs")
        for endpoint in ENDPOINTS:
            section = page.one(f"#{endpoint.name}")
            assert endpoint.path in section.get_text()
            for field in endpoint.body.model_fields if endpoint.body else ():
                assert section.find("code", string=field), field
        assert page.one("main a[href='/openapi.json']")


def test_it_loads_nothing_from_elsewhere(browser):
    page = browser().get("/docs")
    for tag in page.soup.select("[src], link[href]"):
        assert (tag.get("src") or tag["href"]).startswith("/")


def test_it_asks_the_database_the_same_for_everybody(browser, count_queries):
    somebody = browser()
    somebody.get("/docs")
    count_queries.clear()
    somebody.get("/docs")
    assert len(count_queries) <= 1
