"""Rule profiles: the shipped ones say what the organisations' forms say, and a faulty one is told why."""

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations import profiles
from recommendations.choices import Decision
from recommendations.profile_schema import LABELS
from recommendations.profiles import Profile, ProfileError, Term

SHIPPED = profiles.shipped()
PLAIN = SHIPPED["plain"]


@pytest.fixture
def profile(request) -> Profile:
    return profiles.from_dict(SHIPPED[request.param])


each_shipped = pytest.mark.parametrize("profile", SHIPPED, indirect=True)


def words_by_language(node, path=""):
    """Every table of words in plain data: (path, {language: words})."""
    if (
        isinstance(node, dict)
        and node
        and all(isinstance(value, str) and len(key) == 2 for key, value in node.items())
    ):
        yield path, node
    elif isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from words_by_language(value, f"{path}.{key}")


# What is shipped


def test_three_profiles_are_shipped():
    assert list(SHIPPED) == ["iom-2022", "iom-matrix", "plain"]


@each_shipped
def test_a_shipped_profile_has_english_and_french_words_everywhere(profile):
    tables = dict(words_by_language(profile.to_dict()))
    assert len(tables) >= len(LABELS) + 1 + len(profile.decisions) + len(profile.statuses)
    assert {path: set(table) for path, table in tables.items() if set(table) != {"en", "fr"}} == {}


def test_all_shipped_profiles_label_the_same_things():
    for data in SHIPPED.values():
        assert set(data["labels"]) == set(LABELS)


@each_shipped
def test_a_profile_comes_back_equal_from_the_json_that_the_database_keeps(profile):
    assert profiles.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile
    assert SHIPPED[profile.slug] == profile.to_dict()


@pytest.mark.parametrize(
    ("slug", "layout", "level", "priorities", "rounds"),
    [
        ("plain", "action-table", "action", [1, 2, 3], {}),
        ("iom-matrix", "action-table", "action", [1, 2, 3], {}),
        ("iom-2022", "action-list", "recommendation", [], {"Time 2": 6, "Time 3": 12}),
    ],
)
def test_the_form_of_each(slug, layout, level, priorities, rounds):
    profile = profiles.from_dict(SHIPPED[slug])
    assert (profile.slug, profile.version) == (slug, 3)
    assert (profile.layout, profile.status_level) == (layout, level)
    assert [step.level for step in profile.priorities] == priorities
    assert {round_.name: round_.months for round_ in profile.rounds} == rounds


@pytest.mark.parametrize(
    ("slug", "status", "label", "common"),
    [
        ("plain", "not_started", "Not started", "not_started"),
        ("plain", "in_progress", "In progress", "in_progress"),
        ("plain", "completed", "Completed", "completed"),
        ("plain", "cancelled", "Cancelled", "dropped"),
        ("iom-matrix", "not_initiated", "Not initiated", "not_started"),
        ("iom-matrix", "initiated", "Initiated", "in_progress"),
        ("iom-matrix", "ongoing", "Ongoing", "in_progress"),
        ("iom-matrix", "completed", "Completed", "completed"),
        ("iom-matrix", "no_longer_applicable", "No longer applicable", "dropped"),
        ("iom-2022", "open", "Open", "in_progress"),
        ("iom-2022", "completed", "Completed", "completed"),
        ("iom-2022", "discarded", "Discarded", "dropped"),
    ],
)
def test_each_status_counts_as_one_common_status(slug, status, label, common):
    found = profiles.from_dict(SHIPPED[slug]).status(status)
    assert (found.labels["en"], found.common) == (label, common)


def test_no_status_is_missing_from_the_table_above():
    assert {slug: len(data["statuses"]) for slug, data in SHIPPED.items()} == {
        "plain": 4,
        "iom-matrix": 5,
        "iom-2022": 3,
    }


