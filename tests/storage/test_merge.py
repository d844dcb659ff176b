"""Merging versions of translations."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from domain.captions import Translation, TranslationState
from storage.merge import merge, newer

versions = st.builds(
    Translation,
    language=st.sampled_from(["es", "fr"]),
    text=st.text(max_size=3),
    state=st.sampled_from(TranslationState),
    stamp_s=st.floats(0, 100),
)


@given(st.lists(versions, max_size=4))
def test_the_same_again_changes_nothing(given_versions: list[Translation]) -> None:
    once = merge((), given_versions)
    assert merge(once, once) == once
    assert len({t.language for t in once}) == len(once)


@given(st.lists(versions, min_size=1, max_size=4, unique_by=lambda t: t.stamp_s))
def test_the_order_of_arrival_does_not_matter(given_versions: list[Translation]) -> None:
    ends = {frozenset(merge((), order)) for order in itertools.permutations(given_versions)}
    assert len(ends) == 1


@given(versions, versions)
def test_a_final_is_never_lost(old: Translation, new: Translation) -> None:
    finals = TranslationState.FINAL in (old.state, new.state)
    assert (newer(old, new).state is TranslationState.FINAL) == finals
