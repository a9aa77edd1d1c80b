"""Holders of certificates, all of them listed in the network: `python -m bench.holders DATA COUNT`.

Names are drawn from those that are common in many countries and scripts, countries as unevenly as people live, and every tenth
holder has a second certificate. Rows are written in bulk; nothing of this goes through the services.
"""

import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from guildmark_portal.cli.options import use_django

AT_ONCE: Final = 2_000
PROGRAMS: Final = 6
DAYS: Final = 1_096
"""How long a certificate is valid, and over how long a time they were issued: a few have expired."""
NAMES: Final[dict[str, tuple[str, str, str]]] = {
    "US": (
        "James Mary Robert Patricia John Jennifer Michael Linda Daniel Emily",
        "Smith Johnson Williams Brown Jones",
        " ",
    ),
    "IN": ("आरव अनन्या विवान Priya Arjun Sneha Rahul Kavya", "शर्मा Patel Singh Reddy Iyer Gupta", " "),
    "CN": ("伟 芳 娜 敏 静 丽 强 磊 军 洋 子涵 雨桐", "王 李 张 刘 陈 杨 黄 赵 吴 周", ""),
    "KR": ("민준 서연 도윤 지우 예준 서현 하준 민서 지호 수아", "김 이 박 최 정 강 조 윤", ""),
    "BR": ("João Maria José Ana Luís Conceição Antônio Beatriz", "Silva Santos Oliveira Souza Araújo", " "),
    "EG": ("محمد فاطمة أحمد عائشة علي مريم يوسف نور", "السيد حسن إبراهيم عبدالله محمود", " "),
    "RU": ("Александр Мария Дмитрий Анна Сергей Елена", "Иванов Смирнова Кузнецов Попова", " "),
    "JP": ("翔太 さくら 健太 美咲 大輔 ゆい", "佐藤 鈴木 高橋 田中 伊藤", " "),
    "DE": ("Jürgen Anna Björn Zoë Günther Leonie Karl-Heinz", "Müller Schmidt Schäfer Weiß Groß", " "),
    "VN": ("Anh Minh Hương Dũng Linh Tuấn Ngọc", "Nguyễn Trần Lê Phạm Hoàng", " "),
    "GR": ("Γιώργος Μαρία Κώστας Ελένη", "Παπαδόπουλος Γεωργίου Οικονόμου", " "),
    "TH": ("สมชาย สมหญิง อนันต์ มาลี", "ใจดี สุขสันต์ ทองดี", " "),
    "IL": ("דוד שרה יוסף רחל", "כהן לוי מזרחי", " "),
    "IE": ("Seán Aoife Conor Niamh", "O'Brien Murphy O\u2019Neill Kelly", " "),
}
"""By country: given names, family names, and what stands between them; where that is nothing, the family name comes first."""
HEADLINES: Final = (
    "",
    "Machine learning engineer",
    "Data scientist",
    "Machine learning engineer, open to work",
    "Computer vision for farms and fields",
    "Senior data scientist: time series, forecasting, causal inference",
    "I build models that hold",
    "머신러닝 엔지니어",
    "机器学习工程师",
    "Research engineer in natural language processing",
    "데이터 사이언티스트, 시계열 예측",
    "数据科学家, 时间序列预测",
    "Машинное обучение и анализ данных",
    "Physics teacher who turned to deep learning",
)
"""The first are the most common."""


def main() -> None:
    """Make them."""
    data, count = Path(sys.argv[1]), int(sys.argv[2])
    use_django(data)
    fill(count)


def fill(count: int) -> None:
    """Write `count` holders into the database that Django knows."""
    from django.db import connection, transaction

    from guildmark_portal import clock

    chance, now = random.Random(7), clock.now()  # noqa: S311 - the same holders every time
    versions = _programs(now)
    for start in range(0, count, AT_ONCE):
        with transaction.atomic():
            _some(chance, versions, range(start, min(start + AT_ONCE, count)), now)
    if connection.vendor == "postgresql":  # which does so by itself after a minute; SQLite never does
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _programs(now: datetime) -> list[Any]:
    from guildmark_portal.exams.models import ExamVersion, Program

    shown = ExamVersion.objects.latest("pk")  # the demo
    found = []
    for number in range(PROGRAMS):
        program = Program.objects.create(
            slug=f"measured-{number}",
            title=f"Program {number}",
            level="Practitioner",
            framework="Keras",
            kind="live",
            created_at=now,
        )
        found.append(
            ExamVersion.objects.create(
                program=program,
                version="1.0.0",
                bank_sha256=shown.bank_sha256,
                manifest=shown.manifest,
                published_at=now,
                published_by="bench",
            )
        )
    return found