@each_shipped
@pytest.mark.parametrize(
    ("decision", "needs_reason", "allows_actions"),
    [("accepted", False, True), ("partially_accepted", True, True), ("rejected", True, False)],
)
def test_partial_acceptance_and_rejection_need_a_reason_and_rejection_allows_no_action(
    profile, decision, needs_reason, allows_actions
):
    rule = profile.decision(decision)
    assert (rule.needs_reason, rule.allows_actions) == (needs_reason, allows_actions)
    assert [rule.code for rule in profile.decisions] == list(Decision)


@each_shipped
def test_terms_and_reminders(profile):
    assert profile.response_term == Term(6, "weeks")
    reminders = profile.reminders
    assert (reminders.before, reminders.after) == ((30, 7, 0), (14,))
    assert (reminders.repeat_months, reminders.check_every_months) == (1, 6)


@pytest.mark.parametrize(
    ("slug", "key", "english"),
    [
        ("iom-matrix", "evaluation_title", "Evaluation title/year"),
        ("iom-matrix", "recommendation", "Evaluation recommendation {number}"),
        ("iom-matrix", "directed_to", "Recommendation to"),
        ("iom-matrix", "priority", "Priority level (1 to 3)"),
        ("iom-matrix", "management_response", "Management response (Accept/Partially Accept/Reject)"),
        ("iom-matrix", "deadline", "Time frame or deadline"),
        ("iom-matrix", "responsible", "Responsible individual or unit(s)"),
        ("iom-matrix", "monitoring", "Implementation monitoring"),
        ("iom-matrix", "comment", "Comments or action taken"),
        ("iom-matrix", "status", "Status"),
        ("iom-2022", "responsible_units", "Responsible unit(s)"),
        ("iom-2022", "management_response", "Management response - accept/partially accept/reject"),
        ("iom-2022", "key_actions", "Key actions"),
    ],
)
def test_the_words_that_the_organisation_prints(slug, key, english):
    assert profiles.from_dict(SHIPPED[slug]).label(key, "en") == english


# What a profile answers


@pytest.mark.parametrize(
    ("slug", "language", "scale"),
    [
        ("iom-matrix", "en", "1 high priority, 2 medium priority, 3 low priority"),
        ("iom-matrix", "fr", "1 priorité élevée, 2 priorité moyenne, 3 priorité faible"),
        ("iom-2022", "en", ""),
    ],
)
def test_the_priority_scale_in_words(slug, language, scale):
    assert profiles.from_dict(SHIPPED[slug]).priority_scale(language) == scale


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Key action"), ("fr", "Action clé"), ("fr-ca", "Action clé"), ("es", "Key action")],
)
def test_a_missing_language_falls_back_to_its_base_and_then_to_english(language, words):
    assert profiles.from_dict(PLAIN).label("key_action", language) == words


def test_without_english_any_language_will_do():
    data = deepcopy(PLAIN)
    data["labels"]["key_action"] = {"pt-br": "Ação-chave"}
    assert profiles.from_dict(data).label("key_action", "fr") == "Ação-chave"


def test_what_a_profile_does_not_know_is_none():
    profile = profiles.from_dict(SHIPPED["iom-2022"])
    assert profile.status("ongoing") is None
    assert profile.decision("agreed") is None
    assert profile.priority(1) is None
    assert profile.round("Time 4") is None
    assert profile.round("Time 3").months == 12


# What cannot be a profile

