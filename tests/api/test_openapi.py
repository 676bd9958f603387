"""GET /openapi.json: public, true, and enough for a tool to find no fault with the API."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

from app.extensions import db
from app.models import ID_MAX, Role
from tests import factories as make
from tests.api.conftest import token_of

EXAMPLES = 25
# Blank texts and control characters are refused, which no pattern can say in full.
NOT_HELD = [checks.positive_data_acceptance]


def test_anybody_may_read_it(caller):
    response = caller().call("GET", "/openapi.json", status=200)
    assert response.json["openapi"] == "3.1.0"
    etag = response.headers["ETag"]
    again = caller().client.get("/openapi.json", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_every_address_is_described_with_an_example_that_its_schema_takes(caller):
    from app.api.endpoint import ENDPOINTS
    from app.web.json_body import shaped

    paths = caller().get("/openapi.json")["paths"]
    assert set(paths) == {"/login", *(endpoint.path for endpoint in ENDPOINTS)}
    for endpoint in ENDPOINTS:
        operation = paths[endpoint.path][endpoint.method.lower()]
        assert operation["summary"].endswith(".")
        assert str(endpoint.status) in operation["responses"]
        if endpoint.body:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            shaped(endpoint.body, example)


@pytest.fixture(scope="module")
def staff_token(live_app):
    with live_app.app_context():
        ann, sam = make.user("Flo Filer"), make.user("Tess Tested", role=Role.ADMIN)
        for _ in range(3):
            make.ticket(ann)
        token = token_of(sam)
        db.session.remove()
    return token


def sweep(app, token, examples):
    """Send what the schema allows and what it forbids; every answer must be one it describes."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    told = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    for operation in schema.get_all_operations():
        for mode in GenerationMode:

            @given(case=operation.ok().as_strategy(generation_mode=mode))
            @settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            def run(case):
                name_what_exists(case)
                case.call_and_validate(headers=told, excluded_checks=NOT_HELD)

            run()


def name_what_exists(case):
    """Turn some of the ids, which would hardly ever hit, into ids of the few things there are."""
    for sent in (case.body, case.query):
        for name in ("ticket_id", "report_id", "user_id", "reporter_user_id", "staff_id"):
            if isinstance(sent, dict) and type(sent.get(name)) is int and 0 < sent[name] <= ID_MAX:
                sent[name] = sent[name] % 5 + 1


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_property_based_run_finds_no_fault(live_app, staff_token):
    sweep(live_app, staff_token, EXAMPLES)
