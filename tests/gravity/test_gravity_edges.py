"""Bad input is a clear error or a listed drop, never silence; every kind of table and every vcov works."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose
from tests.gravity.reference import trade_panel

from peyvand.cli.gravity import gravity
from peyvand.errors import DataError, FormulaError, IdentificationError, UnknownNameError
from peyvand.gravity import etable, ols, ppml, reset_test
from peyvand.gravity.covariance import multiway_meat, positive_part
from peyvand.gravity.formula import parse

THREE_WAY = "exporter^year + importer^year + exporter^importer"


# -- formulas ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "bad",
    ["trade rta", "trade ~", "~ rta", "trade ~ rta | a | b", "trade ~ lgo(dist)", "trade ~ rta +", "trade ~ (rta",
     "trade ~ rta | log(year)", "trade ~ __import__('os')", "trade ~ i(year, border, keep=3)", "trade ~ rta.x"],
)  # fmt: skip
def test_formulas_that_cannot_be_read(bad):
    with pytest.raises(FormulaError):
        parse(bad)


def test_a_near_function_is_offered():
    with pytest.raises(FormulaError, match="did you mean 'log'"):
        parse("trade ~ lg(dist)")


def test_what_a_formula_says():
    found = parse("trade ~ log(1 + t):rta + a*b + i(year, border, ref=2006) | exporter^year + importer:year")
    assert [term.label for term in found.terms] == ["log(1 + t):rta", "a", "b", "a:b", "i(year, border, ref=2006)"]
    assert found.effects == (("exporter", "year"), ("importer", "year"))
    assert set(found.columns) == {"trade", "t", "rta", "a", "b", "year", "border", "exporter", "importer"}


@pytest.mark.parametrize(
    ("right", "labels"),
    [
        ("a - 1", ["a"]), ("0 + a", ["a"]), ("a + b - a", ["b"]), ("(a + b):c", ["a:c", "b:c"]),
        ("(a + b)*c - b:c", ["a", "b", "c", "a:c"]), ("a*b*c", ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]),
        ("x^2 + x**2 + I(x - 1)", ["x^2", "x**2", "I(x - 1)"]), ("`a b` + log(`a.b`)", ["`a b`", "log(`a.b`)"]),
    ],
)  # fmt: skip
def test_sums_products_and_quoted_names(right, labels):
    assert [term.label for term in parse(f"y ~ {right}").terms] == labels
    assert parse(f"y ~ {right}").intercept == (right not in ("a - 1", "0 + a"))


@pytest.mark.parametrize(
    ("text", "ref", "by_levels"),
    [
        ("i(year, ref=2006)", ("2006",), False), ("i(year, x, 2006)", ("2006",), False),
        ("i(iso, ref=KAZ)", ("KAZ",), False), ("i(year, log(x), ref=c(2005, 2006))", ("2005", "2006"), False),
        ("i(year, i.iso)", (), True),
    ],
)  # fmt: skip
def test_references_of_an_interaction(text, ref, by_levels):
    found = parse(f"y ~ {text}").terms[0].interaction
    assert (found.ref, found.by_levels) == (ref, by_levels)


def test_columns_with_gaps_keep_their_levels_names():
    """A missing year makes a column of 2001.0; its terms are still called 2001, and the row is a listed drop."""
    frame = trade_panel().assign(**{"a b": lambda f: f["cost"]})
    frame["year"] = frame["year"].astype(float).mask(frame.index == 6)
    fit = ppml("trade ~ i(year, rta, ref=2003) + `a b` | exporter + importer", frame)
    assert fit.names == ("year::2000:rta", "year::2001:rta", "year::2002:rta", "`a b`")
    assert list(fit.dropped.itertuples(index=False)) == [(6, "year is missing")]
    both = ppml("trade ~ i(year, exporter) | importer", frame.assign(exporter="E" + frame["exporter"].astype(str)))
    assert "year::2001:exporter::E3" in (*both.names, *both.collinear)


def test_transforms_dummies_and_interactions():
    frame = trade_panel().assign(
        border=lambda f: (f["exporter"] != f["importer"]) * 1.0, word=lambda f: "w" + f["year"].astype(str)
    )
    fit = ppml("trade ~ I(cost^2) + i(year, border, ref=2003) + border:C(exporter) | importer^year", frame)
    assert {"I(cost^2)", "year::2000:border", "border:C(exporter)[0]"} <= {*fit.names, *fit.collinear}
    assert "year::2003:border" not in fit.names
    by_word = ppml("trade ~ word | exporter + importer", frame)
    by_hand = ppml("trade ~ i(year, ref=2000) | exporter + importer", frame)
    assert by_word.names == ("word[T.w2001]", "word[T.w2002]", "word[T.w2003]")
    assert_allclose(by_word.values, by_hand.values, rtol=1e-9)
    with pytest.raises(UnknownNameError, match="no level '1999'"):
        ppml("trade ~ i(year, border, ref=1999) | exporter", frame)


# -- bad input ---------------------------------------------------------------------------------------------------------
def test_refusals():
    frame = trade_panel()
    with pytest.raises(UnknownNameError, match="did you mean 'rta'"):
        ppml("trade ~ rtaa", frame)
    with pytest.raises(DataError, match="negative in row 7"):
        ppml("trade ~ rta", frame.assign(trade=frame["trade"].where(frame.index != 7, -1.0)))
    with pytest.raises(IdentificationError, match="zero in every row"):
        ppml("trade ~ rta", frame.assign(trade=0.0))
    with pytest.raises(DataError, match="words: 'n/a' in row 3"):
        ppml("trade ~ rta", frame.assign(trade=frame["trade"].astype(object).where(frame.index != 3, "n/a")))
    with pytest.raises(DataError, match="one cell"):
        ppml(f"trade ~ rta | {THREE_WAY}", pd.concat([frame, frame.head(1)]))
    with pytest.raises(DataError, match="no rows"):
        ppml("trade ~ rta", frame.head(0))
    with pytest.raises(DataError, match="not a table"):
        ppml("trade ~ rta", 7)
    with pytest.raises(DataError, match="no data file"):
        ppml("trade ~ rta", "nowhere.csv")
    with pytest.raises(DataError, match="negative in row"):
        ppml("trade ~ rta", frame.assign(w=-1.0), weights="w")
    with pytest.raises(UnknownNameError, match="no covariance"):
        ppml("trade ~ rta", frame, vcov="HC9")
    with pytest.raises(DataError, match="one group only"):
        ppml("trade ~ rta", frame.assign(all=1), cluster="all")
    with pytest.raises(UnknownNameError, match="no covariance 'CRV3'"):
        ppml("trade ~ rta", frame, vcov={"CRV3": "exporter"})
    with pytest.raises(DataError, match="2 columns of the table are called 'rta'"):
        ppml("trade ~ rta", pd.concat([frame, frame[["rta"]]], axis=1))
    with pytest.raises(DataError, match=r"numbers and holds datetime.*\n?.*C\(day\)"):
        ppml("trade ~ day", frame.assign(day=pd.Timestamp("2026-11-23")))


def test_files_that_are_not_what_they_say(tmp_path):
    for suffix in ("csv", "parquet", "dta"):
        broken = tmp_path / f"broken.{suffix}"
        broken.write_bytes(b"" if suffix == "csv" else b"hello")
        with pytest.raises(DataError, match="cannot be read"):
            ppml("trade ~ rta", broken)
    twins = tmp_path / "twins.csv"
    twins.write_text("trade,rta,rta\n1,2,3\n2,3,5\n")
    with pytest.raises(DataError, match=r"2 columns of twins\.csv are called 'rta'"):
        ppml("trade ~ rta", twins)
    for suffix in ("csv", "parquet", "dta"):
        path = tmp_path / f"panel.{suffix}"
        frame = trade_panel()
        {"csv": frame.to_csv, "parquet": frame.to_parquet, "dta": frame.to_stata}[suffix](path)
        with pytest.raises(UnknownNameError, match="did you mean 'rta'"):
            ppml("trade ~ rtaa | exporter", path)


def test_clusters_are_written_in_any_manner():
    frame = trade_panel()
    spaced = frame.rename(columns={"exporter": "sold by"})
    for name in ("sold by ^ importer", "`sold by`:importer"):
        fit = ppml("trade ~ rta | `sold by` + importer", spaced, cluster=name)
        assert fit.vcov_name == "clustered by sold by^importer (36)"
    expected = ppml("trade ~ rta | exporter", frame, cluster=["exporter", "year"]).std_errors
    for manner in ({"cluster": "exporter + year"}, {"cluster": "~exporter+year"}, {"vcov": "~exporter + year"},
                   {"vcov": {"CRV1": "exporter+year"}}):  # fmt: skip
        assert_allclose(ppml("trade ~ rta | exporter", frame, **manner).std_errors, expected)


def test_repeated_cells_may_be_kept():
    frame = trade_panel()
    twice = pd.concat([frame, frame.assign(trade=frame["trade"] * 2)], ignore_index=True)
    fit = ppml(f"trade ~ rta + cost | {THREE_WAY}", twice, repeated_cells="keep")
    assert_allclose(fit.values, ppml(f"trade ~ rta + cost | {THREE_WAY}", frame).values, rtol=1e-8)


def test_incomplete_rows_are_listed():
    frame = trade_panel().assign(cost=lambda f: f["cost"].mask(f.index == 4))
    frame.loc[9, "rta"] = np.inf
    frame = frame.assign(exporter=frame["exporter"].astype(object).mask(frame.index == 11))
    fit = ppml("trade ~ cost + rta | exporter + importer", frame)
    assert dict(fit.dropped.itertuples(index=False)) == {
        4: "cost is missing", 9: "rta is infinite", 11: "exporter is missing"
    }  # fmt: skip
    zeros = ols("log(trade) ~ cost | exporter", trade_panel())
    assert set(zeros.dropped["row"]) == set(np.flatnonzero(trade_panel()["trade"] == 0))
    assert np.isnan(fit.fitted[[4, 9, 11]]).all()


def test_a_fixed_effect_that_absorbs_everything():
    frame = trade_panel()
    fit = ppml("trade ~ rta + cost | exporter^importer^year", frame.assign(trade=frame["trade"] + 1))
    assert fit.names == ()
    assert set(fit.collinear) == {"rta", "cost"}
    assert_allclose(fit.fitted, frame["trade"] + 1)


def test_collinear_regressors_are_named():
    frame = trade_panel().assign(size=lambda f: f["exporter"] * 1.0, twin=lambda f: 2 * f["cost"] - 3 * f["rta"])
    fit = ppml("trade ~ size + rta + cost + twin | exporter + importer", frame)
    assert fit.names == ("rta", "cost")
    assert set(fit.collinear) == {"size", "twin"}


def test_singletons_are_kept_and_change_no_slope():
    frame = trade_panel()
    lone = pd.DataFrame(
        {"year": [1999], "exporter": [77], "importer": [78], "rta": [1.0], "cost": [0.3], "trade": [5.0]}
    )
    one = ppml(f"trade ~ rta + cost | {THREE_WAY}", frame)
    two = ppml(f"trade ~ rta + cost | {THREE_WAY}", pd.concat([frame, lone], ignore_index=True))
    assert two.nobs == one.nobs + 1
    assert_allclose(one.values, two.values, rtol=1e-8)
    assert (one.warnings, two.warnings) == ((), ("singletons",))
    assert two.singletons.tolist() == two.to_dict()["singletons"] == [len(frame)]
    assert "alone in a level" in etable([two])


def test_singletons_may_be_dropped():
    """Then N and errors are those of the rows that have company; who is alone once others are gone goes too."""
    frame = trade_panel(zeros=0.0)
    ends = pd.DataFrame({"year": [1999, 1999], "exporter": [77, 77], "importer": [78, 79]})
    chain = pd.concat([frame, ends.assign(trade=3.0, rta=[1.0, 0.0], cost=0.3)], ignore_index=True)
    zero = pd.concat([chain, chain.tail(1).assign(importer=80, trade=0.0)], ignore_index=True)
    for fit, data, formula in ((ols, chain, f"log(trade) ~ rta + cost | {THREE_WAY}"),
                               (ppml, zero, f"trade ~ rta + cost | {THREE_WAY}")):  # fmt: skip
        one, two = fit(formula, frame), fit(formula, data, singletons="drop")
        assert_allclose(one.values, two.values, rtol=1e-8)
        assert_allclose(one.std_errors, two.std_errors, rtol=1e-7)
        reasons = dict(two.dropped.itertuples(index=False))
        assert {reasons[row][:9] for row in (len(frame), len(frame) + 1)} == {"singleton"}
        assert reasons.get(len(chain), "separated").startswith("separated")
        assert two.warnings == ()
    with pytest.raises(DataError, match="no row is complete"):
        ols("trade ~ rta | exporter^importer^year", frame, singletons="drop")
    with pytest.raises(UnknownNameError, match="did you mean 'keep'"):
        ppml("trade ~ rta", frame, singletons="kep")


def test_an_estimate_shows_its_table():
    """At a prompt and in a notebook too, whichever way the effects were absorbed."""
    whole, sparse = trade_panel(), trade_panel().iloc[::3]
    for frame in (whole, sparse):
        fit = ppml("trade ~ rta | exporter + importer", frame)
        assert repr(fit) == str(fit) == etable([fit])


def test_data_without_sales_at_home_are_warned_of():
    whole, abroad = trade_panel(), trade_panel(domestic=False)
    for effects in (THREE_WAY, "exporter + importer", "exporter^year + importer^year"):
        assert ppml(f"trade ~ rta | {effects}", whole).warnings == ()
        fit = ppml(f"trade ~ rta | {effects}", abroad)
        assert fit.warnings == ("no_domestic_flows",)
        assert "sales at home" in etable([fit])
        assert len(fit.to_dict()["warnings"]) == 1
    assert ppml("trade ~ rta | exporter + year", abroad).warnings == ()
    assert ppml("trade ~ rta", abroad).warnings == ()


# -- tables of any maker -----------------------------------------------------------------------------------------------
def test_tables_and_files(tmp_path):
    frame = trade_panel().assign(exporter=lambda f: "E" + f["exporter"].astype(str))
    formula = f"trade ~ rta + cost | {THREE_WAY}"
    expected = ppml(formula, frame).values
    frame.to_csv(tmp_path / "p.csv", index=False)
    frame.to_parquet(tmp_path / "p.parquet")
    frame.astype({"year": "int32"}).to_stata(tmp_path / "p.dta", write_index=False)
    tables = [pa.Table.from_pandas(frame), frame.astype({"exporter": "category"}), dict(frame.items())]
    tables += [tmp_path / f"p.{kind}" for kind in ("csv", "parquet", "dta")] + [str(tmp_path / "p.csv")]
    polars = pytest.importorskip("polars")
    for table in [*tables, polars.from_pandas(frame)]:
        assert_allclose(ppml(formula, table).values, expected, rtol=1e-9)


# -- covariances -------------------------------------------------------------------------------------------------------
def test_three_way_clusters_are_a_sum_over_seven_meats():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(2, 200))
    codes = [rng.integers(0, 6, 200) for _ in range(3)]

    def meat(*some):
        keys = pd.MultiIndex.from_arrays(some).factorize()[0]
        sums = np.stack([np.bincount(keys, score) for score in scores])
        return sums @ sums.T

    a, b, c = codes
    expected = meat(a) + meat(b) + meat(c) - meat(a, b) - meat(a, c) - meat(b, c) + meat(a, b, c)
    assert_allclose(multiway_meat(scores, codes), expected, rtol=1e-12)


def test_a_negative_variance_is_repaired_and_said_so():
    repaired, changed = positive_part(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert changed
    assert np.linalg.eigvalsh(repaired).min() > -1e-12
    assert positive_part(np.eye(2))[1] is False


def test_small_sample_factors():
    frame = trade_panel()
    fit = ppml(f"trade ~ rta + cost | {THREE_WAY}", frame)
    n, pairs = fit.nobs, fit.covariance.clusters["exporter^importer"]
    free = n - (2 + 24 + 24 - 2 + 1)
    assert fit.covariance.factor == pytest.approx((n - 1) / free * pairs / (pairs - 1))
    assert fit.with_vcov(cluster="exporter^importer", small_sample="stata").covariance.factor == pytest.approx(
        pairs / (pairs - 1)
    )
    assert fit.with_vcov("iid").covariance.factor == pytest.approx((n - 1) / (n - (2 + 24 + 24 + 36 - 2)))
    assert "exporter (6)" in fit.with_vcov(cluster=["exporter", "importer", "year"]).vcov_name


# -- words -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("to", ["text", "latex", "html", "markdown"])
def test_etable_holds_every_number(to):
    frame = trade_panel()
    fits = [ppml("trade ~ rta + cost | exporter + importer", frame), ols("log(trade) ~ rta", frame)]
    shown = etable(fits, to=to)
    for fit in fits:
        for value in fit.values:
            assert (f"{value:.3f}".replace("-", "$-$") if to == "latex" else f"{value:.3f}") in shown
        assert f"{fit.nobs:,}" in shown
    assert ("Pseudo-R$^2$" if to == "latex" else "Pseudo-R²") in shown
    assert to != "latex" or (" < " not in shown and "p$<$0.1" in shown)
    with pytest.raises(UnknownNameError, match="did you mean 'latex'"):
        etable(fits, to="latx")


@pytest.mark.filterwarnings("error")
def test_perfect_fits_say_so_quietly(tmp_path):
    """No residual, no error: zeros and gaps, not rounding dressed as significance; valid JSON, no warnings."""
    frame = trade_panel()
    straight = frame.assign(y=1 + 2 * frame["rta"] - frame["cost"])
    for formula in ("y ~ rta + cost", "y ~ rta + cost | exporter"):
        fit = ols(formula, straight)
        assert_allclose(fit.coefficients[["rta", "cost"]], [2, -1], rtol=1e-10)
        assert not fit.std_errors.any()
        assert fit.log_likelihood == np.inf
        assert np.isnan(reset_test(fit).p_value)
    for estimator in ("ols", "ppml"):
        path = tmp_path / "flat.csv"
        frame.assign(y=3.0).to_csv(path, index=False)
        answer = CliRunner().invoke(gravity, ["fit", "y ~ rta", str(path), "--estimator", estimator, "--json"])
        assert answer.exit_code == 0, answer.output
        found = json.loads(answer.stdout, parse_constant=pytest.fail)
        assert found["coefficients"]["rta"]["std_error"] == 0


def test_squares_of_years_beside_effects():
    """A year and its square hardly differ from a line among numbers near 2000; centred they do."""
    frame = trade_panel(6, 6)
    for estimator in (ols, ppml):
        raw = estimator("trade ~ year + I(year^2) | exporter + importer", frame)
        centred = estimator("trade ~ I(year - 2002) + I((year - 2002)^2) | exporter + importer", frame)
        assert raw.names == ("year", "I(year^2)")
        assert raw.values[1] == pytest.approx(centred.values[1], rel=1e-6)
        assert raw.std_errors["I(year^2)"] == pytest.approx(centred.std_errors.iloc[1], rel=1e-5)


def test_etable_reads_like_a_paper():
    """Outcomes over their columns, decimals under each other, one estimate alone, more notes, labels."""
    frame = trade_panel().assign(**{"a|b": lambda f: f["cost"]})
    one = ppml("trade ~ rta + I(cost**2) | exporter + importer", frame)
    two = ols("log(trade) ~ cost + `a|b` | exporter", frame)
    lines = etable([one, two], labels={"trade": "Exports", "cost": "Cost"}, notes=["Weighted by nothing."]).split("\n")
    assert lines[1].split() == ["Dependent", "variable", "Exports", "log(trade)"]
    assert "Weighted by nothing." in lines
    assert any(line.startswith("Cost ") for line in lines)
    ends = [line.rfind(".", 0, lines[0].index(")") + 6) for line in lines[3:7]]
    assert len(set(ends)) == 1, lines
    assert r"I(cost\*\*2)" in etable(one, to="markdown")
    assert etable(one) == str(one)
    with pytest.raises(DataError, match="1 headers stand over 2 estimates"):
        etable([one, two], headers=["(1)"])
    with pytest.raises(DataError, match="0 estimates"):
        etable([])


def test_reset_sees_a_wrong_form():
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000)
    right = rng.poisson(np.exp(1 + 0.5 * x))
    wrong = rng.poisson(np.exp(1 + 0.5 * x + 0.4 * x**2))
    assert reset_test(ppml("y ~ x", {"y": right, "x": x})).p_value > 0.01
    assert reset_test(ppml("y ~ x", {"y": wrong, "x": x})).p_value < 1e-6


def test_command_line(tmp_path):
    path = tmp_path / "panel.csv"
    trade_panel(zeros=0.4).to_csv(path, index=False)
    formula = f"trade ~ rta + cost | {THREE_WAY}"
    answer = CliRunner().invoke(gravity, ["fit", formula, str(path), "--cluster", "exporter,importer", "--json"])
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    expected = ppml(formula, path, cluster=["exporter", "importer"])
    assert found["coefficients"]["rta"]["estimate"] == pytest.approx(expected.coefficients["rta"])
    assert set(found["coefficients"]["rta"]) == {"estimate", "std_error", "z", "p_value"}
    assert found["nobs"] == expected.nobs
    assert found["converged"] is True
    assert [drop["row"] for drop in found["dropped"]] == expected.dropped["row"].tolist()
    table = CliRunner().invoke(gravity, ["fit", formula, str(path), "--bias-correct"])
    assert table.exit_code == 0, table.output
    assert "Weidner" in table.stdout
    two_way = "trade ~ rta + cost | exporter^year + importer^year"
    answer = CliRunner().invoke(gravity, ["fit", two_way, str(path), "--bias-correct", "--json"])
    assert "clustered by exporter^importer (36)" in json.loads(answer.stdout)["vcov"]
    answer = CliRunner().invoke(gravity, ["fit", "log(trade) ~ cost", str(path), "--estimator", "ols", "--json"])
    assert set(json.loads(answer.stdout)["coefficients"]["cost"]) == {"estimate", "std_error", "z", "p_value"}


@pytest.mark.parametrize("kind", ["str", "category", "arrow", "polars", "dictionary"])
def test_words_of_every_kind_are_the_same_levels(kind):
    """Words of any kind of table give one estimate; the missing are dropped."""
    frame = trade_panel(6, 3, seed=1)
    names = np.array(["KAZ", "IRN", "UZB", "TKM", "KGZ", "TJK"], dtype=object)
    plain = frame.assign(exporter=names[frame["exporter"]], importer=names[frame["importer"]])
    plain.loc[4, "exporter"] = None
    sides = ["exporter", "importer"]
    words = plain.astype(dict.fromkeys(sides, "category" if kind == "category" else "str"))
    table = pa.Table.from_pandas(words)
    for name in sides if kind == "dictionary" else []:
        table = table.set_column(table.column_names.index(name), name, table[name].dictionary_encode())
    data = {"arrow": table, "dictionary": table, "polars": pl.from_arrow(table)}.get(kind, words)
    first, second = (ppml("trade ~ rta | exporter^year + importer^year", one) for one in (plain, data))
    assert first.values.tolist() == second.values.tolist()
    assert second.dropped["row"].tolist() == first.dropped["row"].tolist()
    assert second.fixed_effects["exporter^year"].equals(first.fixed_effects["exporter^year"])


def test_repeated_cells_are_never_silent(tmp_path):
    """Refused where three joined effects describe the panel, else a warning in the table and in JSON."""
    frame = trade_panel()
    twice = pd.concat([frame, frame.head(2)], ignore_index=True)
    for effects in ("exporter^year + importer^year", "exporter + importer + year"):
        assert "repeated_cells" in ppml(f"trade ~ rta | {effects}", twice).warnings
        assert ppml(f"trade ~ rta | {effects}", frame).warnings == ()
    assert ppml("trade ~ rta | exporter + importer", frame).warnings == ()
    path = tmp_path / "twice.csv"
    twice.to_csv(path, index=False)
    refused = CliRunner().invoke(gravity, ["fit", f"trade ~ rta | {THREE_WAY}", str(path)])
    assert refused.exit_code != 0
    kept = CliRunner().invoke(
        gravity, ["fit", f"trade ~ rta | {THREE_WAY}", str(path), "--repeated-cells", "keep", "--json"]
    )
    assert "more than one row" in json.loads(kept.stdout)["warnings"][0]
