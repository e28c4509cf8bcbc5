"""The real files: sound, complete, and equal to what the sources print."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from forecast import observations
from forecast.plans.grammar import parse_target
from forecast.runs.checks import find_faults
from forecast.scenarios import load, scenario_ids
from forecast.schema.periods import Period

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("data", "parameters")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix != ".parquet"
)
NB, NNB = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"

COUNTS = {
    "hema_quebec_2021_2025": (20, 20),
    "sante_quebec_2025_2028": (8, 8),
    "ptn_ssss_2023_2027": (10, 40),
    "office_des_professions_2019_2023": (26, 26),
    "msss_2023_2027": (25, 100),
    "alliance_sante_quebec_2021_2024": (4, 4),
}

# series of the collected observations → ours; None for what is not carried over: events, prices, variations,
# costs, revenues and what no plan follows
CARRIED = {
    "hq_visites": "donation_visits",
    "hq_donneurs_plasma_inscrits": "registered_plasma_donors",
    "hq_dons_plasma_par_donneur": "plasma_donations_per_donor",
    "hq_litres_plasma_fractionnement": "plasma_shipped_for_fractionation",
    "hq_produits_stables_livres": "stable_products_delivered",
    "hq_donneurs_inscrits": "registered_donors",
    "hq_dons_sang_total_par_donneur": "whole_blood_donations_per_donor",
    "hq_collectes_mobiles": "blood_drives",
    "hq_produits_sanguins_livres": ("labile_products_delivered", "labile_products_delivered_2015_definition"),
    "hq_donneurs_tous_types_def_2015": "registered_donors_2015_definition",
    "hq_donneurs_sang": ("blood_donors", "blood_donors_2006_wording"),
    "hq_autosuffisance_plasma": "plasma_self_sufficiency",
    "hq_litres_plasma_preleve": "plasma_collected_annual_rate",
    "hq_nouveaux_donneurs_nb": "new_donors",
    "hq_produits_sanguins_prepares": "blood_products_prepared",
    "hq_centres_dons": "donation_centres_in_operation",
    "hq_nouveaux_donneurs_st_pct": "new_donor_share_whole_blood",
    "hq_nouveaux_donneurs_pf_pct": "new_donor_share_plasma",
    "hq_notoriete_spontanee": "spontaneous_awareness",
    "hq_prelevements_plasma_brossard": "plasma_donations_brossard",
    "hq_prelevements_plasma_trois_rivieres": "plasma_donations_trois_rivieres",
    "hq_prelevements_plasma_sherbrooke": "plasma_donations_sherbrooke",
    "ig_grammes_par_usager": "immunoglobulin_grams_per_patient",
    "ig_grammes_par_1000_hab": "immunoglobulin_grams_per_1000_inhabitants",
    "ig_usagers": "immunoglobulin_patients",
    "ig_receveurs_par_100000": "immunoglobulin_recipients_per_100000_inhabitants",
    "igsc_grammes_immunologie": "subcutaneous_immunoglobulin_grams_immunology",
    "ig_grammes_par_1000_hab_canada": "immunoglobulin_grams_per_1000_inhabitants_canada",
    "cbs_autosuffisance_plasma_ig": "canadian_blood_services_plasma_self_sufficiency",
    "canada_autosuffisance_plasma_ig": "canada_plasma_self_sufficiency",
    "ptn_dsn_cout_estime": "digital_health_record_estimated_cost",
    "ptn_dsn_avancement": "digital_health_record_progress",
    "sq_chirurgies_attente_1an": "surgeries_waiting_over_one_year",
    "sq_chirurgies_attente_total": "surgeries_waiting_total",
    "sq_soutien_domicile_heures_presse": "home_care_hours_press",
    "sq_soutien_domicile_usagers": ("home_care_users", "home_care_users_current"),
    "sq_soutien_domicile_heures_csbe": "home_care_hours_csbe",
    "sq_soutien_domicile_heures": "home_care_hours",
    "sq_soutien_domicile_attente": ("home_care_waiting_first_service", "home_care_waiting_first_service_press"),
    "sq_urgence_visites": "emergency_visits",
    "sq_population_inscrite_medecin_famille": "family_doctor_registered_share",
    "sq_attente_gamf": "family_doctor_waiting",
    "sq_nsa_pct_lits": "alternate_care_bed_share",
    "sq_nsa_patients": "alternate_care_patients",
    "sq_urgence_departs_avant_prise_en_charge": "emergency_departures_before_care",
    "sq_urgence_departs_pct": "emergency_departures_before_care_share",
    "sq_urgence_taux_occupation": "emergency_stretcher_occupancy_short_window",
    "sq_personnes_inscrites_medecin_famille_nb": "family_doctor_registered_count",
    "sq_gap_36h": "gap_requests_assessed_36_hours",
    "sq_confiance_population": "population_confidence",
    "sq_attente_medecin_specialiste": "specialist_consultations_waiting",
    "sq_urgence_dms_civiere_periode": "emergency_length_of_stay_short_window",
    "sq_urgence_visites_par_jour": "emergency_visits_per_day_short_window",
    "sq_urgence_p4_p5_pct": ("emergency_non_urgent_share", "emergency_non_urgent_share_short_window"),
    **{f"sq_phare_{number}": f"flagship_{number}" for number in range(1, 8)},
    "msss_01_retention_0_12": "new_hire_retention_0_12_months",
    "msss_03_satisfaction_employe_msss": "ministry_employee_satisfaction",
    "msss_04_heures_agences_moi": "agency_labour_hours",
    "msss_05_formation_realites_autochtones": "employees_trained_indigenous_realities",
    "msss_07_fumeurs": "smokers_share",
    "msss_09_couverture_vaccinale_3sec": "vaccination_coverage_secondary_3",
    "msss_11_depistage_colorectal": "colorectal_screening_coverage",
    "msss_12_chir_onco_28j": "oncology_surgery_within_28_days",
    "msss_13_agir_tot": "agir_tot_screenings_completed",
    "msss_14_pj_14j": "youth_protection_first_interventions_14_days",
    "msss_16_sad_personnes": "home_care_users",
    "msss_17_sad_attente": "home_care_waiting_first_service",
    "msss_18_sad_heures": "home_care_hours",
    "msss_20_clsc_delais": "clsc_access_within_delay",
    "msss_21_attitrees": "primary_care_assigned",
    "msss_22_delai_pec_urgence": "emergency_time_to_care",
    "msss_23_dms_civiere": "stretcher_length_of_stay",
    "msss_24_crds_hors_delai": "specialist_consultations_overdue",
    "msss_25_chir_1an": "surgeries_waiting_over_one_year",
    "msss_sejours_48h_urgence": "emergency_stays_48_hours",
    "msss_attente_sante_mentale": "mental_health_waiting",
}
OBSERVATION_FILES = (
    "hema_quebec",
    "inspq_immunoglobulines",
    "canadian_blood_services",
    "sante_quebec",
    "msss_plan_2023_2027",
    "ptn_dsn",
)
# numbers of UNVERIFIED.md, which must not be published as observations
UNVERIFIED = {2283, 53000, 5451, 5464, 21.88}

# values of the file of targets that the plan's synoptic table contradicts; the table is followed
CONTRADICTIONS = {("12", "2024-2025"): (70.0, 69.0, "70 %"), ("1", "2025-2026"): (74.9, 74.9, "74,5 %")}


@pytest.fixture(scope="module")
def plans(catalogue):
    return {plan_id: catalogue.plan(plan_id) for plan_id in catalogue.plan_ids}


@pytest.fixture(scope="module")
def rows(catalogue):
    return [row.observation for row in observations.read(catalogue)]


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_file_has_a_fault(catalogue):
    assert [str(fault) for fault in find_faults(catalogue)] == []


@pytest.mark.parametrize("plan_id", COUNTS)
def test_every_plan_has_its_indicators_and_targets(plans, plan_id):
    plan = plans[plan_id]
    assert (len(plan.indicators), sum(len(item.targets) for item in plan.indicators.values())) == COUNTS[plan_id]


def test_there_is_no_other_plan(plans):
    assert set(plans) == set(COUNTS)


def test_indicators_are_numbered_in_the_order_of_the_source(plans):
    for plan in plans.values():
        numbers = [item.number for item in plan.indicators.values()]
        assert numbers == [str(i) for i in range(1, len(numbers) + 1)]


def test_the_digital_plan_has_two_empty_cells_and_six_in_words(plans):
    kinds = [target.kind for item in plans["ptn_ssss_2023_2027"].indicators.values() for target in item.targets]
    assert kinds.count("none") == 2
    assert kinds.count("text") == 7  # "Indice établi et mesure de départ" among them
    assert kinds.count("change") == 3


def test_the_professions_have_22_dates_and_4_numbers(plans):
    kinds = [
        target.kind for item in plans["office_des_professions_2019_2023"].indicators.values() for target in item.targets
    ]
    assert kinds.count("date") == 22
    assert len(kinds) - kinds.count("date") == 4


def test_the_alliance_has_no_number(plans):
    assert not any(item.numeric for item in plans["alliance_sante_quebec_2021_2024"].indicators.values())


def test_flagship_indicators_have_no_name_of_ours(plans):
    for number, item in enumerate(plans["sante_quebec_2025_2028"].indicators.values(), 1):
        assert item.unnamed
        assert item.name.fr == f"Indicateur phare {number} (nom absent de la source)"
        assert all(proposal.likelihood in ("very likely", "probable", "possible") for proposal in item.proposals)
        assert all(proposal.evidence.fr and proposal.evidence.en for proposal in item.proposals)


def test_ids_that_examples_use_exist(plans):
    assert {"plasma_self_sufficiency", "new_donor_share_whole_blood", "new_donor_share_plasma"} <= set(
        plans["hema_quebec_2021_2025"].indicators
    )
    assert {"stretcher_length_of_stay", "surgeries_waiting_over_one_year"} <= set(plans["msss_2023_2027"].indicators)


def cited(node):
    """Every source id that a parsed file names."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("source", "sources"):
                yield from [value] if isinstance(value, str) else value or ()
            else:
                yield from cited(value)
    elif isinstance(node, list):
        for value in node:
            yield from cited(value)


