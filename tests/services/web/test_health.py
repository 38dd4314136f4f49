"""What load balancers and monitoring systems are told, and what they are not."""

from datetime import timedelta
from pathlib import Path

from db import open_database, writing
from db.job_runs import hold
from db.practices import Practice
from services.container import Container
from services.web.health import LEADER
from tests.db.rows import conversation
from tests.services.conftest import Clock
from tests.services.web.conftest import Building, serve

TOKEN = {"Authorization": "Bearer token of the monitoring system"}


def test_a_served_building_is_alive_and_ready(building: Building, clock: Clock) -> None:
    assert building.visit().get("/healthz").status_code == 200
    ready = building.visit().get("/readyz")
    assert (ready.status_code, ready.json()["worker"]) == (200, "has not run yet")
    with writing(building.container.engine) as session:
        hold(session, LEADER, "worker-1", clock.now, timedelta(seconds=15))
    assert building.visit().get("/readyz").json()["worker"] == "ok"
    clock.wait(timedelta(minutes=1))
    assert building.visit().get("/readyz").json()["worker"] == "silent for 45 s"


def test_without_a_database_it_is_alive_but_not_ready(container: Container, tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path}/no/such/folder/foyer.db"
    with serve(container, {"database_url": away}) as served:
        assert served.visit().get("/healthz").status_code == 200
        assert served.visit().get("/readyz").status_code == 503


def test_before_its_migrations_it_is_not_ready(container: Container, tmp_path: Path) -> None:
    empty = f"sqlite:///{tmp_path}/empty.db"
    open_database(empty).connect().close()
    with serve(container, {"database_url": empty}) as served:
        told = served.visit().get("/readyz")
    assert (told.status_code, told.json()["database"]) == (503, "waits for `foyer db migrate`")


def test_metrics_need_the_token(building: Building) -> None:
    assert building.visit().get("/metrics").status_code == 401
    assert building.visit().get("/metrics", headers={"Authorization": "Bearer"}).status_code == 401
    assert building.visit().get("/metrics", headers=TOKEN).status_code == 200


def test_metrics_count_by_id_and_never_by_name(building: Building, practice: Practice) -> None:
    with writing(building.container.engine) as session:
        session.add(conversation(practice.id))
    told = building.visit().get("/metrics", headers=TOKEN).text
    assert f'foyer_conversations{{practice="{practice.id}"' in told
    assert practice.name not in told
    assert practice.code not in told
