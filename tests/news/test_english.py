"""English reports through the same pipeline."""

from __future__ import annotations

import pytest

from peyvand.news import read_text

REPORT = (
    "Iran, Kazakhstan discuss transit\n"
    "TEHRAN – Iranian Foreign Minister Mohammad Javad Zarif met with his Kazakh counterpart Beibut Atamkulov in Astana"
    " on July 4, 2019. The two sides discussed the expansion of cooperation in the fields of transit, agriculture and"
    " pharmaceuticals. Kazakh Ambassador Askhat Orazbay said that Kazakhstan is ready to expand trade ties with Iran."
    " Iran and Kazakhstan signed a memorandum of understanding on tourism. Zarif thanked Kazakhstan for its support in"
    " the Shanghai Cooperation Organization."
)


def test_an_english_report_is_read():
    report = read_text(REPORT)
    row = report.to_dict()
    assert row["language"] == "en"
    assert row["published"] == "2019-07-04"
    assert set(row["countries"]) == {"IRN", "KAZ"}
    assert row["pacts"] == ["SCO"]
    assert {"transit", "agriculture", "pharma_health", "trade"} <= set(row["domains"])
    assert ("Mohammad Javad Zarif", "IRN") in {(one["name"], one["country"]) for one in row["participants"]}
    assert ("Askhat Orazbay", "KAZ") in {(one["name"], one["country"]) for one in row["participants"]}
    assert {"CONSULT", "AGREE", "SUPPORT"} <= {act["type"] for act in row["acts"]}
    assert ("travel_visas", "signed") in {(one["domain"], one["strength"]) for one in row["commitments"]}
    assert row["is_diplomatic"]


def test_common_words_are_no_names():
    report = read_text(
        "The clause was put in the agreement. Chad said Jordan would wait. Iran and Iraq met in Georgia."
    )
    assert not any(person.name == "put in" for person in report.participants)


@pytest.fixture(scope="module")
def sample(data_folder):
    import pandas as pd

    path = data_folder / "tehran-times-diplomatic-sample" / "tehran_times_regional_diplomacy_sample.parquet"
    return pd.read_parquet(path).sample(150, random_state=7)


def test_the_stored_sample_is_read(sample):
    """Titles were chosen by words on meetings and a country of the region: nearly all hold states and acts."""
    reports = [read_text(row.text, title=row.title_from_filename) for row in sample.itertuples()]
    assert sum(report.language == "en" for report in reports) == len(reports)
    assert sum(len(report.countries) > 1 for report in reports) > 0.9 * len(reports)
    assert sum(bool(report.acts) for report in reports) > 0.7 * len(reports)
    assert sum(report.is_diplomatic for report in reports) > 0.7 * len(reports)
