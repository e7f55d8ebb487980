"""The values that texts may use in braces."""

import re

ALWAYS_KNOWN = frozenset(
    [
        "name",
        "child_name",
        "case_manager",
        "case_manager_phone",
        "programme",
        "emergency_here",
        "emergency_destination",
        "destination_country",
        "own_time",
        "local_time",
        "number_code",
    ]
)

SAFETY_VALUES = frozenset(["told_person", "contact_by", "help_line", "help_line_number"])
"""Known once somebody was called for the contact."""

STAFF_VALUES = frozenset(
    ["code", "tier", "category", "link", "waited", "other", "contact_by", "task"]
)
"""What a notification to staff may say; never a name or a word of a contact."""

JOURNEY_VALUES = frozenset(
    [
        "departure_day",
        "departure_time",
        "vehicle",
        "travel_duration",
        "companions",
        "companion_languages",
        "meals",
        "night_places",
        "night_companions",
        "arrival_day",
        "arrival_time",
        "reception_centre",
        "reception_city",
        "receiving_adults",
        "first_call_day",
        "first_call_time",
        "home_place",
        "home_vehicle",
        "home_companions",
        "home_duration",
        "pick_up_place",
        "pick_up_day",
        "pick_up_time",
        "pick_up_papers",
    ]
)
"""Confirmed facts, each of which may be unknown."""

ALARM = re.compile(r"[!¡]")
"""Exclamation marks: an alarm to a frightened child."""
