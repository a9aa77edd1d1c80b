"""A portal on PostgreSQL: made, migrated, searched, guarded and served, on a server that the tests start themselves.

The tests of rules and services run on SQLite, and on request on PostgreSQL (`make postgresql-suite`); here is what the two
databases do each in its own way, and one pass from the decision to its letter.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from demo.portal import Portal, free_port, serving
from portal.tests.own_postgresql import PASSWORD, USER, Server, own_postgresql
from portal.tests.web.small_bank import write_small_bank
from tests.loopback_smtp import LoopbackSmtp

pytestmark = [pytest.mark.certificates, pytest.mark.xdist_group("postgresql")]
BEGIN = """
import sys
from pathlib import Path
from guildmark_portal.cli.options import use_django
use_django(Path(sys.argv[1]))
"""
PASSED = Path(__file__).parents[1] / "credentials" / "thousand.py"
PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_postgresql() as found:
        yield found


def portal_on(server: Server, folder: Path, database: str, *, host: str = "") -> Portal:
    """A data directory that names a database, not yet initialised."""
    portal = Portal(folder / "data", free_port(8700))
    portal.data.mkdir(mode=0o700)
    (portal.data / "portal.toml").write_text(
        f'url = "{portal.url}"\norganisation = "Gilde"\n{server.config(database, host=host)}'
    )
    return portal


@pytest.fixture(scope="module")
def portal(server, tmp_path_factory) -> Portal:
    """A portal with an exam and 300 holders."""
    folder = tmp_path_factory.mktemp("portal")
    server.create("guildmark")
    found = portal_on(server, folder, "guildmark")
    (folder / "bank").mkdir()
    write_small_bank(folder / "bank")
    found.init(folder / "bank")
    subprocess.run([sys.executable, "-m", "bench.holders", str(found.data), "300"], check=True)
    return found


@pytest.fixture
def database(portal, server) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(host=str(server.folder), port=server.port, user=USER, dbname="guildmark", autocommit=True) as found:
        yield found


def inside(portal: Portal, script: str) -> str:
    """What a script prints that runs with Django on the portal's data."""
    command = [sys.executable, "-c", f"{BEGIN}\n{script}", str(portal.data)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_init_migrates_it_and_makes_no_file_of_sqlite(portal, database):
    assert database.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 50
    assert database.execute("SELECT email FROM accounts_user ORDER BY id LIMIT 1").fetchone() == ("owner@example.org",)
    assert list(portal.data.glob("*.sqlite3*")) == []
    again = inside(
        portal, "from django.core.management import call_command; call_command('makemigrations', check=True, dry_run=True)"
    )
    assert "No changes detected" in again


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'nobody'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
    ],
)
def test_the_audit_table_can_only_grow(statement, database):
    before = database.execute("SELECT * FROM audit_entry ORDER BY id").fetchall()
    with pytest.raises(psycopg.errors.RaiseException, match="audit entries can only be added"):
        database.execute(statement)
    assert database.execute("SELECT * FROM audit_entry ORDER BY id").fetchall() == before != []


def test_the_guards_go_with_their_migration_and_come_back(portal, database):
    guards = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_entry'::regclass AND NOT tgisinternal ORDER BY 1"
    assert database.execute(guards).fetchall() == [("audit_entry_no_change",), ("audit_entry_no_truncate",)]
    inside(
        portal,
        "from guildmark_portal.audit import triggers\n"
        "from django.db import connection, transaction\n"
        "with connection.schema_editor() as editor: triggers.unguard(None, editor)\n"
        "with connection.cursor() as c: c.execute('SELECT count(*) FROM pg_proc WHERE proname LIKE %s', ['audit_entry%'])\n"
        "with connection.cursor() as c:\n"
        "    c.execute('SELECT count(*) FROM pg_proc WHERE proname LIKE %s', ['audit_entry%'])\n"
        "    assert c.fetchone() == (0,)\n"
        "with connection.schema_editor() as editor: triggers.guard(None, editor)\n",
    )
    assert database.execute(guards).fetchall() == [("audit_entry_no_change",), ("audit_entry_no_truncate",)]


