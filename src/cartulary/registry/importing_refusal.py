# SPDX-License-Identifier: Apache-2.0
"""What an import may be refused for, said so that a page can say it in another language."""

from __future__ import annotations

from typing import Any

from cartulary.course.errors import CartularyError


class ImportingRefusal(CartularyError):  # noqa: N818 - the word for what it is
    """A refusal as a text with places for its values: `text % values` is what it says.

    >>> str(ImportingRefusal("%(count)s files are too many.", count=61))
    '61 files are too many.'
    """

    def __init__(self, text: str, **values: Any) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values)


class UploadRefused(ImportingRefusal):
    """A file that is not taken in."""


class NoUpload(ImportingRefusal):
    """Files that are not there, or not this centre's."""


class ImportRefused(ImportingRefusal):
    """An import that may not go in as it is."""