def _some(chance: random.Random, versions: list[Any], numbers: range, now: datetime) -> None:
    from guildmark_portal.accounts.models import User
    from guildmark_portal.credentials.models import Certificate
    from guildmark_portal.directory.models import ListedCertificate, Listing, SearchKey
    from guildmark_portal.directory.names import keys
    from guildmark_portal.exams.models import Attempt, Entitlement

    people = list(_people(chance, len(numbers)))
    users = User.objects.bulk_create(
        User(email=f"holder{number}@example.org", name=name, password="!")  # noqa: S106 - nobody has one
        for number, (name, _country) in zip(numbers, people, strict=True)
    )
    shown = [_certificates(chance, versions, user, now) for user in users]
    issued = [certificate for certificates in shown for certificate in certificates]
    Entitlement.objects.bulk_create(certificate.attempt.entitlement for certificate in issued)
    Attempt.objects.bulk_create(certificate.attempt for certificate in issued)
    Certificate.objects.bulk_create(issued)
    listings = Listing.objects.bulk_create(
        Listing(
            user=user,
            slug=f"holder-{user.pk}",
            name=user.name,
            country=country,
            headline=headline,
            shows_skills=True,
            newest_on=max(certificate.issued_on for certificate in certificates),
            valid_until=max(certificate.expires_on for certificate in certificates),
            listed_at=now,
            changed_at=now,
        )
        for user, (_name, country), certificates, headline in zip(
            users, people, shown, chance.choices(HEADLINES, _weights(len(HEADLINES)), k=len(users)), strict=True
        )
    )
    ListedCertificate.objects.bulk_create(
        ListedCertificate(
            listing=listing,
            certificate=certificate,
            identifier=certificate.identifier,
            program=certificate.attempt.program.slug,
            title=certificate.attempt.program.title,
            level="Practitioner",
            issued_on=certificate.issued_on,
            expires_on=certificate.expires_on,
            skills=f" {' '.join(_skills(chance))} ",
        )
        for listing, certificates in zip(listings, shown, strict=True)
        for certificate in certificates
    )
    SearchKey.objects.bulk_create(
        SearchKey(listing=listing, key=key) for listing in listings for key in keys(listing.name, listing.headline)
    )


def _people(chance: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """Names with a country, or none where it is not shown. Large countries have most, and every one has some."""
    from guildmark_portal.profiles.countries import COUNTRIES

    origins, everywhere = list(NAMES), sorted(COUNTRIES)
    for origin in chance.choices(origins, _weights(len(origins)), k=count):
        given, family, between = NAMES[origin][0].split(), NAMES[origin][1].split(), NAMES[origin][2]
        one, other, middle = chance.choice(given), chance.choice(family), chance.choice(["", "", chance.choice(given)])
        name = f"{other}{one}" if not between else between.join(part for part in (one, middle, other) if part)
        place = chance.random()
        yield name, origin if place < 0.75 else chance.choice(everywhere) if place < 0.95 else ""  # noqa: PLR2004 - shares


def _weights(count: int) -> list[float]:
    """Of so many things the first is the most common, the second half as common, and so on."""
    return [1 / (rank + 1) for rank in range(count)]


def _certificates(chance: random.Random, versions: list[Any], user: Any, now: datetime) -> list[Any]:
    from guildmark_portal.credentials.identifiers import new_identifier
    from guildmark_portal.credentials.models import Certificate
    from guildmark_portal.exams.models import Attempt, Entitlement

    made = []
    for version in chance.sample(versions, 2 if chance.random() < 0.1 else 1):  # noqa: PLR2004 - a share
        issued = now - timedelta(days=chance.randrange(DAYS + 40))
        right = Entitlement(user=user, program=version.program, source="bench", granted_at=issued)
        attempt = Attempt(
            user=user, program=version.program, exam_version=version, entitlement=right, opened_at=issued, ended_at=issued
        )
        made.append(
            Certificate(
                identifier=new_identifier(),
                attempt=attempt,
                holder=user.name,
                demonstration=False,
                issued_on=issued.date(),
                expires_on=_expiry(issued.date()),
                document={},
                issued_at=issued,
            )
        )
    return made


def _expiry(issued: date) -> date:
    return issued + timedelta(days=DAYS)


def _skills(chance: random.Random) -> list[str]:
    from guildmark.packs.skills import TITLES

    return sorted(chance.sample(sorted(TITLES), 14))


if __name__ == "__main__":
    main()