def test_commits_reach_the_disk_but_for_those_that_say_otherwise(portal):
    found = inside(
        portal,
        "from django.db import connection\n"
        "from guildmark_portal.database import unsynced\n"
        "def now():\n"
        "    with connection.cursor() as c:\n"
        "        c.execute('SHOW synchronous_commit')\n"
        "        return c.fetchone()[0]\n"
        "print(now())\n"
        "with unsynced(): print(now())\n"
        "print(now())\n",
    )
    assert found.split() == ["on", "off", "on"]


def test_c5_a_search_finds_the_same_as_the_rows_say(portal, database):
    found = json.loads(
        inside(
            portal,
            "import json\n"
            "from guildmark_portal import clock\n"
            "from guildmark_portal.directory.queries import Criteria, counts_by_country, search\n"
            "today = clock.now().date()\n"
            "one = lambda **asked: search(Criteria(**asked), today=today).found\n"
            "asked = [{}, {'country': 'KR'}, {'name': 'jose'}, {'name': '김'}, {'skill': 'B6', 'program': 'measured-1'}]\n"
            "print(json.dumps([*(one(**each) for each in asked), counts_by_country(today=today)]))",
        )
    )
    listed = "SELECT count(*) FROM directory_listing l WHERE valid_until >= current_date"
    certificate = (
        "EXISTS (SELECT 1 FROM directory_listedcertificate c WHERE c.listing_id = l.id AND c.expires_on >= current_date"
    )
    asked = [
        listed,
        f"{listed} AND country = 'KR'",
        rf"{listed} AND name ~ '\mJosé'",
        f"{listed} AND name LIKE '%김%'",
        f"{listed} AND {certificate} AND program = 'measured-1' AND skills LIKE '% B6 %')",
    ]
    counted = [database.execute(query).fetchone()[0] for query in asked]
    assert found[:5] == counted
    assert min(counted) > 0
    by_country = dict(database.execute(f"{listed.replace('count(*)', 'country, count(*)')} GROUP BY country").fetchall())
    assert found[5] == by_country


def test_it_is_served_and_outlives_a_restart_of_the_database(portal, server):
    import httpx

    with serving(portal), httpx.Client(base_url=portal.url, timeout=30, trust_env=False) as http:
        assert http.get("/network/?name=maria").status_code == 200
        assert http.get("/network/map/").text.count("/network/?country=") > 10
        server.restart()
        assert [http.get("/network/map/").status_code for _ in range(3)] == [200] * 3


def test_a_pass_is_issued_and_its_letter_sent_with_its_files(server, portal_env, tmp_path):
    server.create("issued")
    portal = portal_on(server, tmp_path, "issued")
    (tmp_path / "bank").mkdir()
    write_small_bank(tmp_path / "bank")
    env = {**portal_env, "GUILDMARK_DATA": str(portal.data)}
    with LoopbackSmtp() as smtp:
        with (portal.data / "portal.toml").open("a") as config:
            config.write(f'[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\n')
        for command in (
            [*PORTAL, "init", "--data", str(portal.data)],
            [sys.executable, PASSED, tmp_path / "bank", "1"],
            [*PORTAL, "certificates", "issue", "--data", str(portal.data)],
        ):
            subprocess.run(command, env=env, check=True, capture_output=True)
        inside(portal, "from guildmark_portal.jobs.runner import Runner; Runner().run_due()")
    (letter,) = smtp.letters
    assert letter.recipients == ("holder0@example.org",)
    with psycopg.connect(host=str(server.folder), port=server.port, user=USER, dbname="issued") as database:
        ((identifier,),) = database.execute("SELECT identifier FROM credentials_certificate").fetchall()
    enclosed = [part.get_filename() for part in letter.message.iter_attachments()]
    assert sorted(enclosed) == [f"{identifier}.json", f"{identifier}.pdf", f"{identifier}.png"]


