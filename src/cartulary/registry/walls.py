# SPDX-License-Identifier: Apache-2.0
"""Row-level security of PostgreSQL: the rows of a centre exist only for whoever is within it."""

from __future__ import annotations

from cartulary.registry.within import ALL, SETTING

# Every table that holds something of a centre's children. Memberships and tokens are not among
# them: they are read to find out which centres somebody may be within.
WALLED = (
    *("registry_chainhead", "registry_entry", "registry_child", "registry_current"),
    *("registry_identity", "registry_reading", "registry_draft", "registry_finding"),
    *("registry_due", "registry_batch", "registry_mappingmemory"),
)

# The setting is read in subqueries, so once a statement and not once a row; and the column is
# compared as it is, so that an index serves and the planner knows how many rows to expect.
_SAID = f"current_setting('{SETTING}', true)"
_INSIDE = (
    f"((SELECT {_SAID} = '{ALL}') OR centre_id = ANY "
    f"((SELECT string_to_array(NULLIF({_SAID}, '{ALL}'), ',')::bigint[])::bigint[]))"
)


def statements() -> list[str]:
    """Put up the walls; FORCE holds for the owner of the tables too."""
    made = []
    for table in WALLED:
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_within ON {table} USING {_INSIDE} WITH CHECK {_INSIDE}",
        ]
    return made


def renewed() -> list[str]:
    """Put the same policies in the place of those that an earlier version made."""
    return [
        f"ALTER POLICY {table}_within ON {table} USING {_INSIDE} WITH CHECK {_INSIDE}"
        for table in WALLED
    ]


def undo() -> list[str]:
    """Take the walls down."""
    made = []
    for table in WALLED:
        made += [
            f"DROP POLICY IF EXISTS {table}_within ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]
    return made
