"""What people told about themselves, campaigns, and whom each has reached."""

from __future__ import annotations

CAMPAIGNS = (
    # What somebody told so as to get only what concerns them; '' is not told. `news` mirrors the
    # newest row of their consents, so that a segment can be selected by an index.
    """
    CREATE TABLE profiles (
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        audience TEXT NOT NULL DEFAULT '',
        ward TEXT NOT NULL DEFAULT '',
        status TEXT NOT NULL DEFAULT '' CHECK (status IN ('', 'none', 'enrolled', 'active')),
        news INTEGER NOT NULL DEFAULT 0 CHECK (news IN (0, 1)),
        changed_at TEXT NOT NULL,
        PRIMARY KEY (channel, person)
    )
    """,
    # Each holds all that a rule asks for: the first finds few, the second walks through many.
    "CREATE INDEX profiles_by_facts ON profiles (channel, news, status, audience, ward, person)",
    "CREATE INDEX profiles_in_order ON profiles (channel, news, person, status, audience, ward)",
    # Whoever agreed to news before profiles were kept.
    """
    INSERT INTO profiles (channel, person, news, changed_at)
    SELECT c.channel, c.person, 1, c.at FROM consents AS c
    WHERE c.purpose = 'news' AND c.given = 1 AND NOT EXISTS (
        SELECT 1 FROM consents AS later
        WHERE later.channel = c.channel AND later.person = c.person AND later.purpose = 'news'
          AND (later.at > c.at OR later.at = c.at AND later.id > c.id))
    """,
    """
    CREATE TABLE campaigns (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        rule TEXT NOT NULL,
        message TEXT NOT NULL,
        hours TEXT NOT NULL,
        starts_at TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('draft', 'waiting', 'running', 'paused', 'stopped', 'done')),
        author TEXT NOT NULL,
        approved_by TEXT NOT NULL DEFAULT '',
        counted TEXT NOT NULL DEFAULT '',
        counted_at TEXT,
        people INTEGER NOT NULL DEFAULT 0,
        tapped INTEGER NOT NULL DEFAULT 0,
        left_after INTEGER NOT NULL DEFAULT 0,
        result TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        CHECK (starts_at < ends_at)
    )
    """,
    "CREATE INDEX campaigns_by_state ON campaigns (state, starts_at)",
    # How far a campaign's rows have been written on each channel: `after_person` was the last.
    """
    CREATE TABLE campaign_parts (
        campaign TEXT NOT NULL REFERENCES campaigns (id),
        channel TEXT NOT NULL,
        after_person TEXT NOT NULL DEFAULT '',
        written INTEGER NOT NULL DEFAULT 0,
        unreachable INTEGER NOT NULL DEFAULT 0,
        silent INTEGER NOT NULL DEFAULT 0,
        done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),
        PRIMARY KEY (campaign, channel)
    )
    """,
    # Who was written to unasked, and when: one a day for each person over all campaigns.
    """
    CREATE TABLE proactive (
        letter TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        day TEXT NOT NULL,
        campaign TEXT NOT NULL,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX one_proactive_a_day ON proactive (owner, day)",
    "CREATE INDEX proactive_by_person ON proactive (channel, person, at)",
    "CREATE INDEX proactive_by_time ON proactive (at)",
    """
    CREATE TABLE campaign_taps (
        campaign TEXT NOT NULL,
        channel TEXT NOT NULL,
        person TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (campaign, channel, person)
    )
    """,
    "CREATE INDEX outbox_by_campaign ON outbox (code, state) WHERE kind = 'campaign'",
)

# Segments by ward or by audience alone; each index holds all that a rule asks for.
SEGMENTS = (
    "CREATE INDEX profiles_by_ward ON profiles (channel, news, ward, status, audience, person)",
    "CREATE INDEX profiles_by_audience ON profiles (channel, news, audience, ward, status, person)",
)