def test_every_source_is_used_and_every_one_used_exists(catalogue, rows):
    used = {row.source for row in rows}
    for path in FILES:
        if path.suffix == ".yaml" and path.name != "sources.yaml":
            used |= set(cited(yaml.safe_load(path.read_text("utf-8"))))
    assert used == set(catalogue.sources)


def test_every_unit_is_used(catalogue, plans, rows):
    used = {row.unit for row in rows} | {
        item.unit for plan in plans.values() for group in (plan.indicators, plan.drivers) for item in group.values()
    }
    assert set(catalogue.units) - used == set()


def test_every_observation_of_a_source_is_dated_after_it_was_measured_or_says_why(catalogue, rows):
    late = [
        f"{row.series} {row.period}"
        for row in rows
        if Period.parse(row.period).start > observations.known_from(row, catalogue) and not row.note
    ]
    assert late == []


def test_what_is_inferred_or_approximate_says_so(rows):
    assert [f"{row.series} {row.period}" for row in rows if row.status == "inferred" and not row.note] == []


def test_notes_stand_in_both_languages_or_in_none(rows):
    assert [f"{row.series} {row.period}" for row in rows if bool(row.note) != bool(row.note_fr)] == []


def test_proposed_series_are_observed_or_planned(plans, rows):
    known = {row.series for row in rows} | {name for plan in plans.values() for name in plan.indicators}
    proposed = {
        proposal.series
        for plan in plans.values()
        for item in plan.indicators.values()
        for proposal in item.proposals
        if proposal.series
    }
    assert proposed - known == set()


