"""Every fact the log can hold, one frozen model each. Names are past tense; a new event is a class and a word in `Event`.

A payload carries its schema version `v`. A stored payload is never rewritten: when a field changes, the version goes up
and `store/upcast.py` learns to read the older one.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from store.events.base import Fact, Split
from store.events.companies import (
    BackfillAsked,
    By,
    CompanyRefused,
    CompanyUnwatched,
    CompanyWatched,
    IndexRead,
    LogCreated,
    SplitAssigned,
)
from store.events.filings import (
    AmendmentLinked,
    ChunkAppended,
    ChunkKept,
    ChunkRetired,
    FilingChunked,
    FilingDiscovered,
    FilingFetched,
    FilingRefused,
    FoundItem,
    TextLinked,
    TextUnlinked,
)
from store.events.labels import (
    ChunkDeadLettered,
    ChunkLabelled,
    LabellingPaused,
    LabellingResumed,
    LabelRefused,
    LabelReviewed,
    RecipeAdopted,
    RecipeDeclared,
    Requeued,
)
from store.events.runs import (
    AdapterEvaluated,
    AdapterHeld,
    AdapterPromoted,
    AdapterRolledBack,
    AdapterTrained,
    Comparison,
    Score,
    SnapshotSealed,
    TrainingFailed,
    TrainingStarted,
)

Event = Annotated[
    LogCreated
    | CompanyWatched
    | CompanyUnwatched
    | CompanyRefused
    | SplitAssigned
    | BackfillAsked
    | IndexRead
    | FilingDiscovered
    | FilingFetched
    | FilingRefused
    | ChunkAppended
    | FilingChunked
    | ChunkKept
    | ChunkRetired
    | AmendmentLinked
    | TextLinked
    | TextUnlinked
    | RecipeDeclared
    | RecipeAdopted
    | ChunkLabelled
    | LabelRefused
    | ChunkDeadLettered
    | Requeued
    | LabelReviewed
    | LabellingPaused
    | LabellingResumed
    | SnapshotSealed
    | TrainingStarted
    | AdapterTrained
    | TrainingFailed
    | AdapterEvaluated
    | AdapterPromoted
    | AdapterHeld
    | AdapterRolledBack,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)

__all__ = [
    "EVENT",
    "AdapterEvaluated",
    "AdapterHeld",
    "AdapterPromoted",
    "AdapterRolledBack",
    "AdapterTrained",
    "AmendmentLinked",
    "BackfillAsked",
    "By",
    "ChunkAppended",
    "ChunkDeadLettered",
    "ChunkKept",
    "ChunkLabelled",
    "ChunkRetired",
    "CompanyRefused",
    "CompanyUnwatched",
    "CompanyWatched",
    "Comparison",
    "Event",
    "Fact",
    "FilingChunked",
    "FilingDiscovered",
    "FilingFetched",
    "FilingRefused",
    "FoundItem",
    "IndexRead",
    "LabelRefused",
    "LabelReviewed",
    "LabellingPaused",
    "LabellingResumed",
    "LogCreated",
    "RecipeAdopted",
    "RecipeDeclared",
    "Requeued",
    "Score",
    "SnapshotSealed",
    "Split",
    "SplitAssigned",
    "TextLinked",
    "TextUnlinked",
    "TrainingFailed",
    "TrainingStarted",
]
