# SPDX-License-Identifier: Apache-2.0
"""One field of a form as it was posted, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.absence import Absence
from cartulary.web.entry.form_fields import FormField
from cartulary.web.entry.typed import Meant, NotUnderstood, Reading, Said, Understood

# Absences that somebody decided on, so that they can say why.
REASONED = (Absence.NOT_DONE, Absence.REFUSED)


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field as posted, and what it was understood as."""

    field: FormField
    texts: tuple[str, ...]
    reading: Reading | None
    why: str = ""
    asked: bool = True
    error: str = ""
    unchanged: bool = False

    @property
    def text(self) -> str:
        """What was typed."""
        return self.texts[0] if self.texts else ""

    @property
    def is_blank(self) -> bool:
        """True when nothing was typed or chosen."""
        return self.reading is None

    @property
    def said(self) -> Said | None:
        """The line that reads it back."""
        return self.reading.said if isinstance(self.reading, Understood) else None

    @property
    def doubt(self) -> str:
        """Why the value is unlikely."""
        return self.reading.doubt if isinstance(self.reading, Understood) else ""

    @property
    def wrong(self) -> NotUnderstood | None:
        """Why the text cannot be taken."""
        return self.reading if isinstance(self.reading, NotUnderstood) else None

    @property
    def meant(self) -> tuple[Meant, ...]:
        """What may have been meant."""
        return () if self.reading is None else self.reading.meant

    @property
    def absence(self) -> Absence | None:
        """The absence that was chosen."""
        value = self.reading.value if isinstance(self.reading, Understood) else None
        return value if isinstance(value, Absence) else None

    @property
    def wants_reason(self) -> bool:
        """True when the next field asks why, and must be filled in."""
        return bool(self.doubt)

    @property
    def takes_reason(self) -> bool:
        """True when the next field may say why: an unlikely value, not done, refused."""
        return bool(self.doubt) or self.absence in REASONED

    @property
    def message(self) -> str:
        """What stands in the way of saving, in one line; empty when nothing does."""
        if self.wrong is not None:
            return f"{self.wrong.fact} {self.wrong.why}".strip()
        return self.error