def test_proposed_sources_exist(catalogue, plans):
    for plan in plans.values():
        for item in plan.indicators.values():
            for proposal in item.proposals:
                assert set(proposal.sources) <= set(catalogue.sources)


def test_every_scenario_says_why_in_both_languages(catalogue, plans):
    for plan in plans.values():
        assert scenario_ids(catalogue, plan.id)[0] == "baseline"
        for name in scenario_ids(catalogue, plan.id):
            scenario = load(catalogue, plan, name)
            assert scenario.is_baseline == (name == "baseline")
            reasons = [*scenario.changes, *scenario.recipes, *scenario.judgments]
            reasons += [*scenario.targets.values(), *scenario.assumptions.values()]
            assert all(item.reason.fr and item.reason.en for item in reasons)


def test_targets_with_words_of_a_language_are_translated(plans):
    for plan in plans.values():
        for name, item in plan.indicators.items():
            for target in item.targets:
                words = re.sub(r"\b[MkG]\b", "", target.words)
                if re.search(r"[^\W\d_]", words):
                    assert target.translation, f"{name}: {target.words}"


# Against the collected sources


def test_baselines_are_those_of_the_plan(plans, rows):
    by_series = {(row.series, row.value) for row in rows}
    for plan in plans.values():
        for name, item in plan.indicators.items():
            if item.baseline and item.numeric:
                start = parse_target(item.baseline.words, plan.source_language).value
                if start is not None:
                    assert (plan.series_of(name)[0], start) in by_series


