# SPDX-License-Identifier: Apache-2.0
"""A queue for a place puts the infusion off, and leaves all else of a child as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.errors import CodebookError
from cartulary.twin.pathway import walk
from cartulary.twin.pathway_columns import Pathway
from cartulary.twin.policy import Policy
from cartulary.twin.policy_reader import policy_from_text, read_policy
from cartulary.twin.population import draw_children
from cartulary.twin.population_children import Wholes
from cartulary.twin.population_reader import default_population
from cartulary.twin.quantiles import Quantiles
from tests.conftest import REPOSITORY

FILE = REPOSITORY / "examples" / "policies" / "in_house_12_days.toml"
QUEUE = """
[product.queue_days]
quantiles = [[0, 0], [0.5, 0], [1, 40]]
support = "speculative"
from = "a test"

[[bridging.rule]]
"""


def policy(queue: Quantiles | None = None) -> Policy:
    read = read_policy(FILE)
    return replace(read, making=replace(read.making, queue_days=queue))


def way(queue: Quantiles | None, numbers: Wholes) -> Pathway:
    chosen = policy(queue)
    children = draw_children(default_population(), parameters(), chosen, 3, numbers)
    return walk(children, chosen, parameters(), 3)


def test_a_queue_of_no_days_changes_nothing() -> None:
    numbers = np.arange(300, dtype=np.int64)
    without, none = way(None, numbers), way(Quantiles((0.0, 1.0), (0.0, 0.0)), numbers)
    assert np.array_equal(without.infusion_day, none.infusion_day, equal_nan=True)
    assert np.array_equal(without.start, none.start)


def test_everybody_waits_as_long_as_the_queue_is() -> None:
    numbers = np.arange(300, dtype=np.int64)
    without, queued = way(None, numbers), way(Quantiles((0.0, 1.0), (21.0, 21.0)), numbers)
    both = without.infused & queued.infused & ~without.first_product_failed
    assert both.sum() > 150
    later = queued.infusion_day[both] - without.infusion_day[both]
    assert set(later.tolist()) == {21.0}
    # The leukaemia of a child grows on while its cells queue.
    grown = queued.ln_burden_at_infusion[both] - without.ln_burden_at_infusion[both]
    assert np.mean(grown > 0) > 0.5
    assert queued.infused.sum() <= without.infused.sum()
    assert np.array_equal(queued.first_apheresis_day, without.first_apheresis_day, equal_nan=True)


def test_a_child_queues_by_its_own_draw_whoever_is_beside_it() -> None:
    queue = Quantiles((0.0, 0.4, 1.0), (0.0, 0.0, 60.0))
    all_of_them = way(queue, np.arange(200, dtype=np.int64))
    some = way(queue, np.array([7, 150], dtype=np.int64))
    assert np.array_equal(all_of_them.infusion_day[[7, 150]], some.infusion_day, equal_nan=True)
    days = all_of_them.manufacture_days - way(None, np.arange(200, dtype=np.int64)).manufacture_days
    waited = days[~np.isnan(days) & ~all_of_them.first_product_failed]
    # 40% do not wait; 160 children or so.
    assert abs(np.mean(waited == 0) - 0.4) < 0.13
    assert waited.max() > 40


def test_a_policy_file_holds_a_queue_and_a_bad_one_is_refused() -> None:
    text = FILE.read_text(encoding="utf-8").replace("\n[[bridging.rule]]\n", QUEUE, 1)
    assert policy_from_text(text, "ours.toml").making.queue_days == Quantiles(
        (0.0, 0.5, 1.0), (0.0, 0.0, 40.0)
    )
    with pytest.raises(CodebookError, match="no lower value"):
        policy_from_text(text.replace("[1, 40]", "[1, -4]"), "ours.toml")
    with pytest.raises(CodebookError, match="support"):
        policy_from_text(text.replace('support = "speculative"\nfrom = "a test"', ""), "ours.toml")