LONG = "a name of at most 40 small letters and digits with single hyphens between"
NO_PLACES = "must hold no braces"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("slug", "Our House", f"slug: 'Our House' is not {LONG}"),
        ("slug", "our-house\n", rf"slug: 'our-house\n' is not {LONG}"),
        ("slug", "x" * 41, f"slug: '{'x' * 41}' is not {LONG}"),
        ("version", 0, "version: 0 is not 1 or more"),
        ("version", "1", "version: '1' is not a whole number"),
        ("titles", {}, "titles is empty"),
        ("titles", {"English": "x"}, "titles: 'English' is not a language code such as en, fr or pt-br"),
        ("titles en", " ", "titles.en: ' ' is not a text with something in it"),
        ("layout", "table", "layout: 'table' is not one of action-table, action-list"),
        ("statuses", [], "statuses is empty"),
        (
            "statuses 2 common",
            "done",
            "statuses[2].common: 'done' is not one of not_started, in_progress, completed, dropped",
        ),
        ("statuses 1 code", "not_started", "statuses[1].code: 'not_started' stands there twice"),
        (
            "statuses 0 code",
            "Not started",
            "statuses[0].code: 'Not started' is not a code of at most 40 small letters, digits and underscores",
        ),
        ("priorities 2 level", 1, "priorities[2].level: 1 stands there twice"),
        ("decisions 1 code", "accepted", "decisions[1].code: 'accepted' stands there twice"),
        (
            "decisions 0 code",
            "agreed",
            "decisions[0].code: 'agreed' is not one of accepted, partially_accepted, rejected",
        ),
        ("decisions 0 needs_reason", "no", "decisions[0].needs_reason: 'no' is not true or false"),
        (
            "response_term unit",
            "fortnights",
            "response_term.unit: 'fortnights' is not one of days, working_days, weeks, months",
        ),
        ("reminders before", [7, -1], "reminders.before[1]: -1 is not 0 or more"),
        ("reminders before", [7, 7], "reminders.before names a value twice"),
        ("reminders after", [0], "reminders.after[0]: 0 is not 1 or more"),
        ("reminders repeat_months", 0, "reminders.repeat_months: 0 is not 1 or more"),
        ("reminders check_every_months", 241, "reminders.check_every_months: 241 is not 240 or less"),
        ("reminder", {}, "reminder is not known here; did you mean reminders?"),
        (
            "status_level",
            "recommendation",
            "rounds is empty, but a status per recommendation is kept by round; name at least one",
        ),
        ("labels", {}, "labels.document_title is missing"),
        ("labels key_acton", {"en": "x"}, "labels.key_acton is not known here; did you mean key_action?"),
        (
            "labels recommendation en",
            "Recommendation",
            "labels.recommendation.en must hold each of {number} once, and no other braces",
        ),
        (
            "labels page fr",
            "Page {page} sur {page}",
            "labels.page.fr must hold each of {page}, {pages} once, and no other braces",
        ),
        (
            "labels recommendation en",
            "{number:>999999999}",
            "labels.recommendation.en must hold each of {number} once, and no other braces",
        ),
        (
            "labels recommendation en",
            "{number} {",
            "labels.recommendation.en must hold each of {number} once, and no other braces",
        ),
        ("labels status en", "Status {x}", f"labels.status.en {NO_PLACES}"),
        (
            "labels status en",
            "Sta\0tus",
            "labels.status.en holds the character U+0000, which cannot be stored; take it out",
        ),
    ],
)
def test_a_fault_is_named_with_its_path(path, value, sentence):
    data = deepcopy(PLAIN)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split(" "))
    place = data
    for step in steps:
        place = place[step]
    place[last] = value
    with pytest.raises(ProfileError) as caught:
        profiles.from_dict(data)
    assert str(caught.value) == sentence


def test_two_rounds_of_one_name():
    data = deepcopy(SHIPPED["iom-2022"])
    data["rounds"][1]["name"] = "Time 2"
    with pytest.raises(ProfileError, match=r"^rounds\[1\].name: 'Time 2' stands there twice$"):
        profiles.from_dict(data)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("slug = ", "This is not TOML: Invalid value (at end of document)"),
        ('slug = "a"\nslug = "b"\n', "This is not TOML: Cannot overwrite a value (at line 2, column 11)"),
        ("", "slug is missing"),
        ("slug = 2031-01-01", "version is missing"),
        ("slug = " + "[" * 5000, "The data are nested too deeply to be read"),
    ],
)
def test_text_that_is_no_profile(text, sentence):
    with pytest.raises(ProfileError) as caught:
        profiles.parse(text)
    assert str(caught.value) == sentence


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(PLAIN)), ANY)
def test_any_value_in_any_table_is_read_or_refused(key, value):
    try:
        profile = profiles.from_dict({**PLAIN, key: value})
    except ProfileError:
        return
    assert profiles.from_dict(profile.to_dict()) == profile