@pytest.mark.shared
def test_targets_of_the_ministry_are_those_of_the_source(shared, plans):
    ours = {item.number: item.targets for item in plans["msss_2023_2027"].indicators.values()}
    compared = 0
    for row in read_csv(shared / "observations" / "msss_cibles_2023_2027.csv"):
        number = str(int(row["indicator_id"].split("_")[1]))
        first, last = row["period"].split("/")
        due = f"{first[:4]}-{last[:4]}"
        (target,) = [target for target in ours[number] if target.due == due]
        theirs, mine, other = CONTRADICTIONS.get((number, due), (float(row["value"]), float(row["value"]), None))
        assert (float(row["value"]), target.value) == (theirs, mine), row["indicator_label_fr"]
        assert [also.words.replace(NB, " ") for also in target.also] == ([other] if other else [])
        compared += 1
    assert compared == 88


@pytest.mark.shared
def test_targets_of_the_ministry_are_those_of_the_table(shared, plans):
    table = (shared / "sources" / "msss_plan_strategique_2023_2027.md").read_text("utf-8")
    lines = [line.split("|")[1:-1] for line in table.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) == 25
    for cells in lines:
        number, *_, start, first, second, third, fourth = (cell.strip() for cell in cells)
        (item,) = [item for item in plans["msss_2023_2027"].indicators.values() if item.number == number]
        printed = [re.sub(r" \(.*", "", cell) for cell in (first, second, third, fourth)]
        assert [target.words.replace(NB, " ").replace(NNB, " ") for target in item.targets] == printed
        if item.baseline:
            assert item.baseline.words.replace(NB, " ").replace(NNB, " ") == re.sub(r" \(.*", "", start)


def canonical(text):
    """Read a period of the collected files: months become fiscal or calendar years where they are whole ones."""
    if match := re.fullmatch(r"(\d{4})-04/(\d{4})-03", text):
        first, last = match.groups()
        return f"{first}-{last}" if int(last) == int(first) + 1 else f"{first}-04-01/{last}-03-31"
    if match := re.fullmatch(r"(\d{4})-01/(\d{4})-12", text):
        first, last = match.groups()
        return first if first == last else f"{first}/{last}"
    return text


