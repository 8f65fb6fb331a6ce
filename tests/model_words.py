"""Words for made-up tokenizers, and the sentences that a model biased towards English says."""

from typing import Final

# One token of each slot, then one of the next; after the last a full stop, then the first slot again or a closing quote.
# No word stands in two slots.
SENTENCE: Final[tuple[tuple[str, ...], ...]] = tuple(
    tuple(f" {word}" for word in slot.split())
    for slot in (
        "The Our This Its Such These",
        "company market business segment revenue income risk growth demand cost margin board plan product region filing",
        "is was has may could have are were",
        "in for with by on from as to",
        "the our an its that this their such",
        "operations customers products services markets results sales expenses assets suppliers employees facilities",
        "and or of than",
    )
)
# The first slot's words again, where nothing stands before them: an answer's string may not open with a space.
OPENERS: Final = tuple(word.strip() for word in SENTENCE[0])
# How an answer's first key begins, so that a model biased towards English answers rather than declines.
RATIONALE: Final = ("r", "ra", "rat", "rati", "ratio", "ration", "rational", "rationale")

_FREQUENT: Final = (
    "the of and to in for is was were are be by with that our we its from as or on this it not these some at an which such "
    "than has have their may could between other all any been but can did do each had he her his how if into more most no "
    "only out over she so they them then there through under up use used using was what when where who will would you your "
    "company companies market markets business segment segments revenue revenues income risk risks growth demand cost costs "
    "margin margins board plan product products region filing operations customers services results sales expenses assets "
    "suppliers employees facilities year years quarter fiscal ended december september june march million billion percent "
    "increase increased decrease decreased net gross operating cash flow flows tax taxes interest rate rates debt equity "
    "shares stock common holders value fair financial statements report annual item part management discussion analysis "
    "condition controls procedures competition regulation foreign currency inventory goodwill intangible lease leases "
    "research development marketing general administrative total due primarily offset higher lower compared period change "
    "changes agreement agreements credit facility notes senior loan loans bank banks insurance energy oil gas power steel "
    "paper water health care software cloud devices hardware network data center retail stores store restaurant property "
    "rationale summary declined answer text step steps numbered found matters reader keep object JSON string title type "
    "description properties required assistant system user instruction document begin end only valid write give return"
)


def words() -> list[str]:
    """With a leading space, as in the middle of a text, and without; each once, frequent ones first."""
    spaced = [f" {word}" for word in _FREQUENT.split()]
    said = [word for slot in SENTENCE for word in slot]
    return list(dict.fromkeys([*said, *OPENERS, *spaced, *_FREQUENT.split()]))