def test_a_password_comes_from_the_secrets_or_the_environment_and_is_never_shown(server, portal_env, tmp_path):
    server.create("by_password")
    portal = portal_on(server, tmp_path, "by_password", host="127.0.0.1")
    command = [*PORTAL, "init", "--data", str(portal.data)]
    refused = subprocess.run(command, env=portal_env, check=False, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "The database does not answer" in refused.stderr
    wrong = {**portal_env, "GUILDMARK_DATABASE_PASSWORD": "not the word"}
    refused = subprocess.run(command, env=wrong, check=False, capture_output=True, text=True)
    assert (refused.returncode, "not the word" in refused.stderr + refused.stdout) == (2, False)
    secrets = json.loads((portal.data / "secrets.json").read_text())
    (portal.data / "secrets.json").write_text(json.dumps({**secrets, "database_password": PASSWORD}))
    made = subprocess.run(command, env=portal_env, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    (portal.data / "secrets.json").write_text(json.dumps(secrets))
    right = {**portal_env, "GUILDMARK_DATABASE_PASSWORD": PASSWORD}
    assert subprocess.run(command, env=right, check=False, capture_output=True).returncode == 0


def test_two_who_claim_a_job_at_once_get_one_each(portal):
    found = inside(
        portal,
        "import threading\n"
        "from datetime import timedelta\n"
        "from django.db import connection\n"
        "from django.db.models import Q\n"
        "from guildmark_portal import clock\n"
        "from guildmark_portal.jobs import leases\n"
        "from guildmark_portal.jobs.models import Job\n"
        "Job.objects.all().delete()\n"
        "for number in range(20): Job.objects.create(kind='k', key=str(number), run_at=clock.now())\n"
        "won, start = [], threading.Barrier(4)\n"
        "def work():\n"
        "    start.wait()\n"
        "    while job := leases.claim(kinds=Q(), now=clock.now(), lease=timedelta(minutes=1)): won.append(job.key)\n"
        "    connection.close()\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[one.start() for one in threads]; [one.join() for one in threads]\n"
        "print(len(won), len(set(won)))\n",
    )
    assert found.split() == ["20", "20"]


def test_what_is_declared_four_times_at_once_is_done_once(portal, database):
    """Each looks whether it is there before it writes: without one writer at a time, four of them would find nothing."""
    found = inside(
        portal,
        "import threading\n"
        "from datetime import timedelta\n"
        "from django.db import connection\n"
        "from guildmark_portal import clock\n"
        "from guildmark_portal.exams.outages import declare_outage\n"
        "from guildmark_portal.exams.refusals import OutageKnown\n"
        "now, start, refused = clock.now(), threading.Barrier(4), []\n"
        "def work():\n"
        "    start.wait()\n"
        "    try:\n"
        "        declare_outage(began_at=now - timedelta(hours=1), ended_at=now, reason='x', actor='tests', now=now)\n"
        "    except OutageKnown as error:\n"
        "        refused.append(error)\n"
        "    connection.close()\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[one.start() for one in threads]; [one.join() for one in threads]\n"
        "print(len(refused))\n",
    )
    assert found.split() == ["3"]
    assert database.execute("SELECT count(*) FROM exams_outage WHERE reason = 'x'").fetchone() == (1,)


def test_who_waits_too_long_for_the_right_to_write_is_told_and_can_go_on(portal):
    found = inside(
        portal,
        "import threading\n"
        "from django.db import OperationalError, connection, transaction\n"
        "from guildmark_portal.jobs.models import Job\n"
        "held, release = threading.Event(), threading.Event()\n"
        "def hold():\n"
        "    with transaction.atomic():\n"
        "        held.set(); release.wait(30)\n"
        "    connection.close()\n"
        "thread = threading.Thread(target=hold); thread.start(); held.wait(30)\n"
        "with connection.cursor() as c: c.execute(\"SET lock_timeout = '100ms'\")\n"
        "try:\n"
        "    with transaction.atomic(): print('in')\n"
        "except OperationalError as error:\n"
        "    print('lock timeout' in str(error))\n"
        "print(Job.objects.count() >= 0)\n"
        "release.set(); thread.join()\n"
        "with transaction.atomic(): print(Job.objects.count() >= 0)\n",
    )
    assert found.split() == ["True", "True", "True"]