@pytest.mark.shared
@pytest.mark.parametrize("name", OBSERVATION_FILES)
def test_observations_that_are_carried_over_keep_their_value(shared, rows, name):
    ours: dict[str, list] = {}
    for row in rows:
        ours.setdefault(row.series, []).append(row)
    lost = []
    for row in read_csv(shared / "observations" / f"{name}.csv"):
        carried = CARRIED.get(row["indicator_id"])
        if carried is None:
            continue
        candidates = [item for series in ([carried] if isinstance(carried, str) else carried) for item in ours[series]]
        wanted = Period.parse(canonical(row["period"])) if "/" not in canonical(row["period"])[:8] else None
        same = [item for item in candidates if abs(item.value - float(row["value"])) <= 1e-9 * abs(item.value)]
        near = [item for item in same if wanted is None or overlaps(Period.parse(item.period), wanted)]
        if not near and (row["indicator_id"], row["period"]) not in MOVED:
            lost.append(f"{row['indicator_id']} {row['period']} {row['value']}")
    assert lost == []


#: Values whose date is not printed, placed where they contradict another value, so that one of both is chosen.
MOVED = {("sq_chirurgies_attente_1an", "2020-02")}


def overlaps(one, other):
    return one.start <= other.end and other.start <= one.end


@pytest.mark.shared
def test_every_observation_of_ours_was_collected_or_is_printed_by_a_plan(shared, rows):
    collected = {
        float(row["value"]) for name in OBSERVATION_FILES for row in read_csv(shared / "observations" / f"{name}.csv")
    }
    others = {row.value for row in rows} - collected
    table = (shared / "sources" / "msss_plan_strategique_2023_2027.md").read_text("utf-8")
    starts = (shared / "sources" / "hema_quebec_2021_2025.txt").read_text("utf-8")
    printed = {
        float(number.replace(",", ".")) for text in (table, starts) for number in re.findall(r"\d+(?:,\d+)?", text)
    }
    assert sorted(others - printed) == []


@pytest.mark.shared
def test_unverified_values_are_not_published(shared, rows):
    text = (shared / "observations" / "UNVERIFIED.md").read_text("utf-8").replace(NB, " ")
    for value in UNVERIFIED:
        assert re.search(rf"(?<!\d){format(value, ',').replace(',', ' ').replace('.', ',')}(?!\d)", text), value
    assert UNVERIFIED & {row.value for row in rows} == set()


# What is published must be clean


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_address_of_a_person_and_no_path_of_a_machine(path):
    text = path.read_bytes().decode("utf-8")
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", text) == []
    assert re.findall(r"(?<![\w:/])/(?:home|root|tmp|work)/\S*", text) == []
    assert "\r" not in text


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.suffix == ".yaml"], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_lines_are_short(path):
    lines = enumerate(path.read_text("utf-8").splitlines(), 1)
    assert [i for i, line in lines if len(line) > 140 and "://" not in line] == []


def french_texts(node, key=None):
    if isinstance(node, dict):
        for name, value in node.items():
            yield from french_texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from french_texts(value, key)
    elif key in ("fr", "note_fr") and isinstance(node, str):
        yield node


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.suffix == ".yaml"], ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_french_texts_have_no_break_spaces(path):
    texts = french_texts(yaml.safe_load(path.read_text("utf-8")))
    # a percentage, a colon, a guillemet and a group of digits never stand alone at the start of a line
    wrong = [text for text in texts if re.search(r"\d %|\w :|« | »|\d \d{3}\b", text)]
    assert wrong == []


def test_french_notes_have_no_break_spaces(rows):
    wrong = [row.note_fr for row in rows if row.note_fr and re.search(r"\d %|\w :|« | »|\d \d{3}\b", row.note_fr)]
    assert wrong == []


def test_words_of_the_plans_are_the_sources_own(plans):
    # what is quoted is never longer than a wording or a title
    for plan in plans.values():
        for item in plan.indicators.values():
            assert all(len(target.words) <= 120 for target in item.targets)


def test_every_cited_address_is_public(catalogue):
    for source in catalogue.sources.values():
        assert source.url is None or re.match(r"https?://[\w-]+\.", source.url)
        assert source.licence
